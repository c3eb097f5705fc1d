//! First run: making the operator, the venue and the jukebox in the browser.

use crate::{presence::Position, rules::Opening};
use serde::{Deserialize, Serialize};

/// How far the setup has come: `GET /api/setup`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SetupState {
    /// There is an operator.
    pub operator: bool,
    /// The venue and jukebox that were made.
    pub room: Option<SetupRoom>,
    /// Songs in the catalogue.
    pub songs: u64,
    /// The import that runs or ran last.
    pub import: Option<ImportState>,
    /// A player is paired and there.
    pub player_online: bool,
    /// A phone has opened the room from another address than this page's.
    pub phone_seen: bool,
    /// Whether a phone can reach the address: false for loopback.
    pub reachable: bool,
    /// Plain http: no operator password is kept over it from another machine.
    pub trial: bool,
}

/// The room that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SetupRoom {
    /// The venue's name.
    pub venue_name: String,
    /// The room's name.
    pub room: String,
    /// The jukebox.
    pub jukebox: crate::id::JukeboxId,
    /// The full address of the room.
    pub address: String,
}

/// The operator: body of `POST /api/setup/operator`; needs the one-time link's token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MakeOperator {
    /// From the one-time link.
    pub token: String,
    /// 1 to 40 characters.
    pub name: String,
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// A venue with its first jukebox: body of `POST /api/setup/venue`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MakeVenue {
    /// The venue's name, 1 to 60 characters.
    pub name: String,
    /// The zone's name, up to 40 characters, may be empty.
    pub zone_name: String,
    /// Town, up to 60 characters, may be empty.
    pub city: String,
    /// The room's name: 2 to 24 of a-z, 0-9 and hyphens.
    pub room: String,
    /// IANA time zone.
    pub timezone: String,
    /// The middle of the room; without one only the code lets people in.
    pub position: Option<Position>,
    /// Radius in metres, 20 to 1,000.
    pub radius_m: f64,
    /// Opening hours; none is always open.
    pub hours: Vec<Opening>,
}

/// Importing music: body of `POST /api/setup/import`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportMusic {
    /// A folder on the server.
    pub folder: String,
}

/// An import under way or done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ImportState {
    /// Audio files found.
    pub found: u64,
    /// Looked at so far.
    pub done: u64,
    /// New songs.
    pub imported: u64,
    /// In the catalogue before.
    pub already: u64,
    /// Refused files with why, up to 200.
    pub refused: Vec<(String, String)>,
    /// Nothing more will happen.
    pub finished: bool,
    /// Why it stopped, if it failed as a whole.
    pub failed: Option<String>,
}
