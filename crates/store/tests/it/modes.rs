//! A project in two modes: promoted once, and one mode may go without the other.

use dream_domain::error::Code;
use dream_domain::id::MessageId;
use dream_domain::key::{Mode, PublishableKey, SecretKey};
use dream_store::outbox::{self, Message};
use dream_store::payments;
use dream_store::projects::{self, NewMode, ProjectSettings};
use dream_store::{Db, customers};
use tokio::task::JoinSet;

use crate::billing::{ACCOUNT, trade};
use crate::deletion::traces;
use crate::place::Store;
use crate::tenant::{act, bytes, customer, new_key, project, random, tier};

fn live(db: &Db) -> NewMode {
    let publishable_key = PublishableKey::generate(Mode::Live, &mut random);
    let message = Message {
        id: MessageId::new(db.now(), bytes()),
        tenant: publishable_key.as_str().into(),
        kind: "catalog",
        payload: "sealed".to_owned(),
        due_at: db.now(),
        created_at: db.now(),
    };
    NewMode {
        publishable_key,
        key: new_key(db, &SecretKey::generate(Mode::Live, &mut random)),
        tiers: vec![tier(db, "free", 0, 5), tier(db, "pro", 3900, 500)],
        settings: ProjectSettings::default(),
        messages: vec![message],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_promotions_at_once_one_is_made() {
    let store = Store::new().await;
    let db = &store.db;
    let test = project(db).await;
    let mut running = JoinSet::new();
    for _ in 0..10 {
        let (db, scope, new) = (db.clone(), test.scope.clone(), live(db));
        running.spawn(async move {
            projects::promote(&db, &scope, &new, &act(&db, "project.promote")).await
        });
    }
    let all = running.join_all().await;
    let (done, refused): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), refused.len()), (1, 9));
    for error in refused {
        assert_eq!(error.unwrap_err().code(), Code::LiveExists);
    }
    let platform = test.scope.platform();
    let tenants = projects::tenants_of(db, platform, Mode::Live)
        .await
        .unwrap();
    assert_eq!(tenants.len(), 1);
    let made = &tenants[0];
    assert_eq!(made.scope.project(), test.scope.project());
    assert_eq!((made.tiers.len(), made.tiers[1].price.minor), (2, 3900));
    assert_eq!(outbox::waiting(db).await.unwrap(), 1);
    let of_test = projects::tenants_of(db, platform, Mode::Test)
        .await
        .unwrap();
    assert_eq!(of_test.len(), 1);
    assert_eq!(store.number("select count(*) from tiers").await, 4);
}

#[tokio::test]
async fn one_mode_goes_and_the_other_stays_whole() {
    let store = Store::new().await;
    let db = &store.db;
    let test = project(db).await;
    let only = projects::delete_mode(db, &test, &act(db, "project.delete_mode")).await;
    assert_eq!(only.unwrap_err().code(), Code::Conflict, "the last mode");
    projects::promote(db, &test.scope, &live(db), &act(db, "project.promote"))
        .await
        .unwrap();
    let platform = test.scope.platform();
    let live = projects::tenants_of(db, platform, Mode::Live)
        .await
        .unwrap()
        .remove(0);
    for tenant in [&test, &live] {
        let ann = customer(db, &tenant.scope, "ann").await;
        trade(db, tenant, &ann).await;
    }
    // Whoever knew of one mode only deletes nothing.
    let half = std::slice::from_ref(&test);
    let half = projects::delete(db, half, &act(db, "project.delete")).await;
    assert_eq!(half.unwrap_err().code(), Code::Conflict);
    let before = traces(&store, live.scope.tenant()).await;
    projects::delete_mode(db, &test, &act(db, "project.delete_mode"))
        .await
        .unwrap();
    assert_eq!(traces(&store, test.scope.tenant()).await, []);
    assert_eq!(traces(&store, live.scope.tenant()).await, before);
    let ann = customers::find(db, &live.scope, "ann").await.unwrap();
    assert_eq!(ann.unwrap().plan.as_deref(), Some("pro"));
}

#[tokio::test]
async fn a_project_goes_and_the_account_of_its_platform_stays() {
    let store = Store::new().await;
    let db = &store.db;
    let test = project(db).await;
    let platform = test.scope.platform();
    let account = payments::NewAccount {
        account_id: ACCOUNT.to_owned(),
        scope: "read_write".to_owned(),
        sealed_tokens: "sealed".to_owned(),
        health: payments::Health::default(),
        messages: Vec::new(),
    };
    payments::connect(
        db,
        platform,
        Mode::Test,
        &account,
        &act(db, "payments.connect"),
    )
    .await
    .unwrap();
    projects::delete(db, std::slice::from_ref(&test), &act(db, "project.delete"))
        .await
        .unwrap();
    let stays = payments::account(db, platform, Mode::Test).await.unwrap();
    assert!(stays.is_some_and(|account| account.disconnected_at.is_none()));
    let late = projects::promote(db, &test.scope, &live(db), &act(db, "project.promote")).await;
    assert_eq!(late.unwrap_err().code(), Code::ProjectNotFound);
}
