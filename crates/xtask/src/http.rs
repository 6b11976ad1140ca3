//! The little HTTP that chores need: one request, one answer, over a fresh connection.

use crate::failure::{Explain, Result};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// One answer: its status, its head as sent, its body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// Sends one request to `address` (host:port) and reads the answer to the end of the connection.
pub(crate) fn call(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Answer> {
    exchange(address, &request(address, method, path, headers, body))
}

/// Sends the text of a request over a connection of its own, which ends with the answer.
pub(crate) fn exchange(address: &str, request: &str) -> Result<Answer> {
    let request = request.replacen("\r\n\r\n", "\r\nconnection: close\r\n\r\n", 1);
    let mut stream = TcpStream::connect(address).explain("no connection")?;
    let limit = Some(Duration::from_secs(30));
    stream.set_read_timeout(limit).explain("no time-out")?;
    stream
        .write_all(request.as_bytes())
        .explain("nothing could be sent")?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).explain("no answer came")?;
    parse(&bytes).explain("the answer is not HTTP")
}

/// The text of a keep-alive request; the body follows the head directly.
pub(crate) fn request(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n");
    for (name, value) in headers {
        text += &[name, ": ", value, "\r\n"].concat();
    }
    if !body.is_empty() {
        text += "content-type: application/json\r\n";
    }
    if method != "GET" {
        text += &["content-length: ", &body.len().to_string(), "\r\n"].concat();
    }
    text + "\r\n" + body
}

/// Takes an answer apart at the end of its head; none if that is not there.
pub(crate) fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = bytes[end + 4..].to_vec();
    Some(Answer { status, head, body })
}
