//! From settings to the parts of the server.

mod config;
mod environment;
mod folder;
mod log;
mod master_key;

use std::future::Future;

use dream_server::admin::{Command, ask::ask};
use dream_server::app::{App, Parts, Web};
use dream_server::clock::Clock;
use dream_server::config::Sandbox;
use dream_server::log::Log;
use dream_server::random::Random;
use dream_store::Db;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::failure::Failure;
use crate::output;
use crate::settings::Loaded;
use crate::settings::check::{Findings, findings};
use crate::settings::groups::Settings;
use crate::settings::problem::Source;
pub(crate) use folder::{free_bytes, make as make_folder, try_write};
pub(crate) use log::start_log;

/// A database that is open, with what it was opened with.
pub(crate) struct Opened {
    /// The database.
    pub(crate) db: Db,
    /// Business time and machine time.
    pub(crate) clock: Clock,
    random: Random,
}

/// Chooses the cryptography of tokens for the whole process; without a choice the first token would panic.
pub(crate) fn cryptography() {
    // It fails only if somebody has chosen already, and then there is a choice.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}

/// Runs to the end on all processors.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = Runtime::new().map_err(|error| {
        Failure::new(format!("The threads of the server cannot start: {error}"))
    })?;
    runtime.block_on(work)
}

/// What a start says about its settings; refuses those that are not safe to start with.
pub(crate) fn check(loaded: &Loaded, expose_development: bool) -> Result<Findings, Failure> {
    let findings = findings(loaded, expose_development);
    if findings.refusals.is_empty() {
        Ok(findings)
    } else {
        Err(Failure::settings(&findings.refusals))
    }
}

/// Lets the server that runs on the data directory of the settings do a command; none if none runs there.
pub(crate) async fn ask_server(
    loaded: &Loaded,
    command: Command,
) -> Result<Option<Value>, Failure> {
    let settings = &loaded.settings;
    // Whoever names no database means the one of the server.
    let is_named = loaded.source("database_url") != Source::Default;
    let database = is_named.then(|| settings.database.name());
    Ok(ask(&settings.data_dir, database, command).await?)
}

/// Opens the database of the settings and brings it up to date. Refuses one that was made in the other
/// environment (rules 30).
pub(crate) async fn open(settings: &Settings) -> Result<Opened, Failure> {
    environment::check_folder(settings)?;
    folder::make(&settings.data_dir)?;
    let clock = Clock::default();
    let (place, options) = config::store(settings);
    let db = Db::open(&place, clock.for_store(), &options).await?;
    let opened = Opened {
        db,
        clock,
        random: Random::new(fill),
    };
    match environment::check_database(settings, &opened.db, &opened.clock).await {
        Ok(()) => Ok(opened),
        Err(failure) => {
            opened.db.close().await;
            Err(failure)
        }
    }
}

/// Where a server is, and what it finds beside it.
pub(crate) struct Addresses {
    /// Where others reach it.
    pub(crate) public_url: String,
    /// Where this machine reaches it.
    pub(crate) local_url: String,
    /// The sandbox it uses.
    pub(crate) sandbox: Option<Sandbox>,
}

/// Puts the server together.
pub(crate) async fn app(
    settings: &Settings,
    opened: &Opened,
    addresses: Addresses,
    log: Log,
) -> Result<App, Failure> {
    let master = master_key::master_key(settings, &opened.random)?;
    let parts = Parts {
        db: opened.db.clone(),
        config: config::config(settings, addresses),
        clock: opened.clock.clone(),
        random: opened.random.clone(),
        master,
        log,
        web: Web {
            index: dream_web_assets::index(),
            file: |name| dream_web_assets::asset(name).map(|file| (file.bytes, file.content_type)),
        },
    };
    Ok(App::new(parts).await?)
}

/// Random bytes from the machine's generator.
pub(crate) fn fill(bytes: &mut [u8]) {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the source that everything else is handed"
    )]
    let filled = getrandom::fill(bytes);
    if let Err(error) = filled {
        // Keys that can be guessed are worse than no server.
        output::error(&format!("The machine gives no random numbers: {error}"));
        std::process::abort();
    }
}
