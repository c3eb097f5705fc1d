//! What a listener is told of, each with what it has been told already.

use crate::{
    context::Context,
    http::{
        charts::{self, MadeChart},
        elsewhere::{self, Told},
        kept::KeptAnswer,
        live::Gone,
        problem::Answer,
        shared::Shared,
    },
    readers::{Mark, Projection, charts::Charts, elsewhere::Elsewhere},
};
use axum::body::Bytes;
use jukeline_app::{
    api::{ChartChange, ChartEntry, ChartQuery, ElsewhereEntry, ElsewhereScope, PastMessage},
    id::PlayId,
    time::Timestamp,
};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};
use tokio::{sync::watch, time::sleep_until};

/// Songs of elsewhere that a listener is known to have been told; those before them are too old to be news.
const REMEMBERED: usize = 100;
/// A mark may stand still so long though there is news: the word of another process may be lost.
const UNTOLD: Duration = Duration::from_secs(20);
/// Fewer than the first word may hold: then nothing was left out of it, and what comes late is news however old it is.
const FIRST_WORD: usize = 20;

/// Where a listener is.
pub(super) struct Place {
    pub(super) context: Context,
    pub(super) shared: Shared,
    /// The room's name.
    pub(super) room: String,
}

impl Place {
    /// A chart of this room, made once for all.
    pub(super) async fn chart(&self, query: &ChartQuery) -> Answer<KeptAnswer<MadeChart>> {
        charts::kept(&self.context, &self.shared, &self.room, query).await
    }

    /// What was heard elsewhere, read once for all in this room.
    pub(super) async fn elsewhere(&self, scope: ElsewhereScope) -> Answer<KeptAnswer<Vec<Told>>> {
        elsewhere::kept(&self.context, &self.shared, &self.room, scope).await
    }
}

/// When there may be another answer. Waiting may be broken off and begun again.
struct Due {
    marks: watch::Receiver<Option<Mark>>,
    on_mark: bool,
    at: Option<Instant>,
}

impl Due {
    fn at_once(place: &Place, reader: &'static str) -> Due {
        Due { marks: place.context.readers.marks(reader), on_mark: false, at: Some(Instant::now()) }
    }

    async fn come(&mut self) -> Result<(), Gone> {
        tokio::select! {
            // An answer that is behind the mark already is made anew when it is old enough, whatever comes meanwhile.
            moved = self.marks.changed(), if self.on_mark => moved.map_err(|_| Gone::Closed),
            () = reached(self.at) => Ok(()),
        }
    }
}

async fn reached(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// A chart as it was told last.
pub(super) struct ChartFeed {
    query: ChartQuery,
    due: Due,
    told: Bytes,
    shown: Vec<ChartEntry>,
}

impl ChartFeed {
    /// Nothing was told yet.
    pub(super) fn new(place: &Place, query: ChartQuery) -> ChartFeed {
        ChartFeed { query, due: Due::at_once(place, Charts::NAME), told: Bytes::new(), shown: Vec::new() }
    }

    /// Waits for the next change. Broken off, it loses none.
    pub(super) async fn news(&mut self, place: &Place) -> Result<PastMessage, Gone> {
        loop {
            self.due.come().await?;
            self.due.marks.borrow_and_update();
            // Broken off from here on, it is due still.
            (self.due.on_mark, self.due.at) = (false, Some(Instant::now()));
            // Whoever comes back is told why by a refusal.
            let kept = place.chart(&self.query).await.map_err(|_| Gone::Closed)?;
            (self.due.on_mark, self.due.at) = (kept.is_current, Some(kept.good_until));
            if kept.made.body != self.told {
                let change = ChartChange::between(&self.shown, &kept.made.chart);
                self.told = kept.made.body.clone();
                self.shown.clone_from(&kept.made.chart.entries);
                return Ok(PastMessage::Chart(Box::new(change)));
            }
        }
    }
}

/// What was heard elsewhere, with what was told of it.
pub(super) struct ElsewhereFeed {
    scope: ElsewhereScope,
    due: Due,
    told: Option<Memory>,
}

impl ElsewhereFeed {
    /// Nothing was told yet.
    pub(super) fn new(place: &Place, scope: ElsewhereScope) -> ElsewhereFeed {
        ElsewhereFeed { scope, due: Due::at_once(place, Elsewhere::NAME), told: None }
    }

    /// Waits for songs that were not told yet: of the first word there may be none. Broken off, it loses none.
    pub(super) async fn news(&mut self, place: &Place) -> Result<PastMessage, Gone> {
        loop {
            self.due.come().await?;
            self.due.marks.borrow_and_update();
            (self.due.on_mark, self.due.at) = (false, Some(Instant::now()));
            let kept = place.elsewhere(self.scope).await.map_err(|_| Gone::Closed)?;
            // Only a record brings news: an answer that is current needs no other look soon.
            let at = if kept.is_current { Instant::now() + UNTOLD } else { kept.good_until };
            (self.due.on_mark, self.due.at) = (kept.is_current, Some(at));
            let is_first = self.told.is_none();
            let news = self.told.get_or_insert_default().news(&kept.made);
            if is_first || !news.is_empty() {
                return Ok(PastMessage::Elsewhere(news));
            }
        }
    }
}

/// The songs that a listener was told, by when they were heard.
#[derive(Debug, Default)]
struct Memory(BTreeSet<(Timestamp, PlayId)>);

impl Memory {
    /// Those of `found` that were not told, in their order; from now on they were.
    ///
    /// A venue that is left out from now on lets older songs move up among the last ones: they are no news.
    fn news(&mut self, found: &[Told]) -> Vec<ElsewhereEntry> {
        let oldest = self.0.first().copied().filter(|_| self.0.len() >= FIRST_WORD);
        let mut news = Vec::new();
        for told in found {
            let key = (told.entry.heard_at, told.play);
            if oldest.is_none_or(|oldest| key > oldest) && self.0.insert(key) {
                news.push(told.entry.clone());
            }
        }
        while self.0.len() > REMEMBERED {
            self.0.pop_first();
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jukeline_app::{
        api::{FoundSong, SongBrief},
        id::SongId,
    };
    use uuid::Uuid;

    /// A song heard at this second.
    fn told(second: i64) -> Told {
        let id = SongId(Uuid::from_u128(7));
        let song =
            SongBrief { id, title: "Blues".into(), artist: "Ada".into(), duration_ms: 240_000, has_cover: false };
        let song = FoundSong { song, album: None, refusal: None };
        let entry = ElsewhereEntry { song, venue_name: None, city: None, heard_at: Timestamp(second * 1000) };
        Told { play: PlayId(Uuid::from_u128(second.unsigned_abs().into())), entry }
    }

    fn news(memory: &mut Memory, found: impl IntoIterator<Item = i64>) -> Vec<i64> {
        let found: Vec<Told> = found.into_iter().map(told).collect();
        memory.news(&found).iter().map(|entry| entry.heard_at.0 / 1000).collect()
    }

    #[test]
    fn each_song_is_told_once_newest_first() {
        let mut memory = Memory::default();
        assert_eq!(news(&mut memory, [3, 2, 1]), [3, 2, 1], "first of all the last ones");
        assert_eq!(news(&mut memory, [3, 2, 1]), [] as [i64; 0]);
        assert_eq!(news(&mut memory, [5, 4, 3, 2, 1]), [5, 4]);
        assert_eq!(news(&mut memory, [5, 2]), [] as [i64; 0], "a venue is left out");
        assert_eq!(news(&mut memory, [6, 5, 4, 3, 2]), [6], "and takes part again");
    }

    #[test]
    fn a_song_that_is_told_late_is_news_where_nothing_older_was_left_out() {
        let mut memory = Memory::default();
        assert_eq!(news(&mut memory, [5, 4]), [5, 4]);
        assert_eq!(news(&mut memory, [5, 4, 1]), [1]);
    }

    #[test]
    fn older_songs_that_move_up_are_no_news() {
        let mut memory = Memory::default();
        assert_eq!(news(&mut memory, (11..=30).rev()).len(), 20);
        assert_eq!(news(&mut memory, (6..=25).rev()), [] as [i64; 0]);
        assert_eq!(news(&mut memory, (12..=31).rev()), [31]);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut memory = Memory::default();
        for newest in 20..400 {
            news(&mut memory, (newest - 19..=newest).rev());
        }
        assert_eq!(memory.0.len(), REMEMBERED);
        assert_eq!(news(&mut memory, (100..120).rev()), [] as [i64; 0], "forgotten, and yet not told again");
    }
}
