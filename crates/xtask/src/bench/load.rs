//! The load generator: one thread, many keep-alive connections, one call at a time on each.

use super::request::Requests;
use super::response;
use crate::clock;
use crate::failure::{Explain, Failure, Result};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

/// A fresh connection's buffer; a longer answer makes it grow.
const BUFFER_BYTES: usize = 16 * 1024;

/// What one round of calls came to.
#[derive(Default)]
pub(super) struct Round {
    /// Answers by status.
    pub(super) statuses: BTreeMap<u16, u64>,
    pub(super) elapsed: Duration,
    /// Time on the processor that the generator itself took.
    pub(super) busy: Duration,
    /// Of each call, in microseconds.
    pub(super) latencies: Vec<u32>,
}

impl Round {
    /// All answers, whatever their status.
    pub(super) fn answers(&self) -> u64 {
        self.statuses.values().sum()
    }
}

/// Calls `address` over so many connections until `limit` has passed or the requests have run out.
///
/// The generator's thread stays on core `core`, if one is given.
pub(super) fn run(
    address: &str,
    requests: &Arc<Requests>,
    connections: usize,
    limit: Duration,
    core: Option<usize>,
) -> Result<Round> {
    let address = address.to_owned();
    let requests = Arc::clone(requests);
    let generator = std::thread::spawn(move || {
        if let Some(core) = core {
            pin_this_thread(core);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .explain("a runtime could not be made")?;
        LocalSet::new().block_on(&runtime, generate(&address, requests, connections, limit))
    });
    match generator.join() {
        Ok(round) => round,
        Err(_) => Err(Failure::new("the load generator stopped unexpectedly")),
    }
}

/// What the connections of one round share.
struct Shared {
    requests: Arc<Requests>,
    is_over: Cell<bool>,
    round: RefCell<Round>,
}

async fn generate(
    address: &str,
    requests: Arc<Requests>,
    connections: usize,
    limit: Duration,
) -> Result<Round> {
    let shared = Rc::new(Shared {
        requests,
        is_over: Cell::new(false),
        round: RefCell::default(),
    });
    let mut streams = Vec::new();
    for _ in 0..connections {
        let stream = TcpStream::connect(address).await.explain("no connection")?;
        stream.set_nodelay(true).explain("no delay")?;
        streams.push(stream);
    }
    let (start, busy) = (clock::now(), busy_time());
    let tasks: Vec<_> = streams
        .into_iter()
        .map(|stream| tokio::task::spawn_local(converse(stream, Rc::clone(&shared))))
        .collect();
    let timer = tokio::task::spawn_local(end_after(limit, Rc::clone(&shared)));
    for task in tasks {
        task.await.explain("a connection's task")??;
    }
    timer.abort();
    let mut round = shared.round.take();
    round.elapsed = start.elapsed();
    round.busy = busy_time().saturating_sub(busy);
    Ok(round)
}

async fn end_after(limit: Duration, shared: Rc<Shared>) {
    tokio::time::sleep(limit).await;
    shared.is_over.set(true);
}

async fn converse(mut stream: TcpStream, shared: Rc<Shared>) -> Result<()> {
    let mut request = Vec::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    while !shared.is_over.get() && shared.requests.next(&mut request) {
        let start = clock::now();
        stream.write_all(&request).await.explain("sending failed")?;
        let status = receive(&mut stream, &mut buffer).await?;
        let mut round = shared.round.borrow_mut();
        *round.statuses.entry(status).or_default() += 1;
        let micros = u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX);
        round.latencies.push(micros);
    }
    Ok(())
}

/// Reads one answer to its end and returns its status.
async fn receive(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<u16> {
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            buffer.resize(2 * filled, 0);
        }
        let read = stream.read(&mut buffer[filled..]).await;
        let count = read.explain("receiving failed")?;
        if count == 0 {
            return Err(Failure::new("the server closed a keep-alive connection"));
        }
        filled += count;
        if let Some(head) = response::measure(&buffer[..filled])? {
            if filled > head.bytes {
                return Err(Failure::new("the server sent more than it announced"));
            }
            if filled == head.bytes {
                return Ok(head.status);
            }
        }
    }
}

/// Moves this thread to one core; without `taskset` it stays where it is.
fn pin_this_thread(core: usize) {
    let Ok(link) = std::fs::read_link("/proc/thread-self") else {
        return;
    };
    let Some(thread) = link.file_name() else {
        return;
    };
    // A generator that is not pinned measures too, only less steadily.
    let _ = Command::new("taskset")
        .args(["-c", "-p", &core.to_string()])
        .arg(thread)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// Time that this thread has spent on a processor; zero where the system does not say.
fn busy_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::request::{USER, Users};
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::post;

    /// A server on a thread of its own that refuses every user but number 0.
    fn server() -> String {
        let (sender, address) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                sender.send(listener.local_addr().unwrap()).unwrap();
                let reply = |body: String| async move {
                    match body.as_str() {
                        "0000000000" => (StatusCode::OK, "a".repeat(100_000)),
                        _ => (StatusCode::FORBIDDEN, String::new()),
                    }
                };
                let routes = Router::new().route("/", post(reply));
                axum::serve(listener, routes).await.unwrap();
            });
        });
        address.recv().unwrap().to_string()
    }

    #[test]
    fn every_call_is_made_and_counted_by_status() {
        let text = crate::http::request("test", "POST", "/", &[], USER);
        let requests = Arc::new(Requests::new(&[text], Users::Once(1_000)));
        let limit = Duration::from_mins(1);
        let round = run(&server(), &requests, 7, limit, None).unwrap();
        assert_eq!(round.statuses, BTreeMap::from([(200, 1), (403, 999)]));
        assert_eq!(round.latencies.len() as u64, round.answers());
    }

    #[test]
    fn a_round_ends_when_its_time_is_over() {
        let text = crate::http::request("test", "POST", "/", &[], USER);
        let requests = Arc::new(Requests::new(&[text], Users::Uniform(10)));
        let round = run(&server(), &requests, 3, Duration::from_millis(50), None).unwrap();
        assert!(round.answers() > 0);
    }
}
