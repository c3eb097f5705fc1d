//! Deadlines: jukeboxes whose next deadline has passed are looked at again, by whichever process comes first.

use super::{Command, decide};
use crate::{context::Context, outage::Outage, store::floor::due};
use std::{collections::HashMap, time::Duration};

/// How often deadlines are looked for.
const EVERY: Duration = Duration::from_millis(250);

/// Runs until the server stops.
pub async fn run(context: Context) {
    let mut outage = Outage::none("what the sweep needs");
    let mut pause = EVERY;
    loop {
        tokio::select! {
            () = context.stopped() => return,
            () = tokio::time::sleep(pause) => {}
        }
        pause = match sweep(&context).await {
            Ok(()) => {
                outage.over();
                EVERY
            }
            Err(error) => outage.failed(&error),
        };
    }
}

async fn sweep(context: &Context) -> Result<(), crate::store::StoreError> {
    let now = context.store.now().await?;
    for jukebox in due(&context.store, now).await? {
        let mut tx = context.store.begin().await?;
        let committed = decide(context, &mut tx, vec![(jukebox, Command::Tick)], HashMap::new()).await?;
        tx.commit().await?;
        committed.tell(context);
    }
    Ok(())
}
