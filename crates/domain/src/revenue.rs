//! What the figures on dashboards are made of. Amounts are minor units; those of different currencies are never added.

use std::collections::BTreeMap;

use crate::money::{Currency, Money};

/// A sum for each currency that occurs.
pub type Totals = BTreeMap<Currency, i64>;

/// A part of a subscription: an amount that is paid every so many months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// What is paid each time, in minor units.
    pub minor: i64,
    /// How many months lie between two payments: 1 to 36, the provider's longest; others count as the nearest.
    pub months: i64,
}

/// What was paid once: an invoice or an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// What came in.
    pub paid: Money,
    /// What of it went back, in the same currency, 0 or more.
    pub refunded: i64,
}

/// What a user's subscriptions brought a month before and after something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Before, in minor units a month.
    pub before: i64,
    /// After.
    pub after: i64,
    /// The currency of both.
    pub currency: Currency,
}

/// How the monthly revenue of a window came about: start + `won` + `grown` − `shrunk` − `lost` = end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Movement {
    /// From users who paid nothing before.
    pub won: i64,
    /// From users who pay more.
    pub grown: i64,
    /// From users who pay less.
    pub shrunk: i64,
    /// From users who pay nothing any more.
    pub lost: i64,
}

/// The least common multiple of 1 to 36: every share of a month is a whole number of these parts.
const PARTS: i128 = 144_403_552_893_600;
const MONTHS_MAX: i64 = 36;
const BASIS_POINTS: i128 = 10_000;

/// Monthly recurring revenue of one subscription: Σ amount ÷ months, rounded once, half away from zero.
///
/// 9900 a year and 500 a month: 825 + 500 = 1325. Two shares of 1000 a year: 83.33… + 83.33… = 167, not 166.
pub fn monthly(shares: impl IntoIterator<Item = Share>) -> i64 {
    let parts = shares.into_iter().map(|share| {
        let months = share.months.clamp(1, MONTHS_MAX);
        i128::from(share.minor) * (PARTS / i128::from(months))
    });
    rounded(parts.fold(0, i128::saturating_add), PARTS)
}

/// Sums per currency: of monthly revenue, one row per subscription or one per group that the database summed.
pub fn totals(rows: impl IntoIterator<Item = Money>) -> Totals {
    let mut totals = Totals::new();
    for row in rows {
        let total = totals.entry(row.currency).or_default();
        *total = total.saturating_add(row.minor);
    }
    totals
}

/// Revenue net of refunds, per currency: Σ (paid − refunded). Negative if more went back than came in.
pub fn net(payments: impl IntoIterator<Item = Payment>) -> Totals {
    totals(payments.into_iter().map(|payment| Money {
        minor: payment.paid.minor.saturating_sub(payment.refunded),
        currency: payment.paid.currency,
    }))
}

/// Churn in basis points: 10000 × lost ÷ paying at the start, half away from zero; none if nobody paid at the start.
///
/// `lost` are those of the start who no longer pay at the end: whoever came and went in between is in neither.
/// 3 of 40 lost: 750, which is 7.5 %.
pub fn churn(lost: i64, at_start: i64) -> Option<i64> {
    (at_start > 0).then(|| rounded(i128::from(lost) * BASIS_POINTS, i128::from(at_start)))
}

/// What changed in a window, per currency: each user's change falls under one of the four words.
pub fn movements(changes: impl IntoIterator<Item = Change>) -> BTreeMap<Currency, Movement> {
    let mut movements: BTreeMap<_, Movement> = BTreeMap::new();
    for change in changes {
        let movement = movements.entry(change.currency).or_default();
        let more = change.after.saturating_sub(change.before);
        let (sum, by) = match (change.before, change.after) {
            (0, _) => (&mut movement.won, more),
            (_, 0) => (&mut movement.lost, more.saturating_neg()),
            _ if more > 0 => (&mut movement.grown, more),
            _ => (&mut movement.shrunk, more.saturating_neg()),
        };
        *sum = sum.saturating_add(by);
    }
    movements
}

/// Average order value: revenue ÷ orders, half away from zero; none without orders.
///
/// `revenue` is net of refunds, and `orders` are all that were paid, refunded ones too: 3 orders of 1000, one
/// refunded in full: 2000 ÷ 3 = 667.
pub fn average_order(revenue: i64, orders: i64) -> Option<i64> {
    (orders > 0).then(|| rounded(i128::from(revenue), i128::from(orders)))
}

/// `number / by`, half away from zero; stops at the ends of an `i64`.
fn rounded(number: i128, by: i128) -> i64 {
    let size = number.unsigned_abs();
    let by = by.unsigned_abs();
    let whole = size / by + u128::from(size % by >= by.div_ceil(2));
    let whole = i64::try_from(whole).unwrap_or(i64::MAX);
    if number < 0 { -whole } else { whole }
}
