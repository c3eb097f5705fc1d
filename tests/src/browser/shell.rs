//! The apps: Tauri windows through WebKitWebDriver, in a desktop session of their own.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use jukeline_app::api::ScreenRole;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tempfile::TempDir;

use super::{Browser, driver::Driver};
use crate::{eventually, house::House, machine, process::Process, server::Server, sound::Speakers, xvfb::Display};

/// What unlocks a desk's keyring.
pub const DESK_PASSWORD: &str = "hushed";

/// A bus that starts nobody by itself: what a test doesn't start isn't there.
const BUS: &str = "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context=\"default\">\
                   <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy>\
                   </busconfig>";

/// A window manager, without which no window fills a display.
async fn manage_windows(display: &Display, home: &Path) -> Result<Process> {
    let started = home.join("windows-are-managed");
    let mut command = Command::new("openbox");
    command.arg("--startup").arg(format!("touch {}", started.display()));
    command.env("DISPLAY", display.name()).env("HOME", home);
    let mut process = Process::start(command, &home.join("openbox.log"))?;
    eventually("a window manager", Duration::from_secs(20), || {
        let alive = process.still_runs();
        let is_there = started.exists();
        async move {
            alive?;
            ensure!(is_there, "it is starting");
            Ok(())
        }
    })
    .await?;
    Ok(process)
}

/// The desktop's setting that nothing moves: drawn without a graphics card, it would take half of the machine.
fn stand_still(home: &Path) -> Result<()> {
    let folder = home.join(".config/gtk-3.0");
    std::fs::create_dir_all(&folder)?;
    Ok(std::fs::write(folder.join("settings.ini"), "[Settings]\ngtk-enable-animations=0\n")?)
}

/// What opens addresses here: a stand-in for the desktop's browser, which writes down what a test then opens itself.
fn write_browser(home: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let program = home.join("bin/xdg-open");
    std::fs::create_dir_all(home.join("bin"))?;
    std::fs::write(&program, format!("#!/bin/sh\necho \"$1\" > {}/opened\n", home.display()))?;
    Ok(std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755))?)
}

/// Whether a person's desktop has a keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// gnome-keyring, unlocked.
    Unlocked,
    /// gnome-keyring that nobody has unlocked.
    Locked,
    /// Nobody keeps secrets here.
    None,
}

/// What the desktop is shown on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Monitors {
    /// One of 1280 × 1024.
    One,
    /// One of 1280 × 1024, and to its right one of 1920 × 1080.
    Two,
}

/// A person's desktop session: a display, a message bus, perhaps a keyring, and a home that stays when apps end.
#[derive(Debug)]
pub struct Desk {
    // Dropped in this order: the keyring before its bus, and nobody writes to the home any more when it is removed.
    _keyring: Option<Process>,
    _windows: Process,
    _bus: Process,
    bus: String,
    /// Where it sounds.
    pub speakers: Speakers,
    display: Display,
    /// Where the language is that its programs speak, if it isn't the system's own.
    locales: Option<PathBuf>,
    home: TempDir,
}

impl Desk {
    /// Begins a session.
    ///
    /// # Errors
    /// A part of it is missing or isn't ready in time.
    pub async fn begin(secrets: Secrets) -> Result<Desk> {
        Desk::with(secrets, Monitors::One).await
    }

    /// As [`Desk::begin`], on so many monitors.
    ///
    /// # Errors
    /// As [`Desk::begin`].
    pub async fn with(secrets: Secrets, monitors: Monitors) -> Result<Desk> {
        let display = match monitors {
            Monitors::One => Display::start().await?,
            Monitors::Two => Display::start_two().await?,
        };
        let home = tempfile::Builder::new().prefix("jukeline-desk-").tempdir()?;
        let mut command = Command::new("dbus-daemon");
        let config = home.path().join("bus.conf");
        std::fs::write(&config, BUS)?;
        command.arg(format!("--config-file={}", config.display())).args([
            "--nofork",
            "--nopidfile",
            "--print-address=1",
        ]);
        let mut process = Process::start(command, &home.path().join("bus.log"))?;
        let bus = eventually("a message bus", Duration::from_secs(20), || {
            let alive = process.still_runs();
            let address = process.log().lines().find(|line| line.starts_with("unix:")).map(str::to_owned);
            async move {
                alive?;
                address.context("no address yet")
            }
        })
        .await?;
        write_browser(home.path())?;
        stand_still(home.path())?;
        let windows = manage_windows(&display, home.path()).await?;
        let speakers = Speakers::start().await?;
        let mut desk =
            Desk { _keyring: None, _windows: windows, _bus: process, bus, speakers, display, locales: None, home };
        desk._keyring = match secrets {
            // Unlocked by the password of whoever signs in to the desktop.
            Secrets::Unlocked => Some(
                desk.keyring(&format!("printf {DESK_PASSWORD} | exec gnome-keyring-daemon --foreground --unlock"))?,
            ),
            Secrets::Locked => Some(desk.keyring("exec gnome-keyring-daemon --foreground")?),
            Secrets::None => None,
        };
        Ok(desk)
    }

    /// Who sits there speaks German: so do the programs that are started from here on.
    ///
    /// # Errors
    /// The system can't be taught it.
    pub async fn speak_german(&mut self) -> Result<()> {
        let locales = self.home.path().join("locales");
        std::fs::create_dir_all(&locales)?;
        let mut command = Command::new("localedef");
        command.args(["--inputfile=de_DE", "--charmap=UTF-8"]).arg(locales.join("de_DE.UTF-8"));
        machine::run(command).await?;
        self.locales = Some(locales);
        Ok(())
    }

    fn keyring(&self, start: &str) -> Result<Process> {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{start} --components=secrets")]);
        self.is_here(&mut command);
        Process::start(command, &self.home.path().join("keyring.log"))
    }

    /// A file of this session, by its path below the home.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Lets a program run in this session.
    pub fn is_here(&self, command: &mut Command) {
        let programs = std::env::var_os("PATH").unwrap_or_default();
        let own = std::iter::once(self.home.path().join("bin")).chain(std::env::split_paths(&programs));
        // A path of the search path has no colon.
        command.env("PATH", std::env::join_paths(own).unwrap_or(programs.clone()));
        command.env("HOME", self.home.path()).env("DISPLAY", self.display.name());
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.bus).env("XDG_RUNTIME_DIR", self.home.path());
        self.speakers.are_heard_by(command);
        for (variable, folder) in [
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_CACHE_HOME", ".cache"),
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_STATE_HOME", ".local/state"),
        ] {
            command.env(variable, self.home.path().join(folder));
        }
        if let Some(locales) = &self.locales {
            command.env("LOCPATH", locales).env("LC_ALL", "de_DE.UTF-8");
        }
    }

    /// The address that an app opened last in the person's own browser, as soon as there is one.
    ///
    /// # Errors
    /// None within 20 s.
    pub async fn opened_outside(&self) -> Result<String> {
        let file = self.home.path().join("opened");
        eventually("an address outside", Duration::from_secs(20), || async {
            let opened = std::fs::read_to_string(&file).context("nothing was opened")?;
            opened.strip_suffix('\n').map(str::to_owned).context("half an address")
        })
        .await
    }

    /// The home folder of whoever sits there.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The address of the session's bus.
    #[must_use]
    pub fn bus(&self) -> &str {
        &self.bus
    }

    /// Presses keys together, such as `ctrl+alt+shift+s`, whatever is in front.
    ///
    /// # Errors
    /// xdotool is missing or knows no such keys.
    pub async fn press(&self, keys: &str) -> Result<()> {
        self.xdotool(&["key", keys]).await.map(drop)
    }

    /// Closes the windows with this in their titles as a person would, until none is left.
    ///
    /// # Errors
    /// There still is one after 20 s.
    pub async fn close_windows(&self, title: &str) -> Result<()> {
        eventually("windows to close", Duration::from_secs(20), || async {
            // It fails where it finds none.
            let found = self.xdotool(&["search", "--onlyvisible", "--name", title]).await.unwrap_or_default();
            let Some(window) = found.lines().next() else { return Ok(()) };
            // It may be gone by now.
            let _ = self.xdotool(&["windowactivate", window, "key", "alt+F4"]).await;
            anyhow::bail!("{found:?} are open")
        })
        .await
    }

    /// Runs xdotool at this display; what it prints.
    ///
    /// # Errors
    /// It is missing, or finds nothing to do it with.
    pub async fn xdotool(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("xdotool");
        command.args(arguments);
        self.is_here(&mut command);
        machine::run(command).await
    }

    /// Opens an app with these arguments; it ends with the value.
    ///
    /// # Errors
    /// It doesn't show a window.
    pub async fn open(&self, arguments: &[&str]) -> Result<Browser> {
        self.open_program(&machine::shell()?, arguments).await
    }

    /// Opens another program that is a Tauri window.
    ///
    /// # Errors
    /// It doesn't show a window.
    pub async fn open_program(&self, program: &Path, arguments: &[&str]) -> Result<Browser> {
        let folder = tempfile::Builder::new().prefix("jukeline-app-").tempdir()?;
        let mut command = Command::new("WebKitWebDriver");
        command.arg("--host=127.0.0.1").env("TAURI_WEBVIEW_AUTOMATION", "true");
        self.is_here(&mut command);
        let driver = Driver::start(command, folder, None).await?;
        let options = json!({ "binary": program, "args": arguments });
        driver.open(json!({ "browserName": "wry", "webkitgtk:browserOptions": options })).await
    }

    /// The patron's app of this server, with its page.
    ///
    /// # Errors
    /// As [`Desk::open`], or the page isn't there in time.
    pub async fn patron(&self, server: &Server) -> Result<Browser> {
        let app = self.open(&["--role", "patron", "--server", &server.url()]).await?;
        app.until("the app's page", "return document.querySelector('#main h1') !== null").await?;
        Ok(app)
    }

    /// A screen's app that is paired as the house's player and has claimed its jukebox.
    ///
    /// # Errors
    /// As [`Desk::open`], or it isn't paired in time.
    pub async fn player(&self, server: &Server, house: &House) -> Result<Browser> {
        self.player_with(server, house, &[]).await
    }

    /// As [`Desk::player`], with arguments besides.
    ///
    /// # Errors
    /// As [`Desk::player`].
    pub async fn player_with(&self, server: &Server, house: &House, besides: &[&str]) -> Result<Browser> {
        let address = server.url();
        let app = self.open(&[&["--role", "screen", "--server", &address], besides].concat()).await?;
        app.wait_for("#pairing-code").await?;
        app.keep_picture("shell-screen-pairing").await?;
        let code = house.operator.pairing_code(house.jukebox, ScreenRole::Player).await?.code;
        app.fill("#pairing-code", &code).await?;
        app.press("Pair this screen").await?;
        app.until("the claim", "return window.jukeline && window.jukeline.epoch !== null").await?;
        Ok(app)
    }

    /// Keeps a picture of the whole desktop among the screenshots.
    ///
    /// # Errors
    /// ffmpeg is missing or fails.
    pub fn keep_picture(&self, name: &str) -> Result<()> {
        let folder = machine::target()?.join("screenshots");
        std::fs::create_dir_all(&folder)?;
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args([
            "-nostdin",
            "-loglevel",
            "error",
            "-f",
            "x11grab",
            "-i",
            self.display.name(),
            "-frames:v",
            "1",
            "-y",
        ]);
        let status = ffmpeg.arg(folder.join(format!("{name}.png"))).status().context("ffmpeg")?;
        ensure!(status.success(), "no picture of the desktop");
        Ok(())
    }

    /// A script that runs the apps' program in this session, for programs that are started elsewhere and start it. Where it
    /// keeps what it remembers they say.
    ///
    /// # Errors
    /// It isn't built, or the disk refuses.
    pub fn script(&self) -> Result<PathBuf> {
        use std::os::unix::fs::PermissionsExt;
        let program = machine::shell()?;
        let mut command = Command::new(&program);
        self.is_here(&mut command);
        let mut text = String::from("#!/bin/sh\n");
        for (name, value) in command.get_envs() {
            let (name, value) = (name.to_string_lossy(), value.unwrap_or_default().to_string_lossy());
            if !["XDG_CONFIG_HOME", "XDG_DATA_HOME"].contains(&&*name) {
                text += &format!("export {name}='{value}'\n");
            }
        }
        text += &format!("exec '{}' \"$@\"\n", program.display());
        let script = self.home.path().join("bin/apps-program");
        std::fs::write(&script, text)?;
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))?;
        Ok(script)
    }

    /// Starts an app as its owner does, without a driver that minds it.
    ///
    /// # Errors
    /// It isn't built or doesn't start.
    pub fn run(&self, arguments: &[&str]) -> Result<App> {
        let mut command = Command::new(machine::shell()?);
        command.args(arguments);
        self.is_here(&mut command);
        Ok(App { process: Process::start(command, &self.home.path().join("app.log"))? })
    }
}

impl Browser {
    /// Whom the app's server takes the app for: the address of who is signed in, or nothing.
    ///
    /// # Errors
    /// This is no app's window, or the server doesn't answer.
    pub async fn who(&self) -> Result<Option<String>> {
        let me = "jukelineShell.fetch('/api/me', {}).then(answer => answer.json()).then(me => done(me.email ?? null));";
        Ok(self.eval_async(me).await?.as_str().map(str::to_owned))
    }
}

/// An app that runs by itself; it ends with the value.
#[derive(Debug)]
pub struct App {
    process: Process,
}

impl App {
    /// Sends a signal to the process of the app's page, as soon as there is one: `STOP` freezes it, `KILL` lets it crash.
    ///
    /// # Errors
    /// It has none within 20 s, or this is not Linux.
    pub async fn signal_page(&self, signal: Signal) -> Result<()> {
        let page = eventually("the page's process", Duration::from_secs(20), || async {
            self.page()?.context("the app has no page yet")
        })
        .await?;
        Ok(kill_process(page, signal)?)
    }

    fn page(&self) -> Result<Option<Pid>> {
        for entry in std::fs::read_dir("/proc")? {
            // What is no process, or ended meanwhile, has no such file.
            let Ok(stat) = std::fs::read_to_string(entry?.path().join("stat")) else { continue };
            let Some((id_and_name, behind)) = stat.rsplit_once(')') else { continue };
            let parent = behind.split_whitespace().nth(1).and_then(|id| id.parse::<u32>().ok());
            // Names are cut to 15 letters (proc_pid_stat(5)).
            let Some((id, "WebKitWebProces")) = id_and_name.split_once(" (") else { continue };
            if parent == Some(self.process.id()) {
                return Ok(id.parse().ok().and_then(Pid::from_raw));
            }
        }
        Ok(None)
    }

    /// What it printed.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Ends at once, with its page, as in a power cut.
    pub fn kill9(&mut self) {
        self.process.kill9();
    }
}
