//! Figures worked out by hand.

use std::collections::BTreeMap;

use dream_domain::money::{Currency, Money};
use dream_domain::revenue::{
    Change, Movement, Payment, Share, average_order, churn, monthly, movements, net, totals,
};
use dream_domain::subscription::{Facts, Policy, Status};
use dream_domain::tier::Interval;
use proptest::prelude::*;

use crate::{day, decide, decide_with, facts, money};

fn selling(status: Status, minor: i64, currency: &str, interval: Interval) -> Facts {
    let mut facts = facts("sub_1", status);
    facts.items[0].unit = money(minor, currency);
    facts.items[0].interval = interval;
    facts
}

fn mrr(all: &[Facts], now: i64) -> Vec<(&'static str, i64)> {
    let rows = all.iter().map(|facts| Money {
        minor: decide(facts).mrr_at(day(now)),
        currency: facts.currency().unwrap(),
    });
    in_words(&totals(rows.filter(|row| row.minor != 0)))
}

fn in_words(totals: &BTreeMap<Currency, i64>) -> Vec<(&'static str, i64)> {
    let rows = totals.iter();
    rows.map(|(currency, minor)| (currency.as_str(), *minor))
        .collect()
}

/// In dollars 20.00 a month, 2 × 5.00 a month, and 99.00 a year, which is 8.25 a month: 38.25. In yen 1000 a month
/// and 10000 a year, which is 833.33: 1833. The trial, the one that was cancelled and the one that ended add
/// nothing; the one whose payment failed adds its 7.00 until the grace is over.
#[test]
fn mrr_with_two_currencies_one_yearly_one_trial_one_canceling() {
    let mut seats = selling(Status::Active, 500, "usd", Interval::Month);
    seats.items[0].quantity = 2;
    let mut canceling = selling(Status::Active, 3100, "usd", Interval::Month);
    canceling.cancel_at_period_end = true;
    let mut leaving = selling(Status::Active, 4100, "usd", Interval::Year);
    leaving.cancel_at = Some(day(300));
    let all = [
        selling(Status::Active, 2000, "usd", Interval::Month),
        seats,
        selling(Status::Active, 9900, "usd", Interval::Year),
        selling(Status::Active, 1000, "jpy", Interval::Month),
        selling(Status::Active, 10_000, "jpy", Interval::Year),
        selling(Status::Trialing, 5100, "usd", Interval::Month),
        canceling,
        leaving,
        selling(Status::Canceled, 6100, "eur", Interval::Month),
        selling(Status::Unpaid, 7100, "eur", Interval::Month),
        selling(Status::PastDue, 700, "usd", Interval::Month),
    ];
    assert_eq!(mrr(&all, 1), [("jpy", 1833), ("usd", 3825 + 700)]);
    assert_eq!(mrr(&all, 7), [("jpy", 1833), ("usd", 3825)]);
}

#[test]
fn a_disconnected_account_brings_nothing_more() {
    let facts = selling(Status::Active, 2000, "usd", Interval::Month);
    let policy = Policy {
        disconnected: true,
        ..Policy::default()
    };
    assert_eq!(decide_with(&facts, &policy).mrr, 0);
}

#[test]
fn months_are_rounded_once_at_the_end() {
    let share = |minor, months| Share { minor, months };
    for (shares, expected) in [
        (vec![], 0),
        (vec![share(2000, 1)], 2000),
        (vec![share(9900, 12), share(500, 1)], 1325),
        // 83.33 + 83.33 = 166.67.
        (vec![share(1000, 12), share(1000, 12)], 167),
        // 0.5 goes up, and −0.5 down.
        (vec![share(6, 12)], 1),
        (vec![share(5, 12)], 0),
        (vec![share(-6, 12)], -1),
        (vec![share(-5, 12)], 0),
        // Every quarter, and every three years.
        (vec![share(1000, 3)], 333),
        (vec![share(36_000, 36)], 1000),
        (vec![share(2000, 1), share(-500, 1)], 1500),
        // What no provider sends ends somewhere instead of failing.
        (vec![share(2000, 0)], 2000),
        (vec![share(2000, -5)], 2000),
        (vec![share(36_000, 48)], 1000),
        (vec![share(i64::MAX, 1), share(i64::MAX, 1)], i64::MAX),
    ] {
        assert_eq!(monthly(shares.clone()), expected, "{shares:?}");
    }
    for months in 1..=36 {
        assert_eq!(monthly([share(7 * months, months)]), 7, "{months}");
    }
}

/// 3 of the 40 who paid at the start no longer do: 7.5 %.
#[test]
fn churn_in_basis_points() {
    assert_eq!(churn(3, 40), Some(750));
    assert_eq!(churn(1, 3), Some(3333));
    assert_eq!(churn(2, 3), Some(6667));
    assert_eq!(churn(0, 5), Some(0));
    assert_eq!(churn(5, 5), Some(10_000));
    assert_eq!(churn(0, 0), None);
}

/// In dollars 20.00 and 99.00 came in, and 20.00 + 9.00 went back: 90.00. The yen were all given back, and more
/// euros went back than came in in the window.
#[test]
fn revenue_is_net_of_refunds_and_per_currency() {
    let payment = |minor, currency, refunded| Payment {
        paid: money(minor, currency),
        refunded,
    };
    let net = net([
        payment(2000, "usd", 2000),
        payment(9900, "usd", 900),
        payment(1000, "jpy", 1000),
        payment(0, "eur", 300),
    ]);
    assert_eq!(in_words(&net), [("eur", -300), ("jpy", 0), ("usd", 9000)]);
}

/// 3 orders of 10.00, one of them refunded in full: 20.00 ÷ 3 = 6.67.
#[test]
fn the_average_order() {
    assert_eq!(average_order(2000, 3), Some(667));
    assert_eq!(average_order(1000, 3), Some(333));
    assert_eq!(average_order(-1, 2), Some(-1));
    assert_eq!(average_order(0, 7), Some(0));
    assert_eq!(average_order(0, 0), None);
}

/// From 20.00 + 50.00 + 9.00 to 20.00 + 99.00 + 4.00: won 20.00, grown 49.00, shrunk 5.00; 9.00 of another lost.
#[test]
fn movements_tell_how_the_figure_came_about() {
    let change = |before, after, currency| Change {
        before,
        after,
        currency: Currency::parse(currency).unwrap(),
    };
    let movements = movements([
        change(0, 2000, "usd"),
        change(5000, 9900, "usd"),
        change(900, 400, "usd"),
        change(900, 0, "usd"),
        change(700, 700, "usd"),
        change(0, 1000, "jpy"),
    ]);
    let usd = Movement {
        won: 2000,
        grown: 4900,
        shrunk: 500,
        lost: 900,
    };
    assert_eq!(movements[&Currency::USD], usd);
    assert_eq!(movements[&Currency::parse("jpy").unwrap()].won, 1000);
    assert_eq!(movements.len(), 2);
}

proptest! {
    #[test]
    fn movements_add_up(changes in prop::collection::vec((0..10_000_i64, 0..10_000_i64), 0..20)) {
        let all = changes.iter().map(|&(before, after)| Change { before, after, currency: Currency::USD });
        let movements = movements(all);
        let moved = movements.get(&Currency::USD).copied().unwrap_or_default();
        let difference: i64 = changes.iter().map(|(before, after)| after - before).sum();
        prop_assert_eq!(moved.won + moved.grown - moved.shrunk - moved.lost, difference);
    }

    #[test]
    fn a_month_is_within_half_of_the_true_value(minor in -1_000_000_000..1_000_000_000_i64, months in 1..=36_i64) {
        let rounded = monthly([Share { minor, months }]);
        let off = (rounded * months - minor).abs();
        prop_assert!(off * 2 <= months);
        prop_assert_eq!(monthly([Share { minor: -minor, months }]), -rounded);
    }

    #[test]
    fn no_number_panics(minor: i64, months: i64, count: i64, before: i64, after: i64) {
        let _ = monthly([Share { minor, months }, Share { minor: months, months: minor }]);
        let _ = (churn(minor, count), average_order(minor, count));
        let _ = movements([Change { before, after, currency: Currency::USD }; 3]);
        let paid = Money { minor: before, currency: Currency::USD };
        let _ = net([Payment { paid, refunded: after }; 3]);
    }
}
