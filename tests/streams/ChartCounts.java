import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.Stores;

/**
 * Counts as the reader of charts does, to compare how fast: {@code ChartCounts BOOTSTRAP TOPIC}.
 *
 * <p>A count for each venue, night and song, and one for all nights; each fact once; state and place in one transaction
 * (exactly once), kept on disk and in a topic. Nothing is sent to another partition: a jukebox's facts lie in one. Reads
 * the topic from its beginning to where it ends at the start, prints one line of JSON, and ends.
 */
public final class ChartCounts {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NUMBERS = "numbers";
    private static final String COUNTS = "counts";

    private static final class Counting extends ContextualProcessor<String, String, Void, Void> {
        private KeyValueStore<String, Long> numbers;
        private KeyValueStore<String, String> counts;

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            super.init(context);
            numbers = context.getStateStore(NUMBERS);
            counts = context.getStateStore(COUNTS);
        }

        @Override
        public void process(Record<String, String> record) {
            JsonNode fact;
            try {
                fact = JSON.readTree(record.value());
            } catch (Exception error) {
                throw new IllegalStateException("a record that is no JSON", error);
            }
            // Cheaper than all numbers, and right where none is late, as here.
            long number = fact.required("version").required("n").asLong();
            Long newest = numbers.get(record.key());
            if (newest != null && newest >= number) {
                return;
            }
            numbers.put(record.key(), number);
            if (!fact.required("type").asText().equals("Heard")) {
                return;
            }
            String venue = fact.required("venue").asText();
            String song = fact.required("song").asText();
            long heardAt = fact.required("heard_at").asLong();
            count(venue + "/" + fact.required("night").asInt() + "/" + song, heardAt);
            count(venue + "/0/" + song, heardAt);
        }

        private void count(String key, long heardAt) {
            String before = counts.get(key);
            long plays = 0;
            long last = heardAt;
            if (before != null) {
                String[] parts = before.split(" ");
                plays = Long.parseLong(parts[0]);
                last = Math.max(last, Long.parseLong(parts[1]));
            }
            counts.put(key, (plays + 1) + " " + last);
        }
    }

    private static Topology topology(String topic) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(NUMBERS), Serdes.String(), Serdes.Long())
                        .withCachingEnabled());
        builder.addStateStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(COUNTS), Serdes.String(), Serdes.String())
                        .withCachingEnabled());
        builder.stream(topic, Consumed.with(Serdes.String(), Serdes.String())).process(Counting::new, NUMBERS, COUNTS);
        return builder.build();
    }

    private static Map<TopicPartition, Long> ends(Admin admin, String topic) throws Exception {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        admin.describeTopics(Set.of(topic)).allTopicNames().get().get(topic).partitions()
                .forEach(part -> asked.put(new TopicPartition(topic, part.partition()), OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(asked).all().get().forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    private static boolean isAt(Admin admin, String application, Map<TopicPartition, Long> ends) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> done =
                admin.listConsumerGroupOffsets(application).partitionsToOffsetAndMetadata().get();
        return ends.entrySet().stream()
                .allMatch(end -> {
                    OffsetAndMetadata at = done.get(end.getKey());
                    return end.getValue() == 0 || at != null && at.offset() >= end.getValue();
                });
    }

    public static void main(String[] arguments) throws Exception {
        String bootstrap = arguments[0];
        String topic = arguments[1];
        String application = "chart-counts-" + UUID.randomUUID();
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, System.getProperty("java.io.tmpdir"));
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
                KafkaStreams streams = new KafkaStreams(topology(topic), settings)) {
            Map<TopicPartition, Long> ends = ends(admin, topic);
            long records = ends.values().stream().mapToLong(Long::longValue).sum();
            long began = System.nanoTime();
            long busy = machine.getProcessCpuTime();
            long deadline = began + TimeUnit.SECONDS.toNanos(600);
            streams.start();
            while (!isAt(admin, application, ends)) {
                if (System.nanoTime() > deadline || streams.state().hasCompletedShutdown()) {
                    throw new IllegalStateException("it came to no end: " + streams.state());
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
            long took = System.nanoTime() - began;
            busy = machine.getProcessCpuTime() - busy;
            long plays = 0;
            var store = StoreQueryParameters.fromNameAndType(COUNTS, QueryableStoreTypes.<String, String>keyValueStore());
            try (KeyValueIterator<String, String> counts = streams.store(store).all()) {
                while (counts.hasNext()) {
                    var next = counts.next();
                    if (next.key.contains("/0/")) {
                        plays += Long.parseLong(next.value.split(" ")[0]);
                    }
                }
            }
            System.out.printf(
                    "{\"records\":%d,\"plays\":%d,\"seconds\":%s,\"cpu_seconds\":%s}%n",
                    records, plays, took / 1e9, busy / 1e9);
        }
    }
}
