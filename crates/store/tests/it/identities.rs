//! Identities of other providers: whose account they open, and what a claim takes away.

use dream_domain::error::{Code, Result};
use dream_domain::id::{OneTimeId, SessionId, UserId};
use dream_domain::time::Millis;
use dream_store::customers::{self, Customer, Fields};
use dream_store::identities::{self, Identity, Owner};
use dream_store::one_time::{self, NewToken};
use dream_store::scope::Scope;
use dream_store::sessions::{self, NewSession};
use dream_store::{Db, passwords};

use crate::place::Store;
use crate::tenant::{act, bytes, create, no_fields, project};

const ISSUER: &str = "https://id.example.com";
const EMAIL: &str = "ada@example.com";

fn acme(subject: &str) -> Identity<'_> {
    Identity {
        provider: "acme",
        issuer: ISSUER,
        subject,
        email: Some(EMAIL),
    }
}

fn fields() -> Fields {
    Fields {
        email: Some((EMAIL.to_owned(), EMAIL.to_owned())),
        ..no_fields()
    }
}

/// An account with this identity.
async fn make(db: &Db, scope: &Scope, verified: bool, subject: &str) -> Result<UserId> {
    let id = UserId::new(db.now(), bytes());
    let act = act(db, "account.create");
    identities::create(db, scope, &id, &fields(), verified, &acme(subject), &act).await?;
    Ok(id)
}

async fn link(db: &Db, scope: &Scope, user: &str, identity: &Identity<'_>) -> Result<()> {
    let act = act(db, "account.link");
    identities::link(db, scope, user, EMAIL, identity, &act).await
}

async fn claim(db: &Db, scope: &Scope, user: &str, subject: &str) -> Result<()> {
    let owner = Owner {
        email_folded: EMAIL,
        first_name: Some("Ada"),
        last_name: None,
    };
    let act = act(db, "account.claim");
    identities::claim(db, scope, user, &owner, &acme(subject), Millis(5), &act).await
}

async fn owner(db: &Db, scope: &Scope, identity: &Identity<'_>) -> Option<String> {
    let found = identities::find(db, scope, identity).await.unwrap();
    found.map(|user| user.to_string())
}

async fn read(db: &Db, scope: &Scope, user: &str) -> Customer {
    let found = customers::find(db, scope, user).await.unwrap();
    found.unwrap()
}

/// An account that someone made with a password and never showed to be theirs, signed in once, with a
/// pending mail.
struct Squat {
    user: Customer,
    session: SessionId,
}

impl Squat {
    async fn on(db: &Db, scope: &Scope) -> Self {
        let fields = Fields {
            first_name: Some("Mallory".to_owned()),
            phc: Some("$argon2id$squatter".to_owned()),
            ..fields()
        };
        let user = create(db, scope, &fields).await.unwrap();
        let session = SessionId::new(db.now(), bytes());
        let new = NewSession {
            id: session.clone(),
            created_at: Millis(1),
            expires_at: Millis(9),
            cookie_hash: Some("cookie".to_owned()),
            user_agent: None,
        };
        sessions::create(db, scope, &user.id, &new).await.unwrap();
        let token = NewToken {
            id: &OneTimeId::new(db.now(), bytes()),
            purpose: "verify_email",
            user: Some(&user.id),
            email_folded: Some(EMAIL),
            link_hash: Some("link"),
            flow_hash: Some("flow"),
            code_hash: None,
            payload: "sealed",
            created_at: Millis(1),
            expires_at: Millis(9),
        };
        one_time::create(db, scope, &token, None).await.unwrap();
        Self { user, session }
    }
}

#[tokio::test]
async fn an_account_is_made_with_its_identity_or_not_at_all() {
    let store = Store::new().await;
    let db = &store.db;
    let (mine, other) = (project(db).await.scope, project(db).await.scope);
    let ada = make(db, &mine, true, "1").await.unwrap();
    assert_eq!(
        owner(db, &mine, &acme("1")).await.as_deref(),
        Some(ada.as_str())
    );
    assert!(read(db, &mine, ada.as_str()).await.email_verified);
    // The same address again, and the same identity again.
    let again = make(db, &mine, true, "2").await;
    assert_eq!(again.unwrap_err().code(), Code::EmailTaken);
    assert_eq!(owner(db, &mine, &acme("2")).await, None);
    let id = UserId::new(db.now(), bytes());
    let act = act(db, "account.create");
    let taken = identities::create(db, &mine, &id, &no_fields(), true, &acme("1"), &act).await;
    assert_eq!(taken.unwrap_err().code(), Code::Conflict);
    assert!(
        customers::find(db, &mine, id.as_str())
            .await
            .unwrap()
            .is_none()
    );
    // Another tenant knows nothing of it and has its own.
    assert_eq!(owner(db, &other, &acme("1")).await, None);
    make(db, &other, false, "1").await.unwrap();
}

#[tokio::test]
async fn an_identity_is_one_of_provider_issuer_and_subject() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    make(db, &scope, true, "1").await.unwrap();
    let elsewhere = Identity {
        issuer: "https://other.example.com",
        ..acme("1")
    };
    let renamed = Identity {
        provider: "acme2",
        ..acme("1")
    };
    for other in [elsewhere, renamed, acme("2"), acme("")] {
        assert_eq!(owner(db, &scope, &other).await, None);
    }
}

#[tokio::test]
async fn only_a_verified_address_is_linked_and_one_person_of_an_issuer() {
    let store = Store::new().await;
    let db = &store.db;
    let (scope, other) = (project(db).await.scope, project(db).await.scope);
    let ada = create(db, &scope, &fields()).await.unwrap();
    let unverified = link(db, &scope, &ada.id, &acme("1")).await;
    assert_eq!(unverified.unwrap_err().code(), Code::Conflict);
    let note = act(db, "account.verify");
    identities::verify(db, &scope, &ada.id, EMAIL, &note)
        .await
        .unwrap();
    assert!(link(db, &other, &ada.id, &acme("1")).await.is_err());
    link(db, &scope, &ada.id, &acme("1")).await.unwrap();
    // A second person of the same issuer, even under another name of it (cases ACC-13).
    let second = Identity {
        provider: "acme2",
        ..acme("2")
    };
    for identity in [acme("2"), second] {
        let refused = link(db, &scope, &ada.id, &identity).await;
        assert_eq!(refused.unwrap_err().code(), Code::Conflict);
    }
    let elsewhere = Identity {
        provider: "google",
        issuer: "https://id.example.com.evil.example",
        ..acme("2")
    };
    link(db, &scope, &ada.id, &elsewhere).await.unwrap();
    let linked = identities::list(db, &scope, &ada.id).await.unwrap();
    let linked: Vec<_> = linked
        .iter()
        .map(|one| (&*one.provider, &*one.issuer, one.email.as_deref()))
        .collect();
    assert_eq!(
        linked,
        [
            ("acme", ISSUER, Some(EMAIL)),
            ("google", "https://id.example.com.evil.example", Some(EMAIL))
        ]
    );
    assert!(
        identities::list(db, &other, &ada.id)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_claim_takes_everything_from_the_squatter() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let Squat { user, session } = Squat::on(db, &scope).await;
    let slot = db.versions().user_slot(scope.tenant(), &user.id);
    let seen = db.versions().get(slot);
    claim(db, &scope, &user.id, "ada").await.unwrap();
    let now = read(db, &scope, &user.id).await;
    assert!(now.email_verified && now.version > user.version);
    assert_ne!(db.versions().get(slot), seen);
    assert_eq!(now.first_name.as_deref(), Some("Ada"));
    assert!(
        passwords::find(db, &scope, &user.id)
            .await
            .unwrap()
            .is_none()
    );
    let ended = sessions::find(db, &scope, session.as_str()).await.unwrap();
    assert_eq!(ended.unwrap().revoked_at, Some(Millis(5)));
    let pending = one_time::find_mailed(db, "link", Millis(2)).await.unwrap();
    assert!(pending.is_none());
    assert_eq!(
        owner(db, &scope, &acme("ada")).await.as_deref(),
        Some(&*user.id)
    );
    // What was verified once is not claimed again.
    let again = claim(db, &scope, &user.id, "eve").await;
    assert_eq!(again.unwrap_err().code(), Code::Conflict);
    assert_eq!(owner(db, &scope, &acme("eve")).await, None);
}

#[tokio::test]
async fn a_claim_takes_identities_of_the_squatter_too() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let squat = make(db, &scope, false, "mallory").await.unwrap();
    claim(db, &scope, squat.as_str(), "ada").await.unwrap();
    assert_eq!(owner(db, &scope, &acme("mallory")).await, None);
    assert_eq!(
        owner(db, &scope, &acme("ada")).await.as_deref(),
        Some(squat.as_str())
    );
}

#[tokio::test]
async fn a_claim_that_cannot_be_finished_changes_nothing() {
    let store = Store::new().await;
    let db = &store.db;
    let (scope, other) = (project(db).await.scope, project(db).await.scope);
    let Squat { user, session } = Squat::on(db, &scope).await;
    let bob = Fields {
        email: Some(("bob@example.com".to_owned(), "bob@example.com".to_owned())),
        ..no_fields()
    };
    let id = UserId::new(db.now(), bytes());
    let note = act(db, "account.create");
    identities::create(db, &scope, &id, &bob, true, &acme("bob"), &note)
        .await
        .unwrap();
    // The identity has an account already; another tenant's scope; another address.
    assert!(claim(db, &scope, &user.id, "bob").await.is_err());
    assert!(claim(db, &other, &user.id, "ada").await.is_err());
    let owner_of_other = Owner {
        email_folded: "eve@example.com",
        first_name: None,
        last_name: None,
    };
    let (eve, note) = (acme("eve"), act(db, "account.claim"));
    let wrong = identities::claim(
        db,
        &scope,
        &user.id,
        &owner_of_other,
        &eve,
        Millis(5),
        &note,
    );
    assert_eq!(wrong.await.unwrap_err().code(), Code::Conflict);
    assert_eq!(read(db, &scope, &user.id).await, user);
    assert!(
        passwords::find(db, &scope, &user.id)
            .await
            .unwrap()
            .is_some()
    );
    let living = sessions::find(db, &scope, session.as_str()).await.unwrap();
    assert_eq!(living.unwrap().revoked_at, None);
}

#[tokio::test]
async fn of_many_claims_and_sign_ups_at_once_one_succeeds() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let mut making = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (db, scope) = (db.clone(), scope.clone());
        making.spawn(async move { make(&db, &scope, false, "1").await.is_ok() });
    }
    let made = making.join_all().await.into_iter().filter(|done| *done);
    assert_eq!(made.count(), 1);
    let user = customers::find_by_email(db, &scope, EMAIL)
        .await
        .unwrap()
        .unwrap();
    let mut claiming = tokio::task::JoinSet::new();
    for number in 0..10 {
        let (db, scope, user) = (db.clone(), scope.clone(), user.id.clone());
        claiming.spawn(async move {
            let subject = format!("claimant-{number}");
            claim(&db, &scope, &user, &subject).await.is_ok()
        });
    }
    let claimed = claiming.join_all().await.into_iter().filter(|done| *done);
    assert_eq!(claimed.count(), 1);
    assert_eq!(
        identities::list(db, &scope, &user.id).await.unwrap().len(),
        1
    );
}

#[tokio::test]
async fn the_last_way_to_sign_in_stays() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ada = make(db, &scope, true, "1").await.unwrap();
    let unlink = async |provider: &str| {
        let note = act(db, "account.unlink");
        identities::unlink(db, &scope, ada.as_str(), provider, &note).await
    };
    assert_eq!(unlink("acme").await.unwrap_err().code(), Code::Conflict);
    let google = Identity {
        provider: "google",
        issuer: "https://accounts.google.com",
        ..acme("g")
    };
    link(db, &scope, ada.as_str(), &google).await.unwrap();
    unlink("acme").await.unwrap();
    assert_eq!(unlink("google").await.unwrap_err().code(), Code::Conflict);
    assert_eq!(owner(db, &scope, &acme("1")).await, None);
    assert!(owner(db, &scope, &google).await.is_some());
}

#[tokio::test]
async fn a_deleted_customer_takes_identities_along() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ada = make(db, &scope, true, "1").await.unwrap();
    let customer = read(db, &scope, ada.as_str()).await;
    let note = act(db, "customer.delete");
    customers::delete(db, &scope, &customer, &[], &note)
        .await
        .unwrap();
    assert_eq!(owner(db, &scope, &acme("1")).await, None);
    make(db, &scope, true, "1").await.unwrap();
}
