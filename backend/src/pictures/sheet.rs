//! A sheet that is drawn on: the few pieces that every picture is made of, with text escaped.

use super::{
    SIZE,
    face::{Face, Faces},
};
use jukeline_app::cover::cover_svg;
use std::fmt::Write;

pub(super) const TEXT: &str = "#fbf4ec";
pub(super) const MUTED: &str = "#bcacb0";
pub(super) const AMBER: &str = "#ffb84d";
const INK: &str = "#130e11";
const LINE: &str = "#3d3038";

/// From the left and from the right.
pub(super) const MARGIN: f32 = 84.0;
/// Between the margins.
pub(super) const ROOM: f32 = SIZE.0 as f32 - 2.0 * MARGIN;

/// Where a text stands and how.
#[derive(Clone, Copy)]
pub(super) struct Type {
    pub(super) face: Face,
    pub(super) size: f32,
    pub(super) colour: &'static str,
}

pub(super) const fn display(size: f32, colour: &'static str) -> Type {
    Type { face: Face::Display, size, colour }
}

pub(super) const fn plain(size: f32, colour: &'static str) -> Type {
    Type { face: Face::Text, size, colour }
}

/// Which end of a text stands at its place.
#[derive(Clone, Copy)]
pub(super) enum At {
    Start,
    Middle,
    End,
}

pub(super) struct Sheet<'f> {
    pub(super) faces: &'f Faces,
    svg: String,
    /// Clips that were made.
    clips: usize,
}

impl<'f> Sheet<'f> {
    /// A sheet under the lamp: dark, warm from above.
    pub(super) fn new(faces: &'f Faces) -> Sheet<'f> {
        let (width, height) = SIZE;
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\
             <defs><radialGradient id=\"lamp\" gradientUnits=\"userSpaceOnUse\" cx=\"760\" cy=\"-80\" r=\"1080\">\
             <stop offset=\"0\" stop-color=\"#7a4a1d\"/><stop offset=\".45\" stop-color=\"#3c2419\"/>\
             <stop offset=\"1\" stop-color=\"{INK}\"/></radialGradient></defs>\
             <rect width=\"{width}\" height=\"{height}\" fill=\"url(#lamp)\"/>"
        );
        Sheet { faces, svg, clips: 0 }
    }

    /// The mark and the name at the foot, and the end.
    pub(super) fn end(mut self) -> String {
        self.put(format_args!(
            "<g transform=\"translate({MARGIN} 1226) scale(1.5)\" fill=\"none\" stroke-linecap=\"round\" stroke-width=\"3.6\">\
             <path stroke=\"#ffb84d\" d=\"M5 36V18.5a15 15 0 0 1 30 0V36\"/>\
             <path stroke=\"#ff7a66\" d=\"M12.5 36V19a7.5 7.5 0 0 1 15 0v17\"/>\
             <circle cx=\"20\" cy=\"31\" r=\"3.4\" fill=\"#66dcb6\" stroke=\"none\"/></g>"
        ));
        self.text(MARGIN + 78.0, 1277.0, display(38.0, TEXT), At::Start, "Jukeline");
        self.svg.push_str("</svg>");
        self.svg
    }

    /// Writing to a `String` has no way to fail.
    pub(super) fn put(&mut self, text: std::fmt::Arguments) {
        let _ = self.svg.write_fmt(text);
    }

    /// One line of text, its baseline at `y`.
    pub(super) fn text(&mut self, x: f32, y: f32, set: Type, at: At, text: &str) {
        let anchor = match at {
            At::Start => "start",
            At::Middle => "middle",
            At::End => "end",
        };
        let (family, weight) = match set.face {
            Face::Display => ("Bricolage Grotesque,system-ui,sans-serif", 700),
            Face::Text => ("Noto Sans,system-ui,sans-serif", 400),
        };
        let Type { size, colour, .. } = set;
        self.put(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-family=\"{family}\" font-weight=\"{weight}\" font-size=\"{size}\" fill=\"{colour}\" \
             text-anchor=\"{anchor}\">{}</text>",
            escaped(text)
        ));
    }

    /// One line that has `room`; a longer one ends with an ellipsis.
    pub(super) fn fitted(&mut self, x: f32, y: f32, set: Type, room: f32, text: &str) {
        let text = self.faces.fit(set.face, text, set.size, room);
        self.text(x, y, set, At::Start, &text);
    }

    /// The largest size up to `most` at which a text has room, but not below `least`.
    pub(super) fn size_for(&self, face: Face, text: &str, room: f32, most: f32, least: f32) -> f32 {
        (room / self.faces.width(face, text, 1.0).max(0.1)).clamp(least, most).floor()
    }

    /// The heading at the top, and what the picture shows.
    pub(super) fn heading(&mut self, heading: &str, below: &str) {
        let size = self.size_for(Face::Display, heading, ROOM, 68.0, 48.0);
        self.fitted(MARGIN, 148.0, display(size, TEXT), ROOM, heading);
        self.fitted(MARGIN, 208.0, plain(38.0, MUTED), ROOM, below);
    }

    pub(super) fn rule(&mut self, y: f32) {
        self.put(format_args!("<rect x=\"{MARGIN}\" y=\"{y}\" width=\"{ROOM}\" height=\"2\" fill=\"{LINE}\"/>"));
    }

    /// A song's sleeve.
    pub(super) fn sleeve(&mut self, x: f32, y: f32, side: f32, title: &str, artist: &str) {
        let radius = side * 0.05;
        let clip =
            self.clip(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" rx=\"{radius}\"/>"));
        self.drawn(x, y, side, clip, title, artist);
    }

    /// A round label.
    pub(super) fn label(&mut self, cx: f32, cy: f32, radius: f32, title: &str, artist: &str) {
        let clip = self.clip(format_args!("<circle cx=\"{cx}\" cy=\"{cy}\" r=\"{radius}\"/>"));
        self.drawn(cx - radius, cy - radius, radius * 2.0, clip, title, artist);
    }

    /// A record with its grooves and a label.
    pub(super) fn record(&mut self, cx: f32, cy: f32, radius: f32, title: &str, artist: &str) {
        self.put(format_args!(
            "<circle cx=\"{cx}\" cy=\"{cy}\" r=\"{radius}\" fill=\"#0b0709\" stroke=\"{LINE}\" stroke-width=\"2\"/>\
             <g fill=\"none\" stroke=\"#2b2026\" stroke-width=\"2\">"
        ));
        let mut groove = 0.42;
        while groove < 0.97 {
            self.put(format_args!("<circle cx=\"{cx}\" cy=\"{cy}\" r=\"{}\"/>", radius * groove));
            groove += 0.045;
        }
        self.svg.push_str("</g>");
        self.label(cx, cy, radius * 0.36, title, artist);
        self.put(format_args!("<circle cx=\"{cx}\" cy=\"{cy}\" r=\"{}\" fill=\"#0b0709\"/>", radius * 0.035));
    }

    fn clip(&mut self, shape: std::fmt::Arguments) -> usize {
        self.clips += 1;
        let clip = self.clips;
        self.put(format_args!("<clipPath id=\"c{clip}\">{shape}</clipPath>"));
        clip
    }

    fn drawn(&mut self, x: f32, y: f32, side: f32, clip: usize, title: &str, artist: &str) {
        let cover = cover_svg(title, artist);
        // The cover is a document with a view box of its own; it only lacks a place.
        let placed =
            cover.replacen("<svg ", &format!("<svg x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" "), 1);
        self.put(format_args!("<g clip-path=\"url(#c{clip})\">{placed}</g>"));
    }
}

/// Text as XML can hold it: what would be markup is escaped, what XML can't hold is left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
