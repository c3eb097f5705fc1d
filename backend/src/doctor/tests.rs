//! A healthy database, damaged by hand in one way at a time: the doctor names exactly that.

use super::{Findings, Trouble, examine};
use crate::{
    config::Config,
    context::{Context, Health, Parts, Secrets},
    floor::{self, Record},
    live::Live,
    log::table::TableLog,
    songs::search::SongIndex,
    store::{Store, accounts, places},
};
use jukeline_app::{
    api::Report,
    conductor::Spans,
    events::{PlayRequested, Request, StaffWord},
    hours::house_clock,
    id::{AccountId, JukeboxId, PlayId, ScreenId, SongId},
    play::SkipReason,
    rules::{HouseRules, Opening},
    song::Codec,
    time::{MINUTE, Timestamp},
};
use sqlx::AssertSqlSafe;
use std::{collections::BTreeSet, path::Path, sync::Arc};
use uuid::Uuid;

const PRICE: u32 = 2;

/// What stands in the healthy database: one song finished, one skipped, one sounding, two with the player, one waiting.
struct Sick {
    folder: tempfile::TempDir,
    account: AccountId,
    jukebox: JukeboxId,
    finished: PlayId,
    skipped: PlayId,
    sounding: PlayId,
    handed: PlayId,
    waiting: PlayId,
}

async fn parts(store: &Store) -> Context {
    let (_, stopping) = tokio::sync::watch::channel(false);
    Context::from(Parts {
        config: Arc::new(Config::default()),
        requests: Arc::new(TableLog::new(store.clone()).0),
        live: Live::default(),
        index: Arc::new(SongIndex::in_memory().expect("an index")),
        secrets: Arc::new(Secrets::load(store).await.expect("secrets")),
        health: Arc::new(Health::default()),
        readers: crate::readers::Readers::of_process(Uuid::from_u128(1)),
        events: crate::payments::intake::Intake::start(store.clone()),
        store: store.clone(),
        payments: None,
        certificate: None,
        stopping,
    })
}

fn ask(account: AccountId, song: SongId) -> (PlayId, Request) {
    let play = PlayId(Uuid::now_v7());
    let (valid_until, received_at) = (Timestamp(i64::MAX), Timestamp(1));
    let asked = PlayRequested { play, account, song, price: PRICE, sooner: false, valid_until, received_at };
    (play, Request::PlayRequested(asked))
}

fn report(play: PlayId, report: Report) -> Request {
    let screen = ScreenId(Uuid::nil());
    Request::ScreenReported { screen, player_epoch: 1, received_at: Timestamp(1), play, attempt: 1, report, age_ms: 0 }
}

/// A house with six songs of four minutes.
async fn furnish(store: &Store) -> (JukeboxId, Vec<SongId>, AccountId) {
    let now = store.now().await.expect("a clock");
    let mut tx = store.begin().await.expect("a transaction");
    let new = places::NewVenue { name: "V", city: "C", timezone: "UTC", position: None, radius_m: 75.0 };
    let venue = places::make_venue(&mut tx, &new, now).await.expect("a venue");
    let rules = HouseRules { price: PRICE, per_patron: 20, cooldown_minutes: 0, ..HouseRules::default() };
    let jukebox = places::make_jukebox(&mut tx, venue, "copper", "", &rules, now).await.expect("asked").expect("made");
    let mut songs = Vec::new();
    for _ in 0..6 {
        let song = SongId(Uuid::now_v7());
        let sql = "INSERT INTO songs (id, content_hash, recording, title, artist, artists, duration_ms, explicit, codec, mime, path, \
                   bytes, gain_db, imported_at) VALUES ($1, $1, $1, $1, 'Ada', '[]', 240000, 0, 'ogg-vorbis', 'audio/ogg', $1, 1, 0.0, 1)";
        sqlx::query(sql).bind(song.to_string()).execute(&mut *tx).await.expect("a song");
        songs.push(song);
    }
    let account = accounts::make_guest(&mut tx, store.kind(), 20, now).await.expect("a guest");
    tx.commit().await.expect("committed");
    (jukebox, songs, account)
}

impl Sick {
    async fn make() -> Sick {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open_sqlite(folder.path()).await.expect("a store");
        let (jukebox, songs, account) = furnish(&store).await;
        let (plays, asked): (Vec<PlayId>, Vec<Request>) = songs.into_iter().map(|song| ask(account, song)).unzip();
        let [finished, skipped, sounding, handed, _, waiting] = plays[..] else { panic!("six songs") };
        let claim = Request::PlayerClaimed {
            screen: ScreenId(Uuid::now_v7()),
            claim: Uuid::now_v7(),
            received_at: Timestamp(0),
            codecs: Codec::ALL.to_vec(),
            resume: None,
        };
        let started = Report::Started { position_ms: 0 };
        let skip = StaffWord::Skip { play: skipped, reason: SkipReason::Other };
        let said = [
            report(finished, started),
            report(finished, Report::Heard),
            report(finished, Report::Finished),
            Request::StaffSaid { staff: account, said: skip },
            report(skipped, Report::Dropped),
            report(sounding, started),
        ];
        let context = parts(&store).await;
        let requests = std::iter::once(claim).chain(asked).chain(said);
        let records: Vec<Record> =
            requests.zip(1..).map(|(request, offset)| record(offset, jukebox, &request)).collect();
        floor::handle(&context, 0, &records).await.expect("decided");
        drop(context);
        store.close().await;
        Sick { folder, account, jukebox, finished, skipped, sounding, handed, waiting }
    }

    /// What the doctor finds in a copy after one statement.
    async fn after(&self, damage: &str) -> Findings {
        let copy = tempfile::tempdir().expect("a folder");
        copy_database(self.folder.path(), copy.path());
        let store = Store::open_sqlite(copy.path()).await.expect("a store");
        let mut tx = store.begin().await.expect("a transaction");
        let done = sqlx::query(AssertSqlSafe(damage.to_owned())).execute(&mut *tx).await.expect(damage);
        assert!(done.rows_affected() > 0, "nothing was damaged: {damage}");
        tx.commit().await.expect("committed");
        examine(&store, Spans::default()).await.expect("examined")
    }

    async fn one(&self, sql: &str) -> String {
        let copy = tempfile::tempdir().expect("a folder");
        copy_database(self.folder.path(), copy.path());
        let store = Store::open_sqlite(copy.path()).await.expect("a store");
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(store.read()).await.expect(sql)
    }

    /// After `damage`, exactly these things are wrong.
    async fn names(&self, damage: &str, expected: &[(Trouble, String)]) {
        let found = self.after(damage).await;
        let named: BTreeSet<_> = found.wrong.iter().map(|wrong| (wrong.trouble, wrong.subject.clone())).collect();
        assert_eq!(named, expected.iter().cloned().collect(), "{damage}\n{found}");
        assert!(!found.well() && found.to_string().contains("wrong"));
    }
}

fn record(offset: i64, jukebox: JukeboxId, request: &Request) -> Record {
    let payload = serde_json::to_string(request).expect("JSON");
    Record { offset, id: Uuid::now_v7().to_string(), key: jukebox.to_string(), payload }
}

/// The database was closed, so that it is one file.
fn copy_database(from: &Path, to: &Path) {
    std::fs::copy(from.join("jukeline.sqlite"), to.join("jukeline.sqlite")).expect("a copy");
}

#[tokio::test]
async fn a_healthy_database_is_well() {
    let sick = Sick::make().await;
    let found = sick.after("UPDATE venues SET name = name").await;
    assert!(found.well(), "{found}");
    assert_eq!((found.accounts, found.lots, found.accepted, found.ended, found.jukeboxes), (1, 1, 6, 2, 1));
    let said = found.to_string();
    assert!(said.contains("6 accepted plays, 2 of them over") && said.contains("All is well"), "{said}");
    let json: serde_json::Value = serde_json::from_str(&found.to_json().expect("JSON")).expect("JSON");
    assert_eq!((&json["well"], &json["wrong"], &json["ended"]), (&true.into(), &serde_json::json!([]), &2.into()));
}

#[tokio::test]
async fn credits_that_do_not_add_up_are_named() {
    use Trouble::{Books, Credits, Lot, Payment, Transfer};
    let sick = Sick::make().await;
    let lot = (Lot, format!("lot {}", sick.one("SELECT id FROM lots").await));
    let account = (Credits, format!("account {}", sick.account));
    let books = (Books, "unit credit".to_owned());
    let play = |play: PlayId| (Payment, format!("play {play}"));
    sick.names("UPDATE lots SET balance = balance - 1", &[account.clone(), lot.clone(), books.clone()]).await;
    sick.names("DELETE FROM transfers WHERE phase = 'posted'", &[play(sick.finished)]).await;
    sick.names(
        "DELETE FROM transfers WHERE phase = 'voided'",
        &[account.clone(), lot.clone(), books.clone(), play(sick.skipped)],
    )
    .await;
    sick.names(
        &format!("UPDATE transfers SET amount = amount + 1 WHERE play = '{}'", sick.waiting),
        &[account.clone(), lot.clone(), books.clone(), play(sick.waiting)],
    )
    .await;
    sick.names(
        "INSERT INTO transfers (id, kind, phase, debit, credit, amount, unit, account, at) \
         SELECT 'twice', kind, phase, debit, credit, amount, unit, account, at FROM transfers WHERE kind = 'grant'",
        &[account.clone(), lot.clone(), books.clone()],
    )
    .await;
    let unknown = (Transfer, format!("account {}", sick.account));
    sick.names("UPDATE transfers SET kind = 'magic' WHERE kind = 'grant'", &[account.clone(), unknown]).await;
}

#[tokio::test]
async fn transfers_that_cannot_be_are_named() {
    use Trouble::{Credits, Payment, Transfer};
    let sick = Sick::make().await;
    let transfer = |id: String| (Transfer, format!("transfer {id}"));
    let posted = transfer(sick.one("SELECT id FROM transfers WHERE phase = 'posted'").await);
    let voided = transfer(sick.one("SELECT id FROM transfers WHERE phase = 'voided'").await);
    sick.names("UPDATE transfers SET credit = 'revenue:nobody' WHERE phase = 'posted'", &[posted]).await;
    sick.names(
        "UPDATE transfers SET pending = 'nothing' WHERE phase = 'voided'",
        &[voided.clone(), (Credits, format!("account {}", sick.account))],
    )
    .await;
    let (gone, skipped) = ((Payment, "play nobody's".to_owned()), (Payment, format!("play {}", sick.skipped)));
    sick.names("UPDATE transfers SET play = 'nobody''s' WHERE phase = 'voided'", &[voided, gone, skipped]).await;
}

#[tokio::test]
async fn facts_that_are_missing_or_do_not_fit_are_named() {
    use Trouble::{Life, Payment, Unreadable, Version};
    let sick = Sick::make().await;
    let jukebox = (Version, format!("jukebox {}", sick.jukebox));
    let life = |play: PlayId| (Life, format!("play {play}"));
    sick.names("DELETE FROM outbox WHERE ce_type = 'Finished'", &[jukebox.clone(), life(sick.finished)]).await;
    sick.names("DELETE FROM outbox WHERE ce_type = 'Heard'", std::slice::from_ref(&jukebox)).await;
    sick.names("UPDATE jukeboxes SET n = n + 1", std::slice::from_ref(&jukebox)).await;
    let heard = sick.one("SELECT ce_id FROM outbox WHERE ce_type = 'Heard'").await;
    sick.names(
        "UPDATE outbox SET payload = '{' WHERE ce_type = 'Heard'",
        &[jukebox, (Unreadable, format!("fact {heard}"))],
    )
    .await;
    let revived = format!(
        "UPDATE plays SET state = 'handed', stage = (SELECT stage FROM plays WHERE id = '{}') WHERE id = '{}'",
        sick.handed, sick.finished
    );
    sick.names(&revived, &[life(sick.finished), (Payment, format!("play {}", sick.finished))]).await;
}

#[tokio::test]
async fn plays_past_their_deadline_are_named() {
    use Trouble::{Overdue, Unreadable};
    let sick = Sick::make().await;
    let overdue = |play: PlayId| (Overdue, format!("play {play}"));
    let key = |name: &str, play: PlayId, back: i64| {
        format!(
            "UPDATE plays SET stage = json_set(stage, '$.{name}', json_extract(stage, '$.{name}') - {back}) WHERE id = '{play}'"
        )
    };
    // Lease, length and grace, and then the slack.
    let spans = Spans::default();
    let whole = 4 * spans.lease_ms + 240_000 + spans.grace_ms;
    sick.names(&key("lease_until", sick.handed, whole), &[overdue(sick.handed)]).await;
    sick.names(
        &key("give_up_at", sick.sounding, 240_000 + spans.dark_after_ms + 2 * MINUTE),
        &[overdue(sick.sounding)],
    )
    .await;
    let silent = format!("UPDATE jukeboxes SET player_seen_at = player_seen_at - {}", spans.dark_after_ms + 2 * MINUTE);
    sick.names(&silent, &[overdue(sick.waiting)]).await;
    let early = format!("UPDATE jukeboxes SET player_seen_at = player_seen_at - {}", spans.dark_after_ms - MINUTE);
    assert!(sick.after(&early).await.well(), "time is left");
    sick.names(
        &format!("UPDATE plays SET stage = '{{' WHERE id = '{}'", sick.handed),
        &[(Unreadable, format!("play {}", sick.handed))],
    )
    .await;
    let rules = HouseRules { hours: vec![closed_now(&sick).await], ..HouseRules::default() };
    let closed = format!("UPDATE jukeboxes SET rules = '{}'", serde_json::to_string(&rules).expect("JSON"));
    sick.names(&closed, &[overdue(sick.waiting)]).await;
}

/// An opening that isn't now.
async fn closed_now(sick: &Sick) -> Opening {
    let now = sick.one("SELECT CAST(CAST(unixepoch('now', 'subsec') * 1000 AS BIGINT) AS TEXT)").await;
    let now = Timestamp(now.parse().expect("a moment"));
    let openings = (0..7).map(|day| Opening { day, opens: 0, closes: 60 });
    let open = |opening: &Opening, at: Timestamp| house_clock(at, "UTC", &[*opening]).open;
    let mut closed = openings.filter(|opening| !open(opening, now) && !open(opening, now.plus(-5 * MINUTE)));
    closed.next().expect("most of them")
}
