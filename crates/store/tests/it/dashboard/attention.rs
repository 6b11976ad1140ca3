//! What needs a look: customers near their limits, events that are not worked.

use std::sync::Arc;

use dream_domain::period::PeriodKind;
use dream_domain::usage::Meter;
use dream_store::dashboard::{self, Allows, Filter, Near, Running, Sort, Wish};
use dream_store::inbox;
use dream_store::projects::Tenant;

use crate::billing::{active, arrive, buy, claim, event};
use crate::clock::DAY;
use crate::extras::given;
use crate::place::Store;
use crate::tenant::{Call, customer, project};

/// More plans than one statement takes; what is free has a limit of 100, what is bought one of 200.
fn wish(store: &Store) -> Wish<'static> {
    let since = PeriodKind::Month.containing(store.db.now()).start;
    let other = ["a", "b", "c", "d", "e", "f", "g"].map(|plan| (plan, Some(1)));
    let all = [("free", Some(100))].into_iter().chain(other);
    let all = all.chain([("pro", Some(200)), ("max", None)]);
    let allows = |(plan, most)| Allows { plan, most, since };
    Wish {
        meter: Meter::requests(),
        default_plan: "free",
        plans: all.map(allows).collect(),
    }
}

async fn near(store: &Store, tenant: &Tenant) -> (i64, i64) {
    let running = dashboard::running(&store.db, &tenant.scope, &wish(store)).await;
    let Running { close, reached, .. } = running.unwrap();
    (close, reached)
}

/// What was used, what was given on top, and who bought the larger plan.
const USED: [(i64, i64, bool); 13] = [
    (79, 0, false),
    (80, 0, false),
    (99, 0, false),
    (100, 0, false),
    (101, 0, false),
    (87, 10, false),
    (88, 10, false),
    (100, 10, false),
    (110, 10, false),
    (159, 0, true),
    (160, 0, true),
    (200, 0, true),
    (240, 50, true),
];

/// Customers who used that: the ids of those who are close to their limit, and at it, in the order they came.
async fn people(store: &Store, tenant: &Tenant) -> (Vec<Arc<str>>, Vec<Arc<str>>) {
    let (db, scope) = (&store.db, &tenant.scope);
    let (mut close, mut reached) = (Vec::new(), Vec::new());
    for (index, (used, extra, pays)) in USED.into_iter().enumerate() {
        let user = customer(db, scope, &format!("u{index}")).await;
        // The plan that the call was judged by says nothing.
        let call = Call::by(&user.id).amount(used);
        call.taken(db, scope).await;
        call.meter("tokens").amount(1000).taken(db, scope).await;
        given(db, scope, &user, "tokens", 1000).await;
        if extra > 0 {
            given(db, scope, &user, "requests", extra - 1).await;
            given(db, scope, &user, "requests", 1).await;
        }
        if pays {
            buy(db, scope, &active(db, &user.id, &format!("sub_{index}"))).await;
        }
        let most = extra + if pays { 200 } else { 100 };
        match used {
            _ if used >= most => reached.push(user.id),
            _ if used * 5 >= most * 4 => close.push(user.id),
            _ => {}
        }
        store.clock.advance(1);
    }
    (close, reached)
}

#[tokio::test]
async fn customers_near_their_limits_are_counted_and_listed_by_one_rule() {
    let store = Store::new().await;
    let db = &store.db;
    let (tenant, other) = (project(db).await, project(db).await);
    let scope = &tenant.scope;
    let (close, reached) = people(&store, &tenant).await;
    let stranger = customer(db, &other.scope, "u1").await;
    let call = Call::by(&stranger.id).amount(90);
    call.taken(db, &other.scope).await;
    db.fold().await.unwrap();
    assert_eq!((close.len(), reached.len()), (6, 4));
    assert_eq!(near(&store, &tenant).await, (6, 4));
    let top = dashboard::users(db, scope, &wish(&store), None, None, 10)
        .await
        .unwrap();
    assert_eq!((top[0].used, top[0].most), (240, Some(250)));
    let listed = async |level, order, after: Option<&str>, limit| {
        let filter = Filter {
            near: Some((level, wish(&store))),
            ..Filter::default()
        };
        let page = dashboard::page(db, scope, &filter, order, after, limit).await;
        let page = page.unwrap().into_iter().map(|person| person.id);
        page.collect::<Vec<_>>()
    };
    assert_eq!(listed(Near::Close, &Sort::Oldest, None, 9).await, close);
    assert_eq!(listed(Near::Reached, &Sort::Oldest, None, 9).await, reached);
    // Of both plans, which two statements look for.
    let newest: Vec<_> = close.iter().rev().cloned().collect();
    for (index, id) in newest.iter().enumerate() {
        let after = index.checked_sub(1).map(|index| &*newest[index]);
        let one = listed(Near::Close, &Sort::Newest, after, 1).await;
        assert_eq!(one, std::slice::from_ref(id));
    }
    let last = newest.last().map(|id| &**id);
    assert!(listed(Near::Close, &Sort::Newest, last, 1).await.is_empty());
    store.clock.advance(40 * DAY);
    assert_eq!(near(&store, &tenant).await, (0, 0), "the period is over");
    assert!(listed(Near::Close, &Sort::Newest, None, 9).await.is_empty());
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
