//! A program that runs beside the test.

use std::{
    fs::File,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::wait::{Hopeless, eventually};

/// A process and all below it that run, by their ids.
#[must_use]
pub fn with_descendants(id: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let ids = children.flat_map(|ids| ids.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>());
    std::iter::once(id).chain(ids.flat_map(with_descendants)).collect()
}

/// A running program with its children, all in a process group of its own. Dropping it kills the group.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    watchdog: Child,
    log: PathBuf,
}

impl Process {
    /// Starts the command; what it prints goes to the end of the file `log`.
    ///
    /// # Errors
    /// The program cannot be started or the log not be written.
    pub fn start(mut command: Command, log: &Path) -> Result<Self> {
        let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let out = File::options().create(true).append(true).open(log).with_context(|| log.display().to_string())?;
        command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out).process_group(0);
        let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        match watch(child.id()) {
            Ok(watchdog) => Ok(Self { name, child, watchdog, log: log.to_owned() }),
            Err(error) => {
                child.kill()?;
                Err(error)
            }
        }
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything that it printed so far.
    #[must_use]
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Its resident memory in bytes, children not counted.
    ///
    /// # Errors
    /// It ended, or this is not Linux.
    pub fn resident_memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib * 1024)
    }

    /// How much of the processor it has taken since its start, its children that run included: 1 for a second of one
    /// core.
    ///
    /// # Errors
    /// It ended, or this is not Linux.
    pub fn cpu_seconds(&self) -> Result<f64> {
        let mut ids = vec![self.id()];
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.id()))?;
        ids.extend(children.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
        let mut ticks = 0;
        for id in ids {
            // A child may have ended meanwhile.
            let Ok(stat) = std::fs::read_to_string(format!("/proc/{id}/stat")) else { continue };
            // The name in brackets may hold anything; user and system time are fields 14 and 15 (proc_pid_stat(5)).
            let (_, behind) = stat.rsplit_once(')').context("no name")?;
            ticks +=
                behind.split_whitespace().skip(11).take(2).filter_map(|time| time.parse::<u64>().ok()).sum::<u64>();
        }
        Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
    }

    /// Nothing if it still runs.
    ///
    /// # Errors
    /// It ended: the error is [`Hopeless`] and carries the end of its log.
    pub fn still_runs(&mut self) -> Result<()> {
        let Some(status) = self.child.try_wait()? else { return Ok(()) };
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines[lines.len().saturating_sub(40)..].join("\n");
        bail!(Hopeless(format!("{} ended ({status}):\n{end}", self.name)))
    }

    /// Kills the whole group and its children at once, as a power cut would.
    pub fn kill9(&mut self) {
        let children = self.children_elsewhere();
        self.signal(Signal::KILL);
        for child in children {
            let _ = kill_process(child, Signal::KILL);
        }
        // It was killed, so this returns at once; there is nothing to do about an error.
        let _ = self.child.wait();
    }

    /// Asks it to end and waits for that.
    ///
    /// # Errors
    /// It does not end within `patience`; it is killed then.
    pub async fn end(&mut self, signal: Signal, patience: Duration) -> Result<ExitStatus> {
        self.signal(signal);
        self.ended(patience).await
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// It does not end within `patience`; it is killed then.
    pub async fn ended(&mut self, patience: Duration) -> Result<ExitStatus> {
        let child = &mut self.child;
        let what = format!("the end of {}", self.name);
        let ended = eventually(&what, patience, || {
            let status = child.try_wait();
            async move { status?.context("it still runs") }
        });
        let status = ended.await;
        if status.is_err() {
            self.kill9();
        }
        status
    }

    /// Its direct children, which may have left the group, as PostgreSQL's do.
    fn children_elsewhere(&mut self) -> Vec<Pid> {
        // Once it ended, its id may be another's.
        if !matches!(self.child.try_wait(), Ok(None)) {
            return Vec::new();
        }
        let id = self.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        children.split_whitespace().filter_map(|child| child.parse().ok().and_then(Pid::from_raw)).collect()
    }

    /// Sends a signal to the group; one that is gone already is no error. `Signal::STOP` and `Signal::CONT` freeze and
    /// thaw it.
    pub fn signal(&self, signal: Signal) {
        if let Some(group) = i32::try_from(self.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill9();
        let _ = self.watchdog.kill();
        let _ = self.watchdog.wait();
    }
}

/// A process that waits for the end of its input, which comes when this one ends (even by kill -9), and then kills the
/// group.
fn watch(group: u32) -> Result<Child> {
    let mut command = Command::new("sh");
    command.args(["-c", "cat; kill -9 -\"$1\"", "sh", &group.to_string()]).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().context("cannot start sh")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn children_of_children_are_found() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new("sh");
        command.args(["-c", "sh -c 'sleep 600 & echo up; wait' & wait"]);
        let process = Process::start(command, &folder.path().join("log"))?;
        eventually("three processes", Duration::from_secs(60), || async {
            let found = with_descendants(process.id()).len();
            if process.log().contains("up") && found == 3 { Ok(()) } else { bail!("{found}") }
        })
        .await
    }
}
