//! Accounts that developers connect, the customers kept there, and prices.

use dream_domain::error::Code;
use dream_domain::id::MessageId;
use dream_domain::key::Mode;
use dream_store::outbox::{self, Message};
use dream_store::payments::{self, Health, NewAccount};
use dream_store::{Db, customers, prices, projects};
use tokio::task::JoinSet;

use crate::billing::{ACCOUNT, price};
use crate::clock::DAY;
use crate::place::Store;
use crate::tenant::{act, bytes, customer, project, project_of};

fn account(id: &str) -> NewAccount {
    NewAccount {
        account_id: id.to_owned(),
        scope: "read_write".to_owned(),
        sealed_tokens: "sealed".to_owned(),
        health: Health {
            charges_enabled: true,
            country: Some("DE".to_owned()),
            ..Health::default()
        },
        messages: Vec::new(),
    }
}

async fn generation(db: &Db, tenant: &projects::Tenant) -> (i64, u32) {
    let key = tenant.scope.tenant();
    let generation = projects::generation(db, key).await.unwrap();
    let slot = db.versions().tenant_slot(key);
    (generation.unwrap(), db.versions().get(slot))
}

#[tokio::test]
async fn an_account_is_connected_in_one_mode_and_every_project_of_it_sees_it() {
    let store = Store::new().await;
    let db = &store.db;
    let (tenant, stranger) = (project(db).await, project(db).await);
    let platform = tenant.scope.platform();
    let (second, _) = project_of(db, platform, Mode::Test).await;
    let (live, _) = project_of(db, platform, Mode::Live).await;
    let before = (generation(db, &live).await, generation(db, &stranger).await);
    let (one, two) = (generation(db, &tenant).await, generation(db, &second).await);
    let message = Message {
        id: MessageId::new(db.now(), bytes()),
        tenant: tenant.scope.tenant().clone(),
        kind: "catalog",
        payload: "sealed".to_owned(),
        due_at: db.now(),
        created_at: db.now(),
    };
    let new = NewAccount {
        messages: vec![message],
        ..account(ACCOUNT)
    };
    payments::connect(db, platform, Mode::Test, &new, &act(db, "payments.connect"))
        .await
        .unwrap();
    let found = payments::account(db, platform, Mode::Test).await.unwrap();
    let found = found.unwrap();
    assert_eq!((&*found.account_id, found.version), (ACCOUNT, 1));
    assert_eq!(
        (found.charges_enabled, found.payouts_enabled),
        (true, false)
    );
    assert_eq!(
        (found.country.as_deref(), found.connected_at),
        (Some("DE"), db.now())
    );
    assert_eq!(
        payments::account(db, platform, Mode::Live).await.unwrap(),
        None
    );
    assert_eq!(outbox::waiting(db).await.unwrap(), 1);
    for (was, tenant) in [(one, &tenant), (two, &second)] {
        let is = generation(db, tenant).await;
        assert!(is.0 > was.0 && is.1 > was.1);
    }
    let after = (generation(db, &live).await, generation(db, &stranger).await);
    assert_eq!(before, after);
}

#[tokio::test]
async fn another_account_takes_the_place_of_the_one_before() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let (platform, mode) = (tenant.scope.platform(), Mode::Test);
    let connect = async |id: &str| {
        let act = act(db, "payments.connect");
        payments::connect(db, platform, mode, &account(id), &act)
            .await
            .unwrap();
    };
    let now = async || {
        payments::account(db, platform, mode)
            .await
            .unwrap()
            .unwrap()
    };
    connect(ACCOUNT).await;
    let disconnect = async || {
        let act = act(db, "payments.disconnect");
        payments::disconnect(db, platform, mode, db.now(), &act)
            .await
            .unwrap()
    };
    assert!(disconnect().await);
    assert!(!disconnect().await, "it is not connected any more");
    let gone = now().await;
    assert_eq!(
        (gone.disconnected_at, &*gone.sealed_tokens),
        (Some(db.now()), "")
    );
    connect(ACCOUNT).await;
    let again = now().await;
    assert_eq!((again.disconnected_at, again.version), (None, 3));
    connect("acct_2").await;
    let of = async |id: &str| payments::platforms_of_account(db, id, mode).await.unwrap();
    assert_eq!(of(ACCOUNT).await, []);
    assert_eq!(of("acct_2").await, std::slice::from_ref(platform));
    let live = payments::platforms_of_account(db, "acct_2", Mode::Live).await;
    assert_eq!(live.unwrap(), []);
}

#[tokio::test]
async fn news_of_an_account_do_not_go_back_in_time() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let (platform, mode) = (tenant.scope.platform(), Mode::Test);
    let act = act(db, "payments.connect");
    payments::connect(db, platform, mode, &account(ACCOUNT), &act)
        .await
        .unwrap();
    let now = db.now();
    let put = async |id: &str, payouts_enabled, at| {
        let health = Health {
            payouts_enabled,
            ..Health::default()
        };
        payments::put_health(db, platform, mode, id, &health, at)
            .await
            .unwrap()
    };
    assert!(put(ACCOUNT, true, now.plus(2)).await);
    assert!(!put(ACCOUNT, false, now.plus(1)).await);
    assert!(!put("acct_2", false, now.plus(3)).await);
    let found = payments::account(db, platform, mode)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.payouts_enabled, found.checked_at),
        (true, now.plus(2))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_has_one_customer_at_an_account() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ann = customer(db, &scope, "ann").await;
    let mut running = JoinSet::new();
    for n in 0..20 {
        let (db, scope, user) = (db.clone(), scope.clone(), ann.id.clone());
        running.spawn(async move {
            let id = format!("cus_{n}");
            payments::put_customer(&db, &scope, &user, ACCOUNT, &id, db.now())
                .await
                .unwrap()
        });
    }
    let mut all = running.join_all().await;
    all.dedup();
    assert_eq!(all.len(), 1, "all are told of the same");
    let first = all.remove(0);
    let of = async |account: &str| {
        payments::customer(db, &scope, &ann.id, account)
            .await
            .unwrap()
    };
    assert_eq!(of(ACCOUNT).await, Some(first.clone()));
    assert_eq!(of("acct_2").await, None);
    let users = async |mode| {
        let users = payments::user_of_customer(db, ACCOUNT, mode, &first).await;
        users.unwrap()
    };
    let expected = (scope.tenant().clone(), ann.id.clone());
    assert_eq!(users(Mode::Test).await, std::slice::from_ref(&expected));
    assert_eq!(users(Mode::Live).await, []);
    let gone = async |account: &str| {
        payments::customer_deleted(db, account, &first, db.now())
            .await
            .unwrap()
    };
    assert!(!gone("acct_2").await);
    assert!(gone(ACCOUNT).await);
    assert!(!gone(ACCOUNT).await);
    assert_eq!(of(ACCOUNT).await, None);
    assert_eq!(
        users(Mode::Test).await,
        [expected],
        "its events are still ours"
    );
    let next = payments::put_customer(db, &scope, &ann.id, ACCOUNT, "cus_next", db.now()).await;
    assert_eq!(&*next.unwrap(), "cus_next");
    customers::delete(db, &scope, &ann, &[], &act(db, "customer.delete"))
        .await
        .unwrap();
    let late = payments::put_customer(db, &scope, &ann.id, ACCOUNT, "cus_late", db.now()).await;
    assert_eq!(late.unwrap_err().code(), Code::CustomerNotFound);
}

#[tokio::test]
async fn a_tier_is_pointed_at_a_price_and_keeps_its_old_ones() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let version = |tenant: &projects::Tenant| {
        let pro = tenant.tiers.iter().find(|tier| tier.name == "pro").unwrap();
        (pro.version, pro.price_id.clone(), pro.product_id.clone())
    };
    let set = async |version, id: &str| {
        let act = act(db, "tier.price");
        prices::set_on_tier(db, scope, version, &price(db, id), &act).await
    };
    let read = async || {
        let key = dream_domain::key::PublishableKey::parse(scope.tenant()).unwrap();
        version(&projects::open_public(db, &key).await.unwrap().unwrap())
    };
    let before = generation(db, &tenant).await;
    set(1, "price_1").await.unwrap();
    assert!(generation(db, &tenant).await > before);
    assert_eq!(
        read().await,
        (2, "price_1".to_owned(), "prod_pro".to_owned())
    );
    let stale = set(1, "price_2").await.unwrap_err();
    assert_eq!(stale.code(), Code::Conflict);
    assert_eq!(
        prices::of(db, scope).await.unwrap().len(),
        1,
        "nothing was stored"
    );
    store.clock.advance(DAY);
    set(2, "price_2").await.unwrap();
    assert!(prices::archive(db, scope, "price_1").await.unwrap());
    assert!(!prices::archive(db, scope, "price_none").await.unwrap());
    let all = prices::of(db, scope).await.unwrap();
    let all: Vec<_> = all
        .iter()
        .map(|p| (&*p.price_id, &*p.tier, p.active))
        .collect();
    assert_eq!(all, [("price_1", "pro", false), ("price_2", "pro", true)]);
    let neighbour = project(db).await.scope;
    assert_eq!(prices::of(db, &neighbour).await.unwrap(), []);
    assert!(!prices::archive(db, &neighbour, "price_2").await.unwrap());
}
