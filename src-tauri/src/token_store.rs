//! Where a session's token is between two runs: people's in the system's keyring, a screen's in a file of its own.
//!
//! A screen comes back after a power cut without anybody at the keyboard, and a keyring that nobody's password opens
//! stays locked. Its token is good for the jukebox alone, and staff can take it back.

use crate::{
    keyring::{Keyring, Trouble},
    private_file,
    role::Role,
    server::Server,
};
use std::path::{Path, PathBuf};

/// The place of one app's token for one server.
pub(crate) enum TokenStore {
    Keyring(Keyring),
    File(PathBuf),
}

impl TokenStore {
    /// The place for this role, with files in `folder`.
    pub(crate) fn of(role: Role, server: &Server, folder: &Path) -> TokenStore {
        match role {
            // One a server: no other is shown it.
            Role::Screen => TokenStore::File(folder.join(format!("screen-{}.token", name_of(server)))),
            Role::Patron | Role::Staff => TokenStore::Keyring(Keyring::new(&role.identifier(), &server.origin())),
        }
    }

    /// The token that is kept.
    pub(crate) async fn read(&self) -> Result<Option<String>, Trouble> {
        match self {
            TokenStore::Keyring(keyring) => keyring.read().await,
            TokenStore::File(file) => Ok(std::fs::read_to_string(file).ok().filter(|token| !token.is_empty())),
        }
    }

    /// Keeps a token in place of any other.
    pub(crate) async fn keep(&self, token: String) -> Result<(), Trouble> {
        match self {
            TokenStore::Keyring(keyring) => keyring.keep(token).await,
            TokenStore::File(file) => private_file::write(file, token.as_bytes()).map_err(|_| Trouble::Locked),
        }
    }

    /// Forgets it.
    pub(crate) async fn forget(&self) -> Result<(), Trouble> {
        match self {
            TokenStore::Keyring(keyring) => keyring.forget().await,
            TokenStore::File(file) if file.exists() => std::fs::remove_file(file).map_err(|_| Trouble::Locked),
            TokenStore::File(_) => Ok(()),
        }
    }
}

/// A server's name that can be one of a file.
fn name_of(server: &Server) -> String {
    url::form_urlencoded::byte_serialize(server.origin().as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_screens_token_is_for_nobody_else_to_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::read("http://127.0.0.1:8080").expect("an address");
        let store = TokenStore::of(Role::Screen, &server, &folder.path().join("new"));
        assert_eq!(store.read().await, Ok(None));
        store.keep("first".into()).await.expect("kept");
        store.keep("second".into()).await.expect("kept");
        assert_eq!(store.read().await, Ok(Some("second".into())));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let file = folder.path().join("new/screen-http%3A%2F%2F127.0.0.1%3A8080.token");
            let about = std::fs::metadata(file).expect("a file");
            assert_eq!(about.permissions().mode() & 0o777, 0o600);
        }
        let other = Server::read("http://127.0.0.1:8081").expect("an address");
        let other = TokenStore::of(Role::Screen, &other, &folder.path().join("new"));
        assert_eq!(other.read().await, Ok(None), "no other server is shown it");
        store.forget().await.expect("forgotten");
        store.forget().await.expect("forgotten already");
        assert_eq!(store.read().await, Ok(None));
    }
}
