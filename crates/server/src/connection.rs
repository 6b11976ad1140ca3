//! Connections: accepted up to a limit, served with our own timers, drained at the end.
//!
//! A connection is idle, reads a head, or works on a request; each state has its own patience. The state
//! is one number that the reader and the service write, and a watch that looks at it now and then closes
//! those that ran out of time.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::app::App;
use crate::front::Front;

/// The largest head of a request that is read at all; what is far beyond answers 431 without a body.
const HEAD_MAX: usize = 128 * 1024;
/// The most header lines that are parsed.
const HEADERS_MAX: usize = 256;
/// How often the watch looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Serves until told to stop, then lets running requests finish.
pub(crate) async fn serve(
    app: App,
    front: Front,
    listener: TcpListener,
    mut stop: watch::Receiver<bool>,
) {
    let slots = Arc::new(Semaphore::new(slots(app.config.limits.connections)));
    let mut running = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accept(&listener, &slots) => accepted,
            Some(_) = running.join_next(), if !running.is_empty() => continue,
        };
        let Some((stream, peer, slot)) = accepted else {
            continue;
        };
        let (app, front, stop) = (app.clone(), front.clone(), stop.clone());
        running.spawn(async move {
            app.metrics.connections.increment(1.0);
            connection(&app, front, stream, peer, stop).await;
            app.metrics.connections.decrement(1.0);
            drop(slot);
        });
    }
    drop(listener);
    let drained = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(app.config.http.shutdown_timeout, drained)
        .await
        .is_err()
    {
        tracing::warn!("some requests did not finish in time and were cut off");
    }
}

/// How many connections may be open at once; 0 is no limit.
fn slots(limit: usize) -> usize {
    if limit == 0 {
        Semaphore::MAX_PERMITS
    } else {
        limit.min(Semaphore::MAX_PERMITS)
    }
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let slot = slots.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, slot)),
        Err(error) => {
            // Out of file descriptors, most likely: give running connections a moment to end.
            tracing::warn!(cause = %error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn connection(
    app: &App,
    front: Front,
    stream: TcpStream,
    peer: SocketAddr,
    mut stop: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let phase = Arc::new(Phase::new(app.clock.instant()));
    let io = TokioIo::new(Watched {
        stream,
        phase: phase.clone(),
    });
    let service = {
        let phase = phase.clone();
        hyper::service::service_fn(move |request| {
            phase.enter(WORK);
            let (front, phase) = (front.clone(), phase.clone());
            async move {
                let response = front.call(request, peer).await;
                phase.enter(IDLE);
                Ok::<_, Infallible>(response)
            }
        })
    };
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(HEAD_MAX)
        .max_headers(HEADERS_MAX)
        .half_close(false);
    let mut connection = std::pin::pin!(builder.serve_connection(io, service));
    let mut told = false;
    loop {
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = stop.wait_for(|stop| *stop), if !told => {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
            () = tokio::time::sleep(LOOK_EVERY) => {
                if phase.ran_out(app) {
                    return;
                }
            }
        }
    }
}

const IDLE: u64 = 0;
const HEAD: u64 = 1;
const WORK: u64 = 2;

/// What a connection is doing and since when: milliseconds since it began, and the state in two bits.
struct Phase {
    began: Instant,
    state: AtomicU64,
}

impl Phase {
    fn new(began: Instant) -> Self {
        Self {
            began,
            state: AtomicU64::new(HEAD),
        }
    }

    fn enter(&self, state: u64) {
        let since = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX >> 2);
        self.state.store(since << 2 | state, Ordering::Release);
    }

    fn state(&self) -> u64 {
        self.state.load(Ordering::Acquire) & 3
    }

    fn ran_out(&self, app: &App) -> bool {
        let now = self.state.load(Ordering::Acquire);
        let since = Duration::from_millis(now >> 2);
        let spent = self.began.elapsed().saturating_sub(since);
        match now & 3 {
            IDLE => spent >= app.config.http.idle_timeout,
            HEAD => spent >= app.config.http.header_timeout,
            // A body has its own time-out; a client that does not read its answer is given as long again.
            _ => spent >= app.config.http.body_timeout + app.config.http.idle_timeout,
        }
    }
}

/// A stream that notices the first bytes of a request.
struct Watched {
    stream: TcpStream,
    phase: Arc<Phase>,
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before && self.phase.state() == IDLE {
            self.phase.enter(HEAD);
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
