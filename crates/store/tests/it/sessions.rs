//! Sessions: opened for customers, ended one by one or all at once.

use dream_domain::error::Code;
use dream_domain::id::SessionId;
use dream_domain::time::Millis;
use dream_store::{customers, sessions};

use crate::place::Store;
use crate::tenant::{bytes, customer, lasting, project};

#[tokio::test]
async fn a_session_opens_only_for_a_customer_of_the_tenant() {
    let store = Store::new().await;
    let db = &store.db;
    let (mine, other) = (project(db).await.scope, project(db).await.scope);
    let ann = customer(db, &mine, "ann").await;
    let id = SessionId::new(db.now(), bytes());
    let foreign = sessions::create(db, &other, &ann.id, &lasting(&id, 9)).await;
    assert_eq!(foreign.unwrap_err().code(), Code::CustomerNotFound);
    sessions::create(db, &mine, &ann.id, &lasting(&id, 9))
        .await
        .unwrap();
    let found = sessions::find(db, &mine, id.as_str())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (&found.user_id, found.expires_at, found.revoked_at),
        (&ann.id, Millis(9), None)
    );
    assert!(
        sessions::find(db, &other, id.as_str())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn ending_a_session_ends_that_one_and_makes_the_user_stale() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ann = customer(db, &scope, "ann").await;
    let ids = [
        SessionId::new(db.now(), bytes()),
        SessionId::new(db.now(), bytes()),
    ];
    for id in &ids {
        sessions::create(db, &scope, &ann.id, &lasting(id, 9))
            .await
            .unwrap();
    }
    let slot = db.versions().user_slot(scope.tenant(), &ann.id);
    let seen = db.versions().get(slot);
    sessions::revoke(db, &scope, &ann.id, Some(ids[0].as_str()), Millis(5))
        .await
        .unwrap();
    let ended = |id: &SessionId| {
        let id = id.clone();
        let (db, scope) = (db.clone(), scope.clone());
        async move {
            sessions::find(&db, &scope, id.as_str())
                .await
                .unwrap()
                .unwrap()
                .revoked_at
        }
    };
    assert_eq!(
        (ended(&ids[0]).await, ended(&ids[1]).await),
        (Some(Millis(5)), None)
    );
    assert_ne!(db.versions().get(slot), seen);
    assert_eq!(
        customers::version(db, &scope, &ann.id).await.unwrap(),
        Some(ann.version + 1)
    );
    sessions::revoke(db, &scope, &ann.id, None, Millis(6))
        .await
        .unwrap();
    assert_eq!(
        (ended(&ids[0]).await, ended(&ids[1]).await),
        (Some(Millis(5)), Some(Millis(6)))
    );
}

#[tokio::test]
async fn nobody_ends_the_session_of_another_user() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let (ann, bob) = (
        customer(db, &scope, "ann").await,
        customer(db, &scope, "bob").await,
    );
    let id = SessionId::new(db.now(), bytes());
    sessions::create(db, &scope, &ann.id, &lasting(&id, 9))
        .await
        .unwrap();
    sessions::revoke(db, &scope, &bob.id, Some(id.as_str()), Millis(5))
        .await
        .unwrap();
    let found = sessions::find(db, &scope, id.as_str())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.revoked_at, None);
}

#[tokio::test]
async fn sessions_that_ended_are_forgotten_and_running_ones_stay() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ann = customer(db, &scope, "ann").await;
    let (old, running) = (
        SessionId::new(db.now(), bytes()),
        SessionId::new(db.now(), bytes()),
    );
    sessions::create(db, &scope, &ann.id, &lasting(&old, 9))
        .await
        .unwrap();
    sessions::create(db, &scope, &ann.id, &lasting(&running, 10))
        .await
        .unwrap();
    sessions::expire(db, Millis(10)).await.unwrap();
    assert!(
        sessions::find(db, &scope, old.as_str())
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        sessions::find(db, &scope, running.as_str())
            .await
            .unwrap()
            .is_some()
    );
}
