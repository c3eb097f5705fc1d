//! The demo's venues, its operator and its people.

use super::{DemoError, past};
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
    rules::{HouseRules, Opening},
    time::{MINUTE, Timestamp},
};

/// The operator's address in the demo.
pub(super) const EMAIL: &str = "dana@jukeline.example";
/// The operator's password in the demo: public, for this machine only.
pub(super) const PASSWORD: &str = "copper kettle blues";

/// The address of a regular, for whoever wants to see a history that is full.
pub(super) const VISITOR_EMAIL: &str = "ines@jukeline.example";
/// Their password: public, for this machine only.
pub(super) const VISITOR_PASSWORD: &str = "two coins and a wink";
/// What they have to spend.
const VISITOR_CREDITS: i64 = 12;
/// How long people have been coming, in milliseconds: longer than the past is.
const KNOWN_SINCE: i64 = 400 * 24 * 60 * MINUTE;

/// What the demo knows of its rooms, the main one first.
#[derive(Clone, Debug)]
pub(super) struct House {
    pub(super) room: &'static str,
    pub(super) rooms: [&'static str; 3],
    pub(super) jukebox: JukeboxId,
    /// Who keeps the main room going.
    pub(super) regulars: Vec<AccountId>,
    /// Who came in the past: those with names, then each venue's guests.
    pub(super) people: Vec<AccountId>,
    pub(super) pairing_code: String,
}

impl House {
    /// The path of the player's page, which pairs itself.
    pub(super) fn player_page(&self) -> String {
        format!("/screen?pair={}", self.pairing_code)
    }
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
    hours: &'static [Opening],
}

const fn opening(day: u8, opens: u16, closes: u16) -> Opening {
    Opening { day, opens: opens * 60, closes: closes * 60 }
}

/// A café: every day, on Sundays shorter.
const CAFE: [Opening; 7] = [
    opening(0, 9, 22),
    opening(1, 9, 22),
    opening(2, 9, 22),
    opening(3, 9, 22),
    opening(4, 9, 23),
    opening(5, 9, 23),
    opening(6, 10, 20),
];
/// A pub that is closed on Mondays, and on Fridays and Saturdays open beyond midnight.
const PUB: [Opening; 6] = [
    opening(1, 17, 24),
    opening(2, 17, 24),
    opening(3, 17, 24),
    opening(4, 17, 26),
    opening(5, 16, 26),
    opening(6, 15, 23),
];

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
        // Always open: whoever tries the demo does so at any hour.
        hours: &[],
    },
    Venue {
        name: "Café Lindgren",
        city: "Berlin",
        timezone: "Europe/Berlin",
        room: "lindgren",
        zone: "Terrace",
        position: Position { latitude: 52.5386, longitude: 13.4246 },
        price: 0,
        sooner: None,
        hours: &CAFE,
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
        hours: &PUB,
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
    let people = people(context, &regulars, now).await?;
    let rooms = VENUES.each_ref().map(|venue| venue.room);
    Ok(House { room: VENUES[0].room, rooms, jukebox: room.jukebox, regulars, people, pairing_code })
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
            hours: venue.hours.to_vec(),
            ..HouseRules::default()
        };
        let id = places::make_venue(&mut tx, &new, now).await?;
        places::make_jukebox(&mut tx, id, venue.room, venue.zone, &rules, now).await?;
    }
    tx.commit().await.map_err(crate::store::StoreError::from)?;
    Ok(())
}

async fn operator(context: &Context, now: Timestamp) -> Result<(), DemoError> {
    let hash = hash(PASSWORD).await?;
    let kind = context.store.kind();
    let mut tx = context.store.begin().await?;
    let account = accounts::make_guest(&mut tx, kind, 0, now).await?;
    accounts::add_password(&mut tx, account, &sessions::address_hash(context, EMAIL), EMAIL, &hash, now).await?;
    accounts::appoint(&mut tx, account, Role::Operator, None).await?;
    tx.commit().await.map_err(crate::store::StoreError::from)?;
    Ok(())
}

async fn hash(password: &str) -> Result<String, DemoError> {
    let hash = passwords::hash(password.into()).await;
    hash.map_err(|_| DemoError::House("a password could not be hashed".into()))
}

/// The regulars of the first start.
const REGULARS: [&str; 2] = ["Mara", "Jo"];

async fn regulars(context: &Context, now: Timestamp) -> Result<Vec<AccountId>, DemoError> {
    if let Some(known) = known(context, "demo.regulars").await? {
        return Ok(known);
    }
    let mut regulars = Vec::new();
    for name in REGULARS {
        let mut tx = context.store.begin().await?;
        let account = accounts::make_guest(&mut tx, context.store.kind(), 0, now.plus(-KNOWN_SINCE)).await?;
        ledger::grant(&mut tx, context.store.kind(), account, 400, Origin::Grant, now).await?;
        tx.commit().await.map_err(crate::store::StoreError::from)?;
        accounts::change(&context.store, account, Some(name), Some(true), now).await?;
        regulars.push(account);
    }
    keep(context, "demo.regulars", &regulars).await?;
    Ok(regulars)
}

/// Who came in the past, made once.
async fn people(context: &Context, regulars: &[AccountId], now: Timestamp) -> Result<Vec<AccountId>, DemoError> {
    if let Some(known) = known(context, "demo.people").await? {
        return Ok(known);
    }
    let (store, since) = (&context.store, now.plus(-KNOWN_SINCE));
    let mut names: Vec<Option<&str>> = past::named().map(Some).collect();
    names.resize(names.len() + VENUES.len() * past::GUESTS, None);
    let mut people = Vec::with_capacity(names.len());
    let mut tx = store.begin().await?;
    for name in &names {
        let regular = REGULARS.iter().position(|regular| *name == Some(*regular));
        people.push(match regular.and_then(|index| regulars.get(index)) {
            Some(regular) => *regular,
            None => accounts::make_guest(&mut tx, store.kind(), 0, since).await?,
        });
    }
    tx.commit().await.map_err(crate::store::StoreError::from)?;
    for (account, name) in people.iter().zip(&names) {
        if let Some(name) = name {
            accounts::change(store, *account, Some(name), Some(true), now).await?;
        }
        if *name == Some(past::VISITOR) {
            visitor(context, *account, now).await?;
        }
    }
    keep(context, "demo.people", &people).await?;
    Ok(people)
}

/// Gives a regular an address, a password and something to spend.
async fn visitor(context: &Context, account: AccountId, now: Timestamp) -> Result<(), DemoError> {
    let hash = hash(VISITOR_PASSWORD).await?;
    let address = sessions::address_hash(context, VISITOR_EMAIL);
    let mut tx = context.store.begin().await?;
    accounts::add_password(&mut tx, account, &address, VISITOR_EMAIL, &hash, now).await?;
    ledger::grant(&mut tx, context.store.kind(), account, VISITOR_CREDITS, Origin::Grant, now).await?;
    tx.commit().await.map_err(crate::store::StoreError::from)?;
    Ok(())
}

/// Accounts that an earlier start made.
async fn known(context: &Context, setting: &str) -> Result<Option<Vec<AccountId>>, DemoError> {
    let unreadable = || DemoError::House("the demo's people can't be read: start with another --data".into());
    let Some(known) = settings::get(&context.store, setting).await? else { return Ok(None) };
    known.split(',').map(|id| id.parse().map_err(|_| unreadable())).collect::<Result<_, _>>().map(Some)
}

async fn keep(context: &Context, setting: &str, accounts: &[AccountId]) -> Result<(), DemoError> {
    let ids: Vec<String> = accounts.iter().map(AccountId::to_string).collect();
    Ok(settings::set(&context.store, setting, &ids.join(",")).await?)
}
