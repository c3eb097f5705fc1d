//! Elsewhere, evenings and hours against a plain recomputation; what keeps people hidden.

use super::*;
use crate::{
    readers::{
        elsewhere::{self, latest},
        evenings::nearest::nearest,
        hours, prune,
    },
    store::places::{self, NewVenue},
};
use jukeline_app::hours::days_before;

const READERS: [&str; 3] = ["elsewhere", "evenings", "hours"];
/// Songs that elsewhere keeps of a venue.
const KEPT: usize = 40;

/// All at one venue, by four patrons of whom one is gone, in nights that lie far apart.
fn spread(mut stamped: Stamped) -> Stamped {
    let jukebox = stamped.jukebox.0.as_u128();
    let n = u128::from(stamped.version.n.unsigned_abs());
    if let Fact::Heard { play, account, venue, night, .. } = &mut stamped.fact {
        *play = PlayId(id(jukebox * 1000 + n));
        *account = AccountId(id(1 + (jukebox + n) % 4));
        *venue = VenueId(id(100));
        *night = [20_260_101, 20_260_401, 20_260_501][usize::try_from(*night % 3).expect("one of three")];
    }
    stamped
}

fn parts(stamped: &Stamped) -> (PlayId, AccountId, SongId, i64, u32) {
    let Fact::Heard { play, account, song, heard_at, night, .. } = stamped.fact else { panic!("heard") };
    (play, account, song, heard_at.0, night)
}

async fn make_accounts(store: &Store, accounts: impl IntoIterator<Item = u128>) {
    let mut tx = store.begin().await.expect("a transaction");
    for account in accounts {
        sqlx::query("INSERT INTO account_keys (account, key_hex) VALUES ($1, '')")
            .bind(id(account).to_string())
            .execute(&mut *tx)
            .await
            .expect("a key");
    }
    tx.commit().await.expect("committed");
}

async fn shown(store: &Store, reader: &'static str) -> Folding {
    let reader = Reader::named(reader).expect("a reader");
    let building = rows::stand_by(store, reader.name, reader.version).await.expect("a row").building;
    let generation = building.expect("a generation").number;
    assert!(rows::flip(store, reader.name, generation, false).await.expect("a flip"));
    Folding::new(reader, generation)
}

async fn texts(store: &Store, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(store.read()).await.expect("a read")
}

async fn equals_a_plain_recomputation(case: Case) {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let store = &context.store;
    // The fourth is gone.
    make_accounts(store, 1..=3).await;
    for reader in READERS {
        let folding = shown(store, reader).await;
        for (partition, facts) in (0..).zip(case.partitions()) {
            let facts: Vec<Stamped> = facts.into_iter().map(spread).collect();
            fold(&context, &folding, partition, &facts, &case.cuts).await;
        }
        // Long after: what is too old is so by the newest night there is.
        let now = Timestamp(2_000_000_000_000);
        prune(store, folding.reader, folding.generation, now, 100).await.expect("pruned");
    }
    let facts: Vec<Stamped> = case.facts().concat().into_iter().map(spread).collect();
    let gone = AccountId(id(4));
    let there = || facts.iter().map(parts).filter(|(_, account, ..)| *account != gone);

    let mut last: Vec<(i64, String)> = there().map(|(play, _, _, at, _)| (at, play.to_string())).collect();
    last.sort_unstable_by(|a, b| b.cmp(a));
    last.truncate(KEPT);
    let plays: Vec<String> = last.into_iter().map(|(_, play)| play).collect();
    assert_eq!(texts(store, "SELECT play FROM elsewhere ORDER BY heard_at DESC, play DESC").await, plays);

    let newest = facts.iter().map(|stamped| parts(stamped).4).max().unwrap_or(0);
    let evenings: BTreeSet<String> = there()
        .filter(|(.., night)| *night >= days_before(newest, 89))
        .map(|(_, account, song, _, night)| format!("{account} {night} {song}"))
        .collect();
    let kept = texts(store, "SELECT account || ' ' || CAST(night AS TEXT) || ' ' || song FROM evenings").await;
    assert_eq!(kept.len(), evenings.len());
    assert_eq!(kept.into_iter().collect::<BTreeSet<_>>(), evenings);

    // Names and ids go, counts stay: those of whoever is gone as well.
    let mut counts: BTreeMap<(u16, SongId), i64> = BTreeMap::new();
    for (_, _, song, at, _) in facts.iter().map(parts) {
        *counts.entry((hours::hour_of(Timestamp(at), "UTC"), song)).or_default() += 1;
    }
    let counts: BTreeSet<String> =
        counts.into_iter().map(|((hour, song), plays)| format!("{hour} {song} {plays}")).collect();
    let kept = texts(store, "SELECT CAST(hour AS TEXT) || ' ' || song || ' ' || CAST(plays AS TEXT) FROM hours").await;
    assert_eq!(kept.into_iter().collect::<BTreeSet<_>>(), counts);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_order_with_duplicates_and_restarts_gives_a_plain_recomputation(case in case()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.expect("a runtime").block_on(equals_a_plain_recomputation(case));
    }
}

async fn venue(store: &Store, name: &str, city: &str) -> VenueId {
    let mut tx = store.begin().await.expect("a transaction");
    let new = NewVenue { name, city, timezone: "Europe/London", position: None, radius_m: 75.0 };
    let venue = places::make_venue(&mut tx, &new, Timestamp(1)).await.expect("a venue");
    tx.commit().await.expect("committed");
    venue
}

/// Somebody hears a song as fact number `n` of a jukebox of the venue.
fn told(n: i64, venue: VenueId, account: u128, song: u128, night: u32) -> Stamped {
    let mut stamped = heard(10, n, 0, song, n, night);
    if let Fact::Heard { venue: at, account: who, .. } = &mut stamped.fact {
        (*at, *who) = (venue, AccountId(id(account)));
    }
    stamped
}

#[tokio::test]
async fn a_place_is_told_where_it_points_at_nobody_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let store = &context.store;
    make_accounts(store, 1..=5).await;
    let here = venue(store, "Here", "Leith").await;
    let busy = venue(store, "Busy", "Leith").await;
    let quiet = venue(store, "Quiet", "Leith").await;
    let village = venue(store, "Village", "Oban").await;
    let facts: Vec<Stamped> = [
        told(1, quiet, 1, 1000, 20_260_301),
        told(2, village, 2, 1001, 20_260_301),
        told(3, here, 3, 1002, 20_260_301),
    ]
    .into_iter()
    // Five people at the busy one, but the first of them in another night.
    .chain((1..=5).map(|who| {
        told(3 + i64::try_from(who).expect("few"), busy, who, 1003, if who == 1 { 20_260_228 } else { 20_260_301 })
    }))
    .collect();
    let folding = shown(store, "elsewhere").await;
    fold(&context, &folding, 0, &facts, &[(3, true)]).await;
    let read = async |city: Option<&str>| -> Vec<(u128, Option<String>, Option<String>)> {
        let wanted = elsewhere::Wanted { not_at: here, city: city.map(str::to_owned) };
        let found = latest(store, &wanted, 20).await.expect("a read");
        found.into_iter().map(|it| (it.song.0.as_u128(), it.venue_name, it.city)).collect()
    };
    let leith = Some("Leith".to_owned());
    let found = read(None).await;
    assert_eq!(found.len(), 7, "{found:?}");
    assert_eq!(found[0], (1003, None, leith.clone()), "four people in a night are too few for a name");
    assert_eq!(found[5], (1001, None, None), "one venue in a village");
    assert_eq!(found[6], (1000, None, leith.clone()));
    assert!(read(Some("Oban")).await.is_empty(), "asking for the village would tell it");

    let more = [told(9, busy, 1, 1003, 20_260_301)];
    let record = record(8, &more[0]);
    folding.take(&context, TOPIC, 0, 8..9, &[record]).await.expect("a store");
    let found = read(Some("Leith")).await;
    assert_eq!(found[0], (1003, Some("Busy".into()), leith), "the fifth person in that night");
    assert_eq!(found[5].1, None, "and not in the night before");

    places::show_elsewhere(store, quiet, false).await.expect("written");
    let found = read(None).await;
    assert!(found.iter().all(|(song, ..)| *song != 1000), "it said no: {found:?}");
    assert!(found.iter().all(|(.., city)| city.is_none()), "two venues of Leith are left: {found:?}");
    assert_eq!(read(Some("Leith")).await.len(), 5, "named ones alone");
}

#[tokio::test]
async fn what_few_people_heard_together_is_not_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let store = &context.store;
    make_accounts(store, 1..=6).await;
    let here = venue(store, "Here", "Leith").await;
    for song in [1000_u128, 1001, 1002, 1003] {
        let sql = "INSERT INTO songs (id, content_hash, recording, title, artist, artists, duration_ms, explicit, codec, mime, \
                   path, bytes, gain_db, imported_at) VALUES ($1, $1, $1, $1, 'Ada', '[]', 1, 0, 'ogg-vorbis', '', '', 1, 0.0, 1)";
        let mut tx = store.begin().await.expect("a transaction");
        sqlx::query(sql).bind(id(song).to_string()).execute(&mut *tx).await.expect("a song");
        tx.commit().await.expect("committed");
    }
    let mut facts = Vec::new();
    let mut say = |who: u128, song: u128, night: u32| {
        facts.push(told(i64::try_from(facts.len()).expect("few") + 1, here, who, song, night));
    };
    for who in 1..=5 {
        say(who, 1000, 20_260_301);
        say(who, 1001, 20_260_301);
        // Four people, one of them in two nights: five evenings, and not enough.
        if who < 5 {
            say(who, 1002, 20_260_301);
        }
        // Together in another night only.
        say(who, 1003, 20_260_302);
    }
    say(1, 1000, 20_260_303);
    say(1, 1002, 20_260_303);
    let folding = shown(store, "evenings").await;
    fold(&context, &folding, 0, &facts, &[(4, false)]).await;
    let near = nearest(store, SongId(id(1000)), 8).await.expect("a read");
    assert_eq!(near, [SongId(id(1001))]);
    assert_eq!(nearest(store, SongId(id(1003)), 8).await.expect("a read"), []);

    let fifth = told(facts.len() as i64 + 1, here, 5, 1002, 20_260_301);
    let (offset, stamped) = (facts.len() as i64, record(facts.len() as i64, &fifth));
    folding.take(&context, TOPIC, 0, offset..offset + 1, &[stamped]).await.expect("a store");
    let near = nearest(store, SongId(id(1000)), 8).await.expect("a read");
    // 6 of 6 and 6 evenings against 5 of 6 and 5.
    assert_eq!(near, [SongId(id(1002)), SongId(id(1001))]);

    // What is too old beside a newer night counts no more, whether it is deleted yet or not.
    let much_later = told(facts.len() as i64 + 2, here, 5, 1003, 20_260_801);
    let (offset, stamped) = (facts.len() as i64 + 1, record(facts.len() as i64 + 1, &much_later));
    folding.take(&context, TOPIC, 0, offset..offset + 1, &[stamped]).await.expect("a store");
    assert_eq!(nearest(store, SongId(id(1000)), 8).await.expect("a read"), []);
}

#[tokio::test]
async fn taste_is_of_the_hour_and_those_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let store = &context.store;
    let here = venue(store, "Here", "Leith").await;
    let hour = 3_600_000;
    // In January, London's clock is UTC.
    let heard_at = |n: i64, song: u128, at: i64| {
        let mut stamped = told(n, here, 1, song, 19_700_101);
        if let Fact::Heard { heard_at, .. } = &mut stamped.fact {
            *heard_at = Timestamp(at);
        }
        stamped
    };
    let folding = shown(store, "hours").await;
    let day = 24 * hour;
    // London kept summer time all year in 1970: days of 2026.
    let january = 1_767_225_600_000;
    let facts = [
        heard_at(1, 1000, january + 22 * hour),
        heard_at(2, 1000, january + day + 23 * hour),
        heard_at(3, 1001, january + 2 * day),
        heard_at(4, 1002, january + 2 * day + 2 * hour),
        heard_at(5, 1001, january + 20 * hour),
    ];
    fold(&context, &folding, 0, &facts, &[(2, false)]).await;
    let songs = async |hour: u16| -> Vec<(u128, i64)> {
        let found = hours::taste(store, here, hour, 12).await.expect("a read");
        found.iter().map(|counted| (counted.song.0.as_u128(), counted.plays)).collect()
    };
    assert_eq!(songs(23).await, [(1000, 2), (1001, 1)], "through midnight");
    assert_eq!(songs(1).await, [(1002, 1), (1001, 1)], "the last one first");
    assert_eq!(songs(12).await, []);
}
