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
const CODE_TOP: f32 = 55.0;
/// Within the arch, where names stand.
const NAME_ROOM: f32 = 94.0;
/// The middle of what names have between the mark and the code.
const NAMES_MIDDLE: f32 = 42.5;
/// Below the arch, as wide as it is.
const ROOM: f32 = 124.0;

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
        "<g fill=\"none\" stroke-linecap=\"round\">\
         <path d=\"M12 160V56A62 46 0 0 1 136 56V160\" stroke=\"{AMBER}\" stroke-width=\"3\"/>\
         <g transform=\"translate({} 15.5) scale(.25)\" stroke=\"{INK}\" stroke-width=\"3.6\">\
         <path d=\"M5 36V18.5a15 15 0 0 1 30 0V36\"/><path d=\"M12.5 36V19a7.5 7.5 0 0 1 15 0v17\"/>\
         <circle cx=\"20\" cy=\"31\" r=\"3.4\" fill=\"{INK}\" stroke=\"none\"/></g></g>",
        MIDDLE - 5.0
    ));
}

/// The venue's name in one line or two, and below it the zone's.
fn names(page: &mut Page, venue: &str, zone: &str) {
    const LEADING: f32 = 1.08;
    /// What letters reach above the baseline, to their size.
    const RISE: f32 = 0.72;
    const ZONE: Type = Type { face: Face::Text, size: 5.2, colour: MUTED };
    let zone = zone.trim();
    let most = if zone.is_empty() { 10.5 } else { 9.0 };
    let (size, lines) = name_lines(page, &venue.split_whitespace().collect::<Vec<_>>().join(" "), most);
    let set = Type { face: Face::Display, size, colour: INK };
    // What hangs below the last line keeps clear of the zone, in scripts with long tails too.
    let below = if zone.is_empty() { 0.0 } else { ZONE.size * RISE + size * 0.38 };
    let height = size * (RISE + LEADING * (lines.len() as f32 - 1.0)) + below;
    let mut y = NAMES_MIDDLE - height / 2.0 + size * RISE;
    for line in &lines {
        page.line(y, set, line);
        y += size * LEADING;
    }
    if !zone.is_empty() {
        let zone = page.faces.fit(ZONE.face, zone, ZONE.size, NAME_ROOM);
        page.line(y - size * LEADING + below, ZONE, &zone);
    }
}

/// A name's size in millimetres, and its lines: one where it has room, else two about as long as each other, of `most`
/// at the largest.
fn name_lines(page: &Page, name: &str, most: f32) -> (f32, Vec<String>) {
    const LARGEST: f32 = 13.5;
    const SMALLEST: f32 = 7.5;
    let alone = page.size_for(Face::Display, name, NAME_ROOM, LARGEST);
    if alone >= most {
        return (alone, vec![name.to_owned()]);
    }
    let lines = |size, room| page.faces.lines(Face::Display, name, size, room, 3);
    // Between words if there is a way, else within one, as in scripts without spaces.
    let between_words = |lines: &[String]| lines.len() <= 2 && lines.join(" ") == name;
    let anywhere = |lines: &[String]| lines.len() <= 2;
    let sizes = || (0..).map(|step| most - 0.5 * step as f32).take_while(|size| *size >= SMALLEST);
    let narrowest = |fits: &dyn Fn(&[String]) -> bool| {
        let size = sizes().find(|size| fits(&lines(*size, NAME_ROOM)))?;
        (20..=NAME_ROOM as u16).map(|room| lines(size, f32::from(room))).find(|lines| fits(lines))
    };
    let shortened = || page.faces.lines(Face::Display, name, SMALLEST, NAME_ROOM, 2);
    let lines = narrowest(&between_words).or_else(|| narrowest(&anywhere)).unwrap_or_else(shortened);
    // Lines were broken by an estimate where our faces lack the letters; their size is by what is drawn.
    let size = lines.iter().map(|line| page.size_for(Face::Display, line, NAME_ROOM, most)).fold(most, f32::min);
    (size, lines)
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
    let size = page.size_for(Face::Display, what_to_do, ROOM, 8.6);
    page.line(175.5, Type { face: Face::Display, size, colour: INK }, what_to_do);
    let size = page.size_for(Face::Text, what_lets_you, ROOM, 4.6);
    page.line(183.5, Type { face: Face::Text, size, colour: MUTED }, what_lets_you);
}

/// The address as people type it, never shortened: a long one takes two lines, broken before the room.
fn address(page: &mut Page, address: &str) {
    let short = address.trim_start_matches("https://").trim_start_matches("http://");
    let set = |size| Type { face: Face::Display, size, colour: INK };
    let size = page.size_for(Face::Display, short, ROOM, 9.5);
    let Some((host, room)) = short.split_once("/r/").filter(|_| size < 5.2) else {
        page.line(199.0, set(size), short);
        return;
    };
    let lines = [(194.0, host.to_owned()), (201.5, format!("/r/{room}"))];
    let size = lines.iter().map(|(_, line)| page.size_for(Face::Display, line, ROOM, 6.2)).fold(6.2, f32::min);
    for (y, line) in &lines {
        page.line(*y, set(size), line);
    }
}
