//! The jukebox's screen as an app: its sound, measured where a room would hear it, and nobody who minds it.

use std::time::Duration;

use anyhow::{Result, ensure};
use jukeline_app::play::PlayState;
use jukeline_tests::{
    browser::{App, Desk, Secrets},
    eventually,
    house::{House, Phone},
    machine::Need,
    needs,
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
    let cursor = app.eval("return getComputedStyle(document.querySelector('.screen h1, .screen')).cursor").await?;
    ensure!(cursor == "none", "a cursor on the song: {cursor}");
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
    is_over(&tones.house, PATIENCE).await?;
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
    is_over(&tones.house, PATIENCE + cut).await?;
    app.close().await
}

/// What was played is told, and both songs are known to be over.
async fn is_over(house: &House, patience: Duration) -> Result<()> {
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

/// What became of the guest's songs, the last one first.
async fn states(guest: &Phone) -> Result<Vec<PlayState>> {
    Ok(guest.api.plays(None).await?.plays.iter().map(|play| play.state).collect())
}

/// So much of both songs sounds since the recording began, and both were played to their ends, as the guest is told.
async fn sounds_to_the_end(desk: &Desk, app: &App, guest: &Phone, long: Duration) -> Result<Recording> {
    let recording = sounded(desk, "both songs in spite of it", long, long * 3).await;
    if recording.is_err() {
        desk.keep_picture("shell-screen-silent")?;
    }
    let recording = recording.map_err(|error| error.context(app.log()))?;
    eventually("both to count", PATIENCE, || async {
        let states = states(guest).await?;
        ensure!(states == [PlayState::Finished; 2], "{states:?}");
        Ok(())
    })
    .await?;
    Ok(recording)
}

/// Sends this to the page in the middle of the first of two songs, and measures the silence that follows.
async fn silence_after(signal: Signal) -> Result<Duration> {
    let tones = Tones::begin(25).await?;
    let desk = Desk::begin(Secrets::None).await?;
    let (app, guest) = by_itself(&desk, &tones).await?;
    app.signal_page(signal).await?;
    let gap = sounds_to_the_end(&desk, &app, &guest, Duration::from_secs(45)).await?.longest_gap();
    ensure!(gap <= WATCHDOG, "silent for {gap:?}\n{}", app.log());
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
    sounds_to_the_end(&desk, &app, &guest, Duration::from_secs(32)).await.map(drop)
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
        Ok(states(&guest).await? == [PlayState::Handed, PlayState::Started])
    })
    .await?;
    desk.keep_picture("shell-screen-no-loudspeakers")?;
    desk.speakers.power_on().await?;
    sounds_to_the_end(&desk, &app, &guest, Duration::from_secs(36)).await.map(drop)
}
