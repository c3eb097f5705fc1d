use super::{Lang, SIZE, png, svg};
use jukeline_app::{
    api::{SongBrief, Year, YearArtist, YearPicture, YearSong},
    id::SongId,
};
use resvg::tiny_skia::Pixmap;
use uuid::Uuid;

const ALL: [YearPicture; 4] = [YearPicture::Numbers, YearPicture::Songs, YearPicture::Artists, YearPicture::Months];

fn song(plays: u32, title: &str, artist: &str) -> YearSong {
    let id = SongId(Uuid::from_u128(u128::from(plays)));
    let song = SongBrief { id, title: title.into(), artist: artist.into(), duration_ms: 1, has_cover: false };
    YearSong { song, plays }
}

fn year() -> Year {
    Year {
        year: 2026,
        plays: 1_204,
        songs: 46,
        artists: 11,
        nights: 187,
        venues: 3,
        top_songs: vec![
            song(134, "Slow Lamp", "Ottilie Brandt Trio"),
            song(98, "雨の終電", "みどり線"),
            song(77, "Rope & <Anchor>", "Los \"Cormoranes\""),
            song(31, "ليل طويل في شارع البحر والمقهى القديم عند الميناء", "نور الحلو"),
            song(12, "Someone Else's Umbrella, or How I Missed the Last Tram and Walked Home", "Trio"),
        ],
        top_artists: [("The Copper Room Organ Combo", 201), ("みどり線", 98), ("نور الحلو", 31)]
            .map(|(artist, plays)| YearArtist { artist: artist.into(), plays })
            .to_vec(),
        months: vec![12, 0, 31, 28, 40, 22, 9, 61, 210, 304, 487, 0],
        busiest_night: Some((20_261_114, 23)),
    }
}

fn texts(svg: &str) -> Vec<String> {
    let text = |part: &str| part.split_once('>').and_then(|(_, rest)| Some(rest.split_once("</text>")?.0.to_owned()));
    svg.split("<text ").skip(1).filter_map(text).collect()
}

fn drawn(picture: YearPicture, lang: Lang) -> Vec<String> {
    texts(&svg(&year(), picture, None, lang).expect("a picture"))
}

#[test]
fn the_numbers_are_the_years() {
    let numbers = drawn(YearPicture::Numbers, Lang::En);
    for number in ["1,204", "46", "11", "187", "3"] {
        assert!(numbers.contains(&number.to_owned()), "{number} in {numbers:?}");
    }
    assert!(drawn(YearPicture::Numbers, Lang::De).contains(&"1.204".to_owned()));
    let songs = drawn(YearPicture::Songs, Lang::En);
    for top in &year().top_songs {
        assert!(songs.contains(&format!("{}×", top.plays)), "{songs:?}");
    }
    let artists = drawn(YearPicture::Artists, Lang::En);
    for top in &year().top_artists {
        assert!(artists.contains(&format!("{}×", top.plays)), "{artists:?}");
    }
    let months = drawn(YearPicture::Months, Lang::De);
    for plays in year().months.iter().filter(|plays| **plays > 0) {
        assert!(months.contains(&plays.to_string()), "{plays} in {months:?}");
    }
    assert!(months.contains(&"23×".to_owned()) && months.contains(&"Samstag, 14. November".to_owned()), "{months:?}");
}

#[test]
fn every_picture_is_pixels_of_the_right_size_in_both_languages() {
    let empty = Year { plays: 0, top_songs: Vec::new(), top_artists: Vec::new(), busiest_night: None, ..year() };
    for (year, lang) in [(year(), Lang::En), (year(), Lang::De), (empty, Lang::De)] {
        for picture in ALL {
            let drawn = svg(&year, picture, Some("The Copper Still"), lang).expect("a picture");
            let pixels = Pixmap::decode_png(&png(&drawn).expect("pixels")).expect("a PNG");
            assert_eq!((pixels.width(), pixels.height()), SIZE);
        }
    }
}

#[test]
fn titles_are_no_markup_and_long_ones_end_with_an_ellipsis() {
    let songs = drawn(YearPicture::Songs, Lang::En);
    assert!(songs.iter().any(|text| text == "Rope &amp; &lt;Anchor&gt;"), "{songs:?}");
    assert!(songs.iter().any(|text| text.starts_with("Someone Else") && text.ends_with('…')), "{songs:?}");
    assert!(songs.iter().any(|text| text.starts_with("ليل") && text.ends_with("…\u{200f}")), "{songs:?}");
    assert!(songs.iter().any(|text| text == "雨の終電"));
}

#[test]
fn an_empty_year_says_so() {
    let empty = Year { plays: 0, ..year() };
    for picture in ALL {
        let en = texts(&svg(&empty, picture, None, Lang::En).expect("a picture"));
        assert!(en.contains(&"No song yet".to_owned()) && en.contains(&"My year 2026".to_owned()), "{en:?}");
    }
}

#[test]
fn what_is_one_is_called_one_and_a_venue_has_no_venues() {
    let one = Year { plays: 1, songs: 1, artists: 1, nights: 1, ..year() };
    let told = texts(&svg(&one, YearPicture::Numbers, Some("The Copper Still"), Lang::En).expect("a picture"));
    assert_eq!(told[0], "The Copper Still 2026");
    for word in ["song played", "different song", "artist", "night"] {
        assert!(told.contains(&word.to_owned()), "{word} in {told:?}");
    }
    assert!(!told.iter().any(|text| text == "venues"));
}

#[test]
fn a_language_is_named_by_its_tag() {
    assert_eq!(
        ["de", "de-AT", "DE", "en", "fr", ""].map(Lang::of),
        [Lang::De, Lang::De, Lang::De, Lang::En, Lang::En, Lang::En]
    );
}
