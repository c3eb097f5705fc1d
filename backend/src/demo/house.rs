//! The demo's venues, its operator and its regulars.

use super::DemoError;
use crate::{
    context::Context,
    http::{passwords, sessions},
    store::{accounts, ledger, places, screens, settings},
};
use jukeline_app::{
    account::Role,
    api::ScreenRole,
    id::{AccountId, JukeboxId},
    ledger::Origin,
    presence::Position,
    rules::HouseRules,
    time::Timestamp,
};

/// The operator's address in the demo.
pub(super) const EMAIL: &str = "dana@jukeline.example";
/// The operator's password in the demo: public, for this machine only.
pub(super) const PASSWORD: &str = "copper kettle blues";

/// What the demo knows of its main room.
#[derive(Clone, Debug)]
pub(super) struct House {
    pub(super) room: &'static str,
    pub(super) jukebox: JukeboxId,
    pub(super) regulars: Vec<AccountId>,
    pub(super) pairing_code: String,
}

struct Venue {
    name: &'static str,
    city: &'static str,
    timezone: &'static str,
    room: &'static str,
    zone: &'static str,
    position: Position,
    price: u32,
    sooner: Option<u32>,
}

const VENUES: [Venue; 3] = [
    Venue {
        name: "The Copper Still",
        city: "Berlin",
        timezone: "Europe/Berlin",
        room: "copper",
        zone: "",
        position: Position { latitude: 52.5003, longitude: 13.4237 },
        price: 2,
        sooner: Some(5),
    },
    Venue {
        name: "Café Lindgren",
        city: "Hamburg",
        timezone: "Europe/Berlin",
        room: "lindgren",
        zone: "Terrace",
        position: Position { latitude: 53.5631, longitude: 9.9587 },
        price: 0,
        sooner: None,
    },
    Venue {
        name: "The Blue Heron",
        city: "Bristol",
        timezone: "Europe/London",
        room: "heron",
        zone: "Bar",
        position: Position { latitude: 51.4498, longitude: -2.5983 },
        price: 1,
        sooner: Some(3),
    },
];

/// Reads `latitude,longitude`.
pub(super) fn parse_position(text: &str) -> Result<Position, String> {
    let wrong = || format!("{text:?}: two numbers are needed, such as 52.5,13.4");
    let (latitude, longitude) = text.split_once(',').ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse().map_err(|_| wrong());
    let position = Position { latitude: number(latitude)?, longitude: number(longitude)? };
    if position.is_possible() { Ok(position) } else { Err(wrong()) }
}

/// Makes venues, operator and regulars the first time; a new pairing code each time.
pub(super) async fn furnish(context: &Context, here: Option<Position>) -> Result<House, DemoError> {
    let store = &context.store;
    let now = store.now().await?;
    if places::room(store, VENUES[0].room).await?.is_none() {
        build(context, here, now).await?;
        operator(context, now).await?;
    }
    let room = places::room(store, VENUES[0].room)
        .await?
        .ok_or_else(|| DemoError::House("the demo's room is missing".into()))?;
    let (pairing_code, _) = screens::make_pairing_code(store, room.jukebox, ScreenRole::Player).await?;
    let regulars = regulars(context, now).await?;
    Ok(House { room: VENUES[0].room, jukebox: room.jukebox, regulars, pairing_code })
}

async fn build(context: &Context, here: Option<Position>, now: Timestamp) -> Result<(), DemoError> {
    let mut tx = context.store.begin().await?;
    for venue in &VENUES {
        let new = places::NewVenue {
            name: venue.name,
            city: venue.city,
            timezone: venue.timezone,
            position: Some(here.unwrap_or(venue.position)),
            radius_m: 75.0,
        };
        let rules = HouseRules {
            price: venue.price,
            sooner_price: venue.sooner,
            cooldown_minutes: 15,
            ..HouseRules::default()
        };
        let id = places::make_venue(&mut tx, &new, now).await?;
        places::make_jukebox(&mut tx, id, venue.room, venue.zone, &rules, now).await?;
    }
    tx.commit().await.map_err(crate::store::StoreError::from)?;
    Ok(())
}

async fn operator(context: &Context, now: Timestamp) -> Result<(), DemoError> {
    let unhashed = |_| DemoError::House("the operator's password could not be hashed".into());
    let hash = passwords::hash(PASSWORD.into()).await.map_err(unhashed)?;
    let kind = context.store.kind();
    let mut tx = context.store.begin().await?;
    let account = accounts::make_guest(&mut tx, kind, 0, now).await?;
    accounts::add_password(&mut tx, account, &sessions::address_hash(context, EMAIL), EMAIL, &hash, now).await?;
    accounts::appoint(&mut tx, account, Role::Operator, None).await?;
    tx.commit().await.map_err(crate::store::StoreError::from)?;
    Ok(())
}

/// The regulars of the first start, kept by the installation.
async fn regulars(context: &Context, now: Timestamp) -> Result<Vec<AccountId>, DemoError> {
    let unreadable = || DemoError::House("the demo's regulars can't be read: start with another --data".into());
    if let Some(known) = settings::get(&context.store, "demo.regulars").await? {
        return known.split(',').map(|id| id.parse().map_err(|_| unreadable())).collect();
    }
    let mut regulars = Vec::new();
    for name in ["Mara", "Jo"] {
        regulars.push(regular(context, name, now).await?);
    }
    let ids: Vec<String> = regulars.iter().map(AccountId::to_string).collect();
    settings::set(&context.store, "demo.regulars", &ids.join(",")).await?;
    Ok(regulars)
}

async fn regular(context: &Context, name: &str, now: Timestamp) -> Result<AccountId, DemoError> {
    let kind = context.store.kind();
    let mut tx = context.store.begin().await?;
    let account = accounts::make_guest(&mut tx, kind, 0, now).await?;
    ledger::grant(&mut tx, kind, account, 400, Origin::Grant, now).await?;
    tx.commit().await.map_err(crate::store::StoreError::from)?;
    accounts::change(&context.store, account, Some(name), Some(true), now).await?;
    Ok(account)
}
