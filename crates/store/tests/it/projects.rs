//! Platforms, projects and tenants.

use dream_domain::error::Code;
use dream_domain::key::{Mode, PublishableKey, SecretKey};
use dream_domain::project::{EmailVerification, Kind};
use dream_store::projects::{self, NewProject, ProjectSettings};

use crate::place::Store;
use crate::tenant::{
    act, create, new_key, no_fields, platform_id, project, project_of, random, tier,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_first_visits_of_a_developer_make_one_platform() {
    let store = Store::new().await;
    let db = &store.db;
    let visits = (0..20).map(|_| {
        let (db, fresh) = (db.clone(), platform_id(db));
        tokio::spawn(async move {
            projects::ensure_platform(&db, "user_a", &fresh, db.now())
                .await
                .unwrap()
        })
    });
    let mut made = Vec::new();
    for visit in visits.collect::<Vec<_>>() {
        made.push(visit.await.unwrap());
    }
    made.dedup();
    assert_eq!(made.len(), 1);
    assert_eq!(
        projects::platform_of(db, "user_a").await.unwrap().as_ref(),
        made.first()
    );
    assert_eq!(projects::platform_of(db, "user_b").await.unwrap(), None);
    assert_eq!(store.number("select count(*) from platforms").await, 1);
}

#[tokio::test]
async fn a_project_reads_back_as_it_was_made() {
    let store = Store::new().await;
    let db = &store.db;
    let platform = platform_id(db);
    let (test, _) = project_of(db, &platform, Mode::Test).await;
    assert_eq!(
        (&*test.name, test.kind, test.generation),
        ("Notes", Kind::Saas, 1)
    );
    assert_eq!(
        (test.scope.platform(), test.scope.mode()),
        (&platform, Mode::Test)
    );
    assert_eq!(test.created_at, db.now());
    assert_eq!(test.settings, ProjectSettings::default());
    let names: Vec<_> = test.tiers.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["free", "pro"]);
    let made = tier(db, "free", 0, 5);
    let read = &test.tiers[0];
    assert_eq!(
        (&read.limits, &read.features, read.price),
        (&made.limits, &made.features, made.price)
    );
    let unknown = PublishableKey::generate(Mode::Test, &mut random);
    assert!(projects::open_public(db, &unknown).await.unwrap().is_none());
    assert_eq!(
        projects::generation(db, unknown.as_str()).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn a_project_opens_only_for_its_own_platform() {
    let store = Store::new().await;
    let db = &store.db;
    let (mine, other) = (platform_id(db), platform_id(db));
    let (tenant, _) = project_of(db, &mine, Mode::Live).await;
    project_of(db, &other, Mode::Live).await;
    let key = PublishableKey::parse(tenant.scope.tenant()).unwrap();
    assert!(
        projects::open_owned(db, &mine, &key)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        projects::open_owned(db, &other, &key)
            .await
            .unwrap()
            .is_none()
    );
    let of_mine = projects::list(db, &mine).await.unwrap();
    assert_eq!(of_mine.len(), 1);
    assert_eq!(of_mine[0].scope, tenant.scope);
    assert_eq!(projects::list_all(db).await.unwrap().len(), 2);
}

#[tokio::test]
async fn test_mode_is_listed_before_live_and_both_belong_to_one_project() {
    let store = Store::new().await;
    let db = &store.db;
    let platform = platform_id(db);
    let (live, _) = project_of(db, &platform, Mode::Live).await;
    let test = NewProject {
        id: live.scope.project().clone(),
        platform: platform.clone(),
        name: "Notes".to_owned(),
        kind: Kind::Saas,
        publishable_key: PublishableKey::generate(Mode::Test, &mut random),
        key: None,
        tiers: Vec::new(),
        settings: ProjectSettings::default(),
    };
    let again = projects::create(db, &test, &act(db, "project.create")).await;
    assert_eq!(
        again.unwrap_err().code(),
        Code::Conflict,
        "a project id is taken once"
    );
    assert_eq!(
        projects::list(db, &platform).await.unwrap().len(),
        1,
        "nothing of the refused one stayed"
    );
}

#[tokio::test]
async fn a_project_with_a_taken_key_leaves_nothing_behind() {
    let store = Store::new().await;
    let db = &store.db;
    let secret = SecretKey::generate(Mode::Test, &mut random);
    let new = |key: &SecretKey| NewProject {
        id: dream_domain::id::ProjectId::new(db.now(), crate::tenant::bytes()),
        platform: platform_id(db),
        name: "Twice".to_owned(),
        kind: Kind::Store,
        publishable_key: PublishableKey::generate(Mode::Test, &mut random),
        key: Some(new_key(db, key)),
        tiers: vec![tier(db, "free", 0, 5)],
        settings: ProjectSettings::default(),
    };
    projects::create(db, &new(&secret), &act(db, "project.create"))
        .await
        .unwrap();
    let twice = projects::create(db, &new(&secret), &act(db, "project.create")).await;
    assert_eq!(twice.unwrap_err().code(), Code::Conflict);
    for table in ["projects", "tenants", "api_keys", "tiers", "audit_log"] {
        assert_eq!(
            store.number(&format!("select count(*) from {table}")).await,
            1,
            "{table}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_projects_at_once_are_one() {
    let store = Store::new().await;
    let db = &store.db;
    let fresh = platform_id(db);
    let platform = projects::ensure_platform(db, "user_a", &fresh, db.now())
        .await
        .unwrap();
    let tries = (0..12).map(|_| {
        let secret = SecretKey::generate(Mode::Test, &mut random);
        let new = NewProject {
            id: dream_domain::id::ProjectId::new(db.now(), crate::tenant::bytes()),
            platform: platform.clone(),
            name: "First".to_owned(),
            kind: Kind::Saas,
            publishable_key: PublishableKey::generate(Mode::Test, &mut random),
            key: Some(new_key(db, &secret)),
            tiers: vec![tier(db, "free", 0, 5)],
            settings: ProjectSettings::default(),
        };
        let db = db.clone();
        tokio::spawn(async move {
            projects::create_first(&db, &new, &act(&db, "project.create"))
                .await
                .unwrap()
        })
    });
    let mut made = 0;
    for one in tries.collect::<Vec<_>>() {
        made += i64::from(one.await.unwrap());
    }
    assert_eq!(made, 1);
    for table in ["projects", "tenants", "api_keys", "tiers", "audit_log"] {
        let count = format!("select count(*) from {table}");
        assert_eq!(store.number(&count).await, 1, "{table}");
    }
}

#[tokio::test]
async fn settings_of_an_older_release_read_with_their_defaults() {
    let store = Store::new().await;
    let tenant = project(&store.db).await;
    let old = r#"{"redirectOrigins":["https://a.example"],"upgradeUrl":null,"perUserPerMinute":7,"hideInventory":true}"#;
    store
        .change_tables(&format!("update tenants set settings = '{old}'"))
        .await;
    let key = PublishableKey::parse(tenant.scope.tenant()).unwrap();
    let read = projects::open_public(&store.db, &key).await.unwrap();
    let read = read.unwrap();
    let expected = ProjectSettings {
        redirect_origins: vec!["https://a.example".to_owned()],
        per_user_per_minute: Some(7),
        hide_inventory: true,
        ..ProjectSettings::default()
    };
    assert_eq!(read.settings, expected);
    assert_eq!(read.email_verification(), EmailVerification::Later);
    assert!(read.legacy_token());
    assert_eq!(read.logo_url(), None);
}

#[tokio::test]
async fn settings_written_over_a_newer_state_are_refused() {
    let store = Store::new().await;
    let db = &store.db;
    let before = project(db).await;
    let key = PublishableKey::parse(before.scope.tenant()).unwrap();
    let settings = ProjectSettings {
        upgrade_url: Some("https://example.com/up".to_owned()),
        ..ProjectSettings::default()
    };
    projects::put_settings(db, &before, &settings, &act(db, "project.settings"))
        .await
        .unwrap();
    let after = projects::open_public(db, &key).await.unwrap().unwrap();
    assert_eq!(
        (after.settings, after.generation),
        (settings, before.generation + 1)
    );
    let late = projects::put_settings(
        db,
        &before,
        &ProjectSettings::default(),
        &act(db, "project.settings"),
    )
    .await;
    assert_eq!(late.unwrap_err().code(), Code::Conflict);
    assert_eq!(
        projects::generation(db, before.scope.tenant())
            .await
            .unwrap(),
        Some(before.generation + 1)
    );
}

#[tokio::test]
async fn a_new_name_and_the_number_of_customers_are_read_back() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    projects::rename(db, &tenant, "Sheets", &act(db, "project.rename"))
        .await
        .unwrap();
    let key = PublishableKey::parse(tenant.scope.tenant()).unwrap();
    let renamed = projects::open_public(db, &key).await.unwrap().unwrap();
    assert_eq!(
        (&*renamed.name, renamed.generation),
        ("Sheets", tenant.generation + 1)
    );
    assert_eq!(
        projects::count_customers(db, &tenant.scope).await.unwrap(),
        0
    );
    create(db, &tenant.scope, &no_fields()).await.unwrap();
    create(db, &project(db).await.scope, &no_fields())
        .await
        .unwrap();
    assert_eq!(
        projects::count_customers(db, &tenant.scope).await.unwrap(),
        1
    );
}
