//! HTTP to Stripe: no redirects, no proxy of the environment, at most three tries in ten seconds, and eight mebibytes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder, Response, StatusCode, redirect};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use tokio::time::{sleep, timeout};
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::stripe::form::Form;
use crate::stripe::pace::{Lane, Pace};
use crate::stripe::{Failure, Kind, VERSION, judge};

/// All tries of one call and the pauses between them.
const PATIENCE: Duration = Duration::from_secs(10);
/// One try, from the first byte sent to the last one read.
const TRY: Duration = Duration::from_secs(5);
const CONNECT: Duration = Duration::from_secs(3);
const TRIES_MAX: u32 = 3;
/// The pause before the second try; it doubles.
const PAUSE_MS: u64 = 400;
/// Longer than this nobody waits between two tries, in seconds.
const PAUSE_MAX_SECONDS: u32 = 3;
/// The largest answer that is read, in bytes.
const ANSWER_MAX_BYTES: usize = 8 << 20;

/// An HTTP client with its own pace.
pub(super) struct Wire {
    http: reqwest::Client,
    pace: Pace,
    calls: AtomicU64,
}

/// One call, ready to be sent any number of times.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) url: String,
    /// The body, or the query.
    pub(super) form: Form,
    pub(super) authorization: &'a HeaderValue,
    /// The connected account that it is on behalf of; empty for none.
    pub(super) account: &'a str,
    /// The idempotency key.
    pub(super) key: Option<&'a str>,
    pub(super) lane: Lane,
    /// How often it is sent at most.
    pub(super) tries: u32,
}

/// An answer that was read to its end.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl<'a> Call<'a> {
    pub(super) fn new(
        method: Method,
        url: String,
        form: Form,
        authorization: &'a HeaderValue,
    ) -> Self {
        Self {
            method,
            url,
            form,
            authorization,
            account: "",
            key: None,
            lane: Lane::Foreground,
            tries: TRIES_MAX,
        }
    }
}

impl Wire {
    pub(super) fn new(calls_per_second: u32) -> Result<Self, Failure> {
        let failed =
            |what: &str| Failure::of(Kind::Refused, format!("TLS could not be set up: {what}"));
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(crate::tls::client().map_err(|e| failed(&e.to_string()))?)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(TRY)
            .user_agent("dream-api")
            .build()
            .map_err(|e| failed(&e.to_string()))?;
        Ok(Self {
            http,
            pace: Pace::new(calls_per_second),
            calls: AtomicU64::new(0),
        })
    }

    pub(super) fn set_rate(&mut self, calls_per_second: u32) {
        self.pace = Pace::new(calls_per_second);
    }

    /// Sends a call until it is answered, within its limits, and reads the answer.
    pub(super) async fn read<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, Failure> {
        self.pace.turn(call.lane).await;
        let late = |_| {
            Failure::of(
                Kind::Unreachable,
                "Stripe did not answer within ten seconds",
            )
        };
        let body = timeout(PATIENCE, self.send(call)).await.map_err(late)??;
        serde_json::from_slice(&body).map_err(|e| judge::damaged(&e))
    }

    async fn send(&self, call: &Call<'_>) -> Result<Vec<u8>, Failure> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let mut tried = 0;
        loop {
            self.pace.leave().await?;
            tried += 1;
            let failed = match self.try_once(call).await {
                Ok(answer) if answer.status.is_success() => return Ok(answer.body),
                Ok(answer) => judge::failed(&answer),
                Err(failure) => judge::unanswered(failure),
            };
            let failure = failed.failure;
            let asked = failure.retry_after_seconds.unwrap_or(0);
            if !failed.again || tried >= call.tries || asked > PAUSE_MAX_SECONDS {
                return Err(failure);
            }
            tracing::warn!(kind = ?failure.kind, request_id = failure.request_id, tried, "a call of Stripe is tried again");
            let asked = Duration::from_secs(asked.into());
            sleep(pause(call.key.unwrap_or_default(), number, tried).max(asked)).await;
        }
    }

    async fn try_once(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        let mut response = self.request(call)?.send().await.map_err(|e| broken(&e))?;
        let body = body(&mut response).await?;
        Ok(Answer {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    }

    fn request(&self, call: &Call<'_>) -> Result<RequestBuilder, Failure> {
        let encoded = call.form.encoded();
        let is_post = call.method == Method::POST;
        let url = if is_post || encoded.is_empty() {
            call.url.clone()
        } else {
            format!("{}?{encoded}", call.url)
        };
        let mut request = self
            .http
            .request(call.method.clone(), url)
            .header("authorization", call.authorization)
            .header("accept", "application/json")
            .header("stripe-version", VERSION);
        if !call.account.is_empty() {
            request = request.header("stripe-account", call.account);
        }
        if let Some(key) = call.key {
            request = request.header("idempotency-key", idempotency(key)?);
        }
        if is_post {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(encoded);
        }
        Ok(request)
    }
}

/// An address of the API without its last slash. A secret goes there, so it has TLS or is this machine.
pub(super) fn base(text: &str) -> Result<String, Failure> {
    let is_safe = |url: &Url| match url.scheme() {
        "https" => true,
        "http" => is_loopback(url),
        _ => false,
    };
    match Url::parse(text) {
        Ok(url) if is_safe(&url) && url.query().is_none() && url.fragment().is_none() => {
            Ok(url.as_str().trim_end_matches('/').to_owned())
        }
        _ => Err(Failure::of(
            Kind::Refused,
            "The address of Stripe is an https address, or an http address of this machine",
        )),
    }
}

/// The header that proves who calls.
pub(super) fn bearer(key: &str) -> Result<HeaderValue, Failure> {
    let unusable = || Failure::of(Kind::Refused, "The Stripe key is not one");
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(unusable());
    }
    let text = Zeroizing::new(format!("Bearer {key}"));
    let mut value = HeaderValue::from_str(&text).map_err(|_| unusable())?;
    value.set_sensitive(true);
    Ok(value)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn idempotency(key: &str) -> Result<HeaderValue, Failure> {
    let is_key = (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    let value = is_key.then(|| HeaderValue::from_str(key).ok()).flatten();
    value.ok_or_else(|| {
        let message = "An idempotency key is 1 to 255 visible characters";
        Failure::of(Kind::Refused, message)
    })
}

async fn body(response: &mut Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| broken(&e))? {
        if body.len() + chunk.len() > ANSWER_MAX_BYTES {
            let message = "Stripe's answer is larger than 8 MiB";
            return Err(Failure::of(Kind::Damaged, message));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn broken(error: &reqwest::Error) -> Failure {
    let message = if error.is_builder() {
        return Failure::of(Kind::Refused, "The call of Stripe cannot be written");
    } else if error.is_timeout() {
        "Stripe did not answer in time"
    } else if error.is_connect() {
        "Stripe cannot be reached"
    } else {
        "The connection to Stripe broke"
    };
    Failure::of(Kind::Unreachable, message)
}

/// Doubles with each try; the second half is spread, so that calls that failed together do not come back together.
fn pause(key: &str, number: u64, tried: u32) -> Duration {
    let hash = Sha256::digest(format!("{key}/{number}/{tried}"));
    let full = PAUSE_MS << (tried - 1);
    let spread = u64::from(hash[0]) * full / 2 / 255;
    Duration::from_millis(full / 2 + spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_goes_to_tls_or_this_machine_only() {
        for (given, kept) in [
            ("https://api.stripe.com", "https://api.stripe.com"),
            ("https://api.stripe.com/", "https://api.stripe.com"),
            ("http://127.0.0.1:8788/", "http://127.0.0.1:8788"),
            ("http://[::1]:1", "http://[::1]:1"),
            ("http://localhost:1", "http://localhost:1"),
        ] {
            assert_eq!(base(given).unwrap(), kept);
        }
        for given in [
            "",
            "http://api.stripe.com",
            "http://127.0.0.1.example",
            "http://localhost.example",
            "ftp://127.0.0.1",
            "https://a.example?x=1",
        ] {
            assert_eq!(base(given).unwrap_err().kind, Kind::Refused, "{given}");
        }
    }

    #[test]
    fn keys_that_break_a_header_are_refused() {
        assert!(bearer("sk_test_1").unwrap().is_sensitive());
        for key in ["", "sk test", "sk\n"] {
            assert!(bearer(key).is_err(), "{key}");
            assert!(idempotency(key).is_err(), "{key}");
        }
        assert!(idempotency(&"k".repeat(255)).is_ok());
        assert!(idempotency(&"k".repeat(256)).is_err());
    }

    #[test]
    fn pauses_double_and_are_spread() {
        let all = |tried| (0..200).map(move |number| pause("k", number, tried).as_millis());
        assert!(all(1).all(|ms| (200..=400).contains(&ms)));
        assert!(all(2).all(|ms| (400..=800).contains(&ms)));
        assert!(all(1).collect::<std::collections::HashSet<_>>().len() > 20);
        assert_eq!(pause("k", 1, 1), pause("k", 1, 1));
    }
}
