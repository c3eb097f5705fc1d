//! The cover of a song that brings none: drawn from its title and artist, the same on every surface.
//!
//! A stable hash chooses one of seven palettes and one of five motifs; further bits of it vary counts, offsets and
//! rotation, so that a long list shows no twins side by side. The drawing holds no ids, classes or styles: any number
//! of covers can be put into one page.

use std::fmt::Write;

/// Longest side of the view box, in user units.
const SIDE: i32 = 240;

/// Two grounds (deep, light) and two colours that stand on them (strong, soft).
type Palette = [&'static str; 4];

const PALETTES: [Palette; 7] = [
    ["#3a1728", "#7d2a44", "#ffb84d", "#ff7a66"], // wine
    ["#2c1f52", "#5f3a8c", "#fb9683", "#ffd0a6"], // violet
    ["#0f3d45", "#1d6a68", "#f4dba6", "#66dcb6"], // lagoon
    ["#48200f", "#93481b", "#ffe0a3", "#ff9a58"], // copper
    ["#14213f", "#2b4a80", "#f5c79b", "#8ab6ff"], // night
    ["#26301a", "#56692c", "#f6e6a6", "#c3d76c"], // moss
    ["#47123a", "#9c3567", "#ffd3da", "#ffae4a"], // plum
];

const MOTIFS: [fn(&Palette, Bits, &mut String); 5] = [rings, waves, quarters, low_sun, waveform];

/// What the hash decided: indices into [`PALETTES`] and [`MOTIFS`], and the bits that vary the drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Design {
    palette: usize,
    motif: usize,
    variation: u64,
}

/// A supply of small numbers, drawn one after the other from 64 bits that are stirred at each draw.
#[derive(Clone, Copy)]
struct Bits(u64);

impl Bits {
    /// The next number below `bound`, which must not be 0.
    fn below(&mut self, bound: i32) -> i32 {
        self.0 = stir(self.0.wrapping_add(0x9e37_79b9_7f4a_7c15));
        ((self.0 >> 33) % bound as u64) as i32
    }

    /// The next number of `low..=high`.
    fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below(high - low + 1)
    }
}

/// An SVG document with the view box `0 0 240 240`, at most 1.6 kB, decided by `title` and `artist` alone.
///
/// It is decoration: it is marked `aria-hidden`, since the title stands beside it as text.
pub fn cover_svg(title: &str, artist: &str) -> String {
    let design = design(title, artist);
    let palette = &PALETTES[design.palette];
    let mut bits = Bits(design.variation);
    let mut svg = String::with_capacity(1600);
    svg.push_str("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 240 240\" aria-hidden=\"true\">");
    ground(palette, &mut bits, &mut svg);
    MOTIFS[design.motif](palette, bits, &mut svg);
    svg.push_str("</svg>");
    svg
}

/// Palette, motif and variation of a song, from its text alone.
fn design(title: &str, artist: &str) -> Design {
    let hash = fnv1a([title.as_bytes(), &[0x1f], artist.as_bytes()]);
    let mixed = stir(hash);
    Design { palette: (mixed % 7) as usize, motif: ((mixed >> 8) % 5) as usize, variation: stir(mixed) }
}

/// FNV-1a with 64 bits over the parts, one after the other.
fn fnv1a<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let bytes = parts.into_iter().flatten();
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Spreads each bit of the hash over all others: FNV's low bits alone are too alike for titles of one letter's change.
fn stir(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// Appends formatted text; writing to a `String` has no way to fail.
fn put(svg: &mut String, text: std::fmt::Arguments) {
    let _ = svg.write_fmt(text);
}

/// The deep colour, and the light one over it in soft diagonal steps: a gradient would need an id.
fn ground(palette: &Palette, bits: &mut Bits, svg: &mut String) {
    put(
        svg,
        format_args!(
            "<path fill=\"{}\" d=\"M0 0H240V240H0z\"/><g fill=\"{}\" fill-opacity=\".32\">",
            palette[0], palette[1]
        ),
    );
    let lean = bits.between(-60, 90);
    let from = bits.between(20, 90);
    for step in 0..4 {
        let start = from + step * 62;
        put(svg, format_args!("<path d=\"M{} 0H480V240H{}z\"/>", start + lean, start - lean));
    }
    svg.push_str("</g>");
}

/// Rings around a point that may lie at the rim, thinner outwards or inwards, with a full eye.
fn rings(palette: &Palette, mut bits: Bits, svg: &mut String) {
    let (x, y) = (bits.between(40, 200), bits.between(70, 200));
    let count = bits.between(5, 9);
    let gap = bits.between(15, 26);
    let first = bits.between(16, 30);
    let heavy = bits.between(6, 11);
    let outwards = bits.below(2) == 0;
    let eye = first - heavy;
    put(svg, format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{eye}\" fill=\"{}\"/>", palette[3]));
    put(svg, format_args!("<g fill=\"none\" stroke=\"{}\">", palette[2]));
    for ring in 0..count {
        let nth = if outwards { ring } else { count - 1 - ring };
        let width = (heavy * (count - nth) / count).max(2);
        let radius = first + heavy / 2 + ring * gap;
        put(svg, format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" stroke-width=\"{width}\"/>"));
    }
    svg.push_str("</g>");
}

/// Lines that swell together from left to right and grow apart downwards, some in the second colour.
fn waves(palette: &Palette, mut bits: Bits, svg: &mut String) {
    let count = bits.between(6, 9);
    let crest = bits.between(24, 70);
    let middle = bits.between(80, 160);
    let tilt = bits.between(-28, 28);
    let accent = bits.below(count);
    let mut top = bits.between(10, 24) + (9 - count) * 14;
    put(svg, format_args!("<g fill=\"none\" transform=\"rotate({tilt} 120 120)\">"));
    for line in 0..count {
        let swell = crest - line * crest / (count + 2);
        let width = 3 + (line * 7) / count + bits.below(3);
        let colour = if line == accent { palette[3] } else { palette[2] };
        put(
            svg,
            format_args!(
                "<path stroke=\"{colour}\" stroke-width=\"{width}\" d=\"M-60 {top}Q{} {} {middle} {top}T300 {top}\"/>",
                middle / 2 - 30,
                top - swell,
            ),
        );
        top += width + bits.between(11, 19);
    }
    svg.push_str("</g>");
}

/// A grid of quarter discs, each turned its own way, in two strengths and with a few dots between.
fn quarters(palette: &Palette, mut bits: Bits, svg: &mut String) {
    let columns = bits.between(3, 4);
    let cell = SIDE / columns;
    let mut full = String::new();
    let mut soft = String::new();
    let mut dots = String::new();
    for place in 0..columns * columns {
        let (x, y) = (place % columns * cell, place / columns * cell);
        let (right, bottom) = (x + cell, y + cell);
        let layer = match bits.below(8) {
            0 => continue,
            1 => {
                let radius = cell / 5;
                let (left, centre) = (x + cell / 2 - radius, y + cell / 2);
                put(&mut dots, format_args!("M{left} {centre}a{radius} {radius} 0 1 1 0 1z"));
                continue;
            }
            2..=4 => &mut soft,
            _ => &mut full,
        };
        let (from, over, to) = match bits.below(4) {
            0 => ((x, bottom), (right, y), (right, bottom)),
            1 => ((x, y), (right, bottom), (x, bottom)),
            2 => ((right, y), (x, bottom), (x, y)),
            _ => ((right, bottom), (x, y), (right, y)),
        };
        put(layer, format_args!("M{} {}A{cell} {cell} 0 0 1 {} {}L{} {}z", from.0, from.1, over.0, over.1, to.0, to.1));
    }
    put(svg, format_args!("<path fill=\"{}\" d=\"{full}\"/>", palette[2]));
    put(svg, format_args!("<path fill=\"{}\" opacity=\".62\" d=\"{soft}\"/>", palette[2]));
    put(svg, format_args!("<path fill=\"{}\" d=\"{dots}\"/>", palette[3]));
}

/// A sun that sinks behind bars which grow towards the lower edge, sometimes with a moon.
fn low_sun(palette: &Palette, mut bits: Bits, svg: &mut String) {
    let (x, y) = (bits.between(84, 156), bits.between(96, 140));
    let radius = bits.between(54, 84);
    let bars = bits.between(4, 7);
    let sun = palette[2 + bits.below(2) as usize];
    if bits.below(3) == 0 {
        let (moon, high) = (if x < 120 { bits.between(200, 216) } else { bits.between(24, 40) }, bits.between(22, 40));
        put(svg, format_args!("<circle cx=\"{moon}\" cy=\"{high}\" r=\"9\" fill=\"{}\"/>", palette[3]));
    }
    put(svg, format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{sun}\"/>"));
    put(svg, format_args!("<g fill=\"{}\">", palette[0]));
    let mut top = y + bits.between(-8, 16);
    let gap = bits.between(9, 14);
    for bar in 0..bars {
        let height = 4 + bar * bits.between(2, 3);
        put(svg, format_args!("<path d=\"M0 {top}H240v{height}H0z\"/>"));
        top += height + gap - bar / 2;
    }
    svg.push_str("</g>");
}

/// Round bars of many heights about one line, level or aslant, the loudest in the second colour.
fn waveform(palette: &Palette, mut bits: Bits, svg: &mut String) {
    let count = bits.between(7, 13);
    let step = SIDE / (count + 1);
    let centre = bits.between(104, 136);
    let turn = [0, 0, -14, 14, 90, 45][bits.below(6) as usize];
    let width = step * bits.between(45, 70) / 100;
    let loudest = bits.between(1, count - 2);
    let mut lines = String::new();
    let mut accent = String::new();
    for bar in 0..count {
        let near = 96 - (bar - loudest).abs() * 72 / count;
        let half = if bar == loudest { near } else { bits.between(6, near.max(12)) };
        let layer = if bar == loudest { &mut accent } else { &mut lines };
        put(layer, format_args!("M{} {}v{}", step + bar * step, centre - half, 2 * half));
    }
    put(
        svg,
        format_args!(
            "<g fill=\"none\" stroke-linecap=\"round\" stroke-width=\"{width}\" transform=\"rotate({turn} 120 120)\">"
        ),
    );
    put(svg, format_args!("<path stroke=\"{}\" d=\"{lines}\"/>", palette[2]));
    put(svg, format_args!("<path stroke=\"{}\" d=\"{accent}\"/></g>", palette[3]));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const SONGS: [(&str, &str); 40] = [
        ("Copper Moon", "The Night Ferries"),
        ("Last Tram Home", "The Night Ferries"),
        ("Salt on the Window", "The Night Ferries"),
        ("Harbour Lights", "The Night Ferries"),
        ("Slow Elevator", "Ida Marlow"),
        ("Paper Lanterns", "Ida Marlow"),
        ("Tuesday Weather", "Ida Marlow"),
        ("Your Blue Coat", "Ida Marlow"),
        ("Ninety Kilometres", "Autobahn Picnic"),
        ("Rest Stop", "Autobahn Picnic"),
        ("Hazard Lights", "Autobahn Picnic"),
        ("Windscreen", "Autobahn Picnic"),
        ("Velvet Static", "Lowell Ortega"),
        ("Short Wave", "Lowell Ortega"),
        ("Dial Tone", "Lowell Ortega"),
        ("Neighbours", "Lowell Ortega"),
        ("Fern and Fox", "Greenhouse Choir"),
        ("Glass Roof", "Greenhouse Choir"),
        ("Seedling", "Greenhouse Choir"),
        ("October Soil", "Greenhouse Choir"),
        ("Two Left Shoes", "Brass Umbrella"),
        ("Puddle Dance", "Brass Umbrella"),
        ("The Long Parade", "Brass Umbrella"),
        ("Confetti Law", "Brass Umbrella"),
        ("Kaltes Licht", "Anton Weiß"),
        ("Straßenbahn", "Anton Weiß"),
        ("Donaudampfschifffahrt", "Anton Weiß"),
        ("Nachtbus", "Anton Weiß"),
        ("夜の電車", "佐野みどり"),
        ("雨の音", "佐野みどり"),
        ("港", "佐野みどり"),
        ("最後の一曲", "佐野みどり"),
        ("ليل طويل", "نور الحلو"),
        ("قهوة", "نور الحلو"),
        ("شارع البحر", "نور الحلو"),
        ("نافذة", "نور الحلو"),
        ("A", "B"),
        ("B", "A"),
        ("", ""),
        ("Untitled", ""),
    ];

    #[test]
    fn one_title_is_drawn_as_it_always_was() {
        let svg = cover_svg("Copper Moon", "The Night Ferries");
        assert_eq!(svg, cover_svg("Copper Moon", "The Night Ferries"));
        assert_eq!(fnv1a([svg.as_bytes()]), GOLDEN, "the drawing changed: every known cover in every room changes");
    }

    const GOLDEN: u64 = 0x1990_1d78_2596_e4df;

    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(fnv1a([b"".as_slice()]), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a([b"foobar".as_slice()]), 0x8594_4171_f739_67e8);
        assert_eq!(fnv1a([b"foo".as_slice(), b"bar".as_slice()]), fnv1a([b"foobar".as_slice()]));
    }

    #[test]
    fn a_list_of_forty_shows_no_twins() {
        let designs: Vec<Design> = SONGS.iter().map(|(title, artist)| design(title, artist)).collect();
        assert!(designs.iter().collect::<HashSet<_>>().len() >= 30);
        let drawings: Vec<String> = SONGS.iter().map(|(title, artist)| cover_svg(title, artist)).collect();
        assert!(drawings.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(designs.iter().map(|design| design.palette).collect::<HashSet<_>>().len(), PALETTES.len());
        assert_eq!(designs.iter().map(|design| design.motif).collect::<HashSet<_>>().len(), MOTIFS.len());
    }

    #[test]
    fn title_and_artist_do_not_run_into_each_other() {
        assert_ne!(design("ab", "c"), design("a", "bc"));
    }

    #[test]
    fn every_cover_is_small_and_can_stand_beside_any_other() {
        for number in 0..5000 {
            let svg = cover_svg(&format!("Song {number}"), "Someone");
            assert!(svg.len() <= 1600, "{} bytes", svg.len());
            assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
            for word in [" id=", "url(", "class=", "style=", "NaN", "r=\"-", "width=\"-", "width=\"0"] {
                assert!(!svg.contains(word), "{word} in {svg}");
            }
            assert_eq!(svg.matches("<g ").count(), svg.matches("</g>").count());
        }
    }

    #[test]
    fn text_never_reaches_the_markup() {
        let svg = cover_svg("<script>\"&", "</svg>");
        assert!(!svg.contains("script") && !svg.contains('&'));
        assert_eq!(svg.matches("</svg>").count(), 1);
    }
}
