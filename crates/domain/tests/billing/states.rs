//! What a user has, with several claims and over time.

use dream_domain::plan::{Grant, effective_plan};
use dream_domain::subscription::{
    Because, Decision, Facts, Policy, Reason, Standing, State, Status,
};
use dream_domain::time::Millis;

use crate::{day, decide, decide_with, facts, held, item, state, tiers};

fn seen(state: &State) -> (Option<&str>, &str, Option<Millis>, &str) {
    let plan = state.plan.as_deref();
    let status = state.status.as_str();
    (plan, status, state.access_until, state.reason.as_str())
}

fn grant(plan: &str, until: Option<Millis>) -> Grant {
    Grant {
        plan: plan.to_owned(),
        by: "a developer".to_owned(),
        until,
    }
}

fn given(grants: &[Grant], all: &[Facts], now: Millis) -> State {
    let decisions: Vec<_> = all.iter().map(decide).collect();
    dream_domain::subscription::state(&tiers(), grants, &held(all, &decisions), now)
}

#[test]
fn whoever_has_nothing_is_on_the_default() {
    let nobody = state(&[], day(1));
    assert_eq!(seen(&nobody), (Some("free"), "none", None, "default"));
    assert_eq!(nobody.subscription_id, None);
    let nothing_sold = dream_domain::subscription::state(&[], &[], &[], day(1));
    assert_eq!(seen(&nothing_sold), (None, "none", None, "default"));
}

#[test]
fn each_status_shows_in_one_word_and_one_reason() {
    for (status, plan, standing, reason) in [
        (Status::Trialing, "pro", "trialing", "trial"),
        (Status::Active, "pro", "active", "active"),
        (
            Status::PastDue,
            "pro",
            "past_due",
            "grace_after_failed_payment",
        ),
        (Status::Unpaid, "free", "past_due", "unpaid"),
        (Status::Paused, "free", "past_due", "paused"),
        (Status::Canceled, "free", "canceled", "canceled"),
        (Status::Incomplete, "free", "none", "incomplete"),
        (Status::IncompleteExpired, "free", "none", "incomplete"),
        (Status::Unknown, "free", "none", "unknown_status"),
    ] {
        let state = state(&[facts("sub_1", status)], day(1));
        let until = (status == Status::PastDue).then(|| day(7));
        assert_eq!(seen(&state), (Some(plan), standing, until, reason));
        assert_eq!(state.subscription_id.as_deref(), Some("sub_1"));
    }
}

/// Nothing is fetched in between: the claim itself says when it is over (defects 33).
#[test]
fn claims_end_by_themselves() {
    let mut canceled = facts("sub_1", Status::Active);
    canceled.cancel_at_period_end = true;
    let past_due = facts("sub_1", Status::PastDue);
    let mut both = past_due.clone();
    both.cancel_at = Some(day(5));
    for (facts, end, before, after) in [
        (
            canceled,
            day(30),
            ("canceling", "cancels_at_period_end"),
            ("canceled", "canceled"),
        ),
        (
            past_due,
            day(7),
            ("past_due", "grace_after_failed_payment"),
            ("past_due", "grace_over"),
        ),
        (
            both,
            day(5),
            ("past_due", "grace_after_failed_payment"),
            ("canceled", "canceled"),
        ),
    ] {
        let all = [facts];
        let last = state(&all, end.plus(-1));
        assert_eq!(seen(&last), (Some("pro"), before.0, Some(end), before.1));
        let over = state(&all, end);
        assert_eq!(seen(&over), (Some("free"), after.0, None, after.1));
    }
}

#[test]
fn a_disconnected_account_keeps_plans_until_the_period_ends() {
    let facts = [facts("sub_1", Status::Active)];
    let policy = Policy {
        disconnected: true,
        ..Policy::default()
    };
    let decisions = [decide_with(&facts[0], &policy)];
    let held = held(&facts, &decisions);
    let at = |now| dream_domain::subscription::state(&tiers(), &[], &held, now);
    let last = at(day(30).plus(-1));
    assert_eq!(
        seen(&last),
        (Some("pro"), "canceling", Some(day(30)), "disconnected")
    );
    assert_eq!(
        seen(&at(day(30))),
        (Some("free"), "canceled", None, "disconnected")
    );
}

#[test]
fn of_two_that_give_the_same_plan_the_longer_one_leads() {
    let mut ending = facts("sub_1", Status::Active);
    ending.cancel_at_period_end = true;
    ending.started_at = day(9);
    let trial = facts("sub_2", Status::Trialing);
    let both = state(&[ending, trial], day(10));
    assert_eq!(seen(&both), (Some("pro"), "trialing", None, "trial"));
    assert_eq!(both.subscription_id.as_deref(), Some("sub_2"));
}

/// Whatever order they come in: what began last leads, then the greater id.
#[test]
fn of_equals_the_newest_leads() {
    let mut newer = facts("sub_1", Status::Active);
    newer.started_at = day(2);
    let all = [
        facts("sub_2", Status::Active),
        newer,
        facts("sub_3", Status::Active),
    ];
    for (chosen, lead) in [
        ([0, 1], "sub_1"),
        ([1, 0], "sub_1"),
        ([0, 2], "sub_3"),
        ([2, 0], "sub_3"),
    ] {
        let state = state(&chosen.map(|place| all[place].clone()), day(3));
        assert_eq!(state.subscription_id.as_deref(), Some(lead), "{chosen:?}");
    }
}

#[test]
fn the_dearer_plan_leads_though_it_ends_first() {
    let mut ending = facts("sub_1", Status::Active);
    ending.items = vec![item("price_max", 9900)];
    ending.cancel_at_period_end = true;
    let all = [ending, facts("sub_2", Status::Active)];
    let now = state(&all, day(10));
    assert_eq!(
        seen(&now),
        (
            Some("max"),
            "canceling",
            Some(day(30)),
            "cancels_at_period_end"
        )
    );
    let then = state(&all, day(30));
    assert_eq!(seen(&then), (Some("pro"), "active", None, "active"));
}

#[test]
fn what_was_given_and_what_was_bought_count_alike() {
    let active = [facts("sub_1", Status::Active)];
    let better = given(&[grant("max", Some(day(5)))], &active, day(1));
    assert_eq!(
        seen(&better),
        (Some("max"), "active", Some(day(5)), "granted")
    );
    let worse = given(&[grant("free", None)], &active, day(1));
    assert_eq!(seen(&worse), (Some("pro"), "active", None, "active"));
    let over = given(&[grant("max", Some(day(5)))], &active, day(5));
    assert_eq!(seen(&over), (Some("pro"), "active", None, "active"));
    let mut ending = active;
    ending[0].cancel_at_period_end = true;
    let longer = given(&[grant("pro", None)], &ending, day(1));
    assert_eq!(seen(&longer), (Some("pro"), "canceling", None, "granted"));
    let shorter = given(&[grant("pro", Some(day(5)))], &ending, day(1));
    assert_eq!(
        shorter.reason,
        Because::Subscription(Reason::CancelsAtPeriodEnd)
    );
    assert_eq!(shorter.access_until, Some(day(30)));
}

#[test]
fn a_claim_on_a_tier_that_is_gone_counts_for_nothing() {
    let facts = [facts("sub_1", Status::Active)];
    let decisions = [decide(&facts[0])];
    let free = &tiers()[..1];
    let state = dream_domain::subscription::state(free, &[], &held(&facts, &decisions), day(1));
    assert_eq!(seen(&state), (Some("free"), "none", None, "unknown_price"));
    assert_eq!(state.status, Standing::None);
}

/// The hot path reads claims as grants from one table: both ways give the same plan.
#[test]
fn claims_read_as_grants_give_the_same_plan() {
    let mut ending = facts("sub_2", Status::Active);
    ending.items = vec![item("price_max", 9900)];
    ending.cancel_at = Some(day(3));
    let all = [facts("sub_1", Status::PastDue), ending];
    let decisions: Vec<Decision> = all.iter().map(decide).collect();
    let claims = decisions.iter().filter_map(|decision| {
        let claim = decision.claim.clone()?;
        Some(grant(&claim.plan, claim.until))
    });
    let claims: Vec<_> = claims.collect();
    for (number, plan) in [(0, "max"), (2, "max"), (3, "pro"), (6, "pro"), (7, "free")] {
        let by_claims =
            effective_plan(&tiers(), &claims, day(number)).map(|tier| tier.name.clone());
        let state = state(&all, day(number));
        assert_eq!(state.plan.as_deref(), Some(plan), "day {number}");
        assert_eq!(state.plan, by_claims, "day {number}");
    }
}
