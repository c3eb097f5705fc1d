//! The server that an app belongs to: given when it is started, else remembered from the time before.

use crate::private_file;
use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
    sync::{OnceLock, PoisonError, RwLock},
};
use url::Url;

/// Its file in the app's folder of settings.
const FILE: &str = "server.json";

/// A server's address: http or https, a host, and nothing behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Server(Url);

/// What can't be a server's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an address such as https://jukebox.example is expected")]
pub(crate) struct NoServer;

impl Server {
    /// Reads what somebody typed, with or without `https://`, or any address of a page of the server.
    pub(crate) fn read(typed: &str) -> Result<Server, NoServer> {
        let typed = typed.trim();
        let url = if typed.contains("://") { Url::parse(typed) } else { Url::parse(&format!("https://{typed}")) };
        let mut url = url.map_err(|_| NoServer)?;
        let is_plain = url.username().is_empty() && url.password().is_none() && url.host().is_some();
        if !matches!(url.scheme(), "http" | "https") || !is_plain {
            return Err(NoServer);
        }
        url.set_path("");
        url.set_query(None);
        url.set_fragment(None);
        Ok(Server(url))
    }

    /// `https://jukebox.example`, without a slash at its end.
    pub(crate) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The same for websockets.
    pub(crate) fn socket_origin(&self) -> String {
        self.origin().replacen("http", "ws", 1)
    }

    /// What was remembered in this folder; a file that can't be read is none.
    pub(crate) fn remembered(folder: &Path) -> Option<Server> {
        serde_json::from_slice(&std::fs::read(folder.join(FILE)).ok()?).ok()
    }

    /// Remembers it in this folder.
    ///
    /// # Errors
    /// The disk refuses.
    pub(crate) fn remember(&self, folder: &Path) -> io::Result<()> {
        private_file::write(&folder.join(FILE), &serde_json::to_vec(self)?)
    }
}

/// The server that the app belongs to now, and where it is remembered.
#[derive(Debug, Default)]
pub(crate) struct Home {
    folder: OnceLock<PathBuf>,
    server: RwLock<Option<Server>>,
    /// Another one, to which a link leads: the person says whether the app is to belong to it.
    led_to: RwLock<Option<Server>>,
}

impl Home {
    /// The given server, which is remembered in this folder, else the one that was. Called once, before a page is opened.
    pub(crate) fn settle(&self, folder: &Path, given: Option<Server>) {
        let remembered = Server::remembered(folder);
        let is_new = given.is_some() && given != remembered;
        *self.server.write().unwrap_or_else(PoisonError::into_inner) = remembered;
        self.folder.get_or_init(|| folder.to_owned());
        if let Some(given) = given.filter(|_| is_new) {
            self.move_to(given);
        }
    }

    /// The server, once it is known.
    pub(crate) fn server(&self) -> Option<Server> {
        self.server.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A link leads to this server. An app that belongs to none belongs to it from here on; one that does asks first:
    /// its pages look the same, and a password would go elsewhere. Gives whether it moved.
    pub(crate) fn lead_to(&self, server: Server) -> bool {
        match self.server() {
            Some(home) if home == server => false,
            Some(_) => {
                *self.led_to.write().unwrap_or_else(PoisonError::into_inner) = Some(server);
                false
            }
            None => {
                self.move_to(server);
                true
            }
        }
    }

    /// The other server that a link leads to, until the person says which it is to be.
    pub(crate) fn led_to(&self) -> Option<Server> {
        self.led_to.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From here on the app belongs to this one.
    pub(crate) fn move_to(&self, server: Server) {
        *self.led_to.write().unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(folder) = self.folder.get()
            && let Err(error) = server.remember(folder)
        {
            tracing::warn!(%error, "the server's address can't be remembered");
        }
        *self.server.write().unwrap_or_else(PoisonError::into_inner) = Some(server);
    }
}

impl TryFrom<String> for Server {
    type Error = NoServer;

    fn try_from(text: String) -> Result<Server, NoServer> {
        Server::read(&text)
    }
}

impl From<Server> for String {
    fn from(server: Server) -> String {
        server.origin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_leads_to_a_server_is_its_address() {
        let origin = |typed: &str| Server::read(typed).map(|server| server.origin());
        assert_eq!(origin("jukebox.example"), Ok("https://jukebox.example".into()));
        assert_eq!(origin(" http://192.168.1.5:8080/r/copper?c=123456 "), Ok("http://192.168.1.5:8080".into()));
        for bad in ["", "ftp://a.example", "https://me:secret@a.example", "javascript:alert(1)", "https://"] {
            assert_eq!(origin(bad), Err(NoServer), "{bad}");
        }
    }

    #[test]
    fn a_link_takes_an_app_to_its_first_server_and_asks_before_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::default();
        home.settle(folder.path(), None);
        let [ours, other] =
            ["https://a.example", "https://b.example"].map(|text| Server::read(text).expect("an address"));
        assert!(home.lead_to(ours.clone()));
        assert_eq!((home.server(), home.led_to()), (Some(ours.clone()), None));
        assert!(!home.lead_to(ours.clone()) && home.led_to().is_none());
        assert!(!home.lead_to(other.clone()));
        assert_eq!((home.server(), home.led_to()), (Some(ours.clone()), Some(other.clone())));
        home.move_to(ours.clone());
        assert_eq!((home.server(), home.led_to()), (Some(ours.clone()), None), "no is an answer");
        home.lead_to(other.clone());
        home.move_to(other.clone());
        assert_eq!(Server::remembered(folder.path()), Some(other));
    }

    #[test]
    fn a_given_server_takes_the_place_of_the_remembered_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let [ours, other] =
            ["https://a.example", "https://b.example"].map(|text| Server::read(text).expect("an address"));
        for (given, server) in
            [(None, None), (Some(&ours), Some(&ours)), (None, Some(&ours)), (Some(&other), Some(&other))]
        {
            let home = Home::default();
            home.settle(folder.path(), given.cloned());
            assert_eq!((home.server(), Server::remembered(folder.path())), (server.cloned(), server.cloned()));
        }
    }

    #[test]
    fn it_is_remembered() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Server::remembered(folder.path()), None);
        let server = Server::read("http://127.0.0.1:8080").expect("an address");
        server.remember(folder.path()).expect("written");
        assert_eq!(Server::remembered(folder.path()), Some(server.clone()));
        assert_eq!(server.socket_origin(), "ws://127.0.0.1:8080");
        std::fs::write(folder.path().join(FILE), "{").expect("written");
        assert_eq!(Server::remembered(folder.path()), None);
    }
}
