use super::{PAGE, Poster, pdf, png, svg};
use crate::pictures::Lang;
use resvg::tiny_skia::Pixmap;

const ADDRESS: &str = "https://jukeline.example/r/copper";

const NAMES: [&str; 9] = [
    "The Copper Still",
    "Zur <Schönen> & \"Öden\" Aussicht",
    "The Old Brewery Taproom and Skittle Alley on the Corner of Long Street and Lower Harbour Road, established 1872",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenmachervereinsheim",
    "مقهى الموسيقى Luna",
    "ليل طويل في شارع البحر والمقهى القديم عند الميناء الكبير وراء السوق القديم في المدينة",
    "珈琲とレコードの店 みどり",
    "& صوت",
    "音楽喫茶ライオンと珈琲の店みどり",
];

fn poster(venue: &str, lang: Lang) -> Poster {
    Poster { venue: venue.into(), zone: String::new(), address: ADDRESS.into(), lang }
}

fn pixels(poster: &Poster) -> Pixmap {
    Pixmap::decode_png(&png(poster).expect("pixels")).expect("a PNG")
}

/// How light a dot is, 0 to 255.
fn lightness(pixels: &Pixmap, x: usize, y: usize) -> u8 {
    let dot = pixels.pixel(x as u32, y as u32).expect("within").demultiply();
    ((u16::from(dot.red()) + u16::from(dot.green()) + u16::from(dot.blue())) / 3) as u8
}

/// What a scanner reads, and the code's width in dots.
fn scanned(pixels: &Pixmap) -> (String, f32) {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| lightness(pixels, x, y));
    let grids = seen.detect_grids();
    assert_eq!(grids.len(), 1, "one code");
    let (_, said) = grids[0].decode().expect("readable");
    (said, (grids[0].bounds[1].x - grids[0].bounds[0].x) as f32)
}

#[test]
fn a_page_is_a5_in_pdf() {
    let made = pdf(&poster("The Copper Still", Lang::En)).expect("a document");
    let written = String::from_utf8_lossy(&made);
    let media_box = written.split("/MediaBox").nth(1).and_then(|rest| rest.split(['[', ']']).nth(1)).expect("a box");
    let sides: Vec<f32> = media_box.split_whitespace().map(|side| side.parse().expect("a number")).collect();
    let [left, top, right, bottom] = sides[..] else { panic!("{media_box}") };
    assert_eq!((left, top), (0.0, 0.0));
    // Within a hundredth of a millimetre.
    let near = |points: f32, mm: f32| (points / 72.0 * 25.4 - mm).abs() < 0.01;
    assert!(near(right, 148.0) && near(bottom, 210.0), "{media_box}");
    assert_eq!(written.matches("/MediaBox").count(), 1, "one page");
    assert!(written.contains("/FontFile"), "letters are in it");
}

#[test]
fn any_name_gives_one_document_and_always_the_same() {
    for name in NAMES.into_iter().chain(["", "🎵 & \u{202e}", "a\n\0b\u{ffff}"]) {
        let poster = poster(name, Lang::De);
        let made = pdf(&poster).expect("a document");
        assert!(made.starts_with(b"%PDF-") && made.trim_ascii_end().ends_with(b"%%EOF"), "{name}");
        assert_eq!(made, pdf(&poster).expect("a document"), "{name}");
    }
}

#[test]
fn the_code_is_the_rooms_address_and_large() {
    let long = format!("https://{}.jukeline.example/r/{}", "a-venue".repeat(8), "r".repeat(24));
    for address in ["https://j.example/r/a", ADDRESS, &long] {
        let pixels = pixels(&Poster { address: address.into(), ..poster("The Copper Still", Lang::En) });
        let (said, width) = scanned(&pixels);
        assert_eq!(said, address);
        assert!(width / 150.0 * 25.4 >= 80.0, "{width} dots");
    }
}

#[test]
fn whatever_the_name_the_code_reads_and_nothing_stands_at_the_edge() {
    let zones = ["", "Terrasse im Hof hinter dem Haus, bei schönem Wetter bis zweiundzwanzig Uhr geöffnet"];
    for (name, zone) in NAMES.into_iter().flat_map(|name| zones.map(|zone| (name, zone))) {
        let poster = Poster { zone: zone.into(), ..poster(name, Lang::De) };
        let pixels = pixels(&poster);
        assert_eq!(scanned(&pixels).0, ADDRESS, "{name}");
        let (width, height) = (pixels.width() as usize, pixels.height() as usize);
        let edge = (5.0 / PAGE.0 * width as f32) as usize;
        let at_the_edge = |x: usize, y: usize| x < edge || x >= width - edge || y < edge || y >= height - edge;
        let dots = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let stray = dots.filter(|(x, y)| at_the_edge(*x, *y)).find(|(x, y)| lightness(&pixels, *x, *y) < 255);
        assert_eq!(stray, None, "{name}");
    }
}

fn texts(poster: &Poster) -> Vec<String> {
    let svg = svg(poster).expect("a drawing");
    let text = |part: &str| part.split_once('>').and_then(|(_, rest)| Some(rest.split_once("</text>")?.0.to_owned()));
    svg.split("<text ").skip(1).filter_map(text).collect()
}

#[test]
fn it_says_what_to_do_in_both_languages() {
    let en = texts(&poster("The Copper Still", Lang::En));
    let said = ["The Copper Still", "Scan, pick a song, hear it.", "The code on the jukebox’s screen lets you play."];
    assert_eq!(en[..3], said);
    assert_eq!(en[3], "jukeline.example/r/copper", "the short address");
    let de = texts(&poster("The Copper Still", Lang::De));
    assert!(de.contains(&"Scannen, Lied wählen, hören.".to_owned()), "{de:?}");
}

#[test]
fn long_names_have_two_lines_and_end_with_an_ellipsis() {
    let lines = |name| texts(&poster(name, Lang::En)).len() - 3;
    assert_eq!(lines("The Copper Still"), 1);
    assert_eq!(lines("The Copper Still on the Corner of Long Street"), 2);
    let long = texts(&poster(NAMES[2], Lang::En));
    assert_eq!(long.len(), 5);
    assert!(long[1].ends_with('…') && !long[0].ends_with('…'), "{long:?}");
    let whole = texts(&poster("The Copper Still on the Corner of Long Street", Lang::En));
    assert_eq!(format!("{} {}", whole[0], whole[1]), "The Copper Still on the Corner of Long Street");
    let arabic = texts(&poster(NAMES[4], Lang::En));
    assert!(arabic[0].starts_with('\u{202b}'), "from the right: {arabic:?}");
    assert!(texts(&poster("& صوت", Lang::En))[0].starts_with("\u{202b}&amp;"), "by its first letter");
    let japanese = texts(&poster(NAMES[8], Lang::En));
    assert_eq!([&*japanese[0], &*japanese[1]].concat(), NAMES[8], "nothing is lost");
    assert_eq!(japanese[0].chars().count(), japanese[1].chars().count(), "as long as each other");
}

#[test]
fn an_address_is_never_shortened() {
    for host in
        ["j.example", "jukeline.example", "the-old-brewery-taproom-and-skittle-alley.jukeline-network.example:8443"]
    {
        let address = format!("https://{host}/r/the-copper-still-terrace");
        let said = texts(&Poster { address, ..poster("The Copper Still", Lang::En) });
        assert_eq!(said[3..].concat(), format!("{host}/r/the-copper-still-terrace"));
    }
}

/// To look at: `POSTERS=folder cargo test -p jukeline-backend --lib posters::tests::drawn`.
#[test]
fn drawn() {
    let Some(folder) = std::env::var_os("POSTERS").map(std::path::PathBuf::from) else { return };
    for (index, name) in NAMES.into_iter().enumerate() {
        for lang in [Lang::En, Lang::De] {
            let zone = if index % 2 == 0 { "" } else { "Terrasse" };
            let host =
                if lang == Lang::En { "the-old-brewery.jukeline-network.example:8443" } else { "jukeline.example" };
            let address = format!("https://{host}/r/the-copper-still-terrace");
            let poster = Poster { zone: zone.into(), address, ..poster(name, lang) };
            std::fs::write(folder.join(format!("{index}-{lang:?}.pdf")), pdf(&poster).expect("PDF")).expect("written");
        }
    }
}
