//! A month of sample business for the demo projects (rules 15).
//!
//! Business time runs from five weeks ago to now while a script does what customers and their developers would do: it
//! calls the public API at a listener of its own, with the demo projects' secret keys, and pays at the sandbox. Nobody
//! else sees that past: the public listener does not answer before it is over.

mod api;
mod days;
mod orders;
mod people;

use std::pin::pin;
use std::time::Duration;

use dream_domain::error::{Code, Error, Result};
use dream_store::projects::{self as stored, ProjectSettings, Tenant};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::ACTOR;
use super::projects::{self, Projects};
use crate::app::App;
use crate::dev::follow;
use crate::inbox;
use crate::outbox;
use crate::payments::sandbox::{self, Payer};
use api::Api;
use days::{DAYS, Days};

/// Everything that is due is waited for on every sixth day, and on each of the last six, when renewals fall due: waiting
/// is most of the time that all this takes.
const FOLLOWED: i64 = 6;
const LAST: i64 = 6;

/// Between two looks of a buyer at whether the payment has arrived.
const LOOK_EVERY: Duration = Duration::from_millis(15);

/// Makes the demo projects five weeks ago and lets people use them until now.
pub(super) async fn fill(app: &App) -> Result<Projects> {
    let days = Days::until_today(app);
    days.go_to(0);
    let behind = Behind::open(app).await?;
    let made = fill_behind(app, &days, &behind.url).await;
    // Also where the script has failed: what it has begun must not go on while that is forgotten.
    behind.close().await;
    let made = made?;
    for (tenant, _) in [&made.saas, &made.store] {
        note_end(app, tenant).await?;
    }
    Ok(made)
}

/// The same, with a listener at `url`.
async fn fill_behind(app: &App, days: &Days<'_>, url: &str) -> Result<Projects> {
    sandbox::ensure_endpoints(app, url).await?;
    let made = projects::ensure(app).await?;
    live(app, days, &made, url).await?;
    sandbox::ensure_endpoints(app, &app.config.local_url).await?;
    Ok(made)
}

/// All days, one after the other.
async fn live(app: &App, days: &Days<'_>, made: &Projects, url: &str) -> Result<()> {
    let saas = Api::new(url, &made.saas.1)?;
    let store = Api::new(url, &made.store.1)?;
    let mut people = people::Crowd::new(app, saas);
    let mut orders = orders::Orders::new(app, store);
    for day in 0..=DAYS {
        days.go_to(day);
        if day % FOLLOWED == 0 || day > DAYS - LAST {
            follow(app).await?;
        }
        let (people, orders) = tokio::join!(people.live(day), orders.live(day));
        people?;
        orders?;
    }
    orders.restock().await?;
    follow(app).await
}

/// Pays a checkout, and goes on as soon as the buyer who returns is told that it is complete. That is before the webhook
/// has arrived.
async fn pay(
    app: &App,
    api: &Api,
    user: Option<&str>,
    session: &str,
    payer: &Payer<'_>,
) -> Result<()> {
    let path = format!("/api/checkout/{session}");
    let mut paying = pin!(sandbox::pay(app, session, payer));
    loop {
        let paid = tokio::select! {
            paid = &mut paying => Some(paid?),
            () = tokio::time::sleep(LOOK_EVERY) => None,
        };
        let state = api.get(&path, user).await?;
        if state["status"] == "complete" {
            return Ok(());
        }
        if paid.is_some() {
            return Err(failed(&path, "is not complete"));
        }
    }
}

/// Everything there is by now is sample; the next moment is not.
async fn note_end(app: &App, tenant: &Tenant) -> Result<()> {
    tokio::time::sleep(Duration::from_millis(2)).await;
    let fresh = crate::catalog::open(app, tenant.scope.tenant()).await?;
    let fresh = fresh.ok_or_else(|| Code::Internal.error("A demo project is gone"))?;
    let settings = ProjectSettings {
        sample_until: Some(app.now().0),
        ..fresh.settings.clone()
    };
    let act = app.act(ACTOR, "project.sample", tenant.scope.tenant(), &json!({}));
    stored::put_settings(&app.db, &fresh, &settings, &act).await
}

/// What serves the past: a listener for the script and for webhooks, on a free port of this machine, and the workers of
/// inbox and outbox. They end when this is dropped, and are waited for by [`Self::close`].
struct Behind {
    url: String,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Behind {
    async fn open(app: &App) -> Result<Self> {
        let cannot = |error: std::io::Error| failed("a free port", error);
        let bound = TcpListener::bind("127.0.0.1:0").await.map_err(cannot)?;
        let url = format!("http://{}", bound.local_addr().map_err(cannot)?);
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            outbox::spawn(app.clone(), stopped.clone()),
            inbox::spawn(app.clone(), stopped.clone()),
            tokio::spawn(crate::serve_unlogged(app.clone(), bound, stopped)),
        ];
        Ok(Self { url, stop, tasks })
    }

    async fn close(mut self) {
        let _ = self.stop.send(true);
        for task in std::mem::take(&mut self.tasks) {
            let _ = task.await;
        }
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

/// The script cannot go on.
fn failed(what: &str, why: impl std::fmt::Display) -> Error {
    Code::Internal.error(format!(
        "The sample data cannot be made: {what}: {why}; DREAM_DEMO_SAMPLE=false starts without"
    ))
}
