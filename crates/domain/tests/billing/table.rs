//! The table of every status with every circumstance (cases BIL-02).

use dream_domain::subscription::{Decision, Policy, Reason, Standing, Status};

use crate::{day, decide_with, facts, plan_of, state};

/// Cancelled: not at all, at the end of the period (day 30), on day 20, on day 50.
const CANCELS: [(bool, Option<i64>); 4] = [
    (false, None),
    (true, None),
    (false, Some(20)),
    (false, Some(50)),
];

/// One row: the status, then what is given with the account connected, then with it disconnected, for each of
/// [`CANCELS`].
type Row = (Status, [&'static str; 4], [&'static str; 4]);

const TABLE: [Row; 9] = [
    (
        Status::Trialing,
        [
            "pro, trial",
            "pro to 30, cancels_at_period_end",
            "pro to 20, cancels_at_period_end",
            "pro to 50, cancels_at_period_end",
        ],
        [
            "pro to 30, disconnected",
            "pro to 30, cancels_at_period_end",
            "pro to 20, cancels_at_period_end",
            "pro to 30, disconnected",
        ],
    ),
    (
        Status::Active,
        [
            "pro, active",
            "pro to 30, cancels_at_period_end",
            "pro to 20, cancels_at_period_end",
            "pro to 50, cancels_at_period_end",
        ],
        [
            "pro to 30, disconnected",
            "pro to 30, cancels_at_period_end",
            "pro to 20, cancels_at_period_end",
            "pro to 30, disconnected",
        ],
    ),
    (
        Status::PastDue,
        ["pro to 7, grace_after_failed_payment"; 4],
        ["pro to 7, grace_after_failed_payment"; 4],
    ),
    (
        Status::Canceled,
        ["nothing, canceled"; 4],
        ["nothing, canceled"; 4],
    ),
    (
        Status::Unpaid,
        ["nothing, unpaid"; 4],
        ["nothing, unpaid"; 4],
    ),
    (
        Status::Paused,
        ["nothing, paused"; 4],
        ["nothing, paused"; 4],
    ),
    (
        Status::Incomplete,
        ["nothing, incomplete"; 4],
        ["nothing, incomplete"; 4],
    ),
    (
        Status::IncompleteExpired,
        ["nothing, incomplete"; 4],
        ["nothing, incomplete"; 4],
    ),
    (
        Status::Unknown,
        ["nothing, unknown_status"; 4],
        ["nothing, unknown_status"; 4],
    ),
];

fn in_words(decision: &Decision) -> String {
    let Some(claim) = &decision.claim else {
        return format!("nothing, {}", decision.reason.as_str());
    };
    let until = claim.until.map_or(String::new(), |until| {
        format!(" to {}", (until.0 - day(0).0) / 86_400_000)
    });
    format!("{}{until}, {}", claim.plan, decision.reason.as_str())
}

#[test]
fn every_status_with_every_circumstance() {
    assert_eq!(TABLE.map(|row| row.0).len(), Status::ALL.len());
    for (status, connected, disconnected) in TABLE {
        for (is_disconnected, expected) in [(false, connected), (true, disconnected)] {
            let policy = Policy {
                disconnected: is_disconnected,
                ..Policy::default()
            };
            for ((at_period_end, cancel_at), expected) in CANCELS.into_iter().zip(expected) {
                // The date of a trial is for the provider to act on: it changes nothing here.
                for trial_end in [None, Some(day(10)), Some(day(30))] {
                    let mut facts = facts("sub_1", status);
                    facts.cancel_at_period_end = at_period_end;
                    facts.cancel_at = cancel_at.map(day);
                    facts.trial_end = trial_end;
                    let decision = decide_with(&facts, &policy);
                    assert_eq!(in_words(&decision), expected, "{facts:?} {policy:?}");
                    let is_lasting = ["pro, active"].contains(&expected)
                        || status == Status::PastDue
                            && !is_disconnected
                            && !at_period_end
                            && cancel_at.is_none();
                    assert_eq!(decision.mrr, if is_lasting { 2000 } else { 0 }, "{facts:?}");
                }
            }
        }
    }
}

#[test]
fn the_grace_ends_with_a_subscription_that_was_canceled_and_with_the_period() {
    let mut past_due = facts("sub_1", Status::PastDue);
    past_due.cancel_at = Some(day(5));
    let decided = |grace: i64, disconnected| {
        let policy = Policy {
            grace_ms: grace * 86_400_000,
            disconnected,
        };
        in_words(&decide_with(&past_due, &policy))
    };
    assert_eq!(decided(7, false), "pro to 5, grace_after_failed_payment");
    assert_eq!(decided(3, false), "pro to 3, grace_after_failed_payment");
    assert_eq!(decided(0, false), "nothing, grace_over");
    assert_eq!(decided(-1, false), "nothing, grace_over");
    past_due.cancel_at = None;
    let long = |disconnected| Policy {
        grace_ms: 40 * 86_400_000,
        disconnected,
    };
    let words = |disconnected| in_words(&decide_with(&past_due, &long(disconnected)));
    assert_eq!(words(false), "pro to 40, grace_after_failed_payment");
    assert_eq!(words(true), "pro to 30, grace_after_failed_payment");
}

#[test]
fn what_has_ended_gives_nothing_whatever_its_status() {
    for status in Status::ALL {
        let mut facts = facts("sub_1", status);
        facts.ended_at = Some(day(10));
        let decision = decide_with(&facts, &Policy::default());
        assert_eq!((decision.claim, decision.mrr), (None, 0), "{status:?}");
    }
}

#[test]
fn the_price_has_to_be_ours() {
    for (prices, expected) in [
        (vec![], "nothing, unknown_price"),
        (vec![("price_other", 100)], "nothing, unknown_price"),
        (vec![("price_pro_old", 100)], "pro, active"),
        (vec![("price_other", 99), ("price_pro", 1)], "pro, active"),
        (
            vec![("price_pro", 2000), ("price_max", 9900)],
            "max, active",
        ),
        (
            vec![("price_max", 9900), ("price_pro", 2000)],
            "max, active",
        ),
    ] {
        let mut facts = facts("sub_1", Status::Active);
        let items = prices
            .iter()
            .map(|(price, minor)| crate::item(price, *minor));
        facts.items = items.collect();
        let decision = decide_with(&facts, &Policy::default());
        assert_eq!(in_words(&decision), expected, "{prices:?}");
        let sold = facts
            .sold(&plan_of)
            .map(|(item, plan)| (&item.price_id, plan));
        assert_eq!(
            sold.as_ref().map(|(_, plan)| plan),
            decision.claim.as_ref().map(|claim| &claim.plan)
        );
        assert!(sold.is_none_or(|(price, plan)| plan_of(price) == Some(plan)));
    }
}

/// From any status to any other: what counts is what was fetched last, not what was before. And with one
/// subscription in each, the better one decides.
#[test]
fn every_pair_of_statuses() {
    let gives = |status| matches!(status, Status::Trialing | Status::Active | Status::PastDue);
    for from in Status::ALL {
        for to in Status::ALL {
            let (old, new) = (facts("sub_1", from), facts("sub_2", to));
            let both = state(&[old, new.clone()], day(1));
            let plan = if gives(from) || gives(to) {
                "pro"
            } else {
                "free"
            };
            assert_eq!(both.plan.as_deref(), Some(plan), "{from:?} {to:?}");
            let alone = state(&[new], day(1));
            let plan = if gives(to) { "pro" } else { "free" };
            assert_eq!(alone.plan.as_deref(), Some(plan), "{from:?} {to:?}");
        }
    }
}

#[test]
fn words_read_back_and_every_reason_has_a_sentence_of_its_own() {
    for status in Status::ALL {
        assert_eq!(Status::parse(status.as_str()), status);
    }
    for other in ["", "Active", "active ", "cancelled", "canceling", "none"] {
        assert_eq!(Status::parse(other), Status::Unknown);
        assert_eq!(Reason::parse(other), None);
    }
    for reason in Reason::ALL {
        assert_eq!(Reason::parse(reason.as_str()), Some(reason));
    }
    for standing in Standing::ALL {
        assert_eq!(Standing::parse(standing.as_str()), Some(standing));
    }
    let mut sentences = Reason::ALL.map(|reason| reason.sentence()).to_vec();
    sentences.sort_unstable();
    sentences.dedup();
    assert_eq!(sentences.len(), Reason::ALL.len());
    assert!(sentences.iter().all(|sentence| sentence.ends_with('.')));
}
