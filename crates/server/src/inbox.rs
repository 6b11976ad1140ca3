//! Works what waits in the inbox: each event claimed, settled, noted; what fails is tried again, later each time.
//! Claims and pauses are machine time.

use std::time::Duration;

use dream_domain::error::{Code, Error, Result};
use dream_domain::id::EventId;
use dream_store::inbox::{self as store, Claimed, NewEvent};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::app::App;
use crate::payments::api::webhook::Event;
use crate::settling::{self, Outcome};

/// Between two looks when nobody wakes the worker: another process may have died with a claim.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Between two looks of somebody who waits for one event.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Events worked at the same time.
const BATCH: i64 = 8;
/// A call of the provider ends within ten seconds; an event takes a few.
const CLAIM_MS: i64 = 120_000;
/// Between two tries, in seconds; after the last one an event is given up, and can be replayed.
const PAUSES: [i64; 8] = [2, 10, 60, 300, 1_800, 7_200, 21_600, 86_400];
/// After its first failure an event is tried again so soon that whoever waits for events waits for it.
pub(crate) const TRIED_AGAIN_MS: i64 = PAUSES[0] * 1000;
const DAY_MS: i64 = 86_400_000;
/// The provider delivers for up to three days and lists events for thirty.
const SETTLED_MS: i64 = 35 * DAY_MS;
const DEAD_MS: i64 = 90 * DAY_MS;
/// Between two rounds of forgetting.
const EXPIRE_EVERY_MS: i64 = 3_600_000;

/// Starts the worker; it ends when told to stop, after the events it is at.
pub fn spawn(app: App, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut expires_at = app.clock.machine();
        while !*stop.borrow() {
            if let Err(error) = work(&app).await {
                tracing::warn!(cause = ?error, "the inbox cannot be read; it is tried again");
            }
            let now = app.clock.machine();
            if now >= expires_at {
                expires_at = now.plus(EXPIRE_EVERY_MS);
                let expired = store::expire(&app.db, now.plus(-SETTLED_MS), now.plus(-DEAD_MS));
                if let Err(error) = expired.await {
                    tracing::warn!(cause = ?error, "old events cannot be forgotten yet");
                }
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {}
                () = app.inbox.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    })
}

/// Returns when no event is being worked any more. Call it when nobody is left to begin with another.
pub async fn rest(app: &App) {
    drop(app.at_events.write().await);
}

/// Works everything that is due; answers how many events that were.
pub(crate) async fn work(app: &App) -> Result<usize> {
    let mut worked = 0;
    loop {
        match to_the_end(app, work_batch(app.clone())).await? {
            0 => return Ok(worked),
            more => worked += more,
        }
    }
}

/// Works one event now, and waits so long at most for whoever was quicker, or is at another of its lane. What takes
/// longer is left to the worker.
pub(crate) async fn work_now(app: &App, id: &str, patience: Duration) -> Result<()> {
    let patience = i64::try_from(patience.as_millis()).unwrap_or(i64::MAX);
    let until = app.clock.machine().plus(patience);
    loop {
        work_one(app, id).await?;
        if !store::waits(&app.db, id).await? {
            return Ok(());
        }
        if app.clock.machine() >= until {
            app.inbox.notify_one();
            return Ok(());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Works one event, if nobody else does.
async fn work_one(app: &App, id: &str) -> Result<()> {
    let (own, id) = (app.clone(), id.to_owned());
    let work = async move {
        let now = own.clock.machine();
        match store::claim_one(&own.db, &id, now, now.plus(CLAIM_MS)).await? {
            Some(event) => settle(&own, &event).await,
            None => Ok(()),
        }
    };
    to_the_end(app, Box::pin(work)).await
}

/// Does it whether its caller goes on waiting or not: an event that was claimed and left keeps its lane waiting until
/// the claim ends.
async fn to_the_end<T: Send + 'static>(
    app: &App,
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    let at_it = app.at_events.clone().read_owned().await;
    let running = tokio::spawn(async move {
        let done = work.await;
        drop(at_it);
        done
    });
    let broke_off = |cause| {
        let error = Code::Internal.error("The work on events broke off");
        error.because(cause)
    };
    running.await.map_err(broke_off)?
}

async fn work_batch(app: App) -> Result<usize> {
    let now = app.clock.machine();
    let batch = store::claim(&app.db, now, now.plus(CLAIM_MS), BATCH).await?;
    let claimed = batch.len();
    let mut running = JoinSet::new();
    for event in batch {
        let app = app.clone();
        running.spawn(async move { settle(&app, &event).await });
    }
    while let Some(settled) = running.join_next().await {
        if let Ok(Err(error)) = settled {
            tracing::warn!(cause = ?error, "the fate of an event cannot be noted; it is worked again");
        }
    }
    Ok(claimed)
}

/// An event as it is stored when it arrives, by a webhook or because it was asked for.
pub(crate) fn arrived(app: &App, event: &Event, payload: String) -> NewEvent {
    let received_at = app.clock.machine();
    NewEvent {
        id: EventId::new(received_at, app.random.bytes()),
        source: "payments",
        account_id: event.account.clone(),
        livemode: event.livemode,
        provider_event_id: event.id.clone(),
        kind: event.kind.clone(),
        object_id: event.object_id.clone().unwrap_or_default(),
        lane: settling::lane(event),
        payload,
        created_at: event.created,
        received_at,
    }
}

async fn settle(app: &App, event: &Claimed) -> Result<()> {
    let settled = settling::event(app, event).await;
    let now = app.clock.machine();
    let noted = match settled {
        Ok(Outcome::Noted) => true,
        Ok(Outcome::Done) => store::done(&app.db, event, now).await?,
        Ok(Outcome::Ignored(why)) => store::ignored(&app.db, event, now, why).await?,
        Err(error) => put_off(app, event, &error).await?,
    };
    if !noted {
        tracing::warn!(
            id = &*event.id,
            "an event was claimed by another process meanwhile"
        );
    }
    Ok(())
}

/// Notes a failure: the event is tried again, or given up.
async fn put_off(app: &App, event: &Claimed, error: &Error) -> Result<bool> {
    let now = app.clock.machine();
    let (id, kind, attempts) = (&*event.id, &*event.kind, event.attempts);
    let tried = usize::try_from(attempts.max(1)).unwrap_or(1);
    let pause = PAUSES.get(tried - 1).filter(|_| !settling::is_final(error));
    let Some(pause) = pause else {
        tracing::error!(id, kind, attempts, cause = ?error, "an event cannot be worked and is given up");
        return store::dead(&app.db, event, now, error.detail()).await;
    };
    tracing::warn!(id, kind, attempts, cause = ?error, "an event cannot be worked yet; it is tried again");
    let due_at = now.plus(pause.saturating_mul(1000));
    store::failed(&app.db, event, due_at, error.detail()).await
}
