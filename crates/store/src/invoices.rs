//! Invoices as they were last fetched: what customers paid, and what a project earned.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::scope::{Scope, hold_user};
use crate::sql::statements;
use crate::step::{Refusal, Step};
use crate::value::Row;

statements! {
    /// What was fetched before what is stored changes nothing.
    PUT = "insert into invoices (publishable_key, invoice_id, subscription_id, user_id, number, status, amount_due, amount_paid, amount_refunded,
        currency, billing_reason, period_start, period_end, hosted_url, payment_id, created_at, paid_at, next_attempt_at, fetched_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        on conflict (publishable_key, invoice_id) do update set number = excluded.number, status = excluded.status,
          amount_due = excluded.amount_due, amount_paid = excluded.amount_paid,
          amount_refunded = case when excluded.amount_refunded > invoices.amount_refunded then excluded.amount_refunded else invoices.amount_refunded end,
          billing_reason = excluded.billing_reason, period_start = excluded.period_start, period_end = excluded.period_end,
          hosted_url = excluded.hosted_url, payment_id = coalesce(excluded.payment_id, invoices.payment_id), paid_at = excluded.paid_at,
          next_attempt_at = excluded.next_attempt_at, fetched_at = excluded.fetched_at
        where invoices.fetched_at <= excluded.fetched_at";
    FIND = "select invoice_id, subscription_id, user_id, number, status, amount_due, amount_paid, amount_refunded, currency, billing_reason,
        period_start, period_end, hosted_url, payment_id, created_at, paid_at, next_attempt_at, fetched_at
        from invoices where publishable_key = $1 and invoice_id = $2";
    OF_PAYMENT = "select invoice_id, subscription_id, user_id, number, status, amount_due, amount_paid, amount_refunded, currency, billing_reason,
        period_start, period_end, hosted_url, payment_id, created_at, paid_at, next_attempt_at, fetched_at
        from invoices where publishable_key = $1 and payment_id = $2 order by invoice_id limit 1";
    OF_SUBSCRIPTION = "select invoice_id, subscription_id, user_id, number, status, amount_due, amount_paid, amount_refunded, currency, billing_reason,
        period_start, period_end, hosted_url, payment_id, created_at, paid_at, next_attempt_at, fetched_at
        from invoices where publishable_key = $1 and subscription_id = $2 order by created_at desc, invoice_id desc limit $3";
    OF_USER = "select invoice_id, subscription_id, user_id, number, status, amount_due, amount_paid, amount_refunded, currency, billing_reason,
        period_start, period_end, hosted_url, payment_id, created_at, paid_at, next_attempt_at, fetched_at
        from invoices where publishable_key = $1 and user_id = $2 and (created_at, invoice_id) < ($3, $4)
        order by created_at desc, invoice_id desc limit $5";
    REVENUE = "select currency, cast(sum(amount_paid) as bigint), cast(sum(amount_refunded) as bigint), cast(count(*) as bigint)
        from invoices where publishable_key = $1 and paid_at >= $2 and paid_at < $3 and amount_paid > 0
        group by currency order by currency";
}

/// An invoice of a subscription. Amounts are minor units, times business time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// The provider's id of it.
    pub id: Arc<str>,
    /// The subscription it is of.
    pub subscription_id: Arc<str>,
    /// Who pays.
    pub user: Arc<str>,
    /// The number printed on it; none while it is a draft.
    pub number: Option<Arc<str>>,
    /// `draft`, `open`, `paid`, `uncollectible` or `void`.
    pub status: Arc<str>,
    /// What is asked.
    pub amount_due: i64,
    /// What was paid.
    pub amount_paid: i64,
    /// What was given back of that.
    pub amount_refunded: i64,
    /// ISO code in lower case.
    pub currency: Arc<str>,
    /// Why it was made, in the provider's word.
    pub billing_reason: Arc<str>,
    /// What it is for: from this moment,
    pub period_start: Millis,
    /// to this one.
    pub period_end: Millis,
    /// Where it can be seen and paid.
    pub hosted_url: Option<Arc<str>>,
    /// The provider's id of the payment, by which refunds name it.
    pub payment_id: Option<Arc<str>>,
    /// When it was made.
    pub created_at: Millis,
    /// When it was paid.
    pub paid_at: Option<Millis>,
    /// When the provider tries to collect it again.
    pub next_attempt_at: Option<Millis>,
    /// When asking for it began; of two answers the one asked for later stays.
    pub fetched_at: Millis,
}

/// What was earned in a currency, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revenue {
    /// ISO code in lower case.
    pub currency: Arc<str>,
    /// What was paid.
    pub paid: i64,
    /// What was given back of that, whenever it was.
    pub refunded: i64,
    /// How many invoices that are.
    pub invoices: i64,
}

/// Stores an invoice by itself; false if its user is gone or a later answer is stored already.
pub async fn put(db: &Db, scope: &Scope, invoice: &Invoice) -> Result<bool> {
    let steps = vec![
        hold_user(scope.tenant(), &invoice.user),
        put_step(scope.tenant(), invoice).must_change(1),
    ];
    match db.run(steps).await {
        Ok(_) => Ok(true),
        Err(Refusal::Guard(_)) => Ok(false),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Finds an invoice.
pub async fn find(db: &Db, scope: &Scope, id: &str) -> Result<Option<Invoice>> {
    let rows = db.near(&FIND, params![scope.tenant(), id]).await?;
    rows.first().map(read).transpose()
}

/// Finds the invoice that a payment paid.
pub async fn of_payment(db: &Db, scope: &Scope, payment_id: &str) -> Result<Option<Invoice>> {
    let rows = db
        .near(&OF_PAYMENT, params![scope.tenant(), payment_id])
        .await?;
    rows.first().map(read).transpose()
}

/// The newest invoices of a subscription, newest first.
pub async fn of_subscription(
    db: &Db,
    scope: &Scope,
    subscription_id: &str,
    limit: i64,
) -> Result<Vec<Invoice>> {
    let row = params![scope.tenant(), subscription_id, limit];
    let rows = db.near(&OF_SUBSCRIPTION, row).await?;
    rows.iter().map(read).collect()
}

/// Invoices of a user, newest first; `before` is creation time and id of the last one seen.
pub async fn of_user(
    db: &Db,
    scope: &Scope,
    user: &str,
    before: Option<(Millis, &str)>,
    limit: i64,
) -> Result<Vec<Invoice>> {
    let (at, id) = before.unwrap_or((Millis(i64::MAX), ""));
    let row = params![scope.tenant(), user, at, id, limit];
    let rows = db.rows(&OF_USER, row).await?;
    rows.iter().map(read).collect()
}

/// What was paid from `from` to before `to`, by currency; with what was given back of it, up to now.
pub async fn revenue(db: &Db, scope: &Scope, from: Millis, to: Millis) -> Result<Vec<Revenue>> {
    let rows = db.rows(&REVENUE, params![scope.tenant(), from, to]).await?;
    rows.iter()
        .map(|row| {
            Ok(Revenue {
                currency: row.text(0)?,
                paid: row.int(1)?,
                refunded: row.int(2)?,
                invoices: row.int(3)?,
            })
        })
        .collect()
}

/// The step that stores an invoice, unless a later answer is stored already; its transaction must hold
/// the user.
pub(crate) fn put_step(tenant: &str, invoice: &Invoice) -> Step {
    let row = params![
        tenant,
        &invoice.id,
        &invoice.subscription_id,
        &invoice.user,
        invoice.number.as_ref(),
        &invoice.status,
        invoice.amount_due,
        invoice.amount_paid,
        invoice.amount_refunded,
        &invoice.currency,
        &invoice.billing_reason,
        invoice.period_start,
        invoice.period_end,
        invoice.hosted_url.as_ref(),
        invoice.payment_id.as_ref(),
        invoice.created_at,
        invoice.paid_at,
        invoice.next_attempt_at,
        invoice.fetched_at
    ];
    Step::new(&PUT, row)
}

fn read(row: &Row) -> Result<Invoice> {
    Ok(Invoice {
        id: row.text(0)?,
        subscription_id: row.text(1)?,
        user: row.text(2)?,
        number: row.opt_text(3)?,
        status: row.text(4)?,
        amount_due: row.int(5)?,
        amount_paid: row.int(6)?,
        amount_refunded: row.int(7)?,
        currency: row.text(8)?,
        billing_reason: row.text(9)?,
        period_start: row.time(10)?,
        period_end: row.time(11)?,
        hosted_url: row.opt_text(12)?,
        payment_id: row.opt_text(13)?,
        created_at: row.time(14)?,
        paid_at: row.opt_time(15)?,
        next_attempt_at: row.opt_time(16)?,
        fetched_at: row.time(17)?,
    })
}
