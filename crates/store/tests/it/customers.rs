//! Customers: made, found, listed, searched, changed.

use dream_domain::error::{Code, Result};
use dream_domain::plan::Grant;
use dream_store::Db;
use dream_store::customers::{self, Fields, Filter, PlanChange};
use dream_store::scope::Scope;

use crate::place::Store;
use crate::tenant::{act, create, customer, no_fields, project};

fn email(address: &str) -> Fields {
    Fields {
        email: Some((address.to_owned(), address.to_lowercase())),
        ..no_fields()
    }
}

fn grant(plan: &str) -> Grant {
    Grant {
        plan: plan.to_owned(),
        by: "cli".to_owned(),
        until: None,
    }
}

async fn ids(db: &Db, scope: &Scope, filter: Filter) -> Vec<String> {
    let page = customers::list(db, scope, &filter, 100).await.unwrap();
    page.iter()
        .map(|(customer, _)| customer.id.to_string())
        .collect()
}

async fn search(db: &Db, scope: &Scope, text: &str) -> Vec<String> {
    ids(
        db,
        scope,
        Filter {
            search: Some(text.to_owned()),
            ..Filter::default()
        },
    )
    .await
}

#[tokio::test]
async fn a_customer_is_found_by_either_id_and_by_email() {
    let store = Store::new().await;
    let db = &store.db;
    let (scope, other) = (project(db).await.scope, project(db).await.scope);
    let fields = Fields {
        external_id: Some("u-1".to_owned()),
        first_name: Some("Ann".to_owned()),
        last_name: Some("O'Neil".to_owned()),
        metadata: "{\"a\":1}".to_owned(),
        ..email("Ann@Example.com")
    };
    let ann = create(db, &scope, &fields).await.unwrap();
    assert_eq!(ann.email.as_deref(), Some("Ann@Example.com"));
    assert_eq!(
        (&*ann.metadata, ann.version, ann.email_verified),
        ("{\"a\":1}", 1, false)
    );
    assert_eq!((ann.created_at, ann.updated_at), (db.now(), db.now()));
    assert_eq!(
        customers::find(db, &scope, "u-1").await.unwrap().as_ref(),
        Some(&ann)
    );
    assert_eq!(
        customers::find_by_email(db, &scope, "ann@example.com")
            .await
            .unwrap()
            .as_ref(),
        Some(&ann)
    );
    assert_eq!(
        customers::version(db, &scope, &ann.id).await.unwrap(),
        Some(1)
    );
    for id in [&*ann.id, "u-1"] {
        assert_eq!(
            customers::find(db, &other, id).await.unwrap(),
            None,
            "another tenant's"
        );
    }
    assert_eq!(
        customers::find_by_email(db, &other, "ann@example.com")
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn email_and_external_id_are_unique_in_a_tenant_only() {
    let store = Store::new().await;
    let db = &store.db;
    let (scope, other) = (project(db).await.scope, project(db).await.scope);
    let code = |made: Result<_>| made.map(|_: customers::Customer| ()).unwrap_err().code();
    create(db, &scope, &email("Ann@example.com")).await.unwrap();
    assert_eq!(
        code(create(db, &scope, &email("ann@EXAMPLE.com")).await),
        Code::EmailTaken
    );
    create(db, &other, &email("ann@example.com")).await.unwrap();
    customer(db, &scope, "u-1").await;
    let again = Fields {
        external_id: Some("u-1".to_owned()),
        ..no_fields()
    };
    assert_eq!(
        code(create(db, &scope, &again).await),
        Code::ExternalIdTaken
    );
    customer(db, &other, "u-1").await;
    create(db, &scope, &no_fields()).await.unwrap();
    create(db, &scope, &no_fields()).await.unwrap();
}

#[tokio::test]
async fn a_change_to_a_taken_address_is_refused_and_one_over_a_newer_version_too() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    create(db, &scope, &email("ann@example.com")).await.unwrap();
    let bob = create(db, &scope, &email("bob@example.com")).await.unwrap();
    let update = |fields: Fields| {
        let (db, scope, bob) = (db.clone(), scope.clone(), bob.clone());
        async move {
            customers::update(
                &db,
                &scope,
                &bob,
                &fields,
                None,
                None,
                &act(&db, "customer.update"),
            )
            .await
        }
    };
    assert_eq!(
        update(email("ann@example.com")).await.unwrap_err().code(),
        Code::EmailTaken
    );
    update(Fields {
        first_name: Some("Bob".to_owned()),
        ..email("b@example.com")
    })
    .await
    .unwrap();
    let now = customers::find(db, &scope, &bob.id).await.unwrap().unwrap();
    assert_eq!(
        (now.email.as_deref(), now.first_name.as_deref()),
        (Some("b@example.com"), Some("Bob"))
    );
    assert_eq!(now.version, bob.version + 1);
    assert_eq!(
        update(no_fields()).await.unwrap_err().code(),
        Code::Conflict
    );
}

#[tokio::test]
async fn pages_follow_the_cursor_newest_first() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let mut made = Vec::new();
    for _ in 0..7 {
        store.clock.advance(1);
        made.push(
            create(db, &scope, &no_fields())
                .await
                .unwrap()
                .id
                .to_string(),
        );
    }
    create(db, &project(db).await.scope, &no_fields())
        .await
        .unwrap();
    made.reverse();
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let filter = Filter {
            before: before.take(),
            ..Filter::default()
        };
        let page = customers::list(db, &scope, &filter, 3).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        before = Some(last.id.to_string());
        seen.extend(page.iter().map(|(customer, _)| customer.id.to_string()));
    }
    assert_eq!(seen, made);
}

#[tokio::test]
async fn a_search_looks_at_names_addresses_and_ids_without_regard_to_case() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ann = Fields {
        first_name: Some("Ann".to_owned()),
        ..email("A.Smith@Example.com")
    };
    let ann = create(db, &scope, &ann).await.unwrap().id.to_string();
    let bob = Fields {
        last_name: Some("Bobson".to_owned()),
        ..no_fields()
    };
    let bob = create(db, &scope, &bob).await.unwrap().id.to_string();
    let eve = customer(db, &scope, "EXT-Eve-1").await.id.to_string();
    for (text, found) in [
        ("smith@EX", &ann),
        ("aNN", &ann),
        ("BOBS", &bob),
        ("ext-eve", &eve),
        ("EXT-Eve", &eve),
        (&bob, &bob),
    ] {
        assert_eq!(
            search(db, &scope, text).await,
            std::slice::from_ref(found),
            "{text}"
        );
    }
    assert!(search(db, &scope, "nobody").await.is_empty());
    assert!(search(db, &project(db).await.scope, "ann").await.is_empty());
}

#[tokio::test]
async fn wildcards_in_a_search_stand_for_themselves() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    customer(db, &scope, "plain").await;
    let special = customer(db, &scope, "50%_off\\now").await.id.to_string();
    for text in ["%", "_", "\\", "0%_o", "f\\n"] {
        assert_eq!(
            search(db, &scope, text).await,
            std::slice::from_ref(&special),
            "{text}"
        );
    }
    assert!(search(db, &scope, "p%n").await.is_empty());
    assert!(search(db, &scope, "pl_in").await.is_empty());
    assert!(search(db, &scope, "' or 1=1 --").await.is_empty());
}

#[tokio::test]
async fn plans_are_granted_replaced_and_filtered_by() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let plain = customer(db, &scope, "plain").await;
    let paid = customer(db, &scope, "paid").await;
    let change = PlanChange {
        id: "chg_1".to_owned(),
        from: "free".to_owned(),
        to: "pro".to_owned(),
        currency: "usd".to_owned(),
        reason: "granted",
    };
    let fields = Fields {
        external_id: Some("paid".to_owned()),
        ..no_fields()
    };
    let act = act(db, "customer.update");
    customers::update(
        db,
        &scope,
        &paid,
        &fields,
        Some(Some(&grant("pro"))),
        Some(&change),
        &act,
    )
    .await
    .unwrap();
    assert_eq!(
        customers::grants(db, &scope, &paid.id).await.unwrap(),
        [grant("pro")]
    );
    assert_eq!(customers::grants(db, &scope, &plain.id).await.unwrap(), []);
    let of_plan = |plan: &str, is_default| Filter {
        plan: Some(plan.to_owned()),
        plan_is_default: is_default,
        ..Filter::default()
    };
    assert_eq!(
        ids(db, &scope, of_plan("pro", false)).await,
        [paid.id.to_string()]
    );
    assert_eq!(
        ids(db, &scope, of_plan("free", true)).await,
        [plain.id.to_string()]
    );
    assert!(ids(db, &scope, of_plan("free", false)).await.is_empty());
    let page = customers::list(db, &scope, &Filter::default(), 9)
        .await
        .unwrap();
    let granted: Vec<_> = page
        .iter()
        .map(|(c, grants)| (c.id.clone(), grants.len()))
        .collect();
    assert!(granted.contains(&(paid.id.clone(), 1)) && granted.contains(&(plain.id, 0)));
    assert_eq!(
        store
            .look("select user_id, from_plan, to_plan from subscription_changes")
            .await,
        [[&*paid.id, "free", "pro"]]
    );
}

#[tokio::test]
async fn a_removed_grant_is_gone() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let id = dream_domain::id::UserId::new(db.now(), crate::tenant::bytes());
    let (pro, made) = (grant("pro"), act(db, "customer.create"));
    customers::create(db, &scope, &id, &no_fields(), Some(&pro), None, &made)
        .await
        .unwrap();
    let ann = customers::find(db, &scope, id.as_str())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        customers::grants(db, &scope, &ann.id).await.unwrap(),
        [grant("pro")]
    );
    customers::update(
        db,
        &scope,
        &ann,
        &no_fields(),
        Some(None),
        None,
        &act(db, "customer.update"),
    )
    .await
    .unwrap();
    assert_eq!(customers::grants(db, &scope, &ann.id).await.unwrap(), []);
}
