//! The machine that is the screen: it stays awake, sounds where it was told, has its songs on its disk; one that only shows
//! is silent.

use std::{
    io::{self, Read},
    os::unix::net::UnixStream,
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Result, ensure};
use jukeline_app::api::{Report, ScreenRole};
use jukeline_tests::{
    browser::{Browser, Desk, Secrets},
    eventually,
    house::{Evening, House},
    machine::{self, Need},
    music, needs,
    server::{Server, Setup},
    sound::Device,
    tones::Tones,
    wait::always,
};
use tokio::sync::Mutex;
use zbus::{
    Connection, connection,
    fdo::{self, DBusProxy},
    interface,
    message::Header,
    names::UniqueName,
    zvariant::OwnedFd,
};

/// What may take a while on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is asked to stay awake, why, and until when.
struct Asked {
    what: String,
    why: String,
    until: Until,
}

/// When somebody who asked for it no longer does.
enum Until {
    /// They left the bus.
    Left(UniqueName<'static>),
    /// They closed their end, which the system closes for whoever ends.
    Closed(UnixStream),
}

type List = Arc<Mutex<Vec<Asked>>>;

/// What switches the display off.
struct ScreenSaver(List);

#[interface(name = "org.freedesktop.ScreenSaver")]
impl ScreenSaver {
    async fn inhibit(&self, who: String, why: String, #[zbus(header)] header: Header<'_>) -> fdo::Result<u32> {
        let sender = header.sender().ok_or_else(|| fdo::Error::Failed("nobody asked".into()))?.to_owned();
        let mut list = self.0.lock().await;
        list.push(Asked { what: format!("display for {who}"), why, until: Until::Left(sender) });
        Ok(u32::try_from(list.len()).unwrap_or(u32::MAX))
    }

    async fn un_inhibit(&self, _cookie: u32, #[zbus(header)] header: Header<'_>) {
        let is_theirs = |asked: &Asked| matches!(&asked.until, Until::Left(sender) if Some(sender) == header.sender());
        self.0.lock().await.retain(|asked| !is_theirs(asked));
    }
}

/// What sends the computer to sleep.
struct LoginManager(List);

#[interface(name = "org.freedesktop.login1.Manager")]
impl LoginManager {
    async fn inhibit(&self, what: String, who: String, why: String, mode: String) -> fdo::Result<OwnedFd> {
        let failed = |error: io::Error| fdo::Error::Failed(error.to_string());
        let (ours, theirs) = UnixStream::pair().map_err(failed)?;
        ours.set_nonblocking(true).map_err(failed)?;
        self.0.lock().await.push(Asked { what: format!("{what} for {who} ({mode})"), why, until: Until::Closed(ours) });
        Ok(std::os::fd::OwnedFd::from(theirs).into())
    }
}

/// What lets a computer fall asleep, played by the test, on a bus that is the session's and the system's in one.
struct Sleep {
    connection: Connection,
    list: List,
}

impl Sleep {
    async fn on(bus: &str) -> Result<Sleep> {
        let list = List::default();
        let built = connection::Builder::address(bus)?
            .serve_at("/org/freedesktop/ScreenSaver", ScreenSaver(list.clone()))?
            .serve_at("/org/freedesktop/login1", LoginManager(list.clone()))?
            .name("org.freedesktop.ScreenSaver")?
            .name("org.freedesktop.login1")?;
        Ok(Sleep { connection: built.build().await?, list })
    }

    /// What is kept awake now, and why.
    async fn kept(&self) -> Result<Vec<String>> {
        let bus = DBusProxy::new(&self.connection).await?;
        let mut kept = Vec::new();
        for Asked { what, why, until } in &*self.list.lock().await {
            let is_kept = match until {
                Until::Left(sender) => bus.name_has_owner(sender.clone().into()).await?,
                Until::Closed(end) => {
                    let mut end: &UnixStream = end;
                    // Of an end that is closed it would read nothing, without an error.
                    end.read(&mut [0]).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
                }
            };
            if is_kept {
                kept.push(format!("{what}: {why}"));
            }
        }
        Ok(kept)
    }
}

/// The screen's app, which takes the desk's bus for the system's too.
async fn with_a_system(desk: &Desk, server: &Server) -> Result<Browser> {
    let (system, program) = (format!("DBUS_SYSTEM_BUS_ADDRESS={}", desk.bus()), machine::shell()?);
    let (program, address) = (program.display().to_string(), server.url());
    let arguments = [&*system, &program, "--role", "screen", "--server", &address];
    let app = desk.open_program(Path::new("/usr/bin/env"), &arguments).await?;
    app.wait_for("#pairing-code").await?;
    Ok(app)
}

#[tokio::test]
async fn the_computer_stays_awake_as_long_as_the_app_runs() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let server = Setup::embedded().start().await?;
    House::set_up(&server, &music::folder()?).await?;
    let desk = Desk::begin(Secrets::None).await?;
    let sleep = Sleep::on(desk.bus()).await?;
    let app = with_a_system(&desk, &server).await?;
    let why = "This computer is the jukebox";
    let expected = ["display for app.jukeline.screen", "idle for Jukeline (block)", "sleep for Jukeline (block)"];
    let expected = expected.map(|what| format!("{what}: {why}"));
    let kept = sleep.kept().await?;
    ensure!(kept == expected, "{kept:?}");
    let title = ["search", "--onlyvisible", "--name", "keeps this computer awake"];
    eventually("the title", PATIENCE, || desk.xdotool(&title)).await?;

    desk.close_windows("Jukeline").await?;
    eventually("the app to let go", PATIENCE, || async {
        let kept = sleep.kept().await?;
        ensure!(kept.is_empty(), "{kept:?}");
        Ok(())
    })
    .await?;
    drop(app);

    // Where nobody can be asked it starts all the same, and doesn't say what isn't so.
    sleep.connection.close().await?;
    let app = with_a_system(&desk, &server).await?;
    // The page has named it.
    let named = ["search", "--onlyvisible", "--name", "^Screen"];
    eventually("the window's title", PATIENCE, || desk.xdotool(&named)).await?;
    always("it may fall asleep", Duration::from_secs(2), || async { Ok(desk.xdotool(&title).await.is_err()) }).await?;
    app.close().await
}

/// Waits until this device has sounded for four seconds more.
async fn sounds_on(device: &Device) -> Result<()> {
    let before = device.recording()?.sounded();
    eventually("sound on the chosen device", PATIENCE, || async {
        let sounded = device.recording()?.sounded() - before;
        ensure!(sounded >= Duration::from_secs(4), "{sounded:?} of sound");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_app_sounds_on_the_device_that_was_chosen_once() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Ffmpeg);
    let tones = Tones::begin(40).await?;
    let desk = Desk::begin(Secrets::None).await?;
    let bar = desk.speakers.add("bar").await?;
    let app = desk.player_with(&tones.server, &tones.house, &["--audio-device", "bar"]).await?;
    tones.queue_all(&tones.guest(&app.room_code().await?).await?).await?;
    sounds_on(&bar).await?;
    app.close().await?;

    let app = desk.open(&["--role", "screen"]).await?;
    sounds_on(&bar).await?;
    let others = desk.speakers.recording()?;
    ensure!(others.silent_since() > Duration::from_secs(8), "{:?} were recorded", others.silent_since());
    ensure!(others.sounded().is_zero(), "{:?} of sound on the system's own device", others.sounded());
    app.close().await
}

/// WebKit decodes it by what the packages depend on.
#[tokio::test]
async fn a_song_in_aac_sounds() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Ffmpeg, Need::Aac);
    let tones = Tones::aac(12).await?;
    let desk = Desk::begin(Secrets::None).await?;
    let app = desk.player(&tones.server, &tones.house).await?;
    tones.queue_all(&tones.guest(&app.room_code().await?).await?).await?;
    eventually("the song", PATIENCE, || async {
        let sounded = desk.speakers.recording()?.sounded();
        ensure!(sounded >= Duration::from_secs(11), "{sounded:?} of sound");
        Ok(())
    })
    .await?;
    app.close().await
}

/// From where the element sounds that runs, once a song does: before, the page tries its sound with a moment of silence.
const SOURCE: &str = "return window.jukeline?.play &&
    [...document.querySelectorAll('audio')].find(a => !a.paused && !a.ended)?.currentSrc || ''";

/// The address from which a song is heard.
async fn source(app: &Browser) -> Result<String> {
    app.hear().await?;
    Ok(app.until("what sounds", SOURCE).await?.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn songs_on_the_apps_disk_are_not_fetched_again() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Ffmpeg);
    let tones = Tones::begin(30).await?;
    let desk = Desk::begin(Secrets::None).await?;
    let app = desk.player(&tones.server, &tones.house).await?;
    tones.queue_all(&tones.guest(&app.room_code().await?).await?).await?;
    let fetched = source(&app).await?;
    ensure!(fetched.starts_with("http://127.0.0.1:"), "{fetched}");
    let folder = desk.home().join(".local/share/app.jukeline.screen/songs");
    let songs = tones.house.songs().await?;
    eventually("both songs on the disk", PATIENCE, || async {
        let missing: Vec<_> = songs.iter().filter(|song| !folder.join(song.to_string()).is_file()).collect();
        ensure!(missing.is_empty(), "{missing:?} are missing");
        Ok(())
    })
    .await?;
    let fetches = || tones.server.log().matches("/api/songs/{song}/sound").count();
    let before = fetches();
    ensure!(before >= 2, "the server tells of fetches: {before}");
    app.close().await?;

    let app = desk.open(&["--role", "screen"]).await?;
    let mut heard = Vec::new();
    for _ in &songs {
        // WebKit's own cache would spare the server a question too: what counts is from where it sounds.
        let source = eventually("the next song", PATIENCE, || async {
            let source = source(&app).await?;
            ensure!(!heard.contains(&source), "still {source}");
            Ok(source)
        })
        .await?;
        let song = source.rsplit('/').next().unwrap_or_default();
        let is_kept = source.starts_with("http://127.0.0.1:") && songs.iter().any(|kept| kept.to_string() == song);
        ensure!(is_kept, "heard from {source}");
        heard.push(source);
    }
    ensure!(fetches() == before, "{} fetches, {before} before", fetches());
    app.close().await
}

/// Waits until the screen shows this title as what plays.
async fn shows(app: &Browser, title: &str) -> Result<()> {
    let script = format!("return document.querySelector('.screen-song h1')?.textContent === {title:?}");
    app.until(title, &script).await.map(drop)
}

#[tokio::test]
async fn a_display_shows_what_plays_and_is_silent() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let mut evening = Evening::begin().await?;
    let plays = evening.with_songs(2).await?;
    let desk = Desk::begin(Secrets::None).await?;
    let app = desk.open(&["--role", "screen", "--server", &evening.server.url()]).await?;
    let code = evening.house.operator.pairing_code(evening.house.jukebox, ScreenRole::Display).await?.code;
    app.fill("#pairing-code", &code).await?;
    app.press("Pair this screen").await?;
    shows(&app, &plays[0].song.song.title).await?;
    app.keep_picture("shell-display").await?;
    let (first, attempt) = evening.screen.next_song().await?;
    for what in [Report::Heard, Report::Finished] {
        evening.screen.report(first, attempt, what, 0).await?;
    }
    evening.gone(first).await?;
    evening.start_next().await?;
    shows(&app, &plays[1].song.song.title).await?;

    let silence = Duration::from_secs(5);
    let is_silent = || async { Ok(desk.speakers.recording()?.sounded().is_zero()) };
    always("silence", silence, is_silent).await?;
    let recorded = desk.speakers.recording()?.silent_since();
    ensure!(recorded >= silence, "{recorded:?} were recorded");
    app.close().await
}
