//! Being told to stop: the first signal lets running calls finish, the second one does not wait.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::failure::Failure;
use crate::output;

/// What shells answer for a process that was interrupted.
const INTERRUPTED: i32 = 130;

/// Begins to listen; the value becomes true with the first SIGTERM or SIGINT.
pub(crate) fn watch() -> Result<watch::Receiver<bool>, Failure> {
    let signals = || -> io::Result<(Signal, Signal)> {
        Ok((
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        ))
    };
    let (mut terminate, mut interrupt) =
        signals().map_err(|error| Failure::new(format!("Signals cannot be received: {error}")))?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        next(&mut terminate, &mut interrupt).await;
        tracing::info!("stopping; a second signal stops at once");
        sender.send_replace(true);
        next(&mut terminate, &mut interrupt).await;
        output::warning("stopped before running calls had finished");
        std::process::exit(INTERRUPTED);
    });
    Ok(receiver)
}

async fn next(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
