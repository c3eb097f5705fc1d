//! One audio element: how it is made, started and asked.

use jukeline_app::song::Codec;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, DomException, HtmlAudioElement, Url};

/// What this browser can decode.
pub(super) fn codecs() -> Vec<Codec> {
    let Ok(probe) = HtmlAudioElement::new() else { return Vec::new() };
    Codec::ALL.into_iter().filter(|codec| !probe.can_play_type(codec.media_type()).is_empty()).collect()
}

/// Puts an audio element of this id into the page, or finds it there; `None` outside a page.
pub(super) fn put(id: &str) -> Option<HtmlAudioElement> {
    let document = web_sys::window()?.document()?;
    if let Some(known) = document.get_element_by_id(id) {
        return known.dyn_into().ok();
    }
    let element: HtmlAudioElement = document.create_element("audio").ok()?.dyn_into().ok()?;
    element.set_id(id);
    // An app serves kept songs from an origin of their own, whose sound a mixer gets only if it was asked for like this.
    element.set_cross_origin(Some("anonymous"));
    document.body()?.append_child(&element).ok()?;
    Some(element)
}

/// Starts a WAV file on an element at once, within the touch that asked for it; the future tells whether it was allowed.
pub(super) fn start(element: &HtmlAudioElement, wav: &[u8]) -> impl Future<Output = Result<(), JsValue>> + use<> {
    let url = object_url(wav).map(Held);
    let promise = url.as_ref().map_err(Clone::clone).and_then(|url| {
        element.set_src(&url.0);
        element.set_volume(1.0);
        element.play()
    });
    async move {
        let outcome = settled(promise).await;
        drop(url);
        outcome
    }
}

/// An object URL, for as long as it is needed.
struct Held(String);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = Url::revoke_object_url(&self.0);
    }
}

fn object_url(wav: &[u8]) -> Result<String, JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("audio/wav");
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(wav));
    Url::create_object_url_with_blob(&Blob::new_with_u8_array_sequence_and_options(&parts, &kind)?)
}

/// Waits for what a promise comes to.
pub(super) async fn settled(promise: Result<js_sys::Promise, JsValue>) -> Result<(), JsValue> {
    JsFuture::from(promise?).await.map(|_| ())
}

/// The name of what went wrong, as the web's standards have it.
pub(super) fn name_of(error: &JsValue) -> String {
    error.dyn_ref::<DomException>().map(DomException::name).unwrap_or_default()
}

/// Its clock, in milliseconds.
pub(super) fn position_ms(element: &HtmlAudioElement) -> i64 {
    (element.current_time() * 1000.0) as i64
}
