//! How many calls a second leave, so that Stripe's limit is not met: background work gets at most half of them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::stripe::{Failure, Kind};

/// Who waits for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// A person.
    Foreground,
    /// Nobody.
    Background,
}

/// Tokens that come back a second after they were taken. No clock is read: timers give them back.
pub(super) struct Pace {
    all: Arc<Semaphore>,
    background: Arc<Semaphore>,
}

impl Pace {
    pub(super) fn new(calls_per_second: u32) -> Self {
        let calls = usize::try_from(calls_per_second).unwrap_or(1).max(1);
        Self {
            all: Arc::new(Semaphore::new(calls)),
            background: Arc::new(Semaphore::new(calls.div_ceil(2))),
        }
    }

    /// Returns when background work may begin a call; at once for what a person waits for.
    pub(super) async fn turn(&self, lane: Lane) {
        if lane == Lane::Background {
            lend(self.background.clone()).await;
        }
    }

    /// Returns when one request may leave; [`Kind::RateLimited`] if too many others wait before it.
    pub(super) async fn leave(&self) -> Result<(), Failure> {
        let waited = timeout(PATIENCE, lend(self.all.clone())).await;
        waited.map_err(|_| Failure::of(Kind::RateLimited, "Too many calls of Stripe are waiting"))
    }
}

const PATIENCE: Duration = Duration::from_secs(5);
const WINDOW: Duration = Duration::from_secs(1);

async fn lend(tokens: Arc<Semaphore>) {
    if let Ok(token) = tokens.acquire_owned().await {
        tokio::spawn(give_back(token));
    }
}

async fn give_back(token: OwnedSemaphorePermit) {
    sleep(WINDOW).await;
    drop(token);
}
