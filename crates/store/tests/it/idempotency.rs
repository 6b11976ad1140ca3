//! Claims on idempotency keys of calls other than counting.

use dream_domain::time::Millis;
use dream_store::idempotency::{self, Claim};

use crate::place::Store;

const LONG_AGO: Millis = Millis(0);
const NOW: Millis = Millis(1000);

#[tokio::test]
async fn a_key_is_claimed_once_and_answers_from_then_on() {
    let store = Store::new().await;
    let db = &store.db;
    let claim = |body: &'static str| idempotency::claim(db, "pk", "key", body, NOW, LONG_AGO);
    assert!(matches!(claim("a").await.unwrap(), Claim::Ours));
    assert!(matches!(claim("a").await.unwrap(), Claim::Running));
    idempotency::finish(db, "pk", "key", 201, "{\"id\":1}")
        .await
        .unwrap();
    match claim("a").await.unwrap() {
        Claim::Done(status, answer) => assert_eq!((status, &*answer), (201, "{\"id\":1}")),
        other => panic!("{other:?}"),
    }
    assert!(matches!(claim("b").await.unwrap(), Claim::Mismatch));
    let elsewhere = idempotency::claim(db, "pk2", "key", "b", NOW, LONG_AGO)
        .await
        .unwrap();
    assert!(
        matches!(elsewhere, Claim::Ours),
        "a key belongs to its tenant"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_claims_at_once_one_is_ours() {
    let store = Store::new().await;
    let claims = (0..50).map(|_| {
        let db = store.db.clone();
        tokio::spawn(async move {
            idempotency::claim(&db, "pk", "key", "a", NOW, LONG_AGO)
                .await
                .unwrap()
        })
    });
    let mut ours = 0;
    for claim in claims.collect::<Vec<_>>() {
        match claim.await.unwrap() {
            Claim::Ours => ours += 1,
            Claim::Running => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(ours, 1);
}

#[tokio::test]
async fn a_claim_given_back_is_free_again() {
    let store = Store::new().await;
    let db = &store.db;
    let claim = || idempotency::claim(db, "pk", "key", "a", NOW, LONG_AGO);
    assert!(matches!(claim().await.unwrap(), Claim::Ours));
    idempotency::release(db, "pk", "key").await.unwrap();
    assert!(matches!(claim().await.unwrap(), Claim::Ours));
    idempotency::finish(db, "pk", "key", 200, "done")
        .await
        .unwrap();
    idempotency::release(db, "pk", "key").await.unwrap();
    assert!(
        matches!(claim().await.unwrap(), Claim::Done(200, _)),
        "an answer is not given back"
    );
}

#[tokio::test]
async fn the_claim_of_a_process_that_died_is_taken_over_by_one() {
    let store = Store::new().await;
    let db = &store.db;
    assert!(matches!(
        idempotency::claim(db, "pk", "key", "a", NOW, LONG_AGO)
            .await
            .unwrap(),
        Claim::Ours
    ));
    let later = NOW.plus(1);
    let over = idempotency::claim(db, "pk", "key", "a", later, later)
        .await
        .unwrap();
    assert!(matches!(over, Claim::Ours));
    let late = idempotency::claim(db, "pk", "key", "a", later, later)
        .await
        .unwrap();
    assert!(
        matches!(late, Claim::Running),
        "the one who took over is running now"
    );
}

#[tokio::test]
async fn old_answers_are_forgotten() {
    let store = Store::new().await;
    let db = &store.db;
    for (key, at) in [("old", Millis(5)), ("new", Millis(6))] {
        assert!(matches!(
            idempotency::claim(db, "pk", key, "a", at, LONG_AGO)
                .await
                .unwrap(),
            Claim::Ours
        ));
        idempotency::finish(db, "pk", key, 200, "x").await.unwrap();
    }
    idempotency::expire(db, Millis(6)).await.unwrap();
    assert_eq!(
        store.look("select key_hash from idempotency_keys").await,
        [["new"]]
    );
}
