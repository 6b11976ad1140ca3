//! The log of the server: standard error, written by a thread of its own.

use std::io::{self, IsTerminal as _};

use dream_server::log::{Log, Writer};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::settings::groups::{self, LogFormat, LogLevel};

/// Starts the log and sends all events of the program to it. Answers the log that takes a line per request,
/// which keeps nothing above the level `info`, and the writer, which must be dropped last.
pub(crate) fn start_log(log: groups::Log) -> (Log, Writer) {
    let is_terminal = io::stderr().is_terminal();
    let is_text = match log.format {
        LogFormat::Auto => is_terminal,
        LogFormat::Json => false,
        LogFormat::Text => true,
    };
    let (door, writer) = Log::start(io::stderr(), is_text);
    let events = door.clone();
    let builder = fmt()
        .with_env_filter(EnvFilter::new(log.level.as_str()))
        .with_writer(move || events.event());
    // It fails only if there is a log already, which then goes on.
    let _ = if is_text {
        builder.with_ansi(is_terminal).with_target(false).try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
    let has_requests = !matches!(log.level, LogLevel::Error | LogLevel::Warn);
    (if has_requests { door } else { Log::none() }, writer)
}
