//! What is on a poster: a jukebox in outline that holds the venue's name and the code; below it what to do, and the
//! address for whoever types it.

use super::{
    Poster,
    page::{AMBER, INK, MIDDLE, MUTED, Page, Type},
    qr::{Code, QUIET},
};
use crate::pictures::{
    Lang,
    face::{Face, Faces},
};

/// The code with its quiet zone: the code alone is 81 mm wide at least, whatever it holds.
const CODE: f32 = 112.0;
/// Where it begins, from the top.
const CODE_TOP: f32 = 52.0;
/// Within the arch, where names stand.
const NAME_ROOM: f32 = 94.0;
/// The middle of what names have between the mark and the code.
const NAMES_MIDDLE: f32 = 41.5;
/// Below the arch.
const ROOM: f32 = 130.0;

/// The poster as an SVG document of its own.
pub(super) fn poster(faces: &Faces, poster: &Poster, code: &Code) -> String {
    let mut page = Page::new(faces);
    arch(&mut page);
    names(&mut page, &poster.venue, &poster.zone);
    draw_code(&mut page, code);
    words(&mut page, poster.lang);
    address(&mut page, &poster.address);
    page.end()
}

/// A jukebox in outline: an arch, open below.
fn arch(page: &mut Page) {
    page.put(format_args!(
        "<path d=\"M12 158V56A62 46 0 0 1 136 56V158\" fill=\"none\" stroke=\"{AMBER}\" stroke-width=\"3\" stroke-linecap=\"round\"/>\
         <g transform=\"translate({} 15.5) scale(.25)\" fill=\"none\" stroke=\"{INK}\" stroke-linecap=\"round\" stroke-width=\"3.6\">\
         <path d=\"M5 36V18.5a15 15 0 0 1 30 0V36\"/><path d=\"M12.5 36V19a7.5 7.5 0 0 1 15 0v17\"/>\
         <circle cx=\"20\" cy=\"31\" r=\"3.4\" fill=\"{INK}\" stroke=\"none\"/></g>",
        MIDDLE - 5.0
    ));
}

/// The venue's name in one line or two, and below it the zone's.
fn names(page: &mut Page, venue: &str, zone: &str) {
    const LEADING: f32 = 1.08;
    const ZONE: Type = Type { face: Face::Text, size: 5.2, colour: MUTED };
    let zone = zone.trim();
    let below = if zone.is_empty() { 0.0 } else { ZONE.size * 1.5 };
    let (size, lines) = name_lines(page, venue);
    let set = Type { face: Face::Display, size, colour: INK };
    // Letters reach about 0.72 of their size above the baseline.
    let height = size * (0.72 + LEADING * (lines.len() as f32 - 1.0)) + below;
    let mut y = NAMES_MIDDLE - height / 2.0 + size * 0.72;
    for line in &lines {
        page.line(y, set, line);
        y += size * LEADING;
    }
    if !zone.is_empty() {
        let zone = page.faces.fit(ZONE.face, zone, ZONE.size, NAME_ROOM);
        page.line(y - size * LEADING + below, ZONE, &zone);
    }
}

/// A name's size in millimetres, and its lines: one where it has room, else two about as long as each other.
fn name_lines(page: &Page, name: &str) -> (f32, Vec<String>) {
    const SIZES: [f32; 7] = [10.5, 10.0, 9.5, 9.0, 8.5, 8.0, 7.5];
    let lines = |size, room, most| page.faces.lines(Face::Display, name, size, room, most);
    let alone = page.size_for(Face::Display, name, NAME_ROOM, 0.0, 13.5);
    if alone >= SIZES[0] {
        return (alone, lines(alone, NAME_ROOM + 1.0, 1));
    }
    let Some(size) = SIZES.into_iter().find(|size| lines(*size, NAME_ROOM, 3).len() <= 2) else {
        return (SIZES[6], lines(SIZES[6], NAME_ROOM, 2));
    };
    // As narrow as two lines can be.
    let rooms = (20..NAME_ROOM as u16).map(f32::from).find(|room| lines(size, *room, 3).len() <= 2);
    (size, lines(size, rooms.unwrap_or(NAME_ROOM), 2))
}

fn draw_code(page: &mut Page, code: &Code) {
    let module = CODE / (code.side + 2 * QUIET) as f32;
    let quiet = module * QUIET as f32;
    let (x, y) = (MIDDLE - CODE / 2.0 + quiet, CODE_TOP + quiet);
    page.put(format_args!(
        "<path transform=\"translate({x} {y}) scale({module})\" fill=\"{INK}\" d=\"{}\"/>",
        code.path
    ));
}

fn words(page: &mut Page, lang: Lang) {
    let (what_to_do, what_lets_you) = match lang {
        Lang::En => ("Scan, pick a song, hear it.", "The code on the jukebox’s screen lets you play."),
        Lang::De => ("Scannen, Lied wählen, hören.", "Mit dem Code auf dem Bildschirm der Jukebox kannst du spielen."),
    };
    let size = page.size_for(Face::Display, what_to_do, ROOM, 0.0, 8.6);
    page.line(173.0, Type { face: Face::Display, size, colour: INK }, what_to_do);
    let size = page.size_for(Face::Text, what_lets_you, ROOM, 0.0, 4.6);
    page.line(181.0, Type { face: Face::Text, size, colour: MUTED }, what_lets_you);
}

/// The address as people type it, never shortened: a long one takes two lines, broken before the room.
fn address(page: &mut Page, address: &str) {
    let short = address.trim_start_matches("https://").trim_start_matches("http://");
    let size = page.size_for(Face::Display, short, ROOM, 0.0, 9.5);
    let set = |size| Type { face: Face::Display, size, colour: INK };
    let (host, room) = short.split_once("/r/").unwrap_or((short, ""));
    if size >= 5.2 || room.is_empty() {
        page.line(197.0, set(size), short);
        return;
    }
    for (y, line) in [(193.0, host.to_owned()), (200.5, format!("/r/{room}"))] {
        let size = page.size_for(Face::Display, &line, ROOM, 0.0, 6.2);
        page.line(y, set(size), &line);
    }
}
