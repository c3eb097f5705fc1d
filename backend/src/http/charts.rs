//! What was heard most: ten songs for everybody, a thousand as JSON and CSV for staff.

mod kept;

pub use kept::{ChartKey, KeptCharts, MadeChart};

use super::{
    extract::{Json, Path, Query},
    identity::{Session, require_at},
    kept::KeptAnswer,
    problem::{Answer, ApiProblem},
    shared::Shared,
};
use crate::{
    books::table::Table,
    context::Context,
    readers::{
        Mark, Projection,
        charts::{Charts, Place, Ranked, Wanted, last_night_before, ranking},
    },
    store::{
        places::{self, Room},
        songs,
    },
};
use axum::{
    Extension, Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use jukeline_app::{
    account::Role,
    api::{Chart, ChartEntry, ChartMove, ChartQuery, ChartScope, ChartWindow, Code, NightRule, SongBrief},
    charts::{nights, nights_before},
    hours::house_clock,
    id::{JukeboxId, SongId},
    time::Timestamp,
};
use serde_json::json;
use std::collections::HashMap;

/// Songs of a chart.
const TOP: i64 = 10;
/// Songs of a chart for staff.
const TOP_FOR_STAFF: i64 = 1_000;
/// Songs of the window before that are compared with.
const COMPARED: i64 = 1_000;
/// Longest name of a genre in characters.
const GENRE_MAX: usize = 200;

/// `GET /api/rooms/{room}/charts`; for staff `GET /api/jukeboxes/{jukebox}/charts` and `charts.csv`.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/rooms/{room}/charts", get(charts))
        .route("/api/jukeboxes/{jukebox}/charts", get(staffs_charts))
        .route("/api/jukeboxes/{jukebox}/charts.csv", get(staffs_csv))
}

async fn charts(
    State(context): State<Context>,
    Extension(shared): Extension<Shared>,
    Path(name): Path<String>,
    Query(query): Query<ChartQuery>,
) -> Answer<Response> {
    check(&query)?;
    let body = kept(&context, &shared, &name, &query).await?.made.body.clone();
    Ok(([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// A room's chart as it was made last, or made now: however many rooms ask or listen, it is made once.
pub(super) async fn kept(
    context: &Context,
    shared: &Shared,
    name: &str,
    query: &ChartQuery,
) -> Answer<KeptAnswer<MadeChart>> {
    let mark = mark(context)?;
    let found = async {
        let room = places::room(&context.store, name).await?.ok_or(ApiProblem::from(Code::NotFound))?;
        Ok(wanted_by(&room, query, context.store.now().await?))
    };
    let made = |key| async move {
        let chart = make(context, &key, TOP).await?;
        let body = serde_json::to_vec(&chart).map_err(|_| ApiProblem::from(Code::Internal))?;
        Ok(MadeChart { chart, body: body.into() })
    };
    shared.charts.get(name, query, mark, found, made).await
}

async fn staffs_charts(
    State(context): State<Context>,
    Path(jukebox): Path<JukeboxId>,
    session: Session,
    query: Answer<Query<ChartQuery>>,
) -> Answer<Json<Chart>> {
    Ok(Json(for_staff(&context, &session, jukebox, query).await?))
}

async fn staffs_csv(
    State(context): State<Context>,
    Path(jukebox): Path<JukeboxId>,
    session: Session,
    query: Answer<Query<ChartQuery>>,
) -> Answer<Response> {
    let chart = for_staff(&context, &session, jukebox, query).await?;
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"charts.csv\"");
    Ok(([kind, name, (header::CACHE_CONTROL, "no-store")], csv(&chart)).into_response())
}

/// A long chart; whether they are staff is looked at before the question.
async fn for_staff(
    context: &Context,
    session: &Session,
    jukebox: JukeboxId,
    query: Answer<Query<ChartQuery>>,
) -> Answer<Chart> {
    require_at(context, session.account, Role::Attendant, jukebox).await?;
    let Query(query) = query?;
    check(&query)?;
    mark(context)?;
    let room = places::room_by_jukebox(&context.store, jukebox).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    make(context, &wanted_by(&room, &query, context.store.now().await?), TOP_FOR_STAFF).await
}

/// What can't be a chart is refused.
pub(super) fn check(query: &ChartQuery) -> Answer<()> {
    match &query.genre {
        Some(genre) if genre.contains('\0') => Err(ApiProblem::invalid("genre", "text without NUL")),
        Some(genre) if genre.is_empty() || genre.chars().count() > GENRE_MAX => {
            Err(ApiProblem::invalid("genre", format!("1 to {GENRE_MAX} characters")))
        }
        _ => Ok(()),
    }
}

/// Charts that are being built for the first time would be half of what there is: "not now".
fn mark(context: &Context) -> Answer<Mark> {
    context.readers.mark(Charts::NAME).ok_or(Code::Unavailable.into())
}

/// What a room's question depends on now.
fn wanted_by(room: &Room, query: &ChartQuery, now: Timestamp) -> ChartKey {
    let place = match query.scope {
        ChartScope::Here => Place::Venue(room.venue),
        ChartScope::City => Place::City(room.city.clone()),
        ChartScope::Network => Place::Network,
    };
    let night_rule = match query.scope {
        ChartScope::Here if room.rules.hours.is_empty() => NightRule::TurnsAtSix,
        ChartScope::Here => NightRule::OpeningToClosing,
        ChartScope::City | ChartScope::Network => NightRule::EachVenuesOwn,
    };
    let night = house_clock(now, &room.timezone, &room.rules.hours).night;
    ChartKey { place, query: query.clone(), nights: nights(query.window, night), night_rule }
}

async fn make(context: &Context, key: &ChartKey, at_most: i64) -> Answer<Chart> {
    let (store, query, these) = (&context.store, &key.query, key.nights);
    let wanted = Wanted { place: key.place.clone(), genre: query.genre.clone() };
    // Any night of a window tells the one before.
    let before = match these {
        Some((first, _)) => {
            let last_night = match query.window {
                ChartWindow::Tonight => last_night_before(store, &wanted, first).await?,
                _ => None,
            };
            nights_before(query.window, first, last_night)
        }
        None => None,
    };
    let ranked = ranking(store, &wanted, these, at_most).await?;
    let ranks_before = match before {
        Some(before) => Some(ranks(&ranking(store, &wanted, Some(before), COMPARED).await?)),
        None => None,
    };
    let ids: Vec<SongId> = ranked.iter().map(|ranked| ranked.song).collect();
    let rows = songs::by_ids(store, &ids).await?;
    let briefs: HashMap<SongId, &SongBrief> = rows.iter().map(|row| (row.brief.id, &row.brief)).collect();
    let compared = query.window != ChartWindow::Ever;
    // A place has no gap before it: what tells of changed places counts on that.
    let known = ranked.iter().filter_map(|ranked| Some((ranked, *briefs.get(&ranked.song)?)));
    let entries = (1_u32..)
        .zip(known)
        .map(|(rank, (ranked, brief))| {
            let rank_before = ranks_before.as_ref().and_then(|ranks| ranks.get(&ranked.song).copied());
            entry(rank, ranked, brief, rank_before, compared)
        })
        .collect();
    Ok(Chart { query: query.clone(), nights: these, compared_with: before, night_rule: key.night_rule, entries })
}

fn ranks(ranked: &[Ranked]) -> HashMap<SongId, u32> {
    ranked.iter().map(|ranked| ranked.song).zip(1..).collect()
}

fn entry(rank: u32, ranked: &Ranked, song: &SongBrief, rank_before: Option<u32>, compared: bool) -> ChartEntry {
    let moved = match rank_before {
        _ if !compared => None,
        None => Some(ChartMove::New),
        Some(before) if before > rank => Some(ChartMove::Up),
        Some(before) if before < rank => Some(ChartMove::Down),
        Some(_) => Some(ChartMove::Same),
    };
    ChartEntry {
        rank,
        song: song.clone(),
        plays: u32::try_from(ranked.plays).unwrap_or(u32::MAX),
        last_heard_at: ranked.last_heard_at,
        rank_before,
        moved,
    }
}

fn csv(chart: &Chart) -> String {
    let mut table = Table::new(&["rank", "title", "artist", "plays", "last_heard_at", "rank_before", "song"]);
    for entry in &chart.entries {
        table.push(vec![
            json!(entry.rank),
            json!(entry.song.title),
            json!(entry.song.artist),
            json!(entry.plays),
            json!(jukeline_app::hours::rfc3339(entry.last_heard_at)),
            json!(entry.rank_before),
            json!(entry.song.id.to_string()),
        ]);
    }
    table.print(crate::books::Format::Csv)
}
