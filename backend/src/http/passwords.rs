//! Argon2id with the parameters that OWASP's Password Storage Cheat Sheet recommends: 19 MiB, 2 passes, 1 lane.

use super::problem::{Answer, ApiProblem};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use jukeline_app::{
    account::check_password,
    api::{Code, Problem},
};
use tokio::sync::Semaphore;

/// Hashes at a time: each takes 19 MiB and a core.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// What is verified for an address that isn't there, so that the time tells nothing. Of no password: its hash is random.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRvZm5vb25l$mhTQPqTXuXLmUYBZDTcyBrWqrvGNBgCXD7W4nsvRKNU";

fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes a new password, in PHC form.
pub async fn hash(password: String) -> Answer<String> {
    blocking(move || {
        let hash: Option<PasswordHash> = argon2().hash_password(password.as_bytes()).ok();
        hash.map(|hash| hash.to_string())
    })
    .await?
    .ok_or(Code::Internal.into())
}

/// Whether a password is the one of `hash`; without a hash it takes as long and is wrong.
pub async fn verify(password: String, hash: Option<String>) -> Answer<bool> {
    blocking(move || {
        let known = hash.is_some();
        let parsed = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY));
        parsed.is_ok_and(|parsed| argon2().verify_password(password.as_bytes(), &parsed).is_ok()) && known
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Answer<T> {
    let _permit = AT_ONCE.acquire().await.map_err(|_| ApiProblem::from(Code::Internal))?;
    tokio::task::spawn_blocking(work).await.map_err(|_| Code::Internal.into())
}

/// Refuses a weak new password, saying why.
pub fn check(password: &str, email: &str) -> Answer<()> {
    check_password(password, email)
        .map_err(|weak| Problem::with(Code::WeakPassword, serde_json::json!({"detail": weak.to_string()})).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_and_no_other() {
        let hashed = hash("correct horse battery".into()).await.expect("a hash");
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct horse battery".into(), Some(hashed.clone())).await.expect("verified"));
        assert!(!verify("correct horse".into(), Some(hashed)).await.expect("verified"));
        assert!(!verify("correct horse".into(), None).await.expect("verified"));
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_a_real_one() {
        let parsed = PasswordHash::new(NOBODY).expect("a hash in PHC form");
        assert_eq!(parsed.params.to_string(), "m=19456,t=2,p=1");
    }
}
