//! A computer that is the jukebox doesn't fall asleep while the app runs, and neither does its display.

#[cfg(not(mobile))]
use keepawake::KeepAwake;

/// Keeps it awake as long as it lives.
pub(crate) struct Awake {
    #[cfg(not(mobile))]
    kept: Option<KeepAwake>,
}

impl Awake {
    /// Asks the system for it; one that can't is left as it is.
    #[cfg(not(mobile))]
    pub(crate) fn keep() -> Awake {
        let mut asked = keepawake::Builder::default();
        asked.display(true).idle(true).sleep(true);
        asked.reason("This computer is the jukebox").app_name("Jukeline").app_reverse_domain("app.jukeline.screen");
        match asked.create() {
            Ok(kept) => Awake { kept: Some(kept) },
            Err(error) => {
                tracing::warn!(%error, "this computer may fall asleep: its settings decide");
                Awake { kept: None }
            }
        }
    }

    /// Phones have a setting of their own.
    #[cfg(mobile)]
    pub(crate) fn keep() -> Awake {
        Awake {}
    }

    /// Whether the system keeps awake for this app.
    pub(crate) fn is_kept(&self) -> bool {
        #[cfg(not(mobile))]
        return self.kept.is_some();
        #[cfg(mobile)]
        return false;
    }
}
