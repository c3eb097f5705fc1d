//! The staff's page in Chromium on a real server: the floor, skips that can be taken back, the sound, a cut, the remote.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::{Locator, key::Key};
use jukeline_app::{
    api::{AddressAndPassword, Credential, Report},
    play::{PlayState, ReturnReason, SkipReason},
};
use jukeline_tests::{
    browser::{Browser, Look},
    eventually,
    house::{EMAIL, Evening, House, PASSWORD, Phone, Screen},
    machine::Need,
    music, needs,
    server::Setup,
    wait::always,
};
use serde_json::json;

/// What may take a while on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser of the operator at the floor.
async fn at_the_floor(evening: &Evening, look: &Look) -> Result<Browser> {
    let staff = Browser::chromium(look).await?;
    staff.goto(&format!("{}/staff", evening.server.url())).await?;
    staff.sign_in(EMAIL, PASSWORD).await?;
    staff.wait_for(".staff .pair").await?;
    Ok(staff)
}

/// Presses a key together with Control and Shift.
async fn shortcut(staff: &Browser, key: &str) -> Result<()> {
    let keys = format!("{}{}{key}{}", Key::Control, Key::Shift, Key::Null);
    Ok(staff.client().find(Locator::Css("body")).await?.send_keys(&keys).await?)
}

fn staff_said(said: SkipReason) -> ReturnReason {
    ReturnReason::Staff { said }
}

#[tokio::test]
async fn a_skip_can_be_taken_back_for_four_seconds() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let mut evening = Evening::begin().await?;
    let plays = evening.with_songs(3).await?;
    let staff = Browser::chromium(&Look::desktop()).await?;
    staff.goto(&format!("{}/staff", evening.server.url())).await?;
    staff.wait_for("#email").await?;
    staff.keep_picture("staff-sign-in").await?;
    staff.sign_in(EMAIL, "not the right one").await?;
    staff.wait_for("[role=alert]").await?;
    staff.keep_picture("staff-sign-in-refused").await?;
    staff.sign_in(EMAIL, PASSWORD).await?;
    staff.wait_for("tbody tr:nth-child(2)").await?;
    staff.wait_for_text("on the screen").await?;
    staff.wait_for_text("All is well").await?;
    staff.fits("staff-floor").await?;

    // Taken back: nothing is ever sent.
    let first = &plays[0];
    staff.click(".skip").await?;
    staff.wait_for("dialog[open]").await?;
    staff.keep_picture("staff-why").await?;
    staff.press("Too loud").await?;
    staff.wait_for(".undo").await?;
    staff.keep_picture("staff-undo").await?;
    staff.click(".undo .btn").await?;
    staff.wait_for_text("stays. Nothing was sent.").await?;
    staff.wait_until_gone(".undo").await?;
    always("the song sounds on", Duration::from_secs(5), || async {
        Ok(evening.state(first.play).await? == PlayState::Started)
    })
    .await?;

    // By the keyboard, and left alone.
    shortcut(&staff, "s").await?;
    staff.wait_for("dialog[open]").await?;
    staff.press("The house needs quiet").await?;
    staff.wait_for(".undo").await?;
    ensure!(evening.state(first.play).await? == PlayState::Started, "not sent yet");
    staff.wait_for_text("was skipped: 2 credits back.").await?;
    staff.keep_picture("staff-skipped").await?;
    ensure!(evening.returned(first.play).await? == staff_said(SkipReason::HouseNeedsQuiet));
    staff.wait_for_text("The jukebox is quiet").await?;
    ensure!(evening.guest.api.me().await?.reserved == 4, "two songs wait");
    Ok(())
}

#[tokio::test]
async fn a_second_skip_sends_the_first_and_leaving_sends_what_waits() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let mut evening = Evening::begin().await?;
    let plays = evening.with_songs(4).await?;
    let staff = at_the_floor(&evening, &Look::desktop()).await?;
    staff.wait_for("tbody tr:nth-child(3)").await?;
    staff.click("tbody tr:nth-child(1) .btn").await?;
    staff.press("Doesn’t fit the room").await?;
    staff.wait_for(".undo").await?;
    staff.click(".skip").await?;
    staff.press("Another reason").await?;
    let (first, sounding) = (plays[1].play, plays[0].play);
    let asked_back = |screen: &Screen| screen.plan.as_ref().is_some_and(|plan| plan.drop.contains(&first));
    evening.screen.until("the first to be asked back", asked_back).await?;
    evening.screen.report(first, 1, Report::Dropped, 0).await?;
    ensure!(evening.returned(first).await? == staff_said(SkipReason::WrongMood));

    // The page goes while the second still waits, or has just been sent: either way it is skipped.
    staff.goto("about:blank").await?;
    ensure!(evening.returned(sounding).await? == staff_said(SkipReason::Other));

    // A song that ended meanwhile: the server refuses, in words, and the next one sounds on.
    evening.gone(sounding).await?;
    let (next, attempt) = evening.start_next().await?;
    staff.goto(&format!("{}/staff/{}", evening.server.url(), evening.house.room)).await?;
    staff.wait_for(".skip:not([disabled])").await?;
    staff.click(".skip").await?;
    staff.wait_for("dialog[open]").await?;
    evening.screen.report(next, attempt, Report::Finished, 0).await?;
    evening.gone(next).await?;
    let (after, _) = evening.start_next().await?;
    staff.press("Too loud").await?;
    staff.wait_for_text("nothing was skipped").await?;
    staff.keep_picture("staff-was-over").await?;
    ensure!(evening.state(after).await? == PlayState::Started, "another is playing");
    Ok(())
}

#[tokio::test]
async fn the_sound_is_held_and_let_go() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let mut evening = Evening::begin().await?;
    let plays = evening.with_songs(3).await?;
    let staff = at_the_floor(&evening, &Look::desktop()).await?;
    let paused = |wanted: bool| move |screen: &Screen| screen.plan.as_ref().is_some_and(|plan| plan.paused == wanted);
    staff.click(".btn.pause").await?;
    evening.screen.until("the pause", paused(true)).await?;
    staff.wait_for_text("Go on playing").await?;
    staff.keep_picture("staff-paused").await?;
    shortcut(&staff, " ").await?;
    evening.screen.until("the sound", paused(false)).await?;

    let before = evening.screen.plan.as_ref().context("no plan")?.volume;
    staff.press("Louder").await?;
    let louder = |screen: &Screen| screen.plan.as_ref().is_some_and(|plan| plan.volume == before + 5);
    evening.screen.until("the volume", louder).await?;
    let slider = staff.client().find(Locator::Css("input[type=range]")).await?;
    slider.send_keys(&Key::Left.to_string()).await?;
    let a_little = |screen: &Screen| screen.plan.as_ref().is_some_and(|plan| plan.volume == before + 4);
    evening.screen.until("the slider's volume", a_little).await?;
    staff.wait_for_text(&format!("{} %", before + 4)).await?;

    // Stop after this song: the player is told of nothing beyond it, and stays paused at its end.
    staff.click(".stop-after").await?;
    let alone = |screen: &Screen| screen.plan.as_ref().is_some_and(|plan| plan.lineup.len() == 1 && !plan.paused);
    evening.screen.until("one song", alone).await?;
    staff.wait_for_text("Stops after this song.").await?;
    staff.keep_picture("staff-stops-after").await?;
    evening.screen.report(plays[0].play, 1, Report::Finished, 0).await?;
    evening.screen.until("the pause after it", paused(true)).await?;
    staff.wait_for_text("The jukebox is quiet").await?;
    staff.wait_for_text("Paused.").await?;
    ensure!(evening.state(plays[0].play).await? == PlayState::Finished, "it was paid");

    // The sound of the house is off: the line holds, the credits are where they were.
    shortcut(&staff, "o").await?;
    staff.wait_for_text("Sound is off.").await?;
    staff.fits("staff-sound-off").await?;
    let reserved = evening.guest.api.me().await?.reserved;
    ensure!(reserved == 4, "{reserved} credits are set aside for two songs");
    staff.wait_for_text("Sound is back: go on").await?;
    staff.click(".sound-off").await?;
    evening.screen.until("the sound", paused(false)).await?;
    evening.start_next().await?;
    staff.wait_for_text("Playing now").await
}

#[tokio::test]
async fn without_a_connection_it_says_what_still_works() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let mut evening = Evening::begin().await?;
    let plays = evening.with_songs(2).await?;
    let staff = at_the_floor(&evening, &Look::desktop()).await?;
    let title = &plays[0].song.song.title;
    staff.wait_for_text(title).await?;
    evening.server.kill9();
    staff.wait_for_text("No connection since").await?;
    staff.wait_for_text("The jukebox plays on by itself.").await?;
    staff.wait_for_text(title).await?;
    staff.wait_for(".skip[disabled]").await?;
    staff.fits("staff-offline").await?;
    evening.server.restart().await?;
    staff.wait_for(".skip:not([disabled])").await?;
    staff.until("the connection", "return !document.body.innerText.includes('No connection')").await?;
    ensure!(evening.state(plays[0].play).await? == PlayState::Started);

    // A server that doesn't answer at all when the page opens.
    evening.server.kill9();
    staff.until("the cut", "return document.body.innerText.includes('No connection')").await?;
    evening.server.restart().await?;
    staff.wait_for(".skip:not([disabled])").await
}

#[tokio::test]
async fn a_phone_is_a_remote_of_the_sound() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let server = Setup::embedded().set(&["guests", "grant"], 20).start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    house.rules(|rules| rules.price = 2).await?;
    let base = server.url();
    let player = Browser::player(&house, &base).await?;
    let guest = Phone::enter(&base, &house.room, &player.room_code().await?).await?;
    for song in house.songs().await?.into_iter().take(3) {
        guest.queue(song).await?;
    }
    player.hear().await?;
    let phone = Browser::chromium(&Look::phone()).await?;
    phone.goto(&format!("{base}/staff")).await?;
    phone.sign_in(EMAIL, PASSWORD).await?;
    phone.wait_for(".skip:not([disabled])").await?;
    phone.wait_for_text("Skip, refund 2").await?;
    phone.fits("staff-remote").await?;
    let shown = phone.visible_text().await?;
    for there in ["Pause", "Stop after this song", "Volume"] {
        ensure!(shown.contains(there), "{there} is on the remote:\n{shown}");
    }
    for hidden in ["Queue", "No sound? Hold the queue", "Ctrl", "Sign out", "All is well"] {
        ensure!(!shown.contains(hidden), "{hidden} is not:\n{shown}");
    }
    phone.click(".btn.pause").await?;
    player.hear_nothing().await?;
    phone.wait_for_text("Go on playing").await?;
    phone.fits("staff-remote-paused").await?;
    phone.click(".btn.pause").await?;
    let before = player.hear().await?;
    phone.click(".skip").await?;
    phone.press("Too loud").await?;
    phone.wait_for(".undo").await?;
    phone.fits("staff-remote-undo").await?;
    let second = eventually("the next song", PATIENCE, || async {
        let now = player.reading().await?;
        ensure!(now.started && now.play.is_some() && now.play != before.play, "{now:?}");
        Ok(now)
    })
    .await?;

    // The real player stops after this song, however it ends, and goes on with the one behind it.
    phone.click(".stop-after").await?;
    phone.wait_for_text("Stops after this song.").await?;
    player.hear().await?;
    phone.click(".skip").await?;
    phone.press("The house needs quiet").await?;
    phone.wait_for_text("was skipped: 2 credits back.").await?;
    player.hear_nothing().await?;
    phone.wait_for_text("The jukebox is quiet").await?;
    phone.fits("staff-remote-stopped").await?;
    phone.click(".btn.pause").await?;
    let third = player.hear().await?;
    ensure!(third.play != second.play, "{third:?}");
    phone.double_the_text().await?;
    phone.fits("staff-remote-large").await?;
    Ok(())
}

#[tokio::test]
async fn every_state_has_a_page() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let mut evening = Evening::begin().await?;
    let base = evening.server.url();
    let staff = at_the_floor(&evening, &Look::desktop()).await?;
    staff.wait_for_text("The jukebox is quiet").await?;
    staff.fits("staff-empty").await?;
    evening.with_songs(6).await?;
    staff.wait_for("tbody tr:nth-child(5)").await?;
    staff.double_the_text().await?;
    staff.fits("staff-large").await?;
    staff.text_as_usual().await?;
    let colours = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
    staff.devtools("Emulation.setEmulatedMedia", colours).await?;
    // axe-core judges the colours that the page asked for, not those that are forced: shapes are looked at instead.
    let shapes = "const width = css => getComputedStyle(document.querySelector(css)).borderTopWidth;
        return [matchMedia('(forced-colors: active)').matches, width('.more'), width('.btn.round'), width('.progress')]";
    let shapes = staff.eval(shapes).await?;
    ensure!(shapes == json!([true, "1px", "2px", "1px"]), "{shapes}");
    staff.devtools("Emulation.setEmulatedMedia", json!({ "features": [] })).await?;
    for (width, name) in [(1024, "staff-1024"), (760, "staff-760")] {
        let size = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
        staff.devtools("Emulation.setDeviceMetricsOverride", size).await?;
        staff.fits(name).await?;
    }
    staff.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await?;

    // Of two jukeboxes one chooses; what isn't one's own isn't shown.
    House::open(evening.house.operator.clone(), "yard").await?;
    staff.goto(&format!("{base}/staff")).await?;
    staff.wait_for_text("Which jukebox?").await?;
    staff.keep_picture("staff-pick").await?;
    staff.click("a[href='/staff/yard']").await?;
    staff.wait_for("[aria-current=page][href='/staff/yard']").await?;
    staff.wait_for_text("none paired yet").await?;
    staff.fits("staff-no-screen").await?;
    staff.goto(&format!("{base}/staff/elsewhere")).await?;
    staff.wait_for_text("You are not staff here").await?;
    staff.keep_picture("staff-not-here").await?;

    // Somebody with an account and no role.
    let mara = AddressAndPassword {
        email: "mara@home.example".into(),
        password: PASSWORD.into(),
        credential: Credential::Cookie,
    };
    evening.guest.api.sign_up(&mara).await?;
    staff.press("Sign out").await?;
    staff.sign_in(&mara.email, PASSWORD).await?;
    staff.wait_for_text("You are not staff here").await?;
    staff.keep_picture("staff-nowhere").await?;

    let german = Browser::chromium(&Look { language: "de".into(), ..Look::desktop() }).await?;
    german.goto(&format!("{base}/staff/{}", evening.house.room)).await?;
    german.sign_in(EMAIL, PASSWORD).await?;
    german.wait_for_text("Überspringen, 2 zurück").await?;
    german.fits("staff-german").await
}
