//! What a machine's loudspeakers would sound: a sound server whose only device is recorded.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::{eventually, machine, process::Process};

/// Samples a second of the recording.
const RATE: u32 = 8_000;
/// What is told apart in time.
const WINDOW: Duration = Duration::from_millis(10);
/// Quieter than this is silence: -50 dB of full scale, root mean square.
const SILENCE: f64 = 0.003_16 * 32_768.0;

/// Where it listens, and the device that programs sound on without a choice.
const SOCKET: &str = "sound";
const SPEAKERS: &str = "speakers";

/// A sound server with one device, and what it sounded since the start.
#[derive(Debug)]
pub struct Speakers {
    /// The device's recording, dropped before its server.
    running: Option<(Device, Process)>,
    folder: TempDir,
}

impl Speakers {
    /// Starts the server and its recording.
    ///
    /// # Errors
    /// PulseAudio is missing or isn't ready in time.
    pub async fn start() -> Result<Speakers> {
        let folder = tempfile::Builder::new().prefix("jukeline-sound-").tempdir()?;
        let mut speakers = Speakers { running: None, folder };
        speakers.power_on().await?;
        Ok(speakers)
    }

    /// Loses its power in the middle of a sound.
    pub fn power_off(&mut self) {
        self.running = None;
        for left in [self.folder.path().join(SOCKET), heard(self.folder.path(), SPEAKERS)] {
            // What was killed leaves them.
            let _ = std::fs::remove_file(left);
        }
    }

    /// Has its power back: the recording begins anew.
    ///
    /// # Errors
    /// As [`Speakers::start`].
    pub async fn power_on(&mut self) -> Result<()> {
        let folder = self.folder.path();
        let socket = folder.join(SOCKET);
        // Otherwise it turns the device up and down for a stream, which its recording doesn't hear.
        let settings = folder.join(".config/pulse");
        std::fs::create_dir_all(&settings)?;
        std::fs::write(settings.join("daemon.conf"), "flat-volumes = no\n")?;
        let mut server = Process::start(sound_server(folder), &folder.join("pulseaudio.log"))?;
        eventually("a sound server", Duration::from_secs(20), || {
            let alive = server.still_runs();
            let is_there = socket.exists();
            async move {
                alive?;
                ensure!(is_there, "no socket yet");
                Ok(())
            }
        })
        .await?;
        self.running = Some((Device::record(folder, SPEAKERS)?, server));
        Ok(())
    }

    /// One more device, on which a program sounds that chooses it by this name.
    ///
    /// # Errors
    /// The server refuses it.
    pub async fn add(&self, name: &str) -> Result<Device> {
        let mut command = Command::new("pactl");
        command.args(["load-module", "module-null-sink"]).arg(format!("sink_name={name}"));
        is_client(&mut command, self.folder.path());
        machine::run(command).await?;
        Device::record(self.folder.path(), name)
    }

    /// Lets a program sound here.
    pub fn are_heard_by(&self, command: &mut Command) {
        command.env("PULSE_SERVER", address(self.folder.path()));
    }

    /// What sounded until now.
    ///
    /// # Errors
    /// Nothing was recorded.
    pub fn recording(&self) -> Result<Recording> {
        let (device, _) = self.running.as_ref().context("without power")?;
        device.recording()
    }
}

/// A device, and what it sounded since the recording began.
#[derive(Debug)]
pub struct Device {
    _recorder: Process,
    heard: PathBuf,
    begun: Instant,
}

impl Device {
    fn record(folder: &Path, name: &str) -> Result<Device> {
        let heard = heard(folder, name);
        let mut command = Command::new("parec");
        command.arg(format!("--device={name}.monitor"));
        command.args(["--format=s16le", "--channels=1", "--latency-msec=20"]);
        command.arg(format!("--rate={RATE}")).arg("--raw").arg(&heard);
        is_client(&mut command, folder);
        let begun = Instant::now();
        let recorder = Process::start(command, &folder.join(format!("{name}-recorder.log")))?;
        Ok(Device { _recorder: recorder, heard, begun })
    }

    /// What sounded until now.
    ///
    /// # Errors
    /// Nothing was recorded.
    pub fn recording(&self) -> Result<Recording> {
        let bytes = std::fs::read(&self.heard).context("nothing was recorded")?;
        let samples = bytes.chunks_exact(2);
        let samples: Vec<f64> = samples.map(|sample| f64::from(i16::from_le_bytes([sample[0], sample[1]]))).collect();
        let window = (RATE as usize) * WINDOW.as_millis() as usize / 1_000;
        let level = |window: &[f64]| {
            let power: f64 = window.iter().map(|sample| sample * sample).sum::<f64>() / window.len() as f64;
            power.sqrt()
        };
        Ok(Recording { levels: samples.chunks_exact(window).map(level).collect(), took: self.begun.elapsed() })
    }
}

/// Where a device's recording is.
fn heard(folder: &Path, device: &str) -> PathBuf {
    folder.join(format!("{device}-heard"))
}

fn address(folder: &Path) -> String {
    format!("unix:{}", folder.join(SOCKET).display())
}

/// A tool of the sound server's own.
fn is_client(command: &mut Command, folder: &Path) {
    command.env("PULSE_SERVER", address(folder)).env("HOME", folder);
}

fn sound_server(folder: &Path) -> Command {
    let mut command = Command::new("pulseaudio");
    command.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"]);
    command.arg(format!("--load=module-null-sink sink_name={SPEAKERS}"));
    let socket = folder.join(SOCKET);
    command.arg(format!("--load=module-native-protocol-unix auth-anonymous=1 socket={}", socket.display()));
    command.env("HOME", folder).env("XDG_RUNTIME_DIR", folder);
    command
}

/// How loud it was, in steps of 10 ms.
#[derive(Debug)]
pub struct Recording {
    /// Root mean square, in steps of 16 bits.
    levels: Vec<f64>,
    /// How long it was recorded by this machine's clock, to judge whether anything is missing.
    pub took: Duration,
}

impl Recording {
    fn loud(&self) -> impl DoubleEndedIterator<Item = (usize, f64)> {
        self.levels.iter().copied().enumerate().filter(|(_, level)| *level >= SILENCE)
    }

    /// For how long it sounded.
    #[must_use]
    pub fn sounded(&self) -> Duration {
        WINDOW * u32::try_from(self.loud().count()).unwrap_or(u32::MAX)
    }

    /// How loud this much of the sound's beginning, and as much of its end, were: decibels of full scale.
    ///
    /// # Errors
    /// It didn't sound for as long.
    pub fn ends_db(&self, much: Duration) -> Result<(f64, f64)> {
        let much = usize::try_from(much.as_millis() / WINDOW.as_millis())?;
        let decibels = |levels: Vec<f64>| {
            ensure!(levels.len() == much, "{} windows of sound", levels.len());
            let power = levels.iter().map(|level| level * level).sum::<f64>() / levels.len() as f64;
            Ok(10.0 * (power / (32_768.0 * 32_768.0)).log10())
        };
        let first = self.loud().map(|(_, level)| level).take(much).collect();
        let last = self.loud().rev().map(|(_, level)| level).take(much).collect();
        Ok((decibels(first)?, decibels(last)?))
    }

    /// The longest silence between two sounds.
    #[must_use]
    pub fn longest_gap(&self) -> Duration {
        let mut longest = 0;
        let mut since = None;
        for (at, _) in self.loud() {
            longest = longest.max(since.map_or(0, |since| at - since - 1));
            since = Some(at);
        }
        WINDOW * u32::try_from(longest).unwrap_or(u32::MAX)
    }

    /// How long it has been silent at the end.
    #[must_use]
    pub fn silent_since(&self) -> Duration {
        let silent = self.loud().next_back().map_or(self.levels.len(), |(at, _)| self.levels.len() - 1 - at);
        WINDOW * u32::try_from(silent).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_lie_between_sounds_alone() {
        let level = |c| if c == '#' { SILENCE * 2.0 } else { 0.0 };
        let recording =
            |pattern: &str| Recording { levels: pattern.chars().map(level).collect(), took: Duration::ZERO };
        let one = recording("...##.###...#....");
        assert_eq!(one.sounded(), WINDOW * 6);
        assert_eq!(one.longest_gap(), WINDOW * 3);
        assert_eq!(one.silent_since(), WINDOW * 4);
        assert_eq!(recording("....").longest_gap(), Duration::ZERO);
        assert_eq!(recording("....").silent_since(), WINDOW * 4);
    }
}
