//! Rows of a subscription and its invoices, made from what was fetched and decided.

use std::sync::Arc;

use dream_domain::subscription::{Decision, Item, next_check};
use dream_domain::time::Millis;
use dream_store::invoices::Invoice;
use dream_store::subscriptions::Row;

use super::Fetched;
use crate::payments::api;

/// The row to store. `asked_at` is when asking began, in business time.
pub(super) fn row(
    fetched: &Fetched,
    decision: &Decision,
    user: &str,
    sold: Option<(&Item, String)>,
    before: Option<&Row>,
    asked_at: Millis,
) -> Row {
    let facts = &fetched.facts;
    let (item, tier) = sold.unzip();
    let item = item.or(facts.items.first());
    let (period_start, period_end) = facts.period();
    let account = fetched.account.as_deref().map(str::to_owned);
    let known = |of: fn(&Row) -> &String| before.map(of).cloned().unwrap_or_default();
    let text = |of: fn(&Item) -> &str| item.map(of).unwrap_or_default();
    Row {
        id: facts.id.clone(),
        user: user.to_owned(),
        account_id: account.unwrap_or_else(|| known(|row| &row.account_id)),
        customer_id: facts.customer_id.clone(),
        status: facts.status.as_str().to_owned(),
        price_id: text(|item| &item.price_id).to_owned(),
        product_id: text(|item| &item.product_id).to_owned(),
        tier: tier.unwrap_or_default(),
        amount: item.map_or(0, |item| item.unit.minor),
        currency: text(|item| item.unit.currency.as_str()).to_owned(),
        interval: text(|item| item.interval.as_str()).to_owned(),
        quantity: item.map_or(0, |item| item.quantity),
        period_start,
        period_end,
        trial_end: facts.trial_end,
        cancel_at: facts.cancel_at,
        cancel_at_period_end: facts.cancel_at_period_end,
        canceled_at: facts.canceled_at,
        ended_at: facts.ended_at,
        cancel_reason: facts.cancel_reason.clone(),
        claim_plan: decision.claim.as_ref().map(|claim| claim.plan.clone()),
        claim_until: decision.claim.as_ref().and_then(|claim| claim.until),
        reason: decision.reason.as_str().to_owned(),
        mrr: decision.mrr,
        facts: serde_json::to_string(facts).unwrap_or_default(),
        started_at: facts.started_at,
        fetched_at: asked_at,
        next_check_at: next_check(facts, decision, asked_at),
        version: before.map_or(0, |row| row.version),
    }
}

/// Whether two rows tell the same of a subscription, whenever they were fetched.
pub(super) fn is_same(old: &Row, new: &Row) -> bool {
    let timeless = |row: &Row| Row {
        fetched_at: Millis(0),
        next_check_at: None,
        version: 0,
        ..row.clone()
    };
    timeless(old) == timeless(new)
}

/// What a stored subscription brings a month as of a moment: nothing once its claim has ended.
pub(super) fn mrr_at(row: &Row, now: Millis) -> i64 {
    let runs = row.claim_plan.is_some() && row.claim_until.is_none_or(|until| now < until);
    if runs { row.mrr } else { 0 }
}

/// An invoice of a subscription, to store.
pub(super) fn invoice(invoice: &api::invoices::Invoice, row: &Row) -> Invoice {
    let text = |text: &Option<String>| text.as_deref().map(Arc::from);
    let word = |text: &Option<String>| text.as_deref().unwrap_or_default().into();
    Invoice {
        id: invoice.id.as_str().into(),
        subscription_id: row.id.as_str().into(),
        user: row.user.as_str().into(),
        number: text(&invoice.number),
        status: word(&invoice.status),
        amount_due: invoice.amount_due,
        amount_paid: invoice.amount_paid,
        amount_refunded: 0,
        currency: invoice.currency.as_str().into(),
        billing_reason: word(&invoice.billing_reason),
        period_start: invoice.period_start.unwrap_or(row.period_start),
        period_end: invoice.period_end.unwrap_or(row.period_end),
        hosted_url: text(&invoice.hosted_invoice_url),
        payment_id: text(&invoice.payment_intent),
        created_at: invoice.created,
        paid_at: invoice.paid_at,
        next_attempt_at: invoice.next_payment_attempt,
        fetched_at: row.fetched_at,
    }
}
