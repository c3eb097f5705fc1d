//! Charts through their routes: order, moves, scopes, refusals, the table for staff.

use super::World;
use crate::{
    readers,
    store::outbox::{Letter, put_all},
};
use jukeline_app::{
    account::Role,
    events::{Fact, Stamped},
    hours::{days_before, house_clock},
    id::{AccountId, JukeboxId, PlayId, SongId, VenueId},
    time::Timestamp,
    version::Version,
};
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

const NIGHTLY: &str = "/api/rooms/copper/charts?window=tonight&scope=here";

impl World {
    pub(super) async fn song(&self, title: &str, genre: &str) -> SongId {
        let song = SongId(Uuid::now_v7());
        let sql = "INSERT INTO songs (id, content_hash, recording, title, artist, artists, genre, duration_ms, explicit, codec, \
                   mime, path, bytes, gain_db, imported_at) VALUES ($1, $1, $1, $2, 'Ada', '[\"Ada\"]', $3, 240000, 0, \
                   'ogg-vorbis', 'audio/ogg', $1, 1, 0.0, 1)";
        let mut tx = self.context.store.begin().await.expect("a transaction");
        sqlx::query(sql).bind(song.to_string()).bind(title).bind(genre).execute(&mut *tx).await.expect("a song");
        tx.commit().await.expect("committed");
        song
    }

    /// Facts as the floor would have committed them: songs heard one after the other in a night.
    async fn heard(&self, jukebox: JukeboxId, venue: VenueId, first: i64, night: u32, songs: &[SongId]) {
        let mut letters = Vec::new();
        for (n, song) in (first..).zip(songs) {
            let (account, play, heard_at) = (AccountId(Uuid::nil()), PlayId(Uuid::now_v7()), Timestamp(n));
            let fact = Fact::Heard { play, account, song: *song, venue, heard_at, night };
            let stamped = Stamped { jukebox, version: Version { epoch: 1, n }, at: heard_at, fact };
            let key = jukebox.to_string();
            let stream = format!("jukebox/{key}");
            letters.push(Letter::new("plays", &key, &stream, 1, n, "Heard", heard_at, &stamped).expect("a letter"));
        }
        let mut tx = self.context.store.begin().await.expect("a transaction");
        put_all(&mut tx, &letters).await.expect("put");
        tx.commit().await.expect("committed");
        self.context.live.nudge();
    }

    async fn tonight(&self) -> u32 {
        let room = self.room().await;
        let now = self.context.store.now().await.expect("a clock");
        house_clock(now, &room.timezone, &room.rules.hours).night
    }

    /// Asks until the answer is as wanted; readers and caches take their time.
    async fn eventually(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
        loop {
            let answer = self.get(path, "").await;
            if answer.status == 200 && wanted(&answer.json()) {
                return answer.json();
            }
            assert!(tokio::time::Instant::now() < deadline, "{path}: {} {}", answer.status, answer.body);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Title, plays, place before and move of each entry.
fn entries(chart: &Value) -> Vec<(String, i64, Option<i64>, String)> {
    let entries = chart["entries"].as_array().expect("entries").iter();
    let entry = |entry: &Value| {
        (
            entry["song"]["title"].as_str().unwrap_or_default().to_owned(),
            entry["plays"].as_i64().unwrap_or_default(),
            entry["rank_before"].as_i64(),
            entry["moved"].as_str().unwrap_or_default().to_owned(),
        )
    };
    entries.map(entry).collect()
}

fn row(title: &str, plays: i64, before: Option<i64>, moved: &str) -> (String, i64, Option<i64>, String) {
    (title.into(), plays, before, moved.into())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn charts_are_ordered_compared_and_cut_to_what_was_asked() {
    let world = World::new().await;
    let early = world.get(NIGHTLY, "").await;
    assert_eq!((early.status, early.code().as_str()), (503, "unavailable"), "nothing is shown yet");
    tokio::spawn(readers::run(world.context.clone()));
    world.eventually(NIGHTLY, |chart| chart["entries"].as_array().is_some_and(Vec::is_empty)).await;

    world.make_room("tin", None).await;
    let here = world.room().await;
    let tin = crate::store::places::room(&world.context.store, "tin").await.expect("a read").expect("a room");
    let (a, b, c) = (world.song("A", "Rock").await, world.song("B", "Jazz").await, world.song("=C", "Rock").await);
    let tonight = world.tonight().await;
    let before = days_before(tonight, 60);
    // Two months ago: A before B. Tonight: B and =C twice, =C last; A once.
    world.heard(here.jukebox, here.venue, 1, before, &[a, a, b]).await;
    world.heard(here.jukebox, here.venue, 4, tonight, &[b, c, a, b, c]).await;
    world.heard(tin.jukebox, tin.venue, 1, tonight, &[a, a]).await;

    let chart = world.eventually(NIGHTLY, |chart| entries(chart).len() == 3).await;
    assert_eq!(
        entries(&chart),
        [row("=C", 2, None, "new"), row("B", 2, Some(2), "same"), row("A", 1, Some(1), "down")]
    );
    assert_eq!(chart["nights"], serde_json::json!([tonight, tonight]));
    assert_eq!(chart["compared_with"], serde_json::json!([before, before]), "the last night with music");
    assert_eq!(chart["night_rule"], "turns_at_six");
    let ever = world.eventually("/api/rooms/copper/charts?window=ever&scope=here", |chart| entries(chart).len() == 3);
    assert_eq!(entries(&ever.await), [row("B", 3, None, ""), row("A", 3, None, ""), row("=C", 2, None, "")]);
    for scope in ["city", "network"] {
        let path = format!("/api/rooms/copper/charts?window=week&scope={scope}&genre=Rock");
        let chart = world.eventually(&path, |chart| entries(chart).len() == 2).await;
        assert_eq!(entries(&chart), [row("A", 3, None, "new"), row("=C", 2, None, "new")], "{scope}");
        assert_eq!(chart["night_rule"], "each_venues_own");
    }

    // What is kept is made anew when more is heard.
    world.heard(here.jukebox, here.venue, 9, tonight, &[a, a]).await;
    let chart = world.eventually(NIGHTLY, |chart| entries(chart)[0].1 == 3).await;
    assert_eq!(entries(&chart)[0], row("A", 3, Some(1), "same"));

    for (path, status, code) in [
        ("/api/rooms/nowhere/charts?window=week&scope=here", 404, "not_found"),
        ("/api/rooms/copper/charts?window=year&scope=here", 400, "bad_request"),
        ("/api/rooms/copper/charts?window=week", 400, "bad_request"),
        ("/api/rooms/copper/charts?window=week&scope=here&when=now", 400, "bad_request"),
        ("/api/rooms/copper/charts?window=week&scope=here&genre=", 422, "invalid"),
    ] {
        let answer = world.get(path, "").await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path}: {}", answer.body);
    }

    let of_staff = |kind| format!("/api/jukeboxes/{}/charts{kind}?window=tonight&scope=here", here.jukebox);
    let (json, csv) = (of_staff(""), of_staff(".csv"));
    let (staff, guest) = (world.person(Some(Role::Attendant)).await, world.guest().await);
    for path in [&json, &csv] {
        assert_eq!(world.get(path, &guest.cookie).await.code(), "forbidden");
    }
    let answer = world.get(&json, &staff.cookie).await;
    let told: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(entries(&told), entries(&chart), "the same as everybody's");
    let answer = world.get(&csv, &staff.cookie).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/csv; charset=utf-8"));
    let lines: Vec<&str> = answer.body.lines().collect();
    assert_eq!(lines[0], "rank,title,artist,plays,last_heard_at,rank_before,song");
    assert_eq!(lines[1], format!("1,A,Ada,3,1970-01-01T00:00:00.01Z,1,{a}"));
    assert!(lines[2].starts_with("2,\"'=C\",Ada,2,"), "no formula: {}", answer.body);
}
