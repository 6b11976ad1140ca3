//! What was written while business time was ahead is seen, and taken back.

use dream_domain::key::Mode;
use dream_store::payments::{self, Health, NewAccount};
use dream_store::subscriptions::{self, Row};
use dream_store::{checkouts, future};

use crate::billing::{ACCOUNT, active, buy, checkout, trade};
use crate::clock::DAY;
use crate::place::Store;
use crate::tenant::{act, customer, project};

#[tokio::test]
async fn payments_of_the_future_are_seen_and_brought_back() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let bob = customer(db, scope, "bob").await;
    let old = active(db, &bob.id, "sub_old");
    buy(db, scope, &old).await;
    let now = db.now();
    assert!(!future::is_written(db, now).await.unwrap());
    store.clock.advance(40 * DAY);
    trade(db, &tenant, &ann).await;
    let open = checkout(db, &bob.id);
    checkouts::open(db, scope, &open).await.unwrap();
    let account = NewAccount {
        account_id: ACCOUNT.to_owned(),
        scope: "read_write".to_owned(),
        sealed_tokens: "sealed".to_owned(),
        health: Health::default(),
        messages: Vec::new(),
    };
    let (platform, connect) = (scope.platform(), act(db, "payments.connect"));
    payments::connect(db, platform, Mode::Test, &account, &connect)
        .await
        .unwrap();
    assert!(future::is_written(db, now).await.unwrap());
    future::wipe(db, now).await.unwrap();
    store.clock.set(now);
    assert!(!future::is_written(db, now).await.unwrap());
    let bobs = subscriptions::of_user(db, scope, &bob.id).await.unwrap();
    assert_eq!(bobs, [old], "what is of the present stays as it is");
    let Row {
        fetched_at,
        next_check_at,
        version,
        claim_plan,
        ..
    } = subscriptions::of_user(db, scope, &ann.id)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (fetched_at, next_check_at),
        (now, Some(now)),
        "asked for at once"
    );
    assert_eq!((version, claim_plan.as_deref()), (2, Some("pro")));
    let closed = checkouts::find(db, scope, open.id.as_str()).await.unwrap();
    assert_eq!(closed.unwrap().status, checkouts::Status::Expired);
}

#[tokio::test]
async fn each_kind_of_row_of_payments_is_seen_by_itself() {
    let tables = [
        ("prices", "created_at"),
        ("payment_customers", "created_at"),
        ("payment_customers", "deleted_at"),
        ("checkouts", "created_at"),
        ("checkouts", "completed_at"),
        ("subscriptions", "fetched_at"),
        ("invoices", "fetched_at"),
        ("subscription_changes", "at"),
        ("inbox", "created_at"),
    ];
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let ann = customer(db, &tenant.scope, "ann").await;
    trade(db, &tenant, &ann).await;
    let now = db.now();
    assert!(!future::is_written(db, now).await.unwrap());
    for (table, column) in tables {
        let later = now.plus(DAY).0;
        store
            .change_tables(&format!("update {table} set {column} = {later}"))
            .await;
        assert!(
            future::is_written(db, now).await.unwrap(),
            "{table}.{column}"
        );
        future::wipe(db, now).await.unwrap();
        assert!(
            !future::is_written(db, now).await.unwrap(),
            "{table}.{column}"
        );
    }
}
