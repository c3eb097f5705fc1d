//! Whether a room takes songs now.

use jukeline_app::api::{PlayerStatus, RoomSnapshot};

/// Whether a song that is asked for now can be taken, and what stands in its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// It can.
    Songs,
    /// The room is closed.
    NothingWhileClosed,
    /// No screen has played here yet.
    NothingWithoutPlayer,
    /// The player is away.
    NothingWhileOffline,
}

/// Whether `room` takes songs, in the order in which the jukebox asks.
pub fn taking(room: &RoomSnapshot) -> Taking {
    match room.player {
        _ if !room.info.open => Taking::NothingWhileClosed,
        PlayerStatus::None => Taking::NothingWithoutPlayer,
        PlayerStatus::Silent => Taking::NothingWhileOffline,
        PlayerStatus::Online => Taking::Songs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(open: bool, player: PlayerStatus) -> RoomSnapshot {
        let room = serde_json::json!({
            "version": { "epoch": 1, "n": 1 }, "server_now": 0, "paused": false, "volume": 60, "player": player,
            "playing": null, "queue": [],
            "info": {
                "room": "copper", "jukebox": uuid::Uuid::nil(), "venue": uuid::Uuid::nil(), "venue_name": "", "zone_name": "",
                "timezone": "UTC", "open": open, "closes_at": null, "price": 2, "sooner_price": null, "per_patron": 3,
                "free_per_hour": 3, "address": "", "trial": false,
            },
        });
        serde_json::from_value(room).expect("the test's own JSON")
    }

    #[test]
    fn only_an_open_room_with_its_player_takes_songs() {
        assert_eq!(taking(&room(true, PlayerStatus::Online)), Taking::Songs);
        assert_eq!(taking(&room(true, PlayerStatus::None)), Taking::NothingWithoutPlayer);
        assert_eq!(taking(&room(true, PlayerStatus::Silent)), Taking::NothingWhileOffline);
        assert_eq!(taking(&room(false, PlayerStatus::Online)), Taking::NothingWhileClosed);
    }
}
