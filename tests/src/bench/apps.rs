//! The apps beside a bare Tauri window of the same build: how large they are, what memory they take, how soon something
//! is seen.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::report::{Row, percentile};
use crate::{
    browser::{Desk, Secrets},
    house::House,
    machine, music,
    process::with_descendants,
    server::Setup,
};

/// Starts of each window that are measured, after one that fills caches.
const STARTS: usize = 7;
/// How long it does nothing before its memory is looked at.
const IDLE: Duration = Duration::from_secs(5);

/// When the page first showed text or a picture, in ms since 1970.
const PAINTED: &str = "const [paint] = performance.getEntriesByName('first-contentful-paint');
                       return paint ? performance.timeOrigin + paint.startTime : 0";

/// A window that is measured.
struct Window {
    name: &'static str,
    launcher: Launcher,
    arguments: Vec<String>,
    first_paint: Vec<Duration>,
    /// In MiB, each start's.
    memory: Vec<f64>,
}

/// The patron's app opens a room, the staff's asks who one is, the screen shows its pairing code.
///
/// # Errors
/// Something is missing or doesn't show a window.
pub async fn apps() -> Result<Vec<Row>> {
    let (shell, bare) = (machine::shell()?, machine::bare_window()?);
    let mut rows = sizes(&shell, &bare)?;
    let server = Setup::embedded().unjudged().start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    let room = format!("/r/{}", house.room);
    let folder = tempfile::Builder::new().prefix("jukeline-bench-").tempdir()?;
    let url = server.url();
    let app = |name: &'static str, more: &[&str]| {
        let arguments = [&["--role", name, "--server", &url][..], more].concat();
        Window::new(&folder, name, &shell, arguments.into_iter().map(str::to_owned).collect())
    };
    let mut windows = [
        Window::new(&folder, "bare", &bare, Vec::new())?,
        app("patron", &["--open", &room])?,
        app("staff", &[])?,
        app("screen", &[])?,
    ];
    let desk = Desk::begin(Secrets::Unlocked).await?;
    // By turns, so that what else the machine does hits all of them.
    for start in 0..=STARTS {
        for window in &mut windows {
            window.measure(&desk, start > 0).await.with_context(|| format!("the window {}", window.name))?;
        }
    }
    let [bare, apps @ ..] = &windows;
    rows.extend(apps.iter().map(|app| {
        let what = format!("{}'s app, memory idle with its WebKit, p50", app.name);
        Row::new(what, median(&app.memory), "MiB").against(median(&bare.memory))
    }));
    rows.extend(apps.iter().map(|app| {
        let what = format!("{}'s app, start to first paint, p50", app.name);
        Row::new(what, percentile(&app.first_paint, 0.5), "ms").against(percentile(&bare.first_paint, 0.5))
    }));
    Ok(rows)
}

impl Window {
    fn new(folder: &TempDir, name: &'static str, program: &Path, arguments: Vec<String>) -> Result<Self> {
        let launcher = Launcher::write(&folder.path().join(name), program)?;
        Ok(Self { name, launcher, arguments, first_paint: Vec::new(), memory: Vec::new() })
    }

    async fn measure(&mut self, desk: &Desk, counts: bool) -> Result<()> {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let app = desk.open_program(&self.launcher.script, &arguments).await?;
        let painted = app.until("a first paint", PAINTED).await?.as_f64().context("no time")?;
        let painted = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(painted / 1e3);
        let (id, started) = self.launcher.last_start()?;
        tokio::time::sleep(IDLE).await;
        let memory = proportional_memory(id)?;
        app.close().await?;
        if counts {
            self.first_paint.push(painted.duration_since(started)?);
            self.memory.push(memory);
        }
        Ok(())
    }
}

/// Starts a program after writing down when: the driver, which starts it really, doesn't tell.
struct Launcher {
    script: PathBuf,
    start: PathBuf,
}

impl Launcher {
    fn write(script: &Path, program: &Path) -> Result<Self> {
        let start = script.with_extension("start");
        let text = format!(
            "#!/bin/sh\necho $$ $(date +%s%N) > '{}'\nexec '{}' \"$@\"\n",
            start.display(),
            fs::canonicalize(program)?.display()
        );
        fs::write(script, text)?;
        fs::set_permissions(script, fs::Permissions::from_mode(0o755))?;
        Ok(Self { script: script.to_owned(), start })
    }

    /// The process of the last start, and when that was.
    fn last_start(&self) -> Result<(u32, SystemTime)> {
        let text = fs::read_to_string(&self.start)?;
        let (id, since) = text.trim().split_once(' ').context("no start")?;
        Ok((id.parse()?, SystemTime::UNIX_EPOCH + Duration::from_nanos(since.parse()?)))
    }
}

/// The memory of a process and all below it in MiB, pages that several share counted in parts (PSS).
fn proportional_memory(id: u32) -> Result<f64> {
    let mut kib = 0_u32;
    for id in with_descendants(id) {
        // One may have ended meanwhile.
        let Ok(rollup) = fs::read_to_string(format!("/proc/{id}/smaps_rollup")) else { continue };
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).context("no Pss")?;
        kib += line.trim().trim_end_matches(" kB").parse::<u32>()?;
    }
    ensure!(kib > 0, "the process is gone");
    Ok(f64::from(kib) / 1024.0)
}

fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// The program that the three apps share, and the packages where `cargo xtask package` has made them.
fn sizes(shell: &Path, bare: &Path) -> Result<Vec<Row>> {
    let row = Row::new("the apps' program, stripped", stripped_mib(shell)?, "MiB").against(stripped_mib(bare)?);
    let mut rows = vec![row];
    let entries = machine::packages().into_iter().flat_map(fs::read_dir).flatten().flatten();
    let mut packages: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    packages.retain(|path| path.extension().is_some_and(|extension| extension == "deb"));
    packages.sort();
    for package in packages {
        let name = package.file_stem().unwrap_or_default().to_string_lossy();
        let (name, _) = name.split_once('_').context("a package without a version")?;
        rows.push(Row::new(format!("package {name}"), bytes(&package)? / 1000.0, "kB"));
    }
    Ok(rows)
}

fn stripped_mib(program: &Path) -> Result<f64> {
    let folder = TempDir::new()?;
    let stripped = folder.path().join("stripped");
    let status = Command::new("strip").arg("-o").arg(&stripped).arg(program).status().context("strip")?;
    ensure!(status.success(), "strip failed ({status})");
    Ok(bytes(&stripped)? / 1024.0 / 1024.0)
}

fn bytes(file: &Path) -> Result<f64> {
    Ok(fs::metadata(file)?.len() as f64)
}
