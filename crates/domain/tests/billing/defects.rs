//! What went wrong elsewhere, each case by the number it has in the list of known defects.

use dream_domain::subscription::{Standing, Status, next_check};

use crate::{day, decide, facts, item, state};

/// 9: a plan granted without payment.
#[test]
fn nothing_is_given_before_it_is_paid() {
    for status in [
        Status::Incomplete,
        Status::IncompleteExpired,
        Status::Unpaid,
        Status::Paused,
        Status::Unknown,
    ] {
        let state = state(&[facts("sub_1", status)], day(0));
        assert_eq!(state.plan.as_deref(), Some("free"), "{status:?}");
    }
}

/// 23: only `active` counted, so trials fell to the free plan, and a failed payment kept the plan for ever.
#[test]
fn trials_count_and_failed_payments_end() {
    let trial = state(&[facts("sub_1", Status::Trialing)], day(29));
    assert_eq!(trial.plan.as_deref(), Some("pro"));
    let failed = [facts("sub_1", Status::PastDue)];
    assert_eq!(state(&failed, day(6)).plan.as_deref(), Some("pro"));
    assert_eq!(state(&failed, day(7)).plan.as_deref(), Some("free"));
}

/// 29: an update that came after the end bought the plan back. An event only says which subscription to fetch, and
/// what is fetched after the end is its end, however many events come and in whatever order.
#[test]
fn nothing_follows_the_end() {
    let mut ended = facts("sub_1", Status::Canceled);
    ended.ended_at = Some(day(3));
    let once = decide(&ended);
    for _ in ["deleted", "updated", "created", "deleted"] {
        assert_eq!(decide(&ended), once);
    }
    assert_eq!(once.claim, None);
    assert_eq!(next_check(&ended, &once, day(4)), None);
}

/// 30: the end of an old subscription took the plan of a user who had a newer one.
#[test]
fn the_end_of_one_leaves_the_other() {
    let (mut old, mut new) = (
        facts("sub_1", Status::Active),
        facts("sub_2", Status::Active),
    );
    new.started_at = day(5);
    old.status = Status::Canceled;
    for all in [[old.clone(), new.clone()], [new, old]] {
        let state = state(&all, day(6));
        assert_eq!(state.plan.as_deref(), Some("pro"));
        assert_eq!(state.subscription_id.as_deref(), Some("sub_2"));
        assert_eq!(state.status, Standing::Active);
    }
}

/// 33: a lost `deleted` was a plan for ever. The claim ends by itself, and somebody looks.
#[test]
fn a_lost_end_is_an_end() {
    let mut ending = facts("sub_1", Status::Active);
    ending.cancel_at_period_end = true;
    let decision = decide(&ending);
    assert_eq!(next_check(&ending, &decision, day(1)), Some(day(30)));
    assert_eq!(state(&[ending], day(30)).plan.as_deref(), Some("free"));
}

/// 34: a second subscription is seen as such: both are held, the better one leads, and when it goes the other is
/// still there.
#[test]
fn two_subscriptions_are_two() {
    let (one, mut two) = (
        facts("sub_1", Status::Active),
        facts("sub_2", Status::Active),
    );
    two.items = vec![item("price_max", 9900)];
    let both = state(&[one.clone(), two.clone()], day(1));
    assert_eq!(both.plan.as_deref(), Some("max"));
    assert_eq!(both.subscription_id.as_deref(), Some("sub_2"));
    two.status = Status::Canceled;
    assert_eq!(state(&[one, two], day(1)).plan.as_deref(), Some("pro"));
}

/// 38: the figure counted trials, tax, what was cancelled and what had ended. See also `figures`.
#[test]
fn mrr_counts_what_lasts() {
    let mrr = |status, at_period_end| {
        let mut facts = facts("sub_1", status);
        facts.cancel_at_period_end = at_period_end;
        decide(&facts).mrr
    };
    assert_eq!(mrr(Status::Active, false), 2000);
    assert_eq!(mrr(Status::Active, true), 0);
    assert_eq!(mrr(Status::Trialing, false), 0);
    assert_eq!(mrr(Status::Canceled, false), 0);
}
