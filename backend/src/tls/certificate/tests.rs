use super::*;
use rcgen::{CertificateParams, KeyPair};

/// A certificate of 90 days for `host`, signed by itself.
pub(in crate::tls) fn made(host: &str) -> (String, String) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec![host.to_owned()]).expect("a name");
    params.not_before = rcgen::date_time_ymd(2030, 1, 1);
    params.not_after = rcgen::date_time_ymd(2030, 4, 1);
    (params.self_signed(&key).expect("a certificate").pem(), key.serialize_pem())
}

#[test]
fn a_certificate_is_taken_with_its_own_key_and_for_its_own_host_only() {
    let ((chain, key), (_, other_key)) = (made("bar.example"), made("bar.example"));
    let read = |chain: &str, key: &str, host| Certificate::from_pem(chain.as_bytes(), key.as_bytes(), host);
    assert!(read(&chain, &key, "bar.example").is_ok());
    assert!(matches!(read(&chain, &key, "pub.example"), Err(Flaw::OtherHost(host)) if host == "pub.example"));
    assert!(matches!(read(&chain, &other_key, "bar.example"), Err(Flaw::NoPair(_))));
    assert!(matches!(read(&key, &key, "bar.example"), Err(Flaw::NoCertificate)));
    assert!(matches!(read(&chain, &chain, "bar.example"), Err(Flaw::NoKey)));
    assert!(matches!(read("", &key, "bar.example"), Err(Flaw::NoCertificate)));
}

#[test]
fn an_address_can_be_the_host() {
    for (named, host) in [("192.168.1.20", "192.168.1.20"), ("::1", "[::1]")] {
        let (chain, key) = made(named);
        assert!(Certificate::from_pem(chain.as_bytes(), key.as_bytes(), host).is_ok(), "{host}");
    }
}

#[test]
fn a_third_before_its_end_it_is_due() {
    let (chain, key) = made("bar.example");
    let certificate = Certificate::from_pem(chain.as_bytes(), key.as_bytes(), "bar.example").expect("a certificate");
    let day = 24 * 60 * 60 * 1000;
    assert_eq!(certificate.ends.since(certificate.begins), 90 * day);
    assert!(!certificate.is_due(certificate.begins.plus(59 * day)));
    assert!(certificate.is_due(certificate.begins.plus(61 * day)));
    assert!(certificate.is_due(certificate.ends.plus(day)));
}
