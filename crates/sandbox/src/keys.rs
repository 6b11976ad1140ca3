//! Who calls: any well-formed secret key is its own platform account.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{Connection, OptionalExtension};

use crate::context::Scope;
use crate::hex;
use crate::problem::{Problem, Result};

/// The key of an `Authorization` header: Bearer, or the user name of Basic.
pub(crate) fn from_header(header: Option<&str>) -> Result<String> {
    let Some((scheme, value)) = header.and_then(|header| header.trim().split_once(' ')) else {
        return Err(Problem::unauthorized(NO_KEY));
    };
    let value = value.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(value.to_owned());
    }
    let decoded = STANDARD
        .decode(value)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded {
        Some(pair) if scheme.eq_ignore_ascii_case("basic") => Ok(pair
            .split_once(':')
            .map_or(pair.as_str(), |(user, _)| user)
            .to_owned()),
        _ => Err(Problem::unauthorized(NO_KEY)),
    }
}

/// The account and side that a key opens: a token's, or one made for the key itself.
pub(crate) fn scope(db: &Connection, key: &str) -> Result<Scope> {
    let live = side(key)?;
    let sql = "select account from tokens where token = ?1 and live = ?2 and refresh = 0";
    let of_token: Option<String> = db
        .query_row(sql, (key, live), |row| row.get(0))
        .optional()?;
    if of_token.is_none() && key.contains(TOKEN_MARK) {
        return Err(
            Problem::unauthorized(format!("Expired API Key provided: {}", hidden(key)))
                .with_code("api_key_expired"),
        );
    }
    let account = of_token.unwrap_or_else(|| account_of(key));
    Ok(Scope { account, live })
}

/// What the key of a connected account holds, so that a revoked one is no platform's key.
pub(crate) const TOKEN_MARK: &str = "_connected_";

const NO_KEY: &str = "You did not provide an API key. You need to provide your API key in the Authorization header, \
    using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";

/// Whether the key is one of the live side.
fn side(key: &str) -> Result<bool> {
    if key.starts_with("pk_") {
        let message =
            "This API call cannot be made with a publishable API key. Please use a secret API key.";
        return Err(Problem::unauthorized(message).with_code("secret_key_required"));
    }
    let (live, body) = [
        ("sk_test_", false),
        ("rk_test_", false),
        ("sk_live_", true),
        ("rk_live_", true),
    ]
    .iter()
    .find_map(|(prefix, live)| Some((*live, key.strip_prefix(prefix)?)))
    .ok_or_else(|| invalid(key))?;
    let is_body = (3..=255).contains(&body.len())
        && body
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_body { Ok(live) } else { Err(invalid(key)) }
}

fn account_of(key: &str) -> String {
    let hash = digest::digest(&digest::SHA256, key.as_bytes());
    format!("acct_{}", hex::encode(&hash.as_ref()[..8]))
}

fn invalid(key: &str) -> Problem {
    Problem::unauthorized(format!("Invalid API Key provided: {}", hidden(key)))
}

/// A key as it may be shown: its prefix and its last four letters.
fn hidden(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    let tail: String = letters[letters.len().saturating_sub(4)..].iter().collect();
    let head: String = letters.iter().take(8).collect();
    if letters.len() < 16 {
        "****".to_owned()
    } else {
        format!("{head}****{tail}")
    }
}
