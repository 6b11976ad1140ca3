//! Orders: written by version, with their stock and money in one transaction.

mod histories;
mod listing;

use dream_domain::id::RefundId;
use dream_domain::order::{Dispute, Hold, RefundStatus, State};
use dream_domain::time::Millis;
use dream_store::orders::{self, Applied, Apply, Entry, Filter, NewRefund, Order, Return, Sort};
use dream_store::projects::Tenant;
use dream_store::scope::Scope;
use dream_store::{Db, receipts, reservations};

use crate::place::Store;
use crate::reservations::{add_product, left, reserve, shop};
use crate::tenant::bytes;

pub(crate) async fn order(db: &Db, scope: &Scope, id: &str) -> Order {
    orders::find(db, scope, id).await.unwrap().unwrap()
}

fn entry(kind: &'static str) -> Entry {
    Entry {
        kind,
        amount: Some(1),
        detail: None,
    }
}

/// Pays an order for what it costs; false if somebody else was faster.
pub(crate) async fn pay(db: &Db, scope: &Scope, mut order: Order) -> bool {
    let held = reservations::of_order(db, scope, &order.id).await.unwrap();
    order.paid_at = Some(db.now());
    order.amount_paid = order.amount_total;
    order.payment_id = Some(format!("pi_{}", order.id).into());
    order.check_at = None;
    let mut change = Apply::of(&order, db.now());
    change.returns = returns(&held, Hold::Consumed);
    change.entries = vec![entry("paid")];
    orders::apply(db, scope, &change).await.unwrap() == Applied::Done
}

fn returns(all: &[reservations::Reservation], hold: Hold) -> Vec<Return<'_>> {
    let held = all.iter().filter(|it| it.hold == Hold::Held);
    held.map(|reservation| Return {
        reservation,
        hold,
        quantity: reservation.quantity,
    })
    .collect()
}

/// Gives an order up; false if somebody else was faster.
pub(crate) async fn close(db: &Db, scope: &Scope, mut order: Order) -> bool {
    let held = reservations::of_order(db, scope, &order.id).await.unwrap();
    order.closed_at = Some(db.now());
    order.check_at = None;
    let mut change = Apply::of(&order, db.now());
    change.returns = returns(&held, Hold::Released);
    let back = |it: &Return<'_>| {
        let from = it.reservation;
        (from.tier_id.clone(), from.tier.clone(), from.quantity)
    };
    change.stock = change.returns.iter().map(back).collect();
    change.entries = vec![entry("expired")];
    orders::apply(db, scope, &change).await.unwrap() == Applied::Done
}

pub(crate) fn asked(db: &Db, amount: i64, lines: Vec<(i64, i64)>) -> NewRefund {
    NewRefund {
        id: RefundId::new(db.now(), bytes()),
        amount,
        status: RefundStatus::Asked,
        provider_id: None,
        reason: None,
        origin: "seller",
        restock: true,
        lines,
        created_at: db.now(),
        due_at: db.now().plus(1000),
    }
}

/// Sets money aside; false if somebody else was faster.
async fn set_aside(db: &Db, scope: &Scope, mut order: Order, amount: i64) -> bool {
    if order.left() < amount {
        return false;
    }
    order.amount_held += amount;
    let mut change = Apply::of(&order, db.now());
    change.asked = vec![asked(db, amount, vec![])];
    orders::apply(db, scope, &change).await.unwrap() == Applied::Done
}

/// Leaves rows in every table of a store.
pub(crate) async fn sell(db: &Db, tenant: &Tenant) {
    let scope = &tenant.scope;
    add_product(db, scope, "mug", Some(6)).await;
    let tenant = crate::reservations::fresh(db, scope).await;
    let (id, _) = reserve(db, &tenant, &[("mug", 2)], None).await;
    pay(db, scope, order(db, scope, id.as_str()).await).await;
    assert!(set_aside(db, scope, order(db, scope, id.as_str()).await, 5).await);
    let levels = orders::levels(db, Some(scope.tenant()), 9).await.unwrap();
    orders::told(db, scope, &levels[0], None, db.now())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_paid_order_keeps_its_stock_and_an_expired_one_gives_it_back() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = shop(db, &[("mug", Some(5)), ("file", None)]).await;
    let scope = &tenant.scope;
    let (one, _) = reserve(db, &tenant, &[("mug", 2), ("file", 1)], None).await;
    let (two, _) = reserve(db, &tenant, &[("mug", 3)], None).await;
    let first = order(db, scope, one.as_str()).await;
    assert!(pay(db, scope, first.clone()).await);
    assert!(!pay(db, scope, first.clone()).await, "only once");
    assert!(!close(db, scope, first).await, "and never after");
    assert!(close(db, scope, order(db, scope, two.as_str()).await).await);
    assert_eq!(left(db, scope, "mug").await, Some(3));
    let paid = order(db, scope, one.as_str()).await;
    assert_eq!((paid.state(), paid.version), (State::Paid, 2));
    let events = orders::events(db, scope, one.as_str()).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|it| &*it.kind).collect();
    assert_eq!(kinds, ["created", "paid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_expiry_and_payment_at_once_one_happens() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = shop(db, &[("mug", Some(60))]).await;
    let scope = &tenant.scope;
    let mut sold = 0;
    for _ in 0..30 {
        let (id, _) = reserve(db, &tenant, &[("mug", 2)], None).await;
        let read = order(db, scope, id.as_str()).await;
        let (paid, closed) = tokio::join!(pay(db, scope, read.clone()), close(db, scope, read));
        assert_ne!(paid, closed);
        sold += i64::from(paid) * 2;
    }
    assert_eq!(left(db, scope, "mug").await, Some(60 - sold));
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_at_once_never_set_aside_more_than_was_paid() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = shop(db, &[("mug", Some(5))]).await;
    let scope = &tenant.scope;
    let (id, _) = reserve(db, &tenant, &[("mug", 1)], None).await;
    pay(db, scope, order(db, scope, id.as_str()).await).await;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (db, scope, id) = (db.clone(), scope.clone(), id.clone());
        running.spawn(async move {
            for _ in 0..40 {
                let read = order(&db, &scope, id.as_str()).await;
                if read.left() < 500 {
                    return false;
                }
                if set_aside(&db, &scope, read, 500).await {
                    return true;
                }
            }
            panic!("others were always faster")
        });
    }
    let made = running.join_all().await;
    assert_eq!(made.iter().filter(|it| **it).count(), 3, "of 1800");
    let after = order(db, scope, id.as_str()).await;
    assert_eq!((after.amount_held, after.left()), (1500, 300));
    let refunds = orders::refunds_of(db, scope, id.as_str()).await.unwrap();
    assert_eq!(refunds.iter().map(|it| it.amount).sum::<i64>(), 1500);
}

#[tokio::test]
async fn orders_are_found_in_every_way() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = shop(db, &[("mug", Some(50))]).await;
    let other = shop(db, &[("mug", Some(50))]).await;
    let scope = &tenant.scope;
    let mut ids = Vec::new();
    for _ in 0..3 {
        store.clock.set(db.now().plus(1));
        ids.push(reserve(db, &tenant, &[("mug", 1)], None).await.0);
    }
    let mut first = order(db, scope, ids[0].as_str()).await;
    first.session_id = Some("cs_1".into());
    orders::apply(db, scope, &Apply::of(&first, db.now()))
        .await
        .unwrap();
    pay(db, scope, order(db, scope, ids[0].as_str()).await).await;
    let found = orders::find_by_session(db, scope, "cs_1").await.unwrap();
    assert_eq!(found.map(|it| it.state()), Some(State::Paid));
    let key = scope.tenant().clone();
    let of = orders::tenant_of_session(db, "cs_1", "acct_1").await;
    assert_eq!(of.unwrap(), Some(key.clone()));
    let strange = orders::tenant_of_session(db, "cs_1", "acct_2").await;
    assert_eq!(strange.unwrap(), None, "of another account");
    let payment = format!("pi_{}", ids[0]);
    let of = orders::tenant_of_payment(db, &payment, "acct_1").await;
    assert_eq!(of.unwrap(), Some(key));
    let here = receipts::find(db, &format!("hash of {}", ids[1])).await;
    let (seller, bought) = here.unwrap().unwrap();
    assert_eq!(*seller.scope.tenant(), *scope.tenant());
    assert_eq!(*bought.id, *ids[1].as_str());
    assert!(receipts::find(db, "no such hash").await.unwrap().is_none());
    let theirs = orders::find(db, &other.scope, ids[0].as_str()).await;
    assert_eq!(theirs.unwrap(), None, "another project has no such order");
    let paid = Filter {
        state: Some(State::Paid),
        ..Filter::default()
    };
    for (filter, many) in [(Filter::default(), 3), (paid, 1)] {
        let found = orders::list(db, scope, &filter, Sort::Newest, None, 9).await;
        assert_eq!(found.unwrap().len(), many);
    }
}

#[tokio::test]
async fn what_wants_a_look_is_due_once_its_time_has_come() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = shop(db, &[("mug", Some(5))]).await;
    let (id, _) = reserve(db, &tenant, &[("mug", 1)], None).await;
    assert!(orders::due(db, db.now(), 9).await.unwrap().is_empty());
    let end = db.now().plus(crate::reservations::HOLD_MS);
    let due = orders::due(db, end, 9).await.unwrap();
    assert_eq!(&*due[0].1, id.as_str());
    close(
        db,
        &tenant.scope,
        order(db, &tenant.scope, id.as_str()).await,
    )
    .await;
    assert!(orders::due(db, end, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_a_store_earned_and_has_is_summed() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = shop(db, &[("mug", Some(8)), ("cap", Some(90)), ("file", None)]).await;
    let scope = &tenant.scope;
    let mut ids = Vec::new();
    for wanted in [("mug", 2), ("file", 1), ("mug", 1), ("cap", 1)] {
        store.clock.set(db.now().plus(1));
        ids.push(reserve(db, &tenant, &[wanted], None).await.0);
    }
    for id in &ids[..3] {
        pay(db, scope, order(db, scope, id.as_str()).await).await;
    }
    let mut back = order(db, scope, ids[1].as_str()).await;
    back.amount_refunded = 300;
    orders::apply(db, scope, &Apply::of(&back, db.now()))
        .await
        .unwrap();
    let mut lost = order(db, scope, ids[2].as_str()).await;
    lost.dispute = Some(Dispute::Lost);
    orders::apply(db, scope, &Apply::of(&lost, db.now()))
        .await
        .unwrap();
    let totals = orders::totals(db, scope, Millis(0), Millis(i64::MAX))
        .await
        .unwrap();
    assert_eq!(totals.len(), 1);
    assert_eq!((totals[0].orders, totals[0].paid), (3, 7200));
    assert_eq!((totals[0].net(), totals[0].average()), (5100, 2400));
    let last = orders::last(db, scope, 2).await.unwrap();
    assert_eq!(last.len(), 2);
    let stock = orders::stock(db, scope).await.unwrap();
    let rows: Vec<_> = stock
        .iter()
        .map(|it| (&*it.name, it.available, it.held, it.is_low(), it.value()))
        .collect();
    assert_eq!(
        rows,
        [("cap", 89, 1, false, 162_000), ("mug", 5, 0, true, 9000)]
    );
}

#[tokio::test]
async fn a_developer_is_told_once_of_each_crossing() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = shop(db, &[("mug", Some(7)), ("rare", Some(1))]).await;
    let scope = &tenant.scope;
    let levels = async || {
        let levels = orders::levels(db, Some(scope.tenant()), 9).await.unwrap();
        for level in &levels {
            assert!(
                orders::told(db, scope, level, None, db.now())
                    .await
                    .unwrap()
            );
            assert!(
                !orders::told(db, scope, level, None, db.now())
                    .await
                    .unwrap()
            );
        }
        let rows = levels.iter();
        rows.map(|it| format!("{} {} {:?}", it.display_name, it.level, it.unsold))
            .collect::<Vec<_>>()
    };
    assert!(levels().await.is_empty(), "stocked low is what was wanted");
    let (held, _) = reserve(db, &tenant, &[("mug", 3)], None).await;
    assert!(levels().await.is_empty(), "what is held is not sold");
    pay(db, scope, order(db, scope, held.as_str()).await).await;
    assert_eq!(levels().await, ["MUG low Some(4)"]);
    assert!(levels().await.is_empty(), "told once");
    let (rest, _) = reserve(db, &tenant, &[("mug", 4)], None).await;
    pay(db, scope, order(db, scope, rest.as_str()).await).await;
    assert_eq!(levels().await, ["MUG out Some(0)"]);
    let key = scope.tenant();
    store
        .change_tables(&format!(
            "update tiers set inventory = 20 where name = 'mug' and publishable_key = '{key}'"
        ))
        .await;
    assert_eq!(levels().await, ["MUG fine Some(20)"]);
}
