import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The songs that were heard most, counted from the topic alone: {@code Top10 BOOTSTRAP TOPIC VENUE/FROM/TO…}.
 *
 * <p>VENUE is an id or {@code *} for all, FROM and TO are nights ({@code YYYYMMDD}, both inside). Reads the topic from
 * its beginning to where it ends at the start, prints one line, a JSON array of one list for each of the wanted, and
 * ends.
 */
public final class Top10 {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PLACES = 10;
    private static final String SEEN = "seen";
    private static final String COUNTS = "counts";

    /** Which songs are counted. */
    private record Wanted(String venue, int from, int to) {
        static Wanted parse(String text) {
            String[] parts = text.split("/", -1);
            return new Wanted(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
        }

        boolean has(JsonNode heard) {
            int night = heard.required("night").asInt();
            boolean here = venue.equals("*") || venue.equals(heard.required("venue").asText());
            return here && from <= night && night <= to;
        }
    }

    /** How often a song was heard, and when last in milliseconds. */
    private record Count(long plays, long last) {
        Count and(long heardAt) {
            return new Count(plays + 1, Math.max(last, heardAt));
        }

        String text() {
            return plays + " " + last;
        }

        static Count parse(String text) {
            String[] parts = text.split(" ");
            return new Count(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
        }
    }

    /** A place of a list. */
    private record Place(String song, Count count) {
        static final Comparator<Place> ORDER =
                Comparator.comparingLong((Place place) -> -place.count.plays)
                        .thenComparingLong(place -> -place.count.last)
                        .thenComparing(Place::song);
    }

    /** Lets the first record of each {@code ce_id} through. A record sent again has its key, so its partition too. */
    private static final class First implements ProcessorSupplier<String, String, String, String> {
        @Override
        public Processor<String, String, String, String> get() {
            return new ContextualProcessor<>() {
                private KeyValueStore<String, Long> seen;

                @Override
                public void init(ProcessorContext<String, String> context) {
                    super.init(context);
                    seen = context.getStateStore(SEEN);
                }

                @Override
                public void process(Record<String, String> record) {
                    Header header = record.headers().lastHeader("ce_id");
                    if (header == null) {
                        throw new IllegalStateException("a record without ce_id");
                    }
                    String id = new String(header.value(), StandardCharsets.UTF_8);
                    if (seen.putIfAbsent(id, record.timestamp()) == null) {
                        context().forward(record);
                    }
                }
            };
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return Set.of(
                    Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(SEEN), Serdes.String(), Serdes.Long())
                            .withLoggingDisabled());
        }
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException error) {
            throw new IllegalStateException("a record that is no JSON", error);
        }
    }

    /** The keys are the wanted one's index and the song. */
    private static Topology topology(String topic, List<Wanted> wanted) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(topic, Consumed.with(Serdes.String(), Serdes.String()))
                .process(new First())
                .mapValues(Top10::parse)
                .filter((jukebox, fact) -> fact.required("type").asText().equals("Heard"))
                .flatMap(
                        (jukebox, heard) -> {
                            List<KeyValue<String, Long>> counted = new ArrayList<>();
                            for (int index = 0; index < wanted.size(); index++) {
                                if (wanted.get(index).has(heard)) {
                                    String key = index + " " + heard.required("song").asText();
                                    counted.add(KeyValue.pair(key, heard.required("heard_at").asLong()));
                                }
                            }
                            return counted;
                        })
                .groupByKey(Grouped.with(Serdes.String(), Serdes.Long()))
                .aggregate(
                        () -> new Count(0, Long.MIN_VALUE).text(),
                        (key, heardAt, count) -> Count.parse(count).and(heardAt).text(),
                        Materialized.<String, String>as(Stores.inMemoryKeyValueStore(COUNTS))
                                .withKeySerde(Serdes.String())
                                .withValueSerde(Serdes.String())
                                .withLoggingDisabled()
                                .withCachingDisabled());
        return builder.build();
    }

    private static Map<TopicPartition, Long> ends(Admin admin, Set<String> topics) throws Exception {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (TopicDescription topic : admin.describeTopics(topics).allTopicNames().get().values()) {
            topic.partitions().stream()
                    .map(part -> new TopicPartition(topic.name(), part.partition()))
                    .forEach(part -> asked.put(part, OffsetSpec.latest()));
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(asked).all().get().forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    /** Waits until the application has committed its work up to these ends. */
    private static void await(Admin admin, String application, Map<TopicPartition, Long> ends, KafkaStreams streams)
            throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            Map<TopicPartition, OffsetAndMetadata> done =
                    admin.listConsumerGroupOffsets(application).partitionsToOffsetAndMetadata().get();
            boolean all =
                    ends.entrySet().stream()
                            .allMatch(
                                    end -> {
                                        OffsetAndMetadata at = done.get(end.getKey());
                                        return end.getValue() == 0 || at != null && at.offset() >= end.getValue();
                                    });
            if (all) {
                return;
            }
            if (!streams.state().isRunningOrRebalancing() || System.nanoTime() > deadline) {
                throw new IllegalStateException(streams.state() + " at " + done + " of " + ends);
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static ArrayNode lists(KafkaStreams streams, int wanted) {
        List<List<Place>> lists = new ArrayList<>();
        for (int index = 0; index < wanted; index++) {
            lists.add(new ArrayList<>());
        }
        var store = StoreQueryParameters.fromNameAndType(COUNTS, QueryableStoreTypes.<String, String>keyValueStore());
        try (KeyValueIterator<String, String> counts = streams.store(store).all()) {
            while (counts.hasNext()) {
                KeyValue<String, String> next = counts.next();
                String[] key = next.key.split(" ");
                lists.get(Integer.parseInt(key[0])).add(new Place(key[1], Count.parse(next.value)));
            }
        }
        ArrayNode all = JSON.createArrayNode();
        for (List<Place> list : lists) {
            ArrayNode places = all.addArray();
            list.stream()
                    .sorted(Place.ORDER)
                    .limit(PLACES)
                    .forEach(
                            place ->
                                    places.addObject()
                                            .put("song", place.song)
                                            .put("plays", place.count.plays)
                                            .put("last_heard_at", place.count.last));
        }
        return all;
    }

    public static void main(String[] arguments) throws Exception {
        String bootstrap = arguments[0];
        String topic = arguments[1];
        List<Wanted> wanted = new ArrayList<>();
        for (int index = 2; index < arguments.length; index++) {
            wanted.add(Wanted.parse(arguments[index]));
        }
        String application = "top10-" + UUID.randomUUID();
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
                KafkaStreams streams = new KafkaStreams(topology(topic, wanted), settings)) {
            Map<TopicPartition, Long> ends = ends(admin, Set.of(topic));
            streams.setUncaughtExceptionHandler(error -> StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
            streams.start();
            // A commit follows the sending of what was made of the records: then the topic between has its end.
            await(admin, application, ends, streams);
            Set<String> between = new HashSet<>(admin.listTopics().names().get());
            between.removeIf(name -> !name.startsWith(application));
            await(admin, application, ends(admin, between), streams);
            System.out.println(JSON.writeValueAsString(lists(streams, wanted.size())));
        }
    }
}
