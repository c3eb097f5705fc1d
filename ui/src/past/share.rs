//! Giving a picture to another app of the device.

use crate::shared::platform;
use js_sys::{Array, Reflect};
use jukeline_app::client::ClientError;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, FilePropertyBag, Navigator, RequestInit, ShareData};

/// Whether the device shares files at all. Whether it shares a picture it says when it sees one.
pub(super) fn can_share() -> bool {
    navigator().is_some_and(|navigator| Reflect::has(&navigator, &"canShare".into()).unwrap_or(false))
}

/// Reads the picture at `source` (a path of the page's own server) and offers it to other apps under the name `file`.
/// That the person thinks better of it is no error, and a device that refuses has said so itself.
///
/// # Errors
/// The picture could not be read.
pub(super) async fn share(source: &str, file: &str) -> Result<(), ClientError> {
    let picture = picture(source, file).await.map_err(|_| ClientError::Unreachable(String::new()))?;
    let Some(navigator) = navigator() else { return Ok(()) };
    let data = ShareData::new();
    data.set_files(&Array::of1(&picture));
    if navigator.can_share_with_data(&data) {
        let _ = JsFuture::from(navigator.share_with_data(&data)).await;
    }
    Ok(())
}

async fn picture(source: &str, name: &str) -> Result<File, JsValue> {
    let response = platform::fetch(source, &RequestInit::new()).await?;
    if !response.ok() {
        return Err("refused".into());
    }
    let blob: Blob = JsFuture::from(response.blob()?).await?.dyn_into()?;
    let kind = FilePropertyBag::new();
    kind.set_type("image/png");
    File::new_with_blob_sequence_and_options(&Array::of1(&blob), name, &kind)
}

fn navigator() -> Option<Navigator> {
    web_sys::window().map(|window| window.navigator())
}
