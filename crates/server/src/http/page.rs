//! Lists page by key: `limit`, and a cursor that is bound to its tenant and list (rules 9).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dream_domain::error::{Code, Result};
use sha2::{Digest as _, Sha256};

use crate::http::body::wrong;

/// The most rows of a page, and how many come unasked.
const LIMIT_MAX: i64 = 100;
const LIMIT_DEFAULT: i64 = 25;

/// Reads `limit`: 1 to 100, 25 unasked.
pub(crate) fn limit(text: Option<&str>) -> Result<i64> {
    let Some(text) = text else {
        return Ok(LIMIT_DEFAULT);
    };
    match text.parse::<i64>() {
        Ok(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
        _ => Err(wrong("limit", "must be a whole number from 1 to 100")),
    }
}

/// A page of rows that were read with one more than `limit`, and whether there are more.
pub(crate) fn cut<T>(mut rows: Vec<T>, limit: i64) -> (Vec<T>, bool) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    (rows, has_more)
}

/// The cursor of the row a page ended with.
pub(crate) fn cursor(secret: &[u8], list: &str, last: &str) -> String {
    let mut bytes = seal(secret, list, last).to_vec();
    bytes.extend_from_slice(last.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The row a cursor names, if there is one; 422 if it was made for another list or tampered with.
pub(crate) fn position(secret: &[u8], list: &str, cursor: Option<&str>) -> Result<Option<String>> {
    let Some(cursor) = cursor else {
        return Ok(None);
    };
    let refused = || {
        Code::InvalidCursor
            .error("The cursor does not belong to this list; start again without one")
    };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused())?;
    let (tag, last) = bytes.split_at_checked(8).ok_or_else(refused)?;
    let last = std::str::from_utf8(last).map_err(|_| refused())?;
    if tag != seal(secret, list, last) {
        return Err(refused());
    }
    Ok(Some(last.to_owned()))
}

fn seal(secret: &[u8], list: &str, last: &str) -> [u8; 8] {
    let mut hash = Sha256::new();
    for part in [secret, list.as_bytes(), last.as_bytes(), secret] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let mut tag = [0; 8];
    tag.copy_from_slice(&hash.finalize()[..8]);
    tag
}
