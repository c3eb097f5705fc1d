//! Passes: stateless, signed, bound to one jukebox and one device.

use crate::context::Secrets;
use jukeline_app::{
    id::JukeboxId,
    presence::mac,
    time::{MINUTE, Timestamp},
};
use subtle::ConstantTimeEq;

/// How long a pass lasts.
pub const PASS_MS: i64 = 30 * MINUTE;

/// A pass whose signature is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedPass {
    /// For which jukebox.
    pub jukebox: JukeboxId,
    /// For whose device.
    pub device: String,
    /// Until when.
    pub until: Timestamp,
}

/// Signs a pass: `v1.<jukebox>.<device>.<until>.<mac>`.
pub fn sign(secrets: &Secrets, jukebox: JukeboxId, device: &str, until: Timestamp) -> String {
    let mac = signature(secrets, jukebox, device, until);
    format!("v1.{jukebox}.{device}.{}.{mac}", until.0)
}

/// Reads a pass; nothing when its signature is wrong. Whether it is over is for the caller to see.
pub fn read(secrets: &Secrets, text: &str) -> Option<SignedPass> {
    let mut parts = text.strip_prefix("v1.")?.split('.');
    let jukebox: JukeboxId = parts.next()?.parse().ok()?;
    let device = parts.next()?.to_owned();
    let until = Timestamp(parts.next()?.parse().ok()?);
    let mac = parts.next()?;
    let right = signature(secrets, jukebox, &device, until);
    (parts.next().is_none() && bool::from(right.as_bytes().ct_eq(mac.as_bytes()))).then_some(SignedPass {
        jukebox,
        device,
        until,
    })
}

fn signature(secrets: &Secrets, jukebox: JukeboxId, device: &str, until: Timestamp) -> String {
    let parts: [&[u8]; 4] = [b"pass", jukebox.0.as_bytes(), device.as_bytes(), &until.0.to_be_bytes()];
    crate::secret::hex(&mac(&secrets.passes, &parts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::random;

    #[test]
    fn a_pass_is_for_one_jukebox_one_device_and_one_time() {
        let secrets = Secrets { passes: random(), addresses: random(), purchases: random() };
        let other = Secrets { passes: random(), addresses: random(), purchases: random() };
        let jukebox = JukeboxId(uuid::Uuid::from_u128(7));
        let pass = sign(&secrets, jukebox, "device-a", Timestamp(1000));
        let read_back = read(&secrets, &pass).expect("a pass");
        assert_eq!(read_back, SignedPass { jukebox, device: "device-a".into(), until: Timestamp(1000) });
        assert_eq!(read(&other, &pass), None);
        assert_eq!(read(&secrets, &pass.replace("device-a", "device-b")), None);
        assert_eq!(read(&secrets, &pass.replace(".1000.", ".9000.")), None);
        assert_eq!(read(&secrets, "v1.x"), None);
    }
}
