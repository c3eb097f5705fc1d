//! "Add to home screen": a button where the browser offers it, words on iPhones, nothing where it is an app already.

use crate::shared::{boot::boot, icons::Icon, listen::Listener, words::lang};
use dioxus::prelude::*;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Window;

/// Where the page's first script keeps the browser's offer, which comes when it wants.
const OFFER: &str = "jukelineOffer";
/// What that script says when the offer has come.
const OFFERED: &str = "jukeline-offer";

/// How one adds the page to the home screen here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The browser asks when it is told to.
    Button,
    /// By hand: Safari offers it to people only.
    ByHand,
}

/// The section, where there is something to say.
#[component]
pub(super) fn Install() -> Element {
    let lang = lang();
    let mut way = use_signal(way);
    let _listener = use_hook(move || std::rc::Rc::new(Listener::on_window(OFFERED, move |_| way.set(self::way()))));
    let Some(how) = way() else { return VNode::empty() };
    let ask = move |_| async move {
        ask().await;
        way.set(self::way());
    };
    rsx! {
        section { class: "stack install",
            h2 { {lang.as_an_app()} }
            p { class: "muted", {lang.as_an_app_hint()} }
            match how {
                Way::Button => rsx! { button { class: "btn wide", onclick: ask, Icon { name: "phone" } {lang.add_to_home_screen()} } },
                Way::ByHand => rsx! { p { {lang.add_by_hand()} } },
            }
        }
    }
}

fn way() -> Option<Way> {
    let window = web_sys::window()?;
    // The pages in an app's shell are of no server's build.
    if boot().build.is_empty() || is_an_app(&window) {
        return None;
    }
    if offer(&window).is_some() {
        return Some(Way::Button);
    }
    let device = window.navigator().user_agent().unwrap_or_default();
    device.contains("iPhone").then_some(Way::ByHand)
}

/// Whether it was opened from the home screen. Safari has a word of its own for it.
fn is_an_app(window: &Window) -> bool {
    let standalone =
        window.match_media("(display-mode: standalone)").ok().flatten().is_some_and(|query| query.matches());
    standalone || Reflect::get(&window.navigator(), &"standalone".into()).is_ok_and(|value| value.is_truthy())
}

fn offer(window: &Window) -> Option<JsValue> {
    Reflect::get(window, &OFFER.into()).ok().filter(JsValue::is_truthy)
}

/// Lets the browser ask. An offer can be taken up once, whatever the answer is.
async fn ask() {
    let Some(window) = web_sys::window() else { return };
    let Some(offer) = offer(&window) else { return };
    // Fails for a frozen window only.
    let _ = Reflect::set(&window, &OFFER.into(), &JsValue::UNDEFINED);
    let prompt = Reflect::get(&offer, &"prompt".into()).and_then(|prompt| prompt.dyn_into::<Function>());
    let answer = prompt.and_then(|prompt| prompt.call0(&offer)).and_then(|answer| answer.dyn_into::<Promise>());
    if let Ok(answer) = answer {
        // Yes or no: both are fine.
        let _ = JsFuture::from(answer).await;
    }
}
