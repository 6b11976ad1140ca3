//! What needs a look: customers near their limits, events that are not worked.

use dream_store::dashboard::{self, NearLimit};
use dream_store::inbox;
use dream_store::projects::Tenant;

use crate::billing::{arrive, claim, event};
use crate::clock::DAY;
use crate::place::Store;
use crate::tenant::{Call, customer, project};

#[tokio::test]
async fn customers_near_their_limits_are_counted_by_plan() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let names = ["a", "b", "c", "d", "e", "f"];
    for (name, used) in names.iter().zip([79, 80, 99, 100, 101, 80]) {
        let user = customer(db, scope, name).await;
        let call = Call::by(&user.id).plan(name).amount(used);
        call.taken(db, scope).await;
        // Another meter says nothing of this one.
        call.meter("tokens").amount(1000).taken(db, scope).await;
    }
    db.fold().await.unwrap();
    let limits: Vec<_> = names.iter().map(|name| (*name, 100)).collect();
    let of = async |limits: &[(&str, i64)]| dashboard::near_limit(db, scope, limits).await.unwrap();
    let sum = |close, reached| NearLimit { close, reached };
    assert_eq!(of(&limits).await, sum(3, 2));
    assert_eq!(of(&limits[..3]).await, sum(2, 0), "others have no limit");
    assert_eq!(of(&[]).await, sum(0, 0));
    store.clock.advance(40 * DAY);
    assert_eq!(of(&limits).await, sum(0, 0), "their period is over");
}

#[tokio::test]
async fn troubles_are_those_of_the_tenant_and_of_its_account() {
    let store = Store::new().await;
    let db = &store.db;
    let (tenant, other): (Tenant, Tenant) = (project(db).await, project(db).await);
    let scope = &tenant.scope;
    let mine = arrive(db, "mine", "sub_1").await;
    let theirs = arrive(db, "theirs", "sub_2").await;
    arrive(db, "unknown", "sub_3").await;
    for (id, scope) in [(&mine, scope), (&theirs, &other.scope)] {
        let of = inbox::assign(db, id, Some(scope.tenant()), scope.platform());
        assert!(of.await.unwrap());
    }
    let elsewhere = inbox::NewEvent {
        account_id: "acct_else".to_owned(),
        ..event(db, "else", "sub_4")
    };
    inbox::receive(db, &elsewhere).await.unwrap();
    let of = async |account| dashboard::troubles(db, scope, account).await.unwrap();
    assert_eq!(of(Some("acct_1")).await.waiting, 2);
    assert_eq!(of(None).await.waiting, 1);
    let now = db.now();
    for claimed in claim(db, now).await {
        if *claimed.id == *mine {
            inbox::dead(db, &claimed, now, "broken").await.unwrap();
        }
    }
    let found = of(None).await;
    assert_eq!((found.waiting, found.dead), (0, 1));
    assert!(found.dead_at.is_some());
}
