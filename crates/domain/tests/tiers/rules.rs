//! What a tier may be, how it is named, and what it allows.

use dream_domain::error::Result;
use dream_domain::money::PRICE_MAX;
use dream_domain::period::PeriodKind;
use dream_domain::tier::{
    Interval, MeterLimit, NEW_TIERS_MAX, Tier, TierKind, default_tier, find_tier, limit_for, slug,
    validate_all,
};
use dream_domain::usage::{Limit, Meter};
use proptest::prelude::*;

use crate::{money, name, tier, usd};

fn place(result: Result<()>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.code().status(), 422);
    assert!(!error.fields()[0].fix.is_empty());
    assert!(error.detail().contains(&error.fields()[0].location));
    error.fields()[0].location.clone()
}

/// A tier with one thing changed.
fn with(change: impl FnOnce(&mut Tier)) -> Tier {
    let mut tier = tier("pro", 2900);
    change(&mut tier);
    tier
}

#[test]
fn a_tier_at_its_bounds_is_right() {
    let full = with(|tier| {
        tier.name = format!("a{}", "_-9".repeat(21));
        tier.display_name = "é".repeat(100);
        tier.description = Some("two\nlines".repeat(200));
        tier.price = usd(PRICE_MAX);
        tier.features = vec!["x".repeat(200); 50];
        tier.trial_days = Some(730);
        tier.rate_per_minute = Some(0);
        tier.inventory = Some(0);
        tier.max_per_order = Some(1);
        tier.low_stock_at = Some(0);
        tier.image_urls = vec![
            "/api/assets/a.png".to_owned(),
            "https://cdn.example.com/a.png".to_owned(),
        ];
        tier.limits.insert(
            Meter::parse("tokens").unwrap(),
            MeterLimit {
                limit: Limit::Max(i64::MAX),
                period: PeriodKind::Day,
            },
        );
        let none = MeterLimit {
            limit: Limit::Unlimited,
            period: PeriodKind::Lifetime,
        };
        tier.limits.insert(Meter::requests(), none);
    });
    assert_eq!(full.name.len(), 64);
    full.validate().unwrap();
    with(|tier| tier.limits.clear()).validate().unwrap();
}

fn assert_named(wrong: Vec<(&str, Tier)>) {
    for (field, tier) in wrong {
        assert_eq!(place(tier.validate()), field);
        let second = validate_all(&[crate::tier("ok", 0), tier]);
        assert_eq!(place(second), format!("tiers[1].{field}"));
    }
}

#[test]
fn wrong_texts_are_named() {
    let named = |name: &str| with(|tier| tier.name = name.to_owned());
    let shown = |text: &str| with(|tier| tier.display_name = text.to_owned());
    let described = |text: &str| with(|tier| tier.description = Some(text.to_owned()));
    let featured = |features: Vec<String>| with(|tier| tier.features = features);
    let pictured = |urls: &[&str]| {
        with(|tier| tier.image_urls = urls.iter().map(ToString::to_string).collect())
    };
    assert_named(vec![
        ("name", named("")),
        ("name", named("Pro")),
        ("name", named("-pro")),
        ("name", named("_pro")),
        ("name", named("p ro")),
        ("name", named("pró")),
        ("name", named(&"p".repeat(65))),
        ("displayName", shown(" ")),
        ("displayName", shown("a\nb")),
        ("displayName", shown(&"x".repeat(101))),
        ("description", described("a\0")),
        ("description", described(&"x".repeat(2001))),
        ("features", featured(vec![String::new(); 51])),
        (
            "features[1]",
            featured(vec!["ok".to_owned(), "x".repeat(201)]),
        ),
        ("imageUrl", pictured(&["javascript:alert(1)"])),
        ("imageUrl", pictured(&["https://a/\r\n"])),
        ("imageUrls", pictured(&["https://a.com/x"; 13])),
    ]);
}

#[test]
fn wrong_numbers_are_named() {
    let limited = |meter: &str| {
        let limit = MeterLimit {
            limit: Limit::Max(-1),
            period: PeriodKind::Month,
        };
        with(|tier| tier.limits.extend([(Meter::parse(meter).unwrap(), limit)]))
    };
    let meters = |count: usize| {
        let limit = MeterLimit {
            limit: Limit::Unlimited,
            period: PeriodKind::Month,
        };
        let named = (0..count).map(|i| (Meter::parse(&format!("m{i}")).unwrap(), limit));
        with(|tier| tier.limits = named.collect())
    };
    meters(20).validate().unwrap();
    assert_named(vec![
        ("price", with(|tier| tier.price = usd(-1))),
        ("price", with(|tier| tier.price = usd(PRICE_MAX + 1))),
        ("price", with(|tier| tier.price = money(1, "kwd"))),
        ("limit", limited("requests")),
        ("meters.tokens.limit", limited("tokens")),
        ("meters", meters(21)),
        ("trialDays", with(|tier| tier.trial_days = Some(-1))),
        ("trialDays", with(|tier| tier.trial_days = Some(731))),
        (
            "ratePerMinute",
            with(|tier| tier.rate_per_minute = Some(-1)),
        ),
        ("inventory", with(|tier| tier.inventory = Some(-1))),
        ("maxPerOrder", with(|tier| tier.max_per_order = Some(0))),
        ("position", with(|tier| tier.position = -1)),
    ]);
}

#[test]
fn tiers_are_checked_together() {
    assert_eq!(place(validate_all(&[])), "tiers");
    let many = |count: usize| {
        (0..count)
            .map(|i| tier(&format!("t{i}"), 0))
            .collect::<Vec<_>>()
    };
    validate_all(&many(NEW_TIERS_MAX)).unwrap();
    assert_eq!(place(validate_all(&many(NEW_TIERS_MAX + 1))), "tiers");
    assert_eq!(
        place(validate_all(&[tier("a", 0), tier("b", 1), tier("a", 2)])),
        "tiers[2].name"
    );
    let flagged = |name| Tier {
        is_default: true,
        ..tier(name, 0)
    };
    assert_eq!(
        place(validate_all(&[flagged("a"), tier("b", 0), flagged("c")])),
        "tiers[2].isDefault"
    );
}

#[test]
fn names_become_slugs() {
    for (shown, slugged) in [
        ("pro", "pro"),
        ("pro_2-x", "pro_2-x"),
        ("pro-", "pro-"),
        ("Gold Plan", "gold-plan"),
        ("  Gold   Plan!  ", "gold-plan"),
        ("Café Crème", "cafe-creme"),
        ("10 % off", "10-off"),
        ("_x", "x"),
        ("--", ""),
        ("钻石", ""),
        ("ＰＲＯ", "pro"),
        ("", ""),
    ] {
        assert_eq!(slug(shown), slugged, "{shown}");
    }
    assert_eq!(slug(&"Gold ".repeat(30)).len(), 64);
}

#[test]
fn a_plan_is_found_however_it_is_written() {
    let mut tiers = vec![
        tier("free", 0),
        tier("gold-plan", 900),
        tier("pro", 2900),
        tier("mug", 1),
    ];
    tiers[1].display_name = "Gold Plan".to_owned();
    tiers[2].display_name = "free".to_owned();
    tiers[3].kind = TierKind::OneOff;
    for (said, found) in [
        ("free", Some("free")),
        ("FREE", Some("free")),
        ("gold-plan", Some("gold-plan")),
        ("Gold-Plan", Some("gold-plan")),
        ("Gold Plan", Some("gold-plan")),
        ("gold plan", Some("gold-plan")),
        ("Gold  Plan", Some("gold-plan")),
        ("mug", None),
        ("gold", None),
        ("", None),
    ] {
        assert_eq!(name(find_tier(&tiers, said)), found, "{said}");
    }
}

#[test]
fn of_two_with_the_same_display_name_the_one_still_sold_is_found() {
    let mut tiers = vec![tier("old", 900), tier("new", 1900)];
    for tier in &mut tiers {
        tier.display_name = "Gold".to_owned();
    }
    tiers[0].active = false;
    assert_eq!(name(find_tier(&tiers, "Gold")), Some("new"));
    assert_eq!(name(find_tier(&tiers, "old")), Some("old"));
}

#[test]
fn the_default_is_flagged_or_free() {
    let mut tiers = vec![tier("pro", 2900), tier("free", 0), tier("also-free", 0)];
    assert_eq!(name(default_tier(&tiers)), Some("free"));
    tiers[1].position = 5;
    assert_eq!(name(default_tier(&tiers)), Some("also-free"));
    tiers[0].is_default = true;
    assert_eq!(name(default_tier(&tiers)), Some("pro"));
    tiers[0].active = false;
    assert_eq!(name(default_tier(&tiers)), Some("also-free"));
    tiers[2].kind = TierKind::OneOff;
    assert_eq!(name(default_tier(&tiers)), Some("free"));
    assert_eq!(default_tier(&tiers[..1]), None);
}

#[test]
fn a_meter_that_a_tier_does_not_name_has_limit_0() {
    let pro = tier("pro", 2900);
    let none = MeterLimit {
        limit: Limit::Max(0),
        period: PeriodKind::Month,
    };
    assert_eq!(limit_for(&pro, &Meter::parse("tokens").unwrap()), none);
    assert_eq!(limit_for(&pro, &Meter::requests()).limit, Limit::Max(500));
}

#[test]
fn words_read_back() {
    for kind in [TierKind::Subscription, TierKind::OneOff] {
        assert_eq!(TierKind::parse(kind.as_str()), Some(kind));
    }
    for interval in [Interval::Month, Interval::Year] {
        assert_eq!(Interval::parse(interval.as_str()), Some(interval));
    }
    assert_eq!(
        (TierKind::parse("one-off"), Interval::parse("week")),
        (None, None)
    );
}

proptest! {
    #[test]
    fn a_slug_is_a_name_or_nothing(text in "\\PC{0,80}") {
        let slugged = slug(&text);
        if !slugged.is_empty() {
            prop_assert!(with(|tier| tier.name.clone_from(&slugged)).validate().is_ok(), "{}", slugged);
            prop_assert_eq!(slug(&slugged), slugged);
        }
    }

    #[test]
    fn a_name_is_its_own_slug(text in "[a-z0-9][a-z0-9_-]{0,63}") {
        prop_assert_eq!(slug(&text), text);
    }
}
