//! The facts of a subscription as they are stored: plain words and numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Status;
use crate::money::{Currency, Money};
use crate::tier::Interval;
use crate::time::Millis;

#[derive(Serialize, Deserialize)]
pub(super) struct Facts {
    id: String,
    customer_id: String,
    status: String,
    items: Vec<Item>,
    cancel_at: Option<i64>,
    cancel_at_period_end: bool,
    canceled_at: Option<i64>,
    ended_at: Option<i64>,
    trial_end: Option<i64>,
    cancel_reason: Option<String>,
    started_at: i64,
    metadata: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct Item {
    id: String,
    price_id: String,
    product_id: String,
    quantity: i64,
    unit: i64,
    currency: String,
    interval: String,
    interval_count: i64,
    period_start: i64,
    period_end: i64,
}

impl From<super::Facts> for Facts {
    fn from(facts: super::Facts) -> Self {
        let ms = |moment: Option<Millis>| moment.map(|moment| moment.0);
        Self {
            id: facts.id,
            customer_id: facts.customer_id,
            status: facts.status.as_str().to_owned(),
            items: facts.items.into_iter().map(Item::from).collect(),
            cancel_at: ms(facts.cancel_at),
            cancel_at_period_end: facts.cancel_at_period_end,
            canceled_at: ms(facts.canceled_at),
            ended_at: ms(facts.ended_at),
            trial_end: ms(facts.trial_end),
            cancel_reason: facts.cancel_reason,
            started_at: facts.started_at.0,
            metadata: facts.metadata,
        }
    }
}

impl From<super::Item> for Item {
    fn from(item: super::Item) -> Self {
        Self {
            id: item.id,
            price_id: item.price_id,
            product_id: item.product_id,
            quantity: item.quantity,
            unit: item.unit.minor,
            currency: item.unit.currency.as_str().to_owned(),
            interval: item.interval.as_str().to_owned(),
            interval_count: item.interval_count,
            period_start: item.period_start.0,
            period_end: item.period_end.0,
        }
    }
}

impl TryFrom<Facts> for super::Facts {
    type Error = String;

    fn try_from(facts: Facts) -> Result<Self, String> {
        let items: Result<_, String> = facts.items.into_iter().map(TryFrom::try_from).collect();
        Ok(Self {
            id: facts.id,
            customer_id: facts.customer_id,
            status: Status::parse(&facts.status),
            items: items?,
            cancel_at: facts.cancel_at.map(Millis),
            cancel_at_period_end: facts.cancel_at_period_end,
            canceled_at: facts.canceled_at.map(Millis),
            ended_at: facts.ended_at.map(Millis),
            trial_end: facts.trial_end.map(Millis),
            cancel_reason: facts.cancel_reason,
            started_at: Millis(facts.started_at),
            metadata: facts.metadata,
        })
    }
}

impl TryFrom<Item> for super::Item {
    type Error = String;

    fn try_from(item: Item) -> Result<Self, String> {
        let currency = Currency::parse(&item.currency)
            .map_err(|_| format!("currency {} is not known", item.currency))?;
        let interval = Interval::parse(&item.interval)
            .ok_or_else(|| format!("interval {} is not known", item.interval))?;
        Ok(Self {
            id: item.id,
            price_id: item.price_id,
            product_id: item.product_id,
            quantity: item.quantity,
            unit: Money {
                minor: item.unit,
                currency,
            },
            interval,
            interval_count: item.interval_count,
            period_start: Millis(item.period_start),
            period_end: Millis(item.period_end),
        })
    }
}
