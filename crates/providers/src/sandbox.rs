//! The sandbox's own doors, which the real payment provider does not have: its time, and accounts without an owner.

use std::fmt;
use std::time::Duration;

use reqwest::redirect;
use serde_json::{Value, json};

/// A sandbox on this machine.
#[derive(Clone)]
pub struct Sandbox {
    client: reqwest::Client,
    url: String,
}

impl Sandbox {
    /// The sandbox at an address such as `http://127.0.0.1:8788`, without a slash at its end.
    pub fn at(url: &str) -> Result<Self, Failure> {
        // The client wants a provider even where no address is https; a second one changes nothing.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .build();
        Ok(Self {
            client: client.map_err(|error| Failure(format!("its client failed: {error}")))?,
            url: url.to_owned(),
        })
    }

    /// Where it answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether a sandbox answers there.
    pub async fn answers(&self) -> bool {
        let request = self.client.get(format!("{}/_control/misbehave", self.url));
        let found = self.json("misbehave", request.timeout(GLANCE)).await;
        found.is_ok_and(|found| found["ordered"].is_object())
    }

    /// Lets everything happen that is due by business time, which it waits for to be `at` (in seconds since 1970), with
    /// the webhooks that tell of it; false if something was still due after the half minute that the sandbox takes for
    /// it at most.
    pub async fn settle(&self, at: i64) -> Result<bool, Failure> {
        let settled = self.control("settle", &json!({"at": at})).await?;
        Ok(settled["settled"] == true)
    }

    /// Connects an account to the platform of a secret key; the account's id. An account that is named and unknown is
    /// made.
    pub async fn connect(&self, secret_key: &str, account: &str) -> Result<String, Failure> {
        let body = json!({"key": secret_key, "account": account});
        let connected = self.control("connect", &body).await?;
        let account = connected["account"].as_str().map(str::to_owned);
        account.ok_or_else(|| Failure("connect answered without account".to_owned()))
    }

    /// Pays a checkout session as its buyer would on the page; answers once the webhook that tells of it was answered.
    pub async fn pay(&self, session: &str, payer: &Payer<'_>) -> Result<(), Failure> {
        let body = json!({"card": payer.card, "email": payer.email, "name": payer.name});
        let what = format!("checkout/{session}/pay");
        self.control(&what, &body).await.map(|_| ())
    }

    /// Presses a button on the page of a billing portal, whose address is `page`.
    pub async fn press(&self, page: &str, fields: &[(&str, &str)]) -> Result<(), Failure> {
        let sent = self.client.post(page).form(fields).send().await;
        let status = sent
            .map_err(|error| Failure(format!("the portal failed: {error}")))?
            .status();
        if status.is_redirection() {
            return Ok(());
        }
        Err(Failure(format!("the portal answered with status {status}")))
    }

    /// Makes it forget everything.
    pub async fn reset(&self) -> Result<(), Failure> {
        self.control("reset", &json!({})).await.map(|_| ())
    }

    async fn control(&self, what: &str, body: &Value) -> Result<Value, Failure> {
        let request = self.client.post(format!("{}/_control/{what}", self.url));
        self.json(what, request.json(body)).await
    }

    async fn json(&self, what: &str, request: reqwest::RequestBuilder) -> Result<Value, Failure> {
        let broken = |error: reqwest::Error| Failure(format!("{what} failed: {error}"));
        let answer = request.send().await.map_err(broken)?;
        let status = answer.status();
        if !status.is_success() {
            return Err(Failure(format!("{what} answered with status {status}")));
        }
        answer.json().await.map_err(broken)
    }
}

/// Who pays, and how.
#[derive(Clone, Copy, Debug)]
pub struct Payer<'a> {
    /// The number of a test card.
    pub card: &'a str,
    /// The buyer's address.
    pub email: &'a str,
    /// The buyer's name.
    pub name: &'a str,
}

/// Why the sandbox did not do it; names no secret.
#[derive(Debug)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the sandbox did not answer as it should: {}", self.0)
    }
}

impl std::error::Error for Failure {}

/// Settling takes half a minute at most, then the sandbox says that it is not through.
const PATIENCE: Duration = Duration::from_mins(1);
/// To see whether anything is there.
const GLANCE: Duration = Duration::from_secs(2);
