//! Orders of stores: found, listed, and written by version. All times are business time.

pub(crate) mod list;
pub(crate) mod metrics;
pub(crate) mod refunds;
pub(crate) mod reserve;
mod row;
pub(crate) mod write;

pub use list::{Buyer, Filter, Last, Sort, lines_of, list};
pub use metrics::{Sale, Stock, StockLevel, Totals, last, levels, owner, stock, told, totals};
pub use refunds::{NewRefund, Refund, due as refunds_due, of_order as refunds_of, postpone};
pub use reserve::{NewLine, NewOrder, Reserved, reserve};
pub use write::{Applied, Apply, Entry, Return, apply};

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::order::{self, Dispute, Facts, Share, State};
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::scope::Scope;
use crate::sql::{Sql, statements};
use crate::value::{Row, Value};

statements! {
    FIND = "select order_id, account_id, session_id, url, payment_id, user_id, email, currency, amount_total, amount_paid,
        amount_refunded, amount_held, shipping, tracking_url, note, dispute, dispute_id, receipt_sealed, version, created_at,
        expires_at, paid_at, fulfilled_at, closed_at, check_at from orders where publishable_key = $1 and order_id = $2";
    FIND_BY_SESSION = "select order_id, account_id, session_id, url, payment_id, user_id, email, currency, amount_total, amount_paid,
        amount_refunded, amount_held, shipping, tracking_url, note, dispute, dispute_id, receipt_sealed, version, created_at,
        expires_at, paid_at, fulfilled_at, closed_at, check_at from orders where publishable_key = $1 and session_id = $2";
    FIND_BY_PAYMENT = "select order_id, account_id, session_id, url, payment_id, user_id, email, currency, amount_total, amount_paid,
        amount_refunded, amount_held, shipping, tracking_url, note, dispute, dispute_id, receipt_sealed, version, created_at,
        expires_at, paid_at, fulfilled_at, closed_at, check_at from orders where publishable_key = $1 and payment_id = $2
        order by order_id limit 1";
    FIND_BY_RECEIPT = "select order_id, account_id, session_id, url, payment_id, user_id, email, currency, amount_total, amount_paid,
        amount_refunded, amount_held, shipping, tracking_url, note, dispute, dispute_id, receipt_sealed, version, created_at,
        expires_at, paid_at, fulfilled_at, closed_at, check_at, publishable_key from orders where receipt_hash = $1";
    TENANT_OF_SESSION = "select publishable_key from orders where session_id = $1 and account_id = $2 order by publishable_key limit 1";
    TENANT_OF_PAYMENT = "select publishable_key from orders where payment_id = $1 and account_id = $2 order by publishable_key limit 1";
    DUE = "select publishable_key, order_id from orders where check_at <= $1 order by check_at, order_id limit $2";
    LINES = "select line, tier_id, tier, name, price_id, unit_amount, quantity, amount, counted, refunded_quantity,
        restocked_quantity, image_url from order_lines where publishable_key = $1 and order_id = $2 order by line";
    EVENTS = "select kind, amount, detail, at from order_events where publishable_key = $1 and order_id = $2 order by place";
}

/// An order as stored. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// `ord_…`.
    pub id: Arc<str>,
    /// The account at the payment provider.
    pub account_id: Arc<str>,
    /// The provider's session; none before it answered.
    pub session_id: Option<Arc<str>>,
    /// Where it is paid.
    pub url: Option<Arc<str>>,
    /// The provider's id of the payment.
    pub payment_id: Option<Arc<str>>,
    /// Who buys, if signed in.
    pub user: Option<Arc<str>>,
    /// The buyer's address.
    pub email: Option<Arc<str>>,
    /// ISO code in lower case.
    pub currency: Arc<str>,
    /// What it costs.
    pub amount_total: i64,
    /// What was paid, taxes and discounts included.
    pub amount_paid: i64,
    /// What went back of that.
    pub amount_refunded: i64,
    /// What is about to go back.
    pub amount_held: i64,
    /// Where it is sent to, as JSON.
    pub shipping: Option<Arc<str>>,
    /// Where the buyer follows the parcel.
    pub tracking_url: Option<Arc<str>>,
    /// What the seller wrote to the buyer.
    pub note: Option<Arc<str>>,
    /// Where a dispute stands.
    pub dispute: Option<Dispute>,
    /// The provider's id of the dispute.
    pub dispute_id: Option<Arc<str>>,
    /// The token of its receipt, sealed.
    pub receipt_sealed: Arc<str>,
    /// Grows with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Millis,
    /// When the provider takes it off sale.
    pub expires_at: Millis,
    /// When it was paid.
    pub paid_at: Option<Millis>,
    /// When it was sent.
    pub fulfilled_at: Option<Millis>,
    /// When it was given up unpaid.
    pub closed_at: Option<Millis>,
    /// When to look at it without news.
    pub check_at: Option<Millis>,
}

impl Order {
    /// Where it stands.
    pub fn state(&self) -> State {
        order::state(&Facts {
            paid_at: self.paid_at,
            fulfilled_at: self.fulfilled_at,
            closed_at: self.closed_at,
            amount_paid: self.amount_paid,
            amount_refunded: self.amount_refunded,
            dispute: self.dispute,
        })
    }

    /// What may still go back, in minor units.
    pub fn left(&self) -> i64 {
        self.amount_paid - self.amount_refunded - self.amount_held
    }
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the order, from 1.
    pub line: i64,
    /// The tier; empty for what the payment provider alone knows.
    pub tier_id: Arc<str>,
    /// The internal name of the tier.
    pub tier: Arc<str>,
    /// What it was called.
    pub name: Arc<str>,
    /// The provider's id of the price.
    pub price_id: Arc<str>,
    /// What one costs, in minor units.
    pub unit_amount: i64,
    /// How many.
    pub quantity: i64,
    /// What all of them cost, in minor units.
    pub amount: i64,
    /// It has stock.
    pub counted: bool,
    /// How many went back, or are about to.
    pub refunded_quantity: i64,
    /// How many are on the shelf again.
    pub restocked_quantity: i64,
    /// Its picture.
    pub image_url: Option<Arc<str>>,
}

impl Line {
    /// The line as far as refunds go.
    pub fn share(&self) -> Share {
        Share {
            line: self.line,
            quantity: self.quantity,
            returned: self.refunded_quantity,
            amount: self.amount,
        }
    }
}

/// Something that happened to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What, such as `paid`.
    pub kind: Arc<str>,
    /// Minor units, where money moved.
    pub amount: Option<i64>,
    /// More of it, in words.
    pub detail: Option<Arc<str>>,
    /// When.
    pub at: Millis,
}

/// Finds an order.
pub async fn find(db: &Db, scope: &Scope, id: &str) -> Result<Option<Order>> {
    one(db, &FIND, params![scope.tenant(), id]).await
}

/// Finds an order by the provider's session.
pub async fn find_by_session(db: &Db, scope: &Scope, session_id: &str) -> Result<Option<Order>> {
    one(db, &FIND_BY_SESSION, params![scope.tenant(), session_id]).await
}

/// Finds an order by the provider's id of its payment.
pub async fn find_by_payment(db: &Db, scope: &Scope, payment_id: &str) -> Result<Option<Order>> {
    one(db, &FIND_BY_PAYMENT, params![scope.tenant(), payment_id]).await
}

/// The tenant whose order a session of the provider is, for events.
pub async fn tenant_of_session(
    db: &Db,
    session_id: &str,
    account_id: &str,
) -> Result<Option<Arc<str>>> {
    text(db, &TENANT_OF_SESSION, params![session_id, account_id]).await
}

/// The tenant whose order a payment is of, for events.
pub async fn tenant_of_payment(
    db: &Db,
    payment_id: &str,
    account_id: &str,
) -> Result<Option<Arc<str>>> {
    text(db, &TENANT_OF_PAYMENT, params![payment_id, account_id]).await
}

/// Orders of all tenants that want a look now: tenant and id, the longest due first.
pub async fn due(db: &Db, now: Millis, limit: i64) -> Result<Vec<(Arc<str>, Arc<str>)>> {
    let rows = db.rows(&DUE, params![now, limit]).await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?)))
        .collect()
}

/// The lines of an order.
pub async fn lines(db: &Db, scope: &Scope, id: &str) -> Result<Vec<Line>> {
    let rows = db.near(&LINES, params![scope.tenant(), id]).await?;
    rows.iter().map(row::line).collect()
}

/// What happened to an order, oldest first.
pub async fn events(db: &Db, scope: &Scope, id: &str) -> Result<Vec<Event>> {
    let rows = db.near(&EVENTS, params![scope.tenant(), id]).await?;
    rows.iter().map(row::event).collect()
}

/// An order by what is stored of the token of its receipt, with its tenant.
pub(crate) async fn by_receipt(db: &Db, hash: &str) -> Result<Option<(Arc<str>, Order)>> {
    let rows = db.near(&FIND_BY_RECEIPT, params![hash]).await?;
    let read = |row: &Row| Ok((row.text(25)?, row::order(row)?));
    rows.first().map(read).transpose()
}

async fn one(db: &Db, sql: &'static Sql, row: Vec<Value>) -> Result<Option<Order>> {
    db.near(sql, row).await?.first().map(row::order).transpose()
}

async fn text(db: &Db, sql: &'static Sql, row: Vec<Value>) -> Result<Option<Arc<str>>> {
    let rows = db.near(sql, row).await?;
    rows.first().map(|row: &Row| row.text(0)).transpose()
}
