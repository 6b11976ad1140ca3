//! How a picture is handed out: to be kept for ever, and to be nothing but a picture.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use dream_providers::objects::Object;
use dream_store::assets::Asset;

/// The picture, piece by piece as it is read.
pub(super) fn picture(asset: &Asset, object: Object) -> Response {
    let length = object.length();
    let mut response = Body::from_stream(object.bytes()).into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&asset.content_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CONTENT_LENGTH, length.into());
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("inline"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    headers.insert(
        CROSS_ORIGIN_RESOURCE_POLICY,
        HeaderValue::from_static("cross-origin"),
    );
    for_ever(headers, asset);
    response
}

/// The answer to those who have it.
pub(super) fn unchanged(asset: &Asset) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    for_ever(response.headers_mut(), asset);
    response
}

/// Whether the caller has a copy (RFC 9110, 13.1.2).
pub(super) fn has(headers: &HeaderMap, asset: &Asset) -> bool {
    let tag = tag(asset);
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut known = known.filter_map(|value| value.to_str().ok());
    known.any(|list| {
        list.split(',')
            .map(|one| one.trim().trim_start_matches("W/"))
            .any(|one| one == "*" || one == tag)
    })
}

fn for_ever(headers: &mut HeaderMap, asset: &Asset) {
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    if let Ok(tag) = HeaderValue::from_str(&tag(asset)) {
        headers.insert(header::ETAG, tag);
    }
}

fn tag(asset: &Asset) -> String {
    format!("\"{}\"", asset.key)
}

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");
