//! What holds of any facts.

use dream_domain::plan::{Grant, effective_plan};
use dream_domain::subscription::{
    Decision, Facts, Item, Policy, Standing, State, Status, next_check,
};
use dream_domain::tier::Interval;
use dream_domain::time::Millis;
use proptest::option;
use proptest::prelude::*;

use crate::{day, decide_with, facts, held, item, tiers};

fn moments() -> impl Strategy<Value = Millis> {
    (-10..80_i64, 0..3_i64).prop_map(|(number, ms)| day(number).plus(ms - 1))
}

fn statuses() -> impl Strategy<Value = Status> {
    prop::sample::select(Status::ALL.to_vec())
}

fn items() -> impl Strategy<Value = Item> {
    let prices = ["price_pro", "price_pro_old", "price_max", "price_other"];
    let price = prop::sample::select(prices.to_vec());
    (price, 0..20_000_i64, any::<bool>(), moments(), 1..40_i64).prop_map(
        |(price, minor, is_yearly, start, days)| {
            let mut item = item(price, minor);
            if is_yearly {
                item.interval = Interval::Year;
            }
            (item.period_start, item.period_end) = (start, start.plus(days * 86_400_000));
            item
        },
    )
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let ends = (
        option::of(moments()),
        any::<bool>(),
        option::weighted(0.1, moments()),
    );
    let items = prop::collection::vec(items(), 0..3);
    (statuses(), items, ends, option::of(moments()), moments()).prop_map(
        |(status, items, (cancel_at, cancel_at_period_end, ended_at), trial_end, started_at)| {
            Facts {
                items,
                cancel_at,
                cancel_at_period_end,
                ended_at,
                trial_end,
                started_at,
                ..facts("sub_0", status)
            }
        },
    )
}

/// Subscriptions of one user: each has an id of its own.
fn several() -> impl Strategy<Value = Vec<Facts>> {
    prop::collection::vec(any_facts(), 0..5).prop_map(|mut all| {
        for (number, facts) in all.iter_mut().enumerate() {
            facts.id = format!("sub_{number}");
        }
        all
    })
}

fn policies() -> impl Strategy<Value = Policy> {
    (-1..20_i64, any::<bool>()).prop_map(|(days, disconnected)| Policy {
        grace_ms: days * 86_400_000,
        disconnected,
    })
}

fn grants() -> impl Strategy<Value = Vec<Grant>> {
    let plan = prop::sample::select(vec!["free", "pro", "max", "gone"]);
    let grant = (plan, option::of(moments())).prop_map(|(plan, until)| Grant {
        plan: plan.to_owned(),
        by: "a developer".to_owned(),
        until,
    });
    prop::collection::vec(grant, 0..4)
}

fn state(grants: &[Grant], all: &[Facts], policy: &Policy, now: Millis) -> State {
    let decisions: Vec<Decision> = all.iter().map(|facts| decide_with(facts, policy)).collect();
    dream_domain::subscription::state(&tiers(), grants, &held(all, &decisions), now)
}

/// The place of a plan: the dearer the higher.
fn height(state: &State) -> Option<usize> {
    let tiers = tiers();
    let place = |name: &String| tiers.iter().position(|tier| tier.name == *name);
    state.plan.as_ref().and_then(place)
}

proptest! {
    #[test]
    fn what_is_not_paid_gives_nothing(facts in any_facts(), policy in policies()) {
        let decision = decide_with(&facts, &policy);
        let gives = matches!(facts.status, Status::Trialing | Status::Active | Status::PastDue);
        prop_assert!(gives || decision.claim.is_none());
        prop_assert!(decision.claim.is_some() || decision.mrr == 0);
        let is_paid = matches!(facts.status, Status::Active | Status::PastDue);
        prop_assert!(decision.mrr == 0 || is_paid && facts.ends().is_none() && !policy.disconnected);
    }

    #[test]
    fn no_claim_outlasts_its_facts(facts in any_facts(), policy in policies()) {
        let Some(claim) = decide_with(&facts, &policy).claim else { return Ok(()) };
        let (start, end) = facts.period();
        let grace = start.plus(policy.grace_ms);
        let bounds = [
            (facts.cancel_at.is_some(), facts.cancel_at.unwrap_or_default()),
            (facts.cancel_at_period_end, end),
            (policy.disconnected, end),
            (facts.status == Status::PastDue, grace),
        ];
        for (applies, bound) in bounds {
            prop_assert!(!applies || claim.until.is_some_and(|until| until <= bound));
        }
        prop_assert_eq!(claim.until.is_none(), bounds.iter().all(|(applies, _)| !applies));
        prop_assert_eq!(facts.ended_at, None);
    }

    #[test]
    fn the_order_of_subscriptions_is_nothing(
        (all, shuffled) in several().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        grants in grants(), policy in policies(), now in moments(),
    ) {
        prop_assert_eq!(state(&grants, &all, &policy, now), state(&grants, &shuffled, &policy, now));
    }

    #[test]
    fn the_order_of_items_is_nothing(facts in any_facts(), policy in policies(), now in moments()) {
        let mut turned = facts.clone();
        turned.items.reverse();
        let (decision, of_turned) = (decide_with(&facts, &policy), decide_with(&turned, &policy));
        prop_assert_eq!(&decision, &of_turned);
        prop_assert_eq!(next_check(&facts, &decision, now), next_check(&turned, &of_turned, now));
    }

    #[test]
    fn one_more_that_has_ended_changes_nothing(
        all in several(), mut ended in any_facts(), grants in grants(), policy in policies(), now in moments(),
    ) {
        ended.status = Status::Canceled;
        ended.id = "sub_ended".to_owned();
        let before = state(&grants, &all, &policy, now);
        let mut more = all;
        more.push(ended);
        let after = state(&grants, &more, &policy, now);
        prop_assert_eq!(&after.plan, &before.plan);
        prop_assert_eq!(after.access_until, before.access_until);
        // Only who had none that counts, or only ended ones, is now told of this one.
        if before.status > Standing::Canceled {
            prop_assert_eq!(after, before);
        } else {
            prop_assert_eq!(after.status, Standing::Canceled);
        }
    }

    #[test]
    fn looks_lie_ahead(facts in any_facts(), policy in policies(), now in moments()) {
        let decision = decide_with(&facts, &policy);
        let next = next_check(&facts, &decision, now);
        let is_over = matches!(facts.status, Status::Canceled | Status::IncompleteExpired);
        prop_assert_eq!(next.is_none(), is_over);
        let Some(next) = next else { return Ok(()) };
        prop_assert!(next > now);
        // No claim that is running ends unseen, and nothing is looked at less often than its period asks.
        let until = decision.claim.and_then(|claim| claim.until).filter(|until| *until > now);
        prop_assert!(until.is_none_or(|until| next <= until));
        let period_end = facts.period().1.plus(5 * 60_000);
        prop_assert!(next <= period_end.max(now.plus(86_400_000)));
    }

    #[test]
    fn more_never_lowers_the_plan(
        all in several(), one in any_facts(), grants in grants(), more in grants(), policy in policies(),
        now in moments(),
    ) {
        let before = state(&grants, &all, &policy, now);
        let mut given = grants.clone();
        given.extend(more);
        prop_assert!(height(&state(&given, &all, &policy, now)) >= height(&before));
        let mut bought = all;
        bought.push(Facts { id: "sub_more".to_owned(), ..one });
        prop_assert!(height(&state(&grants, &bought, &policy, now)) >= height(&before));
    }

    #[test]
    fn the_plan_is_the_one_of_the_hot_path(
        all in several(), grants in grants(), policy in policies(), now in moments(),
    ) {
        let state = state(&grants, &all, &policy, now);
        let claims = all.iter().filter_map(|facts| decide_with(facts, &policy).claim);
        let mut as_grants = grants;
        as_grants.extend(claims.map(|claim| Grant {
            plan: claim.plan,
            by: "subscription:sub".to_owned(),
            until: claim.until,
        }));
        let tiers = tiers();
        let plan = effective_plan(&tiers, &as_grants, now).map(|tier| tier.name.clone());
        prop_assert_eq!(&state.plan, &plan);
        // And it holds as long as it says, if nothing else comes.
        if let Some(until) = state.access_until {
            prop_assert!(now < until);
            let last = effective_plan(&tiers, &as_grants, until.plus(-1)).map(|tier| tier.name.clone());
            let next = effective_plan(&tiers, &as_grants, until).map(|tier| tier.name.clone());
            prop_assert_eq!(&last, &plan);
            prop_assert!(next != plan || plan.as_deref() == Some("free"));
        }
    }

    #[test]
    fn facts_are_stored_whole(facts in any_facts()) {
        let text = serde_json::to_string(&facts).unwrap();
        prop_assert_eq!(serde_json::from_str::<Facts>(&text).unwrap(), facts);
    }
}
