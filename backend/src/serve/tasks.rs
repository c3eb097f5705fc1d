//! The parts of a server that run side by side.

use super::StartError;
use tokio::task::JoinSet;

/// What runs side by side. Dropping it ends all of it where it stands.
#[derive(Default)]
pub struct Tasks(JoinSet<Result<(), StartError>>);

impl Tasks {
    /// Runs a part that ends by itself when the server drains.
    pub fn spawn(&mut self, part: impl Future<Output = ()> + Send + 'static) {
        self.spawn_needed(async {
            part.await;
            Ok(())
        });
    }

    /// Runs a part whose failure ends the server.
    pub fn spawn_needed(&mut self, part: impl Future<Output = Result<(), StartError>> + Send + 'static) {
        self.0.spawn(part);
    }

    /// Completes when a part failed without which the server can't go on.
    pub async fn failure(&mut self) -> StartError {
        while let Some(ended) = self.0.join_next().await {
            if let Ok(Err(failure)) = ended {
                return failure;
            }
        }
        std::future::pending().await
    }

    /// Waits for the end of all parts; gives the first failure.
    pub async fn ended(&mut self) -> Result<(), StartError> {
        let mut outcome = Ok(());
        while let Some(ended) = self.0.join_next().await {
            if let Ok(failed @ Err(_)) = ended
                && outcome.is_ok()
            {
                outcome = failed;
            }
        }
        outcome
    }
}
