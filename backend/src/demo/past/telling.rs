//! The past as facts, such as the floor would have told it.

use super::{
    cast::{Cast, Place},
    nights::PastPlay,
};
use crate::store::{Result, outbox::Letter};
use jukeline_app::{
    events::{Fact, Stamped},
    time::{MINUTE, SECOND, Timestamp},
    version::Version,
};

/// From asking to being in the queue, in milliseconds.
const DECIDED_AFTER_MS: i64 = 40;
/// Handed so long before it starts, if it waits so long.
const HANDED_BEFORE_MS: i64 = 2 * MINUTE;
/// From one place to the next.
const RANK: i64 = 1 << 20;

/// The facts of a jukebox's past, in order, under the versions that follow `from`.
pub(super) fn facts(cast: &Cast, place: &Place, plays: &[&PastPlay], from: Version) -> Vec<Stamped> {
    let mut told: Vec<(Timestamp, Fact)> = Vec::with_capacity(plays.len() * 5);
    let mut before: Option<&PastPlay> = None;
    for (number, play) in (1_i64..).zip(plays) {
        told.extend(life(cast, place, number, play, before));
        before = Some(play);
    }
    told.sort_by_key(|(at, _)| *at);
    let mut version = from;
    told.into_iter()
        .map(|(at, fact)| {
            version = version.next();
            Stamped { jukebox: place.jukebox, version, at, fact }
        })
        .collect()
}

fn life(cast: &Cast, place: &Place, number: i64, past: &PastPlay, before: Option<&PastPlay>) -> [(Timestamp, Fact); 5] {
    let (play, account, song) = (past.play, cast.people[past.person].account, cast.tunes[past.tune].id);
    let queued_at = past.asked_at.plus(DECIDED_AFTER_MS);
    let handed_at = queued_at.plus(1).max(past.started_at.plus(-HANDED_BEFORE_MS));
    let waits = before.filter(|before| before.ended_at > queued_at);
    let queued = Fact::Queued {
        play,
        account,
        song,
        venue: place.venue,
        price: 0,
        sooner: false,
        rules: place.rules,
        // Turns are counted from the first that is really taken.
        round: 0,
        rank: number * RANK,
        after: waits.map(|before| before.play),
        about: past.started_at,
        latest: past.started_at.plus(120 * SECOND),
    };
    let heard = Fact::Heard { play, account, song, venue: place.venue, heard_at: past.heard_at, night: past.night };
    [
        (queued_at, queued),
        (handed_at, Fact::Handed { plays: vec![(play, 1)], player_epoch: 0 }),
        (past.started_at, Fact::Started { play, attempt: 1, anchor: past.started_at }),
        (past.heard_at, heard),
        (past.ended_at, Fact::Finished { play, account, price: 0 }),
    ]
}

/// The facts on their way to the log.
pub(super) fn letters(place: &Place, facts: &[Stamped]) -> Result<Vec<Letter>> {
    let (key, stream) = (place.jukebox.to_string(), format!("jukebox/{}", place.jukebox));
    let letter = |stamped: &Stamped| {
        let Version { epoch, n } = stamped.version;
        Letter::new("plays", &key, &stream, epoch, n, stamped.fact.name(), stamped.at, stamped)
    };
    facts.iter().map(letter).collect()
}
