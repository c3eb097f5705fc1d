//! The pictures of a year: one struct of numbers, drawn as SVG and from that as pixels, so that they can't differ.

mod drawing;
pub(crate) mod face;
mod fallback;
pub(crate) mod render;
mod sheet;
mod words;

pub use render::{RenderError, png};
pub(crate) use sheet::escaped;
pub use words::Lang;

use face::Faces;
use jukeline_app::api::{Year, YearPicture};
use sheet::Sheet;

/// Width and height of every picture.
pub const SIZE: (u32, u32) = (1080, 1350);

/// The fonts of this program can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a font of this program can't be read")]
pub struct FontError;

/// A picture of a year as an SVG document of its own; `venue` names the venue whose year it is, a person's has none.
///
/// # Errors
/// The fonts of this program can't be read: nothing that is drawn is a cause.
pub fn svg(year: &Year, picture: YearPicture, venue: Option<&str>, lang: Lang) -> Result<String, FontError> {
    let faces = Faces::open()?;
    let mut sheet = Sheet::new(&faces);
    let words = lang.words();
    let heading = venue.map_or_else(|| words.my_year(year.year), |venue| format!("{venue} {}", year.year));
    if year.plays == 0 {
        drawing::empty(&mut sheet, &heading, words);
    } else {
        match picture {
            YearPicture::Numbers => drawing::numbers(&mut sheet, &heading, year, venue.is_some(), words),
            YearPicture::Songs => drawing::songs(&mut sheet, &heading, year, words),
            YearPicture::Artists => drawing::artists(&mut sheet, &heading, year, words),
            YearPicture::Months => drawing::months(&mut sheet, &heading, year, words),
        }
    }
    Ok(sheet.end())
}

#[cfg(test)]
mod tests;
