//! Money that goes back. A refund is stored, and its amount set aside in the order, before the payment
//! provider is asked: of many at once no two have the same money.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::id::RefundId;
use dream_domain::order::RefundStatus;
use dream_domain::time::Millis;

use crate::Db;
use crate::orders::row::damaged;
use crate::params;
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::Step;
use crate::value::Row;

/// The longest reason that is kept of a failure, in characters.
const ERROR_MAX_CHARS: usize = 300;

statements! {
    ADD = "insert into refunds (publishable_key, refund_id, order_id, amount, status, provider_id, reason, origin, restock, lines,
        last_error, created_at, due_at, settled_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, null, $11, $12, null)";
    SETTLE = "update refunds set status = $4, settled_at = $7,
        provider_id = case when cast($4 as text) = 'made' then coalesce(cast($5 as text), provider_id) else provider_id end,
        last_error = case when cast($4 as text) = 'failed' then cast($6 as text) else null end
        where publishable_key = $1 and refund_id = $2 and status = $3";
    OF_ORDER = "select refund_id, order_id, amount, status, provider_id, reason, origin, restock, lines, last_error, created_at, settled_at
        from refunds where publishable_key = $1 and order_id = $2 order by refund_id";
    DUE = "select publishable_key, order_id, refund_id from refunds where status = 'asked' and due_at <= $1 order by due_at, refund_id limit $2";
    POSTPONE = "update refunds set due_at = $3, last_error = $4 where publishable_key = $1 and refund_id = $2 and status = 'asked'";
}

/// A refund as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// `rfn_…`; the idempotency key at the payment provider.
    pub id: Arc<str>,
    /// The order.
    pub order: Arc<str>,
    /// Minor units.
    pub amount: i64,
    /// What became of it.
    pub status: RefundStatus,
    /// The provider's id of it.
    pub provider_id: Option<Arc<str>>,
    /// Why, in the provider's word.
    pub reason: Option<Arc<str>>,
    /// `seller`, `out_of_stock` or `provider`.
    pub origin: Arc<str>,
    /// What goes back to the buyer comes back to the shelf.
    pub restock: bool,
    /// Line and how many of it.
    pub lines: Vec<(i64, i64)>,
    /// Why it failed, or was not answered yet.
    pub last_error: Option<Arc<str>>,
    /// When it was asked for.
    pub created_at: Millis,
    /// When its fate was known.
    pub settled_at: Option<Millis>,
}

/// A refund about to be stored.
#[derive(Clone, Debug)]
pub struct NewRefund {
    /// `rfn_…`.
    pub id: RefundId,
    /// Minor units.
    pub amount: i64,
    /// Asked, or made if the payment provider told of it.
    pub status: RefundStatus,
    /// The provider's id of it.
    pub provider_id: Option<String>,
    /// Why, in the provider's word.
    pub reason: Option<String>,
    /// `seller`, `out_of_stock` or `provider`.
    pub origin: &'static str,
    /// What goes back to the buyer comes back to the shelf.
    pub restock: bool,
    /// Line and how many of it.
    pub lines: Vec<(i64, i64)>,
    /// When it was asked for.
    pub created_at: Millis,
    /// When somebody else may ask the provider if nothing was heard.
    pub due_at: Millis,
}

/// The refunds of an order, oldest first.
pub async fn of_order(db: &Db, scope: &Scope, order: &str) -> Result<Vec<Refund>> {
    let rows = db.near(&OF_ORDER, params![scope.tenant(), order]).await?;
    rows.iter().map(read).collect()
}

/// Refunds of all tenants of which nothing was heard: tenant, order and refund, the longest due first.
pub async fn due(db: &Db, now: Millis, limit: i64) -> Result<Vec<(Arc<str>, Arc<str>, Arc<str>)>> {
    let rows = db.rows(&DUE, params![now, limit]).await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?, row.text(2)?)))
        .collect()
}

/// Notes why the payment provider could not be asked, and when to try again.
pub async fn postpone(
    db: &Db,
    scope: &Scope,
    refund: &str,
    due_at: Millis,
    why: &str,
) -> Result<()> {
    let row = params![scope.tenant(), refund, due_at, shortened(why)];
    db.run(vec![Step::new(&POSTPONE, row)]).await?;
    Ok(())
}

/// The step that stores a refund.
pub(crate) fn add_step(tenant: &str, order: &str, new: &NewRefund) -> Step {
    let row = params![
        tenant,
        new.id.as_str(),
        order,
        new.amount,
        new.status.as_str(),
        new.provider_id.as_deref(),
        new.reason.as_deref(),
        new.origin,
        new.restock,
        serde_json::json!(new.lines).to_string(),
        new.created_at,
        new.due_at
    ];
    Step::new(&ADD, row).must_change(1)
}

/// The step that says what became of a refund, if nobody else has said so. `word` is the provider's id of
/// one that is made, the reason of one that failed.
pub(crate) fn settle_step(
    tenant: &str,
    from: &Refund,
    status: RefundStatus,
    word: Option<&str>,
    at: Millis,
) -> Step {
    let row = params![
        tenant,
        &from.id,
        from.status.as_str(),
        status.as_str(),
        word,
        word.map(shortened),
        at
    ];
    Step::new(&SETTLE, row).must_change(1)
}

fn shortened(error: &str) -> String {
    error.chars().take(ERROR_MAX_CHARS).collect()
}

fn read(row: &Row) -> Result<Refund> {
    let lines = row.text(8)?;
    Ok(Refund {
        id: row.text(0)?,
        order: row.text(1)?,
        amount: row.int(2)?,
        status: RefundStatus::parse(&row.text(3)?).ok_or_else(damaged)?,
        provider_id: row.opt_text(4)?,
        reason: row.opt_text(5)?,
        origin: row.text(6)?,
        restock: row.flag(7)?,
        lines: serde_json::from_str(&lines).map_err(|error| damaged().because(error))?,
        last_error: row.opt_text(9)?,
        created_at: row.time(10)?,
        settled_at: row.opt_time(11)?,
    })
}
