//! Work on projects that may take long, because thousands of subscriptions are canceled one by one: it is written down
//! before it begins, goes on whoever waits for it, and is resumed where its process died. In machine time.
//!
//! Steps may be done again, so that a try that was cut off is begun anew; what must not be done twice ends the work in
//! the same transaction.

mod answer;
mod patience;
mod steps;

pub(crate) use answer::{WorkAnswer, WorkBody, WorkList};
pub(crate) use patience::Patience;

use std::sync::atomic::Ordering;
use std::time::Duration;

use dream_domain::error::{Code, Error, Result};
use dream_domain::id::{PlatformId, WorkId};
use dream_domain::text::hex;
use dream_store::projects::Tenant;
use dream_store::works::{self as store, Failure, Holder, Kind, NewWork, Work};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::app::App;
use crate::progress::Running;

/// Between two looks when nobody wakes the worker: another process may have died with work in its hands.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long a process that says nothing keeps its work; it says something every [`TELL_EVERY`].
const LEASE_MS: i64 = 10_000;
const TELL_EVERY: Duration = Duration::from_secs(1);
/// Between two tries, in seconds; the last one from then on.
const PAUSES: [i64; 5] = [10, 30, 60, 300, 900];
/// What has ended is told for an hour.
const TOLD_MS: i64 = 3_600_000;
/// Between two rounds of forgetting.
const EXPIRE_EVERY_MS: i64 = 600_000;
/// How long work goes on when the process is told to stop.
const GRACE: Duration = Duration::from_secs(3);
/// Looks of somebody who waits, the first and the longest pause between them.
const LOOK_FIRST: Duration = Duration::from_millis(10);
const LOOK_LAST: Duration = Duration::from_millis(200);

/// How work is to be done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Detail {
    /// Who wants it.
    pub(crate) actor: String,
    /// Subscriptions at an account that is connected no more are left to its owner.
    pub(crate) leaves_subscriptions: bool,
    /// Only what is older than this goes; all of it if there is none.
    pub(crate) sample_until: Option<i64>,
    /// What was there when it was asked for.
    pub(crate) held: Went,
}

/// What goes, or went.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Went {
    pub(crate) modes: usize,
    pub(crate) customers: i64,
    pub(crate) subscriptions: i64,
    pub(crate) orders: i64,
    pub(crate) events: i64,
}

/// What somebody who waited gets to know.
pub(crate) enum Outcome {
    /// All is done.
    Done(Went),
    /// It goes on.
    Runs(Work),
}

/// Begins work on a project, or joins what runs, and waits for its end as long as `patience` says. Fails as the work
/// does, and with 409 `conflict` while something else is done to the project.
pub(crate) async fn ask(
    app: &App,
    tenant: &Tenant,
    kind: Kind,
    detail: &Detail,
    patience: Duration,
) -> Result<Outcome> {
    let now = app.clock.machine();
    let text = serde_json::to_string(detail).unwrap_or_default();
    let new = NewWork {
        id: WorkId::new(now, app.random.bytes()),
        kind,
        scope: &tenant.scope,
        project_name: &tenant.name,
        detail: &text,
        now,
    };
    let work = store::start(&app.db, &new).await?;
    app.works.notify_one();
    let running: Detail = read(&work.detail)?;
    if kind == Kind::Reset && running.sample_until != detail.sample_until {
        return Err(Code::Conflict
            .error("Another reset of this project is under way; ask again when it has ended"));
    }
    wait(app, work, patience).await
}

async fn wait(app: &App, work: Work, patience: Duration) -> Result<Outcome> {
    let until = app.clock.machine().plus(ms(patience));
    let mut pause = LOOK_FIRST;
    let mut seen = work;
    loop {
        let failures = seen.failures;
        if app.clock.machine() >= until || app.is_ending.load(Ordering::Acquire) {
            return Ok(Outcome::Runs(seen));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LOOK_LAST);
        let Some(now) = store::find(&app.db, &seen.id).await? else {
            return Ok(Outcome::Runs(seen));
        };
        if let Some(answer) = &now.answer {
            return Ok(Outcome::Done(read(answer)?));
        }
        if let Some((code, words)) = now.error.as_ref().filter(|_| now.failures > failures) {
            return Err(told(code, words));
        }
        seen = Work { failures, ..now };
    }
}

/// A failure as it was written down.
fn told(code: &str, words: &str) -> Error {
    let known = Code::ALL.iter().find(|known| known.as_str() == code);
    known.unwrap_or(&Code::Internal).error(words.to_owned())
}

/// Starts the worker; it ends when told to stop. What it is at is given back then, for another process or the next
/// start.
pub fn spawn(app: App, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let holder = hex(&app.random.bytes::<8>());
        let mut running = JoinSet::new();
        let mut expires_at = app.clock.machine();
        while !*stop.borrow() {
            while running.try_join_next().is_some() {}
            let now = app.clock.machine();
            let due = now >= expires_at;
            if let Err(error) = look(&app, &holder, &mut running, due).await {
                tracing::warn!(cause = ?error, "work on projects cannot be read; it is tried again");
            } else if due {
                expires_at = now.plus(EXPIRE_EVERY_MS);
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {}
                () = app.works.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        app.is_ending.store(true, Ordering::Release);
        let all = async { while running.join_next().await.is_some() {} };
        // What takes longer is cut off.
        let _ = tokio::time::timeout(GRACE, all).await;
        running.shutdown().await;
        if let Err(error) = store::release(&app.db, &holder).await {
            tracing::debug!(cause = ?error, "giving work back failed; others see it by the silence");
        }
    })
}

/// Takes all that is due; forgets what ended long ago if `expire`.
async fn look(app: &App, holder: &str, running: &mut JoinSet<()>, expire: bool) -> Result<()> {
    let now = app.clock.machine();
    let holder = Holder {
        name: holder,
        is_alone: !app.db.is_shared(),
    };
    for work in store::claim(&app.db, holder, now, now.plus(LEASE_MS)).await? {
        running.spawn(perform(app.clone(), work, holder.name.to_owned()));
    }
    if expire {
        store::expire(&app.db, now.plus(-TOLD_MS)).await?;
    }
    Ok(())
}

/// Does work, says all the while that it goes on, and notes what became of it. What cannot be noted is done again.
async fn perform(app: App, work: Work, holder: String) {
    let running = Running::begin(&work, &holder);
    let ended = tokio::select! {
        ended = steps::run(&app, &running) => ended,
        () = tell(&app, &running) => {
            tracing::warn!(id = &*work.id, "another process has taken this work over");
            return;
        }
    };
    let noted = match ended {
        Ok(went) => {
            let answer = serde_json::to_string(&went).unwrap_or_default();
            store::done(&app.db, running.held(&app), &answer).await
        }
        Err(error) => failed(&app, &running, &error).await,
    };
    if let Err(error) = noted {
        tracing::warn!(id = &*work.id, cause = ?error, "what became of work cannot be noted");
    }
}

/// Says that work goes on; ends if somebody else does it by now.
async fn tell(app: &App, running: &Running<'_>) {
    loop {
        tokio::time::sleep(TELL_EVERY).await;
        let held = running.held(app);
        match store::keep(&app.db, held, held.now.plus(LEASE_MS)).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(cause = ?error, "the state of work cannot be noted yet"),
        }
    }
}

async fn failed(app: &App, running: &Running<'_>, error: &Error) -> Result<()> {
    let work = running.work;
    tracing::warn!(id = &*work.id, kind = work.kind.as_str(), cause = ?error, "work on a project failed");
    let held = running.held(app);
    let failure = Failure {
        code: error.code().as_str(),
        words: error.detail(),
        due_at: is_passing(error).then(|| held.now.plus(pause_ms(work.failures))),
    };
    store::failed(&app.db, held, failure).await
}

/// Whether another try may go better.
fn is_passing(error: &Error) -> bool {
    error.code() == Code::Conflict || error.code().status() >= 500
}

fn pause_ms(failures: i64) -> i64 {
    let place = usize::try_from(failures).unwrap_or(0);
    let seconds = PAUSES.get(place).or(PAUSES.last());
    seconds.map_or(0, |seconds| seconds * 1000)
}

/// Work on the projects of a developer that runs or ended within the last hour, newest first.
pub(crate) async fn list(app: &App, platform: &PlatformId) -> Result<Vec<Work>> {
    let since = app.clock.machine().plus(-TOLD_MS);
    store::list(&app.db, platform, since).await
}

fn read<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| {
        let detail = "The database holds work that cannot be read";
        Code::Internal.error(detail).because(e)
    })
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
