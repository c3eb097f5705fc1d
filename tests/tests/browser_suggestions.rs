//! The heart, songs for oneself, and what a search didn't find, in a real browser: before anything was heard, and after.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use jukeline_app::{api::ScreenRole, id::SongId};
use jukeline_tests::{
    browser::{Browser, Look},
    eventually,
    house::{House, Phone, Screen},
    machine::{self, Need},
    needs,
    server::{Server, Setup},
};
use serde_json::json;
use tempfile::TempDir;

/// The folds of what was heard, and whatever else runs on the machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// Different patrons that a pair of songs needs before it is told.
const PEOPLE: usize = 5;
const ARTIST: &str = "Ida & Marlow";
/// Heard by everybody; others of its artist are in the catalogue.
const PLAYED: &str = "Old Copper Moon";
const LONG: &str =
    "The Ballad of the Brewer Who Counted Every Barrel Twice and Still Came Out One Short of a Dozen (Live)";
const ARABIC: &str = "أغنية طويلة جدا عن القهوة والليل والمدينة التي لا تنام";
/// The heart of the open sheet.
const HEART: &str = "dialog[open] .heart";

/// Two artists: one of three songs, one of a song whose title is read from the right.
async fn tones() -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let songs = [(PLAYED, ARTIST), (LONG, ARTIST), ("Tin Roof", ARTIST), (ARABIC, "فرقة المقهى")];
    for (n, (title, artist)) in songs.into_iter().enumerate() {
        machine::run(tone(n, title, artist, folder.path())?).await?;
    }
    Ok(folder)
}

fn tone(n: usize, title: &str, artist: &str, folder: &Path) -> Result<Command> {
    let mut ffmpeg = Command::new(machine::program("ffmpeg")?);
    let tone = format!("sine=frequency={}:duration=90:sample_rate=48000", 220 + 110 * n);
    ffmpeg.args(["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", &tone, "-c:a", "libvorbis"]);
    for tag in [format!("title={title}"), format!("artist={artist}"), "album=Copper".to_owned()] {
        ffmpeg.args(["-metadata", &tag]);
    }
    ffmpeg.arg(folder.join(format!("{n}.ogg")));
    Ok(ffmpeg)
}

/// A house with free play, its songs and its jukebox.
struct Place {
    server: Server,
    house: House,
    screen: Screen,
    _music: TempDir,
}

impl Place {
    async fn open() -> Result<Place> {
        let server = Setup::embedded().start().await?;
        let music = tones().await?;
        let house = House::set_up(&server, music.path()).await?;
        house
            .rules(|rules| {
                rules.price = 0;
                rules.free_per_hour = 20;
                rules.cooldown_minutes = 0;
            })
            .await?;
        let mut screen = house.pair(&server, ScreenRole::Player).await?;
        screen.claim(None).await?;
        Ok(Place { server, house, screen, _music: music })
    }

    /// The song of a title.
    async fn song(&self, title: &str) -> Result<SongId> {
        let newest = jukeline_app::api::SongQuery { list: Some("newest".into()), ..Default::default() };
        let songs = self.house.operator.songs(&self.house.room, &newest).await?.songs;
        Ok(songs.into_iter().find(|found| found.song.title == title).context(title.to_owned())?.song.id)
    }

    /// The address of a page of the room.
    fn at(&self, path: &str) -> String {
        format!("{}/r/{}{path}", self.server.url(), self.house.room)
    }

    /// A browser in the room.
    async fn phone(&self, look: Look) -> Result<Browser> {
        let phone = Browser::chromium(&look).await?;
        phone.goto(&self.at(&format!("?c={}", self.screen.code()?))).await?;
        phone.wait_for("main .now").await?;
        Ok(phone)
    }

    /// Enough people hear two songs in one evening.
    async fn evenings(&mut self, songs: [SongId; 2]) -> Result<()> {
        for _ in 0..PEOPLE {
            let guest = Phone::enter(&self.server.url(), &self.house.room, self.screen.code()?).await?;
            for song in songs {
                guest.queue(song).await?;
                self.screen.play_one().await?;
            }
        }
        Ok(())
    }
}

/// Keeps a picture, which is judged too, and refuses what reaches beyond the page's edges.
async fn look(browser: &Browser, name: &str) -> Result<()> {
    browser.keep_picture(name).await?;
    let beyond = browser
        .eval(
            "return [...document.querySelectorAll('h1, h2, p, .row-end, .btn, .banner')]
                .filter(e => !e.closest('.sr-only, .shelf'))
                .filter(e => e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)
                .map(e => e.textContent)",
        )
        .await?;
    ensure!(beyond == json!([]), "{name}: {beyond}");
    Ok(())
}

async fn pressed(phone: &Browser, wanted: &str) -> Result<()> {
    phone.wait_for(&format!("{HEART}[aria-pressed='{wanted}']")).await
}

fn german(look: Look) -> Look {
    Look { language: "de".into(), ..look }
}

#[tokio::test]
async fn a_heart_is_kept_and_turns_back_where_it_is_not_taken() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium, Need::Ffmpeg);
    let place = Place::open().await?;
    let sheet = place.at(&format!("/song/{}", place.song(LONG).await?));
    let phone = place.phone(Look::phone()).await?;
    phone.goto(&sheet).await?;
    pressed(&phone, "false").await?;
    look(&phone, "suggest-heart-off").await?;
    ensure!(!phone.shows(".also").await?, "nothing was heard, so nothing goes with it");

    // The first one makes the guest; the word is where a screen reader hears it while the sheet is open.
    phone.click(HEART).await?;
    phone
        .until("the word", "return document.querySelector('.heart-word')?.textContent === 'Among your favourites.'")
        .await?;
    look(&phone, "suggest-heart-on").await?;
    phone.goto(&sheet).await?;
    pressed(&phone, "true").await?;
    phone.click(HEART).await?;
    phone
        .until("the word", "return document.querySelector('.heart-word')?.textContent.startsWith('No longer')")
        .await?;

    phone.set_offline(true).await?;
    phone.click(HEART).await?;
    phone.wait_for("dialog[open] .heart-word .error").await?;
    pressed(&phone, "false").await?;
    look(&phone, "suggest-heart-failed").await?;
    phone.double_the_text().await?;
    look(&phone, "suggest-heart-failed-large").await
}

#[tokio::test]
async fn what_was_heard_leads_to_more_of_it() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium, Need::Ffmpeg);
    let mut place = Place::open().await?;
    let (played, beside) = (place.song(PLAYED).await?, place.song(ARABIC).await?);
    let newcomer = place.phone(Look::phone()).await?;
    newcomer.goto(&place.at("/find")).await?;
    newcomer.wait_for(".browse").await?;
    let text = newcomer.visible_text().await?;
    ensure!(!text.contains("Played here at this hour") && !text.contains("More from"), "{text}");

    place.evenings([played, beside]).await?;
    eventually("what is played at this hour", PATIENCE, || async {
        newcomer.goto(&place.at("/find")).await?;
        newcomer.wait_for(".browse").await?;
        ensure!(newcomer.visible_text().await?.contains("Played here at this hour"));
        Ok(())
    })
    .await?;
    look(&newcomer, "suggest-find-newcomer").await?;

    // A phone of its own, which asks and hears.
    let phone = place.phone(Look::phone()).await?;
    phone.goto(&place.at(&format!("/song/{played}"))).await?;
    phone.click("dialog[open] .sheet-foot .btn.main.priced").await?;
    phone.wait_for("dialog[open] .accepted").await?;
    place.screen.play_one().await?;
    eventually("more from the artist", PATIENCE, || async {
        phone.goto(&place.at("/find")).await?;
        phone.wait_for(".browse").await?;
        ensure!(phone.visible_text().await?.contains(&format!("More from {ARTIST}")));
        Ok(())
    })
    .await?;
    phone.wait_for_text(&format!("Because you played {PLAYED}")).await?;
    look(&phone, "suggest-find").await?;
    phone.double_the_text().await?;
    look(&phone, "suggest-find-large").await?;

    // From sheet to sheet, and back to the page behind both.
    phone.goto(&place.at("/find")).await?;
    let cover = format!(".browse .shelf a[href$='{played}']");
    phone.wait_for(&cover).await?;
    phone.eval(&format!("document.querySelector(\"{cover}\").click()")).await?;
    phone.wait_for("dialog[open] .also .row").await?;
    look(&phone, "suggest-sheet").await?;
    phone.eval("document.querySelector('.also').scrollIntoView()").await?;
    look(&phone, "suggest-also").await?;
    phone.click("dialog[open] .also .row").await?;
    phone.until("the other sheet", &format!("return location.pathname.endsWith('{beside}')")).await?;
    phone.wait_for("dialog[open] #song-title[dir=auto]").await?;
    look(&phone, "suggest-sheet-other").await?;
    phone.double_the_text().await?;
    look(&phone, "suggest-sheet-large").await?;
    phone.click("dialog[open] .sheet-top .btn:last-child").await?;
    phone.wait_until_gone("dialog").await?;
    ensure!(phone.eval("return location.pathname").await? == json!(format!("/r/{}/find", place.house.room)));

    let landscape = place.phone(german(Look { size: (844, 390), ..Look::phone() })).await?;
    landscape.goto(&place.at(&format!("/song/{played}"))).await?;
    landscape.wait_for("dialog[open] .also .row").await?;
    landscape.wait_for_text("Wer das spielte, spielte auch").await?;
    look(&landscape, "suggest-sheet-landscape-de").await?;

    // A sheet that the charts opened leads back to them.
    phone.goto(&place.at("/charts?window=ever&scope=here")).await?;
    phone.wait_for("main .places .place").await?;
    phone.click("main .places .place").await?;
    phone.wait_for("dialog[open] .sheet-top .btn:last-child").await?;
    phone.click("dialog[open] .sheet-top .btn:last-child").await?;
    phone.wait_for("main .places").await?;
    ensure!(phone.eval("return location.search").await? == json!("?window=ever&scope=here"));
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_is_asked_for_and_the_house_knows() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium, Need::Ffmpeg);
    let place = Place::open().await?;
    let phone = place.phone(Look::phone()).await?;
    phone.goto(&place.at("/find?q=Zanzibar%20Nights")).await?;
    phone.wait_for("main .empty .btn.main").await?;
    look(&phone, "suggest-wish").await?;
    phone.press("Ask for this song").await?;
    phone.wait_for_text("We told the house.").await?;
    look(&phone, "suggest-wish-told").await?;
    let told = place.house.operator.wishes().await?.wishes;
    ensure!(told.len() == 1 && told[0].people == 1, "{told:?}");
    phone.double_the_text().await?;
    look(&phone, "suggest-wish-told-large").await?;

    let german = place.phone(german(Look::phone())).await?;
    german.goto(&place.at("/find?q=%3F%3F%3F%3F")).await?;
    german.wait_for("main .empty .btn.main").await?;
    german.press("Um dieses Lied bitten").await?;
    german.wait_for_text("Tippe einen Titel oder Act und bitte noch einmal.").await?;
    look(&german, "suggest-wish-refused-de").await?;

    for path in ["", "/find", "/charts"] {
        phone.goto(&format!("{}/r/nowhere{path}", place.server.url())).await?;
        phone.wait_for_text("No jukebox here").await?;
    }
    look(&phone, "suggest-no-room").await?;
    phone.goto(&format!("{}/played", place.server.url())).await?;
    phone.wait_for("main a[href='/favourites']").await?;
    look(&phone, "suggest-played").await
}
