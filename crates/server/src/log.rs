//! The log: one line per request and the events of the program, through one bounded buffer that a
//! thread of its own writes out. When the reader is slower than the server, lines are dropped and counted,
//! never waited for (rules 33).

use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// The most that waits to be written.
const BUFFER_MAX: usize = 4 << 20;
/// How long a line may wait.
const FLUSH_EVERY: Duration = Duration::from_millis(100);

/// The door to the log. Cheap to clone.
#[derive(Clone)]
pub struct Log {
    inner: Arc<Inner>,
}

struct Inner {
    buffer: Mutex<Buffer>,
    wake: Condvar,
    dropped: AtomicU64,
    text: bool,
}

#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    closed: bool,
}

/// Writes out until closed; join it last.
pub struct Writer {
    log: Log,
    thread: Option<JoinHandle<()>>,
}

impl Log {
    /// Starts a log that writes to `out`: JSON lines, or text for a person's terminal.
    pub fn start(mut out: impl Write + Send + 'static, text: bool) -> (Self, Writer) {
        let inner = Inner {
            buffer: Mutex::default(),
            wake: Condvar::new(),
            dropped: AtomicU64::new(0),
            text,
        };
        let log = Self {
            inner: Arc::new(inner),
        };
        let mine = log.clone();
        let thread = std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || mine.drain(&mut out))
            .ok();
        (log.clone(), Writer { log, thread })
    }

    /// A log that keeps nothing, for commands that only print.
    pub fn none() -> Self {
        let inner = Inner {
            buffer: Mutex::new(Buffer {
                bytes: Vec::new(),
                closed: true,
            }),
            wake: Condvar::new(),
            dropped: AtomicU64::new(0),
            text: false,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Lines that were dropped since the start.
    pub fn dropped(&self) -> u64 {
        self.inner.dropped.load(Ordering::Relaxed)
    }

    /// Whether lines are for a person's terminal.
    pub fn is_text(&self) -> bool {
        self.inner.text
    }

    fn append(&self, line: &[u8]) {
        let mut buffer = self.inner.buffer.lock();
        if buffer.closed {
            return;
        }
        if buffer.bytes.len() + line.len() > BUFFER_MAX {
            self.inner.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        buffer.bytes.extend_from_slice(line);
        if buffer.bytes.len() > BUFFER_MAX / 4 {
            self.inner.wake.notify_one();
        }
    }

    fn drain(&self, out: &mut impl Write) {
        let mut told = 0;
        let mut bytes = Vec::new();
        loop {
            let closed = {
                let mut buffer = self.inner.buffer.lock();
                if buffer.bytes.len() <= BUFFER_MAX / 4 && !buffer.closed {
                    self.inner.wake.wait_for(&mut buffer, FLUSH_EVERY);
                }
                std::mem::swap(&mut bytes, &mut buffer.bytes);
                buffer.closed
            };
            let dropped = self.dropped();
            if dropped > told {
                let _ = writeln!(
                    bytes,
                    "{{\"level\":\"WARN\",\"message\":\"log lines were dropped\",\"total\":{dropped}}}"
                );
                told = dropped;
            }
            // A log that cannot be written must not stop the server.
            let _ = out.write_all(&bytes).and_then(|()| out.flush());
            bytes.clear();
            if closed {
                return;
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.log.inner.buffer.lock().closed = true;
        self.log.inner.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What one request left behind. Holds no query, no header and no body: nothing secret can slip in.
pub(crate) struct Line<'a> {
    pub(crate) at_ms: i64,
    pub(crate) request_id: &'a str,
    pub(crate) method: &'a str,
    /// The route as registered, such as `/api/customers/{id}`: no id of a person.
    pub(crate) route: &'a str,
    pub(crate) status: u16,
    pub(crate) micros: u128,
}

impl Log {
    /// Writes the line of a request.
    pub(crate) fn request(&self, line: &Line<'_>) {
        let mut text = String::with_capacity(192);
        let Line {
            at_ms,
            request_id,
            method,
            route,
            status,
            micros,
        } = line;
        let _ = if self.inner.text {
            writeln!(text, "{status} {method} {route} {micros}µs {request_id}")
        } else {
            writeln!(
                text,
                "{{\"at\":{at_ms},\"level\":\"INFO\",\"message\":\"request\",\"requestId\":\"{request_id}\",\"method\":\"{method}\",\"route\":\"{route}\",\"status\":{status},\"micros\":{micros}}}"
            )
        };
        self.append(text.as_bytes());
    }
}

/// One event of the program on its way to the log.
pub struct Event {
    log: Log,
    bytes: Vec<u8>,
}

impl Write for Event {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        self.log.append(&self.bytes);
    }
}

impl Log {
    /// A place for one event; what is written appears as one piece.
    pub fn event(&self) -> Event {
        Event {
            log: self.clone(),
            bytes: Vec::new(),
        }
    }
}
