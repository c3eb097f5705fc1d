//! The page that is drawn on, in millimetres: dark ink on white paper.

use super::PAGE;
use crate::pictures::{
    escaped,
    face::{Face, Faces, runs_leftwards},
    render,
};
use std::fmt::Write;

pub(super) const INK: &str = "#130e11";
pub(super) const MUTED: &str = "#4a3d43";
pub(super) const AMBER: &str = "#ffb84d";

/// The middle of the page, from the left.
pub(super) const MIDDLE: f32 = PAGE.0 / 2.0;

/// How a text is set.
#[derive(Clone, Copy)]
pub(super) struct Type {
    pub(super) face: Face,
    /// In millimetres.
    pub(super) size: f32,
    pub(super) colour: &'static str,
}

pub(super) struct Page<'f> {
    pub(super) faces: &'f Faces,
    svg: String,
}

impl<'f> Page<'f> {
    /// Nothing on it, and no colour.
    fn bare(faces: &'f Faces) -> Page<'f> {
        let (width, height) = PAGE;
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{height}mm\" \
             viewBox=\"0 0 {width} {height}\">"
        );
        Page { faces, svg }
    }

    /// White paper.
    pub(super) fn new(faces: &'f Faces) -> Page<'f> {
        let mut page = Page::bare(faces);
        page.svg.push_str("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>");
        page
    }

    pub(super) fn end(mut self) -> String {
        self.svg.push_str("</svg>");
        self.svg
    }

    /// Writing to a `String` has no way to fail.
    pub(super) fn put(&mut self, text: std::fmt::Arguments) {
        let _ = self.svg.write_fmt(text);
    }

    /// One line in the middle of the page, its baseline at `y`.
    pub(super) fn line(&mut self, y: f32, set: Type, text: &str) {
        let (family, weight) = match set.face {
            Face::Display => ("Bricolage Grotesque,Noto Sans,sans-serif", 700),
            Face::Text => ("Noto Sans,sans-serif", 400),
        };
        let Type { size, colour, .. } = set;
        self.put(format_args!(
            "<text x=\"{MIDDLE}\" y=\"{y}\" font-family=\"{family}\" font-weight=\"{weight}\" font-size=\"{size}\" \
             fill=\"{colour}\" text-anchor=\"middle\">{}</text>",
            escaped(&directed(text))
        ));
    }

    /// The largest size up to `most` at which a text has room. Letters of the system's faces are measured as drawn.
    pub(super) fn size_for(&self, face: Face, text: &str, room: f32, most: f32) -> f32 {
        (room / self.width(face, text).max(0.1)).min(most)
    }

    /// How wide a text is at a size of one.
    fn width(&self, face: Face, text: &str) -> f32 {
        let mut page = Page::bare(self.faces);
        page.line(PAGE.1 / 2.0, Type { face, size: 10.0, colour: INK }, text);
        let drawn = render::tree(&page.end()).map(|tree| {
            let drawn = tree.root().bounding_box();
            drawn.width() / tree.size().width() * PAGE.0 / 10.0
        });
        drawn.unwrap_or_else(|_| self.faces.width(face, text, 1.0))
    }
}

/// A text whose first letter runs from right to left does so as a whole: drawings take left to right for granted.
fn directed(text: &str) -> String {
    const FROM_THE_RIGHT: char = '\u{202b}';
    const AS_BEFORE: char = '\u{202c}';
    match text.chars().find(|c| c.is_alphabetic()) {
        Some(first) if runs_leftwards(first) => format!("{FROM_THE_RIGHT}{text}{AS_BEFORE}"),
        _ => text.to_owned(),
    }
}
