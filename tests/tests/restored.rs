//! `jukeline restored`: only with `--yes`, and only while nobody has the database open.

mod support;

use anyhow::{Context, Result, ensure};
use jukeline_tests::{
    house::{House, Phone},
    music,
    server::{Server, Setup},
};
use support::{doctor_is_happy, sqlite};

fn restored(server: &Server, arguments: &[&str]) -> Result<(bool, String)> {
    let output = server.command(&["restored"])?.args(arguments).output()?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Ok((output.status.success(), said))
}

/// The lowest epoch of a table.
async fn epoch(server: &Server, table: &str) -> Result<i64> {
    let pool = sqlite(server.data()).await?;
    let sql = format!("SELECT MIN(epoch) FROM {table}");
    let lowest: Option<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&pool).await?;
    pool.close().await;
    lowest.with_context(|| format!("no {table}"))
}

#[tokio::test]
async fn it_raises_every_epoch_once_the_server_is_stopped() -> Result<()> {
    let mut server = Setup::embedded().set(&["guests", "grant"], 3).start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    let before = (epoch(&server, "jukeboxes").await?, epoch(&server, "accounts").await?);
    let (well, said) = restored(&server, &["--yes"])?;
    ensure!(!well && said.contains("stop it first"), "{said}");
    server.kill9();
    let (well, said) = restored(&server, &[])?;
    ensure!(!well && said.contains("--yes"), "{said}");
    ensure!((epoch(&server, "jukeboxes").await?, epoch(&server, "accounts").await?) == before, "nothing was raised");

    let (well, said) = restored(&server, &["--yes"])?;
    ensure!(well && said.contains("1 jukebox"), "{said}");
    let after = (epoch(&server, "jukeboxes").await?, epoch(&server, "accounts").await?);
    ensure!(after.0 > before.0 && after.1 > before.1, "{before:?} {after:?}");
    server.restart().await?;
    let mut screen = house.pair(&server, jukeline_app::api::ScreenRole::Player).await?;
    screen.claim(None).await?;
    let phone = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
    let play = phone.queue(house.songs().await?[0]).await?.play;
    ensure!(screen.play_one().await? == play, "the house goes on");
    doctor_is_happy(&server)
}
