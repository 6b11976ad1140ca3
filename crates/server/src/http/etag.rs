//! Answers that are asked for again and again: 304 while they are as they were.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use dream_domain::text::hex;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// The answers that the caller has already. A handler that takes it answers with [`Known::answer`].
#[derive(Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct Known {
    /// The `ETag` of an answer that is still at hand
    #[param(rename = "If-None-Match")]
    tags: Option<String>,
}

impl Known {
    /// The answer with its weak tag, or 304 if the caller has it. Callers keep it themselves: it is as personal as
    /// others, so no cache may store it.
    pub(crate) fn answer(&self, body: &impl Serialize) -> Response {
        let text = serde_json::to_vec(body).unwrap_or_default();
        let tag = tag(&text);
        let mut response = if self.has(&tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let json = HeaderValue::from_static("application/json");
            ([(header::CONTENT_TYPE, json)], text).into_response()
        };
        let out = response.headers_mut();
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            out.insert(header::ETAG, tag);
        }
        // Whoever asks again keeps the answer in memory; a browser stores none (cases SES-05).
        out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    /// Whether one of the tags that the caller names is this one; weak ones compare as strong ones do (RFC 9110,
    /// 13.1.2).
    fn has(&self, tag: &str) -> bool {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let mut named = self.tags.iter().flat_map(|tags| tags.split(','));
        named.any(|one| one.trim() == "*" || opaque(one) == opaque(tag))
    }
}

impl<S: Sync> FromRequestParts<S> for Known {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let lines = parts.headers.get_all(header::IF_NONE_MATCH).iter();
        let lines: Vec<_> = lines.filter_map(|line| line.to_str().ok()).collect();
        let tags = (!lines.is_empty()).then(|| lines.join(","));
        Ok(Self { tags })
    }
}

fn tag(body: &[u8]) -> String {
    format!("W/\"{}\"", hex(&Sha256::digest(body)[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(tags: &str, body: &str) -> u16 {
        let tags = Some(tags.to_owned());
        Known { tags }.answer(&body).status().as_u16()
    }

    #[test]
    fn tag_of_the_same_body_is_304() {
        let first = Known::default().answer(&"a");
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
