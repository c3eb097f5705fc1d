//! Links that a phone hands to the app: the one that it was opened by, and those that come while it runs.

use crate::{
    link::Link,
    server::{Home, NoServer},
    session::Session,
};
use std::sync::Arc;
use tauri::{AppHandle, Manager, WebviewWindow};
use tauri_plugin_deep_link::DeepLinkExt;
use url::Url;

/// Where Tauri shows an app's own pages.
const PAGES: &str = if cfg!(target_os = "android") { "http://tauri.localhost/" } else { "tauri://localhost/" };

/// Opens them in the window that there is, from now on. What a link says is in the page's address, and kept nowhere else.
///
/// # Errors
/// The system doesn't tell what the app was opened by.
pub(crate) fn follow(window: &WebviewWindow) -> Result<(), tauri_plugin_deep_link::Error> {
    let links = window.deep_link();
    let app = window.app_handle().clone();
    links.on_open_url(move |event| event.urls().iter().for_each(|url| begin(app.clone(), url)));
    let first = links.get_current()?.unwrap_or_default();
    first.iter().for_each(|url| begin(window.app_handle().clone(), url));
    Ok(())
}

fn begin(app: AppHandle, url: &Url) {
    let link = Link::read(url.as_str());
    tauri::async_runtime::spawn(async move {
        if open(&app, link).await.is_err() {
            // Without the link, which may hold a code.
            tracing::warn!("a link that leads nowhere was handed over");
        }
    });
}

/// As when the app is started with a link: its page is shown, or asked first whether the app is to belong to its server.
async fn open(app: &AppHandle, link: Result<Link, NoServer>) -> Result<(), Nowhere> {
    let link = link?;
    let home = app.state::<Arc<Home>>().inner().clone();
    if home.lead_to(link.server.clone()) {
        app.state::<Session>().belongs_to(&link.server).await;
    }
    // Not below what the window shows: it may show nothing yet.
    let page = link.in_window(&Url::parse(PAGES).map_err(|_| NoServer)?);
    for window in app.webview_windows().into_values() {
        window.navigate(page.clone())?;
    }
    Ok(())
}

/// Why a link isn't opened.
#[derive(Debug, thiserror::Error)]
enum Nowhere {
    #[error(transparent)]
    Address(#[from] NoServer),
    #[error(transparent)]
    Window(#[from] tauri::Error),
}
