//! Which device a screen sounds on: chosen once, and remembered; and whether there is any.
//!
//! The page's sound goes through PulseAudio or what stands in for it, which takes the device from the environment of a
//! program that begins. So the program begins again with it.

use crate::private_file;
#[cfg(target_os = "linux")]
use std::{ffi::OsStr, os::unix::net::UnixStream, path::PathBuf};
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

/// Whether there is something to sound on. Where there isn't, WebKit plays on without a word, and songs that nobody hears
/// would count.
#[cfg(target_os = "linux")]
pub(crate) fn can_sound() -> bool {
    let server = std::env::var_os("PULSE_SERVER").filter(|server| !server.is_empty());
    has_server(server.as_deref(), std::env::var_os("XDG_RUNTIME_DIR").as_deref()) || has_card(Path::new("/dev/snd"))
}

/// Other systems always have a device, if only a silent one.
#[cfg(not(target_os = "linux"))]
pub(crate) fn can_sound() -> bool {
    true
}

/// Whether PulseAudio, or what stands in for it, answers: where `named` says (as PULSE_SERVER does), else in the folder of
/// the person's session. One of another machine isn't asked.
#[cfg(target_os = "linux")]
fn has_server(named: Option<&OsStr>, session: Option<&OsStr>) -> bool {
    let socket = match named {
        Some(named) => match named.to_str().map(|named| named.strip_prefix("unix:").unwrap_or(named)) {
            Some(path) if path.starts_with('/') => PathBuf::from(path),
            _ => return true,
        },
        None => match session {
            Some(session) => Path::new(session).join("pulse/native"),
            None => return false,
        },
    };
    UnixStream::connect(socket).is_ok()
}

/// Whether a card can be played on without a server: ALSA's devices of that kind end in p.
#[cfg(target_os = "linux")]
fn has_card(devices: &Path) -> bool {
    let names = std::fs::read_dir(devices).into_iter().flatten().flatten().map(|entry| entry.file_name());
    names.filter_map(|name| name.into_string().ok()).any(|name| name.starts_with("pcm") && name.ends_with('p'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_server_is_there_while_it_answers() {
        let folder = tempfile::tempdir().expect("a folder");
        let session = Some(folder.path().as_os_str());
        std::fs::create_dir(folder.path().join("pulse")).expect("a folder");
        let socket = folder.path().join("pulse/native");
        assert!(!has_server(None, None) && !has_server(None, session), "none yet");
        let server = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
        assert!(has_server(None, session));
        let named = std::ffi::OsString::from(format!("unix:{}", socket.display()));
        assert!(has_server(Some(&named), None) && has_server(Some(socket.as_os_str()), None));
        drop(server);
        assert!(!has_server(None, session) && !has_server(Some(&named), session), "its socket alone is no server");
        assert!(has_server(Some(OsStr::new("tcp:bar.example")), None), "another machine's isn't asked");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_card_is_one_that_plays() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(!has_card(&folder.path().join("none")));
        for (name, plays) in [("timer", false), ("pcmC0D0c", false), ("pcmC0D0p", true)] {
            std::fs::write(folder.path().join(name), "").expect("a file");
            assert_eq!(has_card(folder.path()), plays, "{name}");
        }
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
