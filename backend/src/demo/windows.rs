//! The apps' windows beside the demo: the jukebox's screen, which pairs itself, and the staff's.

use super::house::House;
use crate::config::Config;
use std::path::Path;
use tokio::process::{Child, Command};

/// Opens both with the apps' program. They close with these values. What they remember is the demo's: an app that is
/// installed here keeps its server and its session.
pub(super) fn open(config: &Config, house: &House, shell: &Path) -> Vec<Child> {
    let server = config.address("");
    let remembered = std::path::absolute(config.data.join("apps")).unwrap_or_else(|_| config.data.join("apps"));
    let player = house.player_page();
    let apps = [("screen", player.as_str()), ("staff", "/staff")];
    let open = |(role, page): (&str, &str)| {
        let mut app = Command::new(shell);
        app.args(["--role", role, "--server", &server, "--open", page]).kill_on_drop(true);
        app.env("XDG_CONFIG_HOME", remembered.join("config")).env("XDG_DATA_HOME", remembered.join("data"));
        app.spawn().inspect_err(|error| tracing::warn!(%error, role, "the app can't be opened")).ok()
    };
    apps.into_iter().filter_map(open).collect()
}
