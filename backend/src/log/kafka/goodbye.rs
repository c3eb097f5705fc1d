//! The end of a consumer, on a thread of its own.

use std::{
    ops::Deref,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

/// Leaving a group takes a tenth of a second. Longer than this nobody waits: the coordinator misses a member by itself.
const LONGEST: Duration = Duration::from_secs(5);

/// A consumer. Kafka's library closes it where its last reference is dropped, waits for the group's coordinator there
/// and has been seen not to return; so that happens on a thread that serves nobody, and is waited for so long and no
/// longer.
pub(super) struct Departing<C> {
    // Dropped first, so that the thread's is the last.
    consumer: Arc<C>,
    _goodbye: Goodbye,
}

impl<C: Send + Sync + 'static> Departing<C> {
    /// Keeps a consumer.
    pub(super) fn new(consumer: C) -> Departing<C> {
        let consumer = Arc::new(consumer);
        let ((begin, begun), (say, said)) = (channel::<()>(), channel());
        let kept = consumer.clone();
        thread::spawn(move || {
            // Ends when the other side is dropped.
            let _ = begun.recv();
            drop(kept);
            // Nobody may wait any more.
            let _ = say.send(());
        });
        Departing { consumer, _goodbye: Goodbye { begin: Some(begin), said: Mutex::new(said) } }
    }
}

impl<C> Deref for Departing<C> {
    type Target = Arc<C>;

    fn deref(&self) -> &Arc<C> {
        &self.consumer
    }
}

struct Goodbye {
    begin: Option<Sender<()>>,
    said: Mutex<Receiver<()>>,
}

impl Drop for Goodbye {
    fn drop(&mut self) {
        self.begin.take();
        let said = self.said.get_mut().unwrap_or_else(PoisonError::into_inner);
        if said.recv_timeout(LONGEST) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("a consumer of Kafka doesn't end; nobody waits for it any longer");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    struct Consumer(Receiver<()>);

    impl Drop for Consumer {
        fn drop(&mut self) {
            let _ = self.0.recv();
        }
    }

    #[test]
    fn one_that_never_ends_holds_nobody_up() {
        let (hold, held) = channel();
        let start = Instant::now();
        drop(Departing::new(Mutex::new(Consumer(held))));
        assert!(start.elapsed() >= LONGEST, "it is waited for");
        drop(hold);
    }

    #[test]
    fn one_that_ends_is_waited_for() {
        let (hold, held) = channel();
        drop(hold);
        let consumer = Departing::new(Mutex::new(Consumer(held)));
        let watched = Arc::downgrade(&consumer);
        drop(consumer);
        assert!(watched.upgrade().is_none());
    }
}
