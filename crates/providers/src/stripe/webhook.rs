//! Events as they are delivered: signed bodies, <https://docs.stripe.com/webhooks#verify-manually>.

use aws_lc_rs::{constant_time, hmac};
use dream_domain::key::Mode;
use dream_domain::time::Millis;
use serde::Deserialize;
use serde_json::Value;

use crate::stripe::read;

/// How old or how far ahead a signature may be, in seconds (Stripe's own libraries).
pub const TOLERANCE_SECONDS: i64 = 300;

/// Checks that one of these secrets signed the body. `header` is `Stripe-Signature`; `now` is machine time. During a
/// rotation there are two secrets, and Stripe may send a signature of each.
pub fn verify(
    body: &[u8],
    header: &str,
    secrets: &[&str],
    now: Millis,
    tolerance_seconds: i64,
) -> Result<(), Refusal> {
    let signed = Signed::parse(header).ok_or(Refusal::Malformed)?;
    if !secrets.iter().any(|secret| signed.is_by(secret, body)) {
        return Err(Refusal::Mismatch);
    }
    let age = read::as_seconds(now).saturating_sub(signed.at);
    if age.saturating_abs() > tolerance_seconds {
        return Err(Refusal::Outdated);
    }
    Ok(())
}

/// Why a delivery is not taken for Stripe's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The header is not one time and at least one signature.
    Malformed,
    /// No secret made any of the signatures.
    Mismatch,
    /// It was signed too long ago, or in the future.
    Outdated,
}

/// What happened at an account.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// `evt_…`.
    pub id: String,
    /// Stripe's `type`, such as `customer.subscription.updated`.
    pub kind: String,
    /// The connected account it happened at; empty is the platform's own.
    pub account: String,
    /// Whether real money is meant.
    pub livemode: bool,
    /// When it happened; events do not come in this order.
    pub created: Millis,
    /// The version that the object is written in.
    pub api_version: Option<String>,
    /// The id of the object, if it has one.
    pub object_id: Option<String>,
    /// The object as it was then.
    pub object: Value,
}

/// Why a body is no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is not JSON of the form of an event.
    Malformed,
    /// It is an event of the second API, which tells no object; none was asked for.
    Thin,
}

impl Event {
    /// The side it happened on.
    pub fn mode(&self) -> Mode {
        if self.livemode {
            Mode::Live
        } else {
            Mode::Test
        }
    }

    /// Reads a body whose signature was checked.
    pub fn parse(body: &[u8]) -> Result<Self, Unreadable> {
        Self::of(serde_json::from_slice(body).map_err(|_| Unreadable::Malformed)?)
    }

    /// The same from JSON.
    pub(super) fn of(event: Value) -> Result<Self, Unreadable> {
        let object = event["object"].as_str().unwrap_or_default();
        if object.starts_with("v2.") {
            return Err(Unreadable::Thin);
        }
        let raw: Raw = serde_json::from_value(event).map_err(|_| Unreadable::Malformed)?;
        let object = raw.data.object;
        let account = raw.account.unwrap_or_default();
        let names = [&raw.id, &raw.kind];
        if !names.iter().all(|name| is_name(name)) || !(account.is_empty() || is_name(&account)) {
            return Err(Unreadable::Malformed);
        }
        let object_id = object["id"].as_str().filter(|id| is_name(id));
        Ok(Self {
            id: raw.id,
            kind: raw.kind,
            account,
            livemode: raw.livemode,
            created: raw.created,
            api_version: raw.api_version,
            object_id: object_id.map(str::to_owned),
            object,
        })
    }
}

/// What the header tells.
struct Signed<'a> {
    /// The time as it was signed.
    text: &'a str,
    /// The same in seconds since 1970.
    at: i64,
    signatures: Vec<[u8; LENGTH]>,
}

const LENGTH: usize = 32;

impl<'a> Signed<'a> {
    /// `t=1492774577,v1=5257a8…,v1=6ffbb5…,v0=…`; signatures of another scheme or form are passed over.
    fn parse(header: &'a str) -> Option<Self> {
        let (mut text, mut signatures) = (None, Vec::new());
        for part in header.split(',') {
            match part.trim().split_once('=')? {
                ("t", _) if text.is_some() => return None,
                ("t", time) => text = Some(time),
                ("v1", hex) => signatures.extend(decoded(hex)),
                _ => {}
            }
        }
        let text = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
        let at = text.parse().ok()?;
        Some(Self {
            text,
            at,
            signatures,
        })
    }

    fn is_by(&self, secret: &str, body: &[u8]) -> bool {
        if secret.is_empty() {
            return false;
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let mut signing = hmac::Context::with_key(&key);
        signing.update(self.text.as_bytes());
        signing.update(b".");
        signing.update(body);
        let tag = signing.sign();
        let equals = |given: &[u8; LENGTH]| {
            constant_time::verify_slices_are_equal(given, tag.as_ref()).is_ok()
        };
        self.signatures.iter().any(equals)
    }
}

/// 64 lower-case hex digits, as Stripe writes them.
fn decoded(hex: &str) -> Option<[u8; LENGTH]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let hex: &[u8; 2 * LENGTH] = hex.as_bytes().try_into().ok()?;
    let mut bytes = [0; LENGTH];
    for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (1..=255).contains(&text.len()) && text.bytes().all(allowed)
}

#[derive(Deserialize)]
struct Raw {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    account: Option<String>,
    livemode: bool,
    #[serde(deserialize_with = "read::seconds")]
    created: Millis,
    api_version: Option<String>,
    data: RawData,
}

#[derive(Deserialize)]
struct RawData {
    object: Value,
}
