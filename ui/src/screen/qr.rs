//! QR codes drawn in the page.

use crate::shared::words::lang;
use dioxus::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;

/// Modules of light ground around the code; the card it stands on adds the rest of the quiet zone.
const MARGIN: i32 = 2;

/// A QR code of `text`. Nothing where the text is too long for one.
#[component]
pub fn Qr(text: String) -> Element {
    let Some((side, path)) = draw(&text) else { return rsx! {} };
    rsx! {
        div { class: "qr", role: "img", aria_label: lang().screen_qr_label(),
            svg { view_box: "0 0 {side} {side}", path { fill: "#1a1015", d: path } }
        }
    }
}

/// The side in modules, margin included, and the dark modules as one path of horizontal runs.
fn draw(text: &str) -> Option<(i32, String)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).count() as i32;
            if run > 0 {
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + MARGIN, y + MARGIN);
            }
            x += run.max(1);
        }
    }
    Some((code.size() + 2 * MARGIN, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_finder_patterns_stand_in_their_corners() {
        let (side, path) = draw("https://jukeline.example/r/copper?c=483921").unwrap();
        assert!(path.starts_with("M2 2h7v1h-7z"), "seven dark modules, top left");
        assert!(path.contains(&format!("M{} 2h7v1h-7z", side - 9)), "and top right");
    }

    #[test]
    fn no_code_holds_a_book() {
        assert!(draw(&"a".repeat(5_000)).is_none());
    }
}
