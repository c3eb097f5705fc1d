//! One order, from the account to the certificate.

use super::{
    AcmeError,
    stored::{self, Issued, Proof},
};
use crate::{
    config::{Acme, Challenge},
    store::Store,
};
use instant_acme::{
    Account, AuthorizationStatus, ChallengeType, Identifier, NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};
use std::time::Duration;

/// How long the authority may take for a proof, and again for the certificate.
const PATIENCE: RetryPolicy = RetryPolicy::new().timeout(Duration::from_secs(120));

/// Orders a certificate for `host`.
pub(super) async fn place(store: &Store, acme: &Acme, host: &str) -> Result<Issued, AcmeError> {
    let account = account(store, acme).await?;
    let mut order = account.new_order(&NewOrder::new(&[Identifier::Dns(host.to_owned())])).await?;
    let proven = prove(store, &mut order, acme.challenge, host).await;
    stored::set_proof(store, None).await?;
    proven?;
    let key = order.finalize().await?;
    Ok(Issued { chain: order.poll_certificate(&PATIENCE).await?, key })
}

/// The account of the last order, else a new one.
async fn account(store: &Store, acme: &Acme) -> Result<Account, AcmeError> {
    let builder = match &acme.directory_ca {
        Some(file) => Account::builder_with_root(file)?,
        None => Account::builder()?,
    };
    if let Some(known) = stored::account(store, acme).await? {
        return Ok(builder.from_credentials(known).await?);
    }
    let contact = acme.contact.as_ref().map(|address| format!("mailto:{address}"));
    let contact: Vec<&str> = contact.as_deref().into_iter().collect();
    let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    let (account, credentials) = builder.create(&new, acme.directory.to_string(), None).await?;
    stored::keep_account(store, acme, &credentials).await?;
    Ok(account)
}

/// Proves each name of the order that isn't proven yet, and waits for the authority's word.
async fn prove(store: &Store, order: &mut Order, challenge: Challenge, host: &str) -> Result<(), AcmeError> {
    let (kind, name) = match challenge {
        Challenge::TlsAlpn01 => (ChallengeType::TlsAlpn01, "tls-alpn-01"),
    };
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        if authorization.status == AuthorizationStatus::Valid {
            continue;
        }
        let mut challenge = authorization.challenge(kind.clone()).ok_or(AcmeError::NoChallenge(name))?;
        let digest = challenge.key_authorization().digest().as_ref().to_vec();
        stored::set_proof(store, Some(&Proof { host: host.to_owned(), digest })).await?;
        challenge.set_ready().await?;
    }
    match order.poll_ready(&PATIENCE).await? {
        OrderStatus::Ready => Ok(()),
        _ => Err(AcmeError::Refused(refusal(order).await)),
    }
}

/// What the authority says of a proof that it didn't accept.
async fn refusal(order: &mut Order) -> String {
    let mut authorizations = order.authorizations();
    while let Some(Ok(authorization)) = authorizations.next().await {
        if let Some(error) = authorization.challenges.iter().find_map(|challenge| challenge.error.as_ref()) {
            return error.to_string();
        }
    }
    "it doesn't say why".into()
}
