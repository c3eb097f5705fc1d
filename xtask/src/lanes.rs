//! The programs that test whole systems, two at a time: most of their time they wait for what they started.

use std::{
    collections::VecDeque,
    ffi::OsString,
    path::PathBuf,
    process::{Command, Stdio},
    sync::Mutex,
    thread,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{command::say, summary::Totals};

/// So many run at a time.
const LANES: usize = 2;

/// These measure what happens in real time, as a room would hear it: each runs alone, before the others.
const ALONE: [&str; 1] = ["screen_app"];

/// These take longest and begin first, so that none of them is left alone at the end.
const FIRST: [&str; 3] = ["readers_at_scale", "outage", "api"];

/// What a program is run by: one that hangs for a quarter of an hour is a failure with a name and a trace, and the others
/// are still run.
pub(crate) const BOUNDED: [&str; 3] = ["timeout", "--signal=ABRT", "900"];

/// A test program as cargo built it.
struct Program {
    name: String,
    executable: String,
    /// Where its package is: it runs there, as cargo would run it.
    package: PathBuf,
}

/// Builds what `build` names and runs each of its test programs to the end, whether others fail or not; each knows what
/// is `known`.
///
/// # Errors
/// The build fails, or a program cannot be run or fails.
pub(crate) fn run(totals: &mut Totals, build: &mut Command, known: &[(&str, OsString)]) -> Result<()> {
    let mut programs = programs(build)?;
    programs.sort_by_key(|program| !FIRST.contains(&&*program.name));
    let lanes = Lanes { known, outcome: Mutex::new((totals, Vec::new())) };
    let (alone, beside) = programs.into_iter().partition(|program| ALONE.contains(&&*program.name));
    lanes.run(1, alone)?;
    lanes.run(LANES, beside)?;
    let (_, failed) = lanes.outcome.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !failed.is_empty() {
        bail!("tests failed: {}", failed.join(", "));
    }
    Ok(())
}

/// Builds them, and reads where they are from what cargo says.
fn programs(build: &mut Command) -> Result<Vec<Program>> {
    build.args(["--no-run", "--message-format=json-render-diagnostics"]);
    let built = build.stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    if !built.status.success() {
        bail!("the tests don't build ({})", built.status);
    }
    Ok(String::from_utf8_lossy(&built.stdout).lines().filter_map(read).collect())
}

/// The test program that a line of cargo's is about.
fn read(line: &str) -> Option<Program> {
    let said: Value = serde_json::from_str(line).ok()?;
    let executable = said["executable"].as_str()?.to_owned();
    let package = PathBuf::from(said["manifest_path"].as_str()?).parent()?.to_owned();
    let is_test = said["profile"]["test"] == true;
    is_test.then(|| Program {
        name: said["target"]["name"].as_str().unwrap_or_default().to_owned(),
        executable,
        package,
    })
}

struct Lanes<'a> {
    known: &'a [(&'a str, OsString)],
    /// What was counted, and the programs that failed.
    outcome: Mutex<(&'a mut Totals, Vec<String>)>,
}

impl Lanes<'_> {
    /// So many at a time.
    fn run(&self, lanes: usize, programs: VecDeque<Program>) -> Result<()> {
        let waiting = Mutex::new(programs);
        let next = || waiting.lock().ok()?.pop_front();
        thread::scope(|scope| {
            let lane = || -> Result<()> {
                while let Some(program) = next() {
                    self.run_one(&program)?;
                }
                Ok(())
            };
            let running: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
            running.into_iter().try_for_each(|lane| lane.join().unwrap_or_else(|_| bail!("a lane broke off")))
        })
    }

    /// What it prints is shown when it is over, so that two don't speak at the same time.
    fn run_one(&self, program: &Program) -> Result<()> {
        let mut command = bounded(&program.executable);
        command.arg("--test-threads=1").current_dir(&program.package).env("CARGO_MANIFEST_DIR", &program.package);
        command.envs(self.known.iter().map(|(name, value)| (name, value)));
        let printed = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {}", program.name))?;
        let text = String::from_utf8_lossy(&printed.stdout);
        let mut outcome = self.outcome.lock().ok().context("another lane broke off")?;
        println!("     Running {}\n{text}", program.name);
        say(String::from_utf8_lossy(&printed.stderr).trim_end());
        text.lines().for_each(|line| outcome.0.add(line));
        if !printed.status.success() {
            println!("{} failed ({})", program.name, printed.status);
            outcome.1.push(program.name.clone());
        }
        Ok(())
    }
}

/// The program, ended where it takes too long.
fn bounded(executable: &str) -> Command {
    if !cfg!(target_os = "linux") {
        return Command::new(executable);
    }
    let [timeout, arguments @ ..] = BOUNDED;
    let mut command = Command::new(timeout);
    command.args(arguments).arg(executable);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_program_is_read_from_what_cargo_says() {
        let line = r#"{"reason":"compiler-artifact","manifest_path":"/a/tests/Cargo.toml","target":{"kind":["test"],"name":"flow"},
            "profile":{"test":true},"executable":"/t/debug/deps/flow-1"}"#;
        let program = read(line).expect("a program");
        assert_eq!((&*program.name, &*program.executable), ("flow", "/t/debug/deps/flow-1"));
        assert_eq!(program.package, PathBuf::from("/a/tests"));
        let server = line.replace("\"test\":true", "\"test\":false");
        assert!(read(&server).is_none() && read(r#"{"reason":"build-finished","success":true}"#).is_none());
    }
}
