//! One open checkout per user and tier, closed once, found by whatever names it.

use std::sync::Arc;

use dream_domain::error::Code;
use dream_domain::time::Millis;
use dream_store::checkouts::{self, NewCheckout, Opened, Status};
use dream_store::customers;
use tokio::task::JoinSet;

use crate::billing::{ACCOUNT, MINUTE, checkout};
use crate::place::{Store, on_postgres};
use crate::tenant::{act, customer, project};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_opened_at_once_one_is_new() {
    let store = Store::new().await;
    let other = if on_postgres() {
        store.second().await.unwrap()
    } else {
        store.db.clone()
    };
    let scope = project(&store.db).await.scope;
    let ann = customer(&store.db, &scope, "ann").await;
    let mut running = JoinSet::new();
    for n in 0..20 {
        let db = if n % 2 == 0 { &store.db } else { &other }.clone();
        let (scope, new) = (scope.clone(), checkout(&db, &ann.id));
        running.spawn(async move {
            let opened = checkouts::open(&db, &scope, &new).await.unwrap();
            (new.id.to_string(), opened)
        });
    }
    let all = running.join_all().await;
    let (new, existing): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, o)| *o == Opened::New);
    assert_eq!((new.len(), existing.len()), (1, 19));
    for (_, opened) in existing {
        let Opened::Existing(stored) = opened else {
            panic!("one is new, the others are not");
        };
        assert_eq!(*stored.id, *new[0].0);
        assert_eq!(stored.status, Status::Opening);
    }
    other.close().await;
}

#[tokio::test]
async fn a_checkout_is_attached_found_and_closed() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let new = checkout(db, &ann.id);
    checkouts::open(db, scope, &new).await.unwrap();
    let id = new.id.as_str();
    let end = db.now().plus(60 * MINUTE);
    let attach = async |session: &str| {
        let done = checkouts::attach(db, scope, id, session, "https://pay.example/1", end).await;
        done.unwrap()
    };
    assert!(attach("cs_1").await);
    assert!(attach("cs_1").await, "the same answer twice");
    assert!(!attach("cs_2").await, "but no other");
    let found = checkouts::find_by_session(db, scope, "cs_1").await.unwrap();
    let found = found.unwrap();
    assert_eq!((&*found.id, found.status), (id, Status::Open));
    assert_eq!((found.expires_at, &*found.price_id), (end, "price_pro"));
    assert_eq!(found.url.as_deref(), Some("https://pay.example/1"));
    let anywhere = checkouts::find_session_anywhere(db, "cs_1", ACCOUNT).await;
    assert_eq!(anywhere.unwrap(), Some((scope.tenant().clone(), found)));
    let foreign = checkouts::find_session_anywhere(db, "cs_1", "acct_2").await;
    assert_eq!(foreign.unwrap(), None);
    let now = db.now();
    let close = async |status, subscription: Option<&str>| {
        let done = checkouts::close(db, scope, id, status, subscription, now).await;
        done.unwrap()
    };
    assert!(close(Status::Expired, None).await);
    assert!(!close(Status::Failed, None).await);
    assert!(
        close(Status::Completed, Some("sub_1")).await,
        "paid at the last moment"
    );
    assert!(!close(Status::Expired, None).await);
    assert!(!close(Status::Completed, Some("sub_2")).await);
    let closed = checkouts::find(db, scope, id).await.unwrap().unwrap();
    assert_eq!(
        (closed.status, closed.completed_at),
        (Status::Completed, Some(now))
    );
    assert_eq!(closed.subscription_id.as_deref(), Some("sub_1"));
    assert!(!attach("cs_1").await);
    let again = checkouts::open(db, scope, &checkout(db, &ann.id)).await;
    assert_eq!(again.unwrap(), Opened::New, "closing makes room");
}

#[tokio::test]
async fn a_checkout_past_its_end_is_stale_and_makes_room() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let (first, other) = (
        checkout(db, &ann.id),
        NewCheckout {
            tier: "max".to_owned(),
            ..checkout(db, &ann.id)
        },
    );
    for new in [&first, &other] {
        let opened = checkouts::open(db, scope, new).await.unwrap();
        assert_eq!(opened, Opened::New);
    }
    let stale = async |at: Millis| {
        let stale = checkouts::stale(db, at, 9).await.unwrap();
        assert!(stale.iter().all(|(tenant, _)| tenant == scope.tenant()));
        stale.into_iter().map(|(_, c)| c.id).collect::<Vec<_>>()
    };
    let end = first.expires_at;
    assert!(stale(end.plus(-1)).await.is_empty());
    assert_eq!(stale(end).await.len(), 2);
    store.clock.set(end);
    let again = checkout(db, &ann.id);
    let opened = checkouts::open(db, scope, &again).await.unwrap();
    assert_eq!(opened, Opened::New);
    assert_eq!(stale(end).await, [Arc::from(other.id.as_str())]);
    let old = checkouts::find(db, scope, first.id.as_str()).await.unwrap();
    assert_eq!(old.unwrap().status, Status::Expired);
}

#[tokio::test]
async fn a_checkout_belongs_to_its_tenant_and_to_a_customer_who_is_there() {
    let store = Store::new().await;
    let db = &store.db;
    let (tenant, neighbour) = (project(db).await, project(db).await);
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let new = checkout(db, &ann.id);
    checkouts::open(db, scope, &new).await.unwrap();
    let theirs = &neighbour.scope;
    let id = new.id.as_str();
    assert_eq!(checkouts::find(db, theirs, id).await.unwrap(), None);
    let closed = checkouts::close(db, theirs, id, Status::Completed, None, db.now()).await;
    assert!(!closed.unwrap());
    customers::delete(db, scope, &ann, &[], &act(db, "customer.delete"))
        .await
        .unwrap();
    assert_eq!(checkouts::find(db, scope, id).await.unwrap(), None);
    let late = checkouts::open(db, scope, &checkout(db, &ann.id)).await;
    assert_eq!(late.unwrap_err().code(), Code::CustomerNotFound);
}

#[test]
fn the_words_of_a_checkout_are_read_back() {
    for word in ["opening", "open", "completed", "expired", "failed"] {
        assert_eq!(Status::parse(word).unwrap().as_str(), word);
    }
    assert_eq!(Status::parse("paid"), None);
}
