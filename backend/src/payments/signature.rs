//! Signatures of webhooks, as Stripe makes them: `t=<unix seconds>,v1=<HMAC-SHA256 of "t.body", hex>`
//! (<https://docs.stripe.com/webhooks#verify-manually>).

use hmac::{Hmac, KeyInit, Mac};
use jukeline_app::time::{SECOND, Timestamp};
use sha2::Sha256;

/// How old a webhook may be, in seconds.
pub const TOLERANCE_S: i64 = 300;
/// How far ahead of ours the provider's clock may be, in seconds.
pub const AHEAD_S: i64 = 10;

/// Why a webhook isn't believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// No header of the documented form.
    #[error("no signature of the documented form")]
    Malformed,
    /// Older than [`TOLERANCE_S`].
    #[error("signed too long ago")]
    Stale,
    /// From the future.
    #[error("signed in the future")]
    Future,
    /// Signed with another secret, or over another body.
    #[error("signed by somebody else, or over something else")]
    Forged,
}

fn mac(secret: &str, at: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(at.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

/// The header that signs `body` at `at`.
pub fn sign(secret: &str, body: &[u8], at: Timestamp) -> String {
    let at = (at.0 / SECOND).to_string();
    let bytes = mac(secret, &at, body).map(|mac| mac.finalize().into_bytes());
    let hex = bytes.map(|bytes| crate::secret::hex(&bytes)).unwrap_or_default();
    format!("t={at},v1={hex}")
}

/// Verifies a header over the raw body with any of the secrets, in constant time.
pub fn verify(header: &str, body: &[u8], secrets: &[String], now: Timestamp) -> Result<(), Unsigned> {
    let fields = || header.split(',').filter_map(|field| field.trim().split_once('='));
    let mut times = fields().filter(|(key, _)| *key == "t").map(|(_, value)| value);
    let (Some(at), None) = (times.next(), times.next()) else { return Err(Unsigned::Malformed) };
    if at.is_empty() || !at.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Unsigned::Malformed);
    }
    let seconds: i64 = at.parse().map_err(|_| Unsigned::Malformed)?;
    let signatures: Vec<Vec<u8>> =
        fields().filter(|(key, _)| *key == "v1").filter_map(|(_, value)| unhex(value)).collect();
    if signatures.is_empty() {
        return Err(Unsigned::Malformed);
    }
    let by = |secret: &String| {
        signatures.iter().any(|given| mac(secret, at, body).is_some_and(|mac| mac.verify_slice(given).is_ok()))
    };
    if !secrets.iter().any(by) {
        return Err(Unsigned::Forged);
    }
    let age = now.0 / SECOND - seconds;
    if age > TOLERANCE_S {
        return Err(Unsigned::Stale);
    }
    if age < -AHEAD_S {
        return Err(Unsigned::Future);
    }
    Ok(())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    crate::secret::unhex(text).map(|bytes| bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_767_225_600_000);

    fn secrets() -> Vec<String> {
        vec!["whsec_new".into(), "whsec_old".into()]
    }

    #[test]
    fn a_known_signature_is_reproduced() {
        // By `openssl dgst -sha256 -hmac whsec_test` over `1700000000.{"id":"evt_1"}`.
        let header = sign("whsec_test", br#"{"id":"evt_1"}"#, Timestamp(1_700_000_000_999));
        assert_eq!(header, format!("t=1700000000,v1={KNOWN}"));
    }
    const KNOWN: &str = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";

    #[test]
    fn either_secret_signs_during_a_rotation() {
        for secret in ["whsec_new", "whsec_old"] {
            assert_eq!(verify(&sign(secret, b"{}", NOW), b"{}", &secrets(), NOW), Ok(()));
        }
        let both = format!("{},{}", sign("whsec_gone", b"{}", NOW), &sign("whsec_old", b"{}", NOW)[13..]);
        assert_eq!(verify(&both, b"{}", &secrets(), NOW), Ok(()), "one of several is enough: {both}");
    }

    #[test]
    fn forged_stale_future_and_malformed_ones_are_refused() {
        let good = sign("whsec_new", b"{\"a\":1}", NOW);
        assert_eq!(verify(&good, b"{\"a\": 1}", &secrets(), NOW), Err(Unsigned::Forged), "encoded again");
        assert_eq!(verify(&good, b"{\"a\":", &secrets(), NOW), Err(Unsigned::Forged), "truncated");
        assert_eq!(verify(&sign("whsec_x", b"{}", NOW), b"{}", &secrets(), NOW), Err(Unsigned::Forged));
        let at = |seconds: i64| sign("whsec_new", b"{}", NOW.plus(seconds * SECOND));
        let seen = |seconds| verify(&at(seconds), b"{}", &secrets(), NOW);
        assert_eq!((seen(-300), seen(-301)), (Ok(()), Err(Unsigned::Stale)));
        assert_eq!((seen(10), seen(11)), (Ok(()), Err(Unsigned::Future)));
        for header in ["", "t=1", "v1=00", "t=,v1=00", "t=x,v1=00", "t=1,t=2,v1=00", "t=-1,v1=00", "t=1,v1=zz"] {
            assert_eq!(verify(header, b"{}", &secrets(), NOW), Err(Unsigned::Malformed), "{header}");
        }
    }

    proptest! {
        #[test]
        fn no_changed_byte_passes(body in prop::collection::vec(any::<u8>(), 1..200), at in any::<prop::sample::Index>(), to in any::<u8>()) {
            let header = sign("whsec_new", &body, NOW);
            let mut changed = body.clone();
            changed[at.index(body.len())] = to;
            prop_assert_eq!(verify(&header, &changed, &secrets(), NOW).is_ok(), changed == body);
        }

        #[test]
        fn no_header_panics(header in ".{0,200}") {
            let refused = verify(&header, b"{}", &secrets(), NOW).is_err();
            prop_assert!(refused, "by chance");
        }
    }
}
