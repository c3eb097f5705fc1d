//! Facts as they are published, for this process's websockets and for handlers that wait for a decision.
//!
//! Every process reads all facts of the log; those that it committed itself it takes at once, without waiting for their
//! way through the log, and drops the copy that comes that way. A change is encoded once per jukebox and given to
//! whoever listens; a listener that falls behind, or misses one, reads the snapshot again.

pub mod delta;
pub mod feed;
pub mod snapshot;
pub mod wallets;

pub use snapshot::snapshot;

use axum::extract::ws::Utf8Bytes;
use jukeline_app::{
    events::{Fact, Stamped},
    id::{JukeboxId, PlayId},
    version::Version,
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::{Notify, broadcast, oneshot, watch};

/// Changes that a listener may be behind before it is dropped.
const BEHIND: usize = 256;

/// A change, ready to be sent.
#[derive(Clone, Debug)]
pub struct Change {
    /// The version after it.
    pub version: Version,
    /// The fact.
    pub fact: Arc<Stamped>,
    /// The `RoomMessage` as JSON, encoded once.
    pub encoded: Utf8Bytes,
}

/// The hub. Cheap to clone.
#[derive(Clone, Default)]
pub struct Live {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    /// The version of the last fact of each jukebox.
    seen: Mutex<HashMap<JukeboxId, Version>>,
    /// Facts that were committed here and not given to anybody yet.
    committed: Mutex<Vec<Arc<Stamped>>>,
    rooms: Mutex<HashMap<JukeboxId, broadcast::Sender<Change>>>,
    waiting: Mutex<HashMap<PlayId, Vec<oneshot::Sender<Arc<Stamped>>>>>,
    committed_here: Arc<Notify>,
    relay_nudged: Arc<Notify>,
    outbox_grew: watch::Sender<()>,
    relays: AtomicBool,
    wallets: wallets::Wallets,
}

impl Live {
    /// Who waits for news of which wallet.
    pub fn wallets(&self) -> &wallets::Wallets {
        &self.inner.wallets
    }

    /// Takes the facts of a transaction that was committed here, in order.
    pub fn committed(&self, facts: impl IntoIterator<Item = Stamped>) {
        let mut committed = self.inner.committed.lock().unwrap_or_else(PoisonError::into_inner);
        committed.extend(facts.into_iter().map(Arc::new));
        drop(committed);
        self.inner.committed_here.notify_one();
        self.nudge();
    }

    /// Waits for facts that were committed here and takes them.
    pub(super) async fn next_committed(&self) -> Vec<Arc<Stamped>> {
        loop {
            let facts = std::mem::take(&mut *self.inner.committed.lock().unwrap_or_else(PoisonError::into_inner));
            if !facts.is_empty() {
                return facts;
            }
            self.inner.committed_here.notified().await;
        }
    }

    /// Says that the outbox has something: the relay, the readers and who waits for news of a wallet look at once instead
    /// of at their next turn.
    pub fn nudge(&self) {
        self.inner.outbox_grew.send_replace(());
        self.inner.relay_nudged.notify_one();
        self.inner.wallets.wake();
    }

    /// Whether the relay is a task of this process: then a nudge is all it needs.
    pub fn relays(&self) -> bool {
        self.inner.relays.load(Ordering::Relaxed)
    }

    /// Notes whether the relay is a task of this process.
    pub fn set_relays(&self, relays: bool) {
        self.inner.relays.store(relays, Ordering::Relaxed);
    }

    /// Woken by [`Live::nudge`]; for the relay.
    pub fn relay_nudged(&self) -> Arc<Notify> {
        self.inner.relay_nudged.clone()
    }

    /// Changes with [`Live::nudge`]; for readers of the embedded log.
    pub fn outbox_grows(&self) -> watch::Receiver<()> {
        self.inner.outbox_grew.subscribe()
    }

    /// Listens to a jukebox. Subscribe first, then read the snapshot, then apply what is newer.
    pub fn subscribe(&self, jukebox: JukeboxId) -> broadcast::Receiver<Change> {
        let mut rooms = self.inner.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(jukebox).or_insert_with(|| broadcast::channel(BEHIND).0).subscribe()
    }

    /// Whether a fact is newer than all that was seen of its jukebox; remembers it then.
    fn is_news(&self, stamped: &Stamped) -> bool {
        let mut seen = self.inner.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let last = seen.entry(stamped.jukebox).or_default();
        let news = stamped.version > *last;
        if news {
            *last = stamped.version;
        }
        news
    }

    /// Whether anybody listens to a jukebox; forgets it otherwise.
    fn listened_to(&self, jukebox: JukeboxId) -> Option<broadcast::Sender<Change>> {
        let mut rooms = self.inner.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = rooms.get(&jukebox)?.clone();
        if sender.receiver_count() == 0 {
            rooms.remove(&jukebox);
            return None;
        }
        Some(sender)
    }

    /// Gives what is decided next about a play.
    pub fn next_decision(&self, play: PlayId) -> oneshot::Receiver<Arc<Stamped>> {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = self.inner.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, senders| {
            senders.retain(|sender| !sender.is_closed());
            !senders.is_empty()
        });
        waiting.entry(play).or_default().push(sender);
        receiver
    }

    fn decided(&self, stamped: &Arc<Stamped>) {
        let play = match &stamped.fact {
            Fact::Queued { play, .. }
            | Fact::Declined { play, .. }
            | Fact::Returned { play, .. }
            | Fact::Started { play, .. }
            | Fact::Finished { play, .. } => play,
            _ => return,
        };
        let senders = self.inner.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(play);
        for sender in senders.into_iter().flatten() {
            // Whoever waited may have gone.
            let _ = sender.send(stamped.clone());
        }
    }
}
