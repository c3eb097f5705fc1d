//! The code that opens a room.

use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// Modules around a code that stay light, as scanners need them.
pub(super) const QUIET: usize = 4;

/// A QR code, dark modules as one path.
pub(super) struct Code {
    /// Modules from side to side, without the quiet zone.
    pub(super) side: usize,
    /// One unit is one module; begins at the code's own corner.
    pub(super) path: String,
}

impl Code {
    /// The code of `text`, corrected up to 15 %; none where it is too long.
    pub(super) fn of(text: &str) -> Option<Code> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let side = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(side).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|one, next| one == next) {
                if run.first() == Some(&Color::Dark) {
                    // Writing to a `String` has no way to fail.
                    let _ = write!(path, "M{x} {y}h{0}v1h-{0}z", run.len());
                }
                x += run.len();
            }
        }
        Some(Code { side, path })
    }
}
