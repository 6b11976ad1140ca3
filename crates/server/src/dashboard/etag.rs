//! Answers that are asked for again and again: 304 while they are as they were.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use dream_domain::text::hex;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// The answer with its weak tag, or 304 if the caller has it.
pub(super) fn answer(headers: &HeaderMap, body: &impl Serialize) -> Response {
    let text = serde_json::to_vec(body).unwrap_or_default();
    let tag = tag(&text);
    let mut response = if has(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let json = HeaderValue::from_static("application/json");
        ([(header::CONTENT_TYPE, json)], text).into_response()
    };
    let out = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    let private = HeaderValue::from_static("private, no-cache");
    out.insert(header::CACHE_CONTROL, private);
    response
}

fn tag(body: &[u8]) -> String {
    format!("W/\"{}\"", hex(&Sha256::digest(body)[..16]))
}

/// Whether one of the tags that the caller names is this one; weak ones compare as strong ones do (RFC 9110, 13.1.2).
fn has(headers: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let named = headers.get_all(header::IF_NONE_MATCH);
    let mut named = named.iter().filter_map(|value| value.to_str().ok());
    named.any(|list| {
        let mut tags = list.split(',');
        tags.any(|one| one.trim() == "*" || opaque(one) == opaque(tag))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(tags: &str, body: &str) -> u16 {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, tags.parse().unwrap());
        answer(&headers, &body).status().as_u16()
    }

    #[test]
    fn tag_of_the_same_body_is_304() {
        let first = answer(&HeaderMap::new(), &"a");
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(first.status(), 200);
        for (tags, body, expected) in [
            (tag.clone(), "a", 304),
            (tag.clone(), "b", 200),
            (format!("\"x\", {tag}"), "a", 304),
            (tag.trim_start_matches("W/").to_owned(), "a", 304),
            ("*".to_owned(), "a", 304),
            ("\"x\"".to_owned(), "a", 200),
        ] {
            assert_eq!(status(&tags, body), expected, "{tags} {body}");
        }
    }
}
