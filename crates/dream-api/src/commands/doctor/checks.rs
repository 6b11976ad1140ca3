//! What `doctor` looks at.

use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dream_domain::time::Millis;
use dream_server::admin::Command;
use dream_server::clock::Clock;
use serde_json::Value;

use super::Check;
use crate::failure::Failure;
use crate::settings::Loaded;
use crate::settings::address::DatabaseUrl;
use crate::settings::check::findings;
use crate::settings::groups::Settings;
use crate::settings::payments::Taker;
use crate::settings::problem::{Problem, SettingsError};
use crate::{sandbox, wiring};

/// The name of the check that passes while a server runs.
pub(super) const RUNNING: &str = "server";

/// Below this much room on its disk a database is about to stop, in bytes.
const FREE_LOW: u64 = 1 << 30;
/// Below this it has stopped, or will within the hour.
const FREE_NONE: u64 = 64 << 20;
/// No machine that runs this can be in a year before this: 2026-01-01.
const EARLIEST: Millis = Millis(1_767_225_600_000);
/// SQLite 3.51.3, as its own number.
const SQLITE_LEAST: i32 = 3_051_003;
/// A sandbox is on this machine and answers at once.
const REACHED_WITHIN: Duration = Duration::from_secs(2);
/// How far a file may lie in the future before the clock is wrong.
const TOLERANCE: Duration = Duration::from_mins(5);

/// Every check that makes sense; without settings there is only theirs.
pub(super) fn all(loaded: &Result<Loaded, SettingsError>) -> Vec<Check> {
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(error) => return error.problems.iter().map(wrong_setting).collect(),
    };
    let mut checks = settings(loaded);
    let sound = checks
        .iter()
        .all(|check| check.state != super::State::Error);
    checks.extend(data_dir(&loaded.settings));
    checks.push(clock(&loaded.settings));
    checks.extend(sqlite(&loaded.settings));
    checks.extend(payments(&loaded.settings));
    match wiring::block_on(wiring::ask_server(loaded, Command::Status)) {
        Ok(Some(status)) => checks.extend(running(&status)),
        Ok(None) if sound => checks.push(database(&loaded.settings)),
        Ok(None) => {}
        Err(failure) => checks.push(Check::error(
            RUNNING,
            failure.summary(),
            "read the log of the running server",
        )),
    }
    checks
}

fn settings(loaded: &Loaded) -> Vec<Check> {
    let findings = findings(loaded, true);
    let mut checks: Vec<Check> = findings.refusals.iter().map(wrong_setting).collect();
    let odd =
        |problem: &Problem| Check::warning("settings", problem.to_string(), problem.fix.clone());
    checks.extend(findings.warnings.iter().map(odd));
    if checks.is_empty() {
        let file = loaded.file.as_ref();
        let file = file.map_or("no file".to_owned(), |file| file.display().to_string());
        checks.push(Check::ok("settings", format!("complete ({file})")));
    }
    if !findings.limits_off.is_empty() {
        let off = findings.limits_off.join(", ");
        checks.push(Check::ok("limits", format!("off by setting: {off}")));
    }
    checks
}

fn wrong_setting(problem: &Problem) -> Check {
    Check::error("settings", problem.to_string(), problem.fix.clone())
}

fn data_dir(settings: &Settings) -> Vec<Check> {
    let folder = &settings.data_dir;
    let shown = folder.display();
    if !folder.exists() {
        return vec![Check::ok(
            "data directory",
            format!("{shown} will be made by the first start"),
        )];
    }
    let fix = "let this user write the folder, or set DREAM_DATA_DIR to another one";
    let writable = match wiring::try_write(folder) {
        Ok(()) => Check::ok("data directory", format!("{shown} can be written")),
        Err(error) => Check::error(
            "data directory",
            format!("{shown} cannot be written: {error}"),
            fix,
        ),
    };
    vec![writable, disk(folder)]
}

fn disk(folder: &Path) -> Check {
    let free = match wiring::free_bytes(folder) {
        Ok(free) => free,
        Err(error) => {
            let fix = "see whether the disk is mounted";
            return Check::warning("disk", format!("cannot be measured: {error}"), fix);
        }
    };
    let detail = format!("{} MiB free", free >> 20);
    let fix = "free some room on the disk of the data directory";
    match free {
        ..FREE_NONE => Check::error("disk", detail, fix),
        FREE_NONE..FREE_LOW => Check::warning("disk", detail, fix),
        FREE_LOW.. => Check::ok("disk", detail),
    }
}

/// Tokens, periods and certificates all hang on the clock.
fn clock(settings: &Settings) -> Check {
    let now = Clock::default().machine();
    let detail = now.to_rfc3339();
    let fix = "set the clock of the machine, best by NTP";
    if now < EARLIEST {
        return Check::error("clock", format!("{detail} is in the past"), fix);
    }
    match newest(settings) {
        Some(written) if written > now.plus(i64::try_from(TOLERANCE.as_millis()).unwrap_or(0)) => {
            let what = format!(
                "{detail}, but the database was written at {}",
                written.to_rfc3339()
            );
            Check::error("clock", what, fix)
        }
        _ => Check::ok("clock", detail),
    }
}

/// The SQLite inside this binary. Versions before the least one can lose a write-ahead log that is reset.
fn sqlite(settings: &Settings) -> Option<Check> {
    if !matches!(settings.database, DatabaseUrl::Sqlite(_)) {
        return None;
    }
    let version = rusqlite::version();
    let fix = "build dream-api with the SQLite that its Cargo.lock names";
    Some(if rusqlite::version_number() < SQLITE_LEAST {
        Check::error("sqlite", format!("{version} is older than 3.51.3"), fix)
    } else {
        Check::ok("sqlite", version)
    })
}

/// Who takes payments; in development also whether the sandbox can be reached.
fn payments(settings: &Settings) -> Vec<Check> {
    let [live, test] = settings.takers().map(Taker::as_str);
    let takers = Check::ok("payments", format!("live: {live}, test: {test}"));
    let sandbox = settings.uses_sandbox().then(|| sandbox(settings));
    std::iter::once(takers).chain(sandbox).collect()
}

fn sandbox(settings: &Settings) -> Check {
    let place = sandbox::place(settings);
    let asked = settings.sandbox_listen;
    let address = place.remembered(asked).unwrap_or(asked);
    if !place.is_held() {
        let detail =
            format!("{address} will be taken by the server, or another port if it is in use");
        return Check::ok("sandbox", detail);
    }
    match TcpStream::connect_timeout(&address, REACHED_WITHIN) {
        Ok(_) => Check::ok("sandbox", format!("answers at http://{address}")),
        Err(error) => Check::error(
            "sandbox",
            format!("runs and does not answer at {address}: {error}"),
            "restart the server, which starts it again",
        ),
    }
}

/// When the database file was last written.
fn newest(settings: &Settings) -> Option<Millis> {
    let DatabaseUrl::Sqlite(path) = &settings.database else {
        return None;
    };
    let written: SystemTime = std::fs::metadata(path).and_then(|m| m.modified()).ok()?;
    let since = written.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok().map(Millis)
}

/// What the running server says of itself.
fn running(status: &Value) -> Vec<Check> {
    let text = |pointer: &str| status.pointer(pointer).and_then(Value::as_str);
    let url = text("/publicUrl").unwrap_or_default();
    let process = status.pointer("/process").and_then(Value::as_u64);
    let version = text("/version").unwrap_or_default();
    let detail = format!(
        "process {} serves {url} (version {version})",
        process.unwrap_or_default()
    );
    let server = if version == env!("CARGO_PKG_VERSION") {
        Check::ok(RUNNING, detail)
    } else {
        let fix = format!("restart the server to run {}", env!("CARGO_PKG_VERSION"));
        Check::warning(RUNNING, detail, fix)
    };
    let engine = text("/engine").unwrap_or_default();
    vec![
        server,
        Check::ok("database", format!("{engine}, can be written")),
    ]
}

/// Opens the database as a start would. One that is not there yet is not made.
fn database(settings: &Settings) -> Check {
    let is_new = matches!(&settings.database, DatabaseUrl::Sqlite(path) if !path.exists());
    if is_new {
        return Check::ok("database", "will be made by the first start");
    }
    let opened = wiring::block_on(async {
        let opened = wiring::open(settings).await?;
        let engine = opened.db.engine();
        opened.db.close().await;
        Ok::<_, Failure>(engine)
    });
    match opened {
        Ok(engine) => Check::ok("database", format!("{engine}, opens and is up to date")),
        Err(failure) => Check::error(
            "database",
            failure.summary(),
            "do what the message says; `dream-api restore` puts a backup in its place",
        ),
    }
}
