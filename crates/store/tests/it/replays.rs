//! A retry with the same idempotency key answers the same and counts once.

use dream_domain::error::Code;
use dream_store::meter::{Tally, Verdict};
use dream_store::options::Options;
use dream_store::{Db, idempotency};
use tokio::task::JoinSet;

use crate::clock::DAY;
use crate::place::{Store, only_sqlite};
use crate::tenant::{Call, act, judge, project};

/// The answer as it was, but for the mark of a replay.
fn first(tally: Tally) -> Tally {
    assert!(tally.replayed);
    Tally {
        replayed: false,
        ..tally
    }
}

#[tokio::test]
async fn a_retry_answers_what_the_first_call_was_told_and_counts_nothing() {
    let mut store = Store::new().await;
    let scope = project(&store.db).await.scope;
    let keyed = Call::by("ann").amount(3).at_most(10).key("k", "b");
    let told = keyed.taken(&store.db, &scope).await;
    assert!(!told.replayed);
    assert_eq!(told.count.used, 3);
    for moment in [
        "at once",
        "after more calls",
        "after a fold",
        "after a restart",
        "after the period",
    ] {
        match moment {
            "after more calls" => {
                Call::by("ann").taken(&store.db, &scope).await;
            }
            "after a fold" => store.db.fold().await.unwrap(),
            "after a restart" => store.reopen().await,
            "after the period" => store.clock.advance(40 * DAY),
            _ => {}
        }
        assert_eq!(
            first(keyed.taken(&store.db, &scope).await),
            told,
            "{moment}"
        );
    }
    store.clock.advance(-40 * DAY);
    assert_eq!(Call::by("ann").used(&store.db, &scope).await, 4);
}

#[tokio::test]
async fn a_retry_is_answered_from_the_journal_after_a_start_without_a_fold() {
    let store = Store::never_folding().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let keyed = |n: i32| Call::by("ann").key(&format!("k{n}"), "b");
    let mut told = Vec::new();
    for n in 0..5 {
        told.push(keyed(n).taken(db, &scope).await);
    }
    for (n, told) in (0..).zip(told) {
        assert_eq!(first(keyed(n).taken(db, &scope).await), told);
    }
    assert_eq!(keyed(0).used(db, &scope).await, 5);
}

#[tokio::test]
async fn a_refusal_is_replayed_too() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let keyed = Call::by("ann").at_most(0).key("k", "b");
    let told = keyed.refused(db, &scope).await;
    let again = Call::by("ann").at_most(5).key("k", "b");
    assert_eq!(
        first(again.refused(db, &scope).await),
        told,
        "even with room by now"
    );
    assert_eq!(keyed.used(db, &scope).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_50_times_at_once_counts_once() {
    let store = Store::new().await;
    let scope = project(&store.db).await.scope;
    for round in 0..5 {
        let call = Call::by("ann").amount(2).key(&format!("k{round}"), "b");
        let seen = judge(&store.db, &scope, "ann").await;
        let mut running = JoinSet::new();
        for _ in 0..50 {
            let (db, take) = (store.db.clone(), call.take(&scope, seen));
            running.spawn(async move { db.take(take).await.unwrap() });
        }
        let mut fresh = 0;
        for verdict in running.join_all().await {
            let Verdict::Taken(tally) = verdict else {
                panic!("{verdict:?}")
            };
            assert_eq!(tally.count.used, 2 * (round + 1));
            fresh += i32::from(!tally.replayed);
        }
        assert_eq!(fresh, 1);
        assert_eq!(call.used(&store.db, &scope).await, 2 * (round + 1));
    }
}

#[tokio::test]
async fn a_key_with_another_body_is_refused_wherever_the_first_answer_lies() {
    let mut store = Store::new().await;
    let scope = project(&store.db).await.scope;
    Call::by("ann")
        .key("k", "first")
        .taken(&store.db, &scope)
        .await;
    let other = Call::by("ann").key("k", "second");
    for moment in ["in memory", "folded", "after a restart"] {
        match moment {
            "folded" => store.db.fold().await.unwrap(),
            "after a restart" => store.reopen().await,
            _ => {}
        }
        assert_eq!(
            other.send(&store.db, &scope).await.unwrap(),
            Verdict::KeyReused,
            "{moment}"
        );
    }
    assert_eq!(other.used(&store.db, &scope).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_bodies_under_one_key_at_once_one_wins() {
    let store = Store::new().await;
    let scope = project(&store.db).await.scope;
    let seen = judge(&store.db, &scope, "ann").await;
    for round in 0..10 {
        let mut running = JoinSet::new();
        for body in ["a", "b"] {
            let take = Call::by("ann")
                .key(&format!("k{round}"), body)
                .take(&scope, seen);
            let db = store.db.clone();
            running.spawn(async move { db.take(take).await.unwrap() });
        }
        let verdicts = running.join_all().await;
        let refused = verdicts
            .iter()
            .filter(|v| **v == Verdict::KeyReused)
            .count();
        assert_eq!(refused, 1, "{verdicts:?}");
    }
    assert_eq!(Call::by("ann").used(&store.db, &scope).await, 10);
}

#[tokio::test]
async fn a_key_belongs_to_its_tenant() {
    let store = Store::new().await;
    let db = &store.db;
    let (mine, other) = (project(db).await.scope, project(db).await.scope);
    let keyed = Call::by("ann").key("k", "b");
    keyed.taken(db, &mine).await;
    assert!(!keyed.taken(db, &other).await.replayed);
}

#[tokio::test]
async fn a_stale_call_leaves_its_key_free() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let keyed = Call::by("ann").key("k", "b");
    let before = judge(db, &scope, "ann").await;
    let secret = dream_store::keys::list(db, &scope).await.unwrap().remove(0);
    dream_store::keys::revoke(db, &scope, &secret.id, &act(db, "key.revoke"))
        .await
        .unwrap();
    assert_eq!(
        db.take(keyed.take(&scope, before)).await.unwrap(),
        Verdict::Stale
    );
    assert!(!keyed.taken(db, &scope).await.replayed);
}

#[tokio::test]
async fn an_expired_key_counts_anew() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let keyed = Call::by("ann").key("k", "b");
    keyed.taken(db, &scope).await;
    db.fold().await.unwrap();
    idempotency::expire(db, db.now()).await.unwrap();
    assert!(
        keyed.taken(db, &scope).await.replayed,
        "kept until it is old"
    );
    idempotency::expire(db, db.now().plus(1)).await.unwrap();
    assert!(!keyed.taken(db, &scope).await.replayed);
}

/// Sends keyed calls until one is refused; how many were taken before.
async fn until_full(db: &Db, scope: &dream_store::scope::Scope, prefix: &str) -> (i64, Code) {
    for n in 0..10_000 {
        let keyed = Call::by("ann").key(&format!("{prefix}{n}"), "b");
        match keyed.send(db, scope).await {
            Ok(Verdict::Taken(_)) => {}
            Ok(other) => panic!("{other:?}"),
            Err(error) => return (n, error.code()),
        }
    }
    panic!("the map of answers never filled");
}

#[tokio::test]
async fn a_full_map_of_answers_refuses_keyed_calls_and_recovers_with_the_fold() {
    if !only_sqlite("PostgreSQL keeps answers in the table at once") {
        return;
    }
    let options = Options {
        answers_max: 20,
        fold_every: std::time::Duration::from_hours(1),
        ..Options::default()
    };
    let store = Store::with(options).await;
    let db = &store.db;
    let scope = project(db).await.scope;
    // The first wake-up folds whatever it finds; after it nothing folds by itself.
    Call::by("ann").taken(db, &scope).await;
    db.fold().await.unwrap();
    let (taken, code) = until_full(db, &scope, "a").await;
    assert_eq!(code, Code::Overloaded);
    assert!((20..=60).contains(&taken), "{taken}");
    let replayed = Call::by("ann").key("a0", "b").taken(db, &scope).await;
    assert!(replayed.replayed, "what is known is answered still");
    Call::by("ann").taken(db, &scope).await;
    assert_eq!(
        Call::by("ann").used(db, &scope).await,
        taken + 2,
        "a refused one is not counted"
    );
    db.fold().await.unwrap();
    let (more, _) = until_full(db, &scope, "b").await;
    assert!(more >= 20, "{more}");
    let refused = Call::by("ann").key(&format!("b{more}"), "b");
    db.fold().await.unwrap();
    assert!(
        !refused.taken(db, &scope).await.replayed,
        "the refused key is free"
    );
}
