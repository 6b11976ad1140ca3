//! Every administrative act is recorded with its effect, or not at all.

use dream_domain::error::Code;
use dream_domain::id::AuditId;
use dream_domain::time::Millis;
use dream_store::{audit, keys};

use crate::place::Store;
use crate::tenant::{ACTOR, act, bytes, customer, project};

#[tokio::test]
async fn acts_are_listed_newest_first_and_page_by_page() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    for name in ["a", "b", "c"] {
        store.clock.advance(1);
        customer(db, &scope, name).await;
    }
    let platform = scope.platform();
    let first = audit::list(db, platform, None, 2).await.unwrap();
    let rest = audit::list(db, platform, Some(&first[1].id), 9)
        .await
        .unwrap();
    let actions: Vec<_> = first
        .iter()
        .chain(&rest)
        .map(|record| &*record.action)
        .collect();
    assert_eq!(
        actions,
        [
            "customer.create",
            "customer.create",
            "customer.create",
            "project.create"
        ]
    );
    assert!(first[0].id > first[1].id && first[1].id > rest[0].id);
    let newest = &first[0];
    assert_eq!(
        (&*newest.actor, newest.at, newest.publishable_key.as_ref()),
        (ACTOR, db.now(), Some(scope.tenant()))
    );
    assert!(
        audit::list(db, project(db).await.scope.platform(), None, 9)
            .await
            .unwrap()
            .len()
            == 1
    );
}

#[tokio::test]
async fn an_effect_whose_record_cannot_be_written_does_not_happen() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let id = AuditId::new(Millis(1), bytes());
    let taken = || {
        let mut act = act(db, "key.revoke");
        act.id = id.clone();
        act
    };
    let first = keys::list(db, &scope).await.unwrap().remove(0);
    let ann = customer(db, &scope, "ann").await;
    dream_store::customers::delete(db, &scope, &ann, &[], &taken())
        .await
        .unwrap();
    let revoked = keys::revoke(db, &scope, &first.id, &taken()).await;
    assert_eq!(revoked.unwrap_err().code(), Code::Conflict);
    assert_eq!(&*keys::list(db, &scope).await.unwrap()[0].status, "active");
}
