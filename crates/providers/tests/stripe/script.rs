//! A server that answers what it is told, and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the server does next.
pub(crate) enum Turn {
    /// Status, further lines of the head, body.
    Answer(u16, &'static str, String),
    /// Closes the connection without a word.
    Cut,
    /// Says nothing for a minute.
    Hang,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    head: String,
    pub(crate) body: String,
}

pub(crate) struct Script {
    pub(crate) base: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

pub(crate) fn answer(status: u16, body: &str) -> Turn {
    Turn::Answer(status, "", body.to_owned())
}

impl Request {
    /// `POST /v1/customers`.
    pub(crate) fn line(&self) -> &str {
        self.head.split(" HTTP/").next().unwrap()
    }

    /// A header; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map_or("", |(_, value)| value)
    }
}

impl Script {
    /// Plays the turns, one per request; the last one again and again.
    pub(crate) async fn play(turns: Vec<Turn>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(serve(listener, requests.clone(), turns.into()));
        Self { base, requests }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().clone()
    }

    /// Waits until so many requests came.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Request> {
        for _ in 0..200 {
            if self.requests().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let requests = self.requests();
        assert!(requests.len() >= count, "{requests:?}");
        requests
    }
}

async fn serve(
    listener: TcpListener,
    requests: Arc<Mutex<Vec<Request>>>,
    mut turns: VecDeque<Turn>,
) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let Some(request) = read(&mut stream).await else {
            continue;
        };
        requests.lock().push(request);
        let turn = match turns.len() {
            1 => turns.front().map(again).unwrap(),
            _ => turns.pop_front().unwrap(),
        };
        tokio::spawn(take(stream, turn));
    }
}

fn again(turn: &Turn) -> Turn {
    match turn {
        Turn::Answer(status, head, body) => Turn::Answer(*status, head, body.clone()),
        Turn::Cut => Turn::Cut,
        Turn::Hang => Turn::Hang,
    }
}

async fn take(mut stream: TcpStream, turn: Turn) {
    match turn {
        Turn::Cut => {}
        Turn::Hang => tokio::time::sleep(Duration::from_mins(1)).await,
        Turn::Answer(status, head, body) => {
            let length = body.len();
            let text = format!(
                "HTTP/1.1 {status} told\r\n{head}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
            // Who asked may have stopped reading.
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.ok()?;
        bytes.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8(bytes.clone()).ok()?;
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let request = Request {
                head: head.to_owned(),
                body: body.to_owned(),
            };
            let length = request.header("content-length").parse().unwrap_or(0);
            if body.len() >= length {
                return Some(request);
            }
        }
        if count == 0 {
            return None;
        }
    }
}
