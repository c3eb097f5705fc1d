//! Posters: who gets them, where they are refused, in which language, and what their code says.

use super::{World, people::Person};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, header},
};
use jukeline_app::account::Role;
use resvg::tiny_skia::Pixmap;
use std::net::SocketAddr;
use tower::ServiceExt;
use uuid::Uuid;

async fn reachable() -> World {
    World::with(|config| config.public_url = "http://192.0.2.1:8080".parse().expect("an address")).await
}

impl World {
    async fn poster(&self, query: &str) -> String {
        format!("/api/jukeboxes/{}/poster.pdf{query}", self.room().await.jukebox)
    }

    /// The bytes of a poster in a browser of this language.
    async fn printed(&self, person: &Person, query: &str, language: &str) -> (String, Vec<u8>) {
        let request = Request::get(self.poster(query).await)
            .header(header::HOST, "192.0.2.1:8080")
            .header(header::COOKIE, &*person.cookie)
            .header(header::ACCEPT_LANGUAGE, language)
            .extension(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 40_000))));
        let answer = self.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
        let (parts, body) = answer.expect("an answer").into_parts();
        assert_eq!(parts.status, 200);
        let kind = parts.headers[header::CONTENT_TYPE].to_str().expect("a kind").to_owned();
        (kind, axum::body::to_bytes(body, 1 << 22).await.expect("a body").to_vec())
    }
}

fn language(pdf: &[u8]) -> String {
    let written = String::from_utf8_lossy(pdf);
    let said = written.split("/Lang").nth(1).and_then(|rest| rest.split(['(', ')']).nth(1));
    said.expect("a language").to_owned()
}

#[tokio::test]
async fn a_poster_is_for_the_staff_of_its_jukebox() {
    let world = reachable().await;
    let (attendant, nobody) = (world.person(Some(Role::Attendant)).await, world.person(None).await);
    let path = world.poster("").await;
    assert_eq!(world.get(&path, "").await.code(), "sign_in_needed");
    assert_eq!(world.get(&path, &nobody.cookie).await.code(), "forbidden");
    assert_eq!(world.get(&world.poster("?format=svg").await, &attendant.cookie).await.code(), "bad_request");
    let elsewhere = format!("/api/jukeboxes/{}/poster.pdf", Uuid::nil());
    assert_eq!(world.get(&elsewhere, &attendant.cookie).await.code(), "not_found");
    let answer = world.get(&path, &attendant.cookie).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/pdf"));
    assert_eq!(answer.header("content-disposition"), "inline; filename=\"poster-copper.pdf\"");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert!(answer.body.starts_with("%PDF-"));
}

#[tokio::test]
async fn an_address_that_nobody_outside_can_reach_is_not_printed() {
    for url in ["http://127.0.0.1:8080", "http://192.168.1.20:8080", "http://jukebox.local", "http://[fd00::1]"] {
        let world = World::with(|config| config.public_url = url.parse().expect("an address")).await;
        let (attendant, nobody) = (world.person(Some(Role::Attendant)).await, world.person(None).await);
        let answer = world.get(&world.poster("").await, &attendant.cookie).await;
        assert_eq!((answer.status, &*answer.code()), (409, "private_address"), "{url}");
        assert_eq!(world.get(&world.poster("").await, &nobody.cookie).await.code(), "forbidden", "{url}");
    }
}

#[tokio::test]
async fn the_language_is_the_asked_one_else_the_requests() {
    let world = reachable().await;
    let attendant = world.person(Some(Role::Attendant)).await;
    for (query, accepted, expected) in [
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "fr, en", "en"),
        ("", "", "en"),
        ("?lang=de", "en", "de"),
        ("?lang=en", "de", "en"),
        ("?lang=fr", "de", "en"),
    ] {
        let (_, pdf) = world.printed(&attendant, query, accepted).await;
        assert_eq!(language(&pdf), expected, "{query} {accepted}");
    }
}

#[tokio::test]
async fn the_code_opens_the_room_and_lets_nobody_play() {
    let world = reachable().await;
    let attendant = world.person(Some(Role::Attendant)).await;
    let (kind, bytes) = world.printed(&attendant, "?format=png", "de").await;
    assert_eq!(kind, "image/png");
    let pixels = Pixmap::decode_png(&bytes).expect("a PNG");
    assert_eq!((pixels.width(), pixels.height()), (874, 1240), "A5 at 150 dots an inch");
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        pixels.pixel(x as u32, y as u32).expect("within").green()
    });
    let said: Vec<String> = seen.detect_grids().iter().map(|grid| grid.decode().expect("readable").1).collect();
    assert_eq!(said, ["http://192.0.2.1:8080/r/copper"], "the room's name alone, without the code that turns");
}
