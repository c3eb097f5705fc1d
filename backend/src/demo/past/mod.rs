//! The demo's past: nights that its venues had before the doors opened.
//!
//! They are simulated from a seed, and written as what the floor would have written: facts under the next versions of
//! each jukebox, with the plays' rows. Charts, histories and all else are made of them by the readers, as of any other.
//! The past was free play, so that no credit moved in it.

mod cast;
mod nights;
mod rows;
mod telling;

use super::house::House;
use crate::{
    context::Context,
    store::{Result, floor, outbox, places, songs},
};
use cast::{Cast, Place, Tune};
use jukeline_app::{events::Stamped, time::Timestamp};
use nights::PastPlay;
use std::collections::BTreeMap;

pub(super) use cast::{GUESTS, VISITOR, named};

/// The demo's past is the same everywhere, but for the day it ends at.
const SEED: u64 = 1_889;

/// Writes the past, once in the life of a data folder: all of it, or nothing if it breaks off.
pub(super) async fn write(context: &Context, house: &House) -> Result<usize> {
    let cast = cast(context, house).await?;
    if cast.tunes.is_empty() {
        return Ok(0);
    }
    let now = context.store.now().await?;
    let made = tokio::task::spawn_blocking(move || {
        let plays = nights::simulate(&cast, SEED, now);
        (cast, plays)
    });
    let (cast, plays) = made.await.map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?;
    put(context, &cast, &plays, now).await
}

async fn cast(context: &Context, house: &House) -> Result<Cast> {
    let store = &context.store;
    let mut places = Vec::new();
    for name in house.rooms {
        let Some(room) = places::room(store, name).await? else { continue };
        places.extend(Place::of(&room));
    }
    let mut tunes = Vec::new();
    let mut after = String::new();
    loop {
        let texts = songs::texts(store, &after, 500).await?;
        let Some(last) = texts.last() else { break };
        after = last.id.to_string();
        let ids: Vec<_> = texts.iter().map(|text| text.id).collect();
        tunes.extend(songs::by_ids(store, &ids).await?.iter().map(|row| Tune::of(row)));
    }
    Ok(Cast::new(places, house.people.clone(), tunes))
}

/// Puts plays and facts where the floor puts them; gives how many plays there were, none if they were there already.
async fn put(context: &Context, cast: &Cast, plays: &[PastPlay], now: Timestamp) -> Result<usize> {
    let store = &context.store;
    let mut tx = store.begin().await?;
    if !rows::begin(&mut tx, now).await? {
        tx.rollback().await?;
        return Ok(0);
    }
    let jukeboxes: Vec<_> = cast.places.iter().map(|place| place.jukebox).collect();
    let (floors, _) = floor::lock(&mut tx, store, &jukeboxes).await?;
    let mut last: BTreeMap<_, Stamped> = BTreeMap::new();
    for (index, place) in cast.places.iter().enumerate() {
        let Some(loaded) = floors.get(&place.jukebox) else { continue };
        let of_place: Vec<&PastPlay> = plays.iter().filter(|play| play.place == index).collect();
        let facts = telling::facts(cast, place, &of_place, loaded.floor.version);
        rows::insert(&mut tx, cast, place, &of_place).await?;
        outbox::put_all(&mut tx, &telling::letters(place, &facts)?).await?;
        rows::raise(&mut tx, place.jukebox, loaded.floor.version, facts.len()).await?;
        last.extend(facts.into_iter().next_back().map(|fact| (place.jukebox, fact)));
    }
    tx.commit().await?;
    // One step for whoever listens: they miss what is between, and read the room anew.
    context.live.committed(last.into_values());
    Ok(plays.len())
}

#[cfg(test)]
mod tests;
