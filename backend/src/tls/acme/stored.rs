//! What is kept in the store: the certificate, the account with the authority, the proof under way, and who orders.

use crate::{
    config::Acme,
    store::{Result, Store, StoreError, settings},
};
use instant_acme::AccountCredentials;
use jukeline_app::time::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

const ACCOUNT: &str = "tls.account";
const CERTIFICATE: &str = "tls.certificate";
const PROOF: &str = "tls.proof";
const ORDER: &str = "tls.order";

/// A certificate as it was issued.
#[derive(Serialize, Deserialize)]
pub(super) struct Issued {
    /// The certificate and its chain, PEM.
    pub(super) chain: String,
    /// Its private key, PEM.
    pub(super) key: String,
}

/// What the authority wants to see in a handshake.
#[derive(Serialize, Deserialize)]
pub(super) struct Proof {
    /// The name that is proven.
    pub(super) host: String,
    /// The digest of the key's authorisation, 32 bytes.
    pub(super) digest: Vec<u8>,
}

/// The last certificate of this authority.
pub(super) async fn certificate(store: &Store, acme: &Acme) -> Result<Option<Issued>> {
    read(store, &of(CERTIFICATE, acme)).await
}

/// Keeps a certificate for all processes and restarts.
pub(super) async fn keep(store: &Store, acme: &Acme, issued: &Issued) -> Result<()> {
    write(store, &of(CERTIFICATE, acme), issued).await
}

/// The account with this authority.
pub(super) async fn account(store: &Store, acme: &Acme) -> Result<Option<AccountCredentials>> {
    read(store, &of(ACCOUNT, acme)).await
}

/// Keeps the account with this authority.
pub(super) async fn keep_account(store: &Store, acme: &Acme, account: &AccountCredentials) -> Result<()> {
    write(store, &of(ACCOUNT, acme), account).await
}

/// The proof that is under way: any process may be asked for it.
pub(super) async fn proof(store: &Store) -> Result<Option<Proof>> {
    Ok(read::<Option<Proof>>(store, PROOF).await?.flatten())
}

/// Sets or ends the proof that is under way.
pub(super) async fn set_proof(store: &Store, proof: Option<&Proof>) -> Result<()> {
    write(store, PROOF, &proof).await
}

/// True for the one process that may order now; nobody may again before `until`.
pub(super) async fn begin_order(store: &Store, now: Timestamp, until: Timestamp) -> Result<bool> {
    settings::lease(store, ORDER, now, until).await
}

/// A change of the authority begins anew.
fn of(name: &str, acme: &Acme) -> String {
    format!("{name} {}", acme.directory)
}

async fn read<T: DeserializeOwned>(store: &Store, name: &str) -> Result<Option<T>> {
    let Some(text) = settings::get(store, name).await? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|_| StoreError::garbled("settings", name))
}

async fn write<T: Serialize>(store: &Store, name: &str, value: &T) -> Result<()> {
    let text = serde_json::to_string(value).map_err(|_| StoreError::garbled("settings", name))?;
    settings::set(store, name, &text).await
}
