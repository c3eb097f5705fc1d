//! The pages: shells of the six surfaces, with a room's truth already in them.

use super::{
    cookies,
    extract::Path,
    html,
    identity::{Device, Passes, give_pass},
    presence,
    problem::Answer,
    shared::{Address, Shared},
};
use crate::{context::Context, live, store::places};
use axum::{
    Router,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use jukeline_app::{
    page::{PAGES, ROOM, WITHIN_A_ROOM},
    venue::is_room_name,
};

/// Every page.
pub fn routes() -> Router<Context> {
    let mut router = Router::new().route(ROOM, get(room)).route(WITHIN_A_ROOM, get(room_within));
    for (surface, paths) in PAGES {
        for path in paths.iter().filter(|path| ![ROOM, WITHIN_A_ROOM].contains(*path)) {
            router = router.route(
                path,
                get(async |context, shared, address, headers| plain(context, shared, address, headers, surface)),
            );
        }
    }
    router
}

/// A page that needs no room.
fn plain(State(context): State<Context>, shared: Shared, from: Address, headers: HeaderMap, surface: &str) -> Response {
    page(&context, &shared, surface, None, from, &headers)
}

/// A room. With a code in the address (from the QR) it is redeemed here, before any page: the next address has none.
#[allow(clippy::too_many_arguments, reason = "each is a part of the request")]
async fn room(
    State(context): State<Context>,
    shared: Shared,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    device: Device,
    address: Address,
    headers: HeaderMap,
    cookies: cookies::SetCookies,
    passes: Passes,
) -> Answer<Response> {
    shared.room_opened(address.0);
    let Some(code) = query.as_deref().and_then(code_in) else {
        return room_page(&context, &shared, &name, address, &headers, &passes).await;
    };
    let Some(room) = places::room(&context.store, &name).await? else {
        let there = if is_room_name(&name) { format!("/r/{name}") } else { "/".to_owned() };
        return Ok(Redirect::to(&there).into_response());
    };
    let now = context.store.now().await?;
    if presence::check_code(&shared, &room, &device, address, &code, now).is_err() {
        return Ok(Redirect::to(&format!("/r/{}/code", room.room)).into_response());
    }
    give_pass(&context, &cookies, &room.room, room.jukebox, &device.name, now);
    Ok(Redirect::to(&format!("/r/{}", room.room)).into_response())
}

async fn room_within(
    State(context): State<Context>,
    shared: Shared,
    Path(name): Path<String>,
    _device: Device,
    address: Address,
    headers: HeaderMap,
    passes: Passes,
) -> Answer<Response> {
    shared.room_opened(address.0);
    room_page(&context, &shared, &name, address, &headers, &passes).await
}

async fn room_page(
    context: &Context,
    shared: &Shared,
    name: &str,
    from: Address,
    headers: &HeaderMap,
    passes: &Passes,
) -> Answer<Response> {
    let snapshot = live::snapshot(context, name).await?;
    let seen = snapshot
        .as_ref()
        .map(|room| html::Seen { room, in_the_room: passes.until(room.info.jukebox, room.server_now).is_some() });
    let mut response = page(context, shared, "patron", seen, from, headers);
    if snapshot.is_none() {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    Ok(response)
}

/// The `c` of a query.
fn code_in(query: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "c").map(|(_, value)| value.into_owned())
}

fn page(
    context: &Context,
    shared: &Shared,
    surface: &str,
    room: Option<html::Seen<'_>>,
    from: Address,
    headers: &HeaderMap,
) -> Response {
    // A browser that sends no cookie at all may be one that keeps none; the page tries before it says so.
    let no_cookie = cookies::all(headers).next().is_none();
    let text = html::shell(&context.config, &shared.pages, surface, room, from, no_cookie);
    let status = if shared.pages.manifest.is_some() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], Html(text)).into_response()
}
