//! What was written while business time was ahead is seen, and taken back.

use dream_domain::key::Mode;
use dream_store::payments::{self, Health, NewAccount};
use dream_store::projects::Tenant;
use dream_store::subscriptions::{self, Row};
use dream_store::{Db, checkouts, future};

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
    connect(db, &tenant).await;
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
        ("payment_customers", &["created_at"][..]),
        ("payment_customers", &["deleted_at"]),
        ("checkouts", &["created_at"]),
        ("checkouts", &["completed_at"]),
        ("subscriptions", &["fetched_at", "started_at"]),
        ("subscriptions", &["fetched_at", "period_start"]),
        ("subscriptions", &["fetched_at", "canceled_at"]),
        ("subscriptions", &["fetched_at", "ended_at"]),
        ("invoices", &["fetched_at", "created_at"]),
        ("invoices", &["fetched_at", "paid_at"]),
        ("subscription_changes", &["at"]),
        ("inbox", &["created_at"]),
    ];
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let ann = customer(db, &tenant.scope, "ann").await;
    trade(db, &tenant, &ann).await;
    let now = db.now();
    assert!(!future::is_written(db, now).await.unwrap());
    for (table, columns) in tables {
        set(&store, table, columns, now.plus(DAY).0).await;
        assert!(
            future::is_written(db, now).await.unwrap(),
            "{table} {columns:?}"
        );
        future::wipe(db, now).await.unwrap();
        assert!(
            !future::is_written(db, now).await.unwrap(),
            "{table} {columns:?}"
        );
    }
}

#[tokio::test]
async fn what_the_server_writes_by_itself_is_no_reason_to_stay_and_is_brought_back() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let ann = customer(db, &tenant.scope, "ann").await;
    connect(db, &tenant).await;
    trade(db, &tenant, &ann).await;
    let now = db.now();
    for (table, column) in [
        ("payment_accounts", "checked_at"),
        ("prices", "created_at"),
        ("subscriptions", "fetched_at"),
        ("invoices", "fetched_at"),
    ] {
        set(&store, table, &[column], now.plus(DAY).0).await;
        assert!(
            !future::is_written(db, now).await.unwrap(),
            "{table}.{column}"
        );
        future::bring_own(db, now).await.unwrap();
        let sql = format!("select count(*) from {table} where {column} = {}", now.0);
        assert!(store.number(&sql).await > 0, "{table}.{column}");
    }
}

async fn set(store: &Store, table: &str, columns: &[&str], to: i64) {
    let set: Vec<String> = columns
        .iter()
        .map(|column| format!("{column} = {to}"))
        .collect();
    let sql = format!("update {table} set {}", set.join(", "));
    store.change_tables(&sql).await;
}

/// Connects the account of a tenant's platform.
async fn connect(db: &Db, tenant: &Tenant) {
    let account = NewAccount {
        account_id: ACCOUNT.to_owned(),
        scope: "read_write".to_owned(),
        sealed_tokens: "sealed".to_owned(),
        health: Health::default(),
        messages: Vec::new(),
    };
    let (platform, connect) = (tenant.scope.platform(), act(db, "payments.connect"));
    payments::connect(db, platform, Mode::Test, &account, &connect)
        .await
        .unwrap();
}
