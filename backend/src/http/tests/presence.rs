//! Being in the room: near, far, the code, the guesser and the full bar.

use super::{MIDDLE, World};
use serde_json::json;

fn at(latitude: f64, accuracy_m: f64) -> serde_json::Value {
    json!({"by": "position", "position": {"latitude": latitude, "longitude": MIDDLE.longitude}, "accuracy_m": accuracy_m})
}

#[tokio::test]
async fn a_position_lets_in_or_says_why_not() {
    let world = World::new().await;
    let path = "/api/rooms/copper/presence";
    let near = world.post(path, "", &at(MIDDLE.latitude, 10.0)).await;
    assert_eq!(near.status, 200, "{}", near.body);
    assert!(near.cookies().contains("pass-copper=v1.") && near.cookies().contains("device="));
    assert_eq!(world.post(path, "", &at(MIDDLE.latitude + 0.1, 10.0)).await.code(), "too_far");
    assert_eq!(world.post(path, "", &at(MIDDLE.latitude, 900.0)).await.code(), "position_unclear");
    assert_eq!(world.post(path, "", &at(91.0, 10.0)).await.code(), "invalid");
    assert_eq!(world.post(path, "", &at(MIDDLE.latitude, -1.0)).await.code(), "invalid");
    assert_eq!(world.post("/api/rooms/nowhere/presence", "", &at(1.0, 1.0)).await.code(), "not_found");
}

#[tokio::test]
async fn without_a_position_of_its_own_a_room_asks_for_the_code() {
    let world = World::new().await;
    world.make_room("cellar", None).await;
    assert_eq!(
        world.post("/api/rooms/cellar/presence", "", &at(MIDDLE.latitude, 5.0)).await.code(),
        "position_unclear"
    );
}

#[tokio::test]
async fn a_pass_is_told_to_its_own_device_only() {
    let world = World::new().await;
    let guest = world.post("/api/guests", "", &json!({})).await.cookies();
    let shown =
        world.post("/api/rooms/copper/presence", &guest, &json!({"by": "code", "code": world.code().await})).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    let with_pass = format!("{guest}; {}", shown.cookies());
    assert_eq!(world.get("/api/me", &with_pass).await.json()["passes"].as_array().map(Vec::len), Some(1));
    let other = world.post("/api/guests", "", &json!({})).await.cookies();
    let stolen = format!("{other}; {}", shown.cookies());
    assert_eq!(world.get("/api/me", &stolen).await.json()["passes"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn the_qr_is_redeemed_by_the_server_before_any_page() {
    let world = World::new().await;
    let right = world.get(&format!("/r/copper?c={}", world.code().await), "").await;
    assert_eq!((right.status, right.header("location")), (303, "/r/copper"));
    assert!(right.cookies().contains("pass-copper=") && right.cookies().contains("device="));
    let stale = world.get("/r/copper?c=000000", "").await;
    assert_eq!((stale.status, stale.header("location")), (303, "/r/copper/code"));
    assert!(!stale.cookies().contains("pass-copper="));
}

#[tokio::test]
async fn a_guesser_is_locked_out_and_a_full_bar_is_not() {
    let world = World::new().await;
    let path = "/api/rooms/copper/presence";
    let guesser = world.post("/api/guests", "", &json!({})).await.cookies();
    let wrong = json!({"by": "code", "code": "not a code"});
    for _ in 0..10 {
        assert_eq!(world.post(path, &guesser, &wrong).await.code(), "wrong_code");
    }
    let refused = world.post(path, &guesser, &wrong).await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "slow_down"));
    assert!(refused.json()["params"]["seconds"].as_u64().is_some_and(|seconds| seconds <= 601));
    assert!(!refused.header("retry-after").is_empty());
    let code = world.code().await;
    assert_eq!(
        world.post(path, &guesser, &json!({"by": "code", "code": code})).await.code(),
        "slow_down",
        "even a right one"
    );
    // Everybody in a bar has the same address: 100 of them come in all the same.
    for patron in 0..100 {
        let cookies = world.post("/api/guests", "", &json!({})).await;
        assert_eq!(cookies.status, 201, "patron {patron}: {}", cookies.body);
        let body = json!({"by": "code", "code": world.code().await});
        assert_eq!(world.post(path, &cookies.cookies(), &body).await.status, 200, "patron {patron}");
    }
}
