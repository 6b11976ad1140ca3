//! What was fetched is written whole or not at all, and counts from the very next call.

use dream_domain::plan::effective_plan;
use dream_domain::time::Millis;
use dream_store::customers::{self, Customer};
use dream_store::inbox::{self, Status};
use dream_store::projects::Tenant;
use dream_store::subscriptions::{self, Applied, Apply, Row};
use dream_store::{Db, checkouts, invoices};
use tokio::task::JoinSet;

use crate::billing::{
    ACCOUNT, MINUTE, active, arrive, bought, buy, change, checkout, claim, ended, only, paid,
};
use crate::clock::DAY;
use crate::place::{Store, on_postgres};
use crate::tenant::{act, customer, project};

async fn plan_of(db: &Db, tenant: &Tenant, user: &str) -> String {
    let grants = customers::grants(db, &tenant.scope, user).await.unwrap();
    let plan = effective_plan(&tenant.tiers, &grants, db.now());
    plan.unwrap().name.clone()
}

async fn read(db: &Db, tenant: &Tenant, id: &str) -> Customer {
    let found = customers::find(db, &tenant.scope, id).await.unwrap();
    found.unwrap()
}

async fn apply(db: &Db, tenant: &Tenant, apply: &Apply<'_>) -> Applied {
    let done = subscriptions::apply(db, &tenant.scope, apply).await;
    done.unwrap()
}

#[tokio::test]
async fn what_is_applied_is_written_all_together() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let opened = checkout(db, &ann.id);
    checkouts::open(db, scope, &opened).await.unwrap();
    arrive(db, "created", "sub_1").await;
    let event = claim(db, db.now()).await.remove(0);
    let row = active(db, &ann.id, "sub_1");
    let invoices = [paid(db, &row, "in_1")];
    let whole = Apply {
        checkout: Some(opened.id.as_str()),
        invoices: &invoices,
        event: Some(&event),
        ..bought(db, &row)
    };
    assert_eq!(apply(db, &tenant, &whole).await, Applied::Done);
    let stored = subscriptions::find(db, scope, "sub_1").await.unwrap();
    assert_eq!(stored.as_ref(), Some(&row));
    assert_eq!(
        subscriptions::of_user(db, scope, &ann.id).await.unwrap(),
        std::slice::from_ref(&row)
    );
    let owner = subscriptions::by_object(db, "sub_1", ACCOUNT).await;
    assert_eq!(
        owner.unwrap(),
        Some((scope.tenant().clone(), ann.id.clone()))
    );
    let after = read(db, &tenant, &ann.id).await;
    assert_eq!(
        (after.plan.as_deref(), after.version),
        (Some("pro"), ann.version + 1)
    );
    let bought = checkouts::find(db, scope, opened.id.as_str()).await;
    let bought = bought.unwrap().unwrap();
    assert_eq!(bought.status, checkouts::Status::Completed);
    assert_eq!(bought.subscription_id.as_deref(), Some("sub_1"));
    let changes = subscriptions::changes_of_user(db, scope, &ann.id, None, 9)
        .await
        .unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (&*changes[0].from, &*changes[0].to, changes[0].mrr_after),
        ("free", "pro", 2900)
    );
    assert_eq!(changes[0].subscription_id.as_deref(), Some("sub_1"));
    let held = invoices::of_user(db, scope, &ann.id, None, 9).await;
    assert_eq!(held.unwrap(), invoices);
    let statuses = store.look("select status from inbox").await;
    assert_eq!(statuses, [["done"]]);
}

#[tokio::test]
async fn a_stale_version_changes_nothing_and_the_event_is_not_done() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let row = active(db, &ann.id, "sub_1");
    buy(db, scope, &row).await;
    arrive(db, "deleted", "sub_1").await;
    let event = claim(db, db.now()).await.remove(0);
    let opened = checkout(db, &ann.id);
    checkouts::open(db, scope, &opened).await.unwrap();
    let before = everything(&store).await;
    let gone = ended(db, &row);
    let invoices = [paid(db, &row, "in_1")];
    // Another version, no row expected, another plan than the stored one, somebody who is not there.
    for (expected, plan_from) in [
        (Some(2), Some("pro")),
        (Some(0), Some("pro")),
        (None, Some("pro")),
        (Some(1), None),
        (Some(1), Some("max")),
    ] {
        let stale = Apply {
            plan_from,
            change: Some(change(db, "pro", "free", 2900, 0)),
            checkout: Some(opened.id.as_str()),
            invoices: &invoices,
            event: Some(&event),
            ..only(db, &gone, expected)
        };
        assert_eq!(apply(db, &tenant, &stale).await, Applied::Conflict);
        assert_eq!(
            everything(&store).await,
            before,
            "{expected:?} {plan_from:?}"
        );
    }
    let right = Apply {
        plan_from: Some("pro"),
        event: Some(&event),
        ..only(db, &gone, Some(1))
    };
    assert_eq!(apply(db, &tenant, &right).await, Applied::Done);
    assert_eq!(read(db, &tenant, &ann.id).await.plan, None);
}

/// What the tables of payments and customers hold.
async fn everything(store: &Store) -> Vec<Vec<Vec<String>>> {
    let mut all = Vec::new();
    for table in [
        "end_users",
        "subscriptions",
        "subscription_changes",
        "checkouts",
        "invoices",
        "inbox",
    ] {
        all.push(store.look(&format!("select * from {table}")).await);
    }
    all
}

#[tokio::test]
async fn a_claim_that_ended_writes_nothing() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let ann = customer(db, &tenant.scope, "ann").await;
    arrive(db, "created", "sub_1").await;
    let now = db.now();
    let slow = claim(db, now).await.remove(0);
    let quick = claim(db, now.plus(MINUTE)).await.remove(0);
    let row = active(db, &ann.id, "sub_1");
    let late = Apply {
        event: Some(&slow),
        ..bought(db, &row)
    };
    assert_eq!(apply(db, &tenant, &late).await, Applied::Conflict);
    assert_eq!(plan_of(db, &tenant, &ann.id).await, "free");
    let right = Apply {
        event: Some(&quick),
        ..bought(db, &row)
    };
    assert_eq!(apply(db, &tenant, &right).await, Applied::Done);
}

#[tokio::test]
async fn of_many_that_apply_at_once_one_is_done() {
    let store = Store::new().await;
    let db = &store.db;
    let other = if on_postgres() {
        store.second().await.unwrap()
    } else {
        db.clone()
    };
    let tenant = project(db).await;
    let ann = customer(db, &tenant.scope, "ann").await;
    let row = active(db, &ann.id, "sub_1");
    for (expected, status) in [(None, "active"), (Some(1), "past_due")] {
        let mut running = JoinSet::new();
        for n in 0..20 {
            let (db, tenant) = (if n % 2 == 0 { db } else { &other }.clone(), tenant.clone());
            let row = Row {
                status: status.to_owned(),
                ..row.clone()
            };
            running.spawn(async move { apply(&db, &tenant, &only(&db, &row, expected)).await });
        }
        let all = running.join_all().await;
        let done = all.iter().filter(|one| **one == Applied::Done).count();
        assert_eq!(done, 1);
    }
    let stored = subscriptions::find(db, &tenant.scope, "sub_1").await;
    let stored = stored.unwrap().unwrap();
    assert_eq!((&*stored.status, stored.version), ("past_due", 2));
    other.close().await;
}

#[tokio::test]
async fn nothing_is_applied_to_a_customer_who_is_gone() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let row = active(db, &ann.id, "sub_1");
    customers::delete(db, scope, &ann, &[], &act(db, "customer.delete"))
        .await
        .unwrap();
    assert_eq!(
        apply(db, &tenant, &bought(db, &row)).await,
        Applied::Conflict
    );
    assert_eq!(store.number("select count(*) from subscriptions").await, 0);
    // Nor is a subscription moved to somebody else.
    let bob = customer(db, scope, "bob").await;
    let wrong = Apply {
        user: &bob.id,
        ..bought(db, &row)
    };
    assert!(subscriptions::apply(db, scope, &wrong).await.is_err());
    let theirs = active(db, &bob.id, "sub_2");
    buy(db, scope, &theirs).await;
    let eve = customer(db, scope, "eve").await;
    let stolen = active(db, &eve.id, "sub_2");
    let done = apply(db, &tenant, &only(db, &stolen, Some(1))).await;
    assert_eq!(done, Applied::Conflict);
}

#[tokio::test]
async fn subscriptions_are_due_when_it_was_said() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let now = db.now();
    for (id, next) in [("sub_a", Some(2)), ("sub_b", Some(1)), ("sub_c", None)] {
        let row = Row {
            next_check_at: next.map(|ms| now.plus(ms)),
            ..active(db, &ann.id, id)
        };
        assert_eq!(
            apply(db, &tenant, &only(db, &row, None)).await,
            Applied::Done
        );
    }
    let due = async |at: Millis| {
        let due = subscriptions::due(db, at, 9).await.unwrap();
        assert!(due.iter().all(|due| due.mode == scope.mode()
            && due.tenant == *scope.tenant()
            && &*due.account_id == ACCOUNT));
        due.into_iter()
            .map(|due| due.id.to_string())
            .collect::<Vec<_>>()
    };
    assert!(due(now).await.is_empty());
    assert_eq!(due(now.plus(2)).await, ["sub_b", "sub_a"]);
    let later = Some(now.plus(DAY));
    let set = async |version| {
        let done = subscriptions::set_next_check(db, scope, "sub_b", version, later).await;
        done.unwrap()
    };
    assert!(!set(2).await);
    assert!(set(1).await);
    assert_eq!(due(now.plus(2)).await, ["sub_a"]);
    let fetched = now.plus(MINUTE);
    let noted = subscriptions::unchanged(db, scope, "sub_a", 1, fetched, later).await;
    assert!(noted.unwrap());
    let row = subscriptions::find(db, scope, "sub_a")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (row.fetched_at, row.next_check_at, row.version),
        (fetched, later, 2)
    );
    // Whoever began to fetch before that has an older answer.
    let stale = ended(db, &row);
    let done = apply(db, &tenant, &only(db, &stale, Some(1))).await;
    assert_eq!(done, Applied::Conflict);
    assert_eq!(read(db, &tenant, &ann.id).await.version, ann.version + 3);
}

#[tokio::test]
async fn the_inbox_knows_the_event_as_waiting_until_it_is_applied() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let id = arrive(db, "created", "sub_1").await;
    inbox::assign(db, &id, Some(scope.tenant()), scope.platform())
        .await
        .unwrap();
    let status = async || inbox::find(db, scope, &id).await.unwrap().unwrap().status;
    assert_eq!(status().await, Status::Waiting);
    let event = claim(db, db.now()).await.remove(0);
    let row = active(db, &ann.id, "sub_1");
    let right = Apply {
        event: Some(&event),
        ..bought(db, &row)
    };
    assert_eq!(apply(db, &tenant, &right).await, Applied::Done);
    assert_eq!(status().await, Status::Done);
}
