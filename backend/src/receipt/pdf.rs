//! A receipt as PDF: one A4 page in Noto Sans. The font has Latin, Greek and Cyrillic. What it lacks is printed as a box
//! and stays right for whoever copies or searches the text.

use super::{CLAIM, KEEP, Line, Receipt, SANDBOX};
use krilla::{
    Document,
    geom::{PathBuilder, Point},
    metadata::Metadata,
    num::NormalizedF32,
    page::PageSettings,
    paint::Stroke,
    surface::Surface,
    text::{Font, TextDirection},
};
use skrifa::{
    FontRef, MetadataProvider,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
};

const FONT: &[u8] = include_bytes!("../../fonts/noto-sans.ttf");

// In points, from the top left.
const PAGE: (f32, f32) = (595.28, 841.89);
const LEFT: f32 = 71.0;
const RIGHT: f32 = 524.0;
const TOP: f32 = 71.0;
/// What amounts have to themselves.
const AMOUNT: f32 = 130.0;
const SMALL: f32 = 10.5;
const LARGE: f32 = 22.0;
/// From line to line, times the size.
const LEADING: f32 = 1.5;

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The font of this program can't be read.
    #[error("the font can't be read")]
    Font,
    /// The document can't be written.
    #[error("the document can't be written: {0}")]
    Document(String),
}

/// The document. The same receipt gives the same bytes.
///
/// # Errors
/// The font or the library fails: the receipt's words are no cause.
pub fn document(receipt: &Receipt) -> Result<Vec<u8>, PdfError> {
    let title = format!("Receipt {}", receipt.number);
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(title.clone()).language("en".into()));
    let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or(PdfError::Font)?;
    let mut page = document.start_page_with(settings);
    Sheet { surface: page.surface(), face: Face::open()?, y: TOP }.write(&title, receipt);
    page.finish();
    document.finish().map_err(|error| PdfError::Document(format!("{error:?}")))
}

/// The font, to draw with and to measure with.
struct Face {
    font: Font,
    charmap: Charmap<'static>,
    /// At one point.
    metrics: GlyphMetrics<'static>,
}

impl Face {
    fn open() -> Result<Face, PdfError> {
        let font = Font::new(FONT.into(), 0).ok_or(PdfError::Font)?;
        let measured = FontRef::new(FONT).map_err(|_| PdfError::Font)?;
        let metrics = measured.glyph_metrics(Size::new(1.0), LocationRef::default());
        Ok(Face { font, charmap: measured.charmap(), metrics })
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        let advance = |c: char| self.metrics.advance_width(self.charmap.map(c).unwrap_or_default()).unwrap_or_default();
        text.chars().map(advance).sum::<f32>() * size
    }

    /// The text in lines of at most `room` points: broken between words, and within one that is too long alone.
    fn wrap(&self, text: &str, size: f32, room: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let last = lines.last().map(String::as_str).unwrap_or_default();
            let joined = if last.is_empty() { word.to_owned() } else { format!("{last} {word}") };
            if self.width(&joined, size) <= room {
                lines.pop();
                lines.push(joined);
                continue;
            }
            if last.is_empty() {
                lines.pop();
            }
            lines.extend(self.pieces(word, size, room));
        }
        lines
    }

    fn pieces(&self, word: &str, size: f32, room: f32) -> Vec<String> {
        let mut pieces = vec![String::new()];
        for c in word.chars() {
            let last = pieces.last().map(String::as_str).unwrap_or_default();
            let longer = format!("{last}{c}");
            if last.is_empty() || self.width(&longer, size) <= room {
                pieces.pop();
                pieces.push(longer);
            } else {
                pieces.push(c.into());
            }
        }
        pieces
    }
}

/// A page that is written from top to bottom.
struct Sheet<'a> {
    surface: Surface<'a>,
    face: Face,
    /// Where the next line begins.
    y: f32,
}

impl Sheet<'_> {
    /// Writes all of it; the page has it when this is dropped.
    fn write(mut self, title: &str, receipt: &Receipt) {
        self.paragraph(title, LARGE);
        if receipt.sandbox {
            self.paragraph(SANDBOX, SMALL);
        }
        self.paragraph(&receipt.seller, SMALL);
        self.paragraph(&receipt.day, SMALL);
        self.y += SMALL;
        for line in &receipt.lines {
            self.line(line);
        }
        self.y += SMALL;
        if let Some(statement) = &receipt.statement {
            self.paragraph(statement, SMALL);
        }
        self.paragraph(CLAIM, SMALL);
        self.paragraph(&receipt.claim_code, LARGE);
        self.paragraph(KEEP, SMALL);
    }

    fn text(&mut self, x: f32, baseline: f32, text: &str, size: f32) {
        let (at, font) = (Point::from_xy(x, baseline), self.face.font.clone());
        self.surface.draw_text(at, font, size, text, false, TextDirection::Auto);
    }

    fn column(&mut self, text: &str, size: f32, room: f32) {
        for line in self.face.wrap(text, size, room) {
            self.text(LEFT, self.y + size, &line, size);
            self.y += size * LEADING;
        }
    }

    fn paragraph(&mut self, text: &str, size: f32) {
        self.column(text, size, RIGHT - LEFT);
        self.y += SMALL / 2.0;
    }

    /// The label at the left, the amount at the right of its first line.
    fn line(&mut self, line: &Line) {
        if line.is_sum {
            self.rule();
        }
        let width = self.face.width(&line.amount, SMALL);
        self.text(RIGHT - width, self.y + SMALL, &line.amount, SMALL);
        self.column(&line.label, SMALL, RIGHT - LEFT - AMOUNT);
        self.y += SMALL / 2.0;
    }

    fn rule(&mut self) {
        let mut path = PathBuilder::new();
        path.move_to(LEFT, self.y);
        path.line_to(RIGHT, self.y);
        if let Some(path) = path.finish() {
            self.surface.set_stroke(Some(Stroke { width: 0.75, opacity: NormalizedF32::ONE, ..Stroke::default() }));
            self.surface.draw_path(&path);
            self.surface.set_stroke(None);
        }
        self.y += SMALL / 2.0;
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::receipt, *};
    use crate::config::Payments;

    #[test]
    fn lines_are_as_wide_as_there_is_room() {
        let face = Face::open().expect("the font");
        assert_eq!(face.wrap("Müller & Söhne", SMALL, 400.0), ["Müller & Söhne"]);
        assert_eq!(face.wrap("", SMALL, 400.0), [""]);
        let long = format!("Gaststätte {} OHG", "ß".repeat(300));
        let lines = face.wrap(&long, SMALL, 200.0);
        assert!(lines.len() > 5 && lines.iter().all(|line| face.width(line, SMALL) <= 200.0), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), long.replace(' ', ""), "nothing is lost");
    }

    #[test]
    fn any_seller_gives_one_document_and_always_the_same() {
        for seller in ["", "Jukeline", "Zur Schönen Öde", "喫茶店", "مقهى الموسيقى", "🎵 & \u{202e}", "a\n\0b"]
        {
            let receipt = receipt(&Payments { seller: seller.into(), ..Payments::default() }, "EUR", 950, 475);
            let made = document(&receipt).expect("a document");
            assert!(made.starts_with(b"%PDF-") && made.trim_ascii_end().ends_with(b"%%EOF"), "{seller}");
            assert_eq!(made, document(&receipt).expect("a document"), "{seller}");
        }
    }
}
