//! Songs fetched ahead: what a player needs to play on through a network cut. At hand in memory, and on the disk for the
//! next time where there is one.

use super::{shelf, sound::RING_MS};
use crate::shared::platform;
use gloo_timers::{callback::Timeout, future::TimeoutFuture};
use jukeline_app::id::SongId;
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, RequestInit, Url};

const FIRST_WAIT_MS: u32 = 1_000;
const LONGEST_WAIT_MS: u32 = 15_000;

/// What became of a wanted file.
pub(super) enum FileNews {
    /// It is at hand.
    Fetched(SongId),
    /// The server doesn't have it for us, now or later.
    Gone(SongId),
}

/// The files that are wanted, with those at hand as object URLs. Clones share them.
#[derive(Clone)]
pub(super) struct Files {
    inner: Rc<Inner>,
}

struct Inner {
    wanted: RefCell<Vec<SongId>>,
    at_hand: RefCell<HashMap<SongId, String>>,
    gone: RefCell<Vec<SongId>>,
    running: Cell<bool>,
    news: Box<dyn Fn(FileNews)>,
}

impl Files {
    pub(super) fn new(news: impl Fn(FileNews) + 'static) -> Files {
        let inner = Inner {
            wanted: RefCell::default(),
            at_hand: RefCell::default(),
            gone: RefCell::default(),
            running: Cell::new(false),
            news: Box::new(news),
        };
        Files { inner: Rc::new(inner) }
    }

    /// Wants these files in this order and no others.
    pub(super) fn keep(&self, wanted: Vec<SongId>) {
        let inner = &self.inner;
        inner.at_hand.borrow_mut().retain(|song, url| {
            let keep = wanted.contains(song);
            if !keep {
                // It may be heard below the next song for a while.
                let url = std::mem::take(url);
                let heard_ms = u32::try_from(platform::crossfade_ms()).unwrap_or_default() + RING_MS;
                Timeout::new(heard_ms, move || drop(Url::revoke_object_url(&url))).forget();
            }
            keep
        });
        inner.gone.borrow_mut().retain(|song| wanted.contains(song));
        *inner.wanted.borrow_mut() = wanted;
        if !inner.running.replace(true) {
            spawn_local(fetch_all(inner.clone()));
        }
    }

    /// The object URL of a song at hand.
    pub(super) fn url(&self, song: SongId) -> Option<String> {
        self.inner.at_hand.borrow().get(&song).cloned()
    }
}

impl Inner {
    fn next(&self) -> Option<SongId> {
        let (at_hand, gone) = (self.at_hand.borrow(), self.gone.borrow());
        self.wanted.borrow().iter().copied().find(|song| !at_hand.contains_key(song) && !gone.contains(song))
    }
}

/// Fetches one file after the other, the most urgent first, until all are at hand.
async fn fetch_all(inner: Rc<Inner>) {
    let mut wait_ms = FIRST_WAIT_MS;
    while let Some(song) = inner.next() {
        match fetch(song).await {
            Ok(Some(url)) => {
                wait_ms = FIRST_WAIT_MS;
                inner.at_hand.borrow_mut().insert(song, url);
                (inner.news)(FileNews::Fetched(song));
            }
            Ok(None) => {
                inner.gone.borrow_mut().push(song);
                (inner.news)(FileNews::Gone(song));
            }
            Err(_) => {
                TimeoutFuture::new(wait_ms).await;
                wait_ms = (wait_ms * 2).min(LONGEST_WAIT_MS);
            }
        }
    }
    inner.running.set(false);
}

/// From the disk, else from the server. `None`: there is no use in asking again.
async fn fetch(song: SongId) -> Result<Option<String>, JsValue> {
    if let Some(url) = shelf::find(song).await {
        return Ok(Some(url));
    }
    let answer = platform::fetch(&format!("/api/songs/{song}/sound"), &RequestInit::new()).await?;
    if matches!(answer.status(), 404 | 410 | 415) {
        return Ok(None);
    }
    if !answer.ok() {
        return Err("not now".into());
    }
    let blob: Blob = JsFuture::from(answer.blob()?).await?.dyn_into()?;
    if platform::is_app() {
        // WebKit's player takes the middle of a file in memory for its end (3 MB of FLAC ended at 1.5), and hears it from
        // the disk whole.
        shelf::keep(song, &blob).await;
        if let Some(url) = shelf::find(song).await {
            return Ok(Some(url));
        }
    }
    let url = Url::create_object_url_with_blob(&blob)?;
    // It need not wait for the disk.
    spawn_local(async move { shelf::keep(song, &blob).await });
    Ok(Some(url))
}
