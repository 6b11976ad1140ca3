//! Sign-in providers of a project.

use dream_domain::error::{Code, Result};
use dream_store::Db;
use dream_store::projects::Tenant;
use dream_store::sign_in_providers::{self, PROVIDERS_MAX, SignInProvider};

use crate::place::Store;
use crate::tenant::{act, project};

const ISSUER: &str = "https://id.example.com";

fn provider(db: &Db, id: &str, issuer: &str) -> SignInProvider {
    SignInProvider {
        id: id.into(),
        name: id.to_uppercase().into(),
        issuer: issuer.into(),
        client_id: "client".into(),
        sealed_secret: "sealed".into(),
        created_at: db.now(),
    }
}

async fn put(db: &Db, tenant: &Tenant, id: &str, issuer: &str) -> Result<()> {
    let (provider, note) = (provider(db, id, issuer), act(db, "provider.set"));
    sign_in_providers::put(db, &tenant.scope, &provider, &note).await
}

#[tokio::test]
async fn providers_are_set_replaced_and_taken_away_per_tenant() {
    let store = Store::new().await;
    let db = &store.db;
    let (mine, other) = (project(db).await, project(db).await);
    put(db, &mine, "acme", ISSUER).await.unwrap();
    put(db, &mine, "zeta", ISSUER).await.unwrap();
    put(db, &mine, "acme", "https://new.example.com")
        .await
        .unwrap();
    let list = sign_in_providers::list(db, &mine.scope).await.unwrap();
    let list: Vec<_> = list.iter().map(|one| (&*one.id, &*one.issuer)).collect();
    assert_eq!(
        list,
        [("acme", "https://new.example.com"), ("zeta", ISSUER)]
    );
    assert!(
        sign_in_providers::list(db, &other.scope)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        sign_in_providers::find(db, &other.scope, "acme")
            .await
            .unwrap()
            .is_none()
    );
    let delete = async |tenant: &Tenant| {
        let note = act(db, "provider.delete");
        sign_in_providers::delete(db, &tenant.scope, "acme", &note).await
    };
    assert_eq!(
        delete(&other).await.unwrap_err().code(),
        Code::ProviderNotFound
    );
    delete(&mine).await.unwrap();
    assert_eq!(
        delete(&mine).await.unwrap_err().code(),
        Code::ProviderNotFound
    );
}

#[tokio::test]
async fn a_project_has_only_so_many_providers() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    for number in 0..PROVIDERS_MAX {
        put(db, &tenant, &format!("p{number:02}"), ISSUER)
            .await
            .unwrap();
    }
    let more = put(db, &tenant, "more", ISSUER).await;
    assert_eq!(more.unwrap_err().code(), Code::InvalidValue);
    put(db, &tenant, "p00", "https://new.example.com")
        .await
        .unwrap();
}
