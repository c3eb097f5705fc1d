//! Regulars who keep the demo's first room going, and leave the next turn to whoever comes in.

use super::house::House;
use crate::{
    context::Context,
    store::{floor, songs},
};
use jukeline_app::{
    api::PlayerStatus,
    conductor::Floor,
    events::{PlayRequested, Request},
    id::{AccountId, PlayId, SongId},
    time::SECOND,
};
use std::time::Duration;
use uuid::Uuid;

/// Songs of theirs that wait.
const WAITING: usize = 3;

/// Asks for a song whenever few wait, until the server stops.
pub(super) async fn keep_coming(context: Context, house: House) {
    let mut turn = 0_usize;
    loop {
        if let Err(error) = ask_if_quiet(&context, &house, &mut turn).await {
            tracing::warn!(%error, "a regular could not ask for a song");
        }
        tokio::select! {
            () = context.stopped() => return,
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}

async fn ask_if_quiet(
    context: &Context,
    house: &House,
    turn: &mut usize,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let Some(floor) = floor::read(&context.store, house.jukebox).await? else { return Ok(()) };
    if floor.player.status != PlayerStatus::Online || waiting(&floor, house) >= WAITING {
        return Ok(());
    }
    // The first one queues three in a row; the second joins when the first song has sounded, so that a newcomer's turn,
    // which is the round that plays, comes before the rest of theirs.
    let account = asker(&floor, house, *turn);
    let Some(song) = pick(context, *turn).await? else { return Ok(()) };
    *turn += 1;
    let now = context.store.now().await?;
    let request = PlayRequested {
        play: PlayId(Uuid::now_v7()),
        account,
        song,
        price: floor.rules.price,
        sooner: false,
        valid_until: now.plus(30 * SECOND),
        received_at: now,
    };
    context.requests.append(house.jukebox, &Request::PlayRequested(request)).await?;
    Ok(())
}

fn waiting(floor: &Floor, house: &House) -> usize {
    floor.entries.iter().filter(|entry| !entry.sounds() && house.regulars.contains(&entry.account)).count()
}

fn asker(floor: &Floor, house: &House, turn: usize) -> AccountId {
    let second_may = floor.round > 1 && turn % 2 == 1;
    house.regulars[usize::from(second_may).min(house.regulars.len() - 1)]
}

async fn pick(context: &Context, turn: usize) -> Result<Option<SongId>, crate::store::StoreError> {
    let texts = songs::texts(&context.store, "", 200).await?;
    // A stride that is no divisor of the catalogue's length visits all of it.
    Ok((!texts.is_empty()).then(|| texts[turn * 7 % texts.len()].id))
}
