//! `[apps]`: which phone apps may open this server's links.

use serde::{Deserialize, Serialize};

/// Who signed the apps that open this server's addresses instead of a browser. Phones ask for it when they install one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Apps {
    /// The certificates that sign the patron's app for Android.
    pub android_certificates: Vec<Fingerprint>,
    /// The patron's apps for iOS.
    pub apple_apps: Vec<AppleApp>,
}

/// The SHA-256 of a certificate, as `keytool -list` prints it: 32 bytes such as `AA:BB:…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Fingerprint(String);

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Fingerprint, Self::Error> {
        let is_byte = |part: &str| part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_hexdigit());
        if text.split(':').count() != 32 || !text.split(':').all(is_byte) {
            return Err("a certificate's SHA-256 is expected: 32 bytes such as AA:BB:…");
        }
        // Android compares the letters as they are.
        Ok(Fingerprint(text.to_ascii_uppercase()))
    }
}

/// An app as Apple knows it: the team, a dot, the bundle's identifier, such as `ABCDE12345.app.jukeline.patron`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct AppleApp(String);

impl TryFrom<String> for AppleApp {
    type Error = &'static str;

    fn try_from(text: String) -> Result<AppleApp, Self::Error> {
        let parts = text.split_once('.').filter(|(team, bundle)| is_team(team) && is_bundle(bundle));
        if parts.is_none() {
            return Err("a team and a bundle are expected, such as ABCDE12345.app.jukeline.patron");
        }
        Ok(AppleApp(text))
    }
}

fn is_team(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_bundle(text: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_32_bytes() {
        let read = |text: String| Fingerprint::try_from(text).map(|fingerprint| fingerprint.0);
        let right = vec!["A7"; 32].join(":");
        assert_eq!(read(right.clone()), Ok(right.clone()));
        assert_eq!(read(right.to_lowercase()), Ok(right.clone()));
        for wrong in [
            String::new(),
            right.replace(':', ""),
            right.replacen("A7", "G7", 1),
            format!("{right}:A7"),
            vec!["A7"; 31].join(":"),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_apple_app_is_a_team_and_a_bundle() {
        for right in ["ABCDE12345.app.jukeline.patron", "1234567890.example"] {
            assert!(AppleApp::try_from(right.to_owned()).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "app.jukeline.patron",
            "ABCDE12345",
            "ABCDE12345.",
            "ABCDE12345.app..patron",
            "abcde12345.app",
            "ABCDE12345.*",
        ] {
            assert!(AppleApp::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_mistake_is_named_by_its_key() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("jukeline.toml");
        std::fs::write(&file, "[apps]\nandroid_certificates = [\"AA:BB\"]\n")?;
        let refused = crate::config::Config::read(Some(&file)).map(|_| ()).unwrap_err().to_string();
        assert!(refused.contains("apps.android_certificates") && refused.contains("SHA-256"), "{refused}");
        Ok(())
    }
}
