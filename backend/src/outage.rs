//! Something is out of reach: how long to wait between two tries, and how often to say so.

use crate::store::StoreError;
use std::{
    fmt::Display,
    time::{Duration, Instant},
};

/// The pause after the first try; each next one is twice as long.
const SHORTEST: Duration = Duration::from_millis(250);
/// No pause is longer, so that what comes back is noticed soon.
const LONGEST: Duration = Duration::from_secs(2);
/// How often an outage that lasts is said again.
const SAID_EVERY: Duration = Duration::from_secs(60);

/// Whether something can be reached, as its user has seen it.
#[derive(Debug)]
pub struct Outage {
    what: &'static str,
    under_way: Option<UnderWay>,
}

#[derive(Debug)]
struct UnderWay {
    since: Instant,
    said: Instant,
    pause: Duration,
}

impl Outage {
    /// None yet; `what` begins the sentences that the log gets, such as "Kafka".
    pub fn none(what: &'static str) -> Outage {
        Outage { what, under_way: None }
    }

    /// A try failed: the log gets the first one and then one a minute. Gives the pause before the next try.
    pub fn failed(&mut self, error: &impl Display) -> Duration {
        let (pause, is_said) = self.note(Instant::now());
        if is_said {
            tracing::warn!(%error, "{} is out of reach; waiting for it", self.what);
        }
        pause
    }

    /// A try went well.
    pub fn over(&mut self) {
        if let Some(outage) = self.under_way.take() {
            tracing::info!(seconds = outage.since.elapsed().as_secs(), "{} is in reach again", self.what);
        }
    }

    /// The pause, and whether it is time to say it.
    fn note(&mut self, now: Instant) -> (Duration, bool) {
        let Some(outage) = &mut self.under_way else {
            self.under_way = Some(UnderWay { since: now, said: now, pause: SHORTEST });
            return (SHORTEST, true);
        };
        outage.pause = LONGEST.min(outage.pause * 2);
        let is_said = now.duration_since(outage.said) >= SAID_EVERY;
        if is_said {
            outage.said = now;
        }
        (outage.pause, is_said)
    }
}

/// Tries until the store is in reach; what waiting doesn't help is given back.
pub async fn until_in_reach<T, F>(what: &'static str, mut attempt: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut outage = Outage::none(what);
    loop {
        match attempt().await {
            Err(error) if error.is_out_of_reach() => tokio::time::sleep(outage.failed(&error)).await,
            answered => {
                outage.over();
                return answered;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_words_are_rare() {
        let (mut outage, began) = (Outage::none("Kafka"), Instant::now());
        let mut now = began;
        let mut said = Vec::new();
        let mut pauses = Vec::new();
        while now < began + Duration::from_secs(125) {
            let (pause, is_said) = outage.note(now);
            said.extend(is_said.then_some(now.duration_since(began).as_secs()));
            pauses.push(pause.as_millis());
            now += pause;
        }
        assert_eq!(pauses[..5], [250, 500, 1000, 2000, 2000]);
        assert!(pauses[5..].iter().all(|pause| *pause == 2000));
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0] == 0 && (60..63).contains(&said[1]) && (120..125).contains(&said[2]), "{said:?}");
    }

    #[test]
    fn a_new_outage_begins_anew() {
        let (mut outage, now) = (Outage::none("PostgreSQL"), Instant::now());
        assert_eq!(outage.note(now), (SHORTEST, true));
        assert_eq!(outage.note(now), (SHORTEST * 2, false));
        outage.over();
        assert_eq!(outage.note(now), (SHORTEST, true));
    }
}
