//! Who asks: device, session, passes, screen, and what they may do.

use super::{
    cookies::{self, SetCookies},
    passes::{self, PASS_MS},
    problem::{Answer, ApiProblem},
};
use crate::{
    context::Context,
    secret,
    store::{self, accounts::sessions},
};
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use jukeline_app::{
    account::{Appointment, Role},
    api::{Code, Me, ScreenRole},
    id::{AccountId, JukeboxId, ScreenId, VenueId},
    time::Timestamp,
};
use std::time::{SystemTime, UNIX_EPOCH};

/// The cookie that tells one browser from another.
pub const DEVICE_COOKIE: &str = "device";
/// The cookie of a paired screen.
pub const SCREEN_COOKIE: &str = "screen";
/// The header in which the shell sends its passes, separated by commas.
pub const PASS_HEADER: &str = "jukeline-pass";

/// A session that stands.
#[derive(Clone)]
pub struct Session {
    /// Whose.
    pub account: AccountId,
    /// The browser or app.
    pub device: String,
    /// It came as a bearer token, not as a cookie.
    pub bearer: bool,
    /// The token itself, to end exactly this session.
    pub(super) token: String,
}

/// A session, if there is one: never refuses for lack of it.
#[derive(Clone)]
pub struct MaybeSession(pub Option<Session>);

/// The session of a request, or nothing; a database out of reach is a refusal, not "signed out".
pub async fn session_of(headers: &HeaderMap, context: &Context) -> Answer<Option<Session>> {
    let bearer = bearer(headers);
    let cookie = cookies::get(headers, cookies::session_name(&context.config));
    let Some(token) = bearer.or(cookie).filter(|token| is_token(token)) else { return Ok(None) };
    let Some(row) = sessions::find(&context.store, token).await? else { return Ok(None) };
    // A token is good for the way it was given for only: a stolen bearer token is no cookie.
    let fits = (row.credential == "bearer") == bearer.is_some();
    if !fits || row.expires_at < wall_clock() {
        return Ok(None);
    }
    Ok(Some(Session { account: row.account, device: row.device, bearer: bearer.is_some(), token: token.to_owned() }))
}

/// This machine's clock: good enough for the end of a session 400 days away, and of a certificate.
pub(super) fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// 32 bytes in URL-safe base64 are 43 characters.
fn is_token(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The session of a request, looked up once however many of its extractors want it.
async fn session_in(parts: &mut Parts, context: &Context) -> Answer<Option<Session>> {
    if let Some(MaybeSession(found)) = parts.extensions.get() {
        return Ok(found.clone());
    }
    let found = session_of(&parts.headers, context).await?;
    parts.extensions.insert(MaybeSession(found.clone()));
    Ok(found)
}

impl FromRequestParts<Context> for Session {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, ApiProblem> {
        session_in(parts, context).await?.ok_or(Code::SignInNeeded.into())
    }
}

impl OptionalFromRequestParts<Context> for Session {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Option<Self>, ApiProblem> {
        session_of(&parts.headers, context).await
    }
}

impl FromRequestParts<Context> for MaybeSession {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, ApiProblem> {
        Ok(MaybeSession(session_in(parts, context).await?))
    }
}

/// The browser or app that asks; made and remembered on demand.
#[derive(Clone)]
pub struct Device {
    /// An opaque name.
    pub name: String,
    /// It was made just now, so that it says nothing about who it is.
    pub fresh: bool,
}

impl FromRequestParts<Context> for Device {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, ApiProblem> {
        if let Some(name) = device_of(parts, context).await? {
            return Ok(Device { name, fresh: false });
        }
        let name = secret::token();
        set_cookies(parts).set(&context.config, DEVICE_COOKIE, &name, cookies::LONG_S);
        Ok(Device { name, fresh: true })
    }
}

/// The device of a request: of its bearer session, else of its cookie.
async fn device_of(parts: &mut Parts, context: &Context) -> Answer<Option<String>> {
    if bearer(&parts.headers).is_some()
        && let Some(session) = session_in(parts, context).await?
    {
        return Ok(Some(session.device));
    }
    Ok(cookies::get(&parts.headers, DEVICE_COOKIE).filter(|name| is_token(name)).map(str::to_owned))
}

/// The cookies that the answer will set.
pub(super) fn set_cookies(parts: &Parts) -> SetCookies {
    parts.extensions.get::<SetCookies>().cloned().unwrap_or_default()
}

impl FromRequestParts<Context> for SetCookies {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Context) -> Result<Self, Self::Rejection> {
        Ok(set_cookies(parts))
    }
}

/// The passes that a request carries, each of this very device.
#[derive(Clone)]
pub struct Passes {
    held: Vec<(JukeboxId, Timestamp)>,
    device: Option<String>,
    cookies: SetCookies,
}

impl FromRequestParts<Context> for Passes {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, ApiProblem> {
        let device = device_of(parts, context).await?;
        let held = device.as_deref().map(|device| held(&parts.headers, context, device)).unwrap_or_default();
        Ok(Passes { held, device, cookies: set_cookies(parts) })
    }
}

impl Passes {
    /// Until when they may ask for songs at a jukebox; nothing when they may not.
    pub fn until(&self, jukebox: JukeboxId, now: Timestamp) -> Option<Timestamp> {
        self.standing(now).filter(|(at, _)| *at == jukebox).map(|(_, until)| until).max()
    }

    /// Every pass that isn't over, with its end.
    pub fn standing(&self, now: Timestamp) -> impl Iterator<Item = (JukeboxId, Timestamp)> {
        self.held.iter().copied().filter(move |(_, until)| *until > now)
    }

    /// Renews a pass silently, as while a song of theirs waits: by cookie. One that is over is not renewed.
    pub fn renew(&self, context: &Context, room: &str, jukebox: JukeboxId, now: Timestamp) {
        if self.until(jukebox, now).is_none() {
            return;
        }
        if let Some(device) = &self.device {
            give_pass(context, &self.cookies, room, jukebox, device, now);
        }
    }
}

fn held(headers: &HeaderMap, context: &Context, device: &str) -> Vec<(JukeboxId, Timestamp)> {
    let by_cookie = cookies::all(headers).filter(|(name, _)| name.starts_with("pass-")).map(|(_, value)| value);
    let by_header = headers.get_all(PASS_HEADER).into_iter().filter_map(|value| value.to_str().ok());
    by_cookie
        .chain(by_header.flat_map(|line| line.split(',')))
        .filter_map(|text| passes::read(&context.secrets, text.trim()))
        .filter(|pass| pass.device == device)
        .map(|pass| (pass.jukebox, pass.until))
        .collect()
}

/// Signs a pass for 30 minutes and puts it into its cookie; gives the pass and its end.
pub fn give_pass(
    context: &Context,
    cookies: &SetCookies,
    room: &str,
    jukebox: JukeboxId,
    device: &str,
    now: Timestamp,
) -> (String, Timestamp) {
    let until = now.plus(PASS_MS);
    let pass = passes::sign(&context.secrets, jukebox, device, until);
    cookies.set(&context.config, &format!("pass-{room}"), &pass, PASS_MS / 1000);
    (pass, until)
}

/// A paired screen.
#[derive(Clone, Debug)]
pub struct ScreenSession {
    /// The screen.
    pub screen: ScreenId,
    /// Of which jukebox.
    pub jukebox: JukeboxId,
    /// Player or display.
    pub role: ScreenRole,
}

/// The screen of a request, by cookie or bearer token.
pub async fn screen_of(headers: &HeaderMap, context: &Context) -> Answer<Option<ScreenSession>> {
    let token = cookies::get(headers, SCREEN_COOKIE).or_else(|| bearer(headers)).filter(|token| is_token(token));
    let Some(token) = token else { return Ok(None) };
    Ok(store::screens::by_token(&context.store, token).await?)
}

impl FromRequestParts<Context> for ScreenSession {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, ApiProblem> {
        screen_of(&parts.headers, context).await?.ok_or(Code::SignInNeeded.into())
    }
}

/// Refuses who may not do at `venue` what `needed` may.
pub async fn require(context: &Context, account: AccountId, needed: Role, venue: VenueId) -> Answer<()> {
    let appointments = store::accounts::appointments(&context.store, account).await?;
    if appointments.iter().any(|appointment| appointment.covers(needed, venue)) {
        return Ok(());
    }
    Err(Code::Forbidden.into())
}

/// Refuses whoever is not staff with at least `needed` at a jukebox; gives its venue. Who is staff nowhere learns
/// nothing about which jukeboxes there are.
pub async fn require_at(context: &Context, account: AccountId, needed: Role, jukebox: JukeboxId) -> Answer<VenueId> {
    let appointments = store::accounts::appointments(&context.store, account).await?;
    if appointments.is_empty() {
        return Err(Code::Forbidden.into());
    }
    let venue = store::places::venue_of(&context.store, jukebox).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    if appointments.iter().any(|appointment| appointment.covers(needed, venue)) {
        return Ok(venue);
    }
    Err(Code::Forbidden.into())
}

/// Refuses everybody but operators.
pub async fn require_operator(context: &Context, account: AccountId) -> Answer<()> {
    let appointments = store::accounts::appointments(&context.store, account).await?;
    let is_operator = |appointment: &Appointment| appointment.role == Role::Operator && appointment.venue.is_none();
    if appointments.iter().any(is_operator) { Ok(()) } else { Err(Code::Forbidden.into()) }
}

/// Who one is, to oneself.
pub async fn me(context: &Context, account: AccountId, passes: Vec<(JukeboxId, Timestamp)>) -> Answer<Me> {
    let profile = store::accounts::profile(&context.store, account).await?;
    let profile = profile.ok_or(ApiProblem::from(Code::SignInNeeded))?;
    let (credits, reserved) = store::ledger::balance(&context.store, account).await?;
    let appointments = store::accounts::appointments(&context.store, account).await?;
    Ok(Me {
        account,
        guest: profile.guest,
        email: profile.email,
        name: profile.name,
        name_on_screen: profile.name_on_screen,
        credits,
        reserved,
        roles: appointments.into_iter().map(|appointment| (appointment.role, appointment.venue)).collect(),
        passes,
        passwords: !context.config.is_trial(),
    })
}
