use super::*;
use jukeline_app::{
    api::{PlayerStatus, SongBrief},
    id::SongId,
    play::ReturnReason,
    version::Version,
};

const INFO: &str = r#"{"room":"copper","jukebox":"00000000-0000-0000-0000-000000000001","venue":"00000000-0000-0000-0000-000000000002",
    "venue_name":"The Copper Still","zone_name":"","timezone":"Europe/Copenhagen","open":true,"closes_at":null,"price":2,
    "sooner_price":5,"per_patron":3,"free_per_hour":3,"address":"jukeline.example/r/copper","trial":false}"#;

fn play(n: u128) -> PlayId {
    PlayId(uuid::Uuid::from_u128(n))
}

fn song(n: u128) -> SongBrief {
    let id = SongId(uuid::Uuid::from_u128(n));
    SongBrief { id, title: format!("Song {n}"), artist: "Somebody".into(), duration_ms: 60_000, has_cover: false }
}

fn entry(n: u128) -> QueueEntry {
    QueueEntry { play: play(n), song: song(n), for_name: None, sooner: false, latest_at: Timestamp(0) }
}

fn playing(n: u128, anchor: i64) -> Playing {
    Playing { play: play(n), song: song(n), for_name: None, anchor_at: Timestamp(anchor), paused_at_ms: None }
}

fn version(n: i64) -> Version {
    Version { epoch: 1, n }
}

fn room(n: i64, queue: &[u128]) -> RoomSnapshot {
    RoomSnapshot {
        version: version(n),
        server_now: Timestamp(0),
        info: serde_json::from_str(INFO).expect("the test's own JSON"),
        paused: false,
        volume: 60,
        player: PlayerStatus::Online,
        playing: None,
        queue: queue.iter().map(|n| entry(*n)).collect(),
    }
}

fn delta(n: i64, change: Change) -> RoomMessage {
    RoomMessage::Delta(Delta { version: version(n), server_now: Timestamp(n), change })
}

fn order(room: &Option<RoomSnapshot>) -> Vec<PlayId> {
    room.iter().flat_map(|room| &room.queue).map(|entry| entry.play).collect()
}

#[test]
fn a_delta_applies_only_right_after_what_is_shown() {
    let mut shown = Some(room(7, &[1, 2]));
    let added = |n| delta(n, Change::Added { entry: Box::new(entry(3)), after: Some(play(1)) });
    assert_eq!(fold(&mut shown, added(7)), Folded::Stale);
    assert_eq!(fold(&mut shown, added(9)), Folded::Gap);
    assert_eq!(order(&shown), [play(1), play(2)], "neither changed anything");
    assert_eq!(fold(&mut shown, added(8)), Folded::Applied);
    assert_eq!(order(&shown), [play(1), play(3), play(2)]);
    assert_eq!(shown.map(|room| room.version), Some(version(8)));
}

#[test]
fn another_life_of_the_database_is_a_gap() {
    let mut shown = Some(room(7, &[]));
    let newer = Delta { version: Version { epoch: 2, n: 8 }, server_now: Timestamp(0), change: Change::Nothing };
    assert_eq!(fold(&mut shown, RoomMessage::Delta(newer)), Folded::Gap);
}

#[test]
fn an_older_snapshot_is_dropped_and_a_newer_one_replaces_all() {
    let mut shown = Some(room(7, &[1]));
    assert_eq!(fold(&mut shown, RoomMessage::Snapshot(Box::new(room(6, &[])))), Folded::Stale);
    assert_eq!(order(&shown), [play(1)]);
    assert_eq!(fold(&mut shown, RoomMessage::Snapshot(Box::new(room(40, &[5])))), Folded::Applied);
    assert_eq!(order(&shown), [play(5)]);
}

#[test]
fn a_delta_without_a_room_asks_for_the_snapshot() {
    assert_eq!(fold(&mut None, delta(1, Change::Nothing)), Folded::Gap);
}

#[test]
fn what_plays_leaves_the_queue_and_what_ends_leaves_the_room() {
    let mut shown = Some(room(1, &[1, 2, 3]));
    fold(&mut shown, delta(2, Change::Playing { playing: Box::new(playing(1, 0)) }));
    assert_eq!(order(&shown), [play(2), play(3)]);
    fold(&mut shown, delta(3, Change::Returned { play: play(3), reason: ReturnReason::TakenBack }));
    assert_eq!(order(&shown), [play(2)]);
    fold(&mut shown, delta(4, Change::Finished { play: play(1) }));
    assert_eq!(shown.and_then(|room| room.playing), None);
}

#[test]
fn first_in_line_is_behind_nothing_or_behind_what_plays() {
    let mut shown = Some(RoomSnapshot { playing: Some(playing(9, 0)), ..room(1, &[1]) });
    fold(&mut shown, delta(2, Change::Added { entry: Box::new(entry(2)), after: None }));
    fold(&mut shown, delta(3, Change::Added { entry: Box::new(entry(3)), after: Some(play(9)) }));
    assert_eq!(order(&shown), [play(3), play(2), play(1)]);
    let unknown = delta(4, Change::Added { entry: Box::new(entry(4)), after: Some(play(77)) });
    assert_eq!(fold(&mut shown, unknown), Folded::Gap);
}

#[test]
fn minutes_count_from_what_is_left_of_the_song_that_plays() {
    let now = Timestamp(100_000);
    let mut shown = RoomSnapshot { playing: Some(playing(9, 80_000)), ..room(1, &[1, 2]) };
    assert_eq!(minutes(&shown, now), [Timestamp(140_000), Timestamp(200_000)]);
    assert_eq!(waiting_ms(&shown, now), 160_000);
    if let Some(playing) = &mut shown.playing {
        playing.paused_at_ms = Some(50_000);
    }
    assert_eq!(minutes(&shown, now)[0], Timestamp(110_000), "a paused song stands still");
    shown.playing = None;
    assert_eq!(minutes(&shown, now)[0], now);
}
