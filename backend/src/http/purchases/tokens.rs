//! What opens a purchase without a session: the token in the return address, and the claim code on the receipt. Both
//! follow from the purchase's id and a secret, so that nothing needs to be stored and a checkout that is opened again has
//! the same return address.

use crate::context::Secrets;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jukeline_app::{id::PurchaseId, presence::mac};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// Crockford's base 32: no letter that looks like another.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a claim code: 60 bits.
const CLAIM_LENGTH: usize = 12;

fn seal(secrets: &Secrets, purchase: PurchaseId) -> [u8; 16] {
    let whole = mac(&secrets.purchases, &[b"token", purchase.0.as_bytes()]);
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    half
}

/// The token of a purchase: its id and 128 bits that only we can make.
pub fn token(secrets: &Secrets, purchase: PurchaseId) -> String {
    URL_SAFE_NO_PAD.encode([purchase.0.as_bytes().as_slice(), &seal(secrets, purchase)].concat())
}

/// The purchase of a token that we made.
pub fn purchase_of(secrets: &Secrets, token: &str) -> Option<PurchaseId> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (id, seal_given) = bytes.split_at_checked(16)?;
    let purchase = PurchaseId(Uuid::from_slice(id).ok()?);
    bool::from(seal(secrets, purchase).as_slice().ct_eq(seal_given)).then_some(purchase)
}

/// The claim code of a purchase, without dashes.
pub fn claim_code(secrets: &Secrets, purchase: PurchaseId) -> String {
    let bytes = mac(&secrets.purchases, &[b"claim", purchase.0.as_bytes()]);
    bytes.iter().take(CLAIM_LENGTH).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// A code in groups of four, as it is shown.
pub fn grouped(code: &str) -> String {
    code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

/// A code as it was typed, in the form in which it was made: upper case, no spaces or dashes, and letters that look like
/// digits read as these. Nothing when it can't be one.
pub fn typed(code: &str) -> Option<String> {
    let kept = code.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let read: String = kept
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let fits = read.len() == CLAIM_LENGTH && read.bytes().all(|b| ALPHABET.contains(&b));
    fits.then_some(read)
}

/// A new code of the same form, from randomness.
pub fn code_from(random: [u8; CLAIM_LENGTH]) -> String {
    random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(fill: u8) -> Secrets {
        Secrets { passes: [0; 32], addresses: [0; 32], purchases: [fill; 32] }
    }

    #[test]
    fn a_token_opens_its_purchase_and_a_changed_one_nothing() {
        let purchase = PurchaseId(Uuid::from_u128(77));
        let made = token(&secrets(1), purchase);
        assert_eq!((made.len(), purchase_of(&secrets(1), &made)), (43, Some(purchase)));
        assert_eq!(purchase_of(&secrets(2), &made), None, "another installation's");
        for at in 0..made.len() - 1 {
            let mut changed = made.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(purchase_of(&secrets(1), &String::from_utf8(changed).expect("ASCII")), None, "{at}");
        }
        assert_eq!(purchase_of(&secrets(1), ""), None);
    }

    #[test]
    fn a_code_is_read_as_it_is_typed() {
        let code = claim_code(&secrets(1), PurchaseId(Uuid::from_u128(77)));
        assert_eq!(typed(&grouped(&code)).as_ref(), Some(&code));
        assert_eq!(typed(&grouped(&code).to_lowercase().replace('-', " ")).as_ref(), Some(&code));
        assert_eq!(typed("O0Il-1111-1111").as_deref(), Some("001111111111"));
        assert_eq!((typed("SHORT"), typed("UUUU-UUUU-UUUU"), typed("ÄÖÜÄ-ÖÜÄÖ-ÜÄÖÜ")), (None, None, None));
    }
}
