//! Webhook endpoints: where Stripe sends events to.

use std::fmt;

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::stripe::calls::path;
use crate::stripe::form::Form;
use crate::stripe::{At, Failure, VERSION, read};

/// An endpoint.
#[derive(Clone, Deserialize)]
pub struct Endpoint {
    /// `we_…`.
    pub id: String,
    /// Where events go.
    pub url: String,
    /// Which events.
    pub enabled_events: Vec<String>,
    /// `enabled` or `disabled`.
    pub status: String,
    /// The version that events are written in.
    pub api_version: Option<String>,
    /// What events are signed with; only the answer to making it holds one.
    #[serde(default, deserialize_with = "read::secret")]
    pub secret: Option<Zeroizing<String>>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("id", &self.id)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// An endpoint to make; events are written in [`VERSION`].
#[derive(Clone, Copy, Debug)]
pub struct NewEndpoint<'a> {
    /// Where events go.
    pub url: &'a str,
    /// Which events.
    pub events: &'a [&'a str],
    /// Events of connected accounts instead of the account's own.
    pub connect: bool,
}

impl At<'_> {
    /// Makes an endpoint.
    pub async fn create_endpoint(
        &self,
        new: &NewEndpoint<'_>,
        key: &str,
    ) -> Result<Endpoint, Failure> {
        let form = Form::default()
            .with("url", new.url)
            .each("enabled_events", new.events)
            .with("connect", new.connect)
            .with("api_version", VERSION);
        self.post("/v1/webhook_endpoints", form, key).await
    }

    /// All endpoints of the account.
    pub async fn endpoints(&self) -> Result<Vec<Endpoint>, Failure> {
        self.all("/v1/webhook_endpoints", Form::default()).await
    }

    /// Takes an endpoint away; fine if there is none.
    pub async fn delete_endpoint(&self, id: &str) -> Result<(), Failure> {
        let path = path("/v1/webhook_endpoints/{}", id)?;
        self.remove(&path).await
    }
}
