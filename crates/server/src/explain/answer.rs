//! An explanation and invoices as callers see them.

use dream_domain::plan::Grant;
use dream_domain::subscription::{Reason, State};
use dream_domain::time::Millis;
use dream_store::customers::Customer;
use dream_store::invoices::Invoice;
use dream_store::subscriptions::Row;
use serde::Serialize;
use utoipa::ToSchema;

/// Why a customer has his plan. Times are milliseconds since the epoch, amounts minor units.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explanation {
    user_id: String,
    /// The plan in force; empty without one.
    #[schema(example = "pro")]
    plan: String,
    /// `none`, `trialing`, `active`, `canceling`, `past_due` or `canceled`.
    #[schema(example = "active")]
    status: &'static str,
    /// The first moment the plan no longer holds without further news; null if no end is known.
    access_until: Option<i64>,
    /// The rule that decided, in one word.
    #[schema(example = "active")]
    reason: &'static str,
    /// The same rule as a sentence.
    rule: &'static str,
    /// The subscription that decided.
    subscription_id: Option<String>,
    facts: FactsBody,
}

/// What it was decided from.
#[derive(Debug, Serialize, ToSchema)]
struct FactsBody {
    grants: Vec<GrantBody>,
    subscriptions: Vec<SubscriptionBody>,
    invoices: Vec<InvoiceBody>,
}

/// A plan that was given.
#[derive(Debug, Serialize, ToSchema)]
struct GrantBody {
    plan: String,
    /// Who gave it.
    by: String,
    until: Option<i64>,
    /// It holds now.
    running: bool,
}

/// A subscription as it was last fetched.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SubscriptionBody {
    id: String,
    customer_id: String,
    /// The provider's word.
    status: String,
    tier: String,
    price_id: String,
    amount: i64,
    currency: String,
    interval: String,
    quantity: i64,
    period_start: i64,
    period_end: i64,
    trial_end: Option<i64>,
    cancel_at: Option<i64>,
    cancel_at_period_end: bool,
    canceled_at: Option<i64>,
    ended_at: Option<i64>,
    started_at: i64,
    fetched_at: i64,
    /// What it gives; null if nothing.
    claim: Option<ClaimBody>,
    /// Why it gives that.
    reason: String,
    rule: &'static str,
    /// What it brings a month.
    mrr: i64,
}

/// What a subscription gives.
#[derive(Debug, Serialize, ToSchema)]
struct ClaimBody {
    plan: String,
    until: Option<i64>,
}

/// An invoice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InvoiceBody {
    id: String,
    subscription_id: String,
    number: Option<String>,
    /// `draft`, `open`, `paid`, `uncollectible` or `void`.
    #[schema(example = "paid")]
    status: String,
    amount_due: i64,
    amount_paid: i64,
    amount_refunded: i64,
    currency: String,
    period_start: i64,
    period_end: i64,
    /// Where the customer sees and pays it.
    hosted_url: Option<String>,
    created_at: i64,
    paid_at: Option<i64>,
    next_attempt_at: Option<i64>,
}

/// A page of invoices.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InvoiceList {
    invoices: Vec<InvoiceBody>,
    /// Send it as `cursor` for the next page; null on the last one.
    next_cursor: Option<String>,
    has_more: bool,
}

impl Explanation {
    pub(super) fn of(
        customer: &Customer,
        state: &State,
        grants: &[Grant],
        rows: &[Row],
        invoices: &[Invoice],
        now: Millis,
    ) -> Self {
        Self {
            user_id: customer.id.to_string(),
            plan: state.plan.clone().unwrap_or_default(),
            status: state.status.as_str(),
            access_until: state.access_until.map(ms),
            reason: state.reason.as_str(),
            rule: state.reason.sentence(),
            subscription_id: state.subscription_id.clone(),
            facts: FactsBody {
                grants: grants
                    .iter()
                    .map(|grant| GrantBody::of(grant, now))
                    .collect(),
                subscriptions: rows.iter().map(SubscriptionBody::of).collect(),
                invoices: invoices.iter().map(InvoiceBody::of).collect(),
            },
        }
    }
}

impl GrantBody {
    fn of(grant: &Grant, now: Millis) -> Self {
        Self {
            plan: grant.plan.clone(),
            by: grant.by.clone(),
            until: grant.until.map(ms),
            running: grant.is_running(now),
        }
    }
}

impl SubscriptionBody {
    fn of(row: &Row) -> Self {
        let claim = row.claim_plan.clone().map(|plan| ClaimBody {
            plan,
            until: row.claim_until.map(ms),
        });
        Self {
            id: row.id.clone(),
            customer_id: row.customer_id.clone(),
            status: row.status.clone(),
            tier: row.tier.clone(),
            price_id: row.price_id.clone(),
            amount: row.amount,
            currency: row.currency.clone(),
            interval: row.interval.clone(),
            quantity: row.quantity,
            period_start: row.period_start.0,
            period_end: row.period_end.0,
            trial_end: row.trial_end.map(ms),
            cancel_at: row.cancel_at.map(ms),
            cancel_at_period_end: row.cancel_at_period_end,
            canceled_at: row.canceled_at.map(ms),
            ended_at: row.ended_at.map(ms),
            started_at: row.started_at.0,
            fetched_at: row.fetched_at.0,
            claim,
            reason: row.reason.clone(),
            rule: Reason::parse(&row.reason).map_or("", |reason| reason.sentence()),
            mrr: row.mrr,
        }
    }
}

impl InvoiceBody {
    fn of(invoice: &Invoice) -> Self {
        let text = |text: &Option<std::sync::Arc<str>>| text.as_ref().map(ToString::to_string);
        Self {
            id: invoice.id.to_string(),
            subscription_id: invoice.subscription_id.to_string(),
            number: text(&invoice.number),
            status: invoice.status.to_string(),
            amount_due: invoice.amount_due,
            amount_paid: invoice.amount_paid,
            amount_refunded: invoice.amount_refunded,
            currency: invoice.currency.to_string(),
            period_start: invoice.period_start.0,
            period_end: invoice.period_end.0,
            hosted_url: text(&invoice.hosted_url),
            created_at: invoice.created_at.0,
            paid_at: invoice.paid_at.map(ms),
            next_attempt_at: invoice.next_attempt_at.map(ms),
        }
    }
}

impl InvoiceList {
    pub(super) fn of(rows: &[Invoice], next_cursor: Option<String>, has_more: bool) -> Self {
        Self {
            invoices: rows.iter().map(InvoiceBody::of).collect(),
            next_cursor,
            has_more,
        }
    }
}

fn ms(at: Millis) -> i64 {
    at.0
}
