//! A stateful stand-in for Stripe on a port of this machine, so that payments can be built and tested offline.
//!
//! It keeps what it is told in one file, sends signed webhooks, and misbehaves on request (`/_control`). It shares no
//! code with the client that it checks.

mod account_links;
mod accounts;
mod answers;
mod api;
mod billing_time;
mod calls;
mod catalog;
mod checkout;
mod context;
mod control;
mod customers;
mod database;
mod events;
mod expand;
mod faults;
mod form;
mod guard;
mod hex;
mod home;
mod invoice_page;
mod keys;
mod lookup;
mod metadata;
mod oauth;
mod objects;
mod outbox;
mod pages;
mod params;
mod passing;
mod payments;
mod portal;
mod problem;
mod reply;
mod routes;
mod sandbox;
mod server;
mod subscriptions;
mod version;
mod web;
mod webhook_endpoints;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::sandbox::Sandbox;

/// Starts a sandbox; it answers when this returns.
pub fn start(options: Options) -> Result<Running, Error> {
    let address = options.listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err(Error::NotLoopback(address));
    }
    options.listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(options.listener)?;
    let client = client()?;
    let Options {
        clock,
        machine,
        random,
        ..
    } = options;
    let base = format!("http://{address}");
    let sandbox = Sandbox::new(
        database::open(&options.folder)?,
        clock,
        machine,
        random,
        base,
    );
    let sandbox = Arc::new(sandbox);
    let (tell, told) = watch::channel(false);
    let server = tokio::spawn(server::serve(listener, sandbox.clone(), told));
    let passing = tokio::spawn(passing::run(sandbox.clone()));
    let outbox = tokio::spawn(outbox::run(sandbox.clone(), client));
    Ok(Running {
        address,
        sandbox,
        stop: tell,
        server,
        outbox,
        passing,
    })
}

/// Forgets everything that a sandbox kept in this folder; it must not be running.
pub fn reset(folder: &Path) -> Result<(), Error> {
    Ok(database::clear(&mut database::open(folder)?)?)
}

/// What a sandbox needs.
pub struct Options {
    /// Where it answers: an address of this machine.
    pub listener: std::net::TcpListener,
    /// The folder of its file `sandbox.db`; it must exist.
    pub folder: PathBuf,
    /// Business time in seconds since 1970: objects, billing, retries.
    pub clock: Clock,
    /// The machine's time in seconds since 1970: signatures, OAuth codes, idempotency keys.
    pub machine: Clock,
    /// Fills a slice with random bytes.
    pub random: Random,
}

/// Tells the time in seconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Fills a slice with random bytes.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// A sandbox that answers.
pub struct Running {
    /// Where it answers.
    pub address: SocketAddr,
    sandbox: Arc<Sandbox>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
    outbox: JoinHandle<()>,
    passing: JoinHandle<()>,
}

impl Running {
    /// Returns when everything that is due by business time has happened and was delivered once; false if that took
    /// longer than a minute.
    pub async fn settle(&self) -> bool {
        let settled = passing::settle(&self.sandbox, 0, SETTLED_WITHIN).await;
        settled.is_ok_and(|settled| settled.settled)
    }

    /// Lets running requests end and stops sending webhooks; what waits is sent after the next start.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.server.await;
        for task in [self.outbox, self.passing] {
            task.abort();
            let _ = task.await;
        }
    }
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is one that other machines reach.
    #[error("the sandbox listens on this machine only, not on {0}")]
    NotLoopback(SocketAddr),
    /// The listener failed.
    #[error("the listener of the sandbox failed")]
    Listener(#[from] std::io::Error),
    /// The file of its state failed.
    #[error("the state of the sandbox cannot be opened")]
    State(#[from] rusqlite::Error),
    /// The client that sends webhooks failed.
    #[error("the client that sends webhooks cannot be built")]
    Client(#[from] reqwest::Error),
}

const SETTLED_WITHIN: Duration = Duration::from_mins(1);
const SENT_WITHIN: Duration = Duration::from_secs(10);

fn client() -> Result<reqwest::Client, reqwest::Error> {
    // The client wants a provider even where no address is https; a second one changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(SENT_WITHIN)
        .build()
}
