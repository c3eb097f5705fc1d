//! What was heard: charts, one's own history, staples.

use super::{Client, ClientError, Transport, escape};
use crate::api::{AtRoom, Chart, ChartQuery, History, HistoryQuery, Staples};

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
}

/// A query with its question mark; empty where nothing is asked for.
fn pairs<const N: usize>(pairs: [(&str, Option<String>); N]) -> String {
    let asked: Vec<String> =
        pairs.into_iter().filter_map(|(key, value)| value.map(|value| format!("{key}={}", escape(&value)))).collect();
    if asked.is_empty() { String::new() } else { format!("?{}", asked.join("&")) }
}
