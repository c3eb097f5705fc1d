//! A song's sound, with ranges, to players only.

use super::{WithTicket, screen_or_ticket};
use crate::{
    context::Context,
    http::{
        extract::{Path, Query},
        problem::{Answer, ApiProblem},
    },
    store::songs,
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jukeline_app::{
    api::{Code, ScreenRole, TicketUse},
    id::SongId,
};
use tower::ServiceExt;
use tower_http::services::ServeFile;

/// `GET /api/songs/{song}/sound`
pub(super) async fn sound(
    State(context): State<Context>,
    Path(song): Path<SongId>,
    Query(query): Query<WithTicket>,
    headers: HeaderMap,
    request: Request,
) -> Answer<Response> {
    let screen = screen_or_ticket(&context, &headers, query.ticket.as_deref(), TicketUse::Sound).await?;
    if screen.role != ScreenRole::Player {
        return Err(Code::Forbidden.into());
    }
    let sound = songs::sound(&context.store, song).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let mime = sound.mime.parse().map_err(|_| ApiProblem::from(Code::Internal))?;
    let served = ServeFile::new_with_mime(&sound.path, &mime).oneshot(request).await;
    let mut response = match served {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    };
    match response.status() {
        StatusCode::NOT_FOUND => {
            tracing::error!(%song, "a song's file is gone");
            return Err(Code::NotFound.into());
        }
        StatusCode::RANGE_NOT_SATISFIABLE => return Err(Code::RangeNotSatisfiable.into()),
        _ => {}
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    Ok(response.into_response())
}
