//! The lines that this process has read: live entries by jukebox, with the number that every change of them raises.
//!
//! A reader that finds the same number in the jukebox's row needn't read the entries again.

use jukeline_app::{conductor::Entry, id::JukeboxId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// A line and its number.
type Line = (i64, Arc<[Entry]>);

/// Lines of this process. Cheap to clone; as many as there are jukeboxes.
#[derive(Clone, Default)]
pub(super) struct Lines {
    by_jukebox: Arc<Mutex<HashMap<JukeboxId, Line>>>,
}

impl Lines {
    /// The entries of a jukebox as of `number`, if they were read.
    pub(super) fn get(&self, jukebox: JukeboxId, number: i64) -> Option<Arc<[Entry]>> {
        let lines = self.by_jukebox.lock().unwrap_or_else(PoisonError::into_inner);
        lines.get(&jukebox).filter(|(of, _)| *of == number).map(|(_, entries)| entries.clone())
    }

    /// Keeps committed entries, unless newer ones are here.
    pub(super) fn put(&self, jukebox: JukeboxId, number: i64, entries: &[Entry]) {
        let mut lines = self.by_jukebox.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lines.get(&jukebox).is_some_and(|(of, _)| *of >= number);
        if !known {
            lines.insert(jukebox, (number, entries.into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn another_number_is_another_line() {
        let (lines, jukebox) = (Lines::default(), JukeboxId(Uuid::from_u128(1)));
        lines.put(jukebox, 2, &[]);
        lines.put(jukebox, 1, &[]);
        assert!(lines.get(jukebox, 2).is_some(), "an older line took the newer one's place");
        assert!(lines.get(jukebox, 1).is_none());
        assert!(lines.get(JukeboxId(Uuid::from_u128(2)), 2).is_none());
    }
}
