use super::*;
use jukeline_app::api::{Plan, ScreenSays, SongBrief};
use uuid::Uuid;

/// A player with a clock and an audio element that does as it is told.
struct Bench {
    player: Player,
    mono_ms: i64,
    version: i64,
    told: Vec<Command>,
}

fn play(n: u128) -> PlayId {
    PlayId(Uuid::from_u128(n))
}

fn song(n: u128, seconds: i64) -> HandedSong {
    let id = SongId(Uuid::from_u128(100 + n));
    let song = SongBrief {
        id,
        title: format!("Song {n}"),
        artist: "Someone".into(),
        duration_ms: seconds * 1000,
        has_cover: false,
    };
    HandedSong { play: play(n), attempt: 1, song, for_name: None, gain_db: 0.0, lease_ms: 600_000, resume_ms: None }
}

fn plan(version: i64, lineup: Vec<HandedSong>) -> Plan {
    let version = Version { epoch: 1, n: version };
    Plan { version, player_epoch: 1, paused: false, volume: 80, lineup, drop: Vec::new(), wait: false }
}

impl Bench {
    fn new() -> Bench {
        Bench::with(Outbox::default(), None)
    }

    fn with(outbox: Outbox, saved: Option<Saved>) -> Bench {
        Bench::overlapping(outbox, saved, 0)
    }

    fn overlapping(outbox: Outbox, saved: Option<Saved>, crossfade_ms: i64) -> Bench {
        let mut bench =
            Bench { player: Player::new(outbox, saved, crossfade_ms), mono_ms: 5_000, version: 0, told: Vec::new() };
        bench.take(Input::Claiming);
        bench.take(Input::Granted(1));
        bench
    }

    /// For how long each song went on below the next one.
    fn fades(&self) -> Vec<i64> {
        self.told
            .iter()
            .filter_map(|command| if let Command::FadeOut(ms) = command { Some(*ms) } else { None })
            .collect()
    }

    fn now(&self) -> Now {
        Now { mono_ms: self.mono_ms, wall_ms: 1_700_000_000_000 + self.mono_ms }
    }

    fn take(&mut self, input: Input) -> Vec<Command> {
        let commands = self.player.take(input, self.now());
        self.told.extend(commands.clone());
        commands
    }

    /// A plan whose files are all at hand at once.
    fn plan(&mut self, lineup: Vec<HandedSong>) -> Vec<Command> {
        self.plan_with(lineup, |_| ())
    }

    fn plan_with(&mut self, lineup: Vec<HandedSong>, change: impl FnOnce(&mut Plan)) -> Vec<Command> {
        self.version += 1;
        let files: Vec<SongId> = lineup.iter().map(|song| song.song.id).collect();
        let mut next = plan(self.version, lineup);
        change(&mut next);
        let mut commands = self.take(Input::Plan(Box::new(next)));
        for file in files {
            commands.extend(self.take(Input::Fetched(file)));
        }
        commands
    }

    /// The song sounds from `from_ms` to `to_ms`, read every quarter of a second.
    fn sound(&mut self, n: u128, from_ms: i64, to_ms: i64) {
        let mut at = from_ms;
        while at < to_ms {
            at = (at + 250).min(to_ms);
            self.mono_ms += 250;
            self.take(Input::Clock(play(n), at));
        }
    }

    fn sound_to_the_end(&mut self, n: u128, ms: i64) {
        self.sound(n, 0, ms);
        self.take(Input::Ended(play(n), ms));
    }

    fn reports(&self) -> Vec<(PlayId, i64, Report)> {
        self.player.outbox.waiting().iter().map(|r| (r.play, r.attempt, r.what)).collect()
    }

    fn kinds(&self, n: u128) -> Vec<Report> {
        self.reports().into_iter().filter(|(p, _, _)| *p == play(n)).map(|(_, _, what)| what).collect()
    }

    fn plays(&self) -> Vec<(PlayId, i64)> {
        let played = self
            .told
            .iter()
            .filter_map(|c| if let Command::Play(song, from) = c { Some((song.play, *from)) } else { None });
        played.collect()
    }
}

#[test]
fn two_songs_one_after_the_other_are_reported_whole() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 40), song(2, 50)]);
    bench.sound_to_the_end(1, 40_000);
    bench.sound_to_the_end(2, 50_000);
    assert_eq!(bench.plays(), [(play(1), 0), (play(2), 0)]);
    for n in [1, 2] {
        assert_eq!(bench.kinds(n), [Report::Started { position_ms: 250 }, Report::Heard, Report::Finished]);
    }
    assert!(bench.player.sounding().is_none());
}

#[test]
fn heard_leaves_out_pauses_and_seeks() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 200)]);
    bench.sound(1, 0, 20_000);
    bench.mono_ms += 60_000;
    bench.sound(1, 20_000, 25_000);
    bench.take(Input::Clock(play(1), 120_000));
    bench.sound(1, 120_000, 124_500);
    assert!(!bench.kinds(1).contains(&Report::Heard), "29.5 s sounded, a pause and a seek");
    bench.sound(1, 124_500, 125_500);
    assert_eq!(bench.kinds(1).last(), Some(&Report::Heard));
}

#[test]
fn a_short_song_is_heard_at_its_end_only() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 20)]);
    bench.sound(1, 0, 20_000);
    assert!(!bench.kinds(1).contains(&Report::Heard));
    bench.take(Input::Ended(play(1), 20_000));
    assert_eq!(bench.kinds(1)[1..], [Report::Heard, Report::Finished]);
}

#[test]
fn a_file_that_ends_early_broke_off() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 200), song(2, 60)]);
    bench.sound(1, 0, 40_000);
    bench.take(Input::Ended(play(1), 40_000));
    let early = Report::Broke { position_ms: 40_000, cause: BreakCause::EndedEarly };
    assert_eq!(bench.kinds(1).last(), Some(&early));
    assert_eq!(bench.plays().last(), Some(&(play(2), 0)));
}

#[test]
fn a_song_past_its_lease_is_never_started() {
    let mut bench = Bench::new();
    let short_lease = HandedSong { lease_ms: 30_000, ..song(2, 60) };
    bench.plan(vec![song(1, 40), short_lease, song(3, 60)]);
    bench.sound_to_the_end(1, 40_000);
    assert_eq!(bench.plays().last(), Some(&(play(3), 0)));
    assert_eq!(bench.kinds(2), [Report::Dropped]);
}

#[test]
fn through_a_cut_the_line_plays_on_while_its_leases_last() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 60), song(2, 60), song(3, 60)]);
    bench.sound_to_the_end(1, 60_000);
    bench.sound_to_the_end(2, 60_000);
    bench.mono_ms += 5_000;
    bench.take(Input::Reconnected);
    let numbers: Vec<u64> = {
        let now = bench.now();
        let messages = bench.player.outbox().take_unsent(now);
        messages.iter().map(|m| if let ScreenSays::Report { number, .. } = m { *number } else { 0 }).collect()
    };
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6], "in order, everything");
    let now = bench.now();
    assert!(bench.player.outbox().take_unsent(now).is_empty());
}

#[test]
fn reports_wait_for_their_acknowledgement_and_tell_their_age() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 60)]);
    bench.sound(1, 0, 250);
    bench.mono_ms += 7_000;
    let now = bench.now();
    let messages = bench.player.outbox().take_unsent(now);
    assert!(matches!(messages[..], [ScreenSays::Report { number: 1, age_ms: 7_000, player_epoch: 1, .. }]));
    let disk = serde_json::to_string(bench.player.outbox()).unwrap();
    let mut reloaded: Outbox = serde_json::from_str(&disk).unwrap();
    // Another page life: its monotonic clock began anew, the machine's clock went on for 9 s.
    let later = Now { mono_ms: 10, wall_ms: now.wall_ms + 2_000 };
    assert!(matches!(reloaded.take_unsent(later)[..], [ScreenSays::Report { number: 1, age_ms: 9_000, .. }]));
    bench.take(Input::Acknowledged(vec![1]));
    assert!(bench.reports().is_empty());
}

#[test]
fn older_plans_are_dropped() {
    let mut bench = Bench::new();
    bench.version = 10;
    bench.plan(vec![song(1, 60)]);
    bench.take(Input::Plan(Box::new(plan(4, Vec::new()))));
    assert!(bench.player.sounding().is_some());
}

#[test]
fn a_stale_plan_never_plays_a_finished_song_again() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 40)]);
    bench.sound_to_the_end(1, 40_000);
    bench.plan(vec![song(1, 40)]);
    assert!(bench.player.sounding().is_none());
    bench.plan(vec![HandedSong { attempt: 2, ..song(1, 40) }]);
    assert!(bench.player.sounding().is_none(), "handed again, but it played to its end here");
    assert_eq!(bench.reports().last(), Some(&(play(1), 2, Report::Finished)));
}

#[test]
fn a_finished_song_stays_finished_after_a_reload() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 40)]);
    bench.sound_to_the_end(1, 40_000);
    let mut reloaded = Bench::with(bench.player.outbox.clone(), None);
    reloaded.plan(vec![song(1, 40)]);
    assert!(reloaded.plays().is_empty());
}

#[test]
fn skipped_is_silent_at_once_and_the_next_begins() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 60), song(2, 60)]);
    bench.sound(1, 0, 10_000);
    let commands = bench.plan(vec![song(2, 60)]);
    assert!(commands.contains(&Command::Stop));
    assert_eq!(bench.plays().last(), Some(&(play(2), 0)));
    assert_eq!(bench.kinds(1).len(), 1, "the server ended it: nothing to report but its start");
}

#[test]
fn asked_back_songs_are_dropped_and_reported() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 60), song(2, 60)]);
    bench.sound(1, 0, 1_000);
    bench.plan_with(vec![song(1, 60)], |plan| plan.drop = vec![play(2)]);
    bench.plan_with(vec![song(1, 60)], |plan| plan.drop = vec![play(2)]);
    assert_eq!(bench.kinds(2), [Report::Dropped], "once");
    bench.plan_with(Vec::new(), |plan| plan.drop = vec![play(1)]);
    let closed = Report::Broke { position_ms: 1_000, cause: BreakCause::Closed };
    assert_eq!(bench.kinds(1).last(), Some(&closed));
    assert!(bench.player.sounding().is_none());
}

#[test]
fn handed_again_while_it_sounds_goes_on_under_the_new_number() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 100)]);
    bench.sound(1, 0, 35_000);
    bench.take(Input::Claiming);
    bench.take(Input::Granted(2));
    bench.plan_with(vec![HandedSong { attempt: 2, ..song(1, 100) }], |plan| plan.player_epoch = 2);
    assert_eq!(bench.plays().len(), 1, "it plays on");
    assert_eq!(
        bench.reports()[2..],
        [(play(1), 2, Report::Started { position_ms: 35_000 }), (play(1), 2, Report::Heard)]
    );
    assert_eq!(bench.player.outbox.waiting().last().map(|r| r.player_epoch), Some(2));
}

#[test]
fn superseded_it_plays_its_song_out_and_lets_go_of_the_rest() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 40), song(2, 60)]);
    bench.sound(1, 0, 5_000);
    bench.take(Input::Superseded { epoch: 2, same_disk: false });
    assert_eq!(bench.kinds(2), [Report::Dropped]);
    bench.sound(1, 5_000, 40_000);
    bench.take(Input::Ended(play(1), 40_000));
    assert_eq!(bench.kinds(1).last(), Some(&Report::Finished));
    bench.plan(vec![song(3, 60)]);
    assert_eq!(bench.plays().len(), 1, "silent");
    assert!(bench.player.superseded());
}

#[test]
fn a_window_on_the_same_disk_takes_the_song_along() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 40)]);
    bench.sound(1, 0, 5_000);
    let commands = bench.take(Input::Superseded { epoch: 2, same_disk: true });
    assert!(commands.contains(&Command::Stop));
    assert!(bench.player.sounding().is_none());
}

#[test]
fn its_own_claim_does_not_supersede_it() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 40)]);
    bench.take(Input::Claiming);
    bench.take(Input::Superseded { epoch: 2, same_disk: false });
    bench.take(Input::Granted(2));
    bench.take(Input::Superseded { epoch: 2, same_disk: false });
    assert!(!bench.player.superseded());
}

#[test]
fn a_reload_resumes_where_it_stood() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 100)]);
    bench.sound(1, 0, 20_000);
    let saved =
        bench.told.iter().rev().find_map(|c| if let Command::Save(saved) = c { Some(*saved) } else { None }).unwrap();
    assert!((19_000..=20_000).contains(&saved.position_ms));

    let mut reloaded = Bench::with(bench.player.outbox.clone(), Some(saved));
    assert_eq!(
        reloaded.player.resume().map(|r| (r.play, r.attempt, r.position_ms)),
        Some((play(1), 1, saved.position_ms))
    );
    reloaded.plan(vec![HandedSong { resume_ms: Some(saved.position_ms), lease_ms: 0, ..song(1, 100) }]);
    assert_eq!(reloaded.plays(), [(play(1), saved.position_ms)]);
    reloaded.sound(1, saved.position_ms, saved.position_ms + 12_000);
    assert!(reloaded.kinds(1).contains(&Report::Heard), "19 s before the reload and 12 s after it");
}

#[test]
fn paused_holds_the_sound_and_starts_nothing() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 60)]);
    let commands = bench.plan_with(vec![song(1, 60)], |plan| plan.paused = true);
    assert_eq!(commands, [Command::Pause]);
    assert_eq!(bench.plan(vec![song(1, 60)]), [Command::Resume]);

    let mut idle = Bench::new();
    idle.plan_with(vec![song(1, 60)], |plan| plan.paused = true);
    assert!(idle.plays().is_empty());
    idle.plan(vec![song(1, 60)]);
    assert_eq!(idle.plays().len(), 1);
}

#[test]
fn it_waits_for_another_screens_song() {
    let mut bench = Bench::new();
    bench.plan_with(vec![song(1, 60)], |plan| plan.wait = true);
    assert!(bench.plays().is_empty());
    bench.plan(vec![song(1, 60)]);
    assert_eq!(bench.plays().len(), 1);
}

#[test]
fn a_file_that_does_not_come_lets_a_ready_one_go_first() {
    let mut bench = Bench::new();
    bench.take(Input::Plan(Box::new(plan(1, vec![song(1, 60), song(2, 60)]))));
    bench.take(Input::Fetched(song(2, 60).song.id));
    assert!(bench.plays().is_empty());
    bench.mono_ms += PATIENCE_MS;
    bench.take(Input::Tick);
    assert_eq!(bench.plays(), [(play(2), 0)]);
}

#[test]
fn a_file_that_cannot_be_played_is_the_houses_fault() {
    let mut bench = Bench::new();
    bench.take(Input::Plan(Box::new(plan(1, vec![song(1, 60)]))));
    bench.take(Input::Failed(play(1), BreakCause::File));
    assert_eq!(bench.kinds(1), [Report::Broke { position_ms: 0, cause: BreakCause::File }]);
    assert!(bench.player.waiting().next().is_none());
}

#[test]
fn files_are_kept_for_what_sounds_and_what_waits() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 40), song(2, 60)]);
    assert!(bench.told.contains(&Command::Keep(vec![song(1, 1).song.id, song(2, 1).song.id])));
    assert_eq!(bench.player.ready_ms(), 60_000);
    bench.sound_to_the_end(1, 40_000);
    assert_eq!(bench.told.last(), Some(&Command::Keep(vec![song(2, 1).song.id])));
}

#[test]
fn the_next_song_begins_below_the_end_of_one_that_counts() {
    let mut bench = Bench::overlapping(Outbox::default(), None, 4_000);
    bench.plan(vec![song(1, 60), song(2, 60)]);
    bench.sound(1, 0, 55_750);
    assert_eq!(bench.plays().len(), 1);
    bench.sound(1, 55_750, 56_000);
    assert_eq!(bench.plays(), [(play(1), 0), (play(2), 0)]);
    assert_eq!(bench.kinds(1).last(), Some(&Report::Finished));
    let fades = bench.told.iter().position(|command| *command == Command::FadeOut(4_000)).expect("it fades");
    assert!(matches!(bench.told[fades + 2], Command::Play(..)), "{:?}", &bench.told[fades..]);
}

#[test]
fn without_an_overlap_the_next_song_is_started_just_before_the_end() {
    let mut bench = Bench::new();
    bench.plan(vec![song(1, 20), song(2, 60)]);
    bench.sound(1, 0, 19_750);
    assert_eq!((bench.plays().len(), bench.player.gives_way_in()), (1, Some(50)));
    bench.mono_ms += 60;
    bench.take(Input::Clock(play(1), 19_810));
    assert_eq!(bench.plays(), [(play(1), 0), (play(2), 0)]);
    assert!(bench.fades().is_empty() && bench.told.contains(&Command::RingOut), "it ends as loud as it is");
    assert_eq!(bench.kinds(1)[1..], [Report::Heard, Report::Finished], "a short song counts");
    bench.take(Input::Ended(play(1), 20_000));
    assert_eq!((bench.plays().len(), bench.kinds(1).len()), (2, 3), "its own end changes nothing");
}

#[test]
fn nothing_overlaps_without_a_next_song_or_before_one_counts() {
    let mut alone = Bench::overlapping(Outbox::default(), None, 4_000);
    alone.plan(vec![song(1, 60)]);
    alone.sound_to_the_end(1, 60_000);
    assert!(alone.fades().is_empty());
    assert_eq!(alone.kinds(1).last(), Some(&Report::Finished));

    let mut short = Bench::overlapping(Outbox::default(), None, 4_000);
    short.plan(vec![song(1, 32), song(2, 60)]);
    short.sound(1, 0, 29_500);
    assert!(short.fades().is_empty(), "30 s count");
    short.sound(1, 29_500, 30_500);
    assert_eq!(short.fades(), [2_000], "for as long as there is sound");
    assert!(short.kinds(1).contains(&Report::Heard));

    let mut late = Bench::overlapping(Outbox::default(), None, 4_000);
    late.plan(vec![song(1, 60)]);
    late.sound(1, 0, 59_500);
    late.plan(vec![song(1, 60), song(2, 60)]);
    late.take(Input::Ended(play(1), 60_000));
    assert!(late.fades().is_empty(), "what ended goes on below nothing");
    assert_eq!(late.plays().len(), 2);
}
