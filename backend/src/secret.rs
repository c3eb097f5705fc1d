//! Random tokens, their hashes, and sealing personal fields.

use aes_gcm::{
    Aes256Gcm, Key, Nonce,
    aead::{Aead, KeyInit},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// Bytes from the operating system's generator.
///
/// # Panics
/// When the operating system has no randomness to give: nothing safe can be done then.
#[allow(clippy::expect_used, reason = "without randomness no token is safe to give out")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("randomness of the operating system");
    bytes
}

/// A token of 256 random bits, URL-safe.
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// Random decimal digits, for codes that people type.
pub fn digits(count: usize) -> String {
    // 0-249 only, so that each digit is equally likely.
    std::iter::repeat_with(random::<1>)
        .filter(|b| b[0] < 250)
        .map(|b| char::from(b'0' + b[0] % 10))
        .take(count)
        .collect()
}

/// What is stored of a token: its SHA-256, so that a stolen table opens nothing.
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Reads 32 bytes of hexadecimal.
pub fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(out)
}

/// Seals a personal field with an account's key: AES-256-GCM, a random nonce in front, base64.
pub fn seal(key: &[u8; 32], text: &str) -> Option<String> {
    let nonce = random::<12>();
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key));
    let sealed = cipher.encrypt(&Nonce::from(nonce), text.as_bytes()).ok()?;
    Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
}

/// Opens what [`seal`] sealed; nothing without the right key.
pub fn open(key: &[u8; 32], sealed: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(12)?;
    let nonce: [u8; 12] = nonce.try_into().ok()?;
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key));
    String::from_utf8(cipher.decrypt(&Nonce::from(nonce), sealed).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_fields_open_with_their_own_key_only() {
        let (key, other) = (random::<32>(), random::<32>());
        let sealed = seal(&key, "Mara").expect("sealed");
        assert_eq!(open(&key, &sealed).as_deref(), Some("Mara"));
        assert_eq!(open(&other, &sealed), None);
        assert_eq!(unhex(&hex(&key)), Some(key));
    }

    #[test]
    fn codes_are_digits() {
        let code = digits(8);
        assert!(code.len() == 8 && code.chars().all(|c| c.is_ascii_digit()));
    }
}
