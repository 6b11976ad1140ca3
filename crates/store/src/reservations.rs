//! Stock that orders hold: taken for all lines at once or for none.
//!
//! What is available, held and sold together is what the seller stocked, always: a reservation takes from
//! `tiers.inventory` in the statement that checks it, and whatever gives back says so in its transaction.

use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::id::{OrderId, ReservationId};
use dream_domain::order::Hold;
use dream_domain::time::Millis;

use crate::Db;
use crate::db::Change;
use crate::orders::write;
use crate::params;
use crate::scope::{self, Scope};
use crate::sql::statements;
use crate::step::{Refusal, Step};
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

/// An order about to hold stock.
#[derive(Clone, Debug)]
pub struct NewOrder<'a> {
    /// `ord_…`; a good idempotency key at the payment provider.
    pub id: OrderId,
    /// The account at the payment provider.
    pub account_id: &'a str,
    /// Who buys, if signed in.
    pub user: Option<&'a str>,
    /// The buyer's address.
    pub email: Option<&'a str>,
    /// ISO code in lower case.
    pub currency: &'a str,
    /// What is bought; one line for each tier.
    pub lines: Vec<NewLine<'a>>,
    /// What is stored of the token of the receipt.
    pub receipt_hash: &'a str,
    /// The token, sealed.
    pub receipt_sealed: &'a str,
    /// When.
    pub created_at: Millis,
    /// When the payment provider takes it off sale.
    pub expires_at: Millis,
    /// When the stock is given back.
    pub ends_at: Millis,
    /// A hash of where it was asked from and how many unpaid orders may hold stock from there at most.
    pub most: Option<(&'a str, i64)>,
}

/// A line of a new order.
#[derive(Clone, Debug)]
pub struct NewLine<'a> {
    /// The reservation it makes if the tier has stock.
    pub reservation: ReservationId,
    /// The tier.
    pub tier_id: &'a str,
    /// Its internal name.
    pub tier: &'a str,
    /// What people see.
    pub name: &'a str,
    /// The price it was read with; the order is refused if it is another one by now.
    pub price_id: &'a str,
    /// What one costs, in minor units.
    pub unit_amount: i64,
    /// How many.
    pub quantity: i64,
    /// Whether the tier has stock.
    pub counted: bool,
    /// Its picture.
    pub image_url: Option<&'a str>,
}

/// What trying to hold stock led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// All of it is held, and the order is pending.
    Held,
    /// A product is archived, has another price, or there is not enough: read it again to see. Nothing changed.
    Changed,
    /// Too many unpaid orders hold stock from there; the first ends then. Nothing changed.
    TooMany(Option<Millis>),
}

/// Makes an order that holds the stock of all its lines, or nothing at all.
pub async fn reserve(db: &Db, scope: &Scope, new: &NewOrder<'_>) -> Result<Reserved> {
    let tenant = scope.tenant();
    let mut steps = vec![scope::touch(tenant)];
    if let Some((who, most)) = new.most {
        let row = params![tenant, who, new.created_at, most];
        steps.push(Step::new(&BELOW_MOST, row).must_change(1));
    }
    let mut by_name: Vec<&NewLine<'_>> = new.lines.iter().collect();
    // Everyone locks in the same order.
    by_name.sort_by_key(|line| line.tier);
    steps.extend(by_name.iter().map(|line| take(tenant, line)));
    let rows = steps.len();
    steps.push(write::add_step(tenant, new));
    for (index, line) in new.lines.iter().enumerate() {
        let number = i64::try_from(index + 1).unwrap_or(i64::MAX);
        steps.push(write::add_line_step(tenant, new, number, line));
        if line.counted {
            steps.push(add(tenant, new, number, line));
        }
    }
    steps.push(write::created_step(tenant, new));
    let bumps = vec![db.versions().tenant_slot(tenant)];
    let change = Change {
        steps,
        bumps,
        ..Change::default()
    };
    match db.change(change).await {
        Ok(_) => Ok(Reserved::Held),
        Err(Refusal::Guard(0)) => Err(Code::ProjectNotFound.error("This project is deleted")),
        Err(Refusal::Guard(1)) if new.most.is_some() => too_many(db, tenant, new).await,
        Err(Refusal::Guard(step)) if step < rows => Ok(Reserved::Changed),
        Err(refusal) => Err(refusal.into()),
    }
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
    let row = params![scope.tenant(), before.unwrap_or("res_~"), limit];
    db.rows(&HELD, row).await?.iter().map(read).collect()
}

async fn too_many(db: &Db, tenant: &str, new: &NewOrder<'_>) -> Result<Reserved> {
    let who = new.most.map_or("", |(who, _)| who);
    let rows = db
        .near(&NEXT_END, params![tenant, who, new.created_at])
        .await?;
    let next = rows.first().map(|row| row.opt_time(0)).transpose()?;
    Ok(Reserved::TooMany(next.flatten()))
}

fn take(tenant: &str, line: &NewLine<'_>) -> Step {
    let step = if line.counted {
        let row = params![tenant, line.tier_id, line.quantity, line.price_id];
        Step::new(&TAKE, row)
    } else {
        Step::new(&CHECK, params![tenant, line.tier_id, line.price_id])
    };
    step.must_change(1)
}

fn add(tenant: &str, new: &NewOrder<'_>, number: i64, line: &NewLine<'_>) -> Step {
    let row = params![
        tenant,
        line.reservation.as_str(),
        new.id.as_str(),
        number,
        line.tier_id,
        line.tier,
        line.quantity,
        new.most.map_or("", |(who, _)| who),
        new.created_at,
        new.ends_at
    ];
    Step::new(&ADD, row).must_change(1)
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
