//! The eleven styles.

mod acoustic;
mod amplified;
mod electronic;

pub(super) use acoustic::{BOSSA, JAZZ_TRIO, WALTZ};
pub(super) use amplified::{CITY_POP, DUB, SOUL, SURF};
pub(super) use electronic::{AMBIENT, CHIPTUNE, LO_FI, SYNTH_POP};

use super::style::Player;
use super::voices::Voice;

const MAJOR: &[i32] = &[0, 2, 4, 5, 7, 9, 11];
const MINOR: &[i32] = &[0, 2, 3, 5, 7, 8, 10];
const DORIAN: &[i32] = &[0, 2, 3, 5, 7, 9, 10];
const MAJOR_FIVE: &[i32] = &[0, 2, 4, 7, 9];
const MINOR_FIVE: &[i32] = &[0, 3, 5, 7, 10];

const fn player(voice: Voice, level: f32, pan: f32, centre: i32) -> Player {
    Player { voice, level, pan, centre }
}
