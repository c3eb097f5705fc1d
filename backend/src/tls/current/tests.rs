use super::*;
use crate::tls::certificate::tests::made;

#[test]
fn the_word_follows_the_time() {
    let current = Current::default();
    assert_eq!(current.word(Timestamp(0)), "none yet");
    let (chain, key) = made("bar.example");
    let certificate = Certificate::from_pem(chain.as_bytes(), key.as_bytes(), "bar.example").expect("a certificate");
    let (begins, ends) = (certificate.begins, certificate.ends);
    assert!(current.put(certificate.clone()), "a new one");
    assert!(!current.put(certificate), "the same again");
    assert_eq!(current.word(begins.plus(-1)), "not good yet");
    assert_eq!(current.word(begins), "ok");
    assert_eq!(current.word(ends.plus(-1)), "ok");
    assert_eq!(current.word(ends), "expired");
    assert_eq!(current.seconds_left(ends.plus(-5000)), Some(5));
}
