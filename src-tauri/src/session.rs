//! Who is signed in, for this run, and where the next one finds it.

use crate::{keyring::Trouble, role::Role, server::Server, token_store::TokenStore};
use serde::Serialize;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};
use tokio::sync::Mutex;

/// The session of an app with its server.
pub(crate) struct Session {
    role: Role,
    /// Where an app without a keyring keeps its own.
    folder: PathBuf,
    open: Arc<Mutex<Option<Open>>>,
}

struct Open {
    store: TokenStore,
    held: Held,
}

/// What a page needs to speak for whoever is signed in.
#[derive(Clone, Default, Serialize)]
pub(crate) struct Held {
    /// The bearer token.
    token: Option<String>,
    /// Passes by the names of their rooms.
    passes: BTreeMap<String, String>,
    /// Why the token won't be there after a restart.
    trouble: Option<Trouble>,
}

impl Session {
    /// Nobody's until a server is known.
    pub(crate) fn new(role: Role, folder: PathBuf) -> Session {
        Session { role, folder, open: Arc::default() }
    }

    /// From here on it is the session with this server; what is kept of another one stays there. A keyring may take its
    /// time: whoever asks for the session waits for it, and nothing else does.
    pub(crate) async fn belongs_to(&self, server: &Server) {
        let store = TokenStore::of(self.role, server, &self.folder);
        let mut open = self.open.clone().lock_owned().await;
        tauri::async_runtime::spawn(async move {
            let (token, trouble) = match store.read().await {
                Ok(token) => (token, None),
                Err(trouble) => (None, Some(trouble)),
            };
            *open = Some(Open { store, held: Held { token, trouble, ..Held::default() } });
        });
    }

    /// The session.
    pub(crate) async fn held(&self) -> Held {
        self.open.lock().await.as_ref().map(|open| open.held.clone()).unwrap_or_default()
    }

    /// Keeps a token that the server gave.
    pub(crate) async fn keep(&self, token: String) -> Held {
        let mut open = self.open.lock().await;
        let Some(open) = open.as_mut() else { return Held::default() };
        open.held.trouble = open.store.keep(token.clone()).await.err();
        open.held.token = Some(token);
        open.held.clone()
    }

    /// Forgets it, here and in the keyring, if it is still this token's: another window may have begun another one since.
    pub(crate) async fn forget(&self, token: &str) -> Held {
        let mut open = self.open.lock().await;
        let Some(open) = open.as_mut() else { return Held::default() };
        if open.held.token.as_deref() != Some(token) {
            return open.held.clone();
        }
        open.held = Held { trouble: open.store.forget().await.err(), ..Held::default() };
        open.held.clone()
    }

    /// Keeps the pass of a room: for half an hour, so in memory.
    pub(crate) async fn keep_pass(&self, room: String, pass: String) -> Held {
        let mut open = self.open.lock().await;
        let Some(open) = open.as_mut() else { return Held::default() };
        open.held.passes.insert(room, pass);
        open.held.clone()
    }
}
