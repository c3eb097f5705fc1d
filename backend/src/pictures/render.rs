//! From vectors to pixels.

use super::{
    FontError,
    face::{DISPLAY, TEXT},
};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree, fontdb::Database},
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

/// A drawing of this program as PNG. Takes a core for some tens of milliseconds.
///
/// # Errors
/// The drawing can't be read, or the pixels can't be written: mistakes of ours.
pub fn png(svg: &str) -> Result<Vec<u8>, RenderError> {
    let options = Options { fontdb: fonts(), font_family: "Noto Sans".into(), ..Options::default() };
    let tree = Tree::from_str(svg, &options)?;
    let size = tree.size().to_int_size();
    let lacking = || RenderError::Pixels("no room for it".into());
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or_else(lacking)?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| RenderError::Pixels(error.to_string()))
}
