//! From vectors to pixels.

use super::{
    FontError,
    face::{DISPLAY, TEXT},
    fallback,
};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{FontResolver, Options, Tree, fontdb::Database},
};
use std::sync::{Arc, OnceLock};

/// Why there are no pixels.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The fonts of this program.
    #[error(transparent)]
    Font(#[from] FontError),
    /// The vectors can't be read: a mistake of ours.
    #[error("the drawing can't be read: {0}")]
    Drawing(#[from] resvg::usvg::Error),
    /// The pixels can't be written.
    #[error("the picture can't be written: {0}")]
    Pixels(String),
}

/// The two faces, and those of the system for scripts that they lack. Read once: looking for them takes a moment.
fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    FONTS
        .get_or_init(|| {
            let mut fonts = Database::new();
            fonts.load_font_data(DISPLAY.to_vec());
            fonts.load_font_data(TEXT.to_vec());
            fonts.load_system_fonts();
            Arc::new(fonts)
        })
        .clone()
}

/// A drawing of this program with its texts laid out.
///
/// # Errors
/// It can't be read: a mistake of ours.
pub(crate) fn tree(svg: &str) -> Result<Tree, RenderError> {
    let font_resolver =
        FontResolver { select_font: FontResolver::default_font_selector(), select_fallback: fallback::for_texts(svg) };
    let options = Options { fontdb: fonts(), font_family: "Noto Sans".into(), font_resolver, ..Options::default() };
    Ok(Tree::from_str(svg, &options)?)
}

/// A drawing as PNG, `scale` dots to a pixel of its own. Takes a core for some tens of milliseconds.
///
/// # Errors
/// The pixels can't be written: a mistake of ours.
pub(crate) fn pixels(tree: &Tree, scale: f32) -> Result<Vec<u8>, RenderError> {
    let dots = |length: f32| (length * scale).round() as u32;
    let lacking = || RenderError::Pixels("no room for it".into());
    let mut pixels = Pixmap::new(dots(tree.size().width()), dots(tree.size().height())).ok_or_else(lacking)?;
    resvg::render(tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| RenderError::Pixels(error.to_string()))
}

/// A drawing of this program as PNG.
///
/// # Errors
/// The drawing can't be read, or the pixels can't be written: mistakes of ours.
pub fn png(svg: &str) -> Result<Vec<u8>, RenderError> {
    pixels(&tree(svg)?, 1.0)
}
