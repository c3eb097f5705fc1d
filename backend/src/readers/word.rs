//! Word between processes of a network: a reader that one of them moved is looked at by the others at once, so that
//! whoever watches a chart need not wait for the steward's next look. A word that is lost costs no more than that look.

use super::Reader;
use crate::{
    context::Context,
    outage::Outage,
    store::{Kind, StoreError, Tx},
};
use sqlx::postgres::PgListener;

const CHANNEL: &str = "jukeline_readers";

/// Says with this commit that what a reader shows has moved. A process without others has nobody to tell.
pub(super) async fn say(tx: &mut Tx, kind: Kind, reader: &Reader) -> Result<(), StoreError> {
    if kind == Kind::Postgres {
        sqlx::query("SELECT CAST(pg_notify($1, $2) AS TEXT)")
            .bind(CHANNEL)
            .bind(reader.name)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Passes on what others say, until the server stops.
pub(super) async fn hear(context: &Context) {
    if context.store.kind() != Kind::Postgres {
        return;
    }
    let mut outage = Outage::none("word of other processes' readers");
    loop {
        let heard = tokio::select! {
            () = context.stopped() => return,
            heard = listen(context, &mut outage) => heard,
        };
        let Err(error) = heard else { continue };
        let pause = outage.failed(&error);
        tokio::select! {
            () = context.stopped() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn listen(context: &Context, outage: &mut Outage) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(context.store.url()).await?;
    listener.listen(CHANNEL).await?;
    outage.over();
    loop {
        let word = listener.recv().await?;
        if let Some(reader) = Reader::named(word.payload()) {
            context.readers.look_now(reader.name);
        }
    }
}
