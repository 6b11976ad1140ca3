//! Just enough of HTTP/1.1 answers to know their status and where they end.

use crate::failure::{Failure, Result};

/// Status of an answer and its length, head and body together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) bytes: usize,
}

/// Measures the answer that begins these bytes; none while its head is incomplete.
///
/// # Errors
/// The answer has no `content-length`, or is not HTTP/1.1.
pub(super) fn measure(bytes: &[u8]) -> Result<Option<Head>> {
    let Some(end) = head_end(bytes) else {
        return Ok(None);
    };
    let head = &bytes[..end];
    match (status(head), content_length(head)) {
        (Some(status), Some(body)) => Ok(Some(Head {
            status,
            bytes: end + body,
        })),
        _ => Err(Failure::new(format!(
            "an answer without status or content-length: {}",
            String::from_utf8_lossy(head)
        ))),
    }
}

/// Where the body begins. Looks at every fourth byte, since the end of a head is four of a kind.
fn head_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 3;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' if bytes[..=at].ends_with(b"\r\n\r\n") => return Some(at + 1),
            b'\r' | b'\n' => at += 1,
            _ => at += 4,
        }
    }
    None
}

fn status(head: &[u8]) -> Option<u16> {
    let digits = head.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn content_length(head: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length:";
    let mut rest = head;
    loop {
        let next = rest.iter().position(|&byte| byte == b'\n')? + 1;
        rest = &rest[next..];
        let name = rest.get(..NAME.len())?;
        if name.eq_ignore_ascii_case(NAME) {
            let end = rest.iter().position(|&byte| byte == b'\r')?;
            let number = std::str::from_utf8(&rest[NAME.len()..end]).ok()?;
            return number.trim().parse().ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] =
        b"HTTP/1.1 403 Forbidden\r\nx: y\r\nContent-Length: 5\r\ndate: today\r\n\r\nhello";

    #[test]
    fn status_and_length_are_read_however_the_head_is_aligned() {
        for padding in 0..8 {
            let text = String::from_utf8_lossy(ANSWER).replace("today", &"d".repeat(padding));
            let found = measure(text.as_bytes()).unwrap().unwrap();
            assert_eq!((found.status, found.bytes), (403, text.len()));
        }
    }

    #[test]
    fn an_incomplete_head_says_nothing_yet() {
        let end = ANSWER.len() - 5;
        assert_eq!(measure(&ANSWER[..end - 1]).unwrap(), None);
        assert!(measure(&ANSWER[..end]).unwrap().is_some());
    }

    #[test]
    fn an_answer_of_unknown_length_is_an_error() {
        assert!(measure(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    }
}
