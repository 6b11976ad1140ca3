//! When the provider is asked without news, calendar edges, and how facts are stored.

use dream_domain::subscription::{Facts, Status, next_check};
use dream_domain::tier::Interval;
use dream_domain::time::Millis;

use crate::{day, decide, facts, item};

const MINUTE: i64 = 60_000;

fn check(facts: &Facts, now: Millis) -> Option<Millis> {
    next_check(facts, &decide(facts), now)
}

#[test]
fn looks_come_when_something_is_due() {
    let active = facts("sub_1", Status::Active);
    assert_eq!(check(&active, day(1)), Some(day(30).plus(5 * MINUTE)));
    let mut trial = facts("sub_1", Status::Trialing);
    trial.trial_end = Some(day(14));
    assert_eq!(check(&trial, day(1)), Some(day(14).plus(5 * MINUTE)));
    let mut paid = trial.clone();
    paid.status = Status::Active;
    assert_eq!(check(&paid, day(15)), Some(day(30).plus(5 * MINUTE)));
    let past_due = facts("sub_1", Status::PastDue);
    assert_eq!(check(&past_due, day(1)), Some(day(7)));
    assert_eq!(check(&past_due, day(7)), Some(day(30).plus(5 * MINUTE)));
    let mut ending = facts("sub_1", Status::Active);
    ending.cancel_at = Some(day(12));
    assert_eq!(check(&ending, day(1)), Some(day(12)));
    assert_eq!(check(&ending, day(12)), Some(day(12).plus(5 * MINUTE)));
    for status in [Status::Canceled, Status::IncompleteExpired] {
        assert_eq!(check(&facts("sub_1", status), day(1)), None);
    }
}

/// A provider that is late is asked again and again, ever less often, but at least once a day.
#[test]
fn looks_at_what_is_overdue_become_rare() {
    let active = facts("sub_1", Status::Active);
    let mut now = day(30).plus(5 * MINUTE);
    let mut waits = Vec::new();
    for _ in 0..10 {
        let next = check(&active, now).unwrap();
        waits.push((next.0 - now.0) / MINUTE);
        now = next;
    }
    assert_eq!(waits, [15, 15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
}

/// Of two items the one whose period ends first drives the looks and what ends with the period (cases BIL-17).
#[test]
fn of_two_items_the_earlier_end_counts() {
    let mut two = facts("sub_1", Status::Active);
    let mut yearly = item("price_max", 99_000);
    yearly.interval = Interval::Year;
    (yearly.period_start, yearly.period_end) = (day(-100), day(265));
    for place in [0, 1] {
        two.items = vec![item("price_pro", 2000)];
        two.items.insert(place, yearly.clone());
        two.cancel_at_period_end = false;
        assert_eq!(two.period(), (day(0), day(30)));
        assert_eq!(check(&two, day(1)), Some(day(30).plus(5 * MINUTE)));
        two.cancel_at_period_end = true;
        assert_eq!(decide(&two).claim.unwrap().until, Some(day(30)));
        // A later date set besides does not move the end, an earlier one does.
        two.cancel_at = Some(day(40));
        assert_eq!(two.ends(), Some(day(30)));
        two.cancel_at = Some(day(4));
        assert_eq!(two.ends(), Some(day(4)));
        two.cancel_at = None;
    }
    two.items.clear();
    assert_eq!(two.period(), (day(0), day(0)));
}

/// Months and years are reckoned by the provider alone: its dates are taken as they are (cases BIL-14).
#[test]
fn calendar_edges_are_the_providers() {
    for (start, end, interval) in [
        ("2028-02-29", "2029-02-28", Interval::Year),
        ("2029-02-28", "2030-02-28", Interval::Year),
        ("2026-12-31", "2027-01-31", Interval::Month),
        ("2027-01-31", "2027-02-28", Interval::Month),
        ("2027-02-28", "2027-03-31", Interval::Month),
    ] {
        let moment = |date| Millis::from_rfc3339("at", &format!("{date}T10:30:00Z")).unwrap();
        let (start, end) = (moment(start), moment(end));
        let mut facts = facts("sub_1", Status::Active);
        facts.cancel_at_period_end = true;
        facts.items[0].interval = interval;
        (facts.items[0].period_start, facts.items[0].period_end) = (start, end);
        assert_eq!(decide(&facts).claim.unwrap().until, Some(end));
        assert_eq!(check(&facts, end), Some(end.plus(5 * MINUTE)));
        facts.status = Status::PastDue;
        let until = decide(&facts).claim.unwrap().until;
        assert_eq!(until, Some(start.plus(7 * 86_400_000)));
    }
}

#[test]
fn stored_facts_read_back() {
    let mut facts = facts("sub_1", Status::PastDue);
    facts.cancel_at = Some(day(3));
    facts.trial_end = Some(day(2));
    facts.cancel_reason = Some("payment_failed".to_owned());
    facts
        .metadata
        .insert("user".to_owned(), "user_1".to_owned());
    facts.items.push(item("price_max", 9900));
    facts.items[1].interval = Interval::Year;
    let stored = serde_json::to_value(&facts).unwrap();
    assert_eq!(stored["status"], "past_due");
    assert_eq!(stored["items"][1]["interval"], "year");
    assert_eq!(stored["items"][1]["currency"], "usd");
    assert_eq!(stored["cancel_at"], day(3).0);
    assert_eq!(serde_json::from_value::<Facts>(stored).unwrap(), facts);
}

#[test]
fn stored_facts_of_an_unknown_kind_are_refused_or_give_nothing() {
    let stored = serde_json::to_value(facts("sub_1", Status::Active)).unwrap();
    let mut odd = stored.clone();
    odd["status"] = "dormant".into();
    let read: Facts = serde_json::from_value(odd).unwrap();
    assert_eq!((read.status, decide(&read).claim), (Status::Unknown, None));
    for (member, value) in [("currency", "doubloon"), ("interval", "week")] {
        let mut odd = stored.clone();
        odd["items"][0][member] = value.into();
        let error = serde_json::from_value::<Facts>(odd).unwrap_err();
        assert!(error.to_string().contains(value), "{error}");
    }
}
