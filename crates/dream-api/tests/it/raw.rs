//! Requests byte by byte, for what no client library would send.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::api::Api;
use crate::server::PATIENCE;

/// An answer as it came.
#[derive(Debug, Default)]
pub(crate) struct RawReply {
    pub(crate) status: u16,
    /// In lower case.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A connection.
pub(crate) struct Raw {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Raw {
    pub(crate) async fn open(api: &Api) -> Self {
        Self {
            stream: TcpStream::connect(api.address()).await.unwrap(),
            unread: Vec::new(),
        }
    }

    /// Sends as much as the other side takes.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Reads one answer; none if the other side closed without one.
    pub(crate) async fn reply(&mut self) -> Option<RawReply> {
        let end = loop {
            let found = self.unread.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = found {
                break end;
            }
            if !self.read_more().await {
                return None;
            }
        };
        let rest = self.unread.split_off(end + 4);
        let head = String::from_utf8_lossy(&self.unread).to_lowercase();
        self.unread = rest;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |text| text.trim().parse().unwrap());
        while self.unread.len() < length && self.read_more().await {}
        let rest = self.unread.split_off(length.min(self.unread.len()));
        let body = String::from_utf8_lossy(&self.unread).into_owned();
        self.unread = rest;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Some(RawReply { status, head, body })
    }

    /// Waits until the other side closes.
    pub(crate) async fn is_closed(&mut self) -> bool {
        let closing = async { while self.read_more().await {} };
        tokio::time::timeout(PATIENCE, closing).await.is_ok()
    }

    /// Says that nothing more comes.
    pub(crate) async fn finish(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Whether nothing is heard for this long.
    pub(crate) async fn stays_silent(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.read_more()).await.is_err()
    }

    async fn read_more(&mut self) -> bool {
        let mut buffer = vec![0; 16 * 1024];
        match self.stream.read(&mut buffer).await {
            Ok(0) | Err(_) => false,
            Ok(read) => {
                self.unread.extend_from_slice(&buffer[..read]);
                true
            }
        }
    }
}

impl RawReply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// Asserts a problem with this status and code.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.head.contains("application/problem+json"), "{self:?}");
        assert!(self.head.contains("x-request-id: req_"), "{self:?}");
        let body = self.json();
        assert_eq!(body["code"], code, "{self:?}");
        assert!(body["message"].is_string() && body["error"].is_string());
    }
}

/// Sends one request on a connection of its own; none if it was closed without an answer.
pub(crate) async fn exchange(api: &Api, request: impl AsRef<[u8]>) -> Option<RawReply> {
    let mut raw = Raw::open(api).await;
    raw.send(request).await;
    let reply = tokio::time::timeout(PATIENCE, raw.reply()).await;
    reply.expect("an answer in time")
}
