//! Signing in and out, and lost passwords.

use super::{
    cookies::{self, SetCookies},
    extract::Json,
    identity::{self, Device, Passes, Session},
    limits, passwords,
    problem::{Answer, ApiProblem},
    shared::{Address, Shared},
};
use crate::{
    context::Context,
    mail, secret,
    store::accounts::{self, codes},
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{delete, post},
};
use jukeline_app::{
    account::{Role, fold_email},
    api::{AddressAndPassword, Code, Credential, ForgotPassword, Me, ResetPassword, SessionStarted},
    id::AccountId,
    presence::mac,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Sessions and passwords.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/sessions", post(sign_in).delete(sign_out_everywhere))
        .route("/api/sessions/current", delete(sign_out))
        .route("/api/passwords/forgotten", post(forgotten))
        .route("/api/passwords", post(reset))
        .route("/api/people/reset-codes", post(reset_code))
}

/// A new session.
pub(super) struct SignedIn {
    pub(super) account: AccountId,
    pub(super) token: String,
}

pub(super) const fn word(credential: Credential) -> &'static str {
    match credential {
        Credential::Cookie => "cookie",
        Credential::Bearer => "bearer",
    }
}

/// The answer to a new session: the token goes into the cookie or into the body, never into both.
pub(super) fn started(
    context: &Context,
    cookies: &SetCookies,
    me: Me,
    token: String,
    credential: Credential,
) -> SessionStarted {
    match credential {
        Credential::Bearer => SessionStarted { me, token: Some(token) },
        Credential::Cookie => {
            cookies.set(&context.config, cookies::session_name(&context.config), &token, cookies::LONG_S);
            SessionStarted { me, token: None }
        }
    }
}

/// The folded address; refused where it can't be one, and where what comes with it could be read on its way from there.
pub(super) fn checked_address(context: &Context, from: Address, email: &str) -> Answer<String> {
    if !context.config.takes_passwords(from.0) {
        return Err(Code::NeedsHttps.into());
    }
    folded_address(email)
}

/// The folded address; refused where it can't be one.
pub(super) fn folded_address(email: &str) -> Answer<String> {
    fold_email(email).ok_or_else(|| ApiProblem::invalid("email", "an address such as mara@example.org"))
}

/// What finds an address in the store without telling it.
pub(crate) fn address_hash(context: &Context, email: &str) -> String {
    secret::hex(&mac(&context.secrets.addresses, &[email.as_bytes()]))
}

/// Counts a try with a password, per address and device and per network address.
pub(super) fn count_try(shared: &Shared, email: &str, device: &Device, address: Address) -> Answer<()> {
    // A device made just now tells nobody apart: such tries count together.
    let device = if device.fresh { "new" } else { &device.name };
    let key = secret::hash(&format!("{email}/{device}"));
    shared.limits.count(limits::SIGN_INS, &key).map_err(ApiProblem::slow_down)?;
    shared.limits.count(limits::SIGN_INS_OF_ADDRESS, &address.key()).map_err(ApiProblem::slow_down)
}

#[allow(clippy::too_many_arguments, reason = "each is a part of the request")]
async fn sign_in(
    State(context): State<Context>,
    shared: Shared,
    session: Option<Session>,
    passes: Passes,
    device: Device,
    address: Address,
    cookies: SetCookies,
    Json(who): Json<AddressAndPassword>,
) -> Answer<(StatusCode, Json<SessionStarted>)> {
    let email = checked_address(&context, address, &who.email)?;
    count_try(&shared, &email, &device, address)?;
    let found = accounts::by_address(&context.store, &address_hash(&context, &email)).await?;
    let hash = found.as_ref().map(|found| found.password_hash.clone());
    let right = passwords::verify(who.password, hash).await?;
    let Some(found) = found.filter(|_| right) else { return Err(Code::WrongCredentials.into()) };
    let signed_in = sign_in_as(&context, found.account, session, &device, who.credential).await?;
    let now = context.store.now().await?;
    let me = identity::me(&context, signed_in.account, passes.standing(now).collect()).await?;
    Ok((StatusCode::CREATED, Json(started(&context, &cookies, me, signed_in.token, who.credential))))
}

/// Starts a session of `account`; a guest's credits and history come along.
pub(super) async fn sign_in_as(
    context: &Context,
    account: AccountId,
    before: Option<Session>,
    device: &Device,
    credential: Credential,
) -> Answer<SignedIn> {
    let guest = match &before {
        Some(before) if before.account != account => {
            accounts::profile(&context.store, before.account).await?.is_some_and(|profile| profile.guest)
        }
        _ => false,
    };
    let now = context.store.now().await?;
    let mut tx = context.store.begin().await?;
    if let Some(before) = &before {
        if guest {
            accounts::merge(&context.store, &mut tx, before.account, account, now).await?;
        }
        accounts::sessions::close(&mut tx, &before.token).await?;
    }
    let token = accounts::sessions::open(&mut tx, account, &device.name, word(credential), now).await?;
    tx.commit().await?;
    context.live.nudge();
    Ok(SignedIn { account, token })
}

async fn sign_out(State(context): State<Context>, session: Session, cookies: SetCookies) -> Answer<StatusCode> {
    let mut tx = context.store.begin().await?;
    accounts::sessions::close(&mut tx, &session.token).await?;
    tx.commit().await?;
    cookies.set(&context.config, cookies::session_name(&context.config), "", 0);
    Ok(StatusCode::NO_CONTENT)
}

async fn sign_out_everywhere(
    State(context): State<Context>,
    session: Session,
    cookies: SetCookies,
) -> Answer<StatusCode> {
    let mut tx = context.store.begin().await?;
    accounts::sessions::close_all(&mut tx, session.account).await?;
    tx.commit().await?;
    cookies.set(&context.config, cookies::session_name(&context.config), "", 0);
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a link to an address, if it is somebody's; the answer is the same for every address, and so is its time: the
/// mail is written behind the answer.
async fn forgotten(
    State(context): State<Context>,
    shared: Shared,
    address: Address,
    headers: axum::http::HeaderMap,
    Json(who): Json<ForgotPassword>,
) -> Answer<StatusCode> {
    let email = checked_address(&context, address, &who.email)?;
    if context.config.mail.smtp.is_none() {
        return Err(Code::NoMail.into());
    }
    shared.limits.count(limits::SIGN_INS_OF_ADDRESS, &address.key()).map_err(ApiProblem::slow_down)?;
    shared.limits.count(limits::MAILS, &address_hash(&context, &email)).map_err(ApiProblem::slow_down)?;
    let language = mail::Language::of(&headers);
    tokio::spawn(async move {
        if send_link(&context, &email, language).await.is_err() {
            tracing::warn!("a link for a new password was not sent");
        }
    });
    Ok(StatusCode::ACCEPTED)
}

async fn send_link(context: &Context, email: &str, language: mail::Language) -> Answer<()> {
    let hash = address_hash(context, email);
    let Some(found) = accounts::by_address(&context.store, &hash).await? else { return Ok(()) };
    let code = secret::token();
    put_reset_code(context, found.account, &code).await?;
    let link = context.config.address(&format!("/reset/{code}"));
    let (subject, body) = mail::reset_text(language, &link);
    mail::send(&context.config, email, &subject, body).await.map_err(|_| Code::Unavailable.into())
}

async fn put_reset_code(context: &Context, account: AccountId, code: &str) -> Answer<Timestamp> {
    let now = context.store.now().await?;
    let until = now.plus(codes::RESET_MS);
    let mut tx = context.store.begin().await?;
    codes::put(&mut tx, codes::RESET, code, &account.to_string(), now, until).await?;
    tx.commit().await?;
    Ok(until)
}

/// A new password by a one-time code; every session of the account ends.
async fn reset(
    State(context): State<Context>,
    shared: Shared,
    address: Address,
    Json(reset): Json<ResetPassword>,
) -> Answer<StatusCode> {
    if !context.config.takes_passwords(address.0) {
        return Err(Code::NeedsHttps.into());
    }
    passwords::check(&reset.password, "")?;
    shared.limits.count(limits::ONE_TIME_CODES, &address.key()).map_err(ApiProblem::slow_down)?;
    let code: String = reset.code.chars().filter(|c| !c.is_whitespace()).collect();
    let hash = passwords::hash(reset.password).await?;
    let now = context.store.now().await?;
    let mut tx = context.store.begin().await?;
    let subject = codes::take(&mut tx, codes::RESET, &code, now).await?;
    let Some(account) = subject.and_then(|subject| subject.parse::<AccountId>().ok()) else {
        return Err(Code::LinkSpent.into());
    };
    if !accounts::set_password(&mut tx, account, &hash).await? {
        return Err(Code::LinkSpent.into());
    }
    accounts::sessions::close_all(&mut tx, account).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whose password: body of `POST /api/people/reset-codes`.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskForResetCode {
    /// The address.
    pub email: String,
}

/// A one-time code for a new password, to be told in person.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResetCode {
    /// To be typed at `/reset`.
    pub code: String,
    /// Until when.
    pub until: Timestamp,
}

/// A manager's one-time code for somebody who lost their password. An address that is nobody's gets a code as well: it
/// opens nothing, and staff learn nothing about who has an account. Nobody gets one for an account that may do more
/// than they may.
async fn reset_code(
    State(context): State<Context>,
    session: Session,
    shared: Shared,
    address: Address,
    Json(ask): Json<AskForResetCode>,
) -> Answer<(StatusCode, Json<ResetCode>)> {
    let roles = accounts::appointments(&context.store, session.account).await?;
    let Some(highest) = roles.iter().map(|role| role.role).max().filter(|role| *role >= Role::VenueManager) else {
        return Err(Code::Forbidden.into());
    };
    let email = checked_address(&context, address, &ask.email)?;
    shared.limits.count(limits::ONE_TIME_CODES, &address.key()).map_err(ApiProblem::slow_down)?;
    let code = secret::token().chars().filter(char::is_ascii_alphanumeric).take(16).collect::<String>().to_lowercase();
    let now = context.store.now().await?;
    let mut until = now.plus(codes::RESET_MS);
    if let Some(found) = accounts::by_address(&context.store, &address_hash(&context, &email)).await? {
        let theirs = accounts::appointments(&context.store, found.account).await?;
        if theirs.iter().all(|role| role.role < highest || highest == Role::Operator) {
            until = put_reset_code(&context, found.account, &code).await?;
        }
    }
    Ok((StatusCode::CREATED, Json(ResetCode { code, until })))
}
