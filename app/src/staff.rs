//! Who may appoint and dismiss whom. Pure: the appointments at a place in, a refusal or nothing out.

use crate::{
    account::{Appointment, Role},
    id::{AccountId, VenueId},
};

/// A person with one of their appointments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Post {
    /// Who.
    pub account: AccountId,
    /// What they may do there.
    pub appointment: Appointment,
}

/// Why nobody is appointed or dismissed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StaffRefusal {
    /// Their own role doesn't reach that far.
    #[error("above their own role")]
    Forbidden,
    /// That person isn't staff there.
    #[error("not staff there")]
    NotStaff,
    /// They would leave nobody behind who can appoint.
    #[error("the last one who can appoint")]
    Last,
}

/// The role that appoints at a place: operators where there is no venue.
const fn head(place: Option<VenueId>) -> Role {
    match place {
        Some(_) => Role::VenueManager,
        None => Role::Operator,
    }
}

/// Whether such a role is given at such a place: operators have no venue, everybody else has one.
pub fn fits(role: Role, place: Option<VenueId>) -> bool {
    (role == Role::Operator) == place.is_none()
}

/// Whether somebody with these appointments may give `role` at `place`: at least the place's head, and never above
/// their own role.
pub fn may_appoint(theirs: &[Appointment], role: Role, place: Option<VenueId>) -> bool {
    fits(role, place) && reaches(theirs, role, place)
}

fn reaches(theirs: &[Appointment], role: Role, place: Option<VenueId>) -> bool {
    let needed = role.max(head(place));
    theirs.iter().any(|appointment| match place {
        Some(venue) => appointment.covers(needed, venue),
        None => appointment.venue.is_none() && appointment.role >= needed,
    })
}

/// Whether `by` may end what `whom` is at `place`. `posts` are all appointments there and everywhere.
pub fn dismiss(posts: &[Post], by: AccountId, whom: AccountId, place: Option<VenueId>) -> Result<(), StaffRefusal> {
    let held = held(posts, by, whom, place)?;
    if leaves_nobody(posts, by, whom, place, held) {
        return Err(StaffRefusal::Last);
    }
    Ok(())
}

/// Whether `by` may make `role` of what `whom` is at `place`. `posts` are all appointments there and everywhere.
pub fn change(
    posts: &[Post],
    by: AccountId,
    whom: AccountId,
    place: Option<VenueId>,
    role: Role,
) -> Result<(), StaffRefusal> {
    let held = held(posts, by, whom, place)?;
    if !may_appoint(&of(posts, by), role, place) {
        return Err(StaffRefusal::Forbidden);
    }
    if role < head(place) && leaves_nobody(posts, by, whom, place, held) {
        return Err(StaffRefusal::Last);
    }
    Ok(())
}

/// Whether no operator would be left without `account`, who is one.
pub fn is_last_operator(posts: &[Post], account: AccountId) -> bool {
    let is_operator = |post: &&Post| post.appointment.role == Role::Operator && post.appointment.venue.is_none();
    let mut operators = posts.iter().filter(is_operator).map(|post| post.account).peekable();
    operators.peek().is_some() && operators.all(|operator| operator == account)
}

fn of(posts: &[Post], account: AccountId) -> Vec<Appointment> {
    posts.iter().filter(|post| post.account == account).map(|post| post.appointment).collect()
}

/// The highest role of `whom` at `place`, if `by` reaches that far.
fn held(posts: &[Post], by: AccountId, whom: AccountId, place: Option<VenueId>) -> Result<Role, StaffRefusal> {
    let theirs = of(posts, by);
    if !reaches(&theirs, head(place), place) {
        return Err(StaffRefusal::Forbidden);
    }
    let there = posts.iter().filter(|post| post.account == whom && post.appointment.venue == place);
    let held = there.map(|post| post.appointment.role).max().ok_or(StaffRefusal::NotStaff)?;
    if reaches(&theirs, held, place) { Ok(held) } else { Err(StaffRefusal::Forbidden) }
}

/// Somebody who goes of their own accord leaves another head behind. An operator may leave a venue all the same, and may
/// dismiss its last manager: operators can appoint the next.
fn leaves_nobody(posts: &[Post], by: AccountId, whom: AccountId, place: Option<VenueId>, held: Role) -> bool {
    let is_head = |post: &Post| post.appointment.venue == place && post.appointment.role >= head(place);
    let another = posts.iter().any(|post| post.account != whom && is_head(post));
    let stays_operator = place.is_some() && reaches(&of(posts, by), Role::Operator, None);
    by == whom && held >= head(place) && !another && !stays_operator
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    const HERE: Option<VenueId> = Some(VenueId(Uuid::from_u128(1)));
    const ELSEWHERE: Option<VenueId> = Some(VenueId(Uuid::from_u128(2)));
    const ROLES: [Role; 4] = [Role::Attendant, Role::MusicManager, Role::VenueManager, Role::Operator];

    fn account(n: u128) -> AccountId {
        AccountId(Uuid::from_u128(n))
    }

    fn post(n: u128, role: Role, venue: Option<VenueId>) -> Post {
        Post { account: account(n), appointment: Appointment { role, venue } }
    }

    /// Accounts 0 to 4 with any appointments, the one everybody has at the most for each place.
    fn posts() -> impl Strategy<Value = Vec<Post>> {
        let place = prop::sample::select(vec![HERE, ELSEWHERE, None]);
        prop::collection::vec((0..5_u128, prop::sample::select(ROLES.to_vec()), place), 0..10).prop_map(|rows| {
            rows.into_iter().filter(|(_, role, place)| fits(*role, *place)).map(|(n, r, p)| post(n, r, p)).collect()
        })
    }

    fn rank(posts: &[Post], who: AccountId, venue: VenueId) -> Option<Role> {
        let theirs = of(posts, who);
        ROLES.into_iter().filter(|role| theirs.iter().any(|theirs| theirs.covers(*role, venue))).max()
    }

    proptest! {
        #[test]
        fn nobody_appoints_above_themselves(posts in posts(), by in 0..5_u128, role in prop::sample::select(ROLES.to_vec())) {
            let venue = VenueId(Uuid::from_u128(1));
            let may = may_appoint(&of(&posts, account(by)), role, HERE);
            let own = rank(&posts, account(by), venue);
            prop_assert_eq!(may, role != Role::Operator && own.is_some_and(|own| own >= Role::VenueManager && own >= role));
        }

        #[test]
        fn nobody_dismisses_above_themselves_nor_the_last_head(posts in posts(), by in 0..5_u128, whom in 0..5_u128) {
            let (by, whom, venue) = (account(by), account(whom), VenueId(Uuid::from_u128(1)));
            if dismiss(&posts, by, whom, HERE).is_ok() {
                prop_assert!(rank(&posts, by, venue) >= Some(Role::VenueManager));
                let left = posts.iter().filter(|post| !(post.account == whom && post.appointment.venue == HERE));
                let heads = left.filter(|post| post.appointment.covers(Role::VenueManager, venue)).count();
                prop_assert!(heads > 0, "somebody can still appoint");
            }
            if dismiss(&posts, by, whom, None).is_ok() {
                let left = posts.iter().filter(|post| post.account != whom && post.appointment.venue.is_none());
                prop_assert!(left.count() > 0, "an operator is left");
                prop_assert!(!is_last_operator(&posts, whom));
            }
        }
    }

    #[test]
    fn the_last_manager_stays_until_there_is_another() {
        let alone =
            [post(1, Role::VenueManager, HERE), post(2, Role::MusicManager, HERE), post(9, Role::Operator, None)];
        assert_eq!(dismiss(&alone, account(1), account(1), HERE), Err(StaffRefusal::Last));
        assert_eq!(change(&alone, account(1), account(1), HERE, Role::Attendant), Err(StaffRefusal::Last));
        assert_eq!(change(&alone, account(1), account(2), HERE, Role::VenueManager), Ok(()));
        assert_eq!(dismiss(&alone, account(9), account(1), HERE), Ok(()), "an operator can appoint the next");
        let two = [alone[0], post(2, Role::VenueManager, HERE)];
        assert_eq!(dismiss(&two, account(1), account(1), HERE), Ok(()));
        assert_eq!(dismiss(&two, account(2), account(1), HERE), Ok(()), "equals may");
    }

    #[test]
    fn who_is_no_manager_there_does_nothing_there() {
        let posts =
            [post(1, Role::VenueManager, ELSEWHERE), post(2, Role::MusicManager, HERE), post(3, Role::Attendant, HERE)];
        for by in [1, 2, 3, 4] {
            assert_eq!(dismiss(&posts, account(by), account(3), HERE), Err(StaffRefusal::Forbidden));
        }
        let operator = [post(9, Role::Operator, None)];
        assert_eq!(dismiss(&operator, account(9), account(9), None), Err(StaffRefusal::Last));
        assert_eq!(dismiss(&operator, account(9), account(3), HERE), Err(StaffRefusal::NotStaff));
        assert!(is_last_operator(&operator, account(9)) && !is_last_operator(&operator, account(1)));
        assert!(!may_appoint(&[operator[0].appointment], Role::Operator, HERE), "operators have no venue");
    }
}
