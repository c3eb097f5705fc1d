//! The session's token in the system's keyring. Whatever goes wrong there, the app starts, and says what it means.

use serde::Serialize;
use std::{sync::Arc, time::Duration};

#[cfg(not(any(target_os = "android", target_os = "ios")))]
use ::keyring::{Entry, Error};
#[cfg(any(target_os = "android", target_os = "ios"))]
use keyring_core::{Entry, Error};

/// A keyring that hasn't answered by then asks somebody who isn't there to unlock it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why a session is for this run only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Trouble {
    /// This system has no keyring that runs.
    Missing,
    /// It is locked, or refuses.
    Locked,
}

/// The entry of one app for one server.
#[derive(Clone, Debug)]
pub(crate) struct Keyring {
    service: Arc<str>,
    user: Arc<str>,
}

impl Keyring {
    /// The entry of the app `identifier` for the server at `origin`.
    pub(crate) fn new(identifier: &str, origin: &str) -> Keyring {
        Keyring { service: identifier.into(), user: origin.into() }
    }

    /// The token that is kept; `None`: none, or nothing that can be read as one.
    ///
    /// # Errors
    /// The keyring isn't there or is locked.
    pub(crate) async fn read(&self) -> Result<Option<String>, Trouble> {
        let read = self.blocking(|entry| entry.get_password()).await;
        match read {
            Ok(token) => Ok(Some(token)),
            // Another program wrote there, or half of it is lost: as good as none, and written over next time.
            Err(Error::NoEntry | Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::Ambiguous(_)) => Ok(None),
            Err(error) => Err(trouble(&error)),
        }
    }

    /// Keeps a token in place of any other.
    ///
    /// # Errors
    /// The keyring isn't there or is locked.
    pub(crate) async fn keep(&self, token: String) -> Result<(), Trouble> {
        self.blocking(move |entry| entry.set_password(&token)).await.map_err(|error| trouble(&error))
    }

    /// Forgets the token.
    ///
    /// # Errors
    /// The keyring isn't there or is locked.
    pub(crate) async fn forget(&self) -> Result<(), Trouble> {
        match self.blocking(|entry| entry.delete_credential()).await {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(trouble(&error)),
        }
    }

    /// Keyrings talk over a bus and may ask a person: off the threads that others need, and not for ever.
    async fn blocking<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let Keyring { service, user } = self.clone();
        let done = tauri::async_runtime::spawn_blocking(move || act(&open(&service, &user)?));
        let locked = || Error::NoStorageAccess("it doesn't answer".into());
        let Ok(done) = tokio::time::timeout(PATIENCE, done).await else { return Err(locked()) };
        done.unwrap_or_else(|_| Err(locked()))
    }
}

fn open(service: &str, user: &str) -> Result<Entry, Error> {
    #[cfg(target_os = "android")]
    keyring_core::set_default_store(android_native_keyring_store::Store::new()?);
    #[cfg(target_os = "ios")]
    keyring_core::set_default_store(apple_native_keyring_store::protected::Store::new()?);
    Entry::new(service, user)
}

fn trouble(error: &Error) -> Trouble {
    match error {
        Error::NoStorageAccess(_) => Trouble::Locked,
        _ => Trouble::Missing,
    }
}
