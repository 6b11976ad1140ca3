//! A customer made for an id that was counted before takes over its counters (rules 1).

use dream_domain::usage::Count;

use crate::place::Store;
use crate::tenant::{Call, customer, project};

#[tokio::test]
async fn a_customer_made_for_an_id_that_was_counted_takes_over_its_counters() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    for _ in 0..3 {
        Call::by("u-1").at_most(5).taken(db, &scope).await;
    }
    Call::by("u-1")
        .meter("tokens")
        .amount(40)
        .taken(db, &scope)
        .await;
    let ann = customer(db, &scope, "u-1").await;
    let call = Call::by(&ann.id).at_most(5);
    assert_eq!(call.used(db, &scope).await, 3);
    assert_eq!(Call::by("u-1").used(db, &scope).await, 0);
    assert_eq!(Call::by(&ann.id).meter("tokens").used(db, &scope).await, 40);
    assert_eq!(
        call.taken(db, &scope).await.count,
        Count { used: 4, held: 0 }
    );
    call.taken(db, &scope).await;
    assert_eq!(call.refused(db, &scope).await.count.used, 5);
    db.fold().await.unwrap();
    let days = dream_store::usage::days(db, &scope, Some(&ann.id), db.now().day_start(), db.now())
        .await
        .unwrap();
    let used: Vec<_> = days
        .iter()
        .map(|(_, meter, used)| (&**meter, *used))
        .collect();
    assert_eq!(used, [("requests", 5), ("tokens", 40)]);
}

#[tokio::test]
async fn the_days_of_a_taken_over_counter_go_with_it_although_nothing_is_counted_after() {
    let store = Store::never_folding().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    for _ in 0..3 {
        Call::by("u-1").taken(db, &scope).await;
    }
    let ann = customer(db, &scope, "u-1").await;
    db.fold().await.unwrap();
    let today = db.now().day_start();
    for (user, used) in [(Some(&*ann.id), 3), (None, 3)] {
        let days = dream_store::usage::days(db, &scope, user, today, today)
            .await
            .unwrap();
        let sum: i64 = days.iter().map(|(_, _, used)| used).sum();
        assert_eq!(sum, used, "{user:?}");
    }
    assert!(
        dream_store::usage::days(db, &scope, Some("u-1"), today, today)
            .await
            .unwrap()
            .is_empty()
    );
}
