//! Accounts: one-time tokens, refresh tokens, and what happens in one transaction.

use std::sync::Arc;

use dream_domain::error::Code;
use dream_domain::id::{MessageId, OneTimeId, SessionId, UserId};
use dream_domain::key::PublishableKey;
use dream_domain::time::Millis;
use dream_store::Db;
use dream_store::accounts::{self, Effects, End};
use dream_store::customers::{self, Customer};
use dream_store::identities::{self, Identity};
use dream_store::logos::{self, StoredLogo};
use dream_store::one_time::{self, NewToken};
use dream_store::outbox::{self, Message};
use dream_store::projects::{self, Tenant};
use dream_store::refresh_tokens::{self, NewRefreshToken};
use dream_store::scope::Scope;
use dream_store::sign_in_providers::{self, SignInProvider};
use dream_store::{passwords, sessions};

use crate::place::Store;
use crate::tenant::{act, bytes, customer, lasting, no_fields, project, serial};

fn token<'a>(id: &'a OneTimeId, hash: &'a str, user: &'a str) -> NewToken<'a> {
    NewToken {
        id,
        purpose: "exchange",
        user: Some(user),
        email_folded: None,
        link_hash: Some(hash),
        flow_hash: Some(hash),
        code_hash: Some("code"),
        payload: "sealed",
        created_at: Millis(1),
        expires_at: Millis(100),
    }
}

fn refresh(hash: &str, session: &SessionId, at: i64) -> NewRefreshToken {
    NewRefreshToken {
        hash: hash.to_owned(),
        session: Arc::from(session.as_str()),
        origin: "http://localhost".into(),
        created_at: Millis(at),
        expires_at: Millis(90),
    }
}

/// Leaves rows in the tables of signing in: of a person with a password, a session and everything pending.
pub(crate) async fn signed_in(db: &Db, tenant: &Tenant, person: &Customer) {
    let scope = &tenant.scope;
    let unique = |name: &str| format!("{name} of {} {}", scope.tenant(), serial());
    let session = lasting(&SessionId::new(db.now(), bytes()), 90);
    let address = format!("person{}@example.com", serial());
    let effects = Effects {
        password: Some("$argon2id$"),
        email: Some((&address, &address)),
        open: Some(&session),
        ..Effects::at(Millis(1))
    };
    accounts::change(db, scope, person, &effects, &act(db, "account.password"))
        .await
        .unwrap();
    let (id, hash) = (OneTimeId::new(db.now(), bytes()), unique("code"));
    let code = token(&id, &hash, &person.id);
    one_time::create(db, scope, &code, None).await.unwrap();
    let fresh = refresh(&unique("refresh"), &session.id, 2);
    assert!(
        refresh_tokens::exchange(db, scope, id.as_str(), &fresh)
            .await
            .unwrap()
    );
    let identity = Identity {
        provider: "google",
        issuer: "https://issuer.example",
        subject: &unique("subject"),
        email: None,
    };
    let user = &person.id;
    identities::link(
        db,
        scope,
        user,
        &address,
        &identity,
        &act(db, "account.link"),
    )
    .await
    .unwrap();
    let provider = SignInProvider {
        id: "acme".into(),
        name: "Acme".into(),
        issuer: "https://issuer.example".into(),
        client_id: "client".into(),
        sealed_secret: "sealed".into(),
        created_at: db.now(),
    };
    sign_in_providers::put(db, scope, &provider, &act(db, "provider.set"))
        .await
        .unwrap();
    outbox::add(db, &message(scope)).await.unwrap();
    let logo = StoredLogo {
        content_type: "image/png".into(),
        data: "AAAA".into(),
    };
    let key = PublishableKey::parse(scope.tenant()).unwrap();
    let now = projects::open_public(db, &key).await.unwrap().unwrap();
    logos::put(db, &now, Some((&logo, "0a1b")), &act(db, "logo.set"))
        .await
        .unwrap();
}

fn message(scope: &Scope) -> Message {
    Message {
        id: MessageId::new(Millis(1), bytes()),
        tenant: scope.tenant().clone(),
        kind: "mail",
        payload: "sealed".to_owned(),
        due_at: Millis(1),
        created_at: Millis(1),
    }
}

#[tokio::test]
async fn a_token_is_used_once_by_one_of_many() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let id = OneTimeId::new(db.now(), bytes());
    one_time::create(db, &scope, &token(&id, "a link", "user"), None)
        .await
        .unwrap();
    let tries = (0..20).map(|_| {
        let db = db.clone();
        tokio::spawn(
            async move { one_time::spend_link(&db, "exchange", "a link", Millis(5)).await },
        )
    });
    let mut got = 0;
    for one in tries.collect::<Vec<_>>() {
        got += usize::from(one.await.unwrap().unwrap().is_some());
    }
    assert_eq!(got, 1);
}

#[tokio::test]
async fn a_token_of_another_purpose_another_tenant_or_another_time_is_none() {
    let store = Store::new().await;
    let db = &store.db;
    let (mine, other) = (project(db).await.scope, project(db).await.scope);
    let id = OneTimeId::new(db.now(), bytes());
    one_time::create(db, &mine, &token(&id, "a link", "user"), None)
        .await
        .unwrap();
    let spent = one_time::spend_link(db, "provider", "a link", Millis(5)).await;
    assert!(spent.unwrap().is_none());
    let spent = one_time::spend_link(db, "exchange", "a link", Millis(100)).await;
    assert!(spent.unwrap().is_none());
    let found = one_time::find_by_flow(db, &other, "a link", Millis(5)).await;
    assert!(found.unwrap().is_none());
    let tried = one_time::try_code(db, &other, "a link", Millis(5)).await;
    assert!(tried.unwrap().is_none());
    // Codes of apps are never found as links of mails.
    let found = one_time::find_mailed(db, "a link", Millis(5)).await;
    assert!(found.unwrap().is_none());
}

#[tokio::test]
async fn a_hundred_tries_at_a_code_are_five() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let id = OneTimeId::new(db.now(), bytes());
    one_time::create(db, &scope, &token(&id, "a flow", "user"), None)
        .await
        .unwrap();
    let tries = (0..100).map(|_| {
        let (db, scope) = (db.clone(), scope.clone());
        tokio::spawn(async move { one_time::try_code(&db, &scope, "a flow", Millis(5)).await })
    });
    let mut allowed = 0;
    for one in tries.collect::<Vec<_>>() {
        allowed += i64::from(one.await.unwrap().unwrap().is_some());
    }
    assert_eq!(allowed, one_time::ATTEMPTS_MAX);
}

#[tokio::test]
async fn a_refresh_token_has_one_heir() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ann = customer(db, &scope, "ann").await;
    let session = SessionId::new(db.now(), bytes());
    sessions::create(db, &scope, &ann.id, &lasting(&session, 90))
        .await
        .unwrap();
    let id = OneTimeId::new(db.now(), bytes());
    one_time::create(db, &scope, &token(&id, "a code", &ann.id), None)
        .await
        .unwrap();
    let first = refresh("first", &session, 2);
    assert!(
        refresh_tokens::exchange(db, &scope, id.as_str(), &first)
            .await
            .unwrap()
    );
    let again = refresh("again", &session, 3);
    assert!(
        !refresh_tokens::exchange(db, &scope, id.as_str(), &again)
            .await
            .unwrap()
    );
    let tries = (0..10).map(|n| {
        let (db, scope, heir) = (
            db.clone(),
            scope.clone(),
            refresh(&format!("heir {n}"), &session, 4),
        );
        tokio::spawn(async move { refresh_tokens::rotate(&db, &scope, "first", &heir).await })
    });
    let mut heirs = 0;
    for one in tries.collect::<Vec<_>>() {
        heirs += usize::from(one.await.unwrap().unwrap());
    }
    assert_eq!(heirs, 1);
    assert_eq!(store.number("select count(*) from refresh_tokens").await, 2);
}

#[tokio::test]
async fn an_ended_session_gets_no_refresh_token_and_one_is_not_used_up_for_it() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ann = customer(db, &scope, "ann").await;
    let session = SessionId::new(db.now(), bytes());
    sessions::create(db, &scope, &ann.id, &lasting(&session, 90))
        .await
        .unwrap();
    sessions::revoke(db, &scope, &ann.id, None, Millis(3))
        .await
        .unwrap();
    let id = OneTimeId::new(db.now(), bytes());
    one_time::create(db, &scope, &token(&id, "a code", &ann.id), None)
        .await
        .unwrap();
    let fresh = refresh("fresh", &session, 4);
    assert!(
        !refresh_tokens::exchange(db, &scope, id.as_str(), &fresh)
            .await
            .unwrap()
    );
    assert!(
        refresh_tokens::find(db, &scope, "fresh")
            .await
            .unwrap()
            .is_none()
    );
    let code = one_time::find_exchange(db, &scope, "a code", Millis(5)).await;
    assert!(code.unwrap().is_some());
}

#[tokio::test]
async fn with_a_used_token_nothing_happens_at_all() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ann = customer(db, &scope, "ann").await;
    let id = OneTimeId::new(db.now(), bytes());
    one_time::create(db, &scope, &token(&id, "a link", &ann.id), None)
        .await
        .unwrap();
    let effects = |phc: &'static str| Effects {
        spend: Some(id.as_str()),
        password: Some(phc),
        verify: true,
        mails: vec![message(&scope)],
        ..Effects::at(Millis(5))
    };
    let record = || act(db, "account.reset");
    accounts::change(db, &scope, &ann, &effects("first"), &record())
        .await
        .unwrap();
    let again = accounts::change(db, &scope, &ann, &effects("second"), &record()).await;
    assert_eq!(again.unwrap_err().code(), Code::InvalidCode);
    let new = UserId::new(db.now(), bytes());
    let made = accounts::create(db, &scope, &new, &no_fields(), &effects("third"), &record()).await;
    assert_eq!(made.unwrap_err().code(), Code::InvalidCode);
    let phc = passwords::find(db, &scope, &ann.id).await.unwrap();
    assert_eq!(phc.as_deref(), Some("first"));
    assert_eq!(store.number("select count(*) from outbox").await, 1);
    assert_eq!(store.number("select count(*) from end_users").await, 1);
}

#[tokio::test]
async fn an_account_is_disowned_and_its_other_sessions_end() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    signed_in(db, &tenant, &ann).await;
    let kept = lasting(&SessionId::new(db.now(), bytes()), 90);
    let effects = Effects {
        disown: true,
        forget_tokens: true,
        end: End::All,
        open: Some(&kept),
        ..Effects::at(Millis(7))
    };
    accounts::change(db, scope, &ann, &effects, &act(db, "account.claim"))
        .await
        .unwrap();
    assert_eq!(passwords::find(db, scope, &ann.id).await.unwrap(), None);
    let living = sessions::find(db, scope, kept.id.as_str())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(living.revoked_at, None);
    let ended = store
        .number("select count(*) from sessions where revoked_at = 7")
        .await;
    assert_eq!(ended, 1);
}

#[tokio::test]
async fn a_taken_address_is_refused_and_the_token_stays_unused() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ann = customer(db, &scope, "ann").await;
    let fields = customers::Fields {
        email: Some(("bob@x.com".to_owned(), "bob@x.com".to_owned())),
        ..no_fields()
    };
    let bob = UserId::new(db.now(), bytes());
    accounts::create(
        db,
        &scope,
        &bob,
        &fields,
        &Effects::at(Millis(1)),
        &act(db, "account.create"),
    )
    .await
    .unwrap();
    let id = OneTimeId::new(db.now(), bytes());
    one_time::create(db, &scope, &token(&id, "a link", &ann.id), None)
        .await
        .unwrap();
    let effects = Effects {
        spend: Some(id.as_str()),
        email: Some(("Bob@x.com", "bob@x.com")),
        ..Effects::at(Millis(5))
    };
    let taken = accounts::change(db, &scope, &ann, &effects, &act(db, "account.email")).await;
    assert_eq!(taken.unwrap_err().code(), Code::EmailTaken);
    let found = one_time::find_exchange(db, &scope, "a link", Millis(5)).await;
    assert!(found.unwrap().is_some());
}
