//! When one's own song is up: told once, as it becomes next, or as it starts where nobody could tell before.

use jukeline_app::{
    api::{RoomSnapshot, SongBrief},
    id::PlayId,
};

/// How far a song is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// First in line behind one that plays.
    Next,
    /// It plays.
    Now,
}

/// One's own song whose turn has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Up {
    /// Which.
    pub play: PlayId,
    /// How far it is.
    pub turn: Turn,
    /// What it is called.
    pub title: String,
}

/// Who is how far in a room, whosever it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Turns {
    now: Option<PlayId>,
    next: Option<PlayId>,
}

impl Turns {
    /// Reads it from a room that is known.
    pub(crate) fn of(room: Option<&RoomSnapshot>) -> Turns {
        let play = |turn| at(turn, room?).map(|(play, _)| play);
        Turns { now: play(Turn::Now), next: play(Turn::Next) }
    }

    fn at(self, turn: Turn) -> Option<PlayId> {
        match turn {
            Turn::Now => self.now,
            Turn::Next => self.next,
        }
    }
}

/// Whose turn has come between two looks at the room: plays of one's own, unless one was `told` of before.
pub(crate) fn up(
    before: Turns,
    now: Option<&RoomSnapshot>,
    is_mine: impl Fn(PlayId) -> bool,
    told: &[PlayId],
) -> Vec<Up> {
    let up = |turn| {
        let (play, song) = at(turn, now?)?;
        let is_news = before.at(turn) != Some(play) && !told.contains(&play) && is_mine(play);
        is_news.then(|| Up { play, turn, title: song.title.clone() })
    };
    [Turn::Now, Turn::Next].into_iter().filter_map(up).collect()
}

/// Which play is as far as that, whosever it is.
fn at(turn: Turn, room: &RoomSnapshot) -> Option<(PlayId, &SongBrief)> {
    let playing = room.playing.as_ref()?;
    match turn {
        Turn::Now => Some((playing.play, &playing.song)),
        Turn::Next => room.queue.first().map(|entry| (entry.play, &entry.song)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const MINE: u128 = 7;

    fn play(n: u128) -> PlayId {
        PlayId(uuid::Uuid::from_u128(n))
    }

    fn song(n: u128) -> Value {
        let id = uuid::Uuid::from_u128(n);
        json!({ "id": id, "title": format!("Song {n}"), "artist": "", "duration_ms": 180_000 })
    }

    /// A room in which one song plays and others wait.
    fn room(playing: Option<u128>, queue: &[u128]) -> RoomSnapshot {
        let playing = playing.map(
            |n| json!({ "play": play(n), "song": song(n), "for_name": null, "anchor_at": 0, "paused_at_ms": null }),
        );
        let entry =
            |n: &u128| json!({ "play": play(*n), "song": song(*n), "for_name": null, "sooner": false, "latest_at": 0 });
        let queue: Vec<_> = queue.iter().map(entry).collect();
        let room = json!({
            "version": { "epoch": 1, "n": 1 }, "server_now": 0, "paused": false, "volume": 60, "player": "online",
            "playing": playing, "queue": queue,
            "info": {
                "room": "copper", "jukebox": uuid::Uuid::nil(), "venue": uuid::Uuid::nil(), "venue_name": "", "zone_name": "",
                "timezone": "UTC", "open": true, "closes_at": null, "price": 2, "sooner_price": null, "per_patron": 3,
                "free_per_hour": 3, "address": "", "trial": false,
            },
        });
        serde_json::from_value(room).expect("the test's own JSON")
    }

    /// What is told from look to look, each remembered as it is on the page.
    fn told(looks: &[RoomSnapshot]) -> Vec<(u128, Turn)> {
        let mut told = Vec::new();
        let mut said = Vec::new();
        for (n, now) in looks.iter().enumerate() {
            let before = n.checked_sub(1).and_then(|before| looks.get(before));
            for up in up(Turns::of(before), Some(now), |other| other.0.as_u128() >= MINE, &told) {
                assert_eq!(up.title, format!("Song {}", up.play.0.as_u128()));
                told.push(up.play);
                said.push((up.play.0.as_u128(), up.turn));
            }
        }
        said
    }

    #[test]
    fn a_song_that_becomes_next_is_told_once_and_not_again_as_it_starts() {
        let night =
            [room(Some(1), &[2, MINE]), room(Some(2), &[MINE]), room(Some(2), &[MINE, 3]), room(Some(MINE), &[3])];
        assert_eq!(told(&night), [(MINE, Turn::Next)]);
    }

    #[test]
    fn one_that_starts_without_having_been_next_is_told_then() {
        assert_eq!(told(&[room(None, &[]), room(Some(MINE), &[])]), [(MINE, Turn::Now)]);
        assert_eq!(told(&[room(Some(1), &[2, MINE]), room(Some(MINE), &[2])]), [(MINE, Turn::Now)]);
        let nothing_plays = [room(None, &[MINE]), room(Some(MINE), &[])];
        assert_eq!(told(&nothing_plays), [(MINE, Turn::Now)], "nobody is next behind nothing");
    }

    #[test]
    fn two_of_ones_own_are_told_at_once() {
        let also = MINE + 1;
        let looks = [room(None, &[MINE, also]), room(Some(MINE), &[also])];
        assert_eq!(told(&looks), [(MINE, Turn::Now), (also, Turn::Next)]);
    }

    #[test]
    fn one_that_was_overtaken_is_not_told_twice() {
        let night =
            [room(Some(1), &[2, MINE]), room(Some(1), &[MINE]), room(Some(1), &[4, MINE]), room(Some(4), &[MINE])];
        assert_eq!(told(&night), [(MINE, Turn::Next)]);
    }

    #[test]
    fn nobody_elses_songs_are_told() {
        assert!(told(&[room(Some(1), &[2, 3]), room(Some(2), &[3]), room(Some(3), &[])]).is_empty());
    }

    #[test]
    fn nothing_is_told_of_a_room_that_stays_as_it_was_or_is_not_known() {
        let before = Turns::of(Some(&room(Some(1), &[MINE])));
        assert!(up(before, Some(&room(Some(1), &[MINE])), |_| true, &[]).is_empty());
        assert!(up(before, None, |_| true, &[]).is_empty());
    }
}
