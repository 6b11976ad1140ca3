//! Events arrive once, are worked in the order of their lane by one worker at a time, and can be replayed.

mod listing;

use std::collections::BTreeSet;
use std::sync::Arc;

use dream_store::Db;
use dream_store::inbox::{self, Filter, NewEvent, Received, Sort, Status};
use dream_store::projects::{self, Tenant};
use dream_store::reconcile;
use parking_lot::Mutex;
use tokio::task::JoinSet;

use crate::billing::{ACCOUNT, MINUTE, arrive, claim, event};
use crate::clock::DAY;
use crate::place::{Store, on_postgres};
use crate::tenant::{act, project};

/// A second process, where the engine has such.
async fn second(store: &Store) -> Db {
    if on_postgres() {
        store.second().await.unwrap()
    } else {
        store.db.clone()
    }
}

/// An event of a tenant.
async fn told(db: &Db, tenant: &Tenant, name: &str, lane: &str) -> String {
    let id = arrive(db, name, lane).await;
    let scope = &tenant.scope;
    let known = inbox::assign(db, &id, Some(scope.tenant()), scope.platform()).await;
    assert!(known.unwrap());
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_the_same_event_fifty_times_at_once_one_is_new() {
    let store = Store::new().await;
    let other = second(&store).await;
    let mut running = JoinSet::new();
    for n in 0..50 {
        let db = if n % 2 == 0 { &store.db } else { &other }.clone();
        let event = event(&db, "same", "sub_1");
        running.spawn(async move { inbox::receive(&db, &event).await.unwrap() });
    }
    let all = running.join_all().await;
    let new = all.iter().filter(|one| **one == Received::New).count();
    let seen = Received::Seen(Status::Waiting);
    assert_eq!(new, 1);
    assert_eq!(all.iter().filter(|one| **one == seen).count(), 49);
    let claimed = claim(&store.db, store.db.now()).await.remove(0);
    assert!(
        inbox::done(&store.db, &claimed, store.db.now())
            .await
            .unwrap()
    );
    let again = event(&store.db, "same", "sub_1");
    let again = inbox::receive(&store.db, &again).await.unwrap();
    assert_eq!(again, Received::Seen(Status::Done));
    // The same id at another account is another event.
    let foreign = NewEvent {
        account_id: "acct_2".to_owned(),
        ..event(&store.db, "same", "sub_1")
    };
    let foreign = inbox::receive(&store.db, &foreign).await.unwrap();
    assert_eq!(foreign, Received::New);
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_never_hold_two_events_of_a_lane_and_keep_their_order() {
    let store = Store::new().await;
    let other = second(&store).await;
    let lanes = ["sub_a", "sub_b", "sub_c"];
    let mut sent = Vec::new();
    for n in 0..60 {
        store.clock.advance(1);
        let lane = lanes[n % lanes.len()];
        sent.push((
            lane.to_owned(),
            arrive(&store.db, &n.to_string(), lane).await,
        ));
    }
    let (held, order) = (Arc::new(Mutex::new(BTreeSet::new())), Arc::default());
    let now = store.db.now();
    let mut running = JoinSet::new();
    for n in 0..6 {
        let db = if n % 2 == 0 { &store.db } else { &other }.clone();
        let (held, order): (_, Arc<Mutex<Vec<_>>>) = (Arc::clone(&held), Arc::clone(&order));
        running.spawn(async move {
            while inbox::depth(&db).await.unwrap().waiting > 0 {
                let until = now.plus(MINUTE);
                for event in inbox::claim(&db, now, until, 7).await.unwrap() {
                    let lane = event.object_id.to_string();
                    assert!(held.lock().insert(lane.clone()), "{lane} is held twice");
                    tokio::task::yield_now().await;
                    order.lock().push((lane.clone(), event.id.to_string()));
                    held.lock().remove(&lane);
                    assert!(inbox::done(&db, &event, now).await.unwrap());
                }
            }
        });
    }
    running.join_all().await;
    let order = order.lock().clone();
    assert_eq!(order.len(), 60);
    for lane in lanes {
        let of = |all: &[(String, String)]| {
            let of = all.iter().filter(|(l, _)| l == lane);
            of.map(|(_, id)| id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(of(&order), of(&sent), "{lane}");
    }
    other.close().await;
}

#[tokio::test]
async fn a_lane_waits_for_its_first_event() {
    let store = Store::new().await;
    let db = &store.db;
    let first = arrive(db, "1", "sub_a").await;
    store.clock.advance(1);
    let second = arrive(db, "2", "sub_a").await;
    let elsewhere = arrive(db, "3", "sub_b").await;
    let now = db.now();
    let held = claim(db, now).await;
    let mut ids: Vec<_> = held.iter().map(|event| &*event.id).collect();
    ids.sort_unstable();
    let mut expected = [first.as_str(), elsewhere.as_str()];
    expected.sort_unstable();
    assert_eq!(ids, expected);
    assert!(claim(db, now).await.is_empty());
    let one = async |id: &str, at| inbox::claim_one(db, id, at, at.plus(MINUTE)).await.unwrap();
    assert!(one(&second, now).await.is_none(), "not even by name");
    let held = held.into_iter().find(|event| *event.id == *first).unwrap();
    let later = now.plus(10_000);
    let due = async |at| reconcile::events_due(db, at).await.unwrap();
    assert_eq!(due(now).await, 3, "what is being worked is due, too");
    assert!(inbox::failed(db, &held, later, "503").await.unwrap());
    assert_eq!((due(now).await, due(later).await), (1, 3));
    assert!(one(&second, now).await.is_none());
    assert!(one(&first, now).await.is_none(), "it is not due yet");
    let held = one(&first, later).await.unwrap();
    assert_eq!(held.attempts, 2);
    assert!(inbox::dead(db, &held, later, "404").await.unwrap());
    assert_eq!(&*one(&second, later).await.unwrap().id, second);
    assert!(one("evt_none", later).await.is_none());
}

#[tokio::test]
async fn a_lane_of_another_account_is_another_lane() {
    let store = Store::new().await;
    let db = &store.db;
    arrive(db, "1", "sub_a").await;
    let foreign = NewEvent {
        account_id: "acct_2".to_owned(),
        ..event(db, "2", "sub_a")
    };
    inbox::receive(db, &foreign).await.unwrap();
    assert_eq!(claim(db, db.now()).await.len(), 2);
}

#[tokio::test]
async fn a_claim_that_nobody_answers_for_ends() {
    let store = Store::new().await;
    let db = &store.db;
    let id = arrive(db, "1", "sub_a").await;
    let now = db.now();
    let first = claim(db, now).await.remove(0);
    assert_eq!((&*first.id, first.attempts), (id.as_str(), 1));
    assert_eq!((&*first.account_id, first.livemode), (ACCOUNT, false));
    assert_eq!(&*first.payload, "{\"name\":\"1\"}");
    assert!(claim(db, now.plus(MINUTE - 1)).await.is_empty());
    let again = claim(db, now.plus(MINUTE)).await.remove(0);
    assert_eq!(again.attempts, 2);
    assert!(!inbox::done(db, &first, now).await.unwrap());
    assert!(!inbox::failed(db, &first, now, "late").await.unwrap());
    assert!(!inbox::dead(db, &first, now, "late").await.unwrap());
    assert!(!inbox::ignored(db, &first, now, "late").await.unwrap());
    assert!(inbox::ignored(db, &again, now, "nobody's").await.unwrap());
    assert!(!inbox::done(db, &again, now).await.unwrap());
}

#[tokio::test]
async fn the_only_process_on_a_database_begins_without_claims() {
    let store = Store::new().await;
    let db = &store.db;
    let id = arrive(db, "1", "sub_a").await;
    let now = db.now();
    let lost = claim(db, now).await.remove(0);
    assert!(claim(db, now).await.is_empty());
    inbox::free(db).await.unwrap();
    assert!(inbox::waits(db, &id).await.unwrap());
    assert!(!inbox::done(db, &lost, now).await.unwrap());
    let again = claim(db, now).await.remove(0);
    assert_eq!((&*again.id, again.attempts), (id.as_str(), 2));
    assert!(inbox::done(db, &again, now).await.unwrap());
    assert!(!inbox::waits(db, &id).await.unwrap());
}

#[tokio::test]
async fn an_event_is_replayed_unless_it_is_being_worked_on() {
    let store = Store::new().await;
    let db = &store.db;
    let (tenant, neighbour) = (project(db).await, project(db).await);
    let scope = &tenant.scope;
    let id = told(db, &tenant, "1", "sub_a").await;
    let now = db.now();
    let held = claim(db, now).await.remove(0);
    assert_eq!(&held.tenant, scope.tenant());
    assert!(!inbox::replay(db, scope, &id, now).await.unwrap());
    let long = "é".repeat(1000);
    inbox::dead(db, &held, now, &long).await.unwrap();
    let found = inbox::find(db, scope, &id).await.unwrap().unwrap();
    assert_eq!((found.status, found.done_at), (Status::Dead, Some(now)));
    assert_eq!(found.last_error.unwrap().chars().count(), 300);
    assert!(claim(db, now.plus(DAY)).await.is_empty());
    assert!(!inbox::replay(db, &neighbour.scope, &id, now).await.unwrap());
    assert!(inbox::replay(db, scope, &id, now).await.unwrap());
    let held = claim(db, now).await.remove(0);
    assert_eq!(held.attempts, 1);
    inbox::done(db, &held, now).await.unwrap();
    // What was worked can be worked again; it comes before what is younger, but not beside it.
    store.clock.advance(1);
    let young = told(db, &tenant, "2", "sub_a").await;
    let held = claim(db, db.now()).await.remove(0);
    assert_eq!(*held.id, *young);
    assert!(inbox::replay(db, scope, &id, db.now()).await.unwrap());
    assert!(claim(db, db.now()).await.is_empty());
    inbox::done(db, &held, db.now()).await.unwrap();
    assert_eq!(*claim(db, db.now()).await[0].id, *id);
}

#[tokio::test]
async fn events_are_listed_to_their_tenant_alone() {
    let store = Store::new().await;
    let db = &store.db;
    let (tenant, neighbour) = (project(db).await, project(db).await);
    let scope = &tenant.scope;
    assert_eq!(inbox::last_received(db, scope).await.unwrap(), None);
    let mut ids = Vec::new();
    for n in 0..5 {
        store.clock.advance(1);
        ids.push(told(db, &tenant, &n.to_string(), &format!("sub_{n}")).await);
    }
    arrive(db, "nobody's", "sub_9").await;
    told(db, &neighbour, "theirs", "sub_8").await;
    ids.reverse();
    let page = async |filter: &Filter, before: Option<&str>| {
        let page = inbox::list(db, scope, filter, Sort::Newest, before, 3)
            .await
            .unwrap();
        page.into_iter()
            .map(|e| e.id.to_string())
            .collect::<Vec<_>>()
    };
    let all = Filter::default();
    assert_eq!(page(&all, None).await, ids[..3]);
    assert_eq!(page(&all, Some(&ids[2])).await, ids[3..]);
    let last = inbox::last_received(db, scope).await.unwrap();
    assert_eq!(last, Some(db.now()));
    let now = db.now();
    let held = inbox::claim_one(db, &ids[1], now, now.plus(MINUTE)).await;
    inbox::dead(db, &held.unwrap().unwrap(), now, "404")
        .await
        .unwrap();
    let dead = Filter {
        status: Some(Status::Dead),
        kind: Some("customer.subscription.updated".to_owned()),
        ..Filter::default()
    };
    assert_eq!(page(&dead, None).await, ids[1..2]);
    let none = Filter {
        kind: Some("invoice.paid".to_owned()),
        ..Filter::default()
    };
    assert!(page(&none, None).await.is_empty());
    assert!(
        inbox::find(db, &neighbour.scope, &ids[0])
            .await
            .unwrap()
            .is_none()
    );
    let depth = inbox::depth(db).await.unwrap();
    assert_eq!((depth.waiting, depth.dead), (6, 1));
    assert_eq!(depth.oldest, Some(now.plus(-4)));
}

#[tokio::test]
async fn old_events_are_forgotten_by_what_became_of_them() {
    let store = Store::new().await;
    let db = &store.db;
    let now = db.now();
    for name in ["done", "ignored", "dead", "waiting"] {
        arrive(db, name, name).await;
    }
    for event in claim(db, now).await {
        let noted = match &*event.object_id {
            "done" => inbox::done(db, &event, now).await,
            "ignored" => inbox::ignored(db, &event, now, "nobody's").await,
            "dead" => inbox::dead(db, &event, now, "404").await,
            _ => inbox::failed(db, &event, now, "503").await,
        };
        assert!(noted.unwrap());
    }
    let left = async |settled: i64, dead: i64| {
        inbox::expire(db, now.plus(settled), now.plus(dead))
            .await
            .unwrap();
        let rows = store.look("select status from inbox order by status").await;
        rows.into_iter().flatten().collect::<Vec<_>>()
    };
    assert_eq!(left(0, 0).await, ["dead", "done", "ignored", "waiting"]);
    assert_eq!(left(1, 0).await, ["dead", "waiting"]);
    assert_eq!(left(1, 1).await, ["waiting"]);
}

#[tokio::test]
async fn events_go_with_their_project() {
    let store = Store::new().await;
    let db = &store.db;
    let (gone, stays) = (project(db).await, project(db).await);
    told(db, &gone, "gone", "sub_1").await;
    told(db, &stays, "stays", "sub_2").await;
    let late = arrive(db, "late", "sub_3").await;
    projects::delete(db, std::slice::from_ref(&gone), &act(db, "project.delete"))
        .await
        .unwrap();
    let left = store.number("select count(*) from inbox").await;
    assert_eq!(left, 2);
    let scope = &gone.scope;
    let known = inbox::assign(db, &late, Some(scope.tenant()), scope.platform()).await;
    assert!(!known.unwrap());
}
