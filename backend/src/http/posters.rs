//! Posters for the tables: the code that opens a room, to print.

use super::{
    extract::{Path, Query},
    identity::{Session, require_at},
    pictures::DRAWN_AT_ONCE,
    problem::{Answer, ApiProblem},
};
use crate::{
    context::Context,
    mail::Language,
    pictures::Lang,
    posters::{self, Poster},
    store::places,
};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jukeline_app::{
    account::Role,
    api::{Code, PosterFormat, PosterQuery},
    id::JukeboxId,
};

/// `GET /api/jukeboxes/{jukebox}/poster.pdf`
pub fn routes() -> Router<Context> {
    Router::new().route("/api/jukeboxes/{jukebox}/poster.pdf", get(poster))
}

async fn poster(
    State(context): State<Context>,
    session: Session,
    Path(jukebox): Path<JukeboxId>,
    headers: HeaderMap,
    query: Answer<Query<PosterQuery>>,
) -> Answer<Response> {
    require_at(&context, session.account, Role::Attendant, jukebox).await?;
    let Query(query) = query?;
    // Printed with it, the poster would lead nobody anywhere.
    if context.config.is_private() {
        return Err(Code::PrivateAddress.into());
    }
    let room = places::room_by_jukebox(&context.store, jukebox).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let lang = query.lang.as_deref().map_or_else(|| accepted(&headers), Lang::of);
    let (kind, file) = match query.format {
        PosterFormat::Pdf => ("application/pdf", format!("inline; filename=\"poster-{}.pdf\"", room.room)),
        PosterFormat::Png => ("image/png", format!("inline; filename=\"poster-{}.png\"", room.room)),
    };
    // The room's name alone: the code on the screen turns, the poster stays.
    let address = context.config.address(&format!("/r/{}", room.room));
    let poster = Poster { venue: room.venue_name, zone: room.zone_name, address, lang };
    let bytes = draw(poster, query.format).await?;
    let said = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, &*file)];
    // Names and the address may change: whoever prints again prints what holds then.
    Ok(([(header::CACHE_CONTROL, "private, no-cache")], said, bytes).into_response())
}

/// The language of the request, as in mails.
fn accepted(headers: &HeaderMap) -> Lang {
    match Language::of(headers) {
        Language::English => Lang::En,
        Language::German => Lang::De,
    }
}

async fn draw(poster: Poster, format: PosterFormat) -> Answer<Vec<u8>> {
    let _permit = DRAWN_AT_ONCE.acquire().await.map_err(|_| ApiProblem::from(Code::Unavailable))?;
    let drawn = tokio::task::spawn_blocking(move || match format {
        PosterFormat::Pdf => posters::pdf(&poster),
        PosterFormat::Png => posters::png(&poster),
    });
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "a poster could not be drawn");
        ApiProblem::from(Code::Internal)
    };
    drawn.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
}
