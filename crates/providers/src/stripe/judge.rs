//! What an answer that is no success means, and whether to try again.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::stripe::wire::Answer;
use crate::stripe::{Failure, Kind};

/// A try that failed.
pub(super) struct Failed {
    pub(super) failure: Failure,
    pub(super) again: bool,
}

/// What an answer means.
pub(super) fn failed(answer: &Answer) -> Failed {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let told = Told::of(&body);
    let (status, headers) = (answer.status, &answer.headers);
    let code = told.code.filter(|text| is_name(text));
    let kind = kind(status, code);
    let usual = matches!(kind, Kind::Conflict | Kind::RateLimited | Kind::Unavailable);
    let failure = Failure {
        kind,
        status: Some(status.as_u16()),
        code: code.map(str::to_owned),
        param: told.param.filter(|text| is_name(text)).map(str::to_owned),
        message: told.message.map_or_else(|| silent(status), plain),
        request_id: request_id(headers),
        retry_after_seconds: header(headers, "retry-after").and_then(|text| text.parse().ok()),
    };
    let again = match header(headers, "stripe-should-retry") {
        Some("true") => true,
        Some("false") => false,
        _ => usual,
    };
    Failed { failure, again }
}

/// What no answer means: whatever the connection did, the idempotency key makes a second try safe.
pub(super) fn unanswered(failure: Failure) -> Failed {
    let again = failure.kind == Kind::Unreachable;
    Failed { failure, again }
}

/// A success that cannot be read. Of the reason only the name of a missing field is told: the rest may quote values.
pub(super) fn damaged(error: &serde_json::Error) -> Failure {
    let text = error.to_string();
    let missing = text.strip_prefix("missing field `");
    let message = match missing.and_then(|rest| rest.split_once('`')) {
        Some((name, _)) => format!("Stripe's answer has no {name}"),
        None => "Stripe's answer cannot be read".to_owned(),
    };
    Failure::of(Kind::Damaged, message)
}

fn kind(status: StatusCode, code: Option<&str>) -> Kind {
    match (status.as_u16(), code) {
        (404, _) | (400, Some("resource_missing")) => Kind::NotFound,
        (401, _) | (403, Some("account_invalid")) => Kind::Unauthorized,
        (409, _) => Kind::Conflict,
        (429, _) => Kind::RateLimited,
        (500.., _) => Kind::Unavailable,
        (400..500, _) => Kind::Refused,
        _ => Kind::Damaged,
    }
}

/// What the body says, as the API writes it or as OAuth does.
struct Told<'a> {
    code: Option<&'a str>,
    param: Option<&'a str>,
    message: Option<&'a str>,
}

impl<'a> Told<'a> {
    fn of(body: &'a Value) -> Self {
        let error = &body["error"];
        if let Some(code) = error.as_str() {
            return Self {
                code: Some(code),
                param: None,
                message: body["error_description"].as_str(),
            };
        }
        Self {
            code: error["code"].as_str(),
            param: error["param"].as_str(),
            message: error["message"].as_str(),
        }
    }
}

fn silent(status: StatusCode) -> String {
    format!("Stripe answered with status {}", status.as_u16())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    let text = header(headers, "request-id")?;
    is_name(text).then(|| text.to_owned())
}

/// Codes, parameters and ids of calls; anything else there is not Stripe's.
fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.[]".contains(&byte);
    (1..=100).contains(&text.len()) && text.bytes().all(allowed)
}

const MESSAGE_MAX: usize = 300;

/// A message without keys, hints of keys, ids and numbers of cards, on one line.
fn plain(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if is_of_word(next) {
            let end = rest.find(|letter| !is_of_word(letter));
            let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
            shown.push_str(if names_something(word) { "…" } else { word });
            rest = after;
        } else {
            shown.push(if next.is_control() { ' ' } else { next });
            rest = &rest[next.len_utf8()..];
        }
    }
    shown.chars().take(MESSAGE_MAX).collect()
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '*')
}

/// What keys and ids begin with, ours for products too. A `price_` is told from `price_data` by its letters.
const PREFIXES: &[&str] = &[
    "ac_", "acct_", "bpc_", "bps_", "ca_", "ch_", "cs_", "cus_", "dp_", "dream_", "du_", "evt_",
    "in_", "pi_", "pk_", "pm_", "prod_", "re_", "req_", "rk_", "rt_", "si_", "sk_", "sub_", "we_",
    "whsec_",
];

/// Names of parameters and codes are lower-case words with underscores; ids and keys have a prefix, and nearly all of
/// them hold digits or upper-case letters.
fn names_something(word: &str) -> bool {
    let has = |test: fn(char) -> bool| word.chars().any(test);
    let varied = has(|letter| letter.is_ascii_digit()) || has(char::is_uppercase);
    let starred = word.contains("**");
    let long = word.len() >= 16 && has(|letter| letter.is_ascii_digit());
    let prefixed = PREFIXES.iter().any(|prefix| word.starts_with(prefix));
    prefixed || starred || long || (word.contains('_') && varied)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers.collect(),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn every_status_has_its_kind() {
        for (status, code, expected, again) in [
            (400, "parameter_missing", Kind::Refused, false),
            (400, "resource_missing", Kind::NotFound, false),
            (401, "api_key_expired", Kind::Unauthorized, false),
            (402, "card_declined", Kind::Refused, false),
            (403, "account_invalid", Kind::Unauthorized, false),
            (403, "", Kind::Refused, false),
            (404, "resource_missing", Kind::NotFound, false),
            (409, "lock_timeout", Kind::Conflict, true),
            (429, "rate_limit", Kind::RateLimited, true),
            (500, "", Kind::Unavailable, true),
            (503, "", Kind::Unavailable, true),
            (302, "", Kind::Damaged, false),
        ] {
            let body = format!(r#"{{"error":{{"code":"{code}","message":"No."}}}}"#);
            let failed = failed(&answer(status, &[("request-id", "req_1")], &body));
            assert_eq!(
                (failed.failure.kind, failed.again),
                (expected, again),
                "{status} {code}"
            );
            assert_eq!(failed.failure.is_transient(), again, "{status} {code}");
            assert_eq!(failed.failure.status, Some(status));
            assert_eq!(failed.failure.request_id.as_deref(), Some("req_1"));
        }
    }

    #[test]
    fn should_retry_decides_before_the_status() {
        let told =
            |status, word| failed(&answer(status, &[("stripe-should-retry", word)], "")).again;
        assert!(told(400, "true"));
        assert!(!told(500, "false"));
        assert!(!told(429, "false"));
        assert!(told(500, "perhaps"));
        let late = failed(&answer(429, &[("retry-after", "7")], ""));
        assert_eq!(late.failure.retry_after_seconds, Some(7));
        assert_eq!(late.failure.message, "Stripe answered with status 429");
    }

    #[test]
    fn oauth_has_a_shape_of_its_own() {
        let body =
            r#"{"error":"invalid_grant","error_description":"Authorization code expired: ac_9Zz"}"#;
        let failure = failed(&answer(400, &[], body)).failure;
        assert_eq!(failure.code.as_deref(), Some("invalid_grant"));
        assert_eq!(failure.message, "Authorization code expired: …");
    }

    #[test]
    fn messages_name_nothing() {
        for (given, shown) in [
            ("No such customer: 'cus_Q1w2E3r4'", "No such customer: '…'"),
            (
                "Invalid API Key provided: sk_test_****abcd",
                "Invalid API Key provided: …",
            ),
            ("No such product: 'dream_pro'", "No such product: '…'"),
            ("Key sk_test_platform", "Key …"),
            (
                "Expired API Key provided: rk_live_Abcd1234",
                "Expired API Key provided: …",
            ),
            (
                "No such account: acct_1AbCdEf, req_99",
                "No such account: …, …",
            ),
            (
                "see dashboard/acct_1Ab/logs/req_2",
                "see dashboard/…/logs/…",
            ),
            (
                "Invalid items[0][price]: must be a price_id\n",
                "Invalid items[0][price]: must be a price_id ",
            ),
            (
                "Received unknown parameter: line_items",
                "Received unknown parameter: line_items",
            ),
            (
                "card 4242424242424242 in 2026-07-29",
                "card … in 2026-07-29",
            ),
        ] {
            assert_eq!(plain(given), shown);
        }
        assert_eq!(plain(&"é ".repeat(400)).chars().count(), MESSAGE_MAX);
    }

    #[test]
    fn strange_codes_are_not_passed_on() {
        let body = r#"{"error":{"code":"a b","param":"<b>","message":5}}"#;
        let failure = failed(&answer(400, &[("request-id", "a b")], body)).failure;
        assert_eq!(
            (failure.code, failure.param, failure.request_id),
            (None, None, None)
        );
        assert_eq!(failure.message, "Stripe answered with status 400");
    }
}
