//! The first run.

use super::World;
use crate::http::setup::first_run_link;
use serde_json::{Value, json};

fn venue(room: &str) -> Value {
    json!({"name": "Anchor", "zone_name": "", "city": "Leith", "room": room, "timezone": "Europe/London", "position": null,
           "radius_m": 75.0, "hours": []})
}

#[tokio::test]
async fn the_link_makes_one_operator_who_makes_the_venue() {
    let world = World::new().await;
    assert_eq!(world.get("/api/setup", "").await.json()["operator"], false);
    let link = first_run_link(&world.context).await.expect("a read").expect("a link");
    let token = link.rsplit('/').next().expect("a token");
    let make = |token: &str| json!({"token": token, "name": "Mara", "email": "mara@example.org", "password": "correct horse battery"});
    assert_eq!(world.post("/api/setup/operator", "", &make("wrong")).await.code(), "link_spent");
    let made = world.post("/api/setup/operator", "", &make(token)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.json()["me"]["roles"], json!([["operator", null]]));
    assert_eq!(made.json()["me"]["name"], "Mara");
    assert_eq!(world.post("/api/setup/operator", "", &make(token)).await.code(), "already_done");
    assert_eq!(first_run_link(&world.context).await.expect("a read"), None);
    assert_eq!(world.get("/api/setup", "").await.code(), "sign_in_needed");
    let operator = made.cookies();
    assert_eq!(world.get("/api/setup", &operator).await.json()["operator"], true);
    assert_eq!(world.post("/api/setup/venue", "", &venue("anchor")).await.code(), "sign_in_needed");
    let anchor = world.post("/api/setup/venue", &operator, &venue("anchor")).await;
    assert_eq!((anchor.status, anchor.json()["address"].as_str()), (201, Some("http://127.0.0.1:8080/r/anchor")));
    let taken = world.post("/api/setup/venue", &operator, &venue("anchor")).await;
    assert_eq!((taken.code().as_str(), taken.json()["params"]["field"].as_str()), ("already_done", Some("room")));
    let guest = world.post("/api/guests", "", &json!({})).await.cookies();
    assert_eq!(world.post("/api/setup/venue", &guest, &venue("other")).await.code(), "forbidden");
    refuses_bad_venues(&world, &operator).await;
    let folder = json!({"folder": "/does/not/exist"});
    assert_eq!(world.post("/api/setup/import", &operator, &folder).await.json()["params"]["field"], "folder");
}

async fn refuses_bad_venues(world: &World, operator: &str) {
    let bad = [
        ("room", json!("No Spaces")),
        ("timezone", json!("Mars/Olympus")),
        ("radius_m", json!(5.0)),
        ("position", json!({"latitude": 91.0, "longitude": 0.0})),
        ("name", json!("")),
        ("hours", json!([{"day": 9, "opens": 0, "closes": 10}])),
    ];
    for (field, value) in bad {
        let mut body = venue("fresh");
        body[field] = value;
        let answer = world.post("/api/setup/venue", operator, &body).await;
        assert_eq!(
            (answer.code().as_str(), answer.json()["params"]["field"].as_str()),
            ("invalid", Some(field)),
            "{}",
            answer.body
        );
    }
    assert_eq!(world.get("/api/rooms/fresh", "").await.status, 404, "nothing was made");
}
