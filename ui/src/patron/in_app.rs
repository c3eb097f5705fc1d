//! Browsers inside other apps forget their cookies: say so before anything is worth losing.

use super::state::{self, Toast};
use crate::shared::{boot::boot, icons::Icon, words::lang};
use dioxus::prelude::*;

/// Words by which such browsers name themselves.
const APPS: [&str; 12] = [
    "Instagram",
    "FBAN",
    "FBAV",
    "FB_IAB",
    "TikTok",
    "musical_ly",
    "BytedanceWebview",
    "Line/",
    "MicroMessenger",
    "Snapchat",
    "Pinterest",
    "LinkedInApp",
];

/// Whether this is a browser inside another app.
pub(crate) fn is_in_app() -> bool {
    let agent = web_sys::window().and_then(|w| w.navigator().user_agent().ok()).unwrap_or_default();
    names_an_app(&agent)
}

fn names_an_app(agent: &str) -> bool {
    APPS.iter().any(|app| agent.contains(app))
}

/// Whether this browser keeps cookies: a first visit has none either, so it is tried with one of our own.
fn keeps_cookies() -> bool {
    let Some(document) = web_sys::window().and_then(|w| w.document()) else { return true };
    let field = "cookie".into();
    let _ = js_sys::Reflect::set(&document, &field, &"jukeline-try=1; path=/; max-age=60; SameSite=Lax".into());
    js_sys::Reflect::get(&document, &field).ok().and_then(|c| c.as_string()).is_none_or(|c| c.contains("jukeline-try"))
}

/// The notice, where it is needed.
#[component]
pub(crate) fn InApp() -> Element {
    let lang = lang();
    let words = match (is_in_app(), boot().no_cookie && !keeps_cookies()) {
        (true, _) => lang.in_app_text(),
        (false, true) => lang.no_cookie(),
        (false, false) => return VNode::empty(),
    };
    let copy = move |_| {
        if let Some(window) = web_sys::window() {
            let address = window.location().href().unwrap_or_default();
            let _ = window.navigator().clipboard().write_text(&address);
            state::show_toast(Toast { head: lang.copied().into(), text: address });
        }
    };
    let can_copy = web_sys::window().is_some_and(|w| w.is_secure_context());
    rsx! {
        section { class: "banner warn",
            Icon { name: "warning" }
            div { class: "stack-tight",
                h2 { {lang.in_app_title()} }
                p { {words} }
                if is_in_app() { p { class: "muted", {lang.in_app_how()} } }
                if can_copy {
                    p { class: "actions", button { class: "btn", onclick: copy, {lang.copy_address()} } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_are_told_from_browsers() {
        assert!(names_an_app("Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/15E148 Instagram 300.0"));
        assert!(!names_an_app("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"));
    }
}
