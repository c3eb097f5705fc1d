//! Which device a screen sounds on: chosen once, and remembered.
//!
//! The page's sound goes through PulseAudio or what stands in for it, which takes the device from the environment of a
//! program that begins. So the program begins again with it.

use crate::private_file;
use std::{
    path::Path,
    process::{Command, ExitCode},
};

const FILE: &str = "audio-device";
/// What PulseAudio's library reads (pulseaudio(1)).
const VARIABLE: &str = "PULSE_SINK";

/// The device that was given, which is remembered in this folder, else the one that was. An empty name is the system's own.
pub(crate) fn chosen(folder: &Path, given: Option<String>) -> Option<String> {
    private_file::given_or_kept(&folder.join(FILE), given).filter(|device| !device.is_empty())
}

/// Begins again on this device, unless that is done or can't be.
pub(crate) fn begin_again_on(device: &str) -> Option<ExitCode> {
    if std::env::var(VARIABLE).is_ok_and(|now| now == device) {
        return None;
    }
    let mut again = Command::new(std::env::current_exe().ok()?);
    again.args(std::env::args_os().skip(1)).env(VARIABLE, device);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let error = again.exec();
        tracing::warn!(%error, "the chosen device can't be used");
        None
    }
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_remembered_until_another_is_given() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("new");
        assert_eq!(chosen(&folder, None), None);
        assert_eq!(chosen(&folder, Some("bar".into())), Some("bar".into()));
        assert_eq!(chosen(&folder, None), Some("bar".into()));
        assert_eq!(chosen(&folder, Some(String::new())), None, "the system's own again");
        assert_eq!(chosen(&folder, None), None);
    }
}
