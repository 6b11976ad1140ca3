//! Buyers who come back from a checkout: it is settled before they go on, so that the first call has the new plan.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_store::projects::Tenant;
use serde_json::{Value, json};

use crate::app::App;
use crate::{buying, settling};

/// A checkout that somebody came back from. To know its session is no proof of being its buyer.
pub(super) struct Returned {
    session: String,
    buyer: Arc<str>,
    tier: String,
    is_settled: bool,
}

/// Settles the checkout; none if the project knows no such session. What cannot be settled now is by its event.
pub(super) async fn from(app: &App, tenant: &Tenant, session: &str) -> Result<Option<Returned>> {
    let Some((buyer, tier)) = settling::buyer(app, tenant, session).await? else {
        return Ok(None);
    };
    let is_settled = match settling::session(app, tenant, session).await {
        Ok(settled) => settled.is_some_and(|settled| settled.plan.is_some()),
        Err(error) => {
            tracing::warn!(cause = ?error, "a checkout cannot be settled yet");
            false
        }
    };
    Ok(Some(Returned {
        session: session.to_owned(),
        buyer,
        tier: tier.to_string(),
        is_settled,
    }))
}

/// The address to go on to, with the session's id in the place meant for it.
pub(super) fn filled(url: String, from: Option<&Returned>) -> String {
    match from {
        Some(from) => buying::filled(&url, &from.session),
        None => url,
    }
}

impl Returned {
    /// What the page is told.
    pub(super) fn told(&self, signed_in: Option<&str>) -> Value {
        json!({
            "isBuyer": signed_in == Some(&*self.buyer),
            "plan": self.tier,
            "isSettled": self.is_settled,
        })
    }
}
