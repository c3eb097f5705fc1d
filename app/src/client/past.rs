//! What was heard: charts, elsewhere, one's own history, staples, favourites and years.

use super::{Client, ClientError, Method, Transport, escape};
use crate::{
    api::{
        AtRoom, Chart, ChartQuery, Elsewhere, ElsewhereScope, Favourites, History, HistoryQuery, PastQuery, Staples,
        Year,
    },
    id::SongId,
};

impl<T: Transport> Client<T> {
    /// `GET /api/rooms/{room}/charts`
    pub async fn chart(&self, room: &str, query: &ChartQuery) -> Result<Chart, ClientError> {
        let asked = pairs([
            ("window", Some(query.window.word().to_owned())),
            ("scope", Some(query.scope.word().to_owned())),
            ("genre", query.genre.clone()),
        ]);
        self.get(format!("/api/rooms/{}/charts{asked}", escape(room))).await
    }

    /// `GET /api/history`: one's own.
    pub async fn history(&self, query: &HistoryQuery) -> Result<History, ClientError> {
        let asked = pairs([
            ("room", query.room.clone()),
            ("q", query.q.clone()),
            ("venue", query.venue.map(|venue| venue.to_string())),
            ("from", query.from.map(|night| night.to_string())),
            ("to", query.to.map(|night| night.to_string())),
            ("before", query.before.map(|play| play.to_string())),
        ]);
        self.get(format!("/api/history{asked}")).await
    }

    /// `GET /api/history/staples`: what one comes back to.
    pub async fn staples(&self, at: &AtRoom) -> Result<Staples, ClientError> {
        self.get(format!("/api/history/staples{}", pairs([("room", at.room.clone())]))).await
    }

    /// `GET /api/favourites`: one's own.
    pub async fn favourites(&self, at: &AtRoom) -> Result<Favourites, ClientError> {
        self.get(format!("/api/favourites{}", pairs([("room", at.room.clone())]))).await
    }

    /// `PUT` or `DELETE /api/favourites/{song}`: marks a song, or no longer.
    pub async fn set_favourite(&self, song: SongId, favourite: bool) -> Result<(), ClientError> {
        let method = if favourite { Method::Put } else { Method::Delete };
        self.tell(method, format!("/api/favourites/{song}"), None).await
    }

    /// `GET /api/rooms/{room}/elsewhere`
    pub async fn elsewhere(&self, room: &str, scope: ElsewhereScope) -> Result<Elsewhere, ClientError> {
        let asked = pairs([("scope", Some(scope.word().to_owned()))]);
        self.get(format!("/api/rooms/{}/elsewhere{asked}", escape(room))).await
    }

    /// `GET /api/years/{year}`: one's own.
    pub async fn year(&self, year: u16) -> Result<Year, ClientError> {
        self.get(format!("/api/years/{year}")).await
    }
}

/// The address of `GET /api/rooms/{room}/past/live`, a websocket.
pub fn past_live(room: &str, query: &PastQuery) -> String {
    let asked = pairs([
        ("window", query.window.map(|window| window.word().to_owned())),
        ("scope", query.scope.map(|scope| scope.word().to_owned())),
        ("genre", query.genre.clone()),
        ("elsewhere", query.elsewhere.map(|scope| scope.word().to_owned())),
    ]);
    format!("/api/rooms/{}/past/live{asked}", escape(room))
}

/// A query with its question mark; empty where nothing is asked for.
fn pairs<const N: usize>(pairs: [(&str, Option<String>); N]) -> String {
    let asked: Vec<String> =
        pairs.into_iter().filter_map(|(key, value)| value.map(|value| format!("{key}={}", escape(&value)))).collect();
    if asked.is_empty() { String::new() } else { format!("?{}", asked.join("&")) }
}
