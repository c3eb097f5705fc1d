//! The command line.

#[cfg(desktop)]
use crate::shortcut::Choice;
use crate::{crossfade, link::Link, role::Role, server::Server};
use clap::Parser;

/// How the program is started.
#[derive(Debug, Default, Parser)]
#[command(name = "jukeline-shell", version, about = "Jukeline's app for patrons, staff and jukebox screens")]
pub(crate) struct Options {
    /// Which app. A package has its own.
    #[arg(long, env = "JUKELINE_ROLE")]
    pub(crate) role: Option<Role>,
    /// The server's address, such as https://jukebox.example. It is remembered.
    #[arg(long, env = "JUKELINE_SERVER", value_parser = Server::read)]
    pub(crate) server: Option<Server>,
    /// The page to open first, such as /r/copper.
    #[arg(long, value_parser = page)]
    pub(crate) open: Option<String>,
    /// Screens: fill the second monitor, or the only one. It is remembered; `--kiosk=false` ends it.
    #[arg(long, num_args = 0..=1, default_missing_value = "true")]
    pub(crate) kiosk: Option<bool>,
    /// Screens: what staff type to leave the kiosk on a second monitor. It is remembered; an empty one ends it.
    #[arg(long, env = "JUKELINE_KIOSK_CODE", hide_env_values = true)]
    pub(crate) kiosk_code: Option<String>,
    /// Screens: the device to sound on, by its name in `pactl list short sinks`. It is remembered; an empty name ends it.
    #[arg(long)]
    pub(crate) audio_device: Option<String>,
    /// Screens: for how many seconds two songs overlap. It is remembered; 0 ends it.
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=crossfade::LONGEST))]
    pub(crate) crossfade: Option<u8>,
    /// Staff: keys that skip what plays from any window, such as Ctrl+Alt+Shift+S. They are remembered; '' are none.
    #[cfg(desktop)]
    #[arg(long)]
    pub(crate) skip_shortcut: Option<Choice>,
    /// A link to open, as the system hands it over: https://jukebox.example/r/copper.
    #[arg(value_parser = Link::read)]
    pub(crate) link: Option<Link>,
}

/// A path of a page.
fn page(text: &str) -> Result<String, &'static str> {
    if text.starts_with('/') && !text.starts_with("//") {
        Ok(text.into())
    } else {
        Err("a path such as /r/copper is expected")
    }
}
