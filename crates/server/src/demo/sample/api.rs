//! The public API as a developer's backend calls it.

use std::sync::Arc;
use std::time::Duration;

use dream_domain::error::Result;
use reqwest::{Client, Method};
use serde_json::Value;

use super::failed;
use crate::demo::file::Keys;

/// A call of the script that takes longer than this will not be answered.
const PATIENCE: Duration = Duration::from_secs(30);

/// A project at its API. Cheap to clone.
#[derive(Clone)]
pub(super) struct Api {
    client: Client,
    url: Arc<str>,
    secret: Arc<str>,
}

impl Api {
    pub(super) fn new(url: &str, keys: &Keys) -> Result<Self> {
        let client = Client::builder().no_proxy().timeout(PATIENCE).build();
        Ok(Self {
            client: client.map_err(|error| failed("no client", error))?,
            url: url.into(),
            secret: keys.secret_key.as_str().into(),
        })
    }

    pub(super) async fn get(&self, path: &str, user: Option<&str>) -> Result<Value> {
        self.must(Method::GET, path, user, &Value::Null).await
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.must(Method::PUT, path, None, body).await
    }

    pub(super) async fn post(&self, path: &str, user: Option<&str>, body: &Value) -> Result<Value> {
        self.must(Method::POST, path, user, body).await
    }

    /// Counts use of a user; how much is used now, or none if that is over the limit.
    pub(super) async fn count(&self, user: &str, amount: i64) -> Result<Option<i64>> {
        let body = serde_json::json!({ "amount": amount });
        let sent = self.send(Method::POST, "/api/data", Some(user), &body);
        let (status, answer) = sent.await?;
        match status {
            200 => Ok(answer["usage"]["count"].as_i64()),
            403 => Ok(None),
            status => Err(refused("/api/data", status, &answer)),
        }
    }

    async fn must(
        &self,
        method: Method,
        path: &str,
        user: Option<&str>,
        body: &Value,
    ) -> Result<Value> {
        let (status, answer) = self.send(method, path, user, body).await?;
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        Err(refused(path, status, &answer))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        user: Option<&str>,
        body: &Value,
    ) -> Result<(u16, Value)> {
        let url = format!("{}{path}", self.url);
        let call = self.client.request(method, url).bearer_auth(&self.secret);
        let call = user
            .into_iter()
            .fold(call, |call, user| call.header("x-user-id", user));
        let call = if body.is_null() {
            call
        } else {
            call.json(body)
        };
        let answer = call.send().await.map_err(|error| failed(path, error))?;
        let status = answer.status().as_u16();
        let body = answer.json().await.map_err(|error| failed(path, error))?;
        Ok((status, body))
    }
}

/// A text of an answer.
pub(super) fn text(answer: &Value, pointer: &str) -> Result<String> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .ok_or_else(|| failed(pointer, "is missing in an answer"))
}

fn refused(path: &str, status: u16, answer: &Value) -> dream_domain::error::Error {
    failed(path, format!("status {status}, {}", answer["message"]))
}
