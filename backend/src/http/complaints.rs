//! "I didn't hear it", read by the staff of the venue.

use super::{
    extract::{Json, Path, Query},
    identity::{Session, require},
    problem::Answer,
};
use crate::{context::Context, store::complaints};
use axum::{Router, extract::State, routing::get};
use jukeline_app::{
    account::Role,
    api::{Code, Complaints},
    id::{PlayId, VenueId},
};
use serde::Deserialize;

/// Complaints on a page.
const PAGE: usize = 50;

/// `GET /api/venues/{venue}/complaints`
pub fn routes() -> Router<Context> {
    Router::new().route("/api/venues/{venue}/complaints", get(of_venue))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Before {
    #[serde(default)]
    before: Option<PlayId>,
}

async fn of_venue(
    State(context): State<Context>,
    Path(venue): Path<VenueId>,
    session: Session,
    Query(query): Query<Before>,
) -> Answer<Json<Complaints>> {
    require(&context, session.account, Role::Attendant, venue).await?;
    if crate::store::places::venue_name(&context.store, venue).await?.is_none() {
        return Err(Code::NotFound.into());
    }
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut complaints = complaints::of_venue(&context.store, venue, query.before, limit).await?;
    let more = complaints.len() > PAGE;
    complaints.truncate(PAGE);
    let more = complaints.last().filter(|_| more).map(|complaint| complaint.play);
    Ok(Json(Complaints { complaints, more }))
}
