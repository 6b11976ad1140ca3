//! HTTP to issuers: no redirects, no proxy of the environment, ten seconds and a mebibyte at most.

use std::error::Error as _;
use std::time::Duration;

use reqwest::{RequestBuilder, StatusCode, redirect};
use serde::de::DeserializeOwned;
use url::Url;

use crate::oidc::Failure;
use crate::oidc::address::{Blocked, Guard, Reach};

/// From the first byte sent to the last one read.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer that is read, in bytes.
const ANSWER_MAX_BYTES: usize = 1 << 20;

/// A guarded HTTP client.
pub(super) struct Fetch {
    client: reqwest::Client,
    pub(super) reach: Reach,
}

/// An answer that was read to its end.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
}

impl Fetch {
    pub(super) fn new(reach: Reach) -> Result<Self, Failure> {
        let failed = |what: String| Failure::Refused(format!("TLS could not be set up: {what}"));
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(crate::tls::client().map_err(|e| failed(e.to_string()))?)
            .dns_resolver(Guard(reach))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .pool_max_idle_per_host(4)
            .user_agent("dream-api")
            .build()
            .map_err(|e| failed(e.to_string()))?;
        Ok(Self { client, reach })
    }

    /// Reads a document as JSON.
    pub(super) async fn document(&self, what: &str, url: &Url) -> Result<Vec<u8>, Failure> {
        let answer = self.send(what, self.get(url)).await?;
        match answer.status {
            StatusCode::OK => Ok(answer.body),
            status => Err(unwanted(what, status)),
        }
    }

    pub(super) fn get(&self, url: &Url) -> RequestBuilder {
        self.client.get(url.clone())
    }

    pub(super) fn post(&self, url: &Url) -> RequestBuilder {
        self.client.post(url.clone())
    }

    /// Sends a request and reads the answer within its limits; `what` names it in the failure.
    pub(super) async fn send(
        &self,
        what: &str,
        request: RequestBuilder,
    ) -> Result<Answer, Failure> {
        let request = request.header(reqwest::header::ACCEPT, "application/json");
        let mut response = request.send().await.map_err(|e| broken(what, &e))?;
        let large = || Failure::Invalid(format!("The {what} is larger than 1 MiB"));
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).map_or(true, |length| length > ANSWER_MAX_BYTES) {
            return Err(large());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| broken(what, &e))? {
            if body.len() + chunk.len() > ANSWER_MAX_BYTES {
                return Err(large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status(),
            body,
        })
    }
}

/// Reads an answer as JSON.
pub(super) fn json<T: DeserializeOwned>(what: &str, body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body)
        .map_err(|e| Failure::Invalid(format!("The {what} cannot be read: {e}")))
}

/// What a status other than the wanted one means.
pub(super) fn unwanted(what: &str, status: StatusCode) -> Failure {
    let text = format!("The {what} answered with status {}", status.as_u16());
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        Failure::Unreachable(text)
    } else {
        Failure::Refused(text)
    }
}

fn broken(what: &str, error: &reqwest::Error) -> Failure {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<Blocked>() {
            return Failure::Refused(format!("The {what} cannot be fetched: {inner}"));
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        return Failure::Unreachable(format!("The {what} did not arrive within ten seconds"));
    }
    let how = if error.is_connect() {
        "the connection failed"
    } else {
        "the connection broke"
    };
    Failure::Unreachable(format!("The {what} cannot be fetched: {how}"))
}
