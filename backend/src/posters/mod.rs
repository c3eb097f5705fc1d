//! Posters for the tables of a room: an A5 page with the code that opens it, drawn as SVG and from that as PDF.

mod drawing;
mod page;
mod qr;

use crate::pictures::{FontError, Lang, RenderError, face::Faces, render};
use krilla::{Document, geom::Size, metadata::Metadata, page::PageSettings};
use krilla_svg::{SurfaceExt, SvgSettings};

/// A5 in millimetres.
pub const PAGE: (f32, f32) = (148.0, 210.0);

/// Points of PDF in a millimetre.
const POINTS: f32 = 72.0 / 25.4;

/// Dots of a preview to a pixel of SVG: 150 an inch to 96.
const PREVIEW: f32 = 150.0 / 96.0;

/// What a poster says.
#[derive(Clone, Debug)]
pub struct Poster {
    /// The venue's name.
    pub venue: String,
    /// The zone's name; nothing where the venue has but one.
    pub zone: String,
    /// The room's permanent address.
    pub address: String,
    /// The language of its words.
    pub lang: Lang,
}

/// Why there is no poster.
#[derive(Debug, thiserror::Error)]
pub enum PosterError {
    /// No code holds the address.
    #[error("the address has no room in a code")]
    Address,
    /// The fonts of this program.
    #[error(transparent)]
    Font(#[from] FontError),
    /// The vectors, or their pixels.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The document can't be written.
    #[error("the document can't be written: {0}")]
    Document(String),
}

/// The poster as PDF: vectors, with those letters of each font that it uses. The same poster gives the same bytes.
///
/// # Errors
/// The address is too long for a code; else mistakes of ours.
pub fn pdf(poster: &Poster) -> Result<Vec<u8>, PosterError> {
    let tree = render::tree(&svg(poster)?)?;
    let (width, height) = (PAGE.0 * POINTS, PAGE.1 * POINTS);
    let lacking = || PosterError::Document("no room for it".into());
    let size = Size::from_wh(width, height).ok_or_else(lacking)?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(poster.venue.clone()).language(poster.lang.tag().into()));
    let mut page = document.start_page_with(PageSettings::from_wh(width, height).ok_or_else(lacking)?);
    page.surface().draw_svg(&tree, size, SvgSettings::default()).ok_or_else(lacking)?;
    page.finish();
    document.finish().map_err(|error| PosterError::Document(format!("{error:?}")))
}

/// The poster as PNG to look at, 150 dots an inch.
///
/// # Errors
/// As [`pdf`].
pub fn png(poster: &Poster) -> Result<Vec<u8>, PosterError> {
    Ok(render::pixels(&render::tree(&svg(poster)?)?, PREVIEW)?)
}

fn svg(poster: &Poster) -> Result<String, PosterError> {
    let code = qr::Code::of(&poster.address).ok_or(PosterError::Address)?;
    Ok(drawing::poster(&Faces::open()?, poster, &code))
}

#[cfg(test)]
mod tests;
