//! What is on each picture.

use super::{
    face::Face,
    sheet::{AMBER, At, MARGIN, MUTED, ROOM, Sheet, TEXT, display, plain},
    words::Words,
};
use jukeline_app::api::{Year, YearArtist, YearSong};

/// A large number over a record, and the smaller ones below it.
pub(super) fn numbers(sheet: &mut Sheet, heading: &str, year: &Year, of_venue: bool, words: &Words) {
    let (title, artist) = year.top_songs.first().map_or(("", ""), |top| (&*top.song.title, &*top.song.artist));
    sheet.record(1010.0, 890.0, 400.0, title, artist);
    sheet.heading(heading, words.in_numbers);
    let plays = words.number(year.plays);
    let size = sheet.size_for(Face::Display, &plays, ROOM, 330.0, 120.0);
    sheet.text(MARGIN - size * 0.04, 500.0, display(size, AMBER), At::Start, &plays);
    sheet.text(MARGIN, 620.0, display(56.0, TEXT), At::Start, words.of(year.plays, words.played));
    let venues = (!of_venue).then_some((year.venues, words.venues));
    let rows = [(year.songs, words.songs), (year.artists, words.artists), (year.nights, words.nights)]
        .into_iter()
        .chain(venues);
    let mut y = 764.0;
    for (number, counted) in rows {
        let written = words.number(number);
        let width = sheet.faces.width(Face::Display, &written, 92.0);
        sheet.text(MARGIN, y, display(92.0, TEXT), At::Start, &written);
        sheet.text(MARGIN + width + 26.0, y, plain(40.0, MUTED), At::Start, words.of(number, counted));
        y += 122.0;
    }
}

/// The first with its record half out of the sleeve, the others in a list.
pub(super) fn songs(sheet: &mut Sheet, heading: &str, year: &Year, words: &Words) {
    sheet.heading(heading, words.top_songs);
    let Some((first, others)) = year.top_songs.split_first() else { return };
    first_song(sheet, first, words);
    let mut y = 712.0;
    for (rank, top) in (2..).zip(others) {
        sheet.rule(y);
        song(sheet, y, rank, top, words);
        y += 126.0;
    }
}

fn first_song(sheet: &mut Sheet, top: &YearSong, words: &Words) {
    let (title, artist) = (&*top.song.title, &*top.song.artist);
    let (y, side) = (268.0, 392.0);
    sheet.record(MARGIN + side - 20.0, y + side / 2.0, side * 0.47, title, artist);
    sheet.sleeve(MARGIN, y, side, title, artist);
    let x = MARGIN + side + 196.0;
    let room = MARGIN + ROOM - x;
    sheet.text(x, y + 92.0, display(92.0, AMBER), At::Start, &words.times(top.plays));
    let lines = sheet.faces.lines(Face::Display, title, 46.0, room, 4);
    let mut line_y = y + 170.0;
    for line in &lines {
        sheet.text(x, line_y, display(46.0, TEXT), At::Start, line);
        line_y += 52.0;
    }
    for line in sheet.faces.lines(Face::Text, artist, 30.0, room, 2) {
        sheet.text(x, line_y + 2.0, plain(30.0, MUTED), At::Start, &line);
        line_y += 38.0;
    }
}

fn song(sheet: &mut Sheet, y: f32, rank: u32, top: &YearSong, words: &Words) {
    let (title, artist) = (&*top.song.title, &*top.song.artist);
    sheet.text(MARGIN, y + 78.0, display(38.0, MUTED), At::Start, &rank.to_string());
    let (side, x) = (92.0, MARGIN + 52.0);
    sheet.sleeve(x, y + 18.0, side, title, artist);
    let times = words.times(top.plays);
    let right = MARGIN + ROOM;
    sheet.text(right, y + 78.0, display(44.0, TEXT), At::End, &times);
    let x = x + side + 28.0;
    let room = right - sheet.faces.width(Face::Display, &times, 44.0) - 32.0 - x;
    sheet.fitted(x, y + 58.0, display(40.0, TEXT), room, title);
    sheet.fitted(x, y + 102.0, plain(30.0, MUTED), room, artist);
}

/// The first large beside a record of theirs, the others with bars that tell how often.
pub(super) fn artists(sheet: &mut Sheet, heading: &str, year: &Year, words: &Words) {
    let Some((first, others)) = year.top_artists.split_first() else {
        sheet.heading(heading, words.top_artists);
        return;
    };
    sheet.record(920.0, 470.0, 290.0, &first.artist, "");
    sheet.heading(heading, words.top_artists);
    let room = 520.0;
    let lines = sheet.faces.lines(Face::Display, &first.artist, 78.0, room, 3);
    let mut y = 480.0 - 42.0 * (lines.len() as f32 - 1.0);
    for line in &lines {
        sheet.text(MARGIN, y, display(78.0, TEXT), At::Start, line);
        y += 84.0;
    }
    sheet.text(MARGIN, y + 22.0, display(78.0, AMBER), At::Start, &words.times(first.plays));
    let mut y = 784.0;
    for other in others {
        artist(sheet, y, other, first.plays, words);
        y += 108.0;
    }
}

fn artist(sheet: &mut Sheet, y: f32, other: &YearArtist, most: u32, words: &Words) {
    let (x, right) = (MARGIN + 104.0, MARGIN + ROOM);
    sheet.label(MARGIN + 38.0, y + 38.0, 38.0, &other.artist, "");
    let times = words.times(other.plays);
    sheet.text(right, y + 36.0, display(44.0, TEXT), At::End, &times);
    let room = right - sheet.faces.width(Face::Display, &times, 44.0) - 32.0 - x;
    sheet.fitted(x, y + 36.0, display(42.0, TEXT), room, &other.artist);
    let length = ((right - x) * other.plays as f32 / most.max(1) as f32).clamp(12.0, right - x);
    sheet.put(format_args!(
        "<rect x=\"{x}\" y=\"{}\" width=\"{length}\" height=\"12\" rx=\"6\" fill=\"{AMBER}\" fill-opacity=\".62\"/>",
        y + 60.0
    ));
}

/// A bar for each month, and the night with most songs.
pub(super) fn months(sheet: &mut Sheet, heading: &str, year: &Year, words: &Words) {
    sheet.heading(heading, words.months);
    let most = year.months.iter().copied().max().unwrap_or(0).max(1);
    let (base, height, width) = (900.0, 560.0, 56.0);
    let step = (ROOM - width) / 11.0;
    for (month, plays) in year.months.iter().copied().enumerate().take(12) {
        let x = MARGIN + step * month as f32;
        let middle = x + width / 2.0;
        let is_most = plays == most;
        let length = (height * plays as f32 / most as f32).max(if plays > 0 { 26.0 } else { 8.0 });
        let (radius, top) = ((length / 2.0).min(width / 2.0), base - length);
        let colour = match plays {
            0 => "#4a3a42",
            _ if is_most => AMBER,
            _ => "#9a6a3a",
        };
        sheet.put(format_args!(
            "<rect x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{length}\" rx=\"{radius}\" fill=\"{colour}\"/>"
        ));
        if plays > 0 {
            let set = display(32.0, if is_most { AMBER } else { TEXT });
            sheet.text(middle, top - 18.0, set, At::Middle, &words.number(plays));
        }
        sheet.text(middle, base + 48.0, plain(30.0, MUTED), At::Middle, words.initial(month));
    }
    let Some((night, plays)) = year.busiest_night else { return };
    sheet.fitted(MARGIN, 1042.0, plain(36.0, MUTED), ROOM, words.busiest);
    let times = words.times(plays);
    let date = words.date(night);
    let room = ROOM - sheet.faces.width(Face::Display, &times, 64.0) - 40.0;
    let size = sheet.size_for(Face::Display, &date, room, 64.0, 40.0);
    sheet.fitted(MARGIN, 1120.0, display(size, TEXT), room, &date);
    sheet.text(MARGIN + ROOM, 1120.0, display(64.0, AMBER), At::End, &times);
}

/// A year without a song says so, and what can be done.
pub(super) fn empty(sheet: &mut Sheet, heading: &str, words: &Words) {
    sheet.record(540.0, 600.0, 330.0, heading, "");
    sheet.heading(heading, words.in_numbers);
    sheet.text(540.0, 1060.0, display(76.0, TEXT), At::Middle, words.empty);
    sheet.text(540.0, 1128.0, plain(38.0, MUTED), At::Middle, words.empty_more);
}
