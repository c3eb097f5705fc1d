//! The jukebox's screen as an app: its sound, measured where a room would hear it, and nobody who minds it.

use std::time::Duration;

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use jukeline_app::play::PlayState;
use jukeline_tests::{
    browser::{App, Desk, Monitors, Secrets},
    eventually,
    house::{House, Phone},
    machine::Need,
    music, needs,
    server::Setup,
    sound::Recording,
    tones::Tones,
    wait::always,
};
use rustix::process::Signal;

/// What between two songs isn't heard as a gap.
const GAP: Duration = Duration::from_millis(150);
/// A page that froze or crashed sounds again by then.
const WATCHDOG: Duration = Duration::from_secs(10);
/// The rest of a song, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
/// Two songs that are less apart than this are equally loud to a listener, in decibels.
const EVEN_DB: f64 = 1.5;

/// Waits until it has sounded for so long.
async fn sounded(desk: &Desk, what: &str, long: Duration, patience: Duration) -> Result<Recording> {
    eventually(what, patience, || async {
        let recording = desk.speakers.recording()?;
        ensure!(recording.sounded() >= long, "{:?} of sound", recording.sounded());
        Ok(recording)
    })
    .await
}

/// Waits until it has sounded for so long and is silent again.
async fn both(desk: &Desk, long: Duration) -> Result<Recording> {
    eventually("both songs", Duration::from_secs(90), || async {
        let recording = desk.speakers.recording()?;
        let (sounded, silent) = (recording.sounded(), recording.silent_since());
        let gap = recording.longest_gap();
        ensure!(
            sounded >= long && silent > GAP * 3,
            "{sounded:?} of sound, {silent:?} of silence at the end, {gap:?} in between"
        );
        Ok(recording)
    })
    .await
}

#[tokio::test]
async fn two_songs_sound_from_the_loudspeakers_without_a_gap_that_is_heard() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Ffmpeg);
    let tones = Tones::begin(12).await?;
    let desk = Desk::begin(Secrets::None).await?;
    let app = desk.player(&tones.server, &tones.house).await?;
    tones.queue_all(&tones.guest(&app.room_code().await?).await?).await?;
    app.hear().await?;
    app.keep_picture("shell-screen-playing").await?;
    let recording = both(&desk, Duration::from_millis(23_500)).await?;
    let (sounded, gap) = (recording.sounded(), recording.longest_gap());
    println!("{sounded:?} of sound, {gap:?} in between");
    ensure!(gap <= GAP, "{gap:?} between two songs");
    app.close().await
}

#[tokio::test]
async fn two_songs_overlap_for_as_long_as_the_owner_says() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Ffmpeg);
    // Files of 3 MB each: WebKit hears those in parts.
    let tones = Tones::large(35).await?;
    let desk = Desk::begin(Secrets::None).await?;
    let app = desk.player_with(&tones.server, &tones.house, &["--crossfade", "4"]).await?;
    tones.queue_all(&tones.guest(&app.room_code().await?).await?).await?;
    let recording = both(&desk, Duration::from_secs(62)).await?;
    // Twice 35 s, 4 s of them together: the recording tells a second more or less.
    let (sounded, gap) = (recording.sounded(), recording.longest_gap());
    println!("{sounded:?} of sound, {gap:?} in between");
    ensure!(sounded.abs_diff(Duration::from_secs(66)) < Duration::from_secs(2), "{sounded:?} of sound");
    ensure!(gap <= GAP, "{gap:?} between two songs");
    is_over(&tones.house).await?;
    app.close().await
}

#[tokio::test]
async fn a_quiet_song_is_as_loud_as_a_loud_one() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Ffmpeg);
    let tones = Tones::as_loud_as(12, [-3, -19]).await?;
    let desk = Desk::begin(Secrets::None).await?;
    let app = desk.player(&tones.server, &tones.house).await?;
    tones.queue_all(&tones.guest(&app.room_code().await?).await?).await?;
    // The mixer that lifts a quiet song may take a moment of the first one to begin.
    let recording = both(&desk, Duration::from_secs(21)).await?;
    let (first, last) = recording.ends_db(Duration::from_secs(10))?;
    println!("{first:.1} and {last:.1} dB of full scale, of files 16 dB apart");
    ensure!((first - last).abs() <= EVEN_DB, "{first:.1} and {last:.1} dB");
    app.close().await
}

/// For how many seconds the server is away: a minute, unless somebody has the time for more.
fn cut() -> Result<u32> {
    std::env::var("JUKELINE_CUT_SECONDS").map_or(Ok(60), |seconds| Ok(seconds.parse()?))
}

#[tokio::test]
async fn a_screen_plays_on_for_a_minute_without_its_server() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Ffmpeg);
    let seconds = cut()?;
    let mut tones = Tones::begin(seconds * 2 / 3).await?;
    let desk = Desk::begin(Secrets::None).await?;
    let app = desk.player(&tones.server, &tones.house).await?;
    tones.queue_all(&tones.guest(&app.room_code().await?).await?).await?;
    app.hear().await?;
    eventually("both songs at hand", Duration::from_secs(20), || async {
        let log = tones.server.log();
        let fetched = log.lines().filter(|line| line.contains("/api/songs/{song}/sound") && line.contains("200"));
        ensure!(fetched.count() >= 2, "{log}");
        Ok(())
    })
    .await?;
    tones.server.kill9();
    let cut = Duration::from_secs(seconds.into());
    let recording = sounded(&desk, "sound without a server", cut, cut * 2).await?;
    println!("{:?} of sound, {:?} in between", recording.sounded(), recording.longest_gap());
    ensure!(recording.longest_gap() <= GAP, "silent for {:?}", recording.longest_gap());
    app.keep_picture("shell-screen-alone").await?;
    tones.server.restart().await?;
    // The rest of the second song, which lasts two thirds of the cut.
    is_over_within(&tones.house, PATIENCE + cut).await?;
    app.close().await
}

/// What was played is told, and both songs are known to be over.
async fn is_over(house: &House) -> Result<()> {
    is_over_within(house, PATIENCE).await
}

async fn is_over_within(house: &House, patience: Duration) -> Result<()> {
    eventually("what was played", patience, || async {
        let room = house.operator.room(&house.room).await?;
        ensure!(room.playing.is_none() && room.queue.is_empty(), "{room:?}");
        Ok(())
    })
    .await
}

/// A paired screen's app that runs as its owner starts it and plays the first of two tones.
async fn by_itself(desk: &Desk, tones: &Tones) -> Result<(App, Phone)> {
    let paired = desk.player(&tones.server, &tones.house).await?;
    let code = paired.room_code().await?;
    paired.close().await?;
    let app = desk.run(&["--role", "screen"])?;
    let guest = tones.guest(&code).await?;
    tones.queue_all(&guest).await?;
    sounded(desk, "a first sound", Duration::from_secs(4), Duration::from_secs(60)).await?;
    Ok((app, guest))
}

/// Both songs were played to their ends, as the guest is told.
async fn both_count(guest: &Phone) -> Result<()> {
    eventually("both to count", PATIENCE, || async {
        let states: Vec<PlayState> = guest.api.plays(None).await?.plays.iter().map(|play| play.state).collect();
        ensure!(states == [PlayState::Finished; 2], "{states:?}");
        Ok(())
    })
    .await
}

/// Sends this to the page in the middle of the first of two songs, and measures the silence that follows.
async fn silence_after(signal: Signal) -> Result<Duration> {
    let tones = Tones::begin(25).await?;
    let desk = Desk::begin(Secrets::None).await?;
    let (app, guest) = by_itself(&desk, &tones).await?;
    app.signal_page(signal).await?;
    let (long, patience) = (Duration::from_secs(45), Duration::from_secs(120));
    let recording = sounded(&desk, "both songs in spite of it", long, patience).await;
    if recording.is_err() {
        desk.keep_picture("shell-screen-silent")?;
    }
    let gap = recording.map_err(|error| error.context(app.log()))?.longest_gap();
    ensure!(gap <= WATCHDOG, "silent for {gap:?}");
    both_count(&guest).await?;
    Ok(gap)
}

#[tokio::test]
async fn a_screen_whose_page_freezes_plays_on_within_ten_seconds() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Ffmpeg);
    println!("silent for {:?} after its page froze", silence_after(Signal::STOP).await?);
    Ok(())
}

#[tokio::test]
async fn a_screen_whose_page_crashes_plays_on_within_ten_seconds() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Ffmpeg);
    println!("silent for {:?} after its page crashed", silence_after(Signal::KILL).await?);
    Ok(())
}

/// Server, screen and sound stop in the middle of a song; the screen is up first, the sound last.
#[tokio::test]
async fn after_a_power_cut_the_room_has_its_song_again_without_hands() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Ffmpeg);
    let mut tones = Tones::begin(25).await?;
    let mut desk = Desk::begin(Secrets::None).await?;
    let (mut app, guest) = by_itself(&desk, &tones).await?;
    app.kill9();
    tones.server.kill9();
    desk.speakers.power_off();
    let app = desk.run(&["--role", "screen"])?;
    tones.server.restart().await?;
    eventually("the screen", Duration::from_secs(60), || async {
        let log = tones.server.log();
        ensure!(log.matches("/api/screens/live").count() >= 3, "{log}");
        Ok(())
    })
    .await?;
    desk.speakers.power_on().await?;
    // The rest of the first song, and all of the second.
    let rest = Duration::from_secs(32);
    let recording = sounded(&desk, "the rest of both songs", rest, rest * 3).await;
    recording.map_err(|error| error.context(app.log()))?;
    both_count(&guest).await
}

/// WebKit would play on without a word: a song that nobody hears, and that counts.
#[tokio::test]
async fn a_screen_whose_loudspeakers_go_away_waits_for_them_with_its_song() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Ffmpeg);
    let tones = Tones::begin(25).await?;
    let mut desk = Desk::begin(Secrets::None).await?;
    let (app, guest) = by_itself(&desk, &tones).await?;
    desk.speakers.power_off();
    // A song that went on would be over by then, and the next one sound.
    always("the first song is held", Duration::from_secs(30), || async {
        let states: Vec<PlayState> = guest.api.plays(None).await?.plays.iter().map(|play| play.state).collect();
        Ok(states == [PlayState::Handed, PlayState::Started])
    })
    .await?;
    desk.keep_picture("shell-screen-no-loudspeakers")?;
    desk.speakers.power_on().await?;
    let rest = Duration::from_secs(36);
    let recording = sounded(&desk, "the rest of both songs", rest, rest * 3).await;
    recording.map_err(|error| error.context(app.log()))?;
    both_count(&guest).await
}

#[tokio::test]
async fn a_kiosk_fills_its_only_monitor_and_is_left_by_escape() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let server = Setup::embedded().start().await?;
    House::set_up(&server, &music::folder()?).await?;
    let desk = Desk::begin(Secrets::None).await?;
    let arguments = ["--role", "screen", "--server", &server.url(), "--kiosk", "--kiosk-code", "4821"];
    let app = desk.open(&arguments).await?;
    app.wait_for("#pairing-code").await?;
    app.until("all of the monitor", "return innerWidth === 1280 && innerHeight === 1024").await?;
    app.keep_picture("shell-kiosk").await?;
    app.key(Key::Escape).await?;
    app.until("a window like any other", "return window.innerHeight < 1024").await?;
    ensure!(app.eval("return document.querySelector('#leave-kiosk')").await?.is_null(), "no code on the only monitor");
    app.close().await
}

#[tokio::test]
async fn a_kiosk_fills_the_second_monitor_and_is_left_with_the_staffs_code() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::TwoMonitors);
    let server = Setup::embedded().start().await?;
    House::set_up(&server, &music::folder()?).await?;
    let desk = Desk::with(Secrets::None, Monitors::Two).await?;
    let arguments = ["--role", "screen", "--server", &server.url(), "--kiosk", "--kiosk-code", "4821"];
    let app = desk.open(&arguments).await?;
    app.wait_for("#pairing-code").await?;
    let second = "return innerWidth === 1920 && innerHeight === 1080 && screenX === 1280";
    app.until("all of the second monitor", second).await?;
    desk.keep_picture("shell-kiosk-second-monitor")?;
    desk.press("alt+F4").await?;
    always("the kiosk stays", Duration::from_secs(2), || async { Ok(app.eval(second).await? == true) }).await?;
    app.key(Key::Escape).await?;
    app.fill("#leave-kiosk input", "1111").await?;
    app.keep_picture("shell-kiosk-code").await?;
    app.press("Leave").await?;
    app.wait_for_text("That is not the code.").await?;
    app.key(Key::Escape).await?;
    app.until("the kiosk as before", second).await?;
    // The next code is looked at a moment after a wrong one, and asked for again until then.
    eventually("a window like any other", Duration::from_secs(30), || async {
        if app.eval("return document.querySelector('#leave-kiosk')").await?.is_null() {
            app.key(Key::Escape).await?;
        }
        app.fill("#leave-kiosk input", "4821").await?;
        app.press("Leave").await?;
        let is_left = "setTimeout(() => done(innerHeight < 1080), 500)";
        ensure!(app.eval_async(is_left).await? == true, "still a kiosk");
        Ok(())
    })
    .await?;
    // Who left it may close the window, too.
    desk.close_windows("Jukeline").await
}
