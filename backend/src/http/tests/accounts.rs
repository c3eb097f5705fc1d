//! Guests, keeping what one has, signing in and out, and lost passwords.

use super::World;
use crate::store::accounts;
use axum::{
    body::Body,
    http::{Method, Request},
};
use jukeline_app::{account::Role, id::AccountId};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery";

fn who(email: &str) -> Value {
    json!({"email": email, "password": PASSWORD})
}

fn account(me: &Value) -> AccountId {
    me["account"].as_str().and_then(|text| text.parse().ok()).expect("an account")
}

#[tokio::test]
async fn a_guest_is_made_once_and_has_the_grant() {
    let world = World::with(|config| config.guests.grant = 20).await;
    let first = world.post("/api/guests", "", &json!({})).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let me = &first.json()["me"];
    assert_eq!((me["guest"].as_bool(), me["credits"].as_i64()), (Some(true), Some(20)));
    let set =
        first.headers.get_all("set-cookie").iter().filter_map(|v| v.to_str().ok()).find(|v| v.starts_with("session="));
    let set = set.expect("a session");
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/") && !set.contains("Secure")
    );
    let again = world.post("/api/guests", &first.cookies(), &json!({})).await;
    assert_eq!((again.status, &again.json()["me"]["account"]), (200, &me["account"]));
    assert_eq!(world.get("/api/me", "").await.code(), "sign_in_needed");
    assert_eq!(world.get("/api/me", "session=AAAA").await.code(), "sign_in_needed");
}

#[tokio::test]
async fn on_https_the_cookie_is_bound_to_the_host() {
    let world = World::with(|config| config.public_url = "https://jukeline.example".parse().expect("an address")).await;
    let started = world.post("/api/guests", "", &json!({})).await;
    let set = started
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|v| v.to_str().ok())
        .find(|v| v.starts_with("__Host-session="));
    assert!(set.is_some_and(|set| set.ends_with("; Secure")));
    assert_eq!(world.get("/api/me", &started.cookies()).await.status, 200);
    assert!(!started.header("strict-transport-security").is_empty());
}

#[tokio::test]
async fn a_bearer_token_is_no_cookie_and_a_cookie_no_bearer_token() {
    let world = World::new().await;
    let started = world.post("/api/guests", "", &json!({"credential": "bearer"})).await;
    let token = started.json()["token"].as_str().expect("a token").to_owned();
    assert!(!started.cookies().contains("session="));
    assert_eq!(world.get("/api/me", &format!("session={token}")).await.status, 401);
    let request = axum::http::Request::get("/api/me").header("authorization", format!("Bearer {token}"));
    assert_eq!(world.ask(request.body(axum::body::Body::empty()).expect("a request")).await.status, 200);
}

#[tokio::test]
async fn a_guest_keeps_everything_under_an_address() {
    let world = World::with(|config| config.guests.grant = 20).await;
    let guest = world.post("/api/guests", "", &json!({})).await;
    let kept = world.post("/api/accounts", &guest.cookies(), &who("Mara@Example.org")).await;
    assert_eq!(kept.status, 201, "{}", kept.body);
    let me = &kept.json()["me"];
    assert_eq!(me["account"], guest.json()["me"]["account"]);
    assert_eq!(
        (me["guest"].as_bool(), me["email"].as_str(), me["credits"].as_i64()),
        (Some(false), Some("mara@example.org"), Some(20))
    );
    assert_eq!(world.get("/api/me", &guest.cookies()).await.status, 401, "the guest's token ended with the guest");
    assert_eq!(world.post("/api/accounts", &kept.cookies(), &who("other@example.org")).await.code(), "already_done");
    let weak = json!({"email": "x@example.org", "password": "short"});
    assert_eq!(world.post("/api/accounts", "", &weak).await.code(), "weak_password");
}

#[tokio::test]
async fn signing_in_brings_the_guests_credits_along() {
    let world = World::with(|config| config.guests.grant = 5).await;
    let kept = world.post("/api/accounts", "", &who("mara@example.org")).await;
    assert_eq!(kept.status, 201, "{}", kept.body);
    let guest = world.post("/api/guests", "", &json!({})).await;
    let signed_in = world.post("/api/sessions", &guest.cookies(), &who("mara@example.org")).await;
    let me = &signed_in.json()["me"];
    assert_eq!((&me["account"], me["credits"].as_i64()), (&kept.json()["me"]["account"], Some(10)));
    assert_eq!(world.send(Method::DELETE, "/api/sessions", &signed_in.cookies(), None).await.status, 204);
    assert_eq!(world.get("/api/me", &signed_in.cookies()).await.status, 401);
    assert_eq!(world.get("/api/me", &kept.cookies()).await.status, 401, "everywhere");
}

#[tokio::test]
async fn answers_do_not_tell_whether_an_address_exists() {
    let world = World::new().await;
    world.post("/api/accounts", "", &who("mara@example.org")).await;
    let wrong = |email: &str| json!({"email": email, "password": "wrong but long enough"});
    let known = world.post("/api/sessions", "", &wrong("mara@example.org")).await;
    let unknown = world.post("/api/sessions", "", &wrong("nobody@example.org")).await;
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    assert_eq!(known.code(), "wrong_credentials");
    for email in ["mara@example.org", "nobody@example.org"] {
        assert_eq!(world.post("/api/passwords/forgotten", "", &json!({"email": email})).await.code(), "no_mail");
    }
}

#[tokio::test]
async fn eleven_tries_with_one_address_have_to_wait() {
    let world = World::new().await;
    let device = world.post("/api/guests", "", &json!({})).await.cookies();
    let wrong = json!({"email": "mara@example.org", "password": "wrong but long enough"});
    for _ in 0..10 {
        assert_eq!(world.post("/api/sessions", &device, &wrong).await.code(), "wrong_credentials");
    }
    assert_eq!(world.post("/api/sessions", &device, &wrong).await.code(), "slow_down");
}

#[tokio::test]
async fn over_plain_http_on_a_network_there_are_no_passwords_but_at_the_servers_own_machine() {
    let world = World::with(|config| config.public_url = "http://192.0.2.1:8080".parse().expect("an address")).await;
    for path in ["/api/accounts", "/api/sessions"] {
        assert_eq!(world.post(path, "", &who("mara@example.org")).await.code(), "needs_https");
    }
    let guest = world.post("/api/guests", "", &json!({})).await;
    assert_eq!((guest.status, guest.json()["me"]["passwords"].as_bool()), (201, Some(false)));
    let at_the_machine = async |path: &str| {
        let request = Request::post(path).header("content-type", "application/json");
        let request = request.body(Body::from(who("mara@example.org").to_string())).expect("a request");
        world.ask_from([127, 0, 0, 1], request).await.status
    };
    assert_eq!((at_the_machine("/api/accounts").await, at_the_machine("/api/sessions").await), (201, 201));
}

#[tokio::test]
async fn a_managers_code_sets_a_new_password_once_and_ends_every_session() {
    let world = World::new().await;
    let mara = world.post("/api/accounts", "", &who("mara@example.org")).await;
    let manager = world.post("/api/accounts", "", &who("boss@example.org")).await;
    let ask = json!({"email": "mara@example.org"});
    assert_eq!(world.post("/api/people/reset-codes", &manager.cookies(), &ask).await.code(), "forbidden");
    let mut tx = world.context.store.begin().await.expect("a transaction");
    let venue = world.room().await.venue;
    accounts::appoint(&mut tx, account(&manager.json()["me"]), Role::VenueManager, Some(venue))
        .await
        .expect("appointed");
    tx.commit().await.expect("committed");
    let made = world.post("/api/people/reset-codes", &manager.cookies(), &ask).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let nobody =
        world.post("/api/people/reset-codes", &manager.cookies(), &json!({"email": "nobody@example.org"})).await;
    assert_eq!(nobody.status, 201);
    let new = |code: &Value| json!({"code": code, "password": "a new and longer one"});
    assert_eq!(world.post("/api/passwords", "", &new(&nobody.json()["code"])).await.code(), "link_spent");
    assert_eq!(world.post("/api/passwords", "", &new(&made.json()["code"])).await.status, 204);
    assert_eq!(world.post("/api/passwords", "", &new(&made.json()["code"])).await.code(), "link_spent");
    assert_eq!(world.get("/api/me", &mara.cookies()).await.status, 401);
    assert_eq!(world.post("/api/sessions", "", &who("mara@example.org")).await.code(), "wrong_credentials");
}

#[tokio::test]
async fn a_deleted_account_is_gone() {
    let world = World::with(|config| config.guests.grant = 5).await;
    let kept = world.post("/api/accounts", "", &who("mara@example.org")).await;
    assert_eq!(world.send(Method::DELETE, "/api/me", &kept.cookies(), None).await.status, 204);
    assert_eq!(world.get("/api/me", &kept.cookies()).await.status, 401);
    assert_eq!(world.post("/api/sessions", "", &who("mara@example.org")).await.code(), "wrong_credentials");
    assert_eq!(
        world.post("/api/accounts", "", &who("mara@example.org")).await.status,
        201,
        "the address is free again"
    );
}

#[tokio::test]
async fn a_ticket_is_good_once() {
    let world = World::new().await;
    let cookies = world.post("/api/guests", "", &json!({})).await.cookies();
    let made = world.post("/api/tickets", &cookies, &json!({"usage": "websocket"})).await;
    let ticket = made.json()["ticket"].as_str().expect("a ticket").to_owned();
    let redeem = |usage| crate::http::tickets::redeem(&world.context, &ticket, usage);
    assert!(redeem(jukeline_app::api::TicketUse::Sound).await.expect("asked").is_none());
    assert!(redeem(jukeline_app::api::TicketUse::Websocket).await.expect("asked").is_some());
    assert!(redeem(jukeline_app::api::TicketUse::Websocket).await.expect("asked").is_none());
    assert_eq!(world.post("/api/tickets", "", &json!({"usage": "sound"})).await.code(), "sign_in_needed");
}
