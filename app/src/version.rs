//! The version of a jukebox: what makes a stale reader, process or screen recognisable.

use serde::{Deserialize, Serialize};

/// (epoch, n): `n` is raised by one with every fact, `epoch` when a database was restored or promoted.
///
/// Readers drop what is not newer; a gap in `n` means: read the snapshot again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Version {
    /// Which life of the database.
    pub epoch: i64,
    /// How many facts of that life.
    pub n: i64,
}

impl Version {
    /// The version of the next fact.
    pub fn next(self) -> Version {
        Version { epoch: self.epoch, n: self.n + 1 }
    }

    /// Whether `self` follows `before` with nothing missing between them.
    pub fn follows(self, before: Version) -> bool {
        self.epoch == before.epoch && self.n == before.n + 1
    }
}
