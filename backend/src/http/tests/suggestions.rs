//! Elsewhere, suggestions, wishes and a venue's settings.

use super::{Answered, World};
use crate::store::{
    accounts,
    outbox::{Letter, put_all},
    places::{self, Room},
};
use axum::http::Method;
use jukeline_app::{
    account::Role,
    events::{Fact, Stamped},
    id::{AccountId, PlayId, SongId},
    time::Timestamp,
    version::Version,
};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

impl World {
    /// Facts as the floor would have committed them: who heard what in a room, one after the other, now.
    async fn heard_by(&self, room: &Room, night: u32, heard: &[(AccountId, SongId)]) {
        let now = self.context.store.now().await.expect("a clock");
        let mut letters = Vec::new();
        for (n, (account, song)) in (1..).zip(heard) {
            let n = n + i64::from(night) * 1_000;
            let (play, heard_at) = (PlayId(Uuid::now_v7()), now.plus(n % 1_000));
            let fact = Fact::Heard { play, account: *account, song: *song, venue: room.venue, heard_at, night };
            let stamped = Stamped { jukebox: room.jukebox, version: Version { epoch: 1, n }, at: heard_at, fact };
            let key = room.jukebox.to_string();
            let stream = format!("jukebox/{key}");
            letters.push(Letter::new("plays", &key, &stream, 1, n, "Heard", heard_at, &stamped).expect("a letter"));
        }
        let mut tx = self.context.store.begin().await.expect("a transaction");
        put_all(&mut tx, &letters).await.expect("put");
        tx.commit().await.expect("committed");
        self.context.live.nudge();
    }

    /// Asks until the answer is as wanted; readers take their time.
    async fn until(&self, path: &str, cookie: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
        loop {
            let answer = self.get(path, cookie).await;
            if answer.status == 200 && wanted(&answer.json()) {
                return answer.json();
            }
            assert!(tokio::time::Instant::now() < deadline, "{path}: {} {}", answer.status, answer.body);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until evenings are told by so many rows.
    async fn evenings(&self, rows: i64) {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
        loop {
            let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM evenings";
            let found: i64 = sqlx::query_scalar(sql).fetch_one(self.context.store.read()).await.expect("a read");
            if found == rows {
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "{found} of {rows}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn count(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

fn titles(songs: &Value) -> Vec<&str> {
    songs
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|song| song["title"].as_str().or(song["song"]["title"].as_str()))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn elsewhere_is_told_until_a_venue_says_no() {
    let world = World::new().await;
    world.make_room("still", None).await;
    let still = places::room(&world.context.store, "still").await.expect("a read").expect("a room");
    let path = "/api/rooms/copper/elsewhere?scope=network";
    let early = world.get(path, "").await;
    assert_eq!((early.status, early.code().as_str()), (503, "unavailable"), "nothing is shown yet");
    let (a, b) = (world.song("A", "Rock").await, world.song("B", "Jazz").await);
    let guest = world.guest().await;
    world.heard_by(&still, 20_260_301, &[(guest.account, a), (guest.account, b)]).await;
    world.heard_by(&world.room().await, 20_260_301, &[(guest.account, a)]).await;
    tokio::spawn(crate::readers::run(world.context.clone()));
    let told = world.until(path, "", |told| count(&told["entries"]) == 2).await;
    assert_eq!(titles(&json!([told["entries"][0]["song"], told["entries"][1]["song"]])), ["B", "A"], "newest first");
    assert!(told["entries"][0]["venue_name"].is_null(), "one person: {told}");
    assert!(told["entries"][0]["city"].is_null(), "two venues in Leith: {told}");
    assert!(!told.to_string().contains(&guest.account.to_string()), "{told}");
    let near = world.get("/api/rooms/copper/elsewhere?scope=city", "").await;
    assert_eq!(count(&near.json()["entries"]), 0, "which would be the other one: {}", near.body);
    let here = world.until("/api/rooms/still/elsewhere?scope=network", "", |told| count(&told["entries"]) == 1).await;
    assert_eq!(here["entries"][0]["song"]["title"], "A", "not one's own");
    assert_eq!(world.get("/api/rooms/nowhere/elsewhere?scope=city", "").await.code(), "not_found");

    let settings = format!("/api/venues/{}/settings", still.venue);
    let operator = world.person(Some(Role::Operator)).await;
    let elsewhere_manager = world.person(Some(Role::VenueManager)).await;
    assert_eq!(world.get(&settings, &operator.cookie).await.json(), json!({"shown_elsewhere": true}));
    assert_eq!(world.get(&settings, &elsewhere_manager.cookie).await.code(), "forbidden", "of another venue");
    let no = json!({"shown_elsewhere": false});
    assert_eq!(world.send(Method::PUT, &settings, &elsewhere_manager.cookie, Some(&no)).await.code(), "forbidden");
    assert_eq!(world.send(Method::PUT, &settings, &operator.cookie, Some(&no)).await.status, 204);
    assert_eq!(world.get(&settings, &operator.cookie).await.json(), no);
    assert_eq!(count(&world.get(path, "").await.json()["entries"]), 0, "at once");
    let unknown = format!("/api/venues/{}/settings", Uuid::nil());
    assert_eq!(world.get(&unknown, &operator.cookie).await.code(), "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_of_an_artist_begins_with_what_one_has_not_heard() {
    let world = World::new().await;
    let (a, b, c) = (world.song("A", "Rock").await, world.song("B", "Jazz").await, world.song("C", "Jazz").await);
    let (mara, jo) = (world.guest().await, world.guest().await);
    let room = world.room().await;
    let path = "/api/rooms/copper/yours";
    assert_eq!(world.get(path, "").await.code(), "unavailable", "nothing is shown yet");
    world.heard_by(&room, 20_260_301, &[(mara.account, a), (mara.account, a), (mara.account, b)]).await;
    tokio::spawn(crate::readers::run(world.context.clone()));
    let yours = world.until(path, &mara.cookie, |yours| count(&yours["artists"]) == 1).await;
    let artist = &yours["artists"][0];
    assert_eq!((&artist["artist"], &artist["because"]["title"]), (&json!("Ada"), &json!("B")), "heard last");
    assert_eq!((titles(&artist["songs"]), &artist["unheard"]), (vec!["C", "A"], &json!(1)));
    for cookie in ["", jo.cookie.as_str()] {
        let yours = world.until(path, cookie, |yours| count(&yours["taste"]["songs"]) == 2).await;
        assert_eq!(count(&yours["artists"]), 0, "without a history, taste alone");
        assert_eq!(titles(&yours["taste"]["songs"]), ["A", "B"], "those heard most first");
        assert!(yours["taste"]["hour"].as_u64().is_some_and(|hour| hour < 24));
    }
    assert_eq!(world.get("/api/rooms/nowhere/yours", "").await.code(), "not_found");

    // A guest's history comes along, and goes with the account.
    let store = &world.context.store;
    let mut tx = store.begin().await.expect("a transaction");
    accounts::merge(store, &mut tx, mara.account, jo.account, Timestamp(5)).await.expect("merged");
    tx.commit().await.expect("committed");
    assert_eq!(count(&world.get(path, &jo.cookie).await.json()["artists"]), 1);

    let also = format!("/api/rooms/copper/songs/{a}/also");
    let mut crowd = Vec::new();
    for _ in 0..5 {
        let guest = world.guest().await.account;
        crowd.extend([(guest, a), (guest, c)]);
    }
    assert_eq!(count(&world.get(&also, "").await.json()["songs"]), 0, "one person's evening");
    world.heard_by(&room, 20_260_302, &crowd[..8]).await;
    world.evenings(10).await;
    assert_eq!(count(&world.get(&also, "").await.json()["songs"]), 0, "four people");
    world.heard_by(&room, 20_260_303, &crowd[8..]).await;
    let told = world.until(&also, "", |told| count(&told["songs"]) == 1).await;
    assert_eq!(titles(&told["songs"]), ["C"], "five people");
    let unknown = format!("/api/rooms/copper/songs/{}/also", Uuid::nil());
    assert_eq!(world.get(&unknown, "").await.code(), "not_found");

    world.evenings(12).await;
    let deleted = accounts::delete(store, jo.account, None, Timestamp(6)).await.expect("deleted");
    assert_eq!(deleted, accounts::Goodbye::Gone);
    world.evenings(10).await;
}

#[tokio::test]
async fn a_wish_counts_once_a_person_and_the_count_stays() {
    let world = World::new().await;
    world.make_room("still", None).await;
    let operator = world.person(Some(Role::Operator)).await;
    let (mara, guest, jo) = (world.guest().await, world.guest().await, world.guest().await);
    let wish = async |room: &str, cookie: &str, words: &str| -> Answered {
        world.post(&format!("/api/rooms/{room}/wishes"), cookie, &json!({"words": words})).await
    };
    for (room, person, words) in [
        ("copper", &mara, "  Jóga, BJÖRK "),
        ("still", &mara, "joga bjork"),
        ("copper", &guest, "joga bjork"),
        ("copper", &jo, "Joga Björk"),
        ("copper", &jo, "=Sandstorm"),
    ] {
        assert_eq!(wish(room, &person.cookie, words).await.status, 204, "{words}");
    }
    for words in ["x", " ", "?!?", &"x".repeat(101)] {
        assert_eq!(wish("copper", &mara.cookie, words).await.code(), "invalid", "{words:?}");
    }
    assert_eq!(wish("nowhere", &mara.cookie, "joga").await.code(), "not_found");
    assert_eq!(wish("copper", "", "joga").await.status, 401);
    let told = async || -> Vec<(String, i64, i64)> {
        let answer = world.get("/api/wishes", &operator.cookie).await.json();
        let wishes = answer["wishes"].as_array().expect("wishes").iter();
        let told = |it: &Value| {
            let count = |name: &str| it[name].as_i64().unwrap_or_default();
            (it["words"].as_str().unwrap_or_default().to_owned(), count("people"), count("rooms"))
        };
        wishes.map(told).collect()
    };
    let (joga, sandstorm) = (|people| ("joga bjork".to_owned(), people, 2), ("sandstorm".to_owned(), 1, 1));
    assert_eq!(told().await, [joga(3), sandstorm.clone()]);
    assert_eq!(world.get("/api/wishes", &mara.cookie).await.code(), "forbidden");

    let store = &world.context.store;
    let mut tx = store.begin().await.expect("a transaction");
    accounts::merge(store, &mut tx, guest.account, mara.account, Timestamp(5)).await.expect("merged");
    tx.commit().await.expect("committed");
    assert_eq!(told().await, [joga(2), sandstorm.clone()], "the guest was the same person");
    assert_eq!(
        accounts::delete(store, mara.account, None, Timestamp(6)).await.expect("deleted"),
        accounts::Goodbye::Gone
    );
    assert_eq!(told().await, [joga(2), sandstorm.clone()], "the count stays");
    let left: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT account FROM wish_people").fetch_all(store.read()).await.expect("a read");
    assert_eq!(left, [jo.account.to_string()]);

    let csv = world.get("/api/wishes?format=csv", &operator.cookie).await;
    assert!(csv.header("content-type").starts_with("text/csv"), "{:?}", csv.headers);
    assert!(csv.body.starts_with("words,people,rooms,last_at\njoga bjork,2,2,"), "{}", csv.body);
    // What has come into the catalogue is wished for no more.
    let text = crate::songs::search::SongText {
        song_id: Uuid::nil().to_string(),
        title: "Jóga".into(),
        artists: vec!["Björk".into()],
        album: None,
    };
    world.context.index.upsert([text]).expect("indexed");
    assert_eq!(told().await, [sandstorm]);
    let mut refused = 0;
    for n in 0..20 {
        refused += usize::from(wish("copper", &jo.cookie, &format!("song {n}")).await.code() == "slow_down");
    }
    assert!(refused > 0, "so many of one device");
}
