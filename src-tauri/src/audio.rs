//! Which device a screen sounds on: chosen once, and remembered; and whether there is any.
//!
//! The page's sound goes through PulseAudio or what stands in for it, which takes the device from the environment of a
//! program that begins. So the program begins again with it.

use crate::private_file;
#[cfg(target_os = "linux")]
use std::{
    ffi::OsString,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    path::Path,
    process::{Command, ExitCode},
};
#[cfg(target_os = "linux")]
use tokio::{net::UnixStream, time::timeout};

/// A server that takes longer to answer may yet be there.
#[cfg(target_os = "linux")]
const PATIENCE: Duration = Duration::from_secs(2);

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

/// Whether there is something to sound on. Where there isn't, WebKit plays on without a word, and songs that nobody hears
/// would count. Where it can't be told, there is.
#[cfg(target_os = "linux")]
pub(crate) async fn can_sound() -> bool {
    /// A server of the session's own answered once: from then on it is missed.
    static ANSWERED: AtomicBool = AtomicBool::new(false);
    let named = std::env::var_os("PULSE_SERVER").filter(|server| !server.is_empty());
    let is_named = named.is_some();
    let Some(socket) = socket(named, std::env::var_os("XDG_RUNTIME_DIR")) else { return true };
    let Ok(answer) = timeout(PATIENCE, UnixStream::connect(&socket)).await else { return true };
    if answer.is_ok() {
        ANSWERED.store(true, Ordering::Relaxed);
        return true;
    }
    // Without a trace of one there may be another way to sound, such as a system's own server.
    !is_named && !socket.exists() && !ANSWERED.load(Ordering::Relaxed)
}

/// Other systems always have a device, if only a silent one.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn can_sound() -> bool {
    true
}

/// Where PulseAudio, or what stands in for it, listens: as `named` says (PULSE_SERVER), else in the folder of the person's
/// `session`. Nothing where that isn't known, is one of several, or another machine's.
#[cfg(target_os = "linux")]
fn socket(named: Option<OsString>, session: Option<OsString>) -> Option<PathBuf> {
    let Some(named) = named else { return Some(Path::new(&session?).join("pulse/native")) };
    let named = named.into_string().ok()?;
    let path = PathBuf::from(named.strip_prefix("unix:").unwrap_or(&named));
    (path.is_absolute() && !named.contains(' ')).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_sound_server_is_where_its_own_variables_say() {
        let (named, session) = (|name: &str| Some(OsString::from(name)), Some(OsString::from("/run/user/1000")));
        assert_eq!(socket(None, session.clone()), Some("/run/user/1000/pulse/native".into()));
        for name in ["unix:/tmp/sound", "/tmp/sound"] {
            assert_eq!(socket(named(name), session.clone()), Some("/tmp/sound".into()));
        }
        assert_eq!(socket(named("tcp:bar.example"), session.clone()), None, "another machine's can't be asked");
        assert_eq!(socket(named("unix:/tmp/sound tcp:bar.example"), session), None, "which of them?");
        assert_eq!(socket(None, None), None);
    }

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
