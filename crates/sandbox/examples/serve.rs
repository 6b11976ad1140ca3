//! A sandbox alone: `serve <folder> [port]`. Says its address on standard output and ends with its input.

#![expect(clippy::print_stdout, reason = "the caller reads the address")]

use std::io::Read as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name a folder")?);
    let port = arguments.next().map_or(Ok(0), |port| port.parse::<u16>())?;
    let running = dream_sandbox::start(dream_sandbox::Options {
        listener: TcpListener::bind(("127.0.0.1", port))?,
        folder,
        clock: Arc::new(now),
        machine: Arc::new(now),
        random: Arc::new(random),
    })?;
    println!("http://{}", running.address);
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    running.stop().await;
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a process of its own reads the machine's clock"
)]
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_secs()).unwrap_or(i64::MAX)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a process of its own reads the machine's randomness"
)]
fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).unwrap_or_default();
}
