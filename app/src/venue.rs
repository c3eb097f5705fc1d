//! Venues and their room names.

use crate::presence::Position;
use serde::{Deserialize, Serialize};

/// Where a venue is and how far its room reaches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Place {
    /// The middle of the room.
    pub position: Position,
    /// Radius of the geofence in metres.
    pub radius_m: f64,
}

/// Smallest and largest radius a venue may choose, in metres.
pub const RADIUS_M: std::ops::RangeInclusive<f64> = 20.0..=1_000.0;

/// Checks a room name: 2 to 24 of a-z, 0-9 and inner hyphens. It is typed by hand from a screen, so it stays plain.
pub fn is_room_name(name: &str) -> bool {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    (2..=24).contains(&name.len()) && plain && !name.starts_with('-') && !name.ends_with('-')
}

/// A room name made from a venue's name: its first words that are not articles, folded to [`is_room_name`]'s alphabet.
pub fn suggest_room_name(venue: &str) -> String {
    let words = venue
        .split_whitespace()
        .filter(|w| !matches!(w.to_lowercase().as_str(), "the" | "a" | "le" | "la" | "der" | "die" | "das"));
    let mut name = String::new();
    for word in words {
        let folded: String = word.chars().flat_map(char::to_lowercase).filter(char::is_ascii_alphanumeric).collect();
        if folded.is_empty() || name.len() + folded.len() > 20 {
            continue;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(&folded);
        if name.len() >= 5 {
            break;
        }
    }
    if is_room_name(&name) { name } else { "room".into() }
}
