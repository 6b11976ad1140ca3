//! Sends what waits in the outbox: claimed, handed over, noted. In machine time.
//!
//! A message is claimed before it is sent and noted after, so several processes never send it twice; only
//! a process that dies between the two leaves one that another sends again. Mails carry an id by which a
//! receiver sees that, and what is made at the payment provider is made once however often it is tried.

mod letters;

use std::time::Duration;

use dream_domain::error::{Code, Result};
use dream_store::outbox::{self, Claimed};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::app::App;
use crate::{catalog, mail};

/// Between two looks when nobody wakes the sender: another process may have died with a claim.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Messages claimed, and sent at the same time.
const BATCH: i64 = 4;
/// A send ends within twice the mailer's ten seconds; the rest is for a database that hangs.
const CLAIM_MS: i64 = 120_000;
/// Between two tries to note what happened.
const NOTE_EVERY: Duration = Duration::from_secs(1);
/// Between two tries to send, in seconds; after the last one a message is given up.
const PAUSES: [i64; 7] = [10, 60, 300, 1_800, 7_200, 21_600, 43_200];
/// Between two rounds of forgetting.
const EXPIRE_EVERY_MS: i64 = 600_000;
const DAY_MS: i64 = 86_400_000;
/// What was sent is listed for a week, everything else for a month.
const SENT_MS: i64 = 7 * DAY_MS;
const OTHERS_MS: i64 = 30 * DAY_MS;

/// Starts the sender; it ends when told to stop, after the messages it is at.
pub fn spawn(app: App, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut expires_at = app.clock.machine();
        // Mails wait for nothing else: a payment provider that hangs holds up no code to sign in with.
        let mut others: Option<JoinHandle<()>> = None;
        while !*stop.borrow() {
            if others.as_ref().is_none_or(JoinHandle::is_finished) {
                others = Some(tokio::spawn(round(app.clone(), stop.clone(), false)));
            }
            round(app.clone(), stop.clone(), true).await;
            let now = app.clock.machine();
            let due = now >= expires_at;
            if let Err(error) = upkeep(&app, due).await {
                tracing::warn!(cause = ?error, "the outbox cannot be read; it is tried again");
            } else if due {
                expires_at = now.plus(EXPIRE_EVERY_MS);
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {}
                () = app.outbox.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        if let Some(others) = others {
            // What it was at is noted or due again.
            let _ = others.await;
        }
        if let Some(mailer) = &app.mailer {
            mailer.close().await;
        }
    })
}

/// Counts what waits; forgets what was kept long enough if `expire`.
async fn upkeep(app: &App, expire: bool) -> Result<()> {
    let now = app.clock.machine();
    if expire {
        outbox::expire(&app.db, now.plus(-SENT_MS), now.plus(-OTHERS_MS)).await?;
    }
    let waiting = outbox::waiting(&app.db).await?;
    let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
    app.metrics.outbox_waiting.set(f64::from(waiting));
    Ok(())
}

/// Sends until nothing is due: mails, or everything else.
async fn round(app: App, stop: watch::Receiver<bool>, mails: bool) {
    while !*stop.borrow() {
        let now = app.clock.machine();
        let batch = outbox::claim(&app.db, mails, now, now.plus(CLAIM_MS), BATCH).await;
        let batch = match batch {
            Ok(batch) if batch.is_empty() => return,
            Ok(batch) => batch,
            Err(error) => {
                tracing::warn!(cause = ?error, "the outbox cannot be read; it is tried again");
                return;
            }
        };
        let mut running = JoinSet::new();
        for message in batch {
            running.spawn(settle(app.clone(), message));
        }
        while running.join_next().await.is_some() {}
    }
}

/// Sends one message and notes what became of it. What cannot be noted while the claim lasts is sent
/// again after it.
async fn settle(app: App, message: Claimed) {
    let fate = fate(&app, &message).await;
    let until = app.clock.machine().plus(CLAIM_MS / 2);
    loop {
        match note(&app, &message, &fate).await {
            Ok(true) => return,
            Ok(false) => {
                tracing::warn!(
                    id = &*message.id,
                    "a message was claimed by another process meanwhile"
                );
                return;
            }
            Err(error) if app.clock.machine() < until => {
                tracing::warn!(id = &*message.id, cause = ?error, "the fate of a message cannot be noted yet");
                tokio::time::sleep(NOTE_EVERY).await;
            }
            Err(error) => {
                tracing::error!(id = &*message.id, cause = ?error, "the fate of a message could not be noted");
                return;
            }
        }
    }
}

/// What becomes of a message.
#[derive(Debug)]
enum Fate {
    /// It has left.
    Sent,
    /// It is shown and never leaves.
    Kept,
    /// It is tried again after so many milliseconds.
    Later(i64, String),
    /// It is given up.
    Dead(String),
}

async fn fate(app: &App, message: &Claimed) -> Fate {
    let (id, kind, attempts) = (&*message.id, &*message.kind, message.attempts);
    match leave(app, message).await {
        Ok(Left::Sent) => {
            app.metrics.outbox_sent.increment(1);
            tracing::info!(id, kind, attempts, "a message has left");
            Fate::Sent
        }
        Ok(Left::Kept) => Fate::Kept,
        Err(Fault::Waits(pause, cause)) => Fate::Later(pause, cause.to_owned()),
        Err(Fault::Transient(cause)) if let Some(pause) = pause(attempts) => {
            app.metrics.outbox_failed.increment(1);
            tracing::warn!(
                id,
                kind,
                attempts,
                cause,
                "a message could not leave; it is tried again"
            );
            Fate::Later(pause, cause)
        }
        Err(Fault::Transient(cause) | Fault::Permanent(cause)) => {
            app.metrics.outbox_dead.increment(1);
            tracing::error!(
                id,
                kind,
                attempts,
                cause,
                "a message could not leave and is given up"
            );
            Fate::Dead(cause)
        }
    }
}

/// How a message left.
enum Left {
    /// For good.
    Sent,
    /// It is shown and never leaves.
    Kept,
}

/// Why a message did not leave.
enum Fault {
    /// It may leave later.
    Transient(String),
    /// It never will.
    Permanent(String),
    /// Something is to be set up first; it waits for so many milliseconds, however often it was tried.
    Waits(i64, &'static str),
}

/// Hands a message to whoever deals with its kind.
async fn leave(app: &App, message: &Claimed) -> Result<Left, Fault> {
    match &*message.kind {
        mail::KIND => letters::leave(app, message).await,
        catalog::KIND | catalog::MOVE => match catalog::work(app, message).await {
            Ok(()) => Ok(Left::Sent),
            Err(error) if error.code() == Code::PaymentRefused => {
                Err(Fault::Permanent(error.detail().to_owned()))
            }
            Err(error) => Err(Fault::Transient(error.to_string())),
        },
        _ => Err(Fault::Permanent("nobody deals with this kind".to_owned())),
    }
}

async fn note(app: &App, message: &Claimed, fate: &Fate) -> Result<bool> {
    let now = app.clock.machine();
    // In development mails are looked at after they left, too.
    let forget = !app.config.is_development();
    match fate {
        Fate::Sent => outbox::sent(&app.db, message, now, forget).await,
        Fate::Kept => outbox::keep(&app.db, message).await,
        Fate::Later(pause, cause) => {
            outbox::failed(&app.db, message, now.plus(*pause), cause).await
        }
        Fate::Dead(cause) => outbox::dead(&app.db, message, cause, forget).await,
    }
}

/// How long to wait after so many tries, in milliseconds; none after the last.
fn pause(attempts: i64) -> Option<i64> {
    let index = usize::try_from(attempts - 1).ok()?;
    PAUSES.get(index).map(|seconds| seconds * 1000)
}
