//! "Ask for this song": what a search didn't find, counted for the operators.

use super::{
    extract::{Json, Path, Query},
    identity::{Session, require_operator},
    limits,
    problem::{Answer, ApiProblem},
    shared::Shared,
};
use crate::{
    books::{Format, table::Table},
    context::Context,
    live::snapshot::jukebox_of,
    songs::typed::Typed,
    store::wishes::{self, Asked},
};
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jukeline_app::{
    api::{Code, Wish, WishForSong, Wishes},
    hours::rfc3339,
};
use serde::Deserialize;
use serde_json::json;
use std::ops::RangeInclusive;

/// Characters of a wish.
const LENGTH: RangeInclusive<usize> = 2..=100;
/// Wishes that are told.
const TOLD: usize = 1_000;
/// Wishes that are looked at: some of them may have come into the catalogue.
const LOOKED_AT: i64 = 2_000;

/// `POST /api/rooms/{room}/wishes` and `GET /api/wishes`.
pub fn routes() -> Router<Context> {
    Router::new().route("/api/rooms/{room}/wishes", post(wish)).route("/api/wishes", get(list))
}

async fn wish(
    State(context): State<Context>,
    shared: Shared,
    Path(room): Path<String>,
    session: Session,
    Json(wish): Json<WishForSong>,
) -> Answer<StatusCode> {
    let text = wish.words.trim();
    let invalid = || ApiProblem::invalid("words", "2 to 100 characters, letters among them");
    if !LENGTH.contains(&text.chars().count()) {
        return Err(invalid());
    }
    let words = Typed::new(text).spelled().ok_or_else(invalid)?;
    let jukebox = jukebox_of(&context.store, &room).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    shared.limits.count(limits::WISHES_OF_DEVICE, &session.device).map_err(ApiProblem::slow_down)?;
    let now = context.store.now().await?;
    match wishes::ask(&context.store, session.account, jukebox, &words, now).await? {
        Asked::Counted => Ok(StatusCode::NO_CONTENT),
        Asked::Gone => Err(Code::SignInNeeded.into()),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Printed {
    #[serde(default)]
    format: Option<Format>,
}

async fn list(State(context): State<Context>, session: Session, Query(printed): Query<Printed>) -> Answer<Response> {
    require_operator(&context, session.account).await?;
    let wishes = wishes::most(&context.store, LOOKED_AT).await?;
    let wishes = not_there(&context, wishes).await?;
    if !matches!(printed.format, Some(Format::Csv)) {
        return Ok(Json(Wishes { wishes }).into_response());
    }
    let mut table = Table::new(&["words", "people", "rooms", "last_at"]);
    for wish in wishes {
        table.push(vec![json!(wish.words), json!(wish.people), json!(wish.rooms), json!(rfc3339(wish.last_at))]);
    }
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"wishes.csv\"");
    Ok(([kind, name, (header::CACHE_CONTROL, "no-store")], table.print(Format::Csv)).into_response())
}

/// Those that a search still doesn't find. The others are kept: they are told again when their songs go.
async fn not_there(context: &Context, wishes: Vec<Wish>) -> Answer<Vec<Wish>> {
    let index = context.index.clone();
    let searched = tokio::task::spawn_blocking(move || {
        let mut left = Vec::new();
        for wish in wishes {
            if left.len() == TOLD {
                break;
            }
            if index.search(&wish.words, 1)?.is_empty() {
                left.push(wish);
            }
        }
        Ok::<_, crate::songs::search::SearchError>(left)
    });
    match searched.await {
        Ok(Ok(left)) => Ok(left),
        Ok(Err(error)) => {
            tracing::error!(%error, "the search index did not answer");
            Err(Code::Unavailable.into())
        }
        Err(_) => Err(Code::Internal.into()),
    }
}
