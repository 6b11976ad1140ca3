//! One captured answer, which the yardstick servers send again and again.

use crate::failure::{Explain, Failure, Result};
use crate::http;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use std::path::Path;

/// What the HTTP library adds by itself; sent once more, they would stand there twice.
const ADDED_BY_SERVER: &[&str] = &["connection", "content-length", "date", "transfer-encoding"];

/// Status, headers and body of an answer.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Writes an answer of the real server to a file for [`load`].
pub(super) fn save(answer: &http::Answer, file: &Path) -> Result<()> {
    let mut bytes = answer.head.clone().into_bytes();
    bytes.extend_from_slice(b"\r\n\r\n");
    bytes.extend_from_slice(&answer.body);
    std::fs::write(file, bytes).explain("the captured answer could not be written")
}

/// Reads a captured answer.
pub(super) fn load(file: &Path) -> Result<Answer> {
    let bytes = std::fs::read(file).explain("the captured answer could not be read")?;
    let captured = http::parse(&bytes).explain("the captured answer is not HTTP")?;
    let mut headers = HeaderMap::new();
    for line in captured.head.lines().skip(1) {
        let (name, value) = line.split_once(':').explain("a header has no colon")?;
        if ADDED_BY_SERVER.contains(&name.to_ascii_lowercase().as_str()) {
            continue;
        }
        let name = HeaderName::from_bytes(name.as_bytes()).explain("a header's name")?;
        let value = HeaderValue::from_str(value.trim()).explain("a header's value")?;
        headers.append(name, value);
    }
    let status = StatusCode::from_u16(captured.status)
        .map_err(|_| Failure::new("the captured status is none"))?;
    Ok(Answer {
        status,
        headers,
        body: captured.body.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_survives_its_file_without_what_the_server_adds() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let head = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\ndate: now\r\ncontent-length: 2";
        let answer = http::Answer {
            status: 403,
            head: head.to_owned(),
            body: b"{}".to_vec(),
        };
        save(&answer, file.path()).unwrap();
        let loaded = load(file.path()).unwrap();
        assert_eq!(loaded.status, 403);
        assert_eq!(loaded.headers.len(), 1);
        assert_eq!(loaded.headers["content-type"], "application/json");
        assert_eq!(&loaded.body[..], b"{}");
    }
}
