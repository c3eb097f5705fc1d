//! The catalogue: search as you type, and browsing.

use super::{
    browse::Front,
    chrome::{NestedTop, Page, PageTop},
    route::{Route, Shelf},
    state::{self, ROOM},
    wish::Wish,
};
use crate::shared::{
    cover::{Cover, DrawnCover},
    fetch::api,
    format,
    lower::lower,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use gloo_timers::future::TimeoutFuture;
use jukeline_app::{
    api::{Code, FoundSong, SongPage, SongQuery},
    client::ClientError,
    rules::SongRefusal,
};

/// Typing faster than this asks once, in milliseconds.
const TYPING_MS: u32 = 150;

/// A part of the catalogue.
#[component]
pub(crate) fn FindPage(room: String, shelf: Shelf) -> Element {
    let lang = lang();
    let nested = match &shelf {
        Shelf::Front | Shelf::Search(_) => None,
        Shelf::Artist(name) | Shelf::Album(name) | Shelf::Genre(name) => Some(name.clone()),
        Shelf::Decade(year) => Some(lang.decade(year)),
        Shelf::List(list) => Some(if list == "newest" { lang.newest() } else { lang.most_played() }.to_string()),
    };
    rsx! {
        Page {
            search: true,
            top: match nested {
                Some(title) => rsx! { NestedTop { title } },
                None => rsx! { PageTop { title: lang.tab_find() } },
            },
            if shelf == Shelf::Front {
                Front { key: "{room}", room }
            } else {
                // Searches keep their list while the next one is on its way; another shelf starts afresh.
                Songs { key: "{room}{shelf_key(&shelf)}", room, shelf }
            }
        }
    }
}

fn shelf_key(shelf: &Shelf) -> String {
    match shelf {
        Shelf::Search(_) => "search".into(),
        other => Route::Find(String::new(), other.clone()).path(),
    }
}

fn query(shelf: &Shelf, page: u32) -> SongQuery {
    let mut query = SongQuery { page, ..SongQuery::default() };
    match shelf.clone() {
        Shelf::Front => {}
        Shelf::Search(text) => query.q = Some(text),
        Shelf::Artist(name) => query.artist = Some(name),
        Shelf::Album(name) => query.album = Some(name),
        Shelf::Genre(name) => query.genre = Some(name),
        Shelf::Decade(year) => query.decade = year.parse().ok(),
        Shelf::List(list) => query.list = Some(list),
    }
    query
}

#[component]
fn Songs(room: String, shelf: Shelf) -> Element {
    let lang = lang();
    let mut pages = use_signal(|| 1_u32);
    let asked = (room.clone(), shelf.clone());
    let mut answer = use_resource(use_reactive!(|asked| async move {
        let (room, shelf) = asked;
        if matches!(shelf, Shelf::Search(_)) {
            TimeoutFuture::new(TYPING_MS).await;
        }
        load(&room, &shelf, pages()).await.map(|page| (shelf, page))
    }));
    let value = answer.read();
    match value.as_ref() {
        None => rsx! { Bones {} },
        Some(Err(error)) => rsx! { Failed { error: error.clone(), again: move |()| answer.restart() } },
        Some(Ok((of, page))) if page.songs.is_empty() => nothing(room, of),
        Some(Ok((of, page))) => rsx! {
            p { class: "sr-only", role: "status", {lang.songs(page.total.max(page.songs.len() as u64) as i64)} }
            if let Shelf::Album(album) = of {
                div { class: "hero",
                    DrawnCover { title: album.clone(), artist: page.songs[0].song.artist.clone() }
                    div {
                        p { a { href: Route::Find(room.clone(), Shelf::Artist(page.songs[0].song.artist.clone())).path(), {page.songs[0].song.artist.clone()} } }
                        p { class: "muted", {lang.songs(page.songs.len() as i64)} }
                    }
                }
            }
            section {
                h2 { class: "sr-only", {lang.songs_heading()} }
                ul { class: "queue",
                    for found in page.songs.iter() {
                        li { key: "{found.song.id}", FoundRow { room: room.clone(), found: found.clone(), query: typed(of) } }
                    }
                }
            }
            if page.total > page.songs.len() as u64 {
                button { class: "btn wide", onclick: move |_| *pages.write() += 1, {lang.more()} }
            }
        },
    }
}

fn typed(shelf: &Shelf) -> String {
    match shelf {
        Shelf::Search(text) => lower(text.trim()),
        _ => String::new(),
    }
}

/// The first `pages` pages as one.
async fn load(room: &str, shelf: &Shelf, pages: u32) -> Result<SongPage, ClientError> {
    let mut all = api().songs(room, &query(shelf, 0)).await?;
    for page in 1..pages {
        all.songs.extend(api().songs(room, &query(shelf, page)).await?.songs);
    }
    Ok(all)
}

/// A song found: what it costs, or why not.
#[component]
pub(crate) fn FoundRow(room: String, found: FoundSong, #[props(default)] query: String) -> Element {
    let lang = lang();
    let song = found.song.clone();
    let (sub, end) = row_words(lang, &found);
    let (before, hit, after) = marked(&song.title, &query, lower);
    rsx! {
        a { class: "row", href: Route::Song(room, song.id).path(),
            Cover { song: song.clone() }
            div { class: "row-text",
                p { class: "row-title clamp", dir: "auto", {before} if !hit.is_empty() { mark { {hit} } } {after} }
                p { class: "row-sub clamp", dir: "auto", {sub} }
            }
            span { class: "row-end", {end} }
        }
    }
}

fn row_words(lang: Lang, found: &FoundSong) -> (String, String) {
    let artist = &found.song.artist;
    let room = ROOM.read();
    match found.refusal {
        None => {
            let price = room.as_ref().map_or(String::new(), |room| lang.price(i64::from(room.info.price)));
            (artist.clone(), price)
        }
        Some(SongRefusal::Queued) => {
            if room.as_ref().and_then(|room| room.playing.as_ref()).is_some_and(|now| now.song.id == found.song.id) {
                return (format!("{}. {artist}", lang.playing_now()), String::new());
            }
            let at = room
                .as_ref()
                .and_then(|room| Some((state::coming_at(room, found.song.id)?, room.info.timezone.clone())));
            let end = at.map_or(String::new(), |(at, zone)| lang.at_time(&format::time(lang, at, &zone)));
            (format!("{}. {artist}", lang.already_coming()), end)
        }
        Some(refusal) => (lang.song_refusal(refusal), lang.not_here().into()),
    }
}

/// The title cut where the query (in small letters) stands in it, whatever its case; whole where it doesn't.
fn marked(title: &str, query: &str, lower: fn(&str) -> String) -> (String, String, String) {
    let whole = (title.to_string(), String::new(), String::new());
    if query.is_empty() {
        return whole;
    }
    let wanted: Vec<char> = query.chars().collect();
    let lowered: Vec<char> = lower(title).chars().collect();
    let places: Vec<usize> = title.char_indices().map(|(at, _)| at).chain([title.len()]).collect();
    // Where a letter becomes two ("İ"), places would no longer fit.
    let comparable = places.len() == lowered.len() + 1;
    let hit = lowered.windows(wanted.len()).position(|part| part == wanted).filter(|_| comparable);
    let Some(hit) = hit else { return whole };
    let (from, to) = (places[hit], places[hit + wanted.len()]);
    (title[..from].into(), title[from..to].into(), title[to..].into())
}

fn nothing(room: String, shelf: &Shelf) -> Element {
    let lang = lang();
    rsx! {
        section { class: "empty", role: "status",
            if let Shelf::Search(query) = shelf {
                h2 { {lang.nothing_like(query)} }
                p { class: "muted", {lang.fewer_letters()} }
                Wish { room: room.clone(), words: query.clone() }
            } else {
                h2 { {lang.nothing_on_this_shelf()} }
            }
            a { class: "btn", href: Route::Find(room, Shelf::Front).path(), {lang.browse_all()} }
        }
    }
}

/// Something could not be read: why, and again.
#[component]
pub(crate) fn Failed(error: ClientError, again: EventHandler<()>) -> Element {
    let lang = lang();
    rsx! {
        section { class: "empty", role: "alert",
            if error.code() == Some(Code::NotFound) {
                h2 { {lang.no_such_room()} }
                p { class: "muted", {lang.no_such_room_hint()} }
            } else {
                p { {lang.client_error(&error)} }
            }
            button { class: "btn", onclick: move |_| again.call(()), {lang.try_again()} }
        }
    }
}

/// The shape of a list that comes.
#[component]
pub(crate) fn Bones() -> Element {
    rsx! {
        ul { class: "queue", aria_busy: true,
            for n in 0..6 {
                li { key: "{n}",
                    div { class: "row",
                        div { class: "cover bone" }
                        div { class: "row-text", span { class: "bone line" } span { class: "bone line" } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hit_is_marked_whatever_its_case() {
        let cut = |title, query| marked(title, query, str::to_lowercase);
        assert_eq!(cut("Old Copper Moon", "copper"), ("Old ".into(), "Copper".into(), " Moon".into()));
        assert_eq!(cut("Ölwechsel", "öl"), (String::new(), "Öl".into(), "wechsel".into()));
        assert_eq!(cut("Moon", "n"), ("Moo".into(), "n".into(), String::new()));
        for (title, query) in [("İstanbul", "x"), ("İstanbul", "bul"), ("Moon", "moonlight"), ("Moon", "")] {
            assert_eq!(cut(title, query), (title.into(), String::new(), String::new()));
        }
    }
}
