//! Songs on this machine's disk, in the browser's cache storage, so that a reload needs none of them from the server.
//! Browsers have it in secure contexts only: over https, and on the server's own machine. An app's shell has its own.

use crate::shared::platform;
use jukeline_app::id::SongId;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, Headers, Request, Response, ResponseInit, Url};

const NAME: &str = "jukeline-songs";
/// How much is kept, in bytes; beyond it what came first goes first.
const ROOM: u64 = 400_000_000;
/// A kept song says its size itself, so that making room reads no sound.
const SIZE: &str = "Content-Length";

/// Whether this browser keeps songs on its disk here.
pub(super) fn is_there() -> bool {
    platform::song_disk().is_some() || has_cache()
}

fn has_cache() -> bool {
    web_sys::window().is_some_and(|window| window.is_secure_context() && window.caches().is_ok())
}

/// The address of a song that is kept.
pub(super) async fn find(song: SongId) -> Option<String> {
    match platform::song_disk() {
        Some(disk) => disk.find(&song.to_string()).await,
        None => Url::create_object_url_with_blob(&find_in_cache(song).await?).ok(),
    }
}

async fn find_in_cache(song: SongId) -> Option<Blob> {
    let cache = open().await?;
    let found = JsFuture::from(cache.match_with_str(&address(song))).await.ok()?;
    // `undefined` where there is none.
    let answer: Response = found.dyn_into().ok()?;
    JsFuture::from(answer.blob().ok()?).await.ok()?.dyn_into().ok()
}

/// Keeps a song if the disk takes it. It is at hand either way.
pub(super) async fn keep(song: SongId, blob: &Blob) {
    if let Some(disk) = platform::song_disk() {
        return disk.keep(&song.to_string(), blob).await;
    }
    let Some(cache) = open().await else { return };
    if blob.size() > ROOM as f64 {
        return;
    }
    // A disk that is full refuses: the next song tries again.
    let _ = put(&cache, song, blob).await;
}

async fn open() -> Option<Cache> {
    if !has_cache() {
        return None;
    }
    let caches = web_sys::window()?.caches().ok()?;
    JsFuture::from(caches.open(NAME)).await.ok()?.dyn_into().ok()
}

async fn put(cache: &Cache, song: SongId, blob: &Blob) -> Result<(), JsValue> {
    let kept = kept(cache).await?;
    let sizes: Vec<u64> = kept.iter().map(|(_, size)| *size).collect();
    for (request, _) in &kept[..too_many(&sizes, blob.size() as u64)] {
        JsFuture::from(cache.delete_with_request(request)).await?;
    }
    let headers = Headers::new()?;
    headers.set(SIZE, &(blob.size() as u64).to_string())?;
    headers.set("Content-Type", &blob.type_())?;
    let init = ResponseInit::new();
    init.set_headers(&headers);
    let answer = Response::new_with_opt_blob_and_init(Some(blob), &init)?;
    JsFuture::from(cache.put_with_str(&address(song), &answer)).await.map(drop)
}

/// What is kept with its size, first what came first.
async fn kept(cache: &Cache) -> Result<Vec<(Request, u64)>, JsValue> {
    let requests: js_sys::Array = JsFuture::from(cache.keys()).await?.dyn_into()?;
    let mut kept = Vec::new();
    for request in requests {
        let request: Request = request.dyn_into()?;
        let answer: Response = JsFuture::from(cache.match_with_request(&request)).await?.dyn_into()?;
        let size = answer.headers().get(SIZE)?.and_then(|size| size.parse().ok()).unwrap_or(0);
        kept.push((request, size));
    }
    Ok(kept)
}

/// How many of the first have to go for one of `incoming` bytes.
fn too_many(sizes: &[u64], incoming: u64) -> usize {
    let (mut total, mut gone) = (sizes.iter().sum::<u64>() + incoming, 0);
    while total > ROOM && gone < sizes.len() {
        total -= sizes[gone];
        gone += 1;
    }
    gone
}

fn address(song: SongId) -> String {
    format!("/api/songs/{song}/sound")
}

#[cfg(test)]
mod tests {
    use super::*;

    const THIRD: u64 = ROOM / 3;

    #[test]
    fn what_came_first_goes_first() {
        assert_eq!(too_many(&[], THIRD), 0);
        assert_eq!(too_many(&[THIRD, THIRD], THIRD), 0);
        assert_eq!(too_many(&[THIRD, THIRD, THIRD], THIRD), 1);
        assert_eq!(too_many(&[1, THIRD, THIRD, THIRD], THIRD), 2);
        assert_eq!(too_many(&[THIRD, THIRD, THIRD], ROOM), 3);
    }
}
