//! Webhooks are taken many at once: what comes while a transaction is under way shares the next one.

use crate::store::{
    Result, Store,
    purchases::events::{self, NewEvent, Taken},
};
use tokio::sync::{mpsc, oneshot};

/// Events that share a transaction at the most.
const AT_ONCE: usize = 64;

struct Waiting {
    event: NewEvent,
    answer: oneshot::Sender<Result<Taken>>,
}

/// Where events go in. Cheap to clone; its task ends with the last clone.
#[derive(Clone)]
pub struct Intake(mpsc::Sender<Waiting>);

impl Intake {
    /// Starts the task that takes events into `store`.
    pub fn start(store: Store) -> Intake {
        let (sender, receiver) = mpsc::channel(AT_ONCE);
        tokio::spawn(run(store, receiver));
        Intake(sender)
    }

    /// Takes an event; it is durable when this returns. Nothing when the task is gone: the server ends.
    pub async fn take(&self, event: NewEvent) -> Option<Result<Taken>> {
        let (answer, taken) = oneshot::channel();
        self.0.send(Waiting { event, answer }).await.ok()?;
        taken.await.ok()
    }
}

async fn run(store: Store, mut receiver: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::with_capacity(AT_ONCE);
    while receiver.recv_many(&mut waiting, AT_ONCE).await > 0 {
        take(&store, std::mem::take(&mut waiting)).await;
    }
}

async fn take(store: &Store, waiting: Vec<Waiting>) {
    let (events, answers): (Vec<_>, Vec<_>) = waiting.into_iter().map(|one| (one.event, one.answer)).unzip();
    match events::take(store, &events).await {
        Ok(taken) => answers.into_iter().zip(taken).for_each(|(answer, taken)| tell(answer, Ok(taken))),
        // One that can't be taken doesn't keep the others from it.
        Err(_) => {
            for (event, answer) in events.iter().zip(answers) {
                tell(answer, events::take_one(store, event).await);
            }
        }
    }
}

/// Whoever sent it may have left: it is taken all the same.
fn tell(answer: oneshot::Sender<Result<Taken>>, taken: Result<Taken>) {
    let _ = answer.send(taken);
}
