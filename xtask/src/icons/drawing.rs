//! An app's SVG, and what is drawn from it: a mark on a rounded ground.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use png::{BitDepth, ColorType, Compression};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree},
};

/// What of the drawing an icon shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// As it is, on its rounded ground.
    Rounded,
    /// On a round ground: older Androids.
    Round,
    /// On a ground to the edges, without transparency, which Apple refuses: iOS rounds it by itself.
    Full,
    /// The mark alone, as a layer of which Android shows the inner 72 of 108 points, cut to the phone's shape.
    Foreground,
    /// The same as a silhouette, which Android gives the colours of the wallpaper.
    Monochrome,
}

/// A drawing of 64 × 64 points whose first shape is its ground.
pub(super) struct Drawing {
    head: String,
    ground: String,
    mark: String,
}

/// The share of an adaptive layer that is seen, edge by edge.
const SEEN: f32 = 72.0 / 108.0;

impl Drawing {
    /// Reads an SVG.
    ///
    /// # Errors
    /// It isn't there, or doesn't begin with its ground.
    pub(super) fn read(file: &Path) -> Result<Self> {
        let name = || file.display().to_string();
        let text = fs::read_to_string(file).with_context(name)?;
        let parts = text.split_once("<rect").and_then(|(head, rest)| {
            let (ground, mark) = rest.split_once("/>")?;
            let (_, fill) = ground.split_once("fill=\"")?;
            let (fill, _) = fill.split_once('"')?;
            Some(Self { head: head.into(), ground: fill.into(), mark: mark.into() })
        });
        let drawing = parts.with_context(name)?;
        ensure!(drawing.head.trim_end().ends_with("viewBox=\"0 0 64 64\">"), "{}: no ground in 64 × 64", name());
        Ok(drawing)
    }

    /// The ground's colour, as `#rrggbb`.
    #[cfg(test)]
    pub(super) fn ground(&self) -> &str {
        &self.ground
    }

    /// An icon.
    ///
    /// # Errors
    /// The SVG can't be drawn.
    pub(super) fn png(&self, shape: Shape, size: u32) -> Result<Vec<u8>> {
        let ground = match shape {
            Shape::Rounded => format!("<rect width=\"64\" height=\"64\" rx=\"15\" fill=\"{}\"/>", self.ground),
            Shape::Round => format!("<circle cx=\"32\" cy=\"32\" r=\"32\" fill=\"{}\"/>", self.ground),
            Shape::Full => format!("<rect width=\"64\" height=\"64\" fill=\"{}\"/>", self.ground),
            Shape::Foreground | Shape::Monochrome => String::new(),
        };
        let tree = Tree::from_str(&format!("{}{ground}{}", self.head, self.mark), &Options::default())?;
        let mut pixmap = Pixmap::new(size, size).context("an icon without a size")?;
        let side = f32::from(u16::try_from(size)?);
        let seen = if ground.is_empty() { side * SEEN } else { side };
        let inset = (side - seen) / 2.0;
        let place = Transform::from_row(seen / 64.0, 0.0, 0.0, seen / 64.0, inset, inset);
        resvg::render(&tree, place, &mut pixmap.as_mut());
        encode(&pixmap, shape)
    }
}

/// Writes a PNG as small as it gets.
fn encode(pixmap: &Pixmap, shape: Shape) -> Result<Vec<u8>> {
    let pixels = pixmap.pixels().iter().map(|pixel| pixel.demultiply());
    let (colour, bytes): (ColorType, Vec<u8>) = match shape {
        Shape::Full => (ColorType::Rgb, pixels.flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect()),
        Shape::Monochrome => (ColorType::GrayscaleAlpha, pixels.flat_map(|pixel| [255, pixel.alpha()]).collect()),
        Shape::Rounded | Shape::Round | Shape::Foreground => {
            let channels = pixels.flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]);
            (ColorType::Rgba, channels.collect())
        }
    };
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, pixmap.width(), pixmap.height());
    encoder.set_color(colour);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::High);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&bytes)?;
    writer.finish()?;
    Ok(file)
}
