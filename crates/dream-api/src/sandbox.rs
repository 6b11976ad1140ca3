//! The sandbox of development: which one a server uses, and the one that it starts (rules 22, 24).

mod place;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dream_sandbox::{Clock, Options, Running};
use dream_server::config;
use dream_server::payments::sandbox::answers;
use dream_store::{Db, settings as facts};

use crate::failure::Failure;
use crate::settings::groups::Settings;
use crate::wiring::{self, Opened};
pub(crate) use place::{Held, Place, Refusal};

/// The setting of a shared database that says where its sandbox answers.
const SETTING: &str = "sandbox_url";

/// How often, and how many times, another process that starts the sandbox of this folder is waited for: ten seconds.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: u32 = 100;

/// The sandbox that a server uses.
pub(crate) struct Sandbox {
    url: String,
    /// None: another process runs it.
    own: Option<Own>,
}

/// A sandbox that this process runs. Its folder is held until it has stopped.
pub(crate) struct Own {
    running: Running,
    _held: Held,
}

impl Sandbox {
    /// As the server is told of it.
    pub(crate) fn config(&self) -> config::Sandbox {
        config::Sandbox {
            url: self.url.clone(),
            is_ours: self.own.is_some(),
        }
    }

    /// Ends it if this process runs it.
    pub(crate) async fn stop(self) {
        if let Some(own) = self.own {
            own.stop().await;
        }
    }
}

impl Own {
    /// Where it answers.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.running.address)
    }

    /// Lets running requests end.
    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }
}

/// The sandbox for a server on this database: the one that another process on it runs, else one of our own. None in
/// production, and where both modes have keys of the payment provider.
pub(crate) async fn join(settings: &Settings, opened: &Opened) -> Result<Option<Sandbox>, Failure> {
    if !settings.uses_sandbox() {
        return Ok(None);
    }
    if !opened.db.is_shared() {
        let own = begin(settings, opened).map_err(Refusal::into_failure)?;
        return Ok(Some(ours(own)));
    }
    let mut looks = 0;
    loop {
        let known = facts::find(&opened.db, SETTING).await?;
        if let Some(url) = &known
            && answers(url).await
        {
            let url = url.to_string();
            return Ok(Some(Sandbox { url, own: None }));
        }
        match begin(settings, opened) {
            Ok(own) if claim(&opened.db, known.as_deref(), &own).await? => {
                return Ok(Some(ours(own)));
            }
            // Another process was first: the next look finds its sandbox.
            Ok(own) => own.stop().await,
            // It may be about to tell where its sandbox answers.
            Err(Refusal::InUse(_)) if looks < LOOKS => tokio::time::sleep(LOOK).await,
            Err(refusal) => return Err(refusal.into_failure()),
        }
        looks += 1;
    }
}

/// Starts a sandbox on a place of this machine, or says why not.
pub(crate) fn start(place: &Place, listen: SocketAddr, clock: Clock) -> Result<Own, Refusal> {
    let held = place.hold()?;
    let listener = held.bind(listen)?;
    let machine = dream_server::clock::Clock::default();
    let options = Options {
        listener,
        folder: place.folder().to_owned(),
        clock,
        machine: Arc::new(move || seconds(machine.machine())),
        random: Arc::new(wiring::fill),
    };
    let running = dream_sandbox::start(options).map_err(Refusal::Start)?;
    held.remember(listen, running.address)?;
    Ok(Own {
        running,
        _held: held,
    })
}

/// Where the sandbox of these settings keeps its state.
pub(crate) fn place(settings: &Settings) -> Place {
    Place::new(settings.data_dir.join(FOLDER))
}

/// The folder inside the data directory.
const FOLDER: &str = "sandbox";

/// Times of the sandbox are whole seconds.
pub(crate) fn seconds(at: dream_domain::time::Millis) -> i64 {
    at.0.div_euclid(1000)
}

fn begin(settings: &Settings, opened: &Opened) -> Result<Own, Refusal> {
    let clock = opened.clock.clone();
    let business = Arc::new(move || seconds(clock.business()));
    start(&place(settings), settings.sandbox_listen, business)
}

fn ours(own: Own) -> Sandbox {
    Sandbox {
        url: own.url(),
        own: Some(own),
    }
}

/// Says on the database that ours is its sandbox; false if another process was faster.
async fn claim(db: &Db, before: Option<&str>, own: &Own) -> Result<bool, Failure> {
    let url = own.url();
    if before.is_none() {
        return Ok(facts::put_new(db, SETTING, &url).await?);
    }
    facts::put(db, SETTING, &url).await?;
    Ok(true)
}
