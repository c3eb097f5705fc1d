//! Songs on the screen's disk, and the address where its page hears them: pages of an app have no way to play a file.

use crate::private_file;
use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
    serve::ListenerExt,
};
use jukeline_app::id::SongId;
use std::{
    fs::{self, File},
    io,
    net::Ipv4Addr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};
use tower::ServiceExt;
use tower_http::services::ServeFile;
use uuid::Uuid;

/// How much is kept, in bytes: beyond it what was heard longest ago goes first.
pub(crate) const ROOM: u64 = 400_000_000;

/// The songs that are kept. Clones share them.
#[derive(Clone)]
pub(crate) struct Songs {
    folder: Arc<PathBuf>,
    room: u64,
    /// `http://127.0.0.1:<port>/<token>`: whoever else is on this machine doesn't know the token.
    address: Arc<str>,
    /// One at a time makes room.
    keeping: Arc<Mutex<()>>,
}

impl Songs {
    /// Keeps songs in this folder, in so many bytes, and serves them to whoever knows the token, on this machine alone.
    /// Must be called within the runtime that it serves on.
    ///
    /// # Errors
    /// The disk refuses, or no port is free.
    pub(crate) fn open(folder: PathBuf, room: u64, token: Uuid) -> io::Result<Songs> {
        fs::create_dir_all(&folder)?;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = format!("http://{}/{}", listener.local_addr()?, token.simple());
        let songs = Songs { folder: Arc::new(folder), room, address: address.into(), keeping: Arc::default() };
        let routes =
            Router::new().route(&format!("/{}/{{song}}", token.simple()), get(sound)).with_state(songs.clone());
        // A song's beginning waits for nothing: not for more to send either, as TCP would.
        let listener = tokio::net::TcpListener::from_std(listener)?.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(songs)
    }

    /// The address of a song that is kept.
    pub(crate) fn find(&self, song: SongId) -> Option<String> {
        let file = File::options().append(true).open(self.file(song)).ok()?;
        // What is wanted now is what was heard last.
        let _ = file.set_modified(SystemTime::now());
        Some(format!("{}/{song}", self.address))
    }

    /// Keeps a song. It is there whole or not at all, whatever happens meanwhile.
    ///
    /// # Errors
    /// The disk refuses, or the song is larger than all the room.
    pub(crate) fn keep(&self, song: SongId, sound: &[u8]) -> io::Result<()> {
        if sound.len() as u64 > self.room {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let _one = self.keeping.lock().unwrap_or_else(PoisonError::into_inner);
        self.make_room(sound.len() as u64)?;
        private_file::write(&self.file(song), sound)
    }

    fn make_room(&self, wanted: u64) -> io::Result<()> {
        let mut kept = Vec::new();
        for entry in fs::read_dir(&*self.folder)? {
            let entry = entry?;
            let about = entry.metadata()?;
            kept.push((about.modified()?, about.len(), entry.path()));
        }
        kept.sort();
        let mut taken: u64 = kept.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, path) in kept {
            if taken + wanted <= self.room {
                break;
            }
            fs::remove_file(path)?;
            taken -= bytes;
        }
        Ok(())
    }

    fn file(&self, song: SongId) -> PathBuf {
        self.folder.join(song.to_string())
    }
}

async fn sound(State(songs): State<Songs>, Path(song): Path<SongId>, request: Request) -> Response {
    let file = songs.file(song);
    if !file.is_file() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Ok(answer) = ServeFile::new(file).oneshot(request).await;
    let mut answer = answer.into_response();
    let headers = answer.headers_mut();
    // The page is of another origin, and sound that it may not read is silent to its mixer.
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    // The element finds out itself what it is.
    headers.remove(header::CONTENT_TYPE);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn song(number: u128) -> SongId {
        SongId(Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn what_was_heard_longest_ago_goes_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let songs = Songs::open(folder.path().join("songs"), 10, Uuid::from_u128(7)).expect("a port");
        let long_ago = SystemTime::UNIX_EPOCH;
        for (number, seconds) in [(1, 10), (2, 20)] {
            songs.keep(song(number), b"four").expect("kept");
            let file = File::options().append(true).open(songs.file(song(number))).expect("a file");
            file.set_modified(long_ago + std::time::Duration::from_secs(seconds)).expect("a time");
        }
        assert!(songs.find(song(1)).is_some(), "heard again");
        songs.keep(song(3), b"four").expect("kept");
        let kept = [1, 2, 3].map(|number| songs.file(song(number)).is_file());
        assert_eq!(kept, [true, false, true]);
        assert!(songs.keep(song(4), b"eleven bytes").is_err());
        assert!(songs.find(song(2)).is_none());
    }

    #[tokio::test]
    async fn only_who_knows_the_token_hears_it_and_from_anywhere_in_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let songs = Songs::open(folder.path().to_owned(), 100, Uuid::from_u128(7)).expect("a port");
        songs.keep(song(1), b"0123456789").expect("kept");
        let address = songs.find(song(1)).expect("kept");
        let client = reqwest::Client::new();
        let part = client.get(&address).header("range", "bytes=4-6").send().await.expect("an answer");
        assert_eq!(part.status(), 206);
        assert_eq!(part.headers()["access-control-allow-origin"], "*");
        assert_eq!(part.text().await.expect("text"), "456");
        let stranger = address.replace(&Uuid::from_u128(7).simple().to_string(), &Uuid::nil().simple().to_string());
        assert_eq!(client.get(stranger).send().await.expect("an answer").status(), 404);
        let other = songs.find(song(1)).expect("kept").replace(&song(1).to_string(), &song(2).to_string());
        assert_eq!(client.get(other).send().await.expect("an answer").status(), 404);
    }
}
