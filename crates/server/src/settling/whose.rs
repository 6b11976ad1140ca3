//! Whom an event concerns: found by account, mode and the ids we stored, never by what it says of itself.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::key::PublishableKey;
use dream_store::checkouts::{self, Checkout};
use dream_store::payments as accounts;
use dream_store::projects::Tenant;
use dream_store::subscriptions as store;
use serde_json::Value;

use crate::app::App;
use crate::cache::Freshness;
use crate::payments::api::webhook::Event;

/// What of ours an event is about.
pub(super) enum Whose {
    /// A checkout of a plan.
    Session(Arc<Tenant>, Checkout),
    /// A subscription, stored or still to be.
    Subscription(Arc<Tenant>, String),
    /// Everything a user buys.
    Customer(Arc<Tenant>, Arc<str>),
}

impl Whose {
    pub(super) fn tenant(&self) -> &Arc<Tenant> {
        match self {
            Self::Session(tenant, _)
            | Self::Subscription(tenant, _)
            | Self::Customer(tenant, _) => tenant,
        }
    }
}

/// Finds it; none for what is nobody's here, such as what a developer sells elsewhere with the same account.
pub(super) async fn find(app: &App, event: &Event) -> Result<Option<Whose>> {
    let object = &event.object;
    let id = event.object_id.as_deref().unwrap_or_default();
    if event.kind.starts_with("checkout.session.") {
        let found = checkouts::find_session_anywhere(&app.db, id, &event.account).await?;
        let Some((key, checkout)) = found else {
            return Ok(None);
        };
        let tenant = tenant(app, event, &key).await?;
        return Ok(tenant.map(|tenant| Whose::Session(tenant, checkout)));
    }
    if let Some(subscription) = subscription_of(event) {
        let known = store::by_object(&app.db, subscription, &event.account).await?;
        let key = match known {
            Some((key, _)) => Some(key),
            None => customer(app, event, object).await?.map(|(key, _)| key),
        };
        let Some(key) = key else {
            return Ok(None);
        };
        let tenant = tenant(app, event, &key).await?;
        return Ok(tenant.map(|tenant| Whose::Subscription(tenant, subscription.to_owned())));
    }
    let Some((key, user)) = customer(app, event, object).await? else {
        return Ok(None);
    };
    let tenant = tenant(app, event, &key).await?;
    Ok(tenant.map(|tenant| Whose::Customer(tenant, user)))
}

/// What must be worked one after the other: all events of one subscription, or of one object.
pub(crate) fn lane(event: &Event) -> String {
    let id = event.object_id.as_deref().unwrap_or(&event.id);
    let own = subscription_of(event).or(event.object["subscription"].as_str());
    format!("{}/{}", event.account, own.unwrap_or(id))
}

/// The subscription that an event tells of: itself, or the one of its invoice. Both shapes of invoices are read
/// (stripe.md 5.4).
fn subscription_of(event: &Event) -> Option<&str> {
    let object = &event.object;
    if event.kind.starts_with("customer.subscription.") {
        return event.object_id.as_deref();
    }
    if !event.kind.starts_with("invoice.") {
        return None;
    }
    let nested = &object["parent"]["subscription_details"]["subscription"];
    named(nested).or_else(|| named(&object["subscription"]))
}

/// An id, or the id of an object that was expanded.
fn named(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value["id"].as_str())
}

/// Tenant and user of the customer that an event names.
async fn customer(
    app: &App,
    event: &Event,
    object: &Value,
) -> Result<Option<(Arc<str>, Arc<str>)>> {
    let id = if event.kind.starts_with("customer.") && object["object"] == "customer" {
        event.object_id.as_deref()
    } else {
        named(&object["customer"])
    };
    let Some(id) = id else {
        return Ok(None);
    };
    let mode = event.mode();
    let users = accounts::user_of_customer(&app.db, &event.account, mode, id).await?;
    Ok(users.into_iter().next())
}

/// The tenant of a key, if the event is of its mode.
async fn tenant(app: &App, event: &Event, key: &str) -> Result<Option<Arc<Tenant>>> {
    let Some(key) = PublishableKey::parse(key) else {
        return Ok(None);
    };
    let found = app
        .caches
        .tenant(&app.db, &key, Freshness::CheckNow)
        .await?;
    Ok(found.filter(|tenant| tenant.scope.mode() == event.mode()))
}
