//! Names for songs that carry no tags, and one key for all copies of a recording.

use std::path::Path;

use super::fold::fold;

/// The artist of a song that names none.
pub(super) const UNKNOWN_ARTIST: &str = "Unknown artist";

/// What a file's name says about a song.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NamesFromPath {
    pub(super) title: String,
    pub(super) artist: Option<String>,
}

/// Reads "Artist - Title" from a file's name; a leading track number is dropped and underscores are spaces.
pub(super) fn names_from_path(path: &Path) -> NamesFromPath {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().replace('_', " ")).unwrap_or_default();
    let stem = tidy(&stem);
    let parts: Vec<&str> = stem.split(" - ").map(str::trim).filter(|part| !part.is_empty()).collect();
    let parts = match parts.as_slice() {
        [number, rest @ ..] if !rest.is_empty() && is_track_number(number) => rest,
        all => all,
    };
    match parts {
        [] => NamesFromPath { title: "Untitled".to_owned(), artist: None },
        [title] => NamesFromPath { title: without_track_number(title).to_owned(), artist: None },
        [artist, title @ ..] => {
            NamesFromPath { title: title.join(" - "), artist: Some(without_track_number(artist).to_owned()) }
        }
    }
}

fn is_track_number(word: &str) -> bool {
    let digits = word.trim_end_matches('.');
    (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// "07 Name", "07. Name" and "07-Name" are "Name"; "99 Luftballons" and "1999" stay: two digits need a zero in
/// front or a mark behind to be a number.
fn without_track_number(name: &str) -> &str {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = name.split_at(digits);
    let marked = rest.starts_with(". ") || rest.starts_with('-') || rest.starts_with(") ");
    let padded = number.starts_with('0') && rest.starts_with(' ');
    let title = rest.trim_start_matches(['.', '-', ')', ' ']);
    if (1..=3).contains(&digits) && (marked || padded) && !title.is_empty() { title } else { name }
}

/// One line without control characters, runs of white space made one; at most 300 letters.
pub(super) fn tidy(text: &str) -> String {
    let visible: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    words.join(" ").chars().take(300).collect()
}

/// The unit of a cooldown: the same recording in two files has the same key.
pub(super) fn recording_key(isrc: Option<&str>, musicbrainz: Option<&str>, artists: &[String], title: &str) -> String {
    if let Some(isrc) = isrc {
        return format!("isrc:{isrc}");
    }
    if let Some(id) = musicbrainz {
        return format!("musicbrainz:{id}");
    }
    let mut names: Vec<String> = artists.iter().map(|artist| letters_of(artist)).collect();
    names.sort();
    format!("name:{}/{}", names.join("+"), letters_of(title))
}

fn letters_of(text: &str) -> String {
    let folded = fold(text);
    let letters: String = folded.chars().filter(|letter| letter.is_alphanumeric()).collect();
    if letters.is_empty() { folded } else { letters }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(name: &str) -> (String, Option<String>) {
        let names = names_from_path(Path::new(name));
        (names.title, names.artist)
    }

    #[test]
    fn reads_title_and_artist_from_the_file_name() {
        assert_eq!(names("03 - Some Name.ogg"), ("Some Name".into(), None));
        assert_eq!(names("03 Some Name.ogg"), ("Some Name".into(), None));
        assert_eq!(names("3. Some Name.mp3"), ("Some Name".into(), None));
        assert_eq!(names("Artist - Title.flac"), ("Title".into(), Some("Artist".into())));
        assert_eq!(names("11 - Artist - Title - Live.flac"), ("Title - Live".into(), Some("Artist".into())));
        assert_eq!(names("weight_of__revenge.ogg"), ("weight of revenge".into(), None));
        assert_eq!(names("99 Luftballons.ogg"), ("99 Luftballons".into(), None));
        assert_eq!(names("1999.ogg"), ("1999".into(), None));
        assert_eq!(names("07.ogg"), ("07".into(), None));
        assert_eq!(names("- .ogg"), ("-".into(), None));
    }

    #[test]
    fn one_recording_has_one_key_however_it_is_spelled() {
        let key = |artist: &str, title: &str| recording_key(None, None, &[artist.to_owned()], title);
        assert_eq!(key("Björk", "Jóga"), key("BJORK", "Joga"));
        assert_ne!(key("Björk", "Jóga"), key("Björk", "Hunter"));
        assert_ne!(key("A", "???"), key("A", "!!!"));
        assert_eq!(recording_key(Some("GBAYE0000351"), Some("x"), &[], "a"), "isrc:GBAYE0000351");
        assert_eq!(recording_key(None, Some("x"), &[], "a"), "musicbrainz:x");
    }

    #[test]
    fn tidy_leaves_one_short_line() {
        assert_eq!(tidy(" a\n\tb\u{0}c  "), "a b c");
        assert_eq!(tidy(&"x".repeat(1000)).len(), 300);
    }
}
