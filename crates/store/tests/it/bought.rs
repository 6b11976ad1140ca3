//! A plan that was bought is a plan like one that was given, from the very next call.

use dream_domain::plan::{Grant, effective_plan};
use dream_store::Db;
use dream_store::customers::{self, Customer, Filter, PlanChange};
use dream_store::dashboard;
use dream_store::meter::Verdict;
use dream_store::projects::Tenant;
use dream_store::subscriptions::{self, Applied, Row};
use tokio::task::JoinSet;

use crate::billing::{active, buy, ended, only};
use crate::clock::DAY;
use crate::place::{Store, on_postgres};
use crate::tenant::{Call, act, customer, judge, no_fields, project};

async fn plan_of(db: &Db, tenant: &Tenant, user: &str) -> String {
    let grants = customers::grants(db, &tenant.scope, user).await.unwrap();
    let plan = effective_plan(&tenant.tiers, &grants, db.now());
    plan.unwrap().name.clone()
}

async fn read(db: &Db, tenant: &Tenant, id: &str) -> Customer {
    let found = customers::find(db, &tenant.scope, id).await.unwrap();
    found.unwrap()
}

#[tokio::test]
async fn a_bought_plan_counts_from_the_next_call_and_until_its_claim_ends() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    assert!(!customers::paid(db, scope, &ann.id).await.unwrap());
    let row = Row {
        claim_until: Some(db.now().plus(DAY)),
        ..active(db, &ann.id, "sub_1")
    };
    buy(db, scope, &row).await;
    let expected = Grant {
        plan: "pro".to_owned(),
        by: "subscription:sub_1".to_owned(),
        until: row.claim_until,
    };
    assert_eq!(
        customers::grants(db, scope, &ann.id).await.unwrap(),
        std::slice::from_ref(&expected)
    );
    let page = customers::list(db, scope, &Filter::default(), 9)
        .await
        .unwrap();
    assert_eq!(page[0].1, [expected]);
    assert_eq!(plan_of(db, &tenant, &ann.id).await, "pro");
    assert!(customers::paid(db, scope, &ann.id).await.unwrap());
    store.clock.advance(DAY);
    assert_eq!(plan_of(db, &tenant, &ann.id).await, "free");
    assert!(!customers::paid(db, scope, &ann.id).await.unwrap());
}

#[tokio::test]
async fn a_call_judged_before_the_plan_was_bought_is_judged_again() {
    let store = Store::new().await;
    let db = &store.db;
    let other = if on_postgres() {
        store.second().await.unwrap()
    } else {
        db.clone()
    };
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let call = Call::by(&ann.id).at_most(0);
    call.refused(&other, scope).await;
    let seen = judge(&other, scope, &ann.id).await;
    let named = judge(&other, scope, "ann").await;
    buy(db, scope, &active(db, &ann.id, "sub_1")).await;
    let verdict = other.take(call.take(scope, seen)).await.unwrap();
    assert_eq!(verdict, Verdict::Stale, "by another process as well");
    // The caller may be known by the developer's id.
    let slot = db.versions().user_slot(scope.tenant(), "ann");
    let same_process = !on_postgres();
    assert_eq!(other.versions().get(slot) != named.user.1, same_process);
    assert_ne!(db.versions().get(slot), 0);
    Call::by(&ann.id).at_most(500).taken(&other, scope).await;
    other.close().await;
}

#[tokio::test]
async fn customers_are_found_by_the_plan_they_bought() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let (ann, bob) = (
        customer(db, scope, "ann").await,
        customer(db, scope, "bob").await,
    );
    let row = Row {
        claim_until: Some(db.now().plus(DAY)),
        ..active(db, &ann.id, "sub_1")
    };
    buy(db, scope, &row).await;
    let found = async |plan: &str| {
        let filter = Filter {
            plan: Some(plan.to_owned()),
            plan_is_default: plan == "free",
            ..Filter::default()
        };
        let page = customers::list(db, scope, &filter, 9).await.unwrap();
        page.into_iter().map(|(c, _)| c.id).collect::<Vec<_>>()
    };
    assert_eq!(found("pro").await, std::slice::from_ref(&ann.id));
    assert_eq!(found("free").await, std::slice::from_ref(&bob.id));
    store.clock.advance(DAY);
    assert!(found("pro").await.is_empty());
    assert_eq!(found("free").await.len(), 2);
}

#[tokio::test]
async fn a_plan_that_was_given_is_recorded_as_one_that_was_bought() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let pro = Grant {
        plan: "pro".to_owned(),
        by: "cli".to_owned(),
        until: None,
    };
    for (grant, from, to, plan) in [
        (Some(&pro), "free", "pro", Some("pro")),
        (None, "pro", "free", None),
    ] {
        let ann = read(db, &tenant, &ann.id).await;
        let moved = PlanChange {
            id: format!("chg_{to}"),
            from: from.to_owned(),
            to: to.to_owned(),
            currency: "usd".to_owned(),
            reason: "grant",
        };
        let act = act(db, "customer.update");
        customers::update(
            db,
            scope,
            &ann,
            &no_fields(),
            Some(grant),
            Some(&moved),
            &act,
        )
        .await
        .unwrap();
        assert_eq!(read(db, &tenant, &ann.id).await.plan.as_deref(), plan);
    }
}

#[tokio::test]
async fn whoever_is_deleted_while_paying_is_lost_to_the_charts() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let (ann, bob) = (
        customer(db, scope, "ann").await,
        customer(db, scope, "bob").await,
    );
    buy(db, scope, &active(db, &ann.id, "sub_1")).await;
    buy(db, scope, &active(db, &bob.id, "sub_2")).await;
    store.clock.advance(DAY);
    let from = db.now();
    store.clock.advance(DAY);
    let eve = customer(db, scope, "eve").await;
    buy(db, scope, &active(db, &eve.id, "sub_3")).await;
    store.clock.advance(DAY);
    for gone in [&ann, &eve] {
        customers::delete(db, scope, gone, &[], &act(db, "customer.delete"))
            .await
            .unwrap();
    }
    let to = db.now().plus(1);
    let churn = dashboard::churn(db, scope, from, to).await.unwrap();
    assert_eq!(churn, (2, 1), "who came and went in between is not lost");
    let last = subscriptions::changes_of_user(db, scope, &ann.id, None, 1).await;
    let last = last.unwrap().remove(0);
    assert_eq!(
        (&*last.reason, last.mrr_before, last.mrr_after),
        ("deleted", 2900, 0)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_deleted_while_much_is_applied_leaves_no_row() {
    let store = Store::new().await;
    let other = if on_postgres() {
        store.second().await.unwrap()
    } else {
        store.db.clone()
    };
    let tenant = project(&store.db).await;
    for round in 0..10 {
        let ann = customer(&store.db, &tenant.scope, "ann").await;
        let mut running = JoinSet::new();
        for n in 0..8 {
            let db = if n % 2 == 0 { &store.db } else { &other }.clone();
            let (scope, user) = (tenant.scope.clone(), ann.id.clone());
            running.spawn(async move {
                let row = active(&db, &user, &format!("sub_{round}_{n}"));
                let new = subscriptions::apply(&db, &scope, &only(&db, &row, None)).await;
                let gone = ended(&db, &row);
                let end = only(&db, &gone, Some(1));
                if new.unwrap() == Applied::Done {
                    subscriptions::apply(&db, &scope, &end).await.unwrap();
                }
            });
        }
        let act = act(&store.db, "customer.delete");
        customers::delete(&store.db, &tenant.scope, &ann, &[], &act)
            .await
            .unwrap();
        running.join_all().await;
        let left = store.number("select count(*) from subscriptions").await;
        assert_eq!(left, 0);
    }
    other.close().await;
}
