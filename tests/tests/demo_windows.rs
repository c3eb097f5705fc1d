//! `demo --shell`: the screen's window pairs itself, the staff's opens beside it, and both close with the demo.

use std::time::Duration;

use anyhow::{Result, ensure};
use jukeline_tests::{
    browser::{Desk, Secrets},
    eventually,
    machine::Need,
    music, needs, ports,
    server::Setup,
};

/// What may take a while on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Whether a window is seen that has this in its title.
async fn is_seen(desk: &Desk, title: &str) -> bool {
    // It fails where it finds none.
    desk.xdotool(&["search", "--onlyvisible", "--name", title]).await.is_ok()
}

#[tokio::test]
async fn the_demos_windows_come_and_go_with_it_and_remember_in_its_folder() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let desk = Desk::begin(Secrets::None).await?;
    let data = tempfile::tempdir()?;
    let port = ports::free()?;
    let [port_text, data_text] = [port.to_string(), data.path().display().to_string()];
    let (music, script) = (music::folder()?.display().to_string(), desk.script()?.display().to_string());
    let demo = ["demo", "--port", &port_text, "--data", &data_text, "--music", &music, "--shell", &script];
    let mut server = Setup::embedded().data(data.path()).port(port).arguments(&demo).start().await?;
    eventually("both windows", PATIENCE, || async {
        ensure!(is_seen(&desk, "Sign in · Jukeline").await, "no window of the staff: {}", server.log());
        ensure!(is_seen(&desk, "Screen · Jukeline").await, "no screen: {}", server.log());
        // Who isn't paired is given no song.
        let log = server.log();
        ensure!(log.lines().any(|line| line.contains("/api/songs/{song}/sound") && line.contains("200")), "{log}");
        Ok(())
    })
    .await?;
    desk.keep_picture("shell-demo")?;
    for role in ["screen", "staff"] {
        let file = format!("app.jukeline.{role}/server.json");
        ensure!(data.path().join("apps/config").join(&file).is_file(), "the demo's {role} remembers its server");
        ensure!(!desk.home().join(".config").join(&file).exists(), "and not in the person's own settings");
    }
    server.stop().await?;
    eventually("no window", PATIENCE, || async {
        ensure!(!is_seen(&desk, "Jukeline").await, "one is left");
        Ok(())
    })
    .await
}
