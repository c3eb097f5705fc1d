//! What was heard, here and elsewhere, as a screen knows it: without a network it keeps what it had last.

use crate::shared::{
    clock,
    socket::{Happening, Socket},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{ChartEntry, ChartScope, ChartWindow, ElsewhereEntry, PastMessage},
    rules::SongRefusal,
    time::{MINUTE, Timestamp},
};
use std::cmp::Reverse;

/// A socket without a message for this long is dead, in milliseconds.
const SILENT_MS: u32 = 40_000;
/// Songs of elsewhere that are kept.
const KEPT: usize = 20;
/// What was heard longer ago was not "just played", in milliseconds.
const JUST_MS: i64 = 24 * 60 * MINUTE;

/// What was heard.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Past {
    /// The ten songs heard most here this week.
    pub(super) top: Vec<ChartEntry>,
    elsewhere: Vec<ElsewhereEntry>,
    /// The socket opened a moment ago: what it tells first is whole.
    begins: bool,
}

impl Past {
    /// Songs that were heard elsewhere not long ago and that this house would play, newest first.
    pub(super) fn elsewhere(&self, now: Timestamp) -> impl Iterator<Item = &ElsewhereEntry> {
        self.elsewhere.iter().filter(move |entry| now.since(entry.heard_at) < JUST_MS && is_for_this_house(entry))
    }

    fn take(&mut self, happening: Happening<PastMessage>) {
        match happening {
            Happening::Opened => self.begins = true,
            Happening::Lost => {}
            Happening::Message(PastMessage::Beat { server_now }) => clock::heard(server_now),
            // The first one has all places: what was shown before is overwritten.
            Happening::Message(PastMessage::Chart(change)) => change.apply(&mut self.top),
            Happening::Message(PastMessage::Elsewhere(news)) => self.hear(news),
        }
    }

    fn hear(&mut self, news: Vec<ElsewhereEntry>) {
        if std::mem::take(&mut self.begins) {
            self.elsewhere.clear();
        }
        // Some come late.
        self.elsewhere.splice(..0, news);
        self.elsewhere.sort_by_key(|entry| Reverse(entry.heard_at));
        self.elsewhere.truncate(KEPT);
    }
}

/// A song that the house itself keeps out is not shown on its wall; one that played a moment ago may be.
fn is_for_this_house(entry: &ElsewhereEntry) -> bool {
    matches!(entry.song.refusal, None | Some(SongRefusal::Cooldown { .. } | SongRefusal::Queued))
}

/// Listens to what is heard, for as long as the page lives.
pub(super) fn use_past(room: &str) -> ReadSignal<Past> {
    let mut past = use_signal(Past::default);
    use_hook(|| {
        let (window, scope) = (ChartWindow::Week.word(), ChartScope::Here.word());
        let path = format!("/api/rooms/{room}/past/live?window={window}&scope={scope}&elsewhere=network");
        Socket::start(&path, SILENT_MS, move |happening| past.write().take(happening))
    });
    past.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jukeline_app::{
        api::{FoundSong, SongBrief},
        id::SongId,
    };

    fn heard(hours_ago: i64, refusal: Option<SongRefusal>) -> ElsewhereEntry {
        let id = SongId(uuid::Uuid::nil());
        let song =
            SongBrief { id, title: "Blues".into(), artist: "Ada".into(), duration_ms: 240_000, has_cover: false };
        let heard_at = NOW.plus(-hours_ago * HOUR);
        ElsewhereEntry { song: FoundSong { song, album: None, refusal }, venue_name: None, city: None, heard_at }
    }

    const HOUR: i64 = 60 * MINUTE;
    const NOW: Timestamp = Timestamp(1_000 * HOUR);

    fn tell(past: &mut Past, hours: &[i64]) {
        let news = hours.iter().map(|hours| heard(*hours, None)).collect();
        past.take(Happening::Message(PastMessage::Elsewhere(news)));
    }

    fn shown(past: &Past) -> Vec<i64> {
        past.elsewhere(NOW).map(|entry| NOW.since(entry.heard_at) / HOUR).collect()
    }

    #[test]
    fn what_is_new_comes_first_and_what_comes_late_in_its_place() {
        let mut past = Past::default();
        past.take(Happening::Opened);
        tell(&mut past, &[5, 7]);
        tell(&mut past, &[2]);
        tell(&mut past, &[6]);
        assert_eq!(shown(&past), [2, 5, 6, 7]);
    }

    #[test]
    fn a_lost_socket_leaves_what_is_known_and_a_new_one_tells_it_whole() {
        let mut past = Past::default();
        past.take(Happening::Opened);
        tell(&mut past, &[5]);
        past.take(Happening::Lost);
        assert_eq!(shown(&past), [5]);
        past.take(Happening::Opened);
        assert_eq!(shown(&past), [5], "until something is told");
        tell(&mut past, &[1, 5]);
        assert_eq!(shown(&past), [1, 5]);
    }

    #[test]
    fn neither_yesterdays_songs_nor_those_that_the_house_keeps_out_are_shown() {
        let mut past = Past::default();
        let cooldown = Some(SongRefusal::Cooldown { minutes: 4 });
        let news = vec![heard(1, Some(SongRefusal::BlockedSong)), heard(2, cooldown), heard(23, None), heard(24, None)];
        past.take(Happening::Message(PastMessage::Elsewhere(news)));
        assert_eq!(shown(&past), [2, 23]);
    }
}
