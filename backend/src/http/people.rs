//! Who works where: appointing by invitation, changing roles, dismissing.
//!
//! Nobody is appointed by an address alone: an address is taken as given here, and whoever signed up with it would be
//! staff. What is mailed or given out is a one-time code, and whoever shows it is appointed. So the answer is the same
//! whether an address is somebody's or nobody's, and the list shows people only after they came.

mod invitations;

use super::{
    extract::{Json, Path, Path2},
    identity::{Session, require, require_operator},
    problem::{Answer, ApiProblem},
};
use crate::{
    context::Context,
    store::{
        accounts::{
            self,
            invitations::{Pending, pending},
            staff,
        },
        places,
    },
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{delete, get, put},
};
use jukeline_app::{
    account::Role,
    api::{ChangeRole, Code, PendingInvitation, Staff, StaffMember},
    id::{AccountId, VenueId},
    staff::{StaffRefusal, change, dismiss},
};

/// The highest role in trial mode: cookies travel readable there, and who reads one must not appoint others.
const TRIAL_MOST: Role = Role::MusicManager;

/// Staff of venues, operators, invitations.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/venues/{venue}/staff", get(staff_of_venue))
        .route("/api/venues/{venue}/staff/{account}", put(change_role).delete(dismiss_from_venue))
        .route("/api/operators", get(operators))
        .route("/api/operators/{account}", delete(dismiss_operator))
        .merge(invitations::routes())
}

/// Refuses who doesn't appoint at a venue. Who does everywhere is told where there is none.
pub(super) async fn require_manager(context: &Context, session: &Session, venue: VenueId) -> Answer<()> {
    require(context, session.account, Role::VenueManager, venue).await?;
    places::venue_name(&context.store, venue).await?.map(|_| ()).ok_or(Code::NotFound.into())
}

/// Refuses roles that aren't given at such a place, or not in trial mode.
fn check_role(context: &Context, role: Role, place: Option<VenueId>) -> Answer<()> {
    if !jukeline_app::staff::fits(role, place) {
        return Err(ApiProblem::invalid("role", "operators have no venue, everybody else has one"));
    }
    if context.config.is_trial() && role > TRIAL_MOST {
        return Err(Code::NeedsHttps.into());
    }
    Ok(())
}

async fn staff_of_venue(
    State(context): State<Context>,
    Path(venue): Path<VenueId>,
    session: Session,
) -> Answer<Json<Staff>> {
    require_manager(&context, &session, venue).await?;
    listed(&context, Some(venue)).await
}

async fn operators(State(context): State<Context>, session: Session) -> Answer<Json<Staff>> {
    require_operator(&context, session.account).await?;
    listed(&context, None).await
}

async fn listed(context: &Context, place: Option<VenueId>) -> Answer<Json<Staff>> {
    let now = context.store.now().await?;
    let members = staff::members(&context.store, place).await?;
    let waiting = pending(&context.store, place, now).await?;
    let member = |(account, role, profile): (AccountId, Role, accounts::Profile)| StaffMember {
        account,
        role,
        name: profile.name,
        email: profile.email,
    };
    let waits = |pending: Pending| PendingInvitation {
        invitation: pending.id,
        role: pending.role,
        invited_by: pending.by,
        email: pending.email,
        until: pending.until,
    };
    let (people, invitations) = (members.into_iter().map(member).collect(), waiting.into_iter().map(waits).collect());
    Ok(Json(Staff { people, invitations }))
}

async fn change_role(
    State(context): State<Context>,
    Path2(venue, whom): Path2<VenueId, AccountId>,
    session: Session,
    Json(body): Json<ChangeRole>,
) -> Answer<StatusCode> {
    require_manager(&context, &session, venue).await?;
    check_role(&context, body.role, Some(venue))?;
    settle(&context, &session, whom, Some(venue), Some(body.role)).await
}

async fn dismiss_from_venue(
    State(context): State<Context>,
    Path2(venue, whom): Path2<VenueId, AccountId>,
    session: Session,
) -> Answer<StatusCode> {
    require_manager(&context, &session, venue).await?;
    settle(&context, &session, whom, Some(venue), None).await
}

async fn dismiss_operator(
    State(context): State<Context>,
    Path(whom): Path<AccountId>,
    session: Session,
) -> Answer<StatusCode> {
    require_operator(&context, session.account).await?;
    settle(&context, &session, whom, None, None).await
}

/// Makes `role` of what `whom` is at a place, or ends it. Rights are read with each request, so it holds from the commit
/// on. Two who dismiss each other at once are ordered by the lock, and the second is nobody any more.
async fn settle(
    context: &Context,
    session: &Session,
    whom: AccountId,
    place: Option<VenueId>,
    role: Option<Role>,
) -> Answer<StatusCode> {
    let mut tx = context.store.begin().await?;
    let posts = staff::posts(&mut tx, context.store.kind(), place).await?;
    match role {
        Some(role) => change(&posts, session.account, whom, place, role),
        None => dismiss(&posts, session.account, whom, place),
    }
    .map_err(|refusal| match refusal {
        StaffRefusal::Forbidden => ApiProblem::from(Code::Forbidden),
        StaffRefusal::NotStaff => Code::NotFound.into(),
        StaffRefusal::Last => Code::LastManager.into(),
    })?;
    staff::set_role(&mut tx, whom, role, place).await?;
    staff::void_codes(&mut tx, whom, place).await?;
    tx.commit().await?;
    let word = role.map_or("none", Role::word);
    tracing::info!(by = %session.account, account = %whom, place = ?place, role = word, "a role was changed");
    Ok(StatusCode::NO_CONTENT)
}
