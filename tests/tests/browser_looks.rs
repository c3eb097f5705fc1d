//! States that are rare or long: closed rooms, titles without a space, German. Nothing reaches beyond the page.

use std::{path::Path, process::Command};

use anyhow::{Result, ensure};
use jukeline_app::{api::MakeVenue, rules::Opening};
use jukeline_tests::{
    browser::{Browser, Look},
    eventually,
    house::{EMAIL, House, PASSWORD, Phone},
    machine::{self, Need},
    music, needs,
    server::Setup,
};
use serde_json::json;
use tempfile::TempDir;

/// As long as words get, and no place to break them.
const LONG: &str = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetzesänderungsverordnung";
/// Long with places to break.
const WORDY: &str =
    "The Ballad of the Brewer Who Counted Every Barrel Twice and Still Came Out One Short of a Dozen (Live)";
/// Right to left.
const ARABIC: &str = "أغنية طويلة جدا عن القهوة والليل والمدينة التي لا تنام";

async fn long_music() -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    for (n, (title, artist)) in [(LONG, LONG), (WORDY, WORDY), (ARABIC, "فرقة المقهى")].into_iter().enumerate()
    {
        machine::run(tone(n, title, artist, folder.path())?).await?;
    }
    Ok(folder)
}

fn tone(n: usize, title: &str, artist: &str, folder: &Path) -> Result<Command> {
    let mut ffmpeg = Command::new(machine::program("ffmpeg")?);
    let tone = format!("sine=frequency={}:duration=90:sample_rate=48000", 220 + 110 * n);
    ffmpeg.args(["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", &tone, "-c:a", "libvorbis"]);
    for tag in [format!("title={title}"), format!("artist={artist}"), format!("album={title}")] {
        ffmpeg.args(["-metadata", &tag]);
    }
    ffmpeg.arg(folder.join(format!("{n}.ogg")));
    Ok(ffmpeg)
}

/// Keeps a picture of what is on the page and refuses what reaches beyond its right edge.
async fn look(browser: &Browser, name: &str) -> Result<()> {
    browser.keep_picture(name).await?;
    let beyond = browser
        .eval(
            "return [document.documentElement.scrollWidth - innerWidth,
                [...document.querySelectorAll('h1, h2, p, strong, .btn, .chip')]
                    .filter(e => !e.closest('.shelf, .sr-only') && e.getBoundingClientRect().right > innerWidth + 1)
                    .map(e => e.textContent)]",
        )
        .await?;
    ensure!(beyond == json!([0, []]), "{name}: {beyond}");
    Ok(())
}

#[tokio::test]
async fn titles_of_any_length_stay_on_the_page() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium, Need::Ffmpeg);
    let server = Setup::embedded().start().await?;
    let folder = long_music().await?;
    let house = House::set_up(&server, folder.path()).await?;
    let base = server.url();
    let player = Browser::chromium(&Look { size: (1920, 1080), ..Look::screen() }).await?;
    player.pair_player(&house, &base).await?;
    player.until("the claim", "return window.jukeline && window.jukeline.epoch !== null").await?;
    let guest = Phone::enter(&base, &house.room, &player.room_code().await?).await?;
    for song in house.songs().await? {
        guest.queue(song).await?;
    }
    player.hear().await?;
    player.wait_for(".screen-next").await?;
    look(&player, "looks-screen-long").await?;
    let phone = Browser::chromium(&Look::phone()).await?;
    for (path, ready, name) in [
        ("", "main .row", "room"),
        ("/find", ".browse", "find"),
        ("/find?list=newest", "main .row", "list"),
        ("/code", "#code", "code"),
    ] {
        phone.goto(&format!("{base}/r/{}{path}", house.room)).await?;
        phone.wait_for(ready).await?;
        look(&phone, &format!("looks-{name}-long")).await?;
    }
    for (n, song) in house.songs().await?.into_iter().enumerate() {
        phone.goto(&format!("{base}/r/{}/song/{song}", house.room)).await?;
        phone.wait_for("dialog[open] #song-title").await?;
        look(&phone, &format!("looks-sheet-long-{n}")).await?;
    }
    for (look_of, ready, name) in [(Look::desktop(), "tbody tr", "staff"), (Look::phone(), ".skip", "remote")] {
        let staff = Browser::chromium(&look_of).await?;
        staff.goto(&format!("{base}/staff")).await?;
        staff.sign_in(EMAIL, PASSWORD).await?;
        staff.wait_for(ready).await?;
        look(&staff, &format!("looks-{name}-long")).await?;
    }
    Ok(())
}

#[tokio::test]
async fn german_stays_on_the_page() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let server = Setup::embedded().set(&["guests", "grant"], 20).start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    house.rules(|rules| rules.price = 2).await?;
    let base = server.url();
    let german = |look: Look| Look { language: "de".into(), ..look };
    let player = Browser::chromium(&german(Look { size: (1920, 1080), ..Look::screen() })).await?;
    player.pair_player(&house, &base).await?;
    player.wait_for_text("Scannen, tippen, hören.").await?;
    look(&player, "looks-de-screen").await?;
    let song = house.songs().await?[0];
    let phone = Browser::chromium(&german(Look::phone())).await?;
    let code = player.room_code().await?;
    phone.goto(&format!("{base}/r/{}?c={code}", house.room)).await?;
    phone.wait_for("main .now").await?;
    look(&phone, "looks-de-room").await?;
    for (path, ready, name) in [
        (format!("/r/{}/find", house.room), ".browse", "find"),
        (format!("/r/{}/song/{song}", house.room), "dialog[open] .sheet-foot .btn.main.priced", "sheet"),
        ("/wallet".into(), "main .empty", "wallet"),
        ("/me".into(), "main .row", "me"),
        ("/signup".into(), "main form", "sign-up"),
    ] {
        phone.goto(&format!("{base}{path}")).await?;
        phone.wait_for(ready).await?;
        look(&phone, &format!("looks-de-{name}")).await?;
    }
    let staff = Browser::chromium(&german(Look::desktop())).await?;
    staff.goto(&format!("{base}/setup")).await?;
    staff.wait_for("main form").await?;
    look(&staff, "looks-de-setup").await
}

/// What covers a phone's edges, in CSS pixels: a notch above, a line to swipe below.
const NOTCH: f64 = 59.0;
const LINE: f64 = 34.0;

/// How far from the phone's upper and lower edge what matches these begins and ends.
async fn reach(phone: &Browser, first: &str, last: &str) -> Result<(f64, f64)> {
    let reach = format!(
        "const boxes = css => [...document.querySelectorAll(css)].map(e => e.getBoundingClientRect());
        return [Math.min(...boxes('{first}').map(b => b.top)), innerHeight - Math.max(...boxes('{last}').map(b => b.bottom))]"
    );
    Ok(serde_json::from_value(phone.eval(&reach).await?)?)
}

#[tokio::test]
async fn nothing_is_below_a_phones_notch_or_the_line_to_swipe() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let server = Setup::embedded().start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    house.rules(|rules| rules.price = 0).await?;
    let phone = Browser::chromium(&Look::phone()).await?;
    let insets = json!({ "insets": { "top": NOTCH, "topMax": NOTCH, "bottom": LINE, "bottomMax": LINE } });
    phone.devtools("Emulation.setSafeAreaInsetsOverride", insets).await?;
    let base = server.url();
    for (path, first, last, name) in [
        ("", "h1", ".dock a, .dock input", "room"),
        ("/find?list=newest", "h1, main > *", ".dock a, .dock input", "find"),
        (&*format!("/song/{}", house.songs().await?[0]), "dialog[open] #song-title", "dialog[open] .btn", "sheet"),
    ] {
        phone.goto(&format!("{base}/r/{}{path}", house.room)).await?;
        phone.wait_for(last).await?;
        look(&phone, &format!("looks-notch-{name}")).await?;
        let (above, below) = reach(&phone, first, last).await?;
        ensure!(above >= NOTCH && below >= LINE, "{name}: {above} px above, {below} px below");
    }
    Ok(())
}

/// A venue that opens on another day only.
fn closed_today() -> Result<MakeVenue> {
    let days = std::time::UNIX_EPOCH.elapsed()?.as_secs() / 86_400;
    // 1 January 1970 was a Thursday, the fourth day; half a week on no time zone has today.
    let other_day = ((days + 3 + 3) % 7) as u8;
    Ok(MakeVenue {
        name: "The Copper Still".into(),
        zone_name: "Cellar".into(),
        city: "Berlin".into(),
        room: "cellar".into(),
        timezone: "Europe/Berlin".into(),
        position: None,
        radius_m: 75.0,
        hours: vec![Opening { day: other_day, opens: 18 * 60, closes: 23 * 60 }],
    })
}

#[tokio::test]
async fn a_closed_room_and_one_whose_player_is_away_say_so() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let server = Setup::embedded().set(&["floor", "silent_after_seconds"], 8).start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    let base = server.url();
    let made = house.operator.make_venue(&closed_today()?).await?;
    let closed = House { operator: house.operator.clone(), room: made.room, jukebox: made.jukebox };
    let phone = Browser::chromium(&Look::phone()).await?;
    phone.goto(&format!("{base}/r/{}", closed.room)).await?;
    phone.wait_for_text("Closed").await?;
    look(&phone, "looks-closed-room").await?;
    let screen = Browser::chromium(&Look { size: (1920, 1080), ..Look::screen() }).await?;
    screen.pair_player(&closed, &base).await?;
    screen.wait_for_text("Good night.").await?;
    look(&screen, "looks-closed-screen").await?;

    let player = Browser::player(&house, &base).await?;
    phone.goto(&format!("{base}/r/{}", house.room)).await?;
    phone.wait_for_text("The jukebox is quiet").await?;
    player.close().await?;
    eventually("the word that the jukebox is offline", std::time::Duration::from_secs(30), || async {
        ensure!(phone.visible_text().await?.to_lowercase().contains("offline"), "{}", phone.visible_text().await?);
        Ok(())
    })
    .await?;
    look(&phone, "looks-offline-room").await?;

    // Staff see it at a glance, beside the column that says more of it or without.
    let staff = Browser::chromium(&Look { size: (1024, 800), ..Look::desktop() }).await?;
    staff.goto(&format!("{base}/staff/{}", house.room)).await?;
    staff.sign_in(EMAIL, PASSWORD).await?;
    staff.wait_for(".glance.bad").await?;
    staff.wait_for_text("Screen: silent since").await?;
    staff.fits("looks-silent-staff").await?;
    let remote = Browser::chromium(&Look::phone()).await?;
    remote.goto(&format!("{base}/staff/{}", house.room)).await?;
    remote.sign_in(EMAIL, PASSWORD).await?;
    remote.wait_for_text("Screen: silent since").await?;
    look(&remote, "looks-silent-remote").await
}
