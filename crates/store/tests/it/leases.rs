//! A job has one holder at a time.

use dream_store::leases;
use tokio::task::JoinSet;

use crate::clock::machine_now;
use crate::place::{Store, on_postgres};

const LONG: i64 = 60_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_that_take_a_job_at_once_one_has_it() {
    let store = Store::new().await;
    let other = if on_postgres() {
        store.second().await.unwrap()
    } else {
        store.db.clone()
    };
    let now = machine_now();
    for round in 0..3 {
        let now = now.plus(round * LONG);
        let mut running = JoinSet::new();
        for n in 0..20 {
            let db = if n % 2 == 0 { &store.db } else { &other }.clone();
            running.spawn(async move {
                let holder = format!("{round}/{n}");
                leases::take(&db, "reconcile", &holder, now, now.plus(LONG))
                    .await
                    .unwrap()
            });
        }
        let all = running.join_all().await;
        assert_eq!(all.into_iter().flatten().count(), 1);
    }
    other.close().await;
}

#[tokio::test]
async fn a_job_is_kept_lost_and_given_back_with_its_note() {
    let store = Store::new().await;
    let db = &store.db;
    let now = machine_now();
    let take = async |holder: &str, at: i64| {
        let (at, until) = (now.plus(at), now.plus(at + LONG));
        let note = leases::take(db, "reconcile", holder, at, until)
            .await
            .unwrap();
        note.map(|note| note.to_string())
    };
    let keep = async |holder: &str, at: i64, note: &str| {
        let (at, until) = (now.plus(at), now.plus(at + LONG));
        leases::keep(db, "reconcile", holder, at, until, note)
            .await
            .unwrap()
    };
    let release = async |holder: &str, at: i64, note: &str| {
        leases::release(db, "reconcile", holder, now.plus(at), note)
            .await
            .unwrap()
    };
    assert_eq!(take("a", 0).await.as_deref(), Some(""));
    assert_eq!(take("b", 1).await, None);
    assert_eq!(
        take("a", 1).await.as_deref(),
        Some(""),
        "again by its holder"
    );
    assert!(keep("a", 2, "evt_7").await);
    assert!(!keep("b", 2, "evt_8").await);
    assert_eq!(take("b", LONG + 1).await, None);
    assert_eq!(take("b", LONG + 2).await.as_deref(), Some("evt_7"));
    assert!(!keep("a", LONG + 3, "evt_9").await, "it was lost");
    assert!(!release("a", LONG + 3, "evt_9").await);
    assert_eq!(leases::ran_at(db, "reconcile").await.unwrap(), None);
    assert!(release("b", LONG + 4, "evt_10").await);
    let ran = leases::ran_at(db, "reconcile").await.unwrap();
    assert_eq!(ran, Some(now.plus(LONG + 4)));
    assert_eq!(take("a", LONG + 4).await.as_deref(), Some("evt_10"));
    let other = leases::take(db, "sweep", "b", now, now.plus(1))
        .await
        .unwrap();
    assert_eq!(other.as_deref(), Some(""), "another job is another matter");
}

#[tokio::test]
async fn jobs_of_those_who_are_gone_are_free_and_no_others() {
    let store = Store::new().await;
    let db = &store.db;
    let now = machine_now();
    let take = async |job: &str, holder: &str| {
        let taken = leases::take(db, job, holder, now, now.plus(LONG)).await;
        taken.unwrap().is_some()
    };
    for (job, holder) in [
        ("round", "one/a"),
        ("sweep", "one/b"),
        ("events", "oneself/c"),
    ] {
        assert!(take(job, holder).await);
    }
    leases::free(db, "one/").await.unwrap();
    assert!(take("round", "two/a").await);
    assert_eq!(leases::ran_at(db, "round").await.unwrap(), None, "not done");
    assert!(!take("events", "two/a").await);
    leases::free(db, "").await.unwrap();
    for job in ["round", "sweep", "events"] {
        assert!(take(job, "three/a").await, "{job}");
    }
}
