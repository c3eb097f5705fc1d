//! Limits on tries. A whole bar is one address, so they count per device and per jukebox first, with a high ceiling per
//! address. They live in memory: a restart forgives.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// So many within a window.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// What is counted; part of the key.
    pub name: &'static str,
    /// How many are let through.
    pub most: u32,
    /// Within how long, in seconds.
    pub seconds: u64,
}

/// New guests of one device.
pub const GUESTS_OF_DEVICE: Limit = Limit { name: "guests/device", most: 5, seconds: 3600 };
/// New guests of one address.
pub const GUESTS_OF_ADDRESS: Limit = Limit { name: "guests/address", most: 600, seconds: 3600 };
/// Wrong codes of one device.
pub const CODES_OF_DEVICE: Limit = Limit { name: "codes/device", most: 10, seconds: 600 };
/// Wrong codes at one jukebox.
pub const CODES_OF_JUKEBOX: Limit = Limit { name: "codes/jukebox", most: 300, seconds: 600 };
/// Wrong codes of one address.
pub const CODES_OF_ADDRESS: Limit = Limit { name: "codes/address", most: 1000, seconds: 600 };
/// Tries with a password for one e-mail address from one device.
pub const SIGN_INS: Limit = Limit { name: "sign-ins", most: 10, seconds: 900 };
/// Tries with a password from one address.
pub const SIGN_INS_OF_ADDRESS: Limit = Limit { name: "sign-ins/address", most: 300, seconds: 900 };
/// Tries with a one-time code from one address: reset, pairing and setup.
pub const ONE_TIME_CODES: Limit = Limit { name: "one-time-codes", most: 30, seconds: 600 };
/// Invitations that one account makes.
pub const INVITATIONS: Limit = Limit { name: "invitations", most: 60, seconds: 3600 };
/// Wrong vouchers and claim codes of one device.
pub const VOUCHERS_OF_DEVICE: Limit = Limit { name: "vouchers/device", most: 10, seconds: 600 };
/// Wrong vouchers and claim codes of one address.
pub const VOUCHERS_OF_ADDRESS: Limit = Limit { name: "vouchers/address", most: 300, seconds: 600 };
/// Purchases that one account begins.
pub const PURCHASES: Limit = Limit { name: "purchases", most: 30, seconds: 3600 };
/// Songs that one device asks for which aren't there.
pub const WISHES_OF_DEVICE: Limit = Limit { name: "wishes/device", most: 20, seconds: 3600 };
/// Mails to one e-mail address.
pub const MAILS: Limit = Limit { name: "mails", most: 5, seconds: 3600 };

/// Above this many windows, those that are over are forgotten.
const SWEEP_AT: usize = 50_000;

#[derive(Debug)]
struct Window {
    ends: Instant,
    count: u32,
}

/// The windows that are counted now.
#[derive(Debug, Default)]
pub struct Limits(Mutex<HashMap<(&'static str, String), Window>>);

impl Limits {
    /// Counts one try; refuses with the seconds to wait when there were too many.
    pub fn count(&self, limit: Limit, key: &str) -> Result<(), u64> {
        let now = Instant::now();
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() > SWEEP_AT {
            windows.retain(|_, window| window.ends > now);
        }
        let fresh = || Window { ends: now + Duration::from_secs(limit.seconds), count: 0 };
        let window = windows.entry((limit.name, key.to_owned())).or_insert_with(fresh);
        if window.ends <= now {
            *window = fresh();
        }
        if window.count >= limit.most {
            return Err((window.ends - now).as_secs() + 1);
        }
        window.count += 1;
        Ok(())
    }

    /// Refuses with the seconds to wait when there were too many; counts nothing.
    pub fn check(&self, limit: Limit, key: &str) -> Result<(), u64> {
        let now = Instant::now();
        let windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match windows.get(&(limit.name, key.to_owned())) {
            Some(window) if window.ends > now && window.count >= limit.most => Err((window.ends - now).as_secs() + 1),
            _ => Ok(()),
        }
    }

    /// Forgets a key, after a success.
    pub fn forgive(&self, limit: Limit, key: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(limit.name, key.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_try_waits_and_others_do_not() {
        let limits = Limits::default();
        assert!((0..10).all(|_| limits.count(CODES_OF_DEVICE, "a").is_ok()));
        assert!(matches!(limits.count(CODES_OF_DEVICE, "a"), Err(1..=601)));
        assert!(limits.check(CODES_OF_DEVICE, "a").is_err());
        assert!(limits.check(CODES_OF_DEVICE, "b").is_ok());
        limits.forgive(CODES_OF_DEVICE, "a");
        assert!(limits.count(CODES_OF_DEVICE, "a").is_ok());
    }
}
