//! Stock that orders hold: taken for all lines at once or for none.
//!
//! What is available, held and sold together is what the seller stocked, always: a reservation takes from
//! `tiers.inventory` in the statement that checks it, and whatever gives back says so in its transaction.

use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::id::ReservationId;
use dream_domain::order::Hold;
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::pattern::AFTER_IDS;
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::Step;
use crate::value::Row;

statements! {
    /// Decides and takes at once, so that two orders can never both have the last one.
    TAKE = "update tiers set inventory = inventory - $3
        where publishable_key = $1 and tier_id = $2 and inventory >= $3 and active = 1 and price_id = $4";
    /// What has no end is only checked.
    CHECK = "update tiers set version = version
        where publishable_key = $1 and tier_id = $2 and inventory is null and active = 1 and price_id = $3";
    TAKE_AGAIN = "update tiers set inventory = inventory - $3
        where publishable_key = $1 and tier_id = $2 and inventory >= $3";
    /// Where the seller stopped counting meanwhile there is nothing to give back to.
    GIVE = "update tiers set inventory = inventory + $3
        where publishable_key = $1 and tier_id = $2 and inventory is not null";
    /// Holds nothing but the row it counts for; the transaction has the tenant, so that nobody counts beside it.
    BELOW_MOST = "update tenants set generation = generation where publishable_key = $1
        and (select count(distinct r.order_id) from reservations r
          where r.publishable_key = $1 and r.who = $2 and r.status = 'held' and r.ends_at > $3) < $4";
    ADD = "insert into reservations (publishable_key, reservation_id, order_id, line, tier_id, tier, quantity, status, who, created_at, ends_at)
        values ($1, $2, $3, $4, $5, $6, $7, 'held', $8, $9, $10)";
    SET = "update reservations set status = $4, quantity = $5
        where publishable_key = $1 and reservation_id = $2 and status = $3";
    MOVE_END = "update reservations set ends_at = $3 where publishable_key = $1 and order_id = $2 and status = 'held'";
    OF_ORDER = "select reservation_id, order_id, line, tier_id, tier, quantity, status, created_at, ends_at
        from reservations where publishable_key = $1 and order_id = $2 order by line";
    HELD = "select reservation_id, order_id, line, tier_id, tier, quantity, status, created_at, ends_at
        from reservations where publishable_key = $1 and status = 'held' and reservation_id < $2
        order by reservation_id desc limit $3";
    NEXT_END = "select min(ends_at) from reservations where publishable_key = $1 and who = $2 and status = 'held' and ends_at > $3";
}

/// Stock that an order holds, or held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// `res_…`.
    pub id: Arc<str>,
    /// The order.
    pub order: Arc<str>,
    /// The line of it.
    pub line: i64,
    /// The tier.
    pub tier_id: Arc<str>,
    /// The internal name of the tier.
    pub tier: Arc<str>,
    /// How many.
    pub quantity: i64,
    /// What became of it.
    pub hold: Hold,
    /// When it was taken.
    pub created_at: Millis,
    /// When it is given back unless it is paid.
    pub ends_at: Millis,
}

/// Stock about to be taken.
pub(crate) struct New<'a> {
    pub(crate) id: &'a ReservationId,
    pub(crate) order: &'a str,
    pub(crate) line: i64,
    pub(crate) tier_id: &'a str,
    pub(crate) tier: &'a str,
    pub(crate) quantity: i64,
    pub(crate) who: &'a str,
    pub(crate) created_at: Millis,
    pub(crate) ends_at: Millis,
}

/// The reservations of an order, by line.
pub async fn of_order(db: &Db, scope: &Scope, order: &str) -> Result<Vec<Reservation>> {
    let rows = db.near(&OF_ORDER, params![scope.tenant(), order]).await?;
    rows.iter().map(read).collect()
}

/// What is held now, newest first, before `before` (exclusive).
pub async fn held(
    db: &Db,
    scope: &Scope,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Reservation>> {
    let row = params![scope.tenant(), before.unwrap_or(AFTER_IDS), limit];
    db.rows(&HELD, row).await?.iter().map(read).collect()
}

/// The step that takes the stock of a line, or checks a tier that has none; it must find the tier as it was read.
pub(crate) fn take_step(tenant: &str, new: &New<'_>, price_id: &str, counted: bool) -> Step {
    let step = if counted {
        Step::new(&TAKE, params![tenant, new.tier_id, new.quantity, price_id])
    } else {
        Step::new(&CHECK, params![tenant, new.tier_id, price_id])
    };
    step.must_change(1)
}

/// The step that lets a transaction go on only if fewer than `most` orders hold stock from a place.
pub(crate) fn below_most_step(tenant: &str, who: &str, most: i64, now: Millis) -> Step {
    Step::new(&BELOW_MOST, params![tenant, who, now, most]).must_change(1)
}

/// The step that writes down what was taken.
pub(crate) fn add_step(tenant: &str, new: &New<'_>) -> Step {
    let row = params![
        tenant,
        new.id.as_str(),
        new.order,
        new.line,
        new.tier_id,
        new.tier,
        new.quantity,
        new.who,
        new.created_at,
        new.ends_at
    ];
    Step::new(&ADD, row).must_change(1)
}

/// When the first order ends that holds stock from a place.
pub(crate) async fn next_end(
    db: &Db,
    tenant: &str,
    who: &str,
    now: Millis,
) -> Result<Option<Millis>> {
    let rows = db.near(&NEXT_END, params![tenant, who, now]).await?;
    let next = rows.first().map(|row| row.opt_time(0)).transpose()?;
    Ok(next.flatten())
}

/// The step that changes the stock of a tier; taking more than there is undoes its transaction.
pub(crate) fn stock_step(tenant: &str, tier_id: &str, by: i64) -> Step {
    if by < 0 {
        Step::new(&TAKE_AGAIN, params![tenant, tier_id, -by]).must_change(1)
    } else {
        Step::new(&GIVE, params![tenant, tier_id, by])
    }
}

/// The step that says what became of a reservation, if nobody else has said so.
pub(crate) fn set_step(tenant: &str, from: &Reservation, hold: Hold, quantity: i64) -> Step {
    let row = params![
        tenant,
        &from.id,
        from.hold.as_str(),
        hold.as_str(),
        quantity
    ];
    Step::new(&SET, row).must_change(1)
}

/// The step that moves the end of what an order holds.
pub(crate) fn move_end_step(tenant: &str, order: &str, ends_at: Millis) -> Step {
    Step::new(&MOVE_END, params![tenant, order, ends_at])
}

fn read(row: &Row) -> Result<Reservation> {
    Ok(Reservation {
        id: row.text(0)?,
        order: row.text(1)?,
        line: row.int(2)?,
        tier_id: row.text(3)?,
        tier: row.text(4)?,
        quantity: row.int(5)?,
        hold: Hold::parse(&row.text(6)?).ok_or_else(damaged)?,
        created_at: row.time(7)?,
        ends_at: row.time(8)?,
    })
}

fn damaged() -> Error {
    Code::Internal.error("A stored reservation is damaged")
}
