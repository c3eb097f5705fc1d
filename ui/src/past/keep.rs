//! What the server gives to the person alone, on their device: shown, and kept.

use crate::shared::{
    fetch::file,
    platform,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::client::ClientError;
use web_sys::Url;

/// Keeps a file of the server among the downloads, by this name. A browser follows a link; an app, whose links carry no
/// session, reads the file and says where it went.
#[component]
pub(super) fn Keep(path: String, name: String, children: Element) -> Element {
    let lang = lang();
    let mut busy = use_signal(|| false);
    let mut told = use_signal(|| None::<Result<String, String>>);
    if !platform::is_app() {
        return rsx! { a { class: "btn", href: path, download: name, {children} } };
    }
    let keep = move |_| {
        let (path, name) = (path.clone(), name.clone());
        busy.set(true);
        told.set(None);
        spawn(async move {
            let answer = read_and_keep(&path, &name, lang).await;
            busy.set(false);
            told.set(Some(answer));
        });
    };
    rsx! {
        // Above: what is below a button may be out of sight.
        match told() {
            None => VNode::empty(),
            Some(Ok(words)) => rsx! { p { role: "status", {words} } },
            Some(Err(words)) => rsx! { p { class: "error", role: "alert", {words} } },
        }
        button { class: "btn", aria_busy: busy(), disabled: busy(), onclick: keep, {children} }
    }
}

/// Says where the file went, or why it is nowhere.
async fn read_and_keep(path: &str, name: &str, lang: Lang) -> Result<String, String> {
    let content = file(path).await.map_err(|error| lang.client_error(&error))?;
    let kept = platform::keep_file(name, &content).await.ok_or(lang.downloads_refuse())?;
    Ok(lang.file_kept(&kept))
}

/// What an `img` shows the picture at this path by; nothing while it is read. A browser asks for it by itself, with its
/// cookie and when it comes into sight; an app reads it.
pub(super) fn use_picture(path: String) -> Option<Result<String, ClientError>> {
    let asked = path.clone();
    let picture = use_resource(use_reactive!(|asked| async move {
        if !platform::is_app() {
            return Ok(None);
        }
        Ok::<_, ClientError>(Held::new(&file(&asked).await?))
    }));
    if !platform::is_app() {
        return Some(Ok(path));
    }
    let read = picture.read();
    Some(match read.as_ref()? {
        Ok(held) => Ok(held.as_ref().map(|held| held.0.clone()).unwrap_or_default()),
        Err(error) => Err(error.clone()),
    })
}

/// The address of a file in memory, which is let go with it.
struct Held(String);

impl Held {
    fn new(file: &web_sys::Blob) -> Option<Held> {
        Url::create_object_url_with_blob(file).ok().map(Held)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // It is an address of ours.
        let _ = Url::revoke_object_url(&self.0);
    }
}
