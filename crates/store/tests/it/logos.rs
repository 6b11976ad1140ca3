//! The picture of a project and the settings that name it change together.

use dream_domain::error::Code;
use dream_domain::key::PublishableKey;
use dream_store::Db;
use dream_store::logos::{self, StoredLogo};
use dream_store::projects::{self, Tenant};

use crate::place::Store;
use crate::tenant::{act, project};

fn png(data: &str) -> StoredLogo {
    StoredLogo {
        content_type: "image/png".into(),
        data: data.into(),
    }
}

async fn now(db: &Db, tenant: &Tenant) -> Tenant {
    let key = PublishableKey::parse(tenant.scope.tenant()).unwrap();
    projects::open_public(db, &key).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_picture_is_put_replaced_and_taken_away_with_its_version() {
    let store = Store::new().await;
    let db = &store.db;
    let mut tenant = project(db).await;
    let other = project(db).await;
    assert_eq!(logos::find(db, &tenant.scope).await.unwrap(), None);
    for (data, version) in [("AAAA", "0a"), ("BBBB", "0b")] {
        let logo = png(data);
        logos::put(
            db,
            &tenant,
            Some((&logo, version)),
            &act(db, "project.logo"),
        )
        .await
        .unwrap();
        tenant = now(db, &tenant).await;
        assert_eq!(logos::find(db, &tenant.scope).await.unwrap(), Some(logo));
        let url = format!("/auth/logo/{}?v={version}", tenant.scope.tenant());
        assert_eq!(tenant.logo_url(), Some(url));
    }
    assert_eq!(logos::find(db, &other.scope).await.unwrap(), None);
    logos::put(db, &tenant, None, &act(db, "project.logo"))
        .await
        .unwrap();
    assert_eq!(logos::find(db, &tenant.scope).await.unwrap(), None);
    assert_eq!(now(db, &tenant).await.logo_url(), None);
}

#[tokio::test]
async fn a_picture_put_over_a_newer_state_is_refused() {
    let store = Store::new().await;
    let db = &store.db;
    let before = project(db).await;
    let put = async |data: &str, version: &str| {
        let logo = png(data);
        logos::put(
            db,
            &before,
            Some((&logo, version)),
            &act(db, "project.logo"),
        )
        .await
    };
    put("AAAA", "0a").await.unwrap();
    let late = put("BBBB", "0b").await;
    assert_eq!(late.unwrap_err().code(), Code::Conflict);
    let stored = logos::find(db, &before.scope).await.unwrap();
    assert_eq!(stored, Some(png("AAAA")));
}

#[tokio::test]
async fn a_deleted_project_leaves_no_picture() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let logo = png("AAAA");
    logos::put(db, &tenant, Some((&logo, "0a")), &act(db, "project.logo"))
        .await
        .unwrap();
    let before = now(db, &tenant).await;
    projects::delete(
        db,
        std::slice::from_ref(&tenant),
        &act(db, "project.delete"),
    )
    .await
    .unwrap();
    assert_eq!(store.number("select count(*) from logos").await, 0);
    let late = logos::put(db, &before, Some((&logo, "0a")), &act(db, "project.logo")).await;
    assert_eq!(late.unwrap_err().code(), Code::Conflict);
    assert_eq!(store.number("select count(*) from logos").await, 0);
}
