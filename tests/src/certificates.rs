//! A certificate authority and one certificate for loopback, both for a day.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use crate::machine;

/// Files in PEM.
#[derive(Debug)]
pub struct Certificates {
    /// What clients trust.
    pub authority: PathBuf,
    /// The certificate for 127.0.0.1 and localhost.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Key and certificate in one file, as Kafka wants them.
    pub both: PathBuf,
}

/// Makes them in `folder` with openssl.
///
/// # Errors
/// openssl is missing, or the folder can't be written.
pub async fn make(folder: &Path) -> Result<Certificates> {
    let path = |name: &str| folder.join(name);
    let request = |name: &str, key: &Path, out: &Path| {
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
        openssl.args(["-days", "1", "-subj", &format!("/CN={name}"), "-keyout"]).arg(key).arg("-out").arg(out);
        openssl
    };
    let (authority_key, authority) = (path("authority.key"), path("authority.pem"));
    let mut own = request("Tests' authority", &authority_key, &authority);
    own.args(["-addext", "basicConstraints=critical,CA:TRUE"]);
    machine::run(own).await?;
    let (key, certificate) = (path("node.key"), path("node.crt"));
    let mut signed = request("127.0.0.1", &key, &certificate);
    signed.arg("-CA").arg(&authority).arg("-CAkey").arg(&authority_key);
    signed.args([
        "-addext",
        "subjectAltName=IP:127.0.0.1,DNS:localhost",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    ]);
    machine::run(signed).await?;
    let both = path("both.pem");
    fs::write(&both, [fs::read(&key)?, fs::read(&certificate)?].concat())?;
    Ok(Certificates { authority, certificate, key, both })
}
