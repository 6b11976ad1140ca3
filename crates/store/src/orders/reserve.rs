//! A new order, with the stock it holds: all of it or nothing.

use dream_domain::error::{Code, Result};
use dream_domain::id::{OrderId, ReservationId};
use dream_domain::time::Millis;

use crate::Db;
use crate::db::Change;
use crate::orders::write::{created_step, folded};
use crate::params;
use crate::reservations::{self, New};
use crate::scope::{self, Scope};
use crate::sql::statements;
use crate::step::{Refusal, Step};

statements! {
    ADD = "insert into orders (publishable_key, order_id, status, account_id, session_id, url, payment_id, user_id, email, email_folded,
        currency, amount_total, amount_paid, amount_refunded, amount_held, shipping, tracking_url, note, dispute, dispute_id,
        receipt_hash, receipt_sealed, version, created_at, expires_at, paid_at, fulfilled_at, closed_at, check_at)
        values ($1, $2, 'pending', $3, null, null, null, $4, $5, $6, $7, $8, 0, 0, 0, null, null, null, null, null, $9, $10, 1, $11, $12, null, null, null, $13)";
    ADD_LINE = "insert into order_lines (publishable_key, order_id, line, tier_id, tier, name, price_id, unit_amount, quantity, amount,
        counted, refunded_quantity, restocked_quantity, image_url) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, $12)";
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
        let step = reservations::below_most_step(tenant, who, most, new.created_at);
        steps.push(step);
    }
    let rows: Vec<(New<'_>, &NewLine<'_>)> = (1..).zip(&new.lines).map(|it| row(new, it)).collect();
    let mut by_name: Vec<_> = rows.iter().collect();
    // Everyone locks in the same order.
    by_name.sort_by_key(|(row, _)| row.tier);
    steps.extend(
        by_name
            .iter()
            .map(|(row, line)| reservations::take_step(tenant, row, line.price_id, line.counted)),
    );
    let guards = steps.len();
    steps.push(add_step(tenant, new));
    for (row, line) in &rows {
        steps.push(add_line_step(tenant, row, line));
        if line.counted {
            steps.push(reservations::add_step(tenant, row));
        }
    }
    steps.push(created_step(tenant, new.id.as_str(), new.created_at));
    let bumps = vec![db.versions().tenant_slot(tenant)];
    let change = Change {
        steps,
        bumps,
        ..Change::default()
    };
    match db.change(change).await {
        Ok(_) => Ok(Reserved::Held),
        Err(Refusal::Guard(0)) => Err(Code::ProjectNotFound.error("This project is deleted")),
        Err(Refusal::Guard(1)) if let Some((who, _)) = new.most => {
            let next = reservations::next_end(db, tenant, who, new.created_at).await?;
            Ok(Reserved::TooMany(next))
        }
        Err(Refusal::Guard(step)) if step < guards => Ok(Reserved::Changed),
        Err(refusal) => Err(refusal.into()),
    }
}

fn row<'a>(
    new: &'a NewOrder<'_>,
    (number, line): (i64, &'a NewLine<'a>),
) -> (New<'a>, &'a NewLine<'a>) {
    let row = New {
        id: &line.reservation,
        order: new.id.as_str(),
        line: number,
        tier_id: line.tier_id,
        tier: line.tier,
        quantity: line.quantity,
        who: new.most.map_or("", |(who, _)| who),
        created_at: new.created_at,
        ends_at: new.ends_at,
    };
    (row, line)
}

fn add_step(tenant: &str, new: &NewOrder<'_>) -> Step {
    let total = new
        .lines
        .iter()
        .map(|line| line.unit_amount * line.quantity);
    let row = params![
        tenant,
        new.id.as_str(),
        new.account_id,
        new.user,
        new.email,
        new.email.map(folded),
        new.currency,
        total.sum::<i64>(),
        new.receipt_hash,
        new.receipt_sealed,
        new.created_at,
        new.expires_at,
        new.ends_at
    ];
    Step::new(&ADD, row).must_change(1)
}

fn add_line_step(tenant: &str, row: &New<'_>, line: &NewLine<'_>) -> Step {
    let row = params![
        tenant,
        row.order,
        row.line,
        line.tier_id,
        line.tier,
        line.name,
        line.price_id,
        line.unit_amount,
        line.quantity,
        line.unit_amount * line.quantity,
        line.counted,
        line.image_url
    ];
    Step::new(&ADD_LINE, row).must_change(1)
}
