//! Being in the room: a position or the code on the screen, used for one decision and dropped.

use crate::time::{SECOND, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Degrees, WGS 84. Never logged and never stored for a person: [`std::fmt::Debug`] hides it.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
}

impl std::fmt::Debug for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Position(hidden)")
    }
}

impl Position {
    /// Whether both are numbers within their ranges.
    pub fn is_possible(self) -> bool {
        (-90.0..=90.0).contains(&self.latitude) && (-180.0..=180.0).contains(&self.longitude)
    }

    /// Whether this, with an accuracy of `accuracy_m` metres, is "0, 0, accuracy 0": what a device without a position says
    /// where it should have refused.
    pub fn is_nowhere(self, accuracy_m: f64) -> bool {
        self.latitude == 0.0 && self.longitude == 0.0 && accuracy_m == 0.0
    }

    /// Great-circle distance in metres by the haversine formula over the mean earth radius of 6,371,008.8 m (IUGG).
    pub fn distance_m(self, other: Position) -> f64 {
        let (lat1, lat2) = (self.latitude.to_radians(), other.latitude.to_radians());
        let d_lat = (other.latitude - self.latitude).to_radians();
        let d_lon = (other.longitude - self.longitude).to_radians();
        let a = (d_lat / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * (d_lon / 2.0).sin().powi(2);
        2.0 * 6_371_008.8 * a.sqrt().min(1.0).asin()
    }
}

/// Accuracy that is credited to the person, in metres.
pub const ACCURACY_CREDIT_M: f64 = 50.0;
/// Accuracy beyond which a position says nothing, in metres.
pub const ACCURACY_LIMIT_M: f64 = 200.0;

/// What a position says about being in the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// Inside the geofence.
    InTheRoom,
    /// Outside.
    Away,
    /// Too vague, impossible, or the desktop's "0, 0, accuracy 0": ask for the code.
    Unknown,
}

/// Judges a position with `accuracy_m` (metres, 68 % or better) against a room.
pub fn whereabouts(room: Position, radius_m: f64, reported: Position, accuracy_m: f64) -> Whereabouts {
    if reported.is_nowhere(accuracy_m) || !reported.is_possible() || !(0.0..=ACCURACY_LIMIT_M).contains(&accuracy_m) {
        return Whereabouts::Unknown;
    }
    let distance = room.distance_m(reported) - accuracy_m.min(ACCURACY_CREDIT_M);
    if distance <= radius_m { Whereabouts::InTheRoom } else { Whereabouts::Away }
}

/// How long a code stands on the screen.
pub const CODE_STEP_MS: i64 = 30 * SECOND;
/// How many steps before the current one are still accepted.
pub const CODE_STEPS_BACK: i64 = 2;

/// The six digits on a jukebox's screen at `now`: HMAC-SHA-256 over the step's number, truncated as in RFC 4226 §5.3.
pub fn room_code(secret: &[u8; 32], now: Timestamp) -> String {
    code_at_step(secret, now.0.div_euclid(CODE_STEP_MS))
}

/// When the code that stands at `now` gives way to the next.
pub fn code_ends(now: Timestamp) -> Timestamp {
    Timestamp((now.0.div_euclid(CODE_STEP_MS) + 1) * CODE_STEP_MS)
}

/// Whether `code` is the room's at `now` or up to [`CODE_STEPS_BACK`] steps before. White space is ignored.
pub fn code_matches(secret: &[u8; 32], code: &str, now: Timestamp) -> bool {
    let typed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let step = now.0.div_euclid(CODE_STEP_MS);
    // All steps are compared, in constant time each: how long it takes tells nothing.
    (0..=CODE_STEPS_BACK).fold(false, |found, back| found | same(&code_at_step(secret, step - back), &typed))
}

fn code_at_step(secret: &[u8; 32], step: i64) -> String {
    let digest = mac(secret, &[b"room-code", &step.to_be_bytes()]);
    let offset = usize::from(digest[31] & 0x0f);
    let word = digest[offset..offset + 4].iter().fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// HMAC-SHA-256 of the parts, each preceded by its length so that no two lists collide.
pub fn mac(secret: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // RFC 2104 §2: a key shorter than the hash's block of 64 bytes is padded with zeros.
    let mut key = [0_u8; 64];
    key[..32].copy_from_slice(secret);
    let mut mac = Hmac::<Sha256>::new(&key.into());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |diff, (x, y)| diff | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROOM: Position = Position { latitude: 52.52, longitude: 13.405 };

    fn north(metres: f64) -> Position {
        Position { latitude: ROOM.latitude + metres / 111_195.08, longitude: ROOM.longitude }
    }

    #[test]
    fn near_far_and_vague() {
        assert_eq!(whereabouts(ROOM, 75.0, north(70.0), 5.0), Whereabouts::InTheRoom);
        assert_eq!(whereabouts(ROOM, 75.0, north(124.0), 50.0), Whereabouts::InTheRoom);
        assert_eq!(whereabouts(ROOM, 75.0, north(130.0), 150.0), Whereabouts::Away);
        assert_eq!(whereabouts(ROOM, 75.0, north(10.0), 201.0), Whereabouts::Unknown);
        assert_eq!(whereabouts(ROOM, 75.0, Position { latitude: 91.0, longitude: 0.0 }, 5.0), Whereabouts::Unknown);
        assert_eq!(whereabouts(ROOM, 75.0, Position { latitude: f64::NAN, longitude: 0.0 }, 5.0), Whereabouts::Unknown);
        assert_eq!(whereabouts(ROOM, 75.0, ROOM, f64::NAN), Whereabouts::Unknown);
        assert_eq!(whereabouts(ROOM, 75.0, Position { latitude: 0.0, longitude: 0.0 }, 0.0), Whereabouts::Unknown);
    }

    #[test]
    fn nowhere_is_all_three_zeros() {
        let origin = Position { latitude: 0.0, longitude: 0.0 };
        assert!(origin.is_nowhere(0.0));
        assert!(!origin.is_nowhere(5.0), "the Gulf of Guinea is a place");
        assert!(!Position { longitude: 13.405, ..origin }.is_nowhere(0.0), "and so is the equator");
        assert!(!Position { latitude: 52.52, ..origin }.is_nowhere(0.0), "and the meridian");
    }

    #[test]
    fn a_position_never_prints() {
        assert_eq!(format!("{ROOM:?}"), "Position(hidden)");
    }

    proptest! {
        #[test]
        fn distance_is_symmetric_and_grows_with_the_angle(lat in -89.0..89.0_f64, lon in -179.0..179.0_f64, step in 1.0..500.0_f64) {
            let here = Position { latitude: lat, longitude: lon };
            let there = Position { latitude: (lat + step / 111_195.08).min(90.0), longitude: lon };
            prop_assert!((here.distance_m(there) - there.distance_m(here)).abs() < 1e-6);
            prop_assert!((here.distance_m(there) - step).abs() < step * 1e-3 + 1e-3 || there.latitude == 90.0);
        }

        #[test]
        fn a_code_lives_for_three_steps(key in any::<[u8; 32]>(), at in 0_i64..4_000_000_000_000) {
            let now = Timestamp(at);
            let code = room_code(&key, now);
            prop_assert_eq!(code.len(), 6);
            for back in 0..=2 {
                prop_assert!(code_matches(&key, &code, now.plus(back * CODE_STEP_MS)), "accepted {} steps later", back);
            }
            let later = now.plus(3 * CODE_STEP_MS);
            let fresh: Vec<String> = (0..=2).map(|b| room_code(&key, later.plus(-b * CODE_STEP_MS))).collect();
            prop_assert_eq!(code_matches(&key, &code, later), fresh.contains(&code));
        }
    }
}
