//! What this machine has, and where the built parts are.

use std::{
    ffi::OsStr,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

/// Something that a test needs beside the checkout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Java and Apache Kafka's jars.
    Kafka,
    /// Kafka Streams beside them, and Java's compiler.
    KafkaStreams,
    /// PostgreSQL's programs.
    Postgres,
    /// Chromium and its driver.
    Chromium,
    /// WebKit's MiniBrowser, its driver and a virtual display.
    WebKit,
    /// A mail server (aiosmtpd).
    Mail,
    /// The judge of the API (schemathesis).
    Schemathesis,
    /// Some two hours of tagged music: Debian's `wesnoth-1.16-music`.
    Music,
    /// ffmpeg, to make the other audio formats.
    Ffmpeg,
    /// openssl, to make certificates.
    OpenSsl,
    /// An authority to order certificates from.
    Pebble,
    /// The judge of accessibility (axe-core).
    Axe,
    /// A judge of what is asked of Stripe's API.
    StripeMock,
    /// Stripe's own library (Python), a judge of signatures.
    StripeLibrary,
    /// pdftotext, a judge of PDF.
    PdfToText,
    /// The apps' binary, and what a desktop session has: a display, a message bus, a keyring, a window manager, a
    /// notification server.
    Shell,
    /// What lets WebKit hear AAC (gstreamer1.0-libav).
    Aac,
    /// The languages of Debian's `locales`, and what compiles them.
    Locales,
    /// Xorg, its driver for a graphics card that isn't there, and xrandr.
    TwoMonitors,
    /// debhelper, its judges, and the build tool that calls it.
    Debhelper,
    /// debootstrap, apt to know where from, and the right to live in the root that is made.
    CleanRoot,
    /// systemd in a container (systemd-nspawn).
    Nspawn,
    /// The server's binary.
    Server,
    /// The built pages.
    Pages,
    /// The pages as they were before the last change to them.
    PreviousPages,
}

impl Need {
    /// True if it is there.
    #[must_use]
    pub fn is_there(self) -> bool {
        match self {
            Self::Kafka => program("java").is_ok() && program("openssl").is_ok() && kafka_libs().is_ok(),
            Self::KafkaStreams => Self::Kafka.is_there() && program("javac").is_ok() && has_kafka_streams(),
            Self::Postgres => postgres_program("initdb").is_ok(),
            Self::Chromium => program("chromium").is_ok() && program("chromedriver").is_ok(),
            Self::WebKit => program("WebKitWebDriver").is_ok() && program("Xvfb").is_ok() && mini_browser().is_ok(),
            Self::Mail => python_program("aiosmtpd").is_ok(),
            Self::Schemathesis => python_program("st").is_ok(),
            Self::Music => music().is_ok(),
            Self::Ffmpeg => program("ffmpeg").is_ok(),
            Self::OpenSsl => program("openssl").is_ok(),
            Self::Pebble => pebble().is_ok(),
            Self::Axe => axe().is_ok(),
            Self::StripeMock => stripe_mock().is_ok(),
            Self::StripeLibrary => stripe_library().is_ok(),
            Self::PdfToText => program("pdftotext").is_ok(),
            Self::Shell => {
                let programs = [
                    "WebKitWebDriver",
                    "Xvfb",
                    "dbus-daemon",
                    "dunst",
                    "gnome-keyring-daemon",
                    "openbox",
                    "pactl",
                    "pulseaudio",
                    "parec",
                    "xdotool",
                ];
                shell().is_ok() && programs.into_iter().all(|name| program(name).is_ok())
            }
            Self::Aac => has_libav(),
            Self::Locales => program("localedef").is_ok() && Path::new("/usr/share/i18n/locales/de_DE").is_file(),
            Self::TwoMonitors => {
                let driver = Path::new("/usr/lib/xorg/modules/drivers/dummy_drv.so");
                program("Xorg").is_ok() && program("xrandr").is_ok() && driver.is_file()
            }
            Self::Debhelper => {
                let programs = ["dh", "desktop-file-validate", "systemd-analyze"];
                build_tool().is_ok() && programs.into_iter().all(|name| program(name).is_ok())
            }
            Self::CleanRoot => program("debootstrap").is_ok() && program("apt-get").is_ok() && may_change_root(),
            Self::Nspawn => program("systemd-nspawn").is_ok() && may_change_root(),
            Self::Server => server().is_ok(),
            Self::Pages => pages().is_ok(),
            Self::PreviousPages => previous_pages().is_ok(),
        }
    }
}

/// Whether GStreamer decodes by ffmpeg's libraries, wherever the system keeps its plugins.
fn has_libav() -> bool {
    let folders = Path::new("/usr/lib").read_dir().into_iter().flatten().flatten();
    folders.into_iter().any(|folder| folder.path().join("gstreamer-1.0/libgstlibav.so").is_file())
}

/// Skips the test that it stands in (which returns a `Result<()>`) unless all needs are met.
#[macro_export]
macro_rules! needs {
    ($($need:expr),+ $(,)?) => {
        if let Some(missing) = [$($need),+].into_iter().find(|need| !need.is_there()) {
            return $crate::machine::skip(concat!(module_path!(), ":", line!()), missing);
        }
    };
}

/// Says that a test is skipped: on standard error, and as a line of the file that `TESTS_SKIPPED` names.
///
/// # Errors
/// With `CI=true` a skip is a failure.
#[expect(clippy::print_stderr, reason = "a skip must be seen")]
pub fn skip(test: &str, missing: Need) -> Result<()> {
    if std::env::var("CI").is_ok_and(|value| value == "true") {
        bail!("{test} needs {missing:?}, which is missing: run `cargo xtask test`");
    }
    eprintln!("skipped: {test} needs {missing:?}");
    if let Some(file) = std::env::var_os("TESTS_SKIPPED") {
        let mut file = std::fs::File::options().create(true).append(true).open(file)?;
        writeln!(file, "{test} needs {missing:?}")?;
    }
    Ok(())
}

/// The server's binary: `JUKELINE_BIN`, else the one built beside this program.
///
/// # Errors
/// It is not there.
pub fn server() -> Result<PathBuf> {
    named_or_built("JUKELINE_BIN", "jukeline").context("the server is not built: `cargo build -p jukeline-backend`")
}

/// The program of the apps: `JUKELINE_SHELL`, else the one built beside this program.
///
/// # Errors
/// It is not there.
pub fn shell() -> Result<PathBuf> {
    named_or_built("JUKELINE_SHELL", "jukeline-shell").context("no apps: `cargo build -p jukeline-shell`")
}

/// The bare window that the apps are compared with: `JUKELINE_BARE_WINDOW`, else the one built beside this program.
///
/// # Errors
/// It is not there.
pub fn bare_window() -> Result<PathBuf> {
    let missing = "no bare window: `cargo build --release -p jukeline-shell --example bare`";
    named_or_built("JUKELINE_BARE_WINDOW", "examples/bare").context(missing)
}

/// Where the Debian packages are, if there are any.
#[must_use]
pub fn packages() -> Option<PathBuf> {
    built("packages")
}

/// The build tool: `JUKELINE_XTASK`, else the one built beside this program.
///
/// # Errors
/// It is not there.
pub fn build_tool() -> Result<PathBuf> {
    named_or_built("JUKELINE_XTASK", "xtask").context("the build tool is not built: `cargo build -p xtask`")
}

/// The built pages: `JUKELINE_UI`, else those in the target folder.
///
/// # Errors
/// They are not there.
pub fn pages() -> Result<PathBuf> {
    let pages = named_or_built("JUKELINE_UI", "ui");
    pages.filter(|folder| folder.join("manifest.json").is_file()).context("no pages: `cargo xtask ui`")
}

/// The pages as they were before the last change to them, in the target folder.
///
/// # Errors
/// They are not there, as in a clone without history.
pub fn previous_pages() -> Result<PathBuf> {
    let builds = built("previous").map(std::fs::read_dir).transpose()?.into_iter().flatten().flatten();
    let mut whole = builds.map(|entry| entry.path()).filter(|folder| folder.join("manifest.json").is_file());
    whole.next().context("no pages of before: `cargo xtask test` builds them where there is history")
}

/// Apache Kafka's jars: `JUKELINE_KAFKA_LIBS`, else those in the target folder.
///
/// # Errors
/// They are not there.
pub fn kafka_libs() -> Result<PathBuf> {
    named_or_built("JUKELINE_KAFKA_LIBS", "kafka-4.3.0/libs").context("no Apache Kafka: `cargo xtask test` fetches it")
}

fn has_kafka_streams() -> bool {
    let jars = kafka_libs().and_then(|libs| Ok(std::fs::read_dir(libs)?)).into_iter().flatten().flatten();
    jars.map(|jar| jar.file_name()).any(|name| name.to_string_lossy().starts_with("kafka-streams-"))
}

/// A folder of tagged OGG Vorbis files.
///
/// # Errors
/// It is not there.
pub fn music() -> Result<PathBuf> {
    let folder = PathBuf::from("/usr/share/games/wesnoth/1.16/data/core/music");
    folder.is_dir().then_some(folder).context("no music: Debian's package wesnoth-1.16-music")
}

/// A program of the tests' Python environment in the target folder, else one on the search path.
///
/// # Errors
/// It is not there.
pub fn python_program(name: &str) -> Result<PathBuf> {
    built(&format!("python/bin/{name}")).map_or_else(|| program(name), Ok)
}

/// Pebble in the target folder, else on the search path.
///
/// # Errors
/// It is not there.
pub fn pebble() -> Result<PathBuf> {
    built("go/bin/pebble").map_or_else(|| program("pebble"), Ok)
}

/// axe-core's script in the target folder.
///
/// # Errors
/// It is not there.
pub fn axe() -> Result<PathBuf> {
    built("npm/node_modules/axe-core/axe.min.js").context("no axe-core: `cargo xtask test` fetches it")
}

/// stripe-mock in the target folder, else on the search path.
///
/// # Errors
/// It is not there.
pub fn stripe_mock() -> Result<PathBuf> {
    built("go/bin/stripe-mock").map_or_else(|| program("stripe-mock"), Ok)
}

/// The Python that has Stripe's library.
///
/// # Errors
/// It is not there.
pub fn stripe_library() -> Result<PathBuf> {
    built("python/installed/stripe").context("no library of Stripe: `cargo xtask test` installs it")?;
    python_program("python")
}

/// A program of PostgreSQL; Debian keeps them off the search path.
///
/// # Errors
/// It is not there.
pub fn postgres_program(name: &str) -> Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.is_file()).collect();
    found.sort();
    found.pop().map_or_else(|| program(name), Ok)
}

/// WebKit's small browser, which no package puts on the search path.
///
/// # Errors
/// It is not there.
pub fn mini_browser() -> Result<PathBuf> {
    let architectures = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let places = architectures.flat_map(|folder| {
        ["webkit2gtk-4.1", "webkitgtk-6.0", "webkit2gtk-4.0"]
            .map(|version| folder.path().join(version).join("MiniBrowser"))
    });
    places.into_iter().find(|path| path.is_file()).context("no MiniBrowser")
}

/// A program on the search path.
///
/// # Errors
/// It is not there.
pub fn program(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|folder| folder.join(name));
    places.find(|path| path.is_file()).with_context(|| format!("no {name} on the search path"))
}

/// True for the superuser, whom PostgreSQL and Chromium's sandbox refuse.
#[must_use]
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// True where devices can be made and a process can have a root and namespaces of its own. The superuser of a
/// container often may not.
#[must_use]
pub fn may_change_root() -> bool {
    let Ok(folder) = tempfile::tempdir() else { return false };
    let device = folder.path().join("null");
    let succeeds = |program: &str, arguments: &[&OsStr]| {
        Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
    };
    let namespaces = ["--mount", "--pid", "--fork", "--uts", "--ipc", "chroot", "/", "true"];
    succeeds("mknod", &[device.as_os_str(), "c".as_ref(), "1".as_ref(), "3".as_ref()])
        && succeeds("unshare", &namespaces.map(AsRef::as_ref))
}

/// The target folder: above `debug/deps`, where a test is.
///
/// # Errors
/// This program is elsewhere.
pub fn target() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.ancestors().nth(3).context("no target folder")?.to_owned())
}

/// What an environment variable names, else what was built.
fn named_or_built(variable: &str, name: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.exists());
    named.or_else(|| built(name))
}

/// `name` beside this program or in a folder above it: `deps`, `debug` and the target folder.
fn built(name: &str) -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    own.ancestors().skip(1).take(4).map(|folder| folder.join(name)).find(|path| path.exists())
}

/// Runs a tool to its end and returns what it printed.
///
/// # Errors
/// It is missing or fails: the error carries all that it printed.
pub async fn run(mut command: Command) -> Result<String> {
    let name = Path::new(command.get_program()).display().to_string();
    let output = tokio::task::spawn_blocking(move || command.output()).await?;
    let output = output.with_context(|| format!("cannot run {name}"))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{name} failed ({}):\n{printed}{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(printed)
}
