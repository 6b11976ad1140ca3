//! Subscriptions: what a customer pays again and again.

use dream_domain::money::{Currency, Money};
use dream_domain::subscription::{Facts, Item, Status};
use dream_domain::tier::Interval;
use dream_domain::time::Millis;
use serde::Deserialize;

use crate::stripe::calls::path;
use crate::stripe::catalog::Recurring;
use crate::stripe::form::Form;
use crate::stripe::read::Page;
use crate::stripe::{At, Failure, Kind, Metadata, read};

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Raw")]
pub struct Subscription {
    /// What decides about the plan. Items that are not paid by the month or the year, or in a currency that no price
    /// can be in, are left out: no tier is sold like that.
    pub facts: Facts,
    /// Its newest invoice.
    pub latest_invoice: Option<String>,
    /// Whether real money is meant.
    pub livemode: bool,
}

impl From<Subscription> for Facts {
    fn from(subscription: Subscription) -> Self {
        subscription.facts
    }
}

/// Who pays for the rest of the period when a price changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proration {
    /// The next invoice settles it.
    NextInvoice,
    /// An invoice settles it at once.
    Now,
    /// Nobody.
    None,
}

impl At<'_> {
    /// Reads a subscription, ended or not.
    pub async fn subscription(&self, id: &str) -> Result<Subscription, Failure> {
        let path = path("/v1/subscriptions/{}", id)?;
        self.get(&path, Form::default()).await
    }

    /// The subscriptions of a customer, ended ones too.
    pub async fn subscriptions_of(&self, customer: &str) -> Result<Vec<Subscription>, Failure> {
        let query = Form::default()
            .with("customer", customer)
            .with("status", "all");
        self.all("/v1/subscriptions", query).await
    }

    /// Moves one item of a subscription to another price.
    pub async fn change_price(
        &self,
        id: &str,
        item: &str,
        price: &str,
        proration: Proration,
        key: &str,
    ) -> Result<Subscription, Failure> {
        let behavior = match proration {
            Proration::NextInvoice => "create_prorations",
            Proration::Now => "always_invoice",
            Proration::None => "none",
        };
        let form = Form::default()
            .with("items[0][id]", item)
            .with("items[0][price]", price)
            .with("proration_behavior", behavior);
        let path = path("/v1/subscriptions/{}", id)?;
        self.post(&path, form, key).await
    }

    /// Lets a subscription end with its period, or takes that back.
    pub async fn set_cancel_at_period_end(
        &self,
        id: &str,
        cancels: bool,
        key: &str,
    ) -> Result<Subscription, Failure> {
        let path = path("/v1/subscriptions/{}", id)?;
        let form = Form::default().with("cancel_at_period_end", cancels);
        self.post(&path, form, key).await
    }

    /// Ends a subscription at once; fine if it had ended.
    pub async fn cancel_now(&self, id: &str) -> Result<Subscription, Failure> {
        let path = path("/v1/subscriptions/{}", id)?;
        match self.delete(&path).await {
            // Stripe knows no canceled subscription here, and an answer may have been lost.
            Err(failure) if failure.kind == Kind::NotFound => self.subscription(id).await,
            done => done,
        }
    }
}

#[derive(Deserialize)]
struct Raw {
    id: String,
    #[serde(deserialize_with = "read::id_of")]
    customer: String,
    status: String,
    items: Page<RawItem>,
    #[serde(default, deserialize_with = "read::maybe_seconds")]
    cancel_at: Option<Millis>,
    #[serde(default)]
    cancel_at_period_end: bool,
    #[serde(default, deserialize_with = "read::maybe_seconds")]
    canceled_at: Option<Millis>,
    #[serde(default, deserialize_with = "read::maybe_seconds")]
    ended_at: Option<Millis>,
    #[serde(default, deserialize_with = "read::maybe_seconds")]
    trial_end: Option<Millis>,
    cancellation_details: Option<RawCancellation>,
    #[serde(deserialize_with = "read::seconds")]
    start_date: Millis,
    #[serde(default, deserialize_with = "read::reference")]
    latest_invoice: Option<String>,
    #[serde(default, deserialize_with = "read::or_empty")]
    metadata: Metadata,
    livemode: bool,
    current_period_start: Option<i64>,
    current_period_end: Option<i64>,
}

#[derive(Deserialize)]
struct RawItem {
    id: String,
    price: RawPrice,
    quantity: Option<i64>,
    current_period_start: Option<i64>,
    current_period_end: Option<i64>,
}

#[derive(Deserialize)]
struct RawPrice {
    id: String,
    #[serde(deserialize_with = "read::id_of")]
    product: String,
    unit_amount: Option<i64>,
    currency: String,
    recurring: Option<Recurring>,
}

#[derive(Deserialize)]
struct RawCancellation {
    reason: Option<String>,
}

impl From<Raw> for Subscription {
    fn from(raw: Raw) -> Self {
        // Before 2025-03-31 the period was the subscription's, since then it is each item's.
        let whole = (raw.current_period_start, raw.current_period_end);
        let items = raw.items.data.into_iter();
        let facts = Facts {
            id: raw.id,
            customer_id: raw.customer,
            status: Status::parse(&raw.status),
            items: items.filter_map(|raw| item(raw, whole)).collect(),
            cancel_at: raw.cancel_at,
            cancel_at_period_end: raw.cancel_at_period_end,
            canceled_at: raw.canceled_at,
            ended_at: raw.ended_at,
            trial_end: raw.trial_end,
            cancel_reason: raw.cancellation_details.and_then(|details| details.reason),
            started_at: raw.start_date,
            metadata: raw.metadata,
        };
        Self {
            facts,
            latest_invoice: raw.latest_invoice,
            livemode: raw.livemode,
        }
    }
}

fn item(raw: RawItem, whole: (Option<i64>, Option<i64>)) -> Option<Item> {
    let recurring = raw.price.recurring?;
    Some(Item {
        id: raw.id,
        price_id: raw.price.id,
        product_id: raw.price.product,
        quantity: raw.quantity.unwrap_or(1),
        unit: Money {
            minor: raw.price.unit_amount.unwrap_or(0),
            currency: Currency::parse(&raw.price.currency).ok()?,
        },
        interval: Interval::parse(&recurring.interval)?,
        interval_count: recurring.interval_count,
        period_start: read::moment(raw.current_period_start.or(whole.0)?),
        period_end: read::moment(raw.current_period_end.or(whole.1)?),
    })
}
