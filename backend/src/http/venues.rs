//! What a venue decides about itself.

use super::{
    extract::{Json, Path},
    identity::Session,
    people::require_manager,
    problem::{Answer, ApiProblem},
};
use crate::{context::Context, store::places};
use axum::{Router, extract::State, http::StatusCode, routing::get};
use jukeline_app::{
    api::{Code, VenueSettings},
    id::VenueId,
};

/// `/api/venues/{venue}/settings`
pub fn routes() -> Router<Context> {
    Router::new().route("/api/venues/{venue}/settings", get(settings).put(set_settings))
}

async fn settings(
    State(context): State<Context>,
    Path(venue): Path<VenueId>,
    session: Session,
) -> Answer<Json<VenueSettings>> {
    require_manager(&context, &session, venue).await?;
    let shown = places::shown_elsewhere(&context.store, venue).await?;
    Ok(Json(VenueSettings { shown_elsewhere: shown.ok_or(ApiProblem::from(Code::NotFound))? }))
}

async fn set_settings(
    State(context): State<Context>,
    Path(venue): Path<VenueId>,
    session: Session,
    Json(settings): Json<VenueSettings>,
) -> Answer<StatusCode> {
    require_manager(&context, &session, venue).await?;
    places::show_elsewhere(&context.store, venue, settings.shown_elsewhere).await?;
    Ok(StatusCode::NO_CONTENT)
}
