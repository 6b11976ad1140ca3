//! A client of a running server, and what it answers.

use std::path::PathBuf;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use crate::database::Database;
use crate::server::PATIENCE;

/// A client of one test.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) base: String,
    /// `demo.json`.
    pub(crate) demo: Value,
    pub(crate) database: Option<Database>,
    pub(crate) folder: PathBuf,
    client: Client,
}

/// A request that is being put together.
#[must_use]
pub(crate) struct Call(RequestBuilder);

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// Null if it is not JSON.
    pub(crate) json: Value,
}

impl Api {
    pub(crate) fn new(base: &str, demo: &Value) -> Self {
        // The client wants a provider even where no address is https; a second one changes nothing.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build();
        Self {
            base: base.to_owned(),
            demo: demo.clone(),
            database: None,
            folder: PathBuf::new(),
            client: client.unwrap(),
        }
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        Call(self.client.request(method, format!("{}{path}", self.base)))
    }

    pub(crate) fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    pub(crate) fn put(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    pub(crate) fn patch(&self, path: &str) -> Call {
        self.call(Method::PATCH, path)
    }

    pub(crate) fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// The token of the demo developer.
    pub(crate) fn developer(&self) -> &str {
        self.demo["developerToken"].as_str().unwrap()
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    pub(crate) fn database(&self) -> &Database {
        self.database.as_ref().unwrap()
    }

    pub(crate) async fn is_ready(&self) -> bool {
        let Call(request) = self.get("/ready");
        let answer = request.send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    }
}

impl Call {
    pub(crate) fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        Self(self.0.header(name, value.as_ref()))
    }

    pub(crate) fn bearer(self, text: &str) -> Self {
        self.header("authorization", format!("Bearer {text}"))
    }

    pub(crate) fn key(self, publishable: &str) -> Self {
        self.header("x-publishable-key", publishable)
    }

    pub(crate) fn user(self, id: &str) -> Self {
        self.header("x-user-id", id)
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header("x-clerk-token", token)
    }

    pub(crate) fn json(self, body: impl std::borrow::Borrow<Value>) -> Self {
        Self(self.0.json(body.borrow()))
    }

    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self(self.0.body(body.into()))
    }

    /// The answer; none if the connection broke.
    pub(crate) async fn try_send(self) -> Option<Reply> {
        self.answer().await.ok()
    }

    pub(crate) async fn send(self) -> Reply {
        let answer = self.answer().await;
        answer.unwrap_or_else(|error| panic!("the server answers: {error:?}"))
    }

    async fn answer(self) -> reqwest::Result<Reply> {
        let answer = self.0.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = String::from_utf8_lossy(&answer.bytes().await?).into_owned();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Ok(Reply {
            status,
            headers,
            text,
            json,
        })
    }
}

impl Reply {
    /// Asserts the status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Asserts a problem with this status and code, in its full form.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str) -> Self {
        self.check_problem();
        let given = (self.status, self.json["code"].as_str().unwrap_or_default());
        assert_eq!(given, (status, code), "{}", self.text);
        self
    }

    /// Asserts the form that every error has (DESIGN 3.10).
    #[track_caller]
    pub(crate) fn check_problem(&self) {
        let text = &self.text;
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{text}"
        );
        for member in ["error", "message", "code", "requestId", "type", "title"] {
            let value = self.json[member].as_str().unwrap_or_default();
            assert!(!value.is_empty(), "no {member}: {text}");
        }
        assert_eq!(self.json["status"], self.status, "{text}");
        assert_eq!(self.json["requestId"], self.header("x-request-id"));
        if self.status == 401 {
            let challenge = self.header("www-authenticate");
            assert!(challenge.starts_with("Bearer"), "{challenge:?}");
        }
        if matches!(self.status, 429 | 503) {
            let seconds: i64 = self.header("retry-after").parse().unwrap();
            assert!(seconds >= 0, "{seconds}");
        }
    }

    /// The value of a header; empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// The text at a JSON pointer.
    #[track_caller]
    pub(crate) fn text_at(&self, pointer: &str) -> String {
        let found = self.json.pointer(pointer).and_then(Value::as_str);
        found
            .unwrap_or_else(|| panic!("no text at {pointer}: {}", self.text))
            .to_owned()
    }

    /// The number at a JSON pointer.
    #[track_caller]
    pub(crate) fn number_at(&self, pointer: &str) -> i64 {
        let found = self.json.pointer(pointer).and_then(Value::as_i64);
        found.unwrap_or_else(|| panic!("no number at {pointer}: {}", self.text))
    }
}
