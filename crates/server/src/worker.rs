//! What happens without a call: periods close, days expire, processes show that they live.

use std::time::Duration;

use dream_domain::error::Result;
use dream_store::instances::{self, Instance};
use dream_store::{idempotency, keys, one_time, refresh_tokens, sessions, settings, usage};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::assets;
use crate::reconcile;

const BEAT_EVERY: Duration = Duration::from_secs(10);
const DAY_MS: i64 = 86_400_000;
/// Answers of idempotency keys are kept a day (rules 10).
const ANSWERS_MS: i64 = DAY_MS;
/// Beats between two rounds of the slower jobs: five minutes.
const ROUND_BEATS: u32 = 30;

/// Starts the worker; it ends when told to stop.
pub fn spawn(app: App, instance: Instance, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut beats = 0_u32;
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                () = tokio::time::sleep(BEAT_EVERY) => {}
            }
            beats = beats.wrapping_add(1);
            if let Err(error) = beat(&app, &instance).await {
                tracing::warn!(cause = ?error, "the heartbeat failed");
            }
            if beats.is_multiple_of(ROUND_BEATS)
                && let Err(error) = catch_up(&app).await
            {
                tracing::warn!(cause = ?error, "a round of background jobs failed; it is tried again");
            }
        }
        if let Err(error) = instances::leave(&app.db, &instance, app.clock.machine()).await {
            tracing::debug!(cause = ?error, "leaving failed; others see it by the silence");
        }
    })
}

/// Does everything that is due now: closes periods, drops what is past its retention, asks the payment provider for
/// what changed with time.
pub async fn catch_up(app: &App) -> Result<()> {
    let now = app.now();
    let user_days = now
        .day_start()
        .plus(-app.config.user_days.saturating_mul(DAY_MS));
    let tenant_days = now
        .day_start()
        .plus(-app.config.tenant_days.saturating_mul(DAY_MS));
    while usage::close_periods(&app.db, now, user_days, tenant_days).await? > 0 {}
    let machine = app.clock.machine();
    idempotency::expire(&app.db, machine.plus(-ANSWERS_MS)).await?;
    one_time::expire(&app.db, machine.plus(-DAY_MS)).await?;
    refresh_tokens::expire(&app.db, machine.plus(-DAY_MS)).await?;
    sessions::expire(&app.db, machine.plus(-DAY_MS)).await?;
    reconcile::due(app).await
}

async fn beat(app: &App, instance: &Instance) -> Result<()> {
    app.metrics.tidy();
    let now = app.clock.machine();
    instances::beat(&app.db, instance, now).await?;
    let used = app.keys_used.drain();
    if !used.is_empty() {
        keys::used(&app.db, &used).await?;
    }
    if app.db.is_shared() {
        refresh(app).await?;
    }
    assets::sweep(app).await
}

/// What other processes on this database may have changed.
async fn refresh(app: &App) -> Result<()> {
    app.keyring
        .load(&app.db, &app.master, &app.random, app.clock.machine())
        .await?;
    if app.config.is_development() {
        let ahead = settings::find(&app.db, settings::CLOCK_OFFSET).await?;
        app.clock
            .set_ahead_ms(ahead.and_then(|text| text.parse().ok()).unwrap_or(0));
    }
    Ok(())
}
