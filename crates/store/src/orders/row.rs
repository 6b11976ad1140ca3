//! Rows of orders.

use dream_domain::error::{Code, Error, Result};
use dream_domain::order::Dispute;

use crate::orders::{Event, Line, Order};
use crate::value::Row;

/// A row of one of the look-ups of orders.
pub(super) fn order(row: &Row) -> Result<Order> {
    let dispute = row.opt_text(15)?;
    let dispute = dispute.map(|word| Dispute::parse(&word).ok_or_else(damaged));
    Ok(Order {
        id: row.text(0)?,
        account_id: row.text(1)?,
        session_id: row.opt_text(2)?,
        url: row.opt_text(3)?,
        payment_id: row.opt_text(4)?,
        user: row.opt_text(5)?,
        email: row.opt_text(6)?,
        currency: row.text(7)?,
        amount_total: row.int(8)?,
        amount_paid: row.int(9)?,
        amount_refunded: row.int(10)?,
        amount_held: row.int(11)?,
        shipping: row.opt_text(12)?,
        tracking_url: row.opt_text(13)?,
        note: row.opt_text(14)?,
        dispute: dispute.transpose()?,
        dispute_id: row.opt_text(16)?,
        receipt_sealed: row.text(17)?,
        version: row.int(18)?,
        created_at: row.time(19)?,
        expires_at: row.time(20)?,
        paid_at: row.opt_time(21)?,
        fulfilled_at: row.opt_time(22)?,
        closed_at: row.opt_time(23)?,
        check_at: row.opt_time(24)?,
    })
}

/// A row of one of the look-ups of lines.
pub(super) fn line(row: &Row) -> Result<Line> {
    Ok(Line {
        line: row.int(0)?,
        tier_id: row.text(1)?,
        tier: row.text(2)?,
        name: row.text(3)?,
        price_id: row.text(4)?,
        unit_amount: row.int(5)?,
        quantity: row.int(6)?,
        amount: row.int(7)?,
        counted: row.flag(8)?,
        refunded_quantity: row.int(9)?,
        restocked_quantity: row.int(10)?,
        image_url: row.opt_text(11)?,
    })
}

/// A row of the timeline.
pub(super) fn event(row: &Row) -> Result<Event> {
    Ok(Event {
        kind: row.text(0)?,
        amount: row.opt_int(1)?,
        detail: row.opt_text(2)?,
        at: row.time(3)?,
    })
}

pub(super) fn damaged() -> Error {
    Code::Internal.error("A stored order is damaged")
}
