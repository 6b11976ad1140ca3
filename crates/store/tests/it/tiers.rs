//! Tiers: added, written by version, never touching a count.

use dream_domain::error::Code;
use dream_domain::key::PublishableKey;
use dream_domain::period::PeriodKind;
use dream_domain::tier::{MeterLimit, Tier};
use dream_domain::usage::{Limit, Meter};
use dream_store::scope::Scope;
use dream_store::tiers::{Edited, Stock};
use dream_store::{Db, projects, tiers};

use crate::place::Store;
use crate::tenant::{Call, act, project, tier};

async fn read(db: &Db, scope: &Scope) -> Vec<Tier> {
    let key = PublishableKey::parse(scope.tenant()).unwrap();
    projects::open_public(db, &key)
        .await
        .unwrap()
        .unwrap()
        .tiers
}

#[tokio::test]
async fn a_tier_reads_back_with_everything_it_can_hold() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let mut full = tier(db, "max", 9900, 0);
    full.limits.insert(
        Meter::requests(),
        MeterLimit {
            limit: Limit::Unlimited,
            period: PeriodKind::Month,
        },
    );
    full.limits.insert(
        Meter::parse("tokens").unwrap(),
        MeterLimit {
            limit: Limit::Max(i64::MAX),
            period: PeriodKind::Lifetime,
        },
    );
    full.description = Some("Ünlimited: '$1' ?1 \\ \"all\"".to_owned());
    full.image_urls = vec!["https://example.com/a.png".to_owned()];
    (full.trial_days, full.rate_per_minute) = (Some(14), Some(0));
    (full.inventory, full.max_per_order) = (Some(3), Some(2));
    full.low_stock_at = Some(1);
    (full.popular, full.active) = (true, false);
    tiers::add(db, &scope, &full, &act(db, "tier.add"))
        .await
        .unwrap();
    assert_eq!(read(db, &scope).await.last(), Some(&full));
    assert_eq!(
        projects::generation(db, scope.tenant()).await.unwrap(),
        Some(2)
    );
}

#[tokio::test]
async fn a_second_tier_of_the_same_name_is_refused() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let twice = tiers::add(db, &scope, &tier(db, "pro", 1, 1), &act(db, "tier.add"))
        .await
        .unwrap_err();
    assert_eq!(twice.code(), Code::Conflict);
    assert!(twice.detail().contains("pro"), "{}", twice.detail());
    assert_eq!(
        projects::generation(db, scope.tenant()).await.unwrap(),
        Some(1),
        "nothing changed"
    );
    tiers::add(
        db,
        &project(db).await.scope,
        &tier(db, "other", 1, 1),
        &act(db, "tier.add"),
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn a_tier_written_over_a_newer_version_is_refused_and_all_of_the_write_with_it() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let old = read(db, &scope).await;
    let mut pro = old[1].clone();
    pro.price.minor = 3900;
    tiers::update(db, &scope, &[pro.clone()], &act(db, "tier.update"))
        .await
        .unwrap();
    let mut free = old[0].clone();
    free.display_name = "Gratis".to_owned();
    let late = tiers::update(db, &scope, &[free, old[1].clone()], &act(db, "tier.update")).await;
    assert_eq!(late.unwrap_err().code(), Code::Conflict);
    let now = read(db, &scope).await;
    assert_eq!(
        (
            now[0].display_name.as_str(),
            now[1].price.minor,
            now[1].version
        ),
        ("FREE", 3900, pro.version + 1)
    );
}

#[tokio::test]
async fn a_changed_limit_makes_waiting_calls_stale_and_keeps_the_count() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let call = Call::by("ann").at_most(5);
    for _ in 0..4 {
        call.taken(db, &scope).await;
    }
    let seen = crate::tenant::judge(db, &scope, "ann").await;
    let mut free = read(db, &scope).await.remove(0);
    free.limits.insert(
        Meter::requests(),
        MeterLimit {
            limit: Limit::Max(4),
            period: PeriodKind::Month,
        },
    );
    tiers::update(db, &scope, &[free], &act(db, "tier.update"))
        .await
        .unwrap();
    let verdict = db.take(call.take(&scope, seen)).await.unwrap();
    assert_eq!(verdict, dream_store::meter::Verdict::Stale);
    assert_eq!(call.used(db, &scope).await, 4);
    assert_eq!(
        Call::by("ann")
            .at_most(4)
            .refused(db, &scope)
            .await
            .count
            .used,
        4
    );
}

/// A store with one mug in stock so often; its name and what is left.
async fn mug(db: &Db, scope: &Scope, left: Option<i64>) -> impl AsyncFn() -> Option<i64> {
    let mut mug = tier(db, "mug", 1800, 0);
    mug.inventory = left;
    tiers::add(db, scope, &mug, &act(db, "tier.add"))
        .await
        .unwrap();
    async move || {
        let tiers = read(db, scope).await;
        let mug = tiers.iter().find(|tier| tier.name == "mug");
        mug.unwrap().inventory
    }
}

#[tokio::test]
async fn an_edit_leaves_the_stock_that_was_sold_meanwhile() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let left = mug(db, &scope, Some(15)).await;
    let before = read(db, &scope).await;
    let sold = Some(("mug", Stock::By(-3)));
    let done = tiers::edit(db, &scope, &[], sold, &act(db, "tier.update")).await;
    assert_eq!((done.unwrap(), left().await), (Edited::Done, Some(12)));
    // What is written is everything else, and only over what was read of it.
    let mug = before.iter().find(|tier| tier.name == "mug");
    let mut cup = mug.unwrap().clone();
    cup.display_name = "Cup".to_owned();
    let write = async |tier: &Tier| {
        let tiers = std::slice::from_ref(tier);
        tiers::edit(db, &scope, tiers, None, &act(db, "tier.update"))
            .await
            .unwrap()
    };
    assert_eq!((write(&cup).await, left().await), (Edited::Done, Some(12)));
    assert_eq!(write(&cup).await, Edited::Stale);
}

#[tokio::test]
async fn stock_is_set_only_over_what_was_read_and_never_below_nothing() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let left = mug(db, &scope, Some(12)).await;
    let to = |now, was| Stock::To { now, was };
    for (stock, edited, after) in [
        (to(Some(20), Some(15)), Edited::StockDiffers, Some(12)),
        (to(Some(20), None), Edited::StockDiffers, Some(12)),
        (to(Some(20), Some(12)), Edited::Done, Some(20)),
        (Stock::By(-21), Edited::StockDiffers, Some(20)),
        (Stock::By(i64::MAX / 4), Edited::StockDiffers, Some(20)),
        (Stock::By(-20), Edited::Done, Some(0)),
        (to(None, Some(0)), Edited::Done, None),
        (Stock::By(1), Edited::StockDiffers, None),
        (to(Some(1), Some(0)), Edited::StockDiffers, None),
        (to(Some(1), None), Edited::Done, Some(1)),
    ] {
        let stock_of = Some(("mug", stock));
        let done = tiers::edit(db, &scope, &[], stock_of, &act(db, "tier.update")).await;
        assert_eq!((done.unwrap(), left().await), (edited, after), "{stock:?}");
    }
    let nobody = Some(("cup", Stock::By(1)));
    let done = tiers::edit(db, &scope, &[], nobody, &act(db, "tier.update")).await;
    assert_eq!(done.unwrap(), Edited::StockDiffers);
}
