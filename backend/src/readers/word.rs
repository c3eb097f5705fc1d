//! Word between processes of a network: what one of them folded into what is shown moves the marks of the others at
//! once, so that whoever watches a chart sees it change.
//!
//! A payload is a reader's name and the process that speaks, as in `charts 0197…`. Only the name is needed: whatever else
//! a process of another version says is taken for somebody else's.

use super::{ALL, Reader};
use crate::{
    context::Context,
    outage::Outage,
    store::{Kind, StoreError, Tx},
};
use sqlx::postgres::PgListener;
use std::{collections::BTreeSet, convert::Infallible, time::Duration};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use uuid::Uuid;

const CHANNEL: &str = "jukeline_readers";
/// How long words are gathered: under load they come with every batch, and a mark that moves once serves all of them.
const A_MOMENT: Duration = Duration::from_millis(50);

/// Says with this commit that what a reader shows has moved. A process without others has nobody to tell.
pub(super) async fn say(tx: &mut Tx, context: &Context, reader: &Reader) -> Result<(), StoreError> {
    if context.store.kind() == Kind::Postgres {
        sqlx::query("SELECT CAST(pg_notify($1, $2) AS TEXT)")
            .bind(CHANNEL)
            .bind(format!("{} {}", reader.name, context.readers.process()))
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Says it of what was committed before.
pub(super) async fn say_alone(context: &Context, reader: &Reader) -> Result<(), StoreError> {
    if context.store.kind() != Kind::Postgres {
        return Ok(());
    }
    let mut tx = context.store.begin().await?;
    say(&mut tx, context, reader).await?;
    Ok(tx.commit().await?)
}

/// Moves marks by what others say, until the server stops.
pub(super) async fn hear(context: &Context) {
    if context.store.kind() != Kind::Postgres {
        return;
    }
    let (heard, words) = unbounded_channel();
    tokio::select! {
        () = context.stopped() => {}
        () = pass_on(context, words) => {}
        () = listen(context, &heard) => {}
    }
}

/// Listens again whenever that fails.
async fn listen(context: &Context, heard: &UnboundedSender<&'static str>) {
    let mut outage = Outage::none("word of other processes' readers");
    loop {
        let Err(error) = listen_once(context, heard, &mut outage).await;
        tokio::time::sleep(outage.failed(&error)).await;
    }
}

async fn listen_once(
    context: &Context,
    heard: &UnboundedSender<&'static str>,
    outage: &mut Outage,
) -> Result<Infallible, sqlx::Error> {
    let mut listener = PgListener::connect(context.store.url()).await?;
    listener.listen(CHANNEL).await?;
    loop {
        outage.over();
        // Nobody was listening a moment ago: whatever there is may have been said.
        for reader in ALL {
            let _ = heard.send(reader.name);
        }
        // Ends when the connection was lost and is there again. `pass_on` lives as long as this.
        while let Some(word) = listener.try_recv().await? {
            let _ = heard_of(word.payload(), context.readers.process()).map(|reader| heard.send(reader));
        }
    }
}

/// The reader that another process moved.
fn heard_of(payload: &str, process: Uuid) -> Option<&'static str> {
    let (reader, speaker) = payload.split_once(' ').unwrap_or((payload, ""));
    let is_own = Uuid::parse_str(speaker).is_ok_and(|speaker| speaker == process);
    Reader::named(reader).filter(|_| !is_own).map(|reader| reader.name)
}

async fn pass_on(context: &Context, mut words: UnboundedReceiver<&'static str>) {
    while let Some(first) = words.recv().await {
        tokio::time::sleep(A_MOMENT).await;
        let mut moved = BTreeSet::from([first]);
        while let Ok(reader) = words.try_recv() {
            moved.insert(reader);
        }
        for reader in moved {
            context.readers.moved_elsewhere(reader);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_others_are_heard_and_no_own_ones() {
        let (own, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(heard_of(&format!("charts {own}"), own), None);
        assert_eq!(heard_of(&format!("charts {other}"), own), Some("charts"));
        assert_eq!(heard_of("charts", own), Some("charts"), "of a version that said no more");
        assert_eq!(heard_of("charts of another version", own), Some("charts"));
        assert_eq!(heard_of("weather", own), None);
    }
}
