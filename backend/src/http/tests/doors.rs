//! What is refused before a handler has a say, and what every answer carries.

use super::World;
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::json;

#[tokio::test]
async fn refusals_are_problems_with_a_code() {
    let world = World::new().await;
    let missing = world.get("/api/nothing", "").await;
    assert_eq!((missing.status, missing.code().as_str()), (404, "not_found"));
    assert_eq!(missing.header("content-type"), "application/problem+json");
    let wrong_method = world.send(Method::DELETE, "/api/rooms/copper", "", None).await;
    assert_eq!((wrong_method.status, wrong_method.code().as_str()), (405, "method_not_allowed"));
    assert!(wrong_method.header("allow").contains("GET"));
    let unknown_field = world.post("/api/guests", "", &json!({"credential": "cookie", "extra": 1})).await;
    assert_eq!((unknown_field.status, unknown_field.code().as_str()), (400, "bad_request"));
    let wrong_type = world.post("/api/guests", "", &json!({"credential": 7})).await;
    assert_eq!(wrong_type.code(), "bad_request");
    let unknown_query = world.get("/api/rooms/copper/songs?list=newest&what=1", "").await;
    assert_eq!(unknown_query.code(), "bad_request");
    let no_such_room = world.get("/api/rooms/nowhere", "").await;
    assert_eq!(no_such_room.code(), "not_found");
}

#[tokio::test]
async fn bodies_must_be_json_and_small() {
    let world = World::new().await;
    let request = |kind: &str, body: String| {
        Request::post("/api/guests").header(header::CONTENT_TYPE, kind).body(Body::from(body)).expect("a request")
    };
    assert_eq!(world.ask(request("text/plain", "{}".into())).await.code(), "unsupported_media_type");
    assert_eq!(world.ask(request("application/json", "{".into())).await.code(), "bad_request");
    let large = format!("{{\"credential\": \"{}\"}}", "x".repeat(70_000));
    assert_eq!(world.ask(request("application/json", large)).await.code(), "body_too_large");
    let nul = "{\"email\": \"a\\u0000@b.c\"}".to_owned();
    assert_eq!(world.ask(request("application/json", nul)).await.code(), "bad_request");
}

#[tokio::test]
async fn every_answer_is_guarded_and_numbered() {
    let world = World::new().await;
    for path in ["/livez", "/api/nothing", "/r/copper"] {
        let answer = world.get(path, "").await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("connect-src 'self' ws://127.0.0.1:8080;"),
            "{policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("x-request-id").len(), 16);
    }
}

#[tokio::test]
async fn another_site_changes_nothing_with_our_cookies() {
    let world = World::new().await;
    let cookies = world.post("/api/guests", "", &json!({})).await.cookies();
    let from = |header_name: &'static str, value: &'static str| {
        let request =
            Request::patch("/api/me").header(header::HOST, "127.0.0.1:8080").header(header::COOKIE, cookies.clone());
        let request = request.header(header::CONTENT_TYPE, "application/json").header(header_name, value);
        request.body(Body::from("{\"name\":\"Mara\"}")).expect("a request")
    };
    assert_eq!(world.ask(from("sec-fetch-site", "cross-site")).await.code(), "forbidden");
    assert_eq!(world.ask(from("origin", "https://evil.example")).await.code(), "forbidden");
    assert_eq!(world.ask(from("origin", "http://127.0.0.1:8080")).await.status, 200);
    assert_eq!(world.ask(from("sec-fetch-site", "same-origin")).await.json()["name"], "Mara");
}

#[tokio::test]
async fn the_shells_pages_may_ask_and_other_origins_may_not() {
    let world = World::new().await;
    let preflight = |origin: &'static str| {
        let request = Request::builder().method(Method::OPTIONS).uri("/api/me").header(header::ORIGIN, origin);
        request.header("access-control-request-method", "GET").body(Body::empty()).expect("a request")
    };
    assert_eq!(
        world.ask(preflight("tauri://localhost")).await.header("access-control-allow-origin"),
        "tauri://localhost"
    );
    assert_eq!(world.ask(preflight("https://evil.example")).await.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn readiness_names_what_is_missing() {
    let world = World::new().await;
    assert_eq!(world.get("/livez", "").await.status, 200);
    let not_yet = world.get("/readyz", "").await;
    assert_eq!((not_yet.status, not_yet.json()["store"].as_str()), (503, Some("ok")));
    assert_eq!(not_yet.json()["live"], "not running");
    for flag in [&world.context.health.floor, &world.context.health.relay, &world.context.health.live] {
        flag.store(true, std::sync::atomic::Ordering::Relaxed);
    }
    assert_eq!(world.get("/readyz", "").await.status, 200);
    assert!(world.get("/metrics", "").await.body.contains("jukeline_http_requests_total"));
}
