//! What a machine's loudspeakers would sound: a sound server whose only device is recorded.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::{eventually, process::Process};

/// Samples a second of the recording.
const RATE: u32 = 8_000;
/// What is told apart in time.
const WINDOW: Duration = Duration::from_millis(10);
/// Quieter than this is silence: -50 dB of full scale, root mean square.
const SILENCE: f64 = 0.003_16 * 32_768.0;

/// A sound server with one device, and what it sounded since the start.
#[derive(Debug)]
pub struct Speakers {
    // Dropped in this order: the recorder before its server.
    _recorder: Process,
    _server: Process,
    folder: TempDir,
    begun: Instant,
}

impl Speakers {
    /// Starts the server and its recording.
    ///
    /// # Errors
    /// PulseAudio is missing or isn't ready in time.
    pub async fn start() -> Result<Speakers> {
        let folder = tempfile::Builder::new().prefix("jukeline-sound-").tempdir()?;
        let mut command = Command::new("pulseaudio");
        command.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"]);
        command.arg("--load=module-null-sink sink_name=speakers");
        let socket = folder.path().join("sound");
        command.arg(format!("--load=module-native-protocol-unix auth-anonymous=1 socket={}", socket.display()));
        command.env("HOME", folder.path()).env("XDG_RUNTIME_DIR", folder.path());
        let mut server = Process::start(command, &folder.path().join("pulseaudio.log"))?;
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
        let mut command = Command::new("parec");
        command.args(["--device=speakers.monitor", "--format=s16le", "--channels=1", "--latency-msec=20"]);
        command.arg(format!("--rate={RATE}")).arg("--raw").arg(folder.path().join("heard"));
        command.env("PULSE_SERVER", format!("unix:{}", socket.display())).env("HOME", folder.path());
        let begun = Instant::now();
        let recorder = Process::start(command, &folder.path().join("recorder.log"))?;
        Ok(Speakers { _recorder: recorder, _server: server, folder, begun })
    }

    /// Lets a program sound here.
    pub fn are_heard_by(&self, command: &mut Command) {
        command.env("PULSE_SERVER", format!("unix:{}", self.folder.path().join("sound").display()));
    }

    /// What sounded until now.
    ///
    /// # Errors
    /// Nothing was recorded.
    pub fn recording(&self) -> Result<Recording> {
        let bytes = std::fs::read(self.folder.path().join("heard")).context("nothing was recorded")?;
        let samples = bytes.chunks_exact(2);
        let samples: Vec<f64> = samples.map(|sample| f64::from(i16::from_le_bytes([sample[0], sample[1]]))).collect();
        let window = (RATE as usize) * WINDOW.as_millis() as usize / 1_000;
        let is_loud = |window: &[f64]| {
            let power: f64 = window.iter().map(|sample| sample * sample).sum::<f64>() / window.len() as f64;
            power.sqrt() >= SILENCE
        };
        Ok(Recording { loud: samples.chunks_exact(window).map(is_loud).collect(), took: self.begun.elapsed() })
    }
}

/// When it sounded and when it was silent, in steps of 10 ms.
#[derive(Debug)]
pub struct Recording {
    loud: Vec<bool>,
    /// How long it was recorded by this machine's clock, to judge whether anything is missing.
    pub took: Duration,
}

impl Recording {
    /// For how long it sounded.
    #[must_use]
    pub fn sounded(&self) -> Duration {
        WINDOW * u32::try_from(self.loud.iter().filter(|loud| **loud).count()).unwrap_or(u32::MAX)
    }

    /// The longest silence between two sounds.
    #[must_use]
    pub fn longest_gap(&self) -> Duration {
        let mut longest = 0;
        let mut since = None;
        for (at, loud) in self.loud.iter().enumerate() {
            if !loud {
                continue;
            }
            longest = longest.max(since.map_or(0, |since| at - since - 1));
            since = Some(at);
        }
        WINDOW * u32::try_from(longest).unwrap_or(u32::MAX)
    }

    /// How long it has been silent at the end.
    #[must_use]
    pub fn silent_since(&self) -> Duration {
        let silent = self.loud.iter().rev().take_while(|loud| !**loud).count();
        WINDOW * u32::try_from(silent).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_lie_between_sounds_alone() {
        let recording =
            |pattern: &str| Recording { loud: pattern.chars().map(|c| c == '#').collect(), took: Duration::ZERO };
        let one = recording("...##.###...#....");
        assert_eq!(one.sounded(), WINDOW * 6);
        assert_eq!(one.longest_gap(), WINDOW * 3);
        assert_eq!(one.silent_since(), WINDOW * 4);
        assert_eq!(recording("....").longest_gap(), Duration::ZERO);
    }
}
