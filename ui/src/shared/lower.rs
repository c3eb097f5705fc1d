//! Small letters by the browser: Rust's own tables for that would travel along with every page.

use js_sys::JsString;

/// `text` in small letters.
pub fn lower(text: &str) -> String {
    String::from(JsString::from(text).to_lower_case())
}
