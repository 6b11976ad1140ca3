//! Stock is taken for all lines or for none, never twice, and always comes back or is sold.

use std::sync::Arc;

use dream_domain::id::{OrderId, ReservationId};
use dream_domain::key::PublishableKey;
use dream_domain::order::Hold;
use dream_domain::tier::{Tier, TierKind};
use dream_domain::time::Millis;
use dream_store::orders::{NewLine, NewOrder, Reserved};
use dream_store::projects::{self, Tenant};
use dream_store::scope::Scope;
use dream_store::tiers::Stock;
use dream_store::{Db, orders, reservations, tiers};

use crate::place::Store;
use crate::tenant::{act, bytes, project, tier};

pub(crate) const HOLD_MS: i64 = 33 * 60_000;

/// A project that sells products: each name with its stock, none for no end.
pub(crate) async fn shop(db: &Db, products: &[(&str, Option<i64>)]) -> Tenant {
    let tenant = project(db).await;
    for (name, inventory) in products {
        add_product(db, &tenant.scope, name, *inventory).await;
    }
    fresh(db, &tenant.scope).await
}

pub(crate) async fn add_product(db: &Db, scope: &Scope, name: &str, inventory: Option<i64>) {
    let product = Tier {
        kind: TierKind::OneOff,
        inventory,
        ..tier(db, name, 1800, 0)
    };
    tiers::add(db, scope, &product, &act(db, "tier.add"))
        .await
        .unwrap();
}

pub(crate) async fn fresh(db: &Db, scope: &Scope) -> Tenant {
    let key = PublishableKey::parse(scope.tenant()).unwrap();
    projects::open_public(db, &key).await.unwrap().unwrap()
}

pub(crate) fn named<'a>(tenant: &'a Tenant, name: &str) -> &'a Tier {
    tenant.tiers.iter().find(|tier| tier.name == name).unwrap()
}

pub(crate) async fn left(db: &Db, scope: &Scope, name: &str) -> Option<i64> {
    named(&fresh(db, scope).await, name).inventory
}

pub(crate) fn line<'a>(db: &Db, tier: &'a Tier, quantity: i64) -> NewLine<'a> {
    NewLine {
        reservation: ReservationId::new(db.now(), bytes()),
        tier_id: tier.id.as_str(),
        tier: &tier.name,
        name: &tier.display_name,
        price_id: &tier.price_id,
        unit_amount: tier.price.minor,
        quantity,
        counted: tier.inventory.is_some(),
        image_url: None,
    }
}

/// Tries to reserve; the id of the order and what came of it.
pub(crate) async fn reserve(
    db: &Db,
    tenant: &Tenant,
    wanted: &[(&str, i64)],
    most: Option<(&str, i64)>,
) -> (OrderId, Reserved) {
    let id = OrderId::new(db.now(), bytes());
    let hash = format!("hash of {id}");
    let new = NewOrder {
        id: id.clone(),
        account_id: "acct_1",
        user: None,
        email: Some("Ada@Example.com"),
        currency: "usd",
        lines: wanted
            .iter()
            .map(|(name, quantity)| line(db, named(tenant, name), *quantity))
            .collect(),
        receipt_hash: &hash,
        receipt_sealed: "sealed",
        created_at: db.now(),
        expires_at: db.now().plus(HOLD_MS - 120_000),
        ends_at: db.now().plus(HOLD_MS),
        most,
    };
    let reserved = orders::reserve(db, &tenant.scope, &new).await.unwrap();
    (id, reserved)
}

#[tokio::test]
async fn all_lines_are_held_or_none() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = shop(db, &[("mug", Some(3)), ("cap", Some(1)), ("file", None)]).await;
    let scope = &tenant.scope;
    let wanted = [("mug", 2), ("file", 7), ("cap", 1)];
    let (id, reserved) = reserve(db, &tenant, &wanted, None).await;
    assert_eq!(reserved, Reserved::Held);
    assert_eq!(left(db, scope, "mug").await, Some(1));
    assert_eq!(left(db, scope, "cap").await, Some(0));
    assert_eq!(left(db, scope, "file").await, None);
    let held = reservations::of_order(db, scope, id.as_str())
        .await
        .unwrap();
    let what: Vec<_> = held
        .iter()
        .map(|it| (it.line, &*it.tier, it.quantity, it.hold))
        .collect();
    assert_eq!(
        what,
        [(1, "mug", 2, Hold::Held), (3, "cap", 1, Hold::Held)],
        "what has no end is not held"
    );
    let order = orders::find(db, scope, id.as_str()).await.unwrap().unwrap();
    assert_eq!(order.amount_total, 10 * 1800);
    assert_eq!(order.check_at, Some(db.now().plus(HOLD_MS)));

    let (refused, reserved) = reserve(db, &tenant, &[("mug", 1), ("cap", 1)], None).await;
    assert_eq!(reserved, Reserved::Changed);
    assert_eq!(left(db, scope, "mug").await, Some(1), "nothing was taken");
    let none = orders::find(db, scope, refused.as_str()).await.unwrap();
    assert_eq!(none, None);
}

#[tokio::test]
async fn what_is_held_is_seen_by_everyone_at_once() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = shop(db, &[("mug", Some(3))]).await;
    let scope = &tenant.scope;
    let slot = db.versions().tenant_slot(scope.tenant());
    let before = db.versions().get(slot);
    reserve(db, &tenant, &[("mug", 1)], None).await;
    assert!(db.versions().get(slot) > before);
    let generation = projects::generation(db, scope.tenant()).await.unwrap();
    assert!(generation > Some(tenant.generation));
    let mut stale = named(&tenant, "mug").clone();
    stale.display_name = "A mug".to_owned();
    tiers::update(db, scope, &[stale], &act(db, "tier.update"))
        .await
        .unwrap();
    assert_eq!(
        left(db, scope, "mug").await,
        Some(2),
        "an edit that was read before the sale does not undo it"
    );
}

#[tokio::test]
async fn an_archived_or_repriced_product_is_not_held() {
    let store = Store::new().await;
    let db = &store.db;
    let old = shop(db, &[("mug", Some(3)), ("cap", Some(3)), ("file", None)]).await;
    let scope = &old.scope;
    let mut mug = named(&old, "mug").clone();
    mug.active = false;
    let mut cap = named(&old, "cap").clone();
    cap.price_id = "price_2".to_owned();
    tiers::update(db, scope, &[mug, cap], &act(db, "tier.update"))
        .await
        .unwrap();
    let counted = Stock::To {
        now: Some(9),
        was: None,
    };
    tiers::edit(
        db,
        scope,
        &[],
        Some(("file", counted)),
        &act(db, "tier.update"),
    )
    .await
    .unwrap();
    for name in ["mug", "cap", "file"] {
        let (_, reserved) = reserve(db, &old, &[(name, 1)], None).await;
        assert_eq!(reserved, Reserved::Changed, "{name}");
    }
    assert_eq!(left(db, scope, "cap").await, Some(3));
}

#[tokio::test]
async fn a_network_holds_so_many_unpaid_orders_and_no_more() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = shop(db, &[("mug", Some(100)), ("cap", Some(100))]).await;
    let both = [("mug", 1), ("cap", 1)];
    for _ in 0..5 {
        let (_, reserved) = reserve(db, &tenant, &both, Some(("here", 5))).await;
        assert_eq!(reserved, Reserved::Held);
    }
    let (_, sixth) = reserve(db, &tenant, &both, Some(("here", 5))).await;
    assert_eq!(sixth, Reserved::TooMany(Some(db.now().plus(HOLD_MS))));
    let (_, other) = reserve(db, &tenant, &both, Some(("there", 5))).await;
    let (_, server) = reserve(db, &tenant, &both, None).await;
    assert_eq!((other, server), (Reserved::Held, Reserved::Held));
    let second = shop(db, &[("mug", Some(1)), ("cap", Some(1))]).await;
    let (_, elsewhere) = reserve(db, &second, &both, Some(("here", 5))).await;
    assert_eq!(elsewhere, Reserved::Held, "each project counts for itself");
    store.clock.set(db.now().plus(HOLD_MS + 1));
    let (_, later) = reserve(db, &tenant, &both, Some(("here", 5))).await;
    assert_eq!(later, Reserved::Held, "what is over does not count");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_one_goes_to_one_of_a_hundred() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = Arc::new(shop(db, &[("cap", Some(100)), ("mug", Some(1))]).await);
    let mut running = tokio::task::JoinSet::new();
    for n in 0..100 {
        let (db, tenant) = (db.clone(), tenant.clone());
        // Two orders of the same products in another order of lines must not wait for each other for good.
        let mut wanted = vec![("mug", 1), ("cap", 1)];
        if n % 2 == 0 {
            wanted.reverse();
        }
        running.spawn(async move { reserve(&db, &tenant, &wanted, None).await.1 });
    }
    let all = running.join_all().await;
    let held = all.iter().filter(|it| **it == Reserved::Held).count();
    assert_eq!((held, all.len()), (1, 100));
    assert_eq!(left(db, &tenant.scope, "mug").await, Some(0));
    assert_eq!(left(db, &tenant.scope, "cap").await, Some(99));
}

#[tokio::test]
async fn what_is_held_is_listed_page_by_page() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = shop(db, &[("mug", Some(9))]).await;
    for _ in 0..3 {
        store.clock.set(db.now().plus(1));
        reserve(db, &tenant, &[("mug", 1)], None).await;
    }
    let first = reservations::held(db, &tenant.scope, None, 2)
        .await
        .unwrap();
    assert_eq!(first.len(), 2);
    assert!(first[0].id > first[1].id);
    let rest = reservations::held(db, &tenant.scope, Some(&first[1].id), 2)
        .await
        .unwrap();
    assert_eq!(rest.len(), 1);
    assert!(rest[0].ends_at > Millis(0));
}
