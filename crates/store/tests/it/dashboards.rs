//! What dashboards show of payments: revenue, invoices and changes.

use dream_store::invoices::{self, Invoice};
use dream_store::subscriptions::{self, Applied, Apply};

use crate::billing::{active, buy, change, ended, only, paid};
use crate::clock::DAY;
use crate::place::Store;
use crate::tenant::{customer, project};

#[tokio::test]
async fn revenue_is_what_was_paid_in_a_window_and_given_back_since() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let row = active(db, &ann.id, "sub_1");
    let now = db.now();
    let at = |ms: i64, id: &str| Invoice {
        paid_at: Some(now.plus(ms)),
        created_at: now.plus(ms),
        ..paid(db, &row, id)
    };
    let euro = Invoice {
        currency: "eur".into(),
        amount_refunded: 900,
        ..at(5, "in_euro")
    };
    let free = Invoice {
        amount_paid: 0,
        ..at(5, "in_free")
    };
    let open = Invoice {
        paid_at: None,
        status: "open".into(),
        ..at(5, "in_open")
    };
    for invoice in [
        at(-1, "in_a"),
        at(0, "in_b"),
        at(5, "in_c"),
        at(10, "in_d"),
        euro,
        free,
        open,
    ] {
        assert!(invoices::put(db, scope, &invoice).await.unwrap());
    }
    let sums = async || {
        let sums = invoices::revenue(db, scope, now, now.plus(10))
            .await
            .unwrap();
        let of = |r: &invoices::Revenue| {
            format!("{} {} {} {}", r.currency, r.paid, r.refunded, r.invoices)
        };
        sums.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(sums().await, ["eur 2900 900 1", "usd 5800 0 2"]);
}

#[tokio::test]
async fn invoices_page_and_a_later_answer_replaces_an_earlier_one() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let row = active(db, &ann.id, "sub_1");
    let now = db.now();
    let at = |ms: i64, id: &str| Invoice {
        created_at: now.plus(ms),
        ..paid(db, &row, id)
    };
    let put = async |invoice: Invoice| invoices::put(db, scope, &invoice).await.unwrap();
    for invoice in [at(1, "in_a"), at(5, "in_b"), at(5, "in_c"), at(10, "in_d")] {
        assert!(put(invoice).await);
    }
    let refunded = |fetched_at, amount_refunded| Invoice {
        amount_refunded,
        fetched_at,
        ..at(5, "in_c")
    };
    assert!(put(refunded(now.plus(2), 400)).await);
    assert!(!put(refunded(now.plus(1), 0)).await);
    let found = invoices::of_payment(db, scope, "pi_of_in_c").await.unwrap();
    assert_eq!(found.unwrap().amount_refunded, 400);
    let page = async |before| {
        let page = invoices::of_user(db, scope, &ann.id, before, 2)
            .await
            .unwrap();
        page.into_iter()
            .map(|i| i.id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(page(None).await, ["in_d", "in_c"]);
    assert_eq!(page(Some((now.plus(5), "in_c"))).await, ["in_b", "in_a"]);
    let held = invoices::of_subscription(db, scope, "sub_1", 1)
        .await
        .unwrap();
    assert_eq!(&*held[0].id, "in_d");
    let stranger = Invoice {
        user: "user_none".into(),
        ..at(0, "in_none")
    };
    assert!(!put(stranger).await);
    assert_eq!(invoices::find(db, scope, "in_none").await.unwrap(), None);
}

#[tokio::test]
async fn changes_are_read_by_user_and_by_window() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let (ann, bob) = (
        customer(db, scope, "ann").await,
        customer(db, scope, "bob").await,
    );
    let start = db.now();
    let of_ann = active(db, &ann.id, "sub_1");
    buy(db, scope, &of_ann).await;
    store.clock.advance(DAY);
    buy(db, scope, &active(db, &bob.id, "sub_2")).await;
    store.clock.advance(DAY);
    let gone = ended(db, &of_ann);
    let cancel = Apply {
        plan_from: Some("pro"),
        change: Some(change(db, "pro", "free", 2900, 0)),
        ..only(db, &gone, Some(1))
    };
    let done = subscriptions::apply(db, scope, &cancel).await.unwrap();
    assert_eq!(done, Applied::Done);
    let window = async |to: i64, after| {
        let (from, to) = (start, start.plus(to));
        let page = subscriptions::changes_between(db, scope, from, to, after, 2).await;
        page.unwrap()
    };
    let page = window(3 * DAY, None).await;
    assert_eq!((&page[0].user, &page[1].user), (&ann.id, &bob.id));
    let rest = window(3 * DAY, Some((page[1].at, &page[1].id))).await;
    assert_eq!(rest.len(), 1);
    assert_eq!((rest[0].mrr_before, rest[0].mrr_after), (2900, 0));
    assert_eq!(window(DAY, None).await.len(), 1, "the end is not in it");
    let page = subscriptions::changes_of_user(db, scope, &ann.id, None, 1).await;
    let page = page.unwrap();
    assert_eq!(&*page[0].to, "free");
    let rest = subscriptions::changes_of_user(db, scope, &ann.id, Some(&page[0].id), 9).await;
    assert_eq!(&*rest.unwrap()[0].to, "pro");
}
