//! The two faces that pictures are set in, to measure with.

use super::FontError;
use skrifa::{
    FontRef, MetadataProvider,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
};

/// Titles, names and figures.
pub(crate) const DISPLAY: &[u8] = include_bytes!("../../fonts/bricolage-grotesque.ttf");
/// The rest.
pub(crate) const TEXT: &[u8] = include_bytes!("../../fonts/noto-sans.ttf");

/// Which face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    Display,
    Text,
}

/// Both faces, opened.
pub(crate) struct Faces {
    display: Measure,
    text: Measure,
}

struct Measure {
    charmap: Charmap<'static>,
    /// At one pixel.
    metrics: GlyphMetrics<'static>,
}

impl Measure {
    fn open(font: &'static [u8]) -> Result<Measure, FontError> {
        let font = FontRef::new(font).map_err(|_| FontError)?;
        let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
        Ok(Measure { charmap: font.charmap(), metrics })
    }

    fn advance(&self, c: char) -> Option<f32> {
        self.metrics.advance_width(self.charmap.map(c)?)
    }
}

impl Faces {
    pub(crate) fn open() -> Result<Faces, FontError> {
        Ok(Faces { display: Measure::open(DISPLAY)?, text: Measure::open(TEXT)? })
    }

    /// How wide a text is, in pixels.
    pub(crate) fn width(&self, face: Face, text: &str, size: f32) -> f32 {
        text.chars().map(|c| self.advance(face, c)).sum::<f32>() * size
    }

    fn advance(&self, face: Face, c: char) -> f32 {
        let (first, other) = match face {
            Face::Display => (&self.display, &self.text),
            Face::Text => (&self.text, &self.display),
        };
        first.advance(c).or_else(|| other.advance(c)).unwrap_or_else(|| foreign(c))
    }

    /// The text, or as much of it as has room, with an ellipsis.
    pub(crate) fn fit(&self, face: Face, text: &str, size: f32, room: f32) -> String {
        if self.width(face, text, size) <= room {
            return text.to_owned();
        }
        let mut kept = String::new();
        let mut width = self.advance(face, '…') * size;
        for c in text.chars() {
            width += self.advance(face, c) * size;
            if width > room {
                break;
            }
            kept.push(c);
        }
        let kept = kept.trim_end();
        // The ellipsis of a text that runs from right to left belongs to its left.
        let mark =
            if kept.chars().rev().find(|c| c.is_alphanumeric()).is_some_and(runs_leftwards) { "\u{200f}" } else { "" };
        format!("{kept}…{mark}")
    }

    /// The text in at most `most` lines, broken between words; what is left over ends with an ellipsis.
    pub(crate) fn lines(&self, face: Face, text: &str, size: f32, room: f32, most: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut left = text.trim();
        while !left.is_empty() {
            if lines.len() + 1 == most {
                lines.push(self.fit(face, left, size, room));
                return lines;
            }
            let end = self.line_end(face, left, size, room);
            let (line, rest) = left.split_at(end);
            lines.push(line.trim_end().to_owned());
            left = rest.trim_start();
        }
        lines
    }

    /// Where a line ends: behind the last word that has room; within a word that has none alone, or in a script without
    /// spaces.
    fn line_end(&self, face: Face, text: &str, size: f32, room: f32) -> usize {
        let (mut width, mut word_end) = (0.0, None);
        for (at, c) in text.char_indices() {
            if c.is_whitespace() {
                word_end = Some(at);
            }
            width += self.advance(face, c) * size;
            if width > room {
                return word_end.unwrap_or(at.max(text.chars().next().map_or(1, char::len_utf8)));
            }
        }
        text.len()
    }
}

/// What a letter of a script that neither face has takes at the most, in the faces of the system.
fn foreign(c: char) -> f32 {
    match u32::from(c) {
        // Marks and joiners have no width of their own.
        0x0300..=0x036f | 0x0591..=0x05bd | 0x064b..=0x065f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0.0,
        // Hangul, kana, Han, full width, emoji.
        0x1100..=0x11ff | 0x2e80..=0xa4cf | 0xac00..=0xd7af | 0xf900..=0xfaff | 0xff00..=0xff60 => 1.0,
        0x1f000..=0x3ffff => 1.3,
        _ => 0.75,
    }
}

/// Hebrew, Arabic, Syriac, Thaana, N'Ko and their presentation forms.
pub(crate) fn runs_leftwards(c: char) -> bool {
    matches!(u32::from(c), 0x0590..=0x08ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff | 0x10800..=0x10fff | 0x1e800..=0x1efff)
}
