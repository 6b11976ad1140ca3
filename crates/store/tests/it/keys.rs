//! Secret keys: made, found by hash, revoked, rotated.

use dream_domain::error::Code;
use dream_domain::key::{Mode, SecretKey};
use dream_domain::time::Millis;
use dream_store::keys::{self, Others};
use dream_store::projects;

use crate::clock::machine_now;
use crate::place::Store;
use crate::tenant::{act, new_key, platform_id, project, project_of, random};

#[tokio::test]
async fn a_key_opens_its_own_tenant_and_no_other() {
    let store = Store::new().await;
    let db = &store.db;
    let (mine, secret) = project_of(db, &platform_id(db), Mode::Test).await;
    project(db).await;
    let opened = projects::open_secret(db, &secret.hash(), machine_now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(opened.tenant.scope, mine.scope);
    assert_eq!(opened.expires_at, None);
    let unknown = SecretKey::generate(Mode::Test, &mut random);
    assert!(
        projects::open_secret(db, &unknown.hash(), machine_now())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn regenerating_kills_the_old_key_at_once() {
    let store = Store::new().await;
    let db = &store.db;
    let (tenant, old) = project_of(db, &platform_id(db), Mode::Live).await;
    let fresh = SecretKey::generate(Mode::Live, &mut random);
    let generation = tenant.generation;
    let slot = db.versions().tenant_slot(tenant.scope.tenant());
    let seen = db.versions().get(slot);
    keys::add(
        db,
        &tenant.scope,
        &new_key(db, &fresh),
        Others::Revoke,
        &act(db, "key.regenerate"),
    )
    .await
    .unwrap();
    assert!(
        projects::open_secret(db, &old.hash(), machine_now())
            .await
            .unwrap()
            .is_none()
    );
    let opened = projects::open_secret(db, &fresh.hash(), machine_now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(opened.tenant.generation, generation + 1);
    assert_ne!(
        db.versions().get(slot),
        seen,
        "what was cached under the old key is stale"
    );
    let all = keys::list(db, &tenant.scope).await.unwrap();
    let status: Vec<_> = all.iter().map(|key| &*key.status).collect();
    assert_eq!(all.len(), 2);
    assert!(
        status.contains(&"active") && status.contains(&"revoked"),
        "{status:?}"
    );
}

#[tokio::test]
async fn several_keys_live_side_by_side_until_one_is_revoked() {
    let store = Store::new().await;
    let db = &store.db;
    let (tenant, first) = project_of(db, &platform_id(db), Mode::Test).await;
    let second = SecretKey::generate(Mode::Test, &mut random);
    let new = new_key(db, &second);
    keys::add(
        db,
        &tenant.scope,
        &new,
        Others::Keep,
        &act(db, "key.create"),
    )
    .await
    .unwrap();
    for key in [&first, &second] {
        assert!(
            projects::open_secret(db, &key.hash(), machine_now())
                .await
                .unwrap()
                .is_some()
        );
    }
    assert_eq!(
        keys::tenant_of(db, new.id.as_str()).await.unwrap().as_ref(),
        Some(tenant.scope.tenant())
    );
    keys::revoke(db, &tenant.scope, new.id.as_str(), &act(db, "key.revoke"))
        .await
        .unwrap();
    assert!(
        projects::open_secret(db, &second.hash(), machine_now())
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        projects::open_secret(db, &first.hash(), machine_now())
            .await
            .unwrap()
            .is_some()
    );
    let again = keys::revoke(db, &tenant.scope, new.id.as_str(), &act(db, "key.revoke")).await;
    assert_eq!(again.unwrap_err().code(), Code::KeyNotFound);
}

#[tokio::test]
async fn the_key_of_another_tenant_cannot_be_revoked() {
    let store = Store::new().await;
    let db = &store.db;
    let (mine, other) = (project(db).await, project(db).await);
    let target = keys::list(db, &other.scope).await.unwrap().remove(0);
    let tried = keys::revoke(db, &mine.scope, &target.id, &act(db, "key.revoke")).await;
    assert_eq!(tried.unwrap_err().code(), Code::KeyNotFound);
    assert_eq!(
        &*keys::list(db, &other.scope).await.unwrap()[0].status,
        "active"
    );
    assert_eq!(
        store
            .number("select count(*) from audit_log where action = 'key.revoke'")
            .await,
        0
    );
}

#[tokio::test]
async fn a_rotated_key_ends_when_its_overlap_is_over() {
    let store = Store::new().await;
    let db = &store.db;
    let (tenant, old) = project_of(db, &platform_id(db), Mode::Test).await;
    let fresh = SecretKey::generate(Mode::Test, &mut random);
    let end = machine_now().plus(60_000);
    keys::add(
        db,
        &tenant.scope,
        &new_key(db, &fresh),
        Others::ExpireAt(end),
        &act(db, "key.rotate"),
    )
    .await
    .unwrap();
    let before_end = projects::open_secret(db, &old.hash(), end.plus(-1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(before_end.expires_at, Some(end));
    assert!(
        projects::open_secret(db, &old.hash(), end)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        projects::open_secret(db, &fresh.hash(), end)
            .await
            .unwrap()
            .unwrap()
            .expires_at,
        None
    );
    let third = SecretKey::generate(Mode::Test, &mut random);
    let later = Others::ExpireAt(end.plus(60_000));
    keys::add(
        db,
        &tenant.scope,
        &new_key(db, &third),
        later,
        &act(db, "key.rotate"),
    )
    .await
    .unwrap();
    assert!(
        projects::open_secret(db, &old.hash(), end)
            .await
            .unwrap()
            .is_none(),
        "a second rotation must not revive it"
    );
}

#[tokio::test]
async fn the_last_use_of_a_key_is_kept() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let key = keys::list(db, &tenant.scope).await.unwrap().remove(0);
    assert_eq!(key.last_used_at, None);
    keys::used(db, &[(key.id.clone(), Millis(77))])
        .await
        .unwrap();
    let used = keys::list(db, &tenant.scope).await.unwrap().remove(0);
    assert_eq!(
        (used.last_used_at, used.created_at, &*used.label),
        (Some(Millis(77)), db.now(), "server")
    );
}
