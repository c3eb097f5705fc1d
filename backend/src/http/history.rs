//! What one heard of one's own songs: the list, what one comes back to, and all of it as a file to take along.

mod there;

pub(super) use there::There;

use super::{
    extract::{Json, Query},
    identity::Session,
    problem::{Answer, ApiProblem},
    songs::check_text,
};
use crate::{
    books::table::Table,
    context::Context,
    readers::{
        Projection,
        history::{History as Reader, Person, Played, Wanted},
    },
    songs::typed::Typed,
    store::{
        places,
        songs::{self, SongRow},
    },
};
use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use jukeline_app::{
    api::{AtRoom, Code, CountedSong, History, HistoryEntry, HistoryQuery, HistoryVenue, Staples},
    charts::a_year_before,
    hours::{house_clock, rfc3339},
    id::{AccountId, SongId},
};
use serde_json::json;
use std::{collections::HashMap, sync::Arc};

/// Plays of a page.
const PAGE: usize = 50;
/// Plays that are read at once where not each is wanted.
const AT_ONCE: usize = 500;
/// Songs that one comes back to.
const TOP: i64 = 10;
/// Plays of the night a year ago.
const NIGHTS_PLAYS: usize = 100;

/// `/api/history…`
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/history", get(history))
        .route("/api/history.csv", get(history_csv))
        .route("/api/history/staples", get(staples))
}

/// A history that is being built for the first time would be half of what there is: "not now".
async fn person(context: &Context, account: AccountId) -> Answer<Person> {
    context.readers.mark(Reader::NAME).ok_or(ApiProblem::from(Code::Unavailable))?;
    Ok(Person::find(&context.store, account).await?)
}

async fn history(
    State(context): State<Context>,
    session: Session,
    Query(query): Query<HistoryQuery>,
) -> Answer<Json<History>> {
    let typed = match &query.q {
        Some(text) => {
            check_text("q", text)?;
            Some(Typed::new(text))
        }
        None => None,
    };
    let there = There::find(&context, query.room.as_deref()).await?;
    let (store, person) = (&context.store, person(&context, session.account).await?);
    // A play of somebody else is none of one's own: the first page, as where there is no such play.
    let before = match query.before {
        Some(play) => person.moment(store, play).await?,
        None => None,
    };
    let nights = (query.from.unwrap_or(0), query.to.unwrap_or(u32::MAX));
    let wanted = Wanted { venue: query.venue, nights, before };
    let mut found = plays(&context, &person, wanted, typed.as_ref(), PAGE + 1).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let venues = person.venues(store).await?.into_iter().map(|venue| HistoryVenue {
        venue: venue.venue,
        venue_name: venue.name,
        plays: u32::try_from(venue.plays).unwrap_or(u32::MAX),
    });
    Ok(Json(History {
        more: found.last().filter(|_| more).map(|(played, _)| played.play),
        entries: found.into_iter().map(|found| entry(&there, found)).collect(),
        venues: venues.collect(),
        here: there.here(),
        server_now: store.now().await?,
    }))
}

/// Up to `at_most` plays whose songs are in the catalogue and, where something was typed, are meant by it. What is typed
/// is compared here: a person's history is short, and databases fold names in other ways than the search does.
async fn plays(
    context: &Context,
    person: &Person,
    mut wanted: Wanted,
    typed: Option<&Typed>,
    at_most: usize,
) -> Answer<Vec<(Played, Arc<SongRow>)>> {
    let at_once = if typed.is_some() { AT_ONCE } else { at_most };
    let limit = i64::try_from(at_once).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    loop {
        let read = person.heard(&context.store, &wanted, limit).await?;
        let (whole, last) = (read.len() == at_once, read.last().map(|played| (played.heard_at, played.play)));
        let rows = catalogue(context, read.iter().map(|played| played.song)).await?;
        let is_meant = |row: &SongRow| {
            let names = || std::iter::once(&row.brief.title).chain(&row.recording.artists).map(String::as_str);
            typed.is_none_or(|typed| typed.is_in(names()))
        };
        let meant = read.into_iter().filter_map(|played| {
            let row = rows.get(&played.song).filter(|row| is_meant(row))?.clone();
            Some((played, row))
        });
        found.extend(meant);
        if !whole || found.len() >= at_most {
            found.truncate(at_most);
            return Ok(found);
        }
        wanted.before = last;
    }
}

async fn catalogue(context: &Context, wanted: impl Iterator<Item = SongId>) -> Answer<HashMap<SongId, Arc<SongRow>>> {
    let ids: Vec<SongId> = wanted.collect();
    let rows = songs::by_ids(&context.store, &ids).await?;
    Ok(rows.into_iter().map(|row| (row.brief.id, row)).collect())
}

fn entry(there: &There, (played, row): (Played, Arc<SongRow>)) -> HistoryEntry {
    HistoryEntry {
        play: played.play,
        song: there.song(&row),
        venue: played.venue,
        venue_name: played.venue_name,
        timezone: played.timezone,
        heard_at: played.heard_at,
        night: played.night,
        favourite: played.favourite,
    }
}

async fn staples(State(context): State<Context>, session: Session, Query(at): Query<AtRoom>) -> Answer<Json<Staples>> {
    let there = There::find(&context, at.room.as_deref()).await?;
    let (store, person) = (&context.store, person(&context, session.account).await?);
    let top = person.top(store, TOP).await?;
    let rows = catalogue(&context, top.iter().map(|counted| counted.song)).await?;
    let counted = top.iter().filter_map(|counted| {
        let plays = u32::try_from(counted.plays).unwrap_or(u32::MAX);
        Some(CountedSong { song: there.song(rows.get(&counted.song)?), plays })
    });
    let top = counted.collect();
    let night = match tonight(&context, &person, &there).await? {
        Some(tonight) => person.first_night(store, &a_year_before(tonight)).await?,
        None => None,
    };
    let found = match night {
        Some(night) => {
            let wanted = Wanted { nights: (night, night), ..Wanted::default() };
            plays(&context, &person, wanted, None, NIGHTS_PLAYS).await?
        }
        None => Vec::new(),
    };
    Ok(Json(Staples {
        top,
        a_year_ago: found.into_iter().map(|found| entry(&there, found)).collect(),
        a_year_ago_night: night,
        here: there.here(),
    }))
}

/// Which night it is in the room that was asked for, else in the one that one heard something in last; nothing for who
/// heard nothing.
async fn tonight(context: &Context, person: &Person, there: &There) -> Answer<Option<u32>> {
    if let Some(night) = there.night() {
        return Ok(Some(night));
    }
    let store = &context.store;
    let Some(last) = person.heard(store, &Wanted::default(), 1).await?.pop() else { return Ok(None) };
    // A venue's rooms have hours of their own: its first room's are as good as any.
    let rooms = places::rooms(store).await?;
    let hours = rooms.iter().find(|room| room.venue == last.venue).map(|room| room.rules.hours.as_slice());
    Ok(Some(house_clock(store.now().await?, &last.timezone, hours.unwrap_or_default()).night))
}

async fn history_csv(State(context): State<Context>, session: Session) -> Answer<Response> {
    let person = person(&context, session.account).await?;
    let mut table = Table::new(&["heard_at", "night", "title", "artist", "venue", "song", "play"]);
    for (played, row) in plays(&context, &person, Wanted::default(), None, usize::MAX).await? {
        table.push(vec![
            json!(rfc3339(played.heard_at)),
            json!(played.night),
            json!(row.brief.title),
            json!(row.brief.artist),
            json!(played.venue_name),
            json!(played.song),
            json!(played.play),
        ]);
    }
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"history.csv\"");
    let text = table.print(crate::books::Format::Csv);
    Ok(([kind, name, (header::CACHE_CONTROL, "no-store")], text).into_response())
}
