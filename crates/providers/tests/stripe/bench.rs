//! A sandbox of one test, and a client of it.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Arc;

use dream_providers::stripe::{At, Client, Metadata, Settings};
use serde_json::{Value, json};
use zeroize::Zeroizing;

/// 2026-01-15 12:00 UTC: the sandbox's time in seconds, which stands still.
pub(crate) const NOW: i64 = 1_768_478_400;

const KEY: &str = "sk_test_platform";

pub(crate) struct Bench {
    pub(crate) client: Client,
    base: String,
    http: reqwest::Client,
    _running: dream_sandbox::Running,
    _folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let running = dream_sandbox::start(dream_sandbox::Options {
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
            folder: folder.path().to_owned(),
            clock: Arc::new(|| NOW),
            machine: Arc::new(|| NOW),
            random: Arc::new(random),
        })
        .unwrap();
        let base = format!("http://{}", running.address);
        Self {
            client: client(&base),
            base,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            _running: running,
            _folder: folder,
        }
    }

    /// Calls of the platform's own account.
    pub(crate) fn at(&self) -> At<'_> {
        self.client.at("")
    }

    /// A call of `/_control`.
    pub(crate) async fn control(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/_control/{path}", self.base);
        let answer = self.http.post(url).body(body.to_string()).send();
        let answer = answer.await.unwrap().error_for_status().unwrap();
        answer.json().await.unwrap()
    }

    /// Pays for a session as its payer would.
    pub(crate) async fn pay(&self, session: &str) {
        self.control(&format!("checkout/{session}/pay"), json!({}))
            .await;
    }

    /// Connects an account to the platform.
    pub(crate) async fn connect(&self) -> String {
        let made = self.control("connect", json!({ "key": KEY })).await;
        made["account"].as_str().unwrap().to_owned()
    }
}

/// A client with a test key.
pub(crate) fn client(base: &str) -> Client {
    Client::new(settings(base)).unwrap().with_rate(1_000)
}

pub(crate) fn settings(base: &str) -> Settings {
    Settings {
        api_base: base.to_owned(),
        connect_base: base.to_owned(),
        secret_key: Zeroizing::new(KEY.to_owned()),
        client_id: Some("ca_platform".to_owned()),
        client_secret: None,
    }
}

pub(crate) fn notes(pairs: &[(&str, &str)]) -> Metadata {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect::<BTreeMap<_, _>>()
}

#[expect(clippy::disallowed_methods, reason = "ids of a test need not repeat")]
fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).unwrap();
}
