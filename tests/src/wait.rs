//! Waiting for something to become true, with a deadline instead of a guess.

use std::{future::Future, time::Duration};

use anyhow::{Context, Result, ensure};
use tokio::time::{Instant, sleep};

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// The error of a look after which waiting longer is no use: [`eventually`] hands it on at once.
#[derive(Debug)]
pub struct Hopeless(pub String);

impl std::fmt::Display for Hopeless {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Hopeless {}

/// Looks again and again until `look` returns `Ok`, and hands that value over. A look of its own never takes longer than
/// the deadline.
///
/// # Errors
/// Not `within` that time: the error says `what` was waited for and what the last look said. A look was [`Hopeless`].
pub async fn eventually<T, L, F>(what: &str, within: Duration, mut look: L) -> Result<T>
where
    L: FnMut() -> F,
    F: Future<Output = Result<T>>,
{
    let deadline = Instant::now() + within;
    let waited = || format!("waited {:.1} s: {what}", within.as_secs_f32());
    loop {
        let seen = tokio::time::timeout_at(deadline, look()).await.with_context(waited)?;
        match seen {
            Ok(value) => return Ok(value),
            Err(error) if error.is::<Hopeless>() || Instant::now() + PAUSE >= deadline => {
                return Err(error).with_context(waited);
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}

/// Looks again and again for as long as `during`, and fails at the first look that is not true: for what must *not*
/// happen.
///
/// # Errors
/// A look was false or failed.
pub async fn always<L, F>(what: &str, during: Duration, mut look: L) -> Result<()>
where
    L: FnMut() -> F,
    F: Future<Output = Result<bool>>,
{
    let end = Instant::now() + during;
    while Instant::now() < end {
        ensure!(look().await?, "no longer true: {what}");
        sleep(PAUSE).await;
    }
    Ok(())
}
