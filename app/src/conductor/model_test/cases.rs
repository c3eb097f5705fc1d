//! Single cases, by name.

use super::house::{Command, House, Memory, STAFF, account, recording};
use crate::{
    api::{DeclineReason, PlayerStatus, Report},
    conductor::{Floor, Spans, Stage, lineup, wake_at},
    hold::Hold,
    id::PlayId,
    play::{ReturnReason, SkipReason},
    time::Timestamp,
};

fn room(commands: impl IntoIterator<Item = Command>) -> House {
    let mut house = House::new(2, None);
    go(&mut house, [Command::Claim { screen: 0, memory: Memory::Nothing }]);
    go(&mut house, commands);
    house
}

fn go(house: &mut House, commands: impl IntoIterator<Item = Command>) {
    for command in commands {
        house.run(command).unwrap();
    }
}

fn ask(who: usize, song: usize) -> Command {
    Command::Ask { who, song, sooner: false, price: 9, late: false }
}

fn sooner(who: usize, song: usize) -> Command {
    Command::Ask { who, song, sooner: true, price: 9, late: false }
}

fn songs(floor: &Floor) -> Vec<String> {
    floor.entries.iter().map(|entry| entry.recording.clone()).collect()
}

fn available(house: &House, who: usize) -> i64 {
    house.books.purse(account(who)).lots.iter().map(|lot| lot.available).sum()
}

fn line(floor: &Floor) -> (Vec<PlayId>, bool) {
    let (line, _, wait) = lineup(floor, floor.player.epoch);
    (line.into_iter().map(|entry| entry.play).collect(), wait)
}

#[test]
fn minutes_count_what_is_left_and_what_waits() {
    let mut house = room([ask(0, 4), ask(1, 2), Command::PlayOn, Command::Later(30_000)]);
    let (now, moment) = (house.now, house.moment());
    let left = house.floor.left_ms(now);
    assert_eq!(left, recording(4).duration_ms - 30_007);
    assert_eq!(house.floor.starts(now)[0].1, now.plus(left));
    let offer = house.floor.quote(None, false, moment).unwrap();
    assert_eq!((offer.place, offer.about), (2, now.plus(left + recording(2).duration_ms)));
    go(&mut house, [Command::Pause(true)]);
    let paused = house.floor.left_ms(house.now);
    assert_eq!(house.floor.left_ms(house.now.plus(60_000)), paused, "it stands still");
}

#[test]
fn sooner_that_gains_nothing_costs_the_ordinary_price() {
    let house = room([sooner(0, 1)]);
    assert!(house.floor.quote(None, true, house.moment()).is_some(), "a second one would pass the first");
    assert_eq!((house.floor.entries[0].price, house.floor.entries[0].sooner), (2, false));
    assert_eq!(available(&house, 0), super::books::BOUGHT - 2);
    let house = room([ask(0, 1), sooner(1, 2)]);
    assert_eq!((house.floor.entries[0].price, house.floor.entries[0].sooner), (5, true));
    assert_eq!(songs(&house.floor), ["r2", "r1"]);
}

#[test]
fn a_dearer_or_late_request_takes_nothing() {
    let late = Command::Ask { who: 1, song: 3, sooner: false, price: 9, late: true };
    let house = room([Command::Ask { who: 0, song: 1, sooner: false, price: 1, late: false }, late]);
    assert!(house.floor.entries.is_empty());
    assert_eq!((available(&house, 0), available(&house, 1)), (super::books::BOUGHT, super::books::BOUGHT));
    let refused = house.floor.check_room(&recording(1), account(0), Some(house.now), house.moment());
    assert!(matches!(refused, Err(DeclineReason::Song { .. })), "it sounded just now");
}

#[test]
fn a_reload_goes_on_where_it_was() {
    let mut house = room([ask(0, 4), ask(1, 2), Command::PlayOn, Command::Later(5_000)]);
    let sounded = house.floor.entries[0].play;
    go(&mut house, [Command::Claim { screen: 0, memory: Memory::WhatSounds }]);
    assert_eq!(house.floor.left_ms(house.now), recording(4).duration_ms - 10_000, "from where the disk says");
    let (line, wait) = line(&house.floor);
    assert_eq!((line[0], line.len(), wait), (sounded, 2, false));
    assert_eq!((house.floor.entries[0].attempt, house.floor.entries[1].attempt), (1, 2));
}

#[test]
fn a_second_window_that_knows_nothing_returns_what_sounded() {
    let mut house = room([ask(0, 4), ask(1, 2), Command::PlayOn]);
    go(&mut house, [Command::Claim { screen: 0, memory: Memory::Nothing }]);
    assert_eq!(songs(&house.floor), ["r2"]);
    assert_eq!(available(&house, 0), super::books::BOUGHT);
    assert!(house.floor.entries[0].is_held_by(house.floor.player.epoch));
}

#[test]
fn another_screen_waits_and_is_handed_songs_of_its_own() {
    let mut house = room([ask(0, 11), ask(1, 10), ask(2, 9), ask(3, 8), Command::PlayOn]);
    let old = house.floor.player.epoch;
    go(&mut house, [Command::Claim { screen: 1, memory: Memory::WhatSounds }]);
    assert!(house.floor.entries[0].is_with(old), "what sounds stays where it sounds");
    assert!(line(&house.floor).1, "and the new screen waits");
    assert!(!line(&house.floor).0.is_empty(), "with songs that the old one doesn't hold");
    let again = house.floor.entries.iter().filter(|entry| entry.is_with(old)).count();
    go(&mut house, [Command::Claim { screen: 1, memory: Memory::Nothing }]);
    assert_eq!(
        house.floor.entries.iter().filter(|entry| entry.is_with(old)).count(),
        again,
        "its reload takes nothing of the old one's"
    );
}

#[test]
fn taken_back_while_offline_is_paid_back_after_lease_and_grace() {
    let mut house = room([ask(0, 1), Command::Later(40_000)]);
    assert_eq!(house.floor.player.status, PlayerStatus::Silent);
    let Stage::Handed { lease_until, .. } = house.floor.entries[0].stage else { panic!("not handed") };
    go(&mut house, [Command::TakeBack { play: 5, who: 0 }]);
    assert_eq!(available(&house, 0), super::books::BOUGHT - 2, "it may be sounding");
    let due = lease_until.plus(recording(1).duration_ms + Spans::default().grace_ms + 1);
    assert_eq!(wake_at(&house.floor, house.moment()), Some(due));
    go(&mut house, [Command::Wake]);
    assert_eq!(available(&house, 0), super::books::BOUGHT);
    assert!(house.floor.entries.is_empty());
}

#[test]
fn a_skip_pays_back_at_any_second() {
    let finished = Command::Report { play: 5, report: Report::Finished, older: 0, wrong: false, age_ms: 0 };
    let mut house = room([ask(0, 4), Command::PlayOn, Command::Later(170_000), Command::Skip(5)]);
    assert_eq!(available(&house, 0), super::books::BOUGHT);
    go(&mut house, [finished]);
    assert_eq!(available(&house, 0), super::books::BOUGHT, "what comes late stays unpaid");
}

#[test]
fn a_skip_that_crosses_the_start_holds() {
    let started =
        Command::Report { play: 5, report: Report::Started { position_ms: 0 }, older: 0, wrong: false, age_ms: 0 };
    let house = room([ask(0, 4), Command::Skip(5), started]);
    assert!(house.floor.entries.is_empty());
    assert_eq!(available(&house, 0), super::books::BOUGHT);
}

/// The player says that it let go, says nothing until the lease is over, or comes back as another window: the fact names
/// the staff member each time (the laws compare it), and the row keeps who it was meanwhile.
#[test]
fn a_handed_song_that_is_skipped_names_who_skipped_it() {
    let dropped = Command::Report { play: 5, report: Report::Dropped, older: 0, wrong: false, age_ms: 0 };
    let again = Command::Claim { screen: 0, memory: Memory::Nothing };
    let silence = vec![Command::Later(40_000), Command::Wake, Command::Wake];
    for ending in [vec![dropped], vec![again], silence] {
        let mut house = room([ask(0, 4), Command::Skip(5)]);
        let entry = house.floor.entries[0].clone();
        let stored = serde_json::to_string(&entry.stage).unwrap();
        assert!(stored.contains(&STAFF.to_string()), "{stored}");
        house.floor.entries[0].stage = serde_json::from_str(&stored).unwrap();
        assert_eq!(house.floor.entries[0].stage, entry.stage);
        go(&mut house, ending);
        assert!(house.floor.entries.is_empty());
        let other = SkipReason::Other;
        assert_eq!(house.laws.returned(entry.play), Some(ReturnReason::Staff { said: other }));
    }
}

#[test]
fn a_stage_from_before_skips_had_names_reads_the_same() {
    let before =
        r#"{"is":"handed","lease_until":7,"player_epoch":1,"handed_at":3,"recalled":{"why":"staff","said":"other"}}"#;
    let stage: Stage = serde_json::from_str(before).unwrap();
    let Stage::Handed { recalled: Some(recall), .. } = stage else { panic!("{stage:?}") };
    assert_eq!((recall.reason, recall.staff), (ReturnReason::Staff { said: SkipReason::Other }, None));
    let taken_back = before.replace(r#"{"why":"staff","said":"other"}"#, r#"{"why":"taken_back"}"#);
    let stage: Stage = serde_json::from_str(&taken_back).unwrap();
    assert_eq!(serde_json::to_string(&stage).unwrap(), taken_back, "and is written as it was");
}

#[test]
fn a_song_without_any_player_is_paid_back() {
    let mut house = room([ask(0, 1)]);
    house.floor.player = crate::conductor::Player { epoch: house.floor.player.epoch, ..Default::default() };
    house.floor.entries[0].stage = Stage::Queued;
    assert!(wake_at(&house.floor, house.moment()).is_some());
    go(&mut house, [Command::Wake]);
    assert!(house.floor.entries.is_empty());
}

#[test]
fn a_long_pause_survives_a_short_silence() {
    let hours = std::iter::repeat_n([Command::Later(20_000), Command::Beat], 400).flatten();
    let mut house = room([ask(0, 1), Command::PlayOn, Command::Pause(true)]);
    go(&mut house, hours);
    let seen: Timestamp = house.floor.player.seen_at;
    go(&mut house, [Command::Later(60_000)]);
    assert_eq!((house.floor.player.status, house.floor.entries.len()), (PlayerStatus::Silent, 1));
    assert_eq!(wake_at(&house.floor, house.moment()), Some(seen.plus(Spans::default().dark_after_ms + 1)));
}

/// What is handed and not asked back.
fn ready(floor: &Floor) -> usize {
    floor.entries.iter().filter(|entry| matches!(entry.stage, Stage::Handed { recalled: None, .. })).count()
}

#[test]
fn stop_after_this_song_pauses_at_its_end_with_the_line_as_it_was() {
    let mut house = room([ask(0, 4), ask(1, 2), Command::PlayOn]);
    let (first, second) = (house.floor.entries[0].play, house.floor.entries[1].play);
    go(&mut house, [Command::StopAfter(1)]);
    assert_eq!((house.floor.hold, house.floor.hold.is_still()), (Hold::AfterSong, false));
    assert_eq!(line(&house.floor), (vec![first], false), "the player is told of nothing beyond it");
    assert_eq!(ready(&house.floor), 1, "and keeps its lease on what waits");
    go(&mut house, [Command::PlayOn]);
    assert_eq!((house.floor.hold, songs(&house.floor)), (Hold::Paused, vec!["r2".to_string()]));
    assert_eq!(line(&house.floor).0, [second], "which it holds, paused");
    go(&mut house, [Command::Pause(false), Command::PlayOn]);
    assert_eq!((house.floor.hold, house.floor.entries[0].sounds()), (Hold::Free, true));
}

#[test]
fn stop_after_a_song_that_does_not_sound_changes_nothing() {
    let mut house = room([ask(0, 4), Command::StopAfter(1)]);
    assert_eq!(house.floor.hold, Hold::Free);
    go(&mut house, [Command::PlayOn, Command::Pause(true), Command::StopAfter(1)]);
    assert_eq!(house.floor.hold, Hold::Paused, "it stops already");
}

#[test]
fn stop_after_a_song_that_is_skipped_pauses_at_once_and_can_be_taken_back() {
    let mut house = room([ask(0, 4), ask(1, 2), Command::PlayOn, Command::StopAfter(1), Command::Pause(false)]);
    assert_eq!(house.floor.hold, Hold::Free);
    go(&mut house, [Command::StopAfter(1), Command::Skip(1)]);
    assert_eq!((house.floor.hold, house.floor.entries.len()), (Hold::Paused, 1));
}

#[test]
fn a_song_that_began_before_the_stop_was_heard_of_stands_still() {
    let mut house = room([ask(0, 4), ask(1, 2), Command::PlayOn, Command::StopAfter(1)]);
    let started =
        Command::Report { play: 5, report: Report::Started { position_ms: 0 }, older: 0, wrong: false, age_ms: 0 };
    go(&mut house, [started]);
    assert_eq!((house.floor.hold, songs(&house.floor)), (Hold::Paused, vec!["r2".to_string()]));
    let Stage::Started { paused_at_ms, .. } = house.floor.entries[0].stage else { panic!("it began") };
    assert_eq!(paused_at_ms, Some(0));
}

#[test]
fn with_the_sound_off_the_line_holds_and_nothing_is_handed() {
    let mut house = room([ask(0, 4), Command::PlayOn, Command::SoundOff, ask(1, 2), ask(2, 3)]);
    assert_eq!((ready(&house.floor), house.floor.entries.len()), (0, 3));
    let hours = std::iter::repeat_n([Command::Later(20_000), Command::Beat], 400);
    go(&mut house, hours.flatten());
    assert_eq!((ready(&house.floor), house.floor.entries.len()), (0, 3), "for as long as it is off");
    go(&mut house, [Command::Pause(false)]);
    assert_eq!((house.floor.hold, ready(&house.floor)), (Hold::Free, 2));
}
