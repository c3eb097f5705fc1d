//! Identifiers: one type a noun, so that a play's id can't be passed where an account's is meant.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map($name)
            }
        }
    };
}

id!(
    /// One person: a guest or somebody who signed up.
    AccountId
);
id!(
    /// A business at an address.
    VenueId
);
id!(
    /// One zone of a venue with one queue.
    JukeboxId
);
id!(
    /// A recording in the catalogue.
    SongId
);
id!(
    /// One request for a song; made by the client (UUIDv7), so that sending it again is harmless.
    PlayId
);
id!(
    /// A paired player or display.
    ScreenId
);
id!(
    /// An invitation to work somewhere.
    InvitationId
);
id!(
    /// A lot of credits: where they came from, what one was worth, when they expire.
    LotId
);

id!(
    /// One purchase of a pack; made by the client (UUIDv7), so that a double click is one purchase.
    PurchaseId
);
id!(
    /// One refund; made by whoever asks for it (UUIDv7), so that asking again is harmless.
    RefundId
);

/// Namespace of the deterministic ids of facts (`ce_id`): UUIDv5 of the stream, its epoch and its number.
const FACTS: Uuid = Uuid::from_u128(0x6a75_6b65_6c69_6e65_0000_0000_0000_0001);

/// The id of fact number `n` of epoch `epoch` on a stream such as `jukebox/<id>`: the same however often it is written.
pub fn fact_id(stream: &str, epoch: i64, n: i64) -> Uuid {
    Uuid::new_v5(&FACTS, format!("{stream}/{epoch}/{n}").as_bytes())
}
