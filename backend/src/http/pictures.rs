//! The pictures of a year, to be shared: a person's own, and a venue's for its staff.

use super::{
    extract::{Path2, Query},
    identity::{Session, require_at},
    problem::{Answer, ApiProblem},
};
use crate::{
    context::Context,
    pictures::{self, Lang},
    readers::years,
    store::places,
};
use axum::{
    Router,
    extract::{Path, State, rejection::PathRejection},
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use jukeline_app::{
    account::Role,
    api::{Code, PictureFormat, PictureQuery, Year, YearPicture},
    id::JukeboxId,
};
use tokio::sync::Semaphore;

/// Pictures and posters that are drawn at once: each takes a core.
pub(super) static DRAWN_AT_ONCE: Semaphore = Semaphore::const_new(2);

/// `GET /api/years/{year}/pictures/{picture}` and `GET /api/jukeboxes/{jukebox}/years/{year}/pictures/{picture}`.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/years/{year}/pictures/{picture}", get(own))
        .route("/api/jukeboxes/{jukebox}/years/{year}/pictures/{picture}", get(of_venue))
}

async fn own(
    State(context): State<Context>,
    session: Session,
    path: Answer<Path2<u16, String>>,
    query: Answer<Query<PictureQuery>>,
) -> Answer<Response> {
    let Path2(year, picture) = path?;
    let picture = named(&picture)?;
    let Query(query) = query?;
    let year = years::of_account(&context.store, session.account, checked(year)?).await?;
    draw(year, picture, None, &query).await
}

async fn of_venue(
    State(context): State<Context>,
    session: Session,
    path: Result<Path<(JukeboxId, u16, String)>, PathRejection>,
    query: Answer<Query<PictureQuery>>,
) -> Answer<Response> {
    // What can't be one names nothing.
    let Path((jukebox, year, picture)) = path.map_err(|_| ApiProblem::from(Code::NotFound))?;
    require_at(&context, session.account, Role::Attendant, jukebox).await?;
    let (picture, year) = (named(&picture)?, checked(year)?);
    let Query(query) = query?;
    let room = places::room_by_jukebox(&context.store, jukebox).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let now = context.store.now().await?;
    let year = years::of_venue(&context.store, room.venue, year, now).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    draw(year, picture, Some(room.venue_name), &query).await
}

fn named(picture: &str) -> Answer<YearPicture> {
    match picture {
        "numbers" => Ok(YearPicture::Numbers),
        "songs" => Ok(YearPicture::Songs),
        "artists" => Ok(YearPicture::Artists),
        "months" => Ok(YearPicture::Months),
        _ => Err(Code::NotFound.into()),
    }
}

/// A year has four digits, as the nights that are counted for it.
fn checked(year: u16) -> Answer<u16> {
    if (1_000..=9_999).contains(&year) { Ok(year) } else { Err(Code::NotFound.into()) }
}

async fn draw(year: Year, picture: YearPicture, venue: Option<String>, query: &PictureQuery) -> Answer<Response> {
    let lang = query.lang.as_deref().map(Lang::of).unwrap_or_default();
    let _permit = DRAWN_AT_ONCE.acquire().await.map_err(|_| ApiProblem::from(Code::Unavailable))?;
    let format = query.format;
    let drawn = tokio::task::spawn_blocking(move || {
        let svg = pictures::svg(&year, picture, venue.as_deref(), lang)?;
        match format {
            PictureFormat::Svg => Ok(svg.into_bytes()),
            PictureFormat::Png => pictures::png(&svg),
        }
    });
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "the picture of a year could not be drawn");
        ApiProblem::from(Code::Internal)
    };
    let bytes = drawn.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
    let kind = match format {
        PictureFormat::Svg => "image/svg+xml",
        PictureFormat::Png => "image/png",
    };
    // Somebody's own: for their browser, and not for long.
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "private, max-age=60")], bytes).into_response())
}
