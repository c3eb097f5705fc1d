//! What this machine has for the tests, and how to get the rest.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    command::{self, say},
    kafka, paths,
};

/// Python packages for the tests: a mail server, a judge of the API, and one of signatures.
const PYTHON_PACKAGES: [&str; 3] = ["aiosmtpd", "schemathesis", "stripe"];

/// An authority for the tests to order certificates from.
const PEBBLE: &str = "github.com/letsencrypt/pebble/v2/cmd/pebble@v2.10.1";

/// The judge of the pages' accessibility, an npm package.
const AXE: &str = "axe-core@4.14.1";
/// A judge of what is asked of Stripe's API.
const STRIPE_MOCK: &str = "github.com/stripe/stripe-mock@v0.203.0";

/// Xorg's driver for a graphics card that isn't there.
const DUMMY_DRIVER: &str = "/usr/lib/xorg/modules/drivers/dummy_drv.so";

/// Something that tests need beside Rust.
struct Need {
    /// Tests are skipped under this name where it is missing.
    name: &'static str,
    /// Debian's packages for it.
    packages: &'static [&'static str],
    is_there: fn() -> bool,
}

/// Everything that the tests use from outside.
const NEEDS: [Need; 22] = [
    Need {
        name: "java",
        packages: &["openjdk-17-jre-headless", "maven"],
        is_there: || on_path("java") && (kafka::is_there() || on_path("mvn")),
    },
    // The network demo does without the compiler.
    Need { name: "javac", packages: &["openjdk-17-jdk-headless"], is_there: || on_path("javac") },
    Need { name: "postgres", packages: &["postgresql", "postgresql-contrib"], is_there: has_postgres },
    Need {
        name: "chromium",
        packages: &["chromium", "chromium-driver", "fonts-noto-core", "fonts-noto-color-emoji"],
        is_there: || on_path("chromium") && on_path("chromedriver"),
    },
    Need {
        name: "webkit",
        packages: &["libwebkit2gtk-4.1-0", "webkit2gtk-driver", "xvfb"],
        is_there: || on_path("WebKitWebDriver") && on_path("Xvfb"),
    },
    Need {
        name: "shell",
        packages: &[
            "libwebkit2gtk-4.1-dev",
            "webkit2gtk-driver",
            "xvfb",
            "openbox",
            "dbus",
            "dunst",
            "gnome-keyring",
            "gstreamer1.0-plugins-good",
            "gstreamer1.0-pulseaudio",
            "pulseaudio",
            "pulseaudio-utils",
            "xdotool",
        ],
        is_there: || {
            let session = ["Xvfb", "openbox", "xdotool", "dbus-daemon", "dunst", "gnome-keyring-daemon", "pulseaudio"];
            on_path("WebKitWebDriver") && session.into_iter().all(on_path) && has_webkit_headers()
        },
    },
    Need { name: "AAC", packages: &["gstreamer1.0-libav"], is_there: has_libav },
    Need { name: "locales", packages: &["locales"], is_there: || Path::new("/usr/share/i18n/locales/de_DE").is_file() },
    Need {
        name: "two monitors",
        packages: &["xserver-xorg-core", "xserver-xorg-video-dummy", "x11-xserver-utils"],
        is_there: || on_path("Xorg") && on_path("xrandr") && Path::new(DUMMY_DRIVER).is_file(),
    },
    // Names in any script are drawn by what the system has.
    Need { name: "Japanese letters", packages: &["fonts-noto-cjk"], is_there: has_japanese_letters },
    Need { name: "ffmpeg", packages: &["ffmpeg"], is_there: || on_path("ffmpeg") },
    Need { name: "wrk", packages: &["wrk"], is_there: || on_path("wrk") },
    Need { name: "openssl", packages: &["openssl"], is_there: || on_path("openssl") },
    Need { name: "pdftotext", packages: &["poppler-utils"], is_there: || on_path("pdftotext") },
    Need {
        name: "debhelper",
        packages: &["debhelper", "desktop-file-utils"],
        is_there: || on_path("dh") && on_path("desktop-file-validate"),
    },
    Need { name: "debootstrap", packages: &["debootstrap"], is_there: || on_path("debootstrap") },
    Need { name: "nspawn", packages: &["systemd-container"], is_there: || on_path("systemd-nspawn") },
    Need { name: "music", packages: &["wesnoth-1.16-music"], is_there: has_music },
    Need { name: "pebble", packages: &["golang-go"], is_there: || has_go_program("pebble") || on_path("go") },
    Need { name: "stripe-mock", packages: &["golang-go"], is_there: || has_go_program("stripe-mock") || on_path("go") },
    Need { name: "axe", packages: &["npm"], is_there: || has_axe() || on_path("npm") },
    Need { name: "python", packages: &["python3-venv"], is_there: || python().is_ok_and(|p| p.exists()) || has_venv() },
];

/// Rust's target of the pages.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// What phones with Android run.
pub(crate) const ANDROID: &str = "aarch64-linux-android";

/// Adds a target where rustup didn't when it read `rust-toolchain.toml` (it can be told not to).
///
/// # Errors
/// rustup can't fetch it.
pub(crate) fn ensure_target(target: &str) -> Result<()> {
    let installed = Command::new("rustup").args(["target", "list", "--installed"]).current_dir(paths::root()?).output();
    // Without rustup the compiler says itself what is missing.
    let Ok(installed) = installed else { return Ok(()) };
    if String::from_utf8_lossy(&installed.stdout).contains(target) {
        return Ok(());
    }
    command::run(Command::new("rustup").args(["target", "add", target]).current_dir(paths::root()?))
        .with_context(|| format!("Rust's target {target} is needed"))
}

/// Installs what is missing where that is allowed (as root), else prints the line that would.
pub(crate) fn prepare_for_tests() {
    if let Err(error) = ensure_target(WASM) {
        say(&format!("{error:#}"));
    }
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.is_there)()).collect();
    if !missing.is_empty() {
        install(&missing);
    }
    if on_path("java")
        && let Err(error) = kafka::fetch()
    {
        say(&format!("No Apache Kafka: {error:#}"));
    }
    for (name, module) in [("pebble", PEBBLE), ("stripe-mock", STRIPE_MOCK)] {
        if let Err(error) = install_go_program(name, module) {
            say(&format!("No {name}: {error:#}"));
        }
    }
    if let Err(error) = install_axe() {
        say(&format!("No {AXE}: {error:#}"));
    }
    if let Err(error) = install_python_packages() {
        say(&format!("No {}: {error:#}", PYTHON_PACKAGES.join(", ")));
    }
}

/// The Java runtime and Kafka's jars, for the network demo.
///
/// # Errors
/// Something is missing and cannot be installed by this user.
pub(crate) fn prepare_for_network() -> Result<()> {
    ensure(&["java", "postgres"]);
    kafka::fetch().map(drop)
}

/// What the apps are built against.
///
/// # Errors
/// It is missing and cannot be installed by this user.
pub(crate) fn prepare_for_shell() -> Result<()> {
    ensure(&["shell"]);
    if has_webkit_headers() { Ok(()) } else { bail!("the apps need WebKit's headers") }
}

fn ensure(needed: &[&str]) {
    let is_missing = |need: &&Need| needed.contains(&need.name) && !(need.is_there)();
    let missing: Vec<&Need> = NEEDS.iter().filter(is_missing).collect();
    if !missing.is_empty() {
        install(&missing);
    }
}

fn install(missing: &[&Need]) {
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let names: Vec<&str> = missing.iter().map(|need| need.name).collect();
    let line = format!("apt-get install --yes --no-install-recommends {}", packages.join(" "));
    if !is_root() || !on_path("apt-get") {
        say(&format!("Missing: {}. Tests that need them are skipped. To get them:\n  sudo {line}", names.join(", ")));
        return;
    }
    say(&format!("Installing what the tests need: {}", names.join(", ")));
    let quiet = ["--quiet", "--quiet"];
    let updated = command::run(Command::new("apt-get").args(quiet).arg("update"));
    let installed = command::run(
        Command::new("apt-get")
            .args(quiet)
            .args(["install", "--yes", "--no-install-recommends"])
            .args(&packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    );
    for error in [updated, installed].into_iter().filter_map(Result::err) {
        say(&format!("{error:#}"));
    }
}

/// GStreamer's plugin lies in the folder of the machine's kind.
fn has_libav() -> bool {
    let folders = Path::new("/usr/lib").read_dir().into_iter().flatten().flatten();
    folders.into_iter().any(|folder| folder.path().join("gstreamer-1.0/libgstlibav.so").is_file())
}

fn has_japanese_letters() -> bool {
    let fonts = Command::new("fc-list").arg(":lang=ja").output();
    fonts.is_ok_and(|fonts| !fonts.stdout.is_empty())
}

/// The virtual environment's Python, or where it would be.
fn python() -> Result<PathBuf> {
    Ok(paths::target()?.join("python/bin/python"))
}

/// Builds a program written in Go into the target folder.
fn install_go_program(name: &str, module: &str) -> Result<()> {
    if has_go_program(name) || !on_path("go") {
        return Ok(());
    }
    say(&format!("Building {name} for the tests …"));
    command::run(Command::new("go").args(["install", module]).env("GOBIN", paths::target()?.join("go/bin")))
}

fn has_go_program(name: &str) -> bool {
    on_path(name) || paths::target().is_ok_and(|target| target.join("go/bin").join(name).is_file())
}

/// Puts axe-core into the target folder.
fn install_axe() -> Result<()> {
    if has_axe() || !on_path("npm") {
        return Ok(());
    }
    say("Fetching axe-core for the tests …");
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--no-save", "--prefix"])
        .arg(paths::target()?.join("npm"));
    command::run(npm.arg(AXE))
}

fn has_axe() -> bool {
    paths::target().is_ok_and(|target| target.join("npm/node_modules/axe-core/axe.min.js").is_file())
}

/// Puts the Python packages into a virtual environment in the target folder.
fn install_python_packages() -> Result<()> {
    let python = python()?;
    let folder = paths::target()?.join("python");
    if PYTHON_PACKAGES.iter().all(|name| folder.join("installed").join(name).exists()) {
        return Ok(());
    }
    say("Installing Python packages for the tests …");
    if !python.exists() {
        command::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    command::run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PYTHON_PACKAGES))?;
    for name in PYTHON_PACKAGES {
        std::fs::create_dir_all(folder.join("installed").join(name))?;
    }
    Ok(())
}

/// True if a program of this name is on the search path.
pub(crate) fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn has_postgres() -> bool {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    on_path("initdb") || debian.map(|version| version.path().join("bin/initdb")).any(|initdb| initdb.is_file())
}

/// What the apps are built against.
pub(crate) fn has_webkit_headers() -> bool {
    Command::new("pkg-config").args(["--exists", "webkit2gtk-4.1"]).status().is_ok_and(|status| status.success())
}

fn has_music() -> bool {
    Path::new("/usr/share/games/wesnoth/1.16/data/core/music").is_dir()
}

fn has_venv() -> bool {
    let check = Command::new("python3").args(["-c", "import venv, ensurepip"]).output();
    check.is_ok_and(|output| output.status.success())
}

fn is_root() -> bool {
    let who = Command::new("id").arg("-u").output();
    who.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
