//! What a file says about itself.

use std::path::Path;

use lofty::config::ParseOptions;
use lofty::file::{FileType, TaggedFile, TaggedFileExt};
use lofty::probe::Probe;
use lofty::tag::{ItemKey, Tag};

use super::cover::{self, Cover};
use super::names::tidy;
use super::scan::Container;

/// The tags of one file; an unreadable or missing tag is simply absent.
#[derive(Debug, Default)]
pub(super) struct Tags {
    pub(super) title: Option<String>,
    pub(super) artists: Vec<String>,
    pub(super) album: Option<String>,
    pub(super) album_artist: Option<String>,
    pub(super) year: Option<u16>,
    pub(super) genre: Option<String>,
    pub(super) isrc: Option<String>,
    pub(super) musicbrainz_recording: Option<String>,
    pub(super) explicit: bool,
    pub(super) cover: Option<Cover>,
}

/// Reads all tags of a file; broken tags are no reason to refuse sound that decodes.
pub(super) fn read_tags(path: &Path, container: Container) -> Tags {
    let Some(file) = open(path, container) else { return Tags::default() };
    let mut tags: Vec<&Tag> = file.primary_tag().into_iter().collect();
    tags.extend(file.tags());
    Tags {
        title: text(&tags, &[ItemKey::TrackTitle]),
        artists: artists(&tags),
        album: text(&tags, &[ItemKey::AlbumTitle]),
        album_artist: text(&tags, &[ItemKey::AlbumArtist]),
        year: year(&tags),
        genre: text(&tags, &[ItemKey::Genre]).map(|genres| first_genre(&genres)),
        isrc: text(&tags, &[ItemKey::Isrc]).and_then(|isrc| valid_isrc(&isrc)),
        musicbrainz_recording: text(&tags, &[ItemKey::MusicBrainzRecordingId]).and_then(|id| valid_uuid(&id)),
        // 1 is explicit and 4 is the value old shops used for it; 0 says nothing and 2 is a cleaned version.
        explicit: text(&tags, &[ItemKey::ParentalAdvisory]).is_some_and(|rating| rating == "1" || rating == "4"),
        cover: tags.iter().find_map(|tag| cover::embedded(tag.pictures())),
    }
}

fn open(path: &Path, container: Container) -> Option<TaggedFile> {
    let options = ParseOptions::new().read_properties(false);
    let probe = Probe::open(path).ok()?.options(options.to_owned());
    let probe = match container {
        Container::Ogg => probe.guess_file_type().ok()?,
        Container::Mpeg => probe.set_file_type(FileType::Mpeg),
        Container::Flac => probe.set_file_type(FileType::Flac),
        Container::Mp4 => probe.set_file_type(FileType::Mp4),
    };
    probe.read().ok()
}

fn text(tags: &[&Tag], keys: &[ItemKey]) -> Option<String> {
    let values = tags.iter().flat_map(|tag| keys.iter().filter_map(|key| tag.get_string(*key)));
    values.map(tidy).find(|value| !value.is_empty())
}

/// Several artists stand in several tags, or in one with a separator that no name contains.
fn artists(tags: &[&Tag]) -> Vec<String> {
    let of = |key: ItemKey| -> Vec<String> {
        let names = tags.iter().map(|tag| tag.get_strings(key).flat_map(split_names).collect::<Vec<_>>());
        names.into_iter().find(|names| !names.is_empty()).unwrap_or_default()
    };
    let several = of(ItemKey::TrackArtists);
    let mut artists = if several.is_empty() { of(ItemKey::TrackArtist) } else { several };
    let mut seen = std::collections::HashSet::new();
    artists.retain(|artist| seen.insert(artist.clone()));
    artists
}

fn split_names(value: &str) -> Vec<String> {
    let parts = value.split(['\0', ';']).flat_map(|part| part.split(" / "));
    parts.map(tidy).filter(|name| !name.is_empty()).collect()
}

fn first_genre(genres: &str) -> String {
    let first = genres.split([';', ',']).next().unwrap_or(genres).trim();
    if first.is_empty() { genres.to_owned() } else { first.to_owned() }
}

fn year(tags: &[&Tag]) -> Option<u16> {
    const KEYS: [ItemKey; 4] =
        [ItemKey::RecordingDate, ItemKey::Year, ItemKey::ReleaseDate, ItemKey::OriginalReleaseDate];
    let values = KEYS.iter().flat_map(|key| tags.iter().filter_map(|tag| tag.get_string(*key)));
    values.filter_map(year_in).next()
}

/// The first group of exactly four digits, wherever it stands ("2004-05-01", "1 May 2004").
fn year_in(date: &str) -> Option<u16> {
    let groups = date.split(|letter: char| !letter.is_ascii_digit());
    let year = groups.filter(|group| group.len() == 4).find_map(|group| group.parse().ok())?;
    (1000..=2999).contains(&year).then_some(year)
}

fn valid_isrc(text: &str) -> Option<String> {
    let code: String = text.chars().filter(|letter| *letter != '-' && *letter != ' ').collect();
    let shaped = code.len() == 12 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    shaped.then(|| code.to_ascii_uppercase())
}

fn valid_uuid(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split('-').collect();
    let hexadecimal = |group: &&str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    (lengths == [8, 4, 4, 4, 12] && groups.iter().all(hexadecimal)).then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_year_in_any_date() {
        assert_eq!(year_in("2004-05-01"), Some(2004));
        assert_eq!(year_in("1 May 1968"), Some(1968));
        assert_eq!(year_in("20040501"), None);
        assert_eq!(year_in("0000"), None);
        assert_eq!(year_in("soon"), None);
    }

    #[test]
    fn splits_names_but_not_bands() {
        assert_eq!(split_names("A; B"), ["A", "B"]);
        assert_eq!(split_names("A / B"), ["A", "B"]);
        assert_eq!(split_names("AC/DC"), ["AC/DC"]);
        assert_eq!(split_names("Earth, Wind & Fire"), ["Earth, Wind & Fire"]);
        assert_eq!(split_names(" ; "), [""; 0]);
    }

    #[test]
    fn checks_codes() {
        assert_eq!(valid_isrc("gb-aye-00-00351").as_deref(), Some("GBAYE0000351"));
        assert_eq!(valid_isrc("none"), None);
        assert!(valid_uuid("F9A3B2C1-0000-4000-8000-0123456789AB").is_some());
        assert_eq!(valid_uuid("f9a3b2c1"), None);
    }
}
