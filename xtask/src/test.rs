//! `cargo xtask test`: everything, in the order in which a mistake shows soonest.

use std::{
    ffi::OsString,
    fs,
    path::PathBuf,
    process::{Command, ExitCode},
    time::Instant,
};

use anyhow::Result;
use clap::Args;

use crate::{
    command::{self, say},
    lanes, machine, paths,
    summary::Totals,
    ui,
};

/// How far to go.
#[derive(Args)]
pub(crate) struct Options {
    /// Only install what the tests need, and run none.
    #[arg(long)]
    setup: bool,
}

/// The steps so far: what each is called, whether it went well, and how long it took in seconds.
#[derive(Default)]
struct Report {
    steps: Vec<(&'static str, bool, u64)>,
    totals: Totals,
}

/// Sets up the machine, then runs every check and every test to the end. The exit code tells whether a step failed;
/// with `CI=true` also whether a test was skipped.
///
/// # Errors
/// The target folder cannot be read or written.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    machine::prepare_for_tests();
    if options.setup {
        return Ok(ExitCode::SUCCESS);
    }
    fs::write(skip_file()?, "")?;
    let mut report = Report::default();
    report.step("format", |_| command::run(&mut command::cargo(["fmt", "--all", "--check"])?));
    report.step("lints", |_| lint());
    report.step("documentation", |_| document());
    report.step("pages", |_| ui::run(&ui::Options::default()));
    report.step("pages of before", |_| build_previous());
    report.step("server", |_| build_server());
    report.step("unit tests", |totals| totals.run(&mut tests(&["--lib", "--bins"])?));
    report.step("whole systems", |totals| lanes::run(totals, &mut tests(&["--test", "*"])?, &known()?));
    report.step("examples in the documentation", |totals| totals.run(&mut tests(&["--doc"])?));
    report.finish()
}

impl Report {
    fn step(&mut self, name: &'static str, run: impl FnOnce(&mut Totals) -> Result<()>) {
        say(&format!("\n=== {name} ==="));
        let start = Instant::now();
        let outcome = run(&mut self.totals);
        if let Err(error) = &outcome {
            say(&format!("{name}: {error:#}"));
        }
        self.steps.push((name, outcome.is_ok(), start.elapsed().as_secs()));
    }

    /// Prints the table, what was skipped and, last of all, the totals.
    fn finish(mut self) -> Result<ExitCode> {
        let skipped = fs::read_to_string(skip_file()?).unwrap_or_default();
        self.totals.move_to_skipped(skipped.lines().count());
        println!();
        for (name, went_well, seconds) in &self.steps {
            println!("{name:<32}{:<8}{seconds:>6} s", if *went_well { "ok" } else { "FAILED" });
        }
        for line in skipped.lines() {
            println!("skipped: {line}");
        }
        let skips_fail = self.totals.skipped > 0 && is_ci();
        if skips_fail {
            println!("With CI=true a skipped test is a failure.");
        }
        let all_well = self.totals.failed == 0 && self.steps.iter().all(|(_, went_well, _)| *went_well);
        let Totals { passed, failed, skipped } = self.totals;
        println!("{passed} passed, {failed} failed, {skipped} skipped");
        Ok(if all_well && !skips_fail { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Clippy over everything, and over the pages as they are compiled for the browser.
fn lint() -> Result<()> {
    let deny = ["--", "-D", "warnings"];
    let everything = ["clippy", "--workspace", "--all-targets", "--all-features"];
    command::run(command::cargo(everything)?.args(what_builds()).args(deny))?;
    let pages = ["clippy", "-p", "jukeline-ui", "--target", machine::WASM];
    command::run(command::cargo(pages)?.args(deny))?;
    // The phone app is only linked where an SDK is; that it compiles is seen everywhere.
    machine::ensure_target(machine::ANDROID)?;
    command::run(&mut command::cargo(["check", "-p", "jukeline-shell", "--lib", "--target", machine::ANDROID])?)
}

fn document() -> Result<()> {
    let mut cargo = command::cargo(["doc", "--no-deps", "--workspace", "--all-features"])?;
    cargo.args(what_builds());
    command::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))
}

/// The test that needs them is skipped where they can't be had: without their history there is nothing to build.
fn build_previous() -> Result<()> {
    if let Err(error) = ui::previous::build() {
        say(&format!("No pages of before: {error:#}"));
    }
    Ok(())
}

/// Built with the same features as the tests, so that they share what is below.
fn build_server() -> Result<()> {
    command::run(command::cargo(["build", "--workspace", "--all-features", "--bins"])?.args(what_builds()))
}

/// Everything, but for the apps on a machine that can't build them: their tests are then skipped.
fn what_builds() -> &'static [&'static str] {
    if machine::has_webkit_headers() { &[] } else { &["--exclude", "jukeline-shell"] }
}

/// A test run of these targets.
fn tests(targets: &[&str]) -> Result<Command> {
    let mut cargo = command::cargo(["test", "--workspace", "--all-features", "--no-fail-fast"])?;
    #[cfg(target_os = "linux")]
    cargo.arg("--config").arg(format!("target.'cfg(all())'.runner = {:?}", lanes::BOUNDED));
    cargo.args(what_builds()).args(targets).envs(known()?);
    Ok(cargo)
}

/// What a test knows: where the built parts are. Kafka and the Python tools it finds in the target folder.
fn known() -> Result<Vec<(&'static str, OsString)>> {
    Ok(vec![
        ("CARGO_TARGET_DIR", paths::target()?.into()),
        ("JUKELINE_BIN", paths::server("debug")?.into()),
        ("JUKELINE_UI", paths::pages()?.into()),
        ("JUKELINE_XTASK", std::env::current_exe()?.into()),
        ("TESTS_SKIPPED", skip_file()?.into()),
    ])
}

/// Tests append a line for what they skip to this file.
fn skip_file() -> Result<PathBuf> {
    Ok(paths::target()?.join("skipped.txt"))
}

fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}
