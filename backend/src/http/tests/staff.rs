//! What staff see, and words that name a song.

use super::{World, people::Person};
use axum::http::Method;
use jukeline_app::account::Role;
use serde_json::{Value, json};

impl World {
    async fn jukeboxes_of(&self, person: &Person) -> Value {
        self.get("/api/staff/jukeboxes", &person.cookie).await.json()
    }
}

#[tokio::test]
async fn everybody_sees_where_they_are_staff_and_nobody_sees_more() {
    let world = World::new().await;
    world.make_room("yard", None).await;
    let (operator, attendant) = (world.person(Some(Role::Operator)).await, world.person(Some(Role::Attendant)).await);
    let stranger = world.person(None).await;
    let all = world.jukeboxes_of(&operator).await;
    let rooms: Vec<_> = all.as_array().expect("a list").iter().map(|one| &one["room"]).collect();
    assert_eq!(rooms, ["copper", "yard"]);
    let own = world.jukeboxes_of(&attendant).await;
    assert_eq!(own.as_array().map(Vec::len), Some(1), "{own}");
    assert_eq!((&own[0]["room"], &own[0]["role"]), (&json!("copper"), &json!("attendant")));
    assert_eq!(world.jukeboxes_of(&stranger).await, json!([]));
    assert_eq!(world.get("/api/staff/jukeboxes", "").await.code(), "sign_in_needed");

    let floor = |of: &Value| format!("/api/jukeboxes/{}/floor", of["jukebox"].as_str().expect("an id"));
    let seen = world.get(&floor(&own[0]), &attendant.cookie).await.json();
    assert_eq!((&seen["hold"], &seen["plays"], &seen["player_seen_at"]), (&json!("free"), &json!([]), &Value::Null));
    assert_eq!(world.get(&floor(&all[1]), &attendant.cookie).await.code(), "forbidden");
    assert_eq!(world.get(&floor(&all[0]), &stranger.cookie).await.code(), "forbidden");
}

#[tokio::test]
async fn stopping_after_a_song_names_one_that_sounds() {
    let world = World::new().await;
    let attendant = world.person(Some(Role::Attendant)).await;
    let path = format!("/api/jukeboxes/{}/stop-after", world.room().await.jukebox);
    let unknown = json!({ "play": uuid::Uuid::from_u128(7) });
    assert_eq!(world.send(Method::PUT, &path, &attendant.cookie, Some(&unknown)).await.code(), "not_found");
    let without = world.send(Method::PUT, &path, &attendant.cookie, Some(&json!({}))).await;
    assert!((400..500).contains(&without.status), "{}", without.body);
}
