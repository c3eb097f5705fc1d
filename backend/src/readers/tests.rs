//! Folding against a plain recomputation, on a store of its own and with what a log may do to its records.

mod history;
mod suggestions;
mod windows;

use super::{
    Folding, Part, Reader, Taken,
    charts::{Place, Ranked, Wanted, last_night_before, ranking},
};
use crate::{
    config::Config,
    context::{Context, Health, Parts, Secrets},
    live::Live,
    log::{Record, table::TableLog},
    songs::search::SongIndex,
    store::{Store, readers as rows},
};
use jukeline_app::{
    api::ChartWindow,
    charts::nights,
    events::{Fact, Stamped},
    hours::{house_clock, rfc3339},
    id::{AccountId, JukeboxId, PlayId, SongId, VenueId, fact_id},
    rules::Opening,
    time::Timestamp,
    version::Version,
};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use uuid::Uuid;

const TOPIC: &str = "plays";

pub(super) async fn context(folder: &std::path::Path) -> Context {
    let store = Store::open_sqlite(folder).await.expect("a store");
    let (_, stopping) = tokio::sync::watch::channel(false);
    Context::from(Parts {
        config: Arc::new(Config::default()),
        requests: Arc::new(TableLog::new(store.clone()).0),
        live: Live::default(),
        index: Arc::new(SongIndex::in_memory().expect("an index")),
        secrets: Arc::new(Secrets::load(&store).await.expect("secrets")),
        health: Arc::new(Health::default()),
        readers: crate::readers::Readers::of_process(Uuid::from_u128(1)),
        events: crate::payments::intake::Intake::start(store.clone()),
        store,
        payments: None,
        certificate: None,
        stopping,
    })
}

fn charts() -> &'static Reader {
    Reader::named("charts").expect("the charts")
}

/// A generation of the charts that is shown from the first fact on.
async fn shown(store: &Store) -> Folding {
    let generation = rows::stand_by(store, "charts", charts().version).await.expect("a row").building;
    let generation = generation.expect("a generation").number;
    assert!(rows::flip(store, "charts", generation, false).await.expect("a flip"));
    Folding::new(charts(), generation)
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn heard(jukebox: u128, n: i64, venue: u128, song: u128, at: i64, night: u32) -> Stamped {
    let fact = Fact::Heard {
        play: PlayId(id(u128::from(n.unsigned_abs()))),
        account: AccountId(id(1)),
        song: SongId(id(song)),
        venue: VenueId(id(venue)),
        heard_at: Timestamp(at),
        night,
    };
    Stamped { jukebox: JukeboxId(id(jukebox)), version: Version { epoch: 1, n }, at: Timestamp(at), fact }
}

fn record(offset: i64, stamped: &Stamped) -> Record {
    let key = stamped.jukebox.to_string();
    Record {
        offset,
        id: fact_id(&format!("jukebox/{key}"), stamped.version.epoch, stamped.version.n).to_string(),
        key,
        payload: serde_json::to_string(stamped).expect("JSON"),
    }
}

/// A plain count of the same facts, each once.
fn plainly<'s>(facts: impl Iterator<Item = &'s Stamped>, wanted: impl Fn(u128, u32) -> bool) -> Vec<Ranked> {
    let mut counts: BTreeMap<SongId, (i64, Timestamp)> = BTreeMap::new();
    for stamped in facts {
        let Fact::Heard { song, venue, heard_at, night, .. } = stamped.fact else { continue };
        if !wanted(venue.0.as_u128(), night) {
            continue;
        }
        let (plays, last) = counts.entry(song).or_default();
        *plays += 1;
        *last = (*last).max(heard_at);
    }
    let ranked = |(song, (plays, last_heard_at))| Ranked { song, plays, last_heard_at };
    let mut ranked: Vec<Ranked> = counts.into_iter().map(ranked).collect();
    ranked.sort_by_key(|it| (-it.plays, -it.last_heard_at.0, it.song));
    ranked
}

fn at(place: Place) -> Wanted {
    Wanted { place, genre: None }
}

/// A night's worth of facts: what happened, and how the log gives them.
#[derive(Clone, Debug)]
struct Case {
    /// Jukebox (its venue is half of it), song, moment, night.
    happened: Vec<(u128, u128, i64, u32)>,
    /// In which order jukeboxes appear in the log, and which records come again.
    order: Vec<(prop::sample::Index, bool)>,
    again: Vec<prop::sample::Index>,
    /// Where batches end, and where a process is killed before it committed.
    cuts: Vec<(u8, bool)>,
    swapped: Vec<prop::sample::Index>,
    /// Whether both partitions' batches share their commits.
    together: bool,
}

fn case() -> impl Strategy<Value = Case> {
    let happened = (0..4_u128, 0..5_u128, 0..1_000_000_i64, 20_260_301..20_260_304_u32);
    (
        prop::collection::vec(happened, 1..60),
        prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 60),
        prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        prop::collection::vec((1..20_u8, any::<bool>()), 1..12),
        prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        any::<bool>(),
    )
        .prop_map(|(happened, order, again, cuts, swapped, together)| Case {
            happened,
            order,
            again,
            cuts,
            swapped,
            together,
        })
}

impl Case {
    /// Facts by jukebox, with the versions that their jukebox gave them.
    fn facts(&self) -> Vec<Vec<Stamped>> {
        let mut jukeboxes: Vec<Vec<Stamped>> = vec![Vec::new(); 4];
        for (jukebox, song, moment, night) in &self.happened {
            let of = &mut jukeboxes[usize::try_from(*jukebox).expect("one of four")];
            let n = i64::try_from(of.len()).expect("few") + 1;
            of.push(heard(jukebox + 10, n, jukebox / 2 + 100, song + 1000, *moment, *night));
        }
        jukeboxes
    }

    /// Two partitions as a log may hold them: jukeboxes interleaved as it likes, neighbours swapped (what was sent again
    /// behind its follower), records repeated.
    fn partitions(&self) -> Vec<Vec<Stamped>> {
        let mut queues: Vec<std::collections::VecDeque<Stamped>> = self.facts().into_iter().map(Into::into).collect();
        let mut partitions = vec![Vec::new(), Vec::new()];
        for (index, _) in self.order.iter().cycle() {
            let open: Vec<usize> = (0..4).filter(|jukebox| !queues[*jukebox].is_empty()).collect();
            if open.is_empty() {
                break;
            }
            let jukebox = open[index.index(open.len())];
            partitions[jukebox % 2].extend(queues[jukebox].pop_front());
        }
        for partition in partitions.iter_mut().filter(|partition| partition.len() > 1) {
            for index in &self.swapped {
                let first = index.index(partition.len() - 1);
                partition.swap(first, first + 1);
            }
            for index in &self.again {
                let again = partition[index.index(partition.len())].clone();
                partition.push(again);
            }
        }
        partitions
    }
}

/// Folds a partition in batches, some of which a second process takes at the same time or a killed one had begun.
async fn fold(context: &Context, folding: &Folding, partition: i64, facts: &[Stamped], cuts: &[(u8, bool)]) {
    let records: Vec<Record> = (0..).zip(facts).map(|(offset, stamped)| record(offset, stamped)).collect();
    let mut rest = records.as_slice();
    for (length, twice) in cuts.iter().cycle() {
        let (batch, behind) = rest.split_at(usize::from(*length).min(rest.len()));
        let (Some(first), Some(last)) = (batch.first(), batch.last()) else { return };
        let span = first.offset..last.offset + 1;
        loop {
            match folding.take(context, TOPIC, partition, span.clone(), batch).await.expect("a store") {
                Taken::Committed => break,
                Taken::Elsewhere { next } => assert_eq!(next, first.offset, "its place was made just now"),
                Taken::Superseded => panic!("it is wanted"),
            }
        }
        if *twice {
            // A zombie that doesn't know: it commits nothing.
            let taken = folding.take(context, TOPIC, partition, span, batch).await.expect("a store");
            assert_eq!(taken, Taken::Elsewhere { next: last.offset + 1 });
        }
        rest = behind;
    }
}

/// Folds partitions side by side; some batches another process takes a moment before.
async fn fold_together(context: &Context, folding: &Folding, partitions: &[Vec<Stamped>], cuts: &[(u8, bool)]) {
    let records = |facts: &Vec<Stamped>| (0..).zip(facts).map(|(offset, stamped)| record(offset, stamped)).collect();
    let partitions: Vec<Vec<Record>> = partitions.iter().map(records).collect();
    let mut rests: Vec<(i64, &[Record])> = (0..).zip(partitions.iter().map(Vec::as_slice)).collect();
    for (partition, _) in &rests {
        assert!(rows::begin(&context.store, "charts", folding.generation, TOPIC, *partition).await.expect("a place"));
    }
    for (length, other) in cuts.iter().cycle() {
        let mut parts = Vec::new();
        for (partition, rest) in &mut rests {
            let (batch, behind) = rest.split_at(usize::from(*length).min(rest.len()));
            *rest = behind;
            parts.extend(Part::of(*partition, batch));
        }
        let Some((last, before)) = parts.split_last() else { return };
        let together = async |parts: &[Part<'_>]| folding.take_together(context, TOPIC, parts).await.expect("a store");
        if *other {
            assert!(together(std::slice::from_ref(last)).await);
            assert!(!together(&parts).await, "all or none");
            assert!(together(before).await);
        } else {
            assert!(together(&parts).await);
        }
    }
}

async fn equals_a_plain_count(case: Case) {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let folding = shown(&context.store).await;
    if case.together {
        fold_together(&context, &folding, &case.partitions(), &case.cuts).await;
    } else {
        for (partition, facts) in (0..).zip(case.partitions()) {
            fold(&context, &folding, partition, &facts, &case.cuts).await;
        }
    }
    let facts: Vec<Stamped> = case.facts().concat();
    let (store, all) = (&context.store, || facts.iter());
    for venue in [100, 101] {
        let here = at(Place::Venue(VenueId(id(venue))));
        for nights in [(20_260_301, 20_260_301), (20_260_302, 20_260_303)] {
            let expected = plainly(all(), |at, night| at == venue && (nights.0..=nights.1).contains(&night));
            assert_eq!(ranking(store, &here, Some(nights), 100).await.expect("a read"), expected);
        }
        assert_eq!(ranking(store, &here, None, 100).await.expect("a read"), plainly(all(), |at, _| at == venue));
    }
    // The network, added up from its parts: by windows, by nights that are none, and in all.
    let network = at(Place::Network);
    for night in 20_260_301..=20_260_304 {
        for window in ChartWindow::ALL {
            let nights = nights(window, night);
            let within = |night| nights.is_none_or(|(from, to)| (from..=to).contains(&night));
            let expected = plainly(all(), |_, night| within(night));
            assert_eq!(ranking(store, &network, nights, 100).await.expect("a read"), expected, "{nights:?}");
        }
        let before = case.happened.iter().map(|(.., night)| *night).filter(|before| *before < night).max();
        assert_eq!(last_night_before(store, &network, night).await.expect("a read"), before);
    }
    let some = (20_260_301, 20_260_302);
    let expected = plainly(all(), |_, night| (some.0..=some.1).contains(&night));
    assert_eq!(ranking(store, &network, Some(some), 100).await.expect("a read"), expected);
    let sql = "SELECT DISTINCT part FROM chart_parts ORDER BY part";
    let parts: Vec<i64> = sqlx::query_scalar(sql).fetch_all(store.read()).await.expect("a read");
    // The partitions of these jukeboxes in Kafka.
    let expected: BTreeSet<i64> = case.happened.iter().map(|(jukebox, ..)| [9, 0, 0, 5][*jukebox as usize]).collect();
    assert_eq!(parts, expected.into_iter().collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_order_with_duplicates_and_restarts_gives_a_plain_count(case in case()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.expect("a runtime").block_on(equals_a_plain_count(case));
    }
}

/// The night that the floor would have put into the fact.
fn night((at, text): (i64, &str), zone: &str, hours: &[Opening]) -> (i64, u32) {
    assert_eq!(rfc3339(Timestamp(at)), text);
    (at, house_clock(Timestamp(at), zone, hours).night)
}

#[tokio::test]
async fn songs_past_midnight_and_through_a_change_of_time_count_for_the_night_that_was_begun() {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let folding = shown(&context.store).await;
    // Open on Saturdays from 20:00 to 5:00; in this night clocks go from 2:00 to 3:00.
    let saturday = [Opening { day: 5, opens: 20 * 60, closes: 29 * 60 }];
    let moments = [
        (1_774_738_799_000, "2026-03-28T22:59:59Z"), // 23:59:59
        (1_774_738_800_000, "2026-03-28T23:00:00Z"), // midnight
        (1_774_745_999_000, "2026-03-29T00:59:59Z"), // 1:59:59, the last second before the change
        (1_774_746_000_000, "2026-03-29T01:00:00Z"), // 3:00, the first one after it
        (1_774_753_199_000, "2026-03-29T02:59:59Z"), // 4:59:59, the last second of the night
    ];
    let mut facts: Vec<Stamped> = Vec::new();
    for (n, moment) in (1..).zip(moments) {
        let (at, night) = night(moment, "Europe/Berlin", &saturday);
        facts.push(heard(10, n, 100, 1000, at, night));
    }
    // Without hours the night turns at 6:00, which is an hour later by UTC once winter has come.
    for (n, moment) in
        (6..).zip([(1_792_904_399_000, "2026-10-25T04:59:59Z"), (1_792_904_400_000, "2026-10-25T05:00:00Z")])
    {
        let (at, night) = night(moment, "Europe/Berlin", &[]);
        facts.push(heard(10, n, 100, 1001, at, night));
    }
    fold(&context, &folding, 0, &facts, &[(3, false)]).await;
    let here = at(Place::Venue(VenueId(id(100))));
    let count = async |night: u32| -> Vec<(u128, i64)> {
        let ranked = ranking(&context.store, &here, Some((night, night)), 10).await.expect("a read");
        ranked.iter().map(|ranked| (ranked.song.0.as_u128(), ranked.plays)).collect()
    };
    assert_eq!(count(20_260_328).await, [(1000, 5)]);
    assert_eq!(count(20_260_329).await, []);
    assert_eq!(count(20_261_024).await, [(1001, 1)]);
    assert_eq!(count(20_261_025).await, [(1001, 1)]);
    assert_eq!(last_night_before(&context.store, &here, 20_261_024).await.expect("a read"), Some(20_260_328));
    assert_eq!(last_night_before(&context.store, &here, 20_260_328).await.expect("a read"), None);
}

#[tokio::test]
async fn what_cannot_be_read_goes_to_the_dead_letters_once_and_other_types_are_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let first = shown(&context.store).await;
    let good = heard(10, 3, 100, 1000, 5, 20_260_301);
    let key = good.jukebox.to_string();
    let raw = |offset: i64, payload: &str| Record {
        offset,
        id: format!("id-{offset}"),
        key: key.clone(),
        payload: payload.into(),
    };
    let records = [
        raw(0, "no JSON"),
        raw(1, r#"{"type":"Heard","version":{"epoch":1,"n":1},"song":7}"#),
        raw(2, r#"{"type":"Teleported","version":{"epoch":1,"n":2},"to":"Mars"}"#),
        record(3, &good),
    ];
    let take = async |folding: &Folding| loop {
        if folding.take(&context, TOPIC, 0, 0..4, &records).await.expect("a store") == Taken::Committed {
            break;
        }
    };
    take(&first).await;
    let second = rows::wish(&context.store, "charts", charts().version).await.expect("a wish");
    take(&Folding::new(charts(), second)).await;
    let sql = "SELECT payload FROM outbox WHERE topic = 'plays.dead-letters' ORDER BY seq";
    let letters: Vec<String> = sqlx::query_scalar(sql).fetch_all(context.store.read()).await.expect("a read");
    assert_eq!(letters.len(), 2, "a rebuild sends none again: {letters:?}");
    assert!(letters[0].contains("no JSON") && letters[1].contains("\"offset\":1"), "{letters:?}");
    let network = ranking(&context.store, &at(Place::Network), None, 10).await.expect("a read");
    assert_eq!(network.iter().map(|ranked| ranked.plays).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn a_dead_letter_names_its_partition_where_several_share_a_commit() {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let folding = shown(&context.store).await;
    let raw = |id: &str| Record { offset: 0, id: id.into(), key: "k".into(), payload: "no JSON".into() };
    let partitions = [[record(0, &heard(10, 1, 100, 1000, 5, 20_260_301))], [raw("one")], [raw("two")]];
    let parts: Vec<Part<'_>> = (0..).zip(&partitions).filter_map(|(number, it)| Part::of(number, it)).collect();
    for part in &parts {
        rows::begin(&context.store, "charts", folding.generation, TOPIC, part.partition).await.expect("a place");
    }
    assert!(folding.take_together(&context, TOPIC, &parts).await.expect("a store"));
    let sql = "SELECT ce_id FROM outbox WHERE topic = 'plays.dead-letters' ORDER BY seq";
    let letters: Vec<String> = sqlx::query_scalar(sql).fetch_all(context.store.read()).await.expect("a read");
    let named = |stream: &str| fact_id(&format!("dead-letter/charts/plays/{stream}"), 0, 0).to_string();
    assert_eq!(letters, [named("1/one"), named("2/two")]);
}

#[tokio::test]
async fn what_is_built_is_shown_at_once_and_what_was_shown_is_forgotten() {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let store = &context.store;
    let first = shown(store).await;
    let facts: Vec<Stamped> = (1..=20).map(|n| heard(10, n, 100, 1000, n, 20_260_301)).collect();
    fold(&context, &first, 0, &facts, &[(7, false)]).await;
    let wished = rows::wish(store, "charts", charts().version).await.expect("a wish");
    assert_eq!(rows::wish(store, "charts", charts().version).await.expect("a wish"), wished, "the same one");
    let second = Folding::new(charts(), wished);
    let plays = async || {
        let ranked = ranking(store, &at(Place::Network), None, 10).await.expect("a read");
        ranked.iter().map(|ranked| ranked.plays).sum::<i64>()
    };
    fold(&context, &second, 0, &facts[..10], &[(5, false)]).await;
    assert_eq!(plays().await, 20, "half of it is never shown");
    let rest: Vec<Record> = (10..).zip(&facts[10..]).map(|(offset, stamped)| record(offset, stamped)).collect();
    assert_eq!(second.take(&context, TOPIC, 0, 10..20, &rest).await.expect("a store"), Taken::Committed);
    assert!(rows::flip(store, "charts", wished, false).await.expect("a flip"));
    assert!(!rows::flip(store, "charts", wished, false).await.expect("a flip"), "once");
    assert_eq!(plays().await, 20);
    let standing = rows::standing(store, "charts").await.expect("a read").expect("a row");
    rows::forget(store, "charts", charts().tables, standing).await.expect("forgotten");
    for table in ["charts", "chart_parts", "reader_seen"] {
        let sql = format!("SELECT DISTINCT generation FROM {table}");
        let left: Vec<i64> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(store.read()).await.expect("a read");
        assert_eq!(left, [wished], "{table}");
    }
    assert_eq!(plays().await, 20);
    // Whoever still folds the old one finds no place, and makes none.
    assert_eq!(first.take(&context, TOPIC, 0, 20..21, &rest[..1]).await.expect("a store"), Taken::Superseded);
}

#[tokio::test]
async fn what_is_begun_while_older_rows_are_forgotten_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let store = &context.store;
    shown(store).await;
    let standing = rows::standing(store, "charts").await.expect("a read").expect("a row");
    let wished = Folding::new(charts(), rows::wish(store, "charts", 1).await.expect("a wish"));
    let facts: Vec<Stamped> = (1..=5).map(|n| heard(10, n, 100, 1000, n, 20_260_301)).collect();
    fold(&context, &wished, 0, &facts, &[(5, false)]).await;
    rows::forget(store, "charts", &["charts"], standing).await.expect("forgotten");
    let sql = "SELECT CAST(SUM(plays) AS BIGINT) FROM charts WHERE generation = $1 AND night > 0";
    let plays: Option<i64> =
        sqlx::query_scalar(sql).bind(wished.generation).fetch_one(store.read()).await.expect("a read");
    assert_eq!(plays, Some(5));
    assert_eq!(rows::places(store, "charts", wished.generation, TOPIC).await.expect("a read").get(&0), Some(&5));
}

#[tokio::test]
async fn a_newer_fold_is_built_beside_what_an_older_one_shows() {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let store = &context.store;
    shown(store).await;
    let standing = rows::stand_by(store, "charts", 3).await.expect("a row");
    let (live, building) = (standing.live.expect("shown"), standing.building.expect("built"));
    assert_eq!((live.number, live.version, building.number, building.version), (1, 2, 2, 3));
    assert_eq!(rows::stand_by(store, "charts", 3).await.expect("a row"), standing, "the same one");
    assert_eq!(rows::stand_by(store, "charts", 2).await.expect("a row"), standing, "an older program changes nothing");
}

#[tokio::test]
async fn a_fact_without_a_number_is_taken_once_by_its_ce_id() {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let folding = shown(&context.store).await;
    let mut value = serde_json::to_value(heard(10, 1, 100, 1000, 5, 20_260_301)).expect("JSON");
    value.as_object_mut().expect("an object").remove("version");
    let payload = value.to_string();
    let raw = |offset: i64, id: &str| Record { offset, id: id.into(), key: "k".into(), payload: payload.clone() };
    let records = [raw(0, "first"), raw(1, "first"), raw(2, "second"), raw(3, "")];
    while folding.take(&context, TOPIC, 0, 0..4, &records).await.expect("a store") != Taken::Committed {}
    // Again in a later batch.
    let again = folding.take(&context, TOPIC, 0, 4..5, &[raw(4, "second")]).await.expect("a store");
    assert_eq!(again, Taken::Committed);
    let network = ranking(&context.store, &at(Place::Network), None, 10).await.expect("a read");
    assert_eq!(network.iter().map(|ranked| ranked.plays).collect::<Vec<_>>(), [2]);
    let sql = "SELECT COUNT(*) FROM outbox WHERE topic = 'plays.dead-letters'";
    let letters: i64 = sqlx::query_scalar(sql).fetch_one(context.store.read()).await.expect("a read");
    assert_eq!(letters, 1, "with neither a number nor an id it can't be told from another");
}
