//! The numbers of a year: one's own, and a venue's for its staff.

use super::{
    extract::{Json, Path, Path2},
    identity::{Session, require_at},
    problem::{Answer, ApiProblem},
};
use crate::{
    context::Context,
    readers::{Projection, charts::Charts, history::History, years},
};
use axum::{Router, extract::State, routing::get};
use jukeline_app::{
    api::{Code, Year},
    id::JukeboxId,
};
use std::ops::RangeInclusive;

/// Years that a night's number can name. Others name nothing.
const YEARS: RangeInclusive<u16> = 1970..=9999;

/// `/api/years/{year}` and the same of a jukebox's venue.
pub fn routes() -> Router<Context> {
    Router::new().route("/api/years/{year}", get(mine)).route("/api/jukeboxes/{jukebox}/years/{year}", get(of_venue))
}

async fn mine(State(context): State<Context>, session: Session, Path(year): Path<u16>) -> Answer<Json<Year>> {
    check(&context, year, History::NAME)?;
    Ok(Json(years::of_account(&context.store, session.account, year).await?))
}

async fn of_venue(
    State(context): State<Context>,
    session: Session,
    Path2(jukebox, year): Path2<JukeboxId, u16>,
) -> Answer<Json<Year>> {
    let venue = require_at(&context, session.account, jukeline_app::account::Role::Attendant, jukebox).await?;
    check(&context, year, Charts::NAME)?;
    let year = years::of_venue(&context.store, venue, year, context.store.now().await?).await?;
    year.map(Json).ok_or(Code::NotFound.into())
}

/// What is being built for the first time would be half of what there is: "not now".
fn check(context: &Context, year: u16, reader: &'static str) -> Answer<()> {
    if !YEARS.contains(&year) {
        return Err(Code::NotFound.into());
    }
    context.readers.mark(reader).map(drop).ok_or(ApiProblem::from(Code::Unavailable))
}
