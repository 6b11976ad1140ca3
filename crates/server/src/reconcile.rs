//! Works without news: what is due is looked at, and now and then everything is compared with the payment provider.
//!
//! A sweep asks for what became due: subscriptions whose moment has come, checkouts that can be paid no more, orders.
//! A round reads every subscription that has not ended and fetches the events that no webhook brought, so that a week
//! without deliveries does no lasting harm. One process does it at a time, whatever their number; times of leases and
//! pauses are the machine's.

mod accounts;
mod alerts;
pub(crate) mod bad;
mod round;
mod sweep;

pub(crate) use round::{Report, last};
pub(crate) use sweep::sweep;

use std::time::Duration;

use dream_domain::error::{Code, Result};
use dream_domain::text::hex;
use dream_domain::time::Millis;
use dream_store::{leases, reconcile as store};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::inbox;
use crate::subscriptions::Cause;

/// Between two sweeps.
const SWEEP_EVERY: Duration = Duration::from_secs(30);
/// Between two rounds, whoever did the last one.
const ROUND_EVERY_MS: i64 = 3_600_000;
/// How long a process that says nothing keeps its job; it says something after each batch.
const LEASE_MS: i64 = 180_000;
/// Calls that somebody waits for come first.
const PATIENTLY: Cause<'static> = Cause {
    event: None,
    checkout: None,
    invoices: false,
    is_patient: true,
};
/// The names of the jobs.
const SWEEP: &str = "sweep";
const ROUND: &str = "reconcile";
/// Things that are asked for at the same time.
const AT_ONCE: usize = 4;
/// How often what is due is looked for until nothing is: settling one thing may make another due.
const ROUNDS_MAX: usize = 20;
/// How long somebody who waits for it waits for events that are being worked while none of them ends, and for a round
/// of another process.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Starts the worker; it ends when told to stop, after the batch it is at.
pub fn spawn(app: App, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        while !*stop.borrow() {
            let worked = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                worked = work(&app) => worked,
            };
            if let Err(error) = worked {
                tracing::warn!(cause = ?error, "what is due cannot be looked at yet; it is tried again");
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {}
                () = tokio::time::sleep(SWEEP_EVERY) => {}
            }
        }
    })
}

/// Gives back what this process was at when it was stopped, so that the next one need not wait. Call it when nothing
/// of it works any more.
pub async fn give_back(app: &App) -> Result<()> {
    leases::free(&app.db, &format!("{}/", app.process)).await
}

/// Gives back whatever anybody was at: for the only process on a database (rules 16), before it begins.
pub async fn take_over(app: &App) -> Result<()> {
    dream_store::inbox::free(&app.db).await?;
    leases::free(&app.db, "").await
}

/// One turn of the worker: a sweep, and a round if the last one is long ago.
async fn work(app: &App) -> Result<()> {
    if let Some(lease) = Lease::take(app, SWEEP).await? {
        sweep::under(app, Some(&lease)).await?;
        lease.release("").await?;
    }
    let ran_at = leases::ran_at(&app.db, ROUND).await?;
    let next = ran_at.map(|at| at.plus(ROUND_EVERY_MS));
    if next.is_none_or(|next| next <= app.clock.machine()) {
        attempt(app).await?;
    }
    Ok(())
}

/// Compares everything with the payment provider now, and works what was missed; waits for a round that is under way
/// elsewhere. 409 `conflict` if that one takes too long.
pub(crate) async fn reconcile(app: &App) -> Result<Report> {
    let until = app.clock.machine().plus(ms(PATIENCE));
    while app.clock.machine() < until {
        if let Some(report) = attempt(app).await? {
            settled(app).await?;
            return Ok(report);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(Code::Conflict.error("Another round is under way; ask again later"))
}

/// One round; none while another process is at one.
async fn attempt(app: &App) -> Result<Option<Report>> {
    let Some(lease) = Lease::take(app, ROUND).await? else {
        return Ok(None);
    };
    let report = round::run(app, &lease).await?;
    lease.release("").await?;
    Ok(Some(report))
}

/// Does everything that is due now, what follows from it included, and answers when it is done.
pub(crate) async fn due(app: &App) -> Result<()> {
    for _ in 0..ROUNDS_MAX {
        settled(app).await?;
        if sweep(app).await? == 0 {
            break;
        }
    }
    settled(app).await
}

/// Works events until none is due, those included that failed for the first time; waits for those that another worker
/// is at. 503 if they take too long.
async fn settled(app: &App) -> Result<()> {
    let (mut fewest, mut until) = (i64::MAX, Millis(0));
    loop {
        inbox::work(app).await?;
        let now = app.clock.machine();
        let due = store::events_due(&app.db, now.plus(inbox::TRIED_AGAIN_MS)).await?;
        if due == 0 {
            return Ok(());
        }
        if due < fewest {
            (fewest, until) = (due, now.plus(ms(PATIENCE)));
        }
        if now >= until {
            let detail = format!(
                "{due} events of the payment provider are still being worked; ask again later"
            );
            return Err(Code::PaymentsUnavailable.error(detail));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// A job that this call alone does. One that failed is not given back: it is free again after a while, or when the
/// process ends.
struct Lease<'a> {
    app: &'a App,
    job: String,
    holder: String,
    /// Where it stood when it was taken.
    note: String,
}

impl<'a> Lease<'a> {
    /// Takes a job; none while somebody else has it.
    async fn take(app: &'a App, job: &str) -> Result<Option<Self>> {
        let holder = format!("{}/{}", app.process, hex(&app.random.bytes::<8>()));
        let now = app.clock.machine();
        let taken = leases::take(&app.db, job, &holder, now, now.plus(LEASE_MS)).await?;
        Ok(taken.map(|note| Self {
            app,
            job: job.to_owned(),
            holder,
            note: note.to_string(),
        }))
    }

    /// Says that it is still at it; false if somebody else is by now: then stop.
    async fn keep(&self) -> Result<bool> {
        let now = self.app.clock.machine();
        let until = now.plus(LEASE_MS);
        leases::keep(
            &self.app.db,
            &self.job,
            &self.holder,
            now,
            until,
            &self.note,
        )
        .await
    }

    /// Gives it back with a note for the next one.
    async fn release(self, note: &str) -> Result<()> {
        let now = self.app.clock.machine();
        leases::release(&self.app.db, &self.job, &self.holder, now, note).await?;
        Ok(())
    }
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The moment a thing is looked at again that could not be looked at now (business time).
fn again(app: &App) -> Millis {
    const AGAIN_MS: i64 = 300_000;
    app.now().plus(AGAIN_MS)
}
