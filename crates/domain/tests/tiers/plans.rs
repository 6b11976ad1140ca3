//! Rules 20: which plan a user is on.

use dream_domain::plan::{Grant, effective_plan};
use dream_domain::tier::{Interval, Tier, TierKind};
use dream_domain::time::Millis;
use proptest::prelude::*;

use crate::{money, name, tier};

fn grant(plan: &str) -> Grant {
    Grant {
        plan: plan.to_owned(),
        by: "key_1".to_owned(),
        until: None,
    }
}

fn plan_of<'a>(tiers: &'a [Tier], plans: &[&str]) -> Option<&'a str> {
    let grants: Vec<Grant> = plans.iter().map(|plan| grant(plan)).collect();
    name(effective_plan(tiers, &grants, Millis(0)))
}

fn saas() -> Vec<Tier> {
    vec![tier("free", 0), tier("pro", 2900), tier("max", 9900)]
}

#[test]
fn the_higher_monthly_price_wins() {
    let tiers = saas();
    assert_eq!(plan_of(&tiers, &["max", "pro"]), Some("max"));
    assert_eq!(plan_of(&tiers, &["pro", "max"]), Some("max"));
    assert_eq!(plan_of(&tiers, &["pro"]), Some("pro"));
}

#[test]
fn a_yearly_price_counts_a_twelfth_to_the_cent() {
    let yearly = |price| Tier {
        interval: Interval::Year,
        ..tier("yearly", price)
    };
    for (price, best) in [
        (34_799, "pro"),
        (34_800, "pro"),
        (34_801, "yearly"),
        (99_900, "yearly"),
    ] {
        let tiers = vec![yearly(price), tier("pro", 2900)];
        assert_eq!(plan_of(&tiers, &["yearly", "pro"]), Some(best), "{price}");
    }
}

#[test]
fn at_the_same_price_the_later_one_wins() {
    let mut tiers = vec![tier("a", 100), tier("b", 100)];
    assert_eq!(plan_of(&tiers, &["b", "a"]), Some("b"));
    tiers[0].position = 7;
    assert_eq!(
        plan_of(&tiers, &["b", "a"]),
        Some("a"),
        "position goes before place in the list"
    );
}

#[test]
fn in_other_currencies_the_later_one_wins() {
    let euro = Tier {
        price: money(1, "eur"),
        ..tier("euro", 0)
    };
    let tiers = vec![tier("dollar", 9900), euro, tier("cheap", 100)];
    assert_eq!(plan_of(&tiers, &["dollar", "euro"]), Some("euro"));
    assert_eq!(plan_of(&tiers, &["euro", "cheap"]), Some("cheap"));
    assert_eq!(
        plan_of(&tiers, &["dollar", "euro", "cheap"]),
        Some("euro"),
        "a cheaper plan beside a dearer one of its currency changes nothing"
    );
}

#[test]
fn without_a_grant_the_default_holds() {
    let mut tiers = saas();
    assert_eq!(plan_of(&tiers, &[]), Some("free"));
    tiers[1].is_default = true;
    assert_eq!(plan_of(&tiers, &[]), Some("pro"));
    assert_eq!(
        plan_of(&tiers, &["free"]),
        Some("free"),
        "a grant is asked first, whatever it costs"
    );
    assert_eq!(plan_of(&tiers[2..], &[]), None);
    assert_eq!(plan_of(&[], &["pro"]), None);
}

#[test]
fn a_grant_of_a_vanished_tier_or_a_product_is_ignored() {
    let mut tiers = saas();
    tiers.push(Tier {
        kind: TierKind::OneOff,
        ..tier("mug", 99_999)
    });
    assert_eq!(plan_of(&tiers, &["gone", "mug"]), Some("free"));
    assert_eq!(plan_of(&tiers, &["gone", "pro"]), Some("pro"));
}

#[test]
fn an_archived_tier_serves_those_who_have_it() {
    let mut tiers = saas();
    tiers[1].active = false;
    assert_eq!(plan_of(&tiers, &["pro"]), Some("pro"));
    tiers[0].active = false;
    assert_eq!(plan_of(&tiers, &[]), None);
}

#[test]
fn a_grant_ends_at_its_moment() {
    let tiers = saas();
    let grants = [Grant {
        until: Some(Millis(1000)),
        ..grant("pro")
    }];
    for (now, plan) in [(0, "pro"), (999, "pro"), (1000, "free"), (i64::MAX, "free")] {
        assert_eq!(
            name(effective_plan(&tiers, &grants, Millis(now))),
            Some(plan),
            "{now}"
        );
    }
}

#[test]
fn a_grant_by_display_name_is_found() {
    let mut tiers = saas();
    tiers[2].display_name = "Gold Plan".to_owned();
    assert_eq!(plan_of(&tiers, &["Gold Plan"]), Some("max"));
}

fn projects() -> impl Strategy<Value = Vec<Tier>> {
    let one = (0_i64..4, any::<bool>(), any::<bool>(), 0_i64..3);
    prop::collection::vec(one, 1..8).prop_map(|tiers| {
        let made = tiers.into_iter().enumerate();
        made.map(|(index, (price, is_yearly, is_euro, position))| Tier {
            price: money(price * 12, if is_euro { "eur" } else { "usd" }),
            interval: if is_yearly {
                Interval::Year
            } else {
                Interval::Month
            },
            position,
            ..tier(&format!("t{index}"), 0)
        })
        .collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_grants_says_nothing(tiers in projects(), picks in prop::collection::vec(0_usize..8, 1..6)) {
        let plans: Vec<&str> = picks.iter().map(|pick| tiers[pick % tiers.len()].name.as_str()).collect();
        let mut other = plans.clone();
        other.reverse();
        let best = plan_of(&tiers, &plans);
        prop_assert_eq!(plan_of(&tiers, &other), best);
        prop_assert!(plans.contains(&best.unwrap()));
    }

    #[test]
    fn no_granted_tier_of_the_same_currency_costs_more(tiers in projects(), picks in prop::collection::vec(0_usize..8, 1..6)) {
        let yearly = |tier: &Tier| if tier.interval == Interval::Year { tier.price.minor } else { tier.price.minor * 12 };
        let granted: Vec<&Tier> = picks.iter().map(|pick| &tiers[pick % tiers.len()]).collect();
        let grants: Vec<Grant> = granted.iter().map(|tier| grant(&tier.name)).collect();
        let best = effective_plan(&tiers, &grants, Millis(0)).unwrap();
        let rivals = granted.iter().filter(|tier| tier.price.currency == best.price.currency);
        for rival in rivals {
            prop_assert!(yearly(rival) <= yearly(best));
        }
    }
}
