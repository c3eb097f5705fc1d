//! The phone's way in WebKit, against a player in Chromium.

use anyhow::Result;
use jukeline_tests::{
    browser::{Browser, Look},
    house::House,
    machine::Need,
    music, needs,
    server::Setup,
};

#[tokio::test]
async fn a_song_is_asked_for_in_webkit_and_sounds_in_chromium() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium, Need::WebKit);
    let server = Setup::embedded().start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    let base = server.url();
    let player = Browser::player(&house, &base).await?;
    let phone = Browser::webkit(&Look::phone()).await?;
    phone.goto(&format!("{base}/r/{}?c={}", house.room, player.room_code().await?)).await?;
    phone.wait_for_text("The jukebox is quiet").await?;
    phone.keep_picture("webkit-room").await?;
    phone.goto(&format!("{base}/r/{}/find?list=newest", house.room)).await?;
    phone.click("main a.row[href*='/song/']").await?;
    phone.wait_for("dialog[open] .sheet-foot .btn.main.priced").await?;
    phone.keep_picture("webkit-sheet").await?;
    phone.click("dialog[open] .sheet-foot .btn.main.priced").await?;
    phone.wait_for("dialog[open] .accepted").await?;
    phone.keep_picture("webkit-accepted").await?;
    let title = phone.text("dialog #song-title").await?;
    player.hear().await?;
    player.wait_for_text(&title).await?;
    phone.press("Back to the room").await?;
    phone.wait_for_text("Playing now").await?;
    phone.wait_for_text(&title).await?;
    phone.keep_picture("webkit-room-playing").await?;
    phone.close().await
}
