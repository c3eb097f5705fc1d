//! Inviting, taking invitations back, and taking them up.

use super::{TRIAL_MOST, check_role, require_manager};
use crate::{
    context::Context,
    http::{
        extract::{Json, Path, Path2},
        identity::{Session, require_operator},
        limits,
        problem::{Answer, ApiProblem},
        sessions,
        shared::{Address, Shared},
    },
    mail, secret,
    store::{
        accounts::{
            self,
            invitations::{self, NewInvitation},
            staff,
        },
        places,
    },
};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::{delete, post},
};
use jukeline_app::{
    account::Role,
    api::{Appointed, Code, InvitationCode, Invite, Invited, TakeUpInvitation},
    id::{InvitationId, VenueId},
    staff::may_appoint,
};

/// Characters of a code: some 5 bits each.
const CODE_LENGTH: usize = 16;

pub(super) fn routes() -> Router<Context> {
    Router::new()
        .route("/api/venues/{venue}/invitations", post(invite_to_venue))
        .route("/api/venues/{venue}/invitations/{invitation}", delete(revoke_from_venue))
        .route("/api/operators/invitations", post(invite_operator))
        .route("/api/operators/invitations/{invitation}", delete(revoke_from_operators))
        .route("/api/appointments", post(take_up))
}

async fn invite_to_venue(
    State(context): State<Context>,
    shared: Shared,
    Path(venue): Path<VenueId>,
    session: Session,
    headers: HeaderMap,
    Json(invite): Json<Invite>,
) -> Answer<(StatusCode, Json<Invited>)> {
    require_manager(&context, &session, venue).await?;
    invite_to(context, shared, session, Some(venue), &headers, invite).await
}

async fn invite_operator(
    State(context): State<Context>,
    shared: Shared,
    session: Session,
    headers: HeaderMap,
    Json(invite): Json<Invite>,
) -> Answer<(StatusCode, Json<Invited>)> {
    require_operator(&context, session.account).await?;
    invite_to(context, shared, session, None, &headers, invite).await
}

async fn invite_to(
    context: Context,
    shared: Shared,
    session: Session,
    place: Option<VenueId>,
    headers: &HeaderMap,
    invite: Invite,
) -> Answer<(StatusCode, Json<Invited>)> {
    check_role(&context, invite.role, place)?;
    let email = invite.email.as_deref().map(sessions::folded_address).transpose()?;
    if email.is_some() && context.config.is_trial() {
        return Err(Code::NeedsHttps.into());
    }
    if email.is_some() && context.config.mail.smtp.is_none() {
        return Err(Code::NoMail.into());
    }
    shared.limits.count(limits::INVITATIONS, &session.account.to_string()).map_err(ApiProblem::slow_down)?;
    if let Some(email) = &email {
        let address = sessions::address_hash(&context, email);
        shared.limits.count(limits::MAILS, &address).map_err(ApiProblem::slow_down)?;
    }
    let code = secret::token().chars().filter(char::is_ascii_alphanumeric).take(CODE_LENGTH).collect::<String>();
    let code = code.to_lowercase();
    let now = context.store.now().await?;
    let new = NewInvitation { role: invite.role, place, by: session.account, email: email.as_deref() };
    let mut tx = context.store.begin().await?;
    // Behind the lock, so that an invitation never comes after the dismissal of whoever made it.
    let posts = staff::posts(&mut tx, context.store.kind(), place).await?;
    let theirs: Vec<_> =
        posts.iter().filter(|post| post.account == session.account).map(|post| post.appointment).collect();
    if !may_appoint(&theirs, invite.role, place) {
        return Err(Code::Forbidden.into());
    }
    let (invitation, until) = invitations::put(&mut tx, &new, &code, now).await?;
    tx.commit().await?;
    tracing::info!(by = %session.account, place = ?place, role = invite.role.word(), "somebody was invited");
    let link = context.config.address(&format!("/staff/join/{code}"));
    let by_hand = match email {
        None => Some(InvitationCode { code, link }),
        Some(email) => {
            mail_link(context, email, place, invite.role, mail::Language::of(headers), link);
            None
        }
    };
    Ok((StatusCode::CREATED, Json(Invited { invitation, until, by_hand })))
}

/// Mails the link behind the answer.
fn mail_link(
    context: Context,
    email: String,
    place: Option<VenueId>,
    role: Role,
    language: mail::Language,
    link: String,
) {
    tokio::spawn(async move {
        let venue = match place {
            Some(venue) => places::venue_name(&context.store, venue).await.ok().flatten(),
            None => None,
        };
        let (subject, body) = mail::invitation_text(language, venue.as_deref().unwrap_or("Jukeline"), role, &link);
        if mail::send(&context.config, &email, &subject, body).await.is_err() {
            tracing::warn!("an invitation was not sent");
        }
    });
}

async fn revoke_from_venue(
    State(context): State<Context>,
    Path2(venue, invitation): Path2<VenueId, InvitationId>,
    session: Session,
) -> Answer<StatusCode> {
    require_manager(&context, &session, venue).await?;
    revoke(&context, Some(venue), invitation).await
}

async fn revoke_from_operators(
    State(context): State<Context>,
    Path(invitation): Path<InvitationId>,
    session: Session,
) -> Answer<StatusCode> {
    require_operator(&context, session.account).await?;
    revoke(&context, None, invitation).await
}

async fn revoke(context: &Context, place: Option<VenueId>, invitation: InvitationId) -> Answer<StatusCode> {
    let mut tx = context.store.begin().await?;
    if !invitations::revoke(&mut tx, place, invitation).await? {
        return Err(Code::NotFound.into());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Appoints whoever shows the code. On https they keep an account; in trial mode there are guests only, so it is the
/// browser that is appointed, and whoever loses its cookie is invited again.
async fn take_up(
    State(context): State<Context>,
    shared: Shared,
    address: Address,
    session: Session,
    Json(take_up): Json<TakeUpInvitation>,
) -> Answer<(StatusCode, Json<Appointed>)> {
    let code: String = take_up.code.chars().filter(|c| !c.is_whitespace()).collect();
    let code = code.to_lowercase();
    // Wrong codes count, right ones don't.
    shared.limits.check(limits::ONE_TIME_CODES, &address.key()).map_err(ApiProblem::slow_down)?;
    let now = context.store.now().await?;
    let Some(offered) = invitations::look(&context.store, &code, now).await? else {
        shared.limits.count(limits::ONE_TIME_CODES, &address.key()).map_err(ApiProblem::slow_down)?;
        return Err(Code::LinkSpent.into());
    };
    if context.config.is_trial() && offered > TRIAL_MOST {
        return Err(Code::NeedsHttps.into());
    }
    let profile = accounts::profile(&context.store, session.account).await?;
    if !context.config.is_trial() && profile.is_none_or(|profile| profile.guest) {
        return Err(Code::AccountNeeded.into());
    }
    let mut tx = context.store.begin().await?;
    let taken = invitations::take_up(&mut tx, context.store.kind(), &code, session.account, now).await?;
    let (role, venue) = taken.ok_or(ApiProblem::from(Code::LinkSpent))?;
    tx.commit().await?;
    tracing::info!(account = %session.account, place = ?venue, role = role.word(), "somebody was appointed");
    let venue_name = match venue {
        Some(venue) => places::venue_name(&context.store, venue).await?,
        None => None,
    };
    Ok((StatusCode::CREATED, Json(Appointed { role, venue, venue_name })))
}
