//! Who works where, by invitation and until they are dismissed; and what those who do see of a jukebox.

use crate::{
    account::Role,
    hold::Hold,
    id::{AccountId, InvitationId, JukeboxId, PlayId, VenueId},
    play::PlayState,
    time::Timestamp,
    version::Version,
};
use serde::{Deserialize, Serialize};

/// Who is appointed at a venue, and who is invited: `GET /api/venues/{venue}/staff`; the operators:
/// `GET /api/operators`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Staff {
    /// Highest role first.
    pub people: Vec<StaffMember>,
    /// Invitations that nobody has taken up yet, oldest first.
    pub invitations: Vec<PendingInvitation>,
}

/// Somebody who is appointed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StaffMember {
    /// The account.
    pub account: AccountId,
    /// What they may do.
    pub role: Role,
    /// Their name, if they gave one.
    pub name: Option<String>,
    /// Their address; a guest (in trial mode) has none.
    pub email: Option<String>,
}

/// An invitation that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PendingInvitation {
    /// The invitation.
    pub invitation: InvitationId,
    /// What it gives.
    pub role: Role,
    /// Who invited.
    pub invited_by: AccountId,
    /// The address that it was mailed to, as it was typed.
    pub email: Option<String>,
    /// Until when it can be taken up.
    pub until: Timestamp,
}

/// Inviting somebody: body of `POST /api/venues/{venue}/invitations` and `POST /api/operators/invitations`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// What they shall be: never more than the one who invites.
    pub role: Role,
    /// Where the link is mailed to, whoever that is. Without it the answer holds the code, to be given out in person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// An invitation was made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Invited {
    /// The invitation.
    pub invitation: InvitationId,
    /// Until when it can be taken up.
    pub until: Timestamp,
    /// The code to give out; nothing when it was mailed.
    pub by_hand: Option<InvitationCode>,
}

/// A one-time code, told once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct InvitationCode {
    /// The code.
    pub code: String,
    /// The same as an address.
    pub link: String,
}

/// Taking up an invitation: body of `POST /api/appointments`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TakeUpInvitation {
    /// The one-time code; white space and capitals don't matter.
    pub code: String,
}

/// What one is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Appointed {
    /// What one may do: what one was before, if that was more.
    pub role: Role,
    /// Where; nothing is everywhere.
    pub venue: Option<VenueId>,
    /// The venue's name.
    pub venue_name: Option<String>,
}

/// Another role: body of `PUT /api/venues/{venue}/staff/{account}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeRole {
    /// What they shall be: never more than the one who changes it.
    pub role: Role,
}

/// "I didn't hear it", as the staff of the venue read it: about which song, not who said it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Complaint {
    /// The play.
    pub play: PlayId,
    /// On which jukebox.
    pub jukebox: JukeboxId,
    /// The song.
    pub title: String,
    /// By whom.
    pub artist: String,
    /// When it began to play.
    pub started_at: Option<Timestamp>,
    /// When it was said.
    pub made_at: Timestamp,
    /// Credits that were given back at once; 0 when the person had used up theirs.
    pub credits: i64,
}

/// Complaints of a venue, newest first: `GET /api/venues/{venue}/complaints`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Complaints {
    /// Up to 50.
    pub complaints: Vec<Complaint>,
    /// Ask again with `before=<this play>` for older ones.
    pub more: Option<PlayId>,
}

/// What a venue decides about itself: `GET` and `PUT /api/venues/{venue}/settings`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VenueSettings {
    /// Whether what is heard there is shown at other venues, where nobody is told of. It is until somebody says no.
    pub shown_elsewhere: bool,
}

/// A jukebox at which one is staff: `GET /api/staff/jukeboxes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StaffJukebox {
    /// The jukebox.
    pub jukebox: JukeboxId,
    /// The room's name.
    pub room: String,
    /// The venue's name.
    pub venue_name: String,
    /// The zone's name; empty where the venue has one zone.
    pub zone_name: String,
    /// The highest role that one has there.
    pub role: Role,
}

/// What staff see of a jukebox beyond what everybody sees: `GET /api/jukeboxes/{jukebox}/floor`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StaffFloor {
    /// The version it shows: that of the room's snapshot.
    pub version: Version,
    /// How the sound is held.
    pub hold: Hold,
    /// When the player was heard of last; nothing where none ever was.
    pub player_seen_at: Option<Timestamp>,
    /// What sounds and what waits, in order.
    pub plays: Vec<FloorPlay>,
}

/// A play on the floor, as staff see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FloorPlay {
    /// The play.
    pub play: PlayId,
    /// Credits set aside for it; 0 is free.
    pub price: u32,
    /// Where it is.
    pub state: PlayState,
    /// The player was asked to let go of it.
    pub recalled: bool,
}
