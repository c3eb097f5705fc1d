//! History, favourites and years: through merges, deletions and a rebuild.

use super::World;
use crate::{
    readers::{Folding, Reader},
    store::{accounts, readers as rows},
};
use axum::http::Method;
use jukeline_app::{
    events::{Fact, Stamped},
    id::{AccountId, PlayId, SongId},
    time::Timestamp,
    version::Version,
};
use uuid::Uuid;

/// Folds what somebody heard as a generation's next batch.
async fn fold(world: &World, generation: i64, heard: &[(AccountId, SongId, u32)]) {
    let room = world.room().await;
    let record = |(n, (account, song, night)): (i64, &(AccountId, SongId, u32))| {
        let (play, at) = (PlayId(Uuid::from_u128(n.unsigned_abs().into())), Timestamp(n));
        let fact = Fact::Heard { play, account: *account, song: *song, venue: room.venue, heard_at: at, night: *night };
        let stamped = Stamped { jukebox: room.jukebox, version: Version { epoch: 1, n }, at, fact };
        let payload = serde_json::to_string(&stamped).expect("JSON");
        crate::log::Record { offset: n - 1, id: format!("id-{n}"), key: room.jukebox.to_string(), payload }
    };
    let records: Vec<_> = (1..).zip(heard).map(record).collect();
    let folding = Folding::new(Reader::named("history").expect("the history"), generation);
    let span = 0..i64::try_from(records.len()).expect("few");
    for _ in 0..2 {
        folding.take(&world.context, "plays", 0, span.clone(), &records).await.expect("a store");
    }
}

async fn accounts_with_rows(world: &World) -> Vec<String> {
    let sql =
        "SELECT DISTINCT account FROM history h WHERE generation = (SELECT live FROM readers WHERE name = 'history')";
    sqlx::query_scalar(sql).fetch_all(world.context.store.read()).await.expect("a read")
}

#[tokio::test]
async fn merges_and_deletions_hold_at_once_and_in_a_rebuild() {
    let world = World::new().await;
    let store = &world.context.store;
    let (a, b) = (world.song("A", "Rock").await, world.song("B", "Jazz").await);
    let (mara, guest, jo) = (world.guest().await, world.guest().await, world.guest().await);
    let heard = [(mara.account, a, 20_260_301), (guest.account, b, 20_260_302), (jo.account, a, 20_260_301)];
    let first = rows::stand_by(store, "history", 1).await.expect("a row").building.expect("built").number;
    fold(&world, first, &heard).await;
    assert!(rows::flip(store, "history", first, false).await.expect("a flip"));
    let song = format!("/api/favourites/{b}");
    assert_eq!(world.send(Method::PUT, &song, &guest.cookie, None).await.status, 204);
    assert_eq!(world.send(Method::PUT, &song, &guest.cookie, None).await.status, 204, "again");
    let unknown = format!("/api/favourites/{}", Uuid::nil());
    assert_eq!(world.send(Method::PUT, &unknown, &guest.cookie, None).await.code(), "not_found");

    let mut tx = store.begin().await.expect("a transaction");
    accounts::merge(store, &mut tx, guest.account, mara.account, Timestamp(5)).await.expect("merged");
    tx.commit().await.expect("committed");
    assert_eq!(world.get(&song, &mara.cookie).await.json()["favourite"], true, "they come along");
    let year = crate::readers::years::of_account(store, mara.account, 2026).await.expect("a year");
    assert_eq!((year.plays, year.songs, year.artists, year.nights, year.venues), (2, 2, 1, 2, 1));
    assert_eq!((year.months[2], year.busiest_night), (2, Some((20_260_302, 1))));

    let deleted = accounts::delete(store, mara.account, None, Timestamp(6)).await.expect("deleted");
    assert_eq!(deleted, accounts::Goodbye::Gone);
    assert_eq!(accounts_with_rows(&world).await, [jo.account.to_string()], "at once");
    let left: i64 = sqlx::query_scalar("SELECT CAST(COUNT(*) AS BIGINT) FROM favourites")
        .fetch_one(store.read())
        .await
        .expect("a read");
    assert_eq!(left, 0);
    let second = rows::wish(store, "history", 1).await.expect("a wish");
    fold(&world, second, &heard).await;
    assert!(rows::flip(store, "history", second, false).await.expect("a flip"));
    assert_eq!(accounts_with_rows(&world).await, [jo.account.to_string()], "and in a rebuild");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_is_searched_paged_and_told_what_stands_in_the_way() {
    let world = World::new().await;
    let store = &world.context.store;
    let (a, b) = (world.song("Jóga", "Rock").await, world.song("=B", "Jazz").await);
    let mara = world.guest().await;
    let early = world.get("/api/history", &mara.cookie).await;
    assert_eq!((early.status, early.code().as_str()), (503, "unavailable"), "nothing is shown yet");
    let mut heard = vec![(mara.account, a, 20_260_301); 51];
    heard.push((mara.account, b, 20_260_302));
    let first = rows::stand_by(store, "history", 1).await.expect("a row").building.expect("built").number;
    fold(&world, first, &heard).await;
    assert!(rows::flip(store, "history", first, false).await.expect("a flip"));
    tokio::spawn(crate::readers::run(world.context.clone()));
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while world.get("/api/history", &mara.cookie).await.status != 200 {
        assert!(tokio::time::Instant::now() < deadline, "shown");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let list = world.get("/api/history?room=copper", &mara.cookie).await.json();
    assert_eq!(list["entries"].as_array().map(Vec::len), Some(50));
    assert_eq!(list["entries"][0]["song"]["title"], "=B");
    assert_eq!(list["here"]["open"], false, "no player");
    let more = list["more"].as_str().expect("more");
    let rest = world.get(&format!("/api/history?before={more}"), &mara.cookie).await.json();
    assert_eq!((rest["entries"].as_array().map(Vec::len), rest["more"].is_null()), (Some(2), true));
    let found = world.get("/api/history?q=joga&from=20260302", &mara.cookie).await.json();
    assert_eq!(found["entries"].as_array().map(Vec::len), Some(0));
    assert_eq!(found["venues"][0]["plays"], 52);
    let csv = world.get("/api/history.csv", &mara.cookie).await;
    assert_eq!(csv.body.lines().count(), 53);
    assert_eq!(world.get("/api/history?room=nowhere", &mara.cookie).await.code(), "not_found");
}
