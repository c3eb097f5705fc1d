//! The HTML of a shell: what shows before the program has loaded.

use super::{manifest::Pages, shared::Address};
use crate::config::Config;
use jukeline_app::{
    api::{Playing, QueueEntry, RoomSnapshot, SongBrief},
    cover::cover_svg,
    page::Page,
};
use serde_json::json;
use std::fmt::Write;

/// Entries of the queue in the first paint; the program shows the rest.
const FIRST_ENTRIES: usize = 20;

/// A room as one visitor sees it.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// What everybody sees.
    pub room: &'a RoomSnapshot,
    /// Whether this visitor holds a pass.
    pub in_the_room: bool,
}

/// A whole page of `surface`.
pub fn shell(
    config: &Config,
    pages: &Pages,
    surface: &str,
    seen: Option<Seen<'_>>,
    from: Address,
    no_cookie: bool,
) -> String {
    let room = seen.map(|seen| seen.room);
    let title =
        room.map_or_else(|| "Jukeline".to_owned(), |room| format!("{} – Jukeline", escape(&room.info.venue_name)));
    let first_paint = room.map(first_paint).unwrap_or_default();
    let Some(manifest) = &pages.manifest else { return not_built() };
    let boot = json!({
        "surface": surface,
        "room": room,
        "in_the_room": seen.map(|seen| seen.in_the_room),
        "assets": manifest.addresses(),
        "build": pages.build,
        "trial": config.is_trial(),
        "passwords": config.takes_passwords(from.0),
        "no_cookie": no_cookie,
    });
    let page = Page { surface, title: &title, head: "", first_paint: &first_paint, boot: &boot };
    page.html(manifest).unwrap_or_else(not_built)
}

/// Room name, now playing and queue, with the classes that the program uses for the same.
fn first_paint(room: &RoomSnapshot) -> String {
    let mut out = String::from("<div class=\"phone has-search\"><header class=\"top\"><div><h1>");
    let _ = write!(out, "{}</h1>", escape(&room.info.venue_name));
    if !room.info.zone_name.is_empty() {
        let _ = write!(out, "<p class=\"state\">{}</p>", escape(&room.info.zone_name));
    }
    out.push_str("</div></header><main tabindex=\"-1\">");
    if let Some(playing) = &room.playing {
        now_playing(&mut out, playing);
    }
    out.push_str("<section aria-labelledby=\"next\"><div class=\"section-head\"><h2 id=\"next\">Up next</h2></div><ol class=\"queue\">");
    for entry in room.queue.iter().take(FIRST_ENTRIES) {
        row(&mut out, entry);
    }
    out.push_str("</ol></section></main></div>");
    out
}

fn now_playing(out: &mut String, playing: &Playing) {
    let _ = write!(
        out,
        "<section class=\"now\" aria-labelledby=\"now\"><div class=\"now-song\">{}<div><p class=\"now-label\">Playing now</p>\
         <h2 class=\"now-title clamp\" id=\"now\" dir=\"auto\">{}</h2><p class=\"muted\" dir=\"auto\">{}</p></div></div></section>",
        cover(&playing.song),
        escape(&playing.song.title),
        escape(&playing.song.artist),
    );
}

fn row(out: &mut String, entry: &QueueEntry) {
    let artist = escape(&entry.song.artist);
    let under = match &entry.for_name {
        Some(name) => format!("{artist}, for {}", escape(name)),
        None => artist,
    };
    let _ = write!(
        out,
        "<li><div class=\"row\">{}<div class=\"row-text\"><p class=\"row-title clamp\" dir=\"auto\">{}</p>\
         <p class=\"row-sub clamp\" dir=\"auto\">{under}</p></div></div></li>",
        cover(&entry.song),
        escape(&entry.song.title),
    );
}

fn cover(song: &SongBrief) -> String {
    if song.has_cover {
        return format!("<div class=\"cover\"><img src=\"/covers/{}\" alt=\"\"></div>", song.id);
    }
    format!("<div class=\"cover\">{}</div>", cover_svg(&song.title, &song.artist))
}

fn not_built() -> String {
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
     <title>Jukeline</title></head><body><h1>The pages are not built</h1>\
     <p>The server runs, but its pages are missing. Build them with <code>cargo xtask ui</code>, or set <code>http.ui</code> to \
     the folder that holds them, and start the server again.</p></body></html>"
        .to_owned()
}

/// Escapes text for HTML, attributes included.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}
