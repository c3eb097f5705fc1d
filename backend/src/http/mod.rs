//! HTTP: the API, the pages and the websockets.

pub mod accounts;
pub mod app_links;
pub mod assets;
pub mod audience;
pub mod books;
pub mod charts;
pub mod codes;
pub mod complaints;
pub mod cookies;
pub mod elsewhere;
pub mod extract;
pub mod favourites;
pub mod history;
pub mod html;
pub mod identity;
mod kept;
mod layers;
pub mod limits;
pub mod live;
pub mod manifest;
pub mod openapi;
pub mod ops;
pub mod pages;
pub mod passes;
pub mod passwords;
pub mod past_live;
pub mod people;
pub mod pictures;
pub mod plays;
pub mod posters;
pub mod presence;
pub mod problem;
pub mod purchases;
pub mod receipts;
pub mod rooms;
pub mod screens;
pub mod sessions;
pub mod setup;
pub mod shared;
pub mod songs;
pub mod staff;
pub mod suggestions;
pub mod tickets;
pub mod venues;
pub mod waiting;
pub mod wallet;
pub mod web_app;
pub mod wishes;
pub mod years;

use crate::context::Context;
use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
};
use jukeline_app::api::Code;
use problem::ApiProblem;
use shared::Shared;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, Predicate, predicate::SizeAbove},
};

/// Largest body in bytes.
pub const BODY_LIMIT: usize = 64 * 1024;

/// All routes, without what happens around them.
pub(crate) fn routes(shared: &Shared) -> Router<Context> {
    Router::new()
        .merge(accounts::routes())
        .merge(sessions::routes())
        .merge(tickets::routes())
        .merge(presence::routes())
        .merge(rooms::routes())
        .merge(songs::routes())
        .merge(charts::routes())
        .merge(elsewhere::routes())
        .merge(suggestions::routes())
        .merge(wishes::routes())
        .merge(favourites::routes())
        .merge(history::routes())
        .merge(years::routes())
        .merge(pictures::routes())
        .merge(setup::routes())
        .merge(plays::routes())
        .merge(screens::routes())
        .merge(live::routes())
        .merge(past_live::routes())
        .merge(staff::routes())
        .merge(posters::routes())
        .merge(people::routes())
        .merge(venues::routes())
        .merge(complaints::routes())
        .merge(books::routes())
        .merge(wallet::routes())
        .merge(purchases::routes())
        .merge(codes::routes())
        .merge(receipts::routes())
        .merge(pages::routes())
        .merge(ops::routes())
        .merge(assets::routes(&shared.pages.folder))
        .merge(web_app::routes())
        .merge(app_links::routes())
}

/// The whole server's router. Serve it with connect info (`SocketAddr`), which limits count by.
pub fn router(context: Context) -> Router {
    ops::count();
    let shared = Shared::new(&context.config);
    // The last layer is the first to see a request.
    routes(&shared)
        .fallback(nothing_here)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(cookies::collect))
        .layer(from_fn_with_state(context.clone(), layers::same_origin))
        .layer(from_fn(layers::in_time))
        .layer(from_fn(layers::worded))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(CompressionLayer::new().compress_when(SizeAbove::new(600).and(is_text)))
        .layer(layers::shells())
        .layer(from_fn_with_state(context.config.clone(), layers::secure))
        .layer(from_fn(layers::observe))
        .layer(Extension(shared))
        .with_state(context)
}

/// Compressed on the way: what is text. Bundles are compressed when they are built; sound and pictures already are.
fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/") || kind.contains("json") || kind.contains("svg")
}

async fn nothing_here() -> ApiProblem {
    Code::NotFound.into()
}

#[cfg(test)]
mod tests;
