//! What is kept for a time: exactly what is too old goes, and nothing that a page shows.

use super::*;
use crate::readers::{Pruned, prune, years};
use jukeline_app::{
    api::ChartWindow,
    charts::{nights, nights_before},
    hours::days_before,
};
use sqlx::AssertSqlSafe;

/// As many batches as it takes.
const ALL: usize = 1_000;

/// Noon of the newest night.
const NOW: Timestamp = Timestamp(1_798_113_600_000);
const TONIGHT: u32 = 20_261_224;

/// Facts of nights up to three years before tonight, most of them near an edge of what is kept.
fn facts() -> impl Strategy<Value = Vec<Stamped>> {
    let edges =
        prop::sample::select(vec![0_u32, 1, 7, 23, 24, 38, 39, 40, 41, 42, 54, 55, 357, 358, 722, 723, 724, 1_000]);
    let fact = (0..3_u128, 0..4_u128, 0..1_000_000_i64, edges, 0..3_u32);
    prop::collection::vec(fact, 1..60).prop_map(|happened| {
        let mut said = [0_i64; 3];
        let stamp = |(jukebox, song, moment, edge, more): (u128, u128, i64, u32, u32)| {
            let n = &mut said[usize::try_from(jukebox).expect("one of three")];
            *n += 1;
            heard(jukebox + 10, *n, jukebox / 2 + 100, song + 1000, moment, days_before(TONIGHT, edge + more))
        };
        happened.into_iter().map(stamp).collect()
    })
}

fn night_of(stamped: &Stamped) -> u32 {
    let Fact::Heard { night, .. } = stamped.fact else { panic!("heard") };
    night
}

async fn numbers(store: &Store, sql: &str) -> Vec<i64> {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(store.read()).await.expect("a read")
}

/// Everything that a page can show tonight is as a plain count has it.
async fn pages_show_a_plain_count(store: &Store, facts: &[Stamped]) {
    let venue = VenueId(id(100));
    for (place, here) in [(Place::Venue(venue), true), (Place::Network, false)] {
        let wanted = at(place);
        let counts = |venue: u128| !here || venue == 100;
        let first = if here { 20_250_101 } else { days_before(TONIGHT, 35) };
        let last_night = facts
            .iter()
            .filter(|stamped| {
                !plainly([*stamped].into_iter(), |venue, night| counts(venue) && night < TONIGHT && night >= first)
                    .is_empty()
            })
            .map(night_of)
            .max();
        assert_eq!(last_night_before(store, &wanted, TONIGHT).await.expect("a read"), last_night, "{wanted:?}");
        for window in ChartWindow::ALL {
            for shown in [nights(window, TONIGHT), nights_before(window, TONIGHT, last_night)] {
                if shown.is_none() && window != ChartWindow::Ever {
                    continue;
                }
                let within = |night| shown.is_none_or(|(from, to)| (from..=to).contains(&night));
                let expected = plainly(facts.iter(), |venue, night| counts(venue) && within(night));
                let ranked = ranking(store, &wanted, shown, 100).await.expect("a read");
                assert_eq!(ranked, expected, "{wanted:?} {shown:?}");
            }
        }
    }
    for year in [2025_u16, 2026] {
        let told = years::of_venue(store, venue, year, NOW).await.expect("a read").expect("kept");
        let plays = plainly(facts.iter(), |venue, night| venue == 100 && night / 10_000 == u32::from(year));
        assert_eq!(i64::from(told.plays), plays.iter().map(|ranked| ranked.plays).sum::<i64>(), "{year}");
    }
    assert!(years::of_venue(store, venue, 2024, NOW).await.expect("a read").is_none(), "it may be half of it");
}

async fn what_is_too_old_goes(mut facts: Vec<Stamped>) {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let store = &context.store;
    let folding = shown(store).await;
    fold(&context, &folding, 0, &facts, &[(7, false)]).await;
    // What is deleted is measured from the newest night that there is.
    let last = i64::try_from(facts.len()).expect("few");
    facts.push(heard(20, 1, 100, 1000, 7, TONIGHT));
    take(&context, &folding, last, &facts[facts.len() - 1]).await;
    pages_show_a_plain_count(store, &facts).await;

    let all = numbers(store, "SELECT night FROM charts ORDER BY night").await;
    let windows = numbers(store, "SELECT last_night FROM chart_parts ORDER BY last_night").await;
    let deleted = pruned(store, &folding).await;
    let kept = |all: Vec<i64>, oldest: u32| -> Vec<i64> {
        all.into_iter().filter(|night| *night == 0 || *night >= i64::from(oldest)).collect()
    };
    let (before, oldest) = (all.len() + windows.len(), days_before(TONIGHT, 40));
    let (all, windows) = (kept(all, 20_250_101), kept(windows, oldest));
    assert_eq!(numbers(store, "SELECT night FROM charts ORDER BY night").await, all);
    assert_eq!(numbers(store, "SELECT last_night FROM chart_parts ORDER BY last_night").await, windows);
    assert_eq!(deleted, u64::try_from(before - all.len() - windows.len()).expect("some"));
    pages_show_a_plain_count(store, &facts).await;
    assert_eq!(pruned(store, &folding).await, 0, "all at once");

    // A late record of a window that is gone counts in all nights, is shown in no window, and goes again.
    for (n, days) in (2..).zip([41, 400, 800]) {
        facts.push(heard(20, n, 100, 1001, 8, days_before(TONIGHT, days)));
        take(&context, &folding, last + n - 1, &facts[facts.len() - 1]).await;
    }
    pages_show_a_plain_count(store, &facts).await;
    assert!(pruned(store, &folding).await > 0);
    pages_show_a_plain_count(store, &facts).await;
    let oldest = numbers(store, "SELECT MIN(last_night) FROM chart_parts WHERE last_night > 0").await;
    assert!(oldest[0] >= i64::from(days_before(TONIGHT, 40)), "{oldest:?}");
}

/// Rows that go when all do that are too old.
async fn pruned(store: &Store, folding: &Folding) -> u64 {
    let pruned = prune(store, charts(), folding.generation, NOW, ALL).await.expect("pruned");
    assert!(pruned.is_all);
    pruned.rows
}

async fn take(context: &Context, folding: &Folding, offset: i64, stamped: &Stamped) {
    let taken = folding.take(context, TOPIC, 0, offset..offset + 1, &[record(offset, stamped)]).await;
    assert_eq!(taken.expect("a store"), Taken::Committed);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn exactly_what_is_too_old_is_deleted_and_no_page_shows_less(facts in facts()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.expect("a runtime").block_on(what_is_too_old_goes(facts));
    }
}

#[tokio::test]
async fn a_night_of_the_far_future_takes_nothing_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let store = &context.store;
    let folding = shown(store).await;
    let facts = [heard(10, 1, 100, 1000, 1, TONIGHT), heard(10, 2, 100, 1000, 2, 20_991_231)];
    fold(&context, &folding, 0, &facts, &[(7, false)]).await;
    assert_eq!(pruned(store, &folding).await, 0);
    pages_show_a_plain_count(store, &facts).await;
}

#[tokio::test]
async fn a_thousand_rows_a_transaction_and_one_process_in_turn() {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let store = &context.store;
    let folding = shown(store).await;
    let mut facts: Vec<Stamped> =
        (1..=900).map(|n| heard(10, n, 100, n.unsigned_abs().into(), n, 20_260_101)).collect();
    facts.push(heard(10, 901, 100, 1, 901, TONIGHT));
    fold(&context, &folding, 0, &facts, &[(200, false)]).await;
    // Night, week and month of 900 songs; the year is still kept.
    let prune = async |batches| prune(store, charts(), folding.generation, NOW, batches).await.expect("pruned");
    for (batches, rows, is_all) in [(1, 1_000, false), (1, 1_000, false), (ALL, 700, true)] {
        assert_eq!(prune(batches).await, Pruned { rows, is_all });
    }

    let minute = std::time::Duration::from_secs(60);
    let turn = async |at: i64| rows::take_turn(store, "charts", Timestamp(at), minute).await.expect("a turn");
    assert!(turn(1_000).await);
    assert!(!turn(1_000).await && !turn(60_999).await, "somebody else has it");
    assert!(turn(61_000).await, "it ends by itself");
    rows::end_turn(store, "charts").await.expect("ended");
    assert!(turn(61_001).await, "there is more");
}
