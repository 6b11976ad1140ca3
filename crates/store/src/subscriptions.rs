//! Subscriptions as they were last fetched, and what they give their users.

pub(crate) mod apply;
pub(crate) mod changes;

pub use apply::{Applied, Apply, ChangeRow, apply};
pub use changes::{Change, changes_between, changes_of_user};

use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::key::Mode;
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::Step;
use crate::value;

statements! {
    FIND = "select subscription_id, user_id, account_id, customer_id, status, price_id, product_id, tier, amount, currency, billing_interval, quantity,
        period_start, period_end, trial_end, cancel_at, cancel_at_period_end, canceled_at, ended_at, cancel_reason, claim_plan, claim_until, reason, mrr,
        facts, started_at, fetched_at, next_check_at, version
        from subscriptions where publishable_key = $1 and subscription_id = $2";
    OF_USER = "select subscription_id, user_id, account_id, customer_id, status, price_id, product_id, tier, amount, currency, billing_interval, quantity,
        period_start, period_end, trial_end, cancel_at, cancel_at_period_end, canceled_at, ended_at, cancel_reason, claim_plan, claim_until, reason, mrr,
        facts, started_at, fetched_at, next_check_at, version
        from subscriptions where publishable_key = $1 and user_id = $2 order by started_at, subscription_id";
    BY_OBJECT = "select publishable_key, user_id from subscriptions where subscription_id = $1 and account_id = $2 order by publishable_key limit 1";
    UNENDED = "select subscription_id from subscriptions
        where publishable_key = $1 and ended_at is null and subscription_id > $2 order by subscription_id limit $3";
    DUE = "select s.publishable_key, s.subscription_id, s.account_id, t.mode from subscriptions s
        join tenants t on t.publishable_key = s.publishable_key
        where s.next_check_at <= $1 order by s.next_check_at, s.publishable_key, s.subscription_id limit $2";
    SET_NEXT_CHECK = "update subscriptions set next_check_at = $4 where publishable_key = $1 and subscription_id = $2 and version = $3";
    UNCHANGED = "update subscriptions set next_check_at = $4, fetched_at = $5, version = version + 1 where publishable_key = $1 and subscription_id = $2 and version = $3";
}

/// A subscription as it was last fetched, and what follows from it. Times are business time, amounts
/// minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The provider's id of it.
    pub id: String,
    /// Whose.
    pub user: String,
    /// The account it is at; `''` for the platform's own.
    pub account_id: String,
    /// The provider's customer who pays.
    pub customer_id: String,
    /// The provider's word.
    pub status: String,
    /// The price of the item that decides.
    pub price_id: String,
    /// The product of that item.
    pub product_id: String,
    /// The tier that is sold at that price; empty if there is none.
    pub tier: String,
    /// What one of it costs.
    pub amount: i64,
    /// ISO code in lower case.
    pub currency: String,
    /// `month` or `year`.
    pub interval: String,
    /// How many.
    pub quantity: i64,
    /// When the period that is paid or due began.
    pub period_start: Millis,
    /// When it ends.
    pub period_end: Millis,
    /// When the trial ends or ended.
    pub trial_end: Option<Millis>,
    /// When it ends, if that is settled.
    pub cancel_at: Option<Millis>,
    /// It ends with its period.
    pub cancel_at_period_end: bool,
    /// When somebody cancelled it.
    pub canceled_at: Option<Millis>,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// Why it was cancelled, in the provider's word.
    pub cancel_reason: Option<String>,
    /// The plan it gives; none if it gives none.
    pub claim_plan: Option<String>,
    /// The first moment it no longer does; none until there is news.
    pub claim_until: Option<Millis>,
    /// The word of the rule that decided.
    pub reason: String,
    /// Its share of the monthly revenue.
    pub mrr: i64,
    /// All facts, as JSON.
    pub facts: String,
    /// When it began.
    pub started_at: Millis,
    /// When asking for it began, the last time.
    pub fetched_at: Millis,
    /// When to ask again without news; none if never.
    pub next_check_at: Option<Millis>,
    /// Grows with every change; [`apply()`] sets it by itself.
    pub version: i64,
}

/// A subscription that is to be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The publishable key it belongs to.
    pub tenant: Arc<str>,
    /// The provider's id of it.
    pub id: Arc<str>,
    /// The account it is at.
    pub account_id: Arc<str>,
    /// Test or live.
    pub mode: Mode,
}

/// Finds a subscription.
pub async fn find(db: &Db, scope: &Scope, id: &str) -> Result<Option<Row>> {
    let rows = db.near(&FIND, params![scope.tenant(), id]).await?;
    rows.first().map(read).transpose()
}

/// The subscriptions of a user, ended ones included, oldest first.
pub async fn of_user(db: &Db, scope: &Scope, user: &str) -> Result<Vec<Row>> {
    let rows = db.near(&OF_USER, params![scope.tenant(), user]).await?;
    rows.iter().map(read).collect()
}

/// Tenant and user of a subscription that an event names.
pub async fn by_object(
    db: &Db,
    subscription_id: &str,
    account_id: &str,
) -> Result<Option<(Arc<str>, Arc<str>)>> {
    let rows = db
        .near(&BY_OBJECT, params![subscription_id, account_id])
        .await?;
    rows.first()
        .map(|row| Ok((row.text(0)?, row.text(1)?)))
        .transpose()
}

/// Subscriptions of all tenants that are to be looked at by now, the longest due first.
pub async fn due(db: &Db, now: Millis, limit: i64) -> Result<Vec<Due>> {
    let rows = db.rows(&DUE, params![now, limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(Due {
                tenant: row.text(0)?,
                id: row.text(1)?,
                account_id: row.text(2)?,
                mode: Mode::parse(&row.text(3)?).ok_or_else(damaged)?,
            })
        })
        .collect()
}

/// Ids of the subscriptions of a tenant that have not ended, after `after` (exclusive), in their order.
pub async fn unended(db: &Db, scope: &Scope, after: &str, limit: i64) -> Result<Vec<Arc<str>>> {
    let row = params![scope.tenant(), after, limit];
    let rows = db.rows(&UNENDED, row).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Sets when to look at a subscription again; false if it has changed since it was read at `version`.
pub async fn set_next_check(
    db: &Db,
    scope: &Scope,
    id: &str,
    version: i64,
    next: Option<Millis>,
) -> Result<bool> {
    let row = params![scope.tenant(), id, version, next];
    db.changed(vec![Step::new(&SET_NEXT_CHECK, row).must_change(1)])
        .await
}

/// Notes that a subscription was fetched and is as it was; false if it has changed since it was read at
/// `version`. Nobody's plan is touched, but the version grows: a fetch that began before this one is stale.
pub async fn unchanged(
    db: &Db,
    scope: &Scope,
    id: &str,
    version: i64,
    fetched_at: Millis,
    next: Option<Millis>,
) -> Result<bool> {
    let row = params![scope.tenant(), id, version, next, fetched_at];
    db.changed(vec![Step::new(&UNCHANGED, row).must_change(1)])
        .await
}

pub(crate) fn read(row: &value::Row) -> Result<Row> {
    let text = |index| row.text(index).map(|text| text.to_string());
    let opt_text = |index| Ok::<_, Error>(row.opt_text(index)?.map(|text| text.to_string()));
    Ok(Row {
        id: text(0)?,
        user: text(1)?,
        account_id: text(2)?,
        customer_id: text(3)?,
        status: text(4)?,
        price_id: text(5)?,
        product_id: text(6)?,
        tier: text(7)?,
        amount: row.int(8)?,
        currency: text(9)?,
        interval: text(10)?,
        quantity: row.int(11)?,
        period_start: row.time(12)?,
        period_end: row.time(13)?,
        trial_end: row.opt_time(14)?,
        cancel_at: row.opt_time(15)?,
        cancel_at_period_end: row.flag(16)?,
        canceled_at: row.opt_time(17)?,
        ended_at: row.opt_time(18)?,
        cancel_reason: opt_text(19)?,
        claim_plan: opt_text(20)?,
        claim_until: row.opt_time(21)?,
        reason: text(22)?,
        mrr: row.int(23)?,
        facts: text(24)?,
        started_at: row.time(25)?,
        fetched_at: row.time(26)?,
        next_check_at: row.opt_time(27)?,
        version: row.int(28)?,
    })
}

fn damaged() -> Error {
    Code::Internal.error("A stored subscription is damaged")
}
