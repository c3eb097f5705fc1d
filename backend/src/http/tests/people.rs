//! Appointing, changing roles and dismissing.

use super::{Answered, World};
use crate::store::accounts::{self, sessions};
use axum::http::Method;
use jukeline_app::{
    account::Role,
    id::{AccountId, VenueId},
    time::Timestamp,
};
use serde_json::{Value, json};

const ROLES: [Role; 4] = [Role::Attendant, Role::MusicManager, Role::VenueManager, Role::Operator];

/// Somebody with a session.
pub(super) struct Person {
    pub(super) account: AccountId,
    pub(super) cookie: String,
}

impl World {
    async fn venue(&self) -> VenueId {
        self.room().await.venue
    }

    /// A person with an address, and a role if any: operators everywhere, others in the room's venue.
    pub(super) async fn person(&self, role: Option<Role>) -> Person {
        let person = self.guest().await;
        let venue = self.venue().await;
        let address = format!("{}@home.example", person.account);
        let hash = super::super::sessions::address_hash(&self.context, &address);
        let mut tx = self.context.store.begin().await.expect("a transaction");
        let added = accounts::add_password(&mut tx, person.account, &hash, &address, "none", Timestamp(1)).await;
        assert!(added.expect("added"));
        if let Some(role) = role {
            let place = (role != Role::Operator).then_some(venue);
            accounts::appoint(&mut tx, person.account, role, place).await.expect("appointed");
        }
        tx.commit().await.expect("committed");
        person
    }

    pub(super) async fn guest(&self) -> Person {
        let store = &self.context.store;
        let now = store.now().await.expect("a clock");
        let mut tx = store.begin().await.expect("a transaction");
        let account = accounts::make_guest(&mut tx, store.kind(), 0, now).await.expect("a guest");
        let token = sessions::open(&mut tx, account, "device", "cookie", now).await.expect("a session");
        tx.commit().await.expect("committed");
        Person { account, cookie: format!("session={token}") }
    }

    async fn staff_path(&self, rest: &str) -> String {
        format!("/api/venues/{}/{rest}", self.venue().await)
    }

    async fn invite(&self, by: &Person, role: Role) -> Answered {
        self.post(&self.staff_path("invitations").await, &by.cookie, &json!({"role": role})).await
    }

    async fn take_up(&self, person: &Person, code: &Value) -> Answered {
        self.post("/api/appointments", &person.cookie, &json!({"code": code})).await
    }

    async fn set(&self, by: &Person, whom: &Person, role: Role) -> Answered {
        let path = self.staff_path(&format!("staff/{}", whom.account)).await;
        self.send(Method::PUT, &path, &by.cookie, Some(&json!({"role": role}))).await
    }

    async fn dismiss(&self, by: &Person, whom: &Person) -> Answered {
        let path = self.staff_path(&format!("staff/{}", whom.account)).await;
        self.send(Method::DELETE, &path, &by.cookie, None).await
    }

    async fn dismiss_operator(&self, by: &Person, whom: &Person) -> Answered {
        self.send(Method::DELETE, &format!("/api/operators/{}", whom.account), &by.cookie, None).await
    }

    async fn roles(&self, person: &Person) -> Value {
        self.get("/api/me", &person.cookie).await.json()["roles"].clone()
    }

    /// Whether somebody may do what attendants do, now.
    async fn may_pause(&self, person: &Person) -> bool {
        let path = format!("/api/jukeboxes/{}/paused", self.room().await.jukebox);
        let answer = self.send(Method::PUT, &path, &person.cookie, Some(&json!({"paused": false}))).await;
        assert!(matches!((answer.status, answer.code().as_str()), (204, _) | (403, "forbidden")), "{}", answer.body);
        answer.status == 204
    }
}

fn code(invited: &Answered) -> Value {
    assert_eq!(invited.status, 201, "{}", invited.body);
    invited.json()["by_hand"]["code"].clone()
}

#[tokio::test]
async fn whoever_shows_the_code_is_appointed_once() {
    let world = World::new().await;
    let (manager, jo, eve) =
        (world.person(Some(Role::VenueManager)).await, world.person(None).await, world.person(None).await);
    let invited = world.invite(&manager, Role::Attendant).await;
    let code = code(&invited);
    let spoken = code.as_str().expect("a code").to_uppercase();
    assert_eq!(
        invited.json()["by_hand"]["link"],
        format!("http://127.0.0.1:8080/staff/join/{}", code.as_str().expect("a code"))
    );
    let list = world.get(&world.staff_path("staff").await, &manager.cookie).await.json();
    assert_eq!(
        (&list["invitations"][0]["role"], list["people"].as_array().map(Vec::len)),
        (&json!("attendant"), Some(1))
    );
    assert!(!list.to_string().contains(code.as_str().expect("a code")), "the code is told once");
    assert!(!world.may_pause(&jo).await);
    let taken = world.take_up(&jo, &json!(format!("{} {}", &spoken[..8], &spoken[8..]))).await;
    assert_eq!(taken.status, 201, "{}", taken.body);
    assert_eq!(
        (&taken.json()["role"], &taken.json()["venue_name"]),
        (&json!("attendant"), &json!("The <Copper> Still"))
    );
    assert!(world.may_pause(&jo).await);
    assert_eq!(world.take_up(&eve, &code).await.code(), "link_spent");
    assert_eq!(world.take_up(&eve, &json!("nonsense")).await.code(), "link_spent");
    let list = world.get(&world.staff_path("staff").await, &manager.cookie).await.json();
    let people: Vec<_> = list["people"].as_array().expect("people").iter().map(|one| one["role"].clone()).collect();
    assert_eq!((people, &list["invitations"]), (vec![json!("venue_manager"), json!("attendant")], &json!([])));
    assert_eq!(list["people"][1]["email"], format!("{}@home.example", jo.account));
    assert_eq!(world.get(&world.staff_path("staff").await, &jo.cookie).await.code(), "forbidden");
}

#[tokio::test]
async fn nobody_appoints_above_their_own_role_nor_elsewhere() {
    let world = World::new().await;
    world.make_room("tin", None).await;
    let tin = crate::store::places::room(&world.context.store, "tin").await.expect("a read").expect("a room").venue;
    let jo = world.person(Some(Role::Attendant)).await;
    for own in ROLES {
        let person = world.person(Some(own)).await;
        for role in ROLES {
            let right = own >= Role::VenueManager;
            let expected = if !right {
                "forbidden"
            } else if role == Role::Operator {
                "invalid"
            } else {
                ""
            };
            assert_eq!(world.invite(&person, role).await.code(), expected, "{own:?} invites {role:?}");
            assert_eq!(world.set(&person, &jo, role).await.code(), expected, "{own:?} makes {role:?}");
            let operator = world.post("/api/operators/invitations", &person.cookie, &json!({"role": role})).await;
            let expected = match (own, role) {
                (Role::Operator, Role::Operator) => "",
                (Role::Operator, _) => "invalid",
                _ => "forbidden",
            };
            assert_eq!(operator.code(), expected, "{own:?} invites {role:?} everywhere");
        }
        let elsewhere = format!("/api/venues/{tin}/invitations");
        let answer = world.post(&elsewhere, &person.cookie, &json!({"role": "attendant"})).await;
        assert_eq!(answer.code(), if own == Role::Operator { "" } else { "forbidden" }, "{own:?} elsewhere");
    }
    let manager = world.person(Some(Role::VenueManager)).await;
    let operator = world.person(Some(Role::Operator)).await;
    assert_eq!(world.dismiss(&manager, &operator).await.code(), "not_found", "operators are nobody's staff");
    assert_eq!(world.dismiss_operator(&manager, &operator).await.code(), "forbidden");
    let nowhere = format!("/api/venues/{}/staff", uuid::Uuid::from_u128(7));
    assert_eq!(world.get(&nowhere, &operator.cookie).await.code(), "not_found");
    assert_eq!(world.get(&nowhere, &manager.cookie).await.code(), "forbidden");
}

#[tokio::test]
async fn an_invitation_never_lowers_and_is_worth_what_its_maker_is() {
    let world = World::new().await;
    let (operator, manager) = (world.person(Some(Role::Operator)).await, world.person(Some(Role::VenueManager)).await);
    let jo = world.person(Some(Role::MusicManager)).await;
    let lower = code(&world.invite(&manager, Role::Attendant).await);
    assert_eq!(world.take_up(&jo, &lower).await.json()["role"], "music_manager");
    let (orphan, other) = (code(&world.invite(&manager, Role::VenueManager).await), world.person(None).await);
    assert_eq!(world.set(&operator, &manager, Role::Attendant).await.status, 204);
    assert_eq!(world.take_up(&other, &orphan).await.code(), "link_spent", "its maker may not appoint any more");
    let revoked = world.invite(&operator, Role::Attendant).await;
    let path =
        world.staff_path(&format!("invitations/{}", revoked.json()["invitation"].as_str().expect("an id"))).await;
    assert_eq!(world.send(Method::DELETE, &path, &operator.cookie, None).await.status, 204);
    assert_eq!(world.send(Method::DELETE, &path, &operator.cookie, None).await.code(), "not_found");
    assert_eq!(world.take_up(&other, &code(&revoked)).await.code(), "link_spent");
}

#[tokio::test]
async fn dismissal_ends_everything_at_once() {
    let world = World::new().await;
    let (boss, second) = (world.person(Some(Role::VenueManager)).await, world.person(Some(Role::VenueManager)).await);
    let jo = world.person(Some(Role::Attendant)).await;
    let kept = code(&world.invite(&second, Role::VenueManager).await);
    let pairing = format!("/api/jukeboxes/{}/pairing-codes", world.room().await.jukebox);
    let pairing = world.post(&pairing, &second.cookie, &json!({"role": "player"})).await.json()["code"].clone();
    let reset = json!({"email": format!("{}@home.example", jo.account)});
    let reset = world.post("/api/people/reset-codes", &second.cookie, &reset).await.json()["code"].clone();
    assert!(world.may_pause(&second).await);
    assert_eq!(world.dismiss(&boss, &second).await.status, 204);
    assert!(!world.may_pause(&second).await);
    assert_eq!(world.roles(&second).await, json!([]));
    assert_eq!(world.get("/api/me", &second.cookie).await.status, 200, "as a patron they stay");
    assert_eq!(world.take_up(&second, &kept).await.code(), "link_spent", "not even with an invitation of their own");
    let pair = world.post("/api/screens", "", &json!({"code": pairing, "codecs": []})).await;
    assert_eq!(pair.code(), "link_spent");
    let new = json!({"code": reset, "password": "a new and longer one"});
    assert_eq!(world.post("/api/passwords", "", &new).await.code(), "link_spent");
    assert_eq!(world.dismiss(&boss, &second).await.code(), "not_found", "once");
    assert_eq!(world.dismiss(&second, &jo).await.code(), "forbidden");
}

#[tokio::test]
async fn the_last_one_who_can_appoint_stays() {
    let world = World::new().await;
    let (operator, boss) = (world.person(Some(Role::Operator)).await, world.person(Some(Role::VenueManager)).await);
    assert_eq!(world.dismiss(&boss, &boss).await.code(), "last_manager");
    assert_eq!(world.set(&boss, &boss, Role::Attendant).await.code(), "last_manager");
    assert_eq!(world.dismiss_operator(&operator, &operator).await.code(), "last_manager");
    assert_eq!(world.send(Method::DELETE, "/api/me", &operator.cookie, None).await.code(), "last_manager");
    assert_eq!(world.roles(&operator).await, json!([["operator", null]]), "nothing changed");
    let jo = world.person(None).await;
    let taken = world.take_up(&jo, &code(&world.invite(&boss, Role::VenueManager).await)).await;
    assert_eq!(taken.json()["role"], "venue_manager", "{}", taken.body);
    assert_eq!(world.dismiss(&boss, &boss).await.status, 204);
    let next = world.post("/api/operators/invitations", &operator.cookie, &json!({"role": "operator"})).await;
    assert_eq!(world.take_up(&jo, &code(&next)).await.json()["venue"], Value::Null);
    let list = world.get("/api/operators", &jo.cookie).await.json();
    assert_eq!(list["people"].as_array().map(Vec::len), Some(2));
    assert_eq!(world.send(Method::DELETE, "/api/me", &operator.cookie, None).await.status, 204);
    assert_eq!(world.dismiss(&jo, &jo).await.status, 204, "an operator may leave a venue without a manager");
}

#[tokio::test]
async fn two_who_dismiss_each_other_leave_one() {
    let world = World::new().await;
    for _ in 0..8 {
        let (one, two) = (world.person(Some(Role::Operator)).await, world.person(Some(Role::Operator)).await);
        let (first, second) = tokio::join!(world.dismiss_operator(&one, &two), world.dismiss_operator(&two, &one));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 403], "{} {}", first.body, second.body);
        let left = if first.status == 204 { &one } else { &two };
        assert_eq!(world.roles(left).await, json!([["operator", null]]));
        let mut tx = world.context.store.begin().await.expect("a transaction");
        sqlx::query("DELETE FROM appointments").execute(&mut *tx).await.expect("emptied");
        tx.commit().await.expect("committed");
    }
}

#[tokio::test]
async fn an_invitation_by_mail_tells_nothing_of_the_address() {
    let without = World::new().await;
    let boss = without.person(Some(Role::VenueManager)).await;
    let mailed = json!({"role": "attendant", "email": "nobody@home.example"});
    let answer = without.post(&without.staff_path("invitations").await, &boss.cookie, &mailed).await;
    assert_eq!(answer.code(), "no_mail");

    // Nothing listens there: what becomes of a mail is not told either.
    let world = World::with(|config| {
        config.mail.smtp = Some("smtp://127.0.0.1:9".into());
        config.mail.from = Some("jukeline@bar.example".into());
    })
    .await;
    let (boss, jo) = (world.person(Some(Role::VenueManager)).await, world.person(None).await);
    let path = world.staff_path("invitations").await;
    let known = format!("{}@home.example", jo.account);
    let mut seen = Vec::new();
    for email in [known.as_str(), "nobody@home.example"] {
        let answer = world.post(&path, &boss.cookie, &json!({"role": "attendant", "email": email})).await;
        let mut body = answer.json();
        assert!(body["invitation"].take().is_string() && body["until"].take().is_i64(), "{body}");
        seen.push((answer.status, body));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], (201, json!({"invitation": null, "until": null, "by_hand": null})));
    let list = world.get(&world.staff_path("staff").await, &boss.cookie).await.json();
    assert_eq!(list["people"].as_array().map(Vec::len), Some(1), "nobody is appointed by an address alone");
    let emails: Vec<_> = list["invitations"].as_array().expect("two").iter().map(|one| one["email"].clone()).collect();
    assert_eq!(emails, [json!(known), json!("nobody@home.example")]);
    let stored: Vec<String> = sqlx::query_scalar("SELECT address_sealed FROM invitations")
        .fetch_all(world.context.store.read())
        .await
        .expect("rows");
    assert!(stored.len() == 2 && stored.iter().all(|sealed| !sealed.contains("home.example")));
    let bad = world.post(&path, &boss.cookie, &json!({"role": "attendant", "email": "no address"})).await;
    assert_eq!(bad.json()["params"]["field"], "email");
}

#[tokio::test]
async fn guests_are_staff_in_trial_mode_alone_and_never_managers() {
    let world = World::new().await;
    let boss = world.person(Some(Role::VenueManager)).await;
    let guest = world.guest().await;
    let kept = code(&world.invite(&boss, Role::Attendant).await);
    assert_eq!(world.take_up(&guest, &kept).await.code(), "account_needed");
    let jo = world.person(None).await;
    assert_eq!(world.take_up(&jo, &kept).await.status, 201, "the refusal spent nothing");

    let trial = World::with(|config| config.public_url = "http://192.0.2.1:8080".parse().expect("an address")).await;
    let (operator, guest) = (trial.person(Some(Role::Operator)).await, trial.guest().await);
    assert_eq!(trial.invite(&operator, Role::VenueManager).await.code(), "needs_https");
    let mailed = json!({"role": "attendant", "email": "jo@home.example"});
    let answer = trial.post(&trial.staff_path("invitations").await, &operator.cookie, &mailed).await;
    assert_eq!(answer.code(), "needs_https");
    let taken = trial.take_up(&guest, &code(&trial.invite(&operator, Role::MusicManager).await)).await;
    assert_eq!(taken.json()["role"], "music_manager", "{}", taken.body);
    assert!(trial.may_pause(&guest).await);
    assert_eq!(trial.set(&operator, &guest, Role::VenueManager).await.code(), "needs_https");
    assert_eq!(trial.dismiss(&operator, &guest).await.status, 204);
    assert!(!trial.may_pause(&guest).await);
}

#[tokio::test]
async fn who_was_appointed_as_a_guest_brings_it_along() {
    let world = World::new().await;
    let (guest, jo, venue) = (world.guest().await, world.person(Some(Role::Attendant)).await, world.venue().await);
    let store = &world.context.store;
    let mut tx = store.begin().await.expect("a transaction");
    for role in [Role::Attendant, Role::MusicManager] {
        accounts::appoint(&mut tx, guest.account, role, Some(venue)).await.expect("appointed");
    }
    accounts::merge(store, &mut tx, guest.account, jo.account, Timestamp(5)).await.expect("merged");
    tx.commit().await.expect("committed");
    let theirs = accounts::appointments(store, jo.account).await.expect("a read");
    assert_eq!(theirs.iter().map(|one| one.role).max(), Some(Role::MusicManager));
    assert!(accounts::appointments(store, guest.account).await.expect("a read").is_empty());
}
