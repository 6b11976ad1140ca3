//! What a fetched subscription changes, in one transaction: the row, the plan of its user, the record of
//! the change, invoices, the checkout it came from and the event that told of it.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::id::ChangeId;
use dream_domain::time::Millis;

use super::Row;
use crate::Db;
use crate::checkouts::{self, Status};
use crate::db;
use crate::inbox::{self, Claimed};
use crate::invoices::{self, Invoice};
use crate::params;
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::{Refusal, Step};

statements! {
    /// The names a user is called by, each with a place in the caches.
    NAMES = "select external_id from end_users where publishable_key = $1 and user_id = $2";
    /// The row of the user is locked first, so that two changes of one user come one after the other. The
    /// new version tells the caches and the meter, in whatever process, that the plan may be another.
    SET_PLAN = "update end_users set plan = $4, version = version + 1,
        updated_at = case when coalesce(plan, '') = coalesce(cast($4 as text), '') then updated_at else $6 end
        where publishable_key = $1 and user_id = $2 and coalesce(plan, '') = coalesce(cast($3 as text), '')
        and coalesce(external_id, '') = coalesce(cast($5 as text), '') and (cast($7 as bigint) is null or version = $7)";
    INSERT = "insert into subscriptions (publishable_key, subscription_id, user_id, account_id, customer_id, status, price_id, product_id, tier, amount, currency,
        billing_interval, quantity, period_start, period_end, trial_end, cancel_at, cancel_at_period_end, canceled_at, ended_at, cancel_reason,
        claim_plan, claim_until, reason, mrr, facts, started_at, fetched_at, next_check_at, version)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)";
    UPDATE = "update subscriptions set customer_id = $5, status = $6, price_id = $7, product_id = $8, tier = $9, amount = $10, currency = $11,
        billing_interval = $12, quantity = $13, period_start = $14, period_end = $15, trial_end = $16, cancel_at = $17, cancel_at_period_end = $18,
        canceled_at = $19, ended_at = $20, cancel_reason = $21, claim_plan = $22, claim_until = $23, reason = $24, mrr = $25, facts = $26,
        started_at = $27, fetched_at = $28, next_check_at = $29, version = $30 + 1
        where publishable_key = $1 and subscription_id = $2 and user_id = $3 and account_id = $4 and version = $30";
    ADD_CHANGE = "insert into subscription_changes
        (publishable_key, change_id, user_id, at, from_plan, to_plan, mrr_before, mrr_after, currency, reason, subscription_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
}

/// What a fetch leads to; all of it, or nothing.
#[derive(Clone, Debug)]
pub struct Apply<'a> {
    /// Whose subscription it is.
    pub user: &'a str,
    /// The subscription as it is now; none if only the rest is to be noted.
    pub row: Option<&'a Row>,
    /// The version the stored row had *before* the fetch; none if there was no row.
    pub expected: Option<i64>,
    /// The version of the customer when the decision was made: of two subscriptions of one user that are decided at
    /// once, the second starts anew. None: the decision hangs on this subscription alone.
    pub customer_version: Option<i64>,
    /// What [`crate::customers::Customer::plan`] was when the decision was made; none for the default plan.
    pub plan_from: Option<&'a str>,
    /// What it becomes; none for the default plan.
    pub plan_to: Option<&'a str>,
    /// The record, if the plan or what the user pays changed (rules 21).
    pub change: Option<ChangeRow>,
    /// The checkout that made the subscription.
    pub checkout: Option<&'a str>,
    /// Invoices of the subscription that were fetched with it; all of them of this user.
    pub invoices: &'a [Invoice],
    /// The event that is worked with this.
    pub event: Option<&'a Claimed>,
    /// Business time.
    pub at: Millis,
    /// Machine time, for the event.
    pub machine: Millis,
}

/// The record of a change of what a user is entitled to, or pays.
#[derive(Clone, Debug)]
pub struct ChangeRow {
    /// `chg_…`.
    pub id: ChangeId,
    /// The plan before.
    pub from: String,
    /// The plan after.
    pub to: String,
    /// The user's monthly share of the revenue before, in minor units.
    pub mrr_before: i64,
    /// And after.
    pub mrr_after: i64,
    /// ISO code in lower case.
    pub currency: String,
    /// The word of the rule that decided.
    pub reason: String,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is durable, and the next call of the user is judged by it.
    Done,
    /// Nothing has changed: row, plan or customer are not as they were read, or the claim on the event has
    /// ended. Read everything anew, fetch and decide again.
    Conflict,
}

/// Writes what a fetch led to. An expected version that is not the stored one, a plan that is not the one
/// the decision started from, a customer who is gone: nothing changes then.
pub async fn apply(db: &Db, scope: &Scope, apply: &Apply<'_>) -> Result<Applied> {
    let tenant = scope.tenant();
    let rows = db.near(&NAMES, params![tenant, apply.user]).await?;
    let Some(row) = rows.first() else {
        return Ok(Applied::Conflict);
    };
    let external = row.opt_text(0)?;
    if of_another(apply) {
        return Err(Code::Internal.error("A subscription or invoice is applied to another user"));
    }
    let names = external.as_deref().into_iter().chain([apply.user]);
    let bumps = names.map(|name| db.versions().user_slot(tenant, name));
    let change = db::Change {
        steps: steps(tenant, apply, external.as_ref()),
        bumps: bumps.collect(),
        ..db::Change::default()
    };
    match db.change(change).await {
        Ok(_) => Ok(Applied::Done),
        Err(Refusal::Guard(_) | Refusal::Taken(_)) => Ok(Applied::Conflict),
        Err(refusal) => Err(refusal.into()),
    }
}

fn of_another(apply: &Apply<'_>) -> bool {
    apply.row.is_some_and(|row| row.user != apply.user)
        || apply.invoices.iter().any(|i| *i.user != *apply.user)
}

fn steps(tenant: &Arc<str>, apply: &Apply<'_>, external: Option<&Arc<str>>) -> Vec<Step> {
    let (user, at) = (apply.user, apply.at);
    let plan = params![
        tenant,
        user,
        apply.plan_from,
        apply.plan_to,
        external,
        at,
        apply.customer_version
    ];
    let mut steps = vec![Step::new(&SET_PLAN, plan).must_change(1)];
    steps.extend(apply.row.map(|row| write(tenant, row, apply.expected)));
    let subscription = apply.row.map(|row| row.id.as_str());
    if let Some(change) = &apply.change {
        steps.push(record(tenant, user, at, change, subscription));
    }
    let invoices = apply.invoices.iter();
    steps.extend(invoices.map(|invoice| invoices::put_step(tenant, invoice)));
    if let Some(id) = apply.checkout {
        let paid = Status::Completed;
        steps.push(checkouts::close_step(tenant, id, paid, subscription, at));
    }
    let event = apply.event;
    steps.extend(event.map(|event| inbox::done_step(event, apply.machine)));
    steps
}

fn record(
    tenant: &str,
    user: &str,
    at: Millis,
    change: &ChangeRow,
    subscription: Option<&str>,
) -> Step {
    let row = params![
        tenant,
        change.id.as_str(),
        user,
        at,
        &change.from,
        &change.to,
        change.mrr_before,
        change.mrr_after,
        &change.currency,
        &change.reason,
        subscription
    ];
    Step::new(&ADD_CHANGE, row).must_change(1)
}

/// A new row begins at version 1; a stored one must be the one that was read.
fn write(tenant: &str, row: &Row, expected: Option<i64>) -> Step {
    let sql = if expected.is_some() { &UPDATE } else { &INSERT };
    let params = params![
        tenant,
        &row.id,
        &row.user,
        &row.account_id,
        &row.customer_id,
        &row.status,
        &row.price_id,
        &row.product_id,
        &row.tier,
        row.amount,
        &row.currency,
        &row.interval,
        row.quantity,
        row.period_start,
        row.period_end,
        row.trial_end,
        row.cancel_at,
        row.cancel_at_period_end,
        row.canceled_at,
        row.ended_at,
        row.cancel_reason.as_deref(),
        row.claim_plan.as_deref(),
        row.claim_until,
        &row.reason,
        row.mrr,
        &row.facts,
        row.started_at,
        row.fetched_at,
        row.next_check_at,
        expected.unwrap_or(1)
    ];
    Step::new(sql, params).must_change(1)
}
