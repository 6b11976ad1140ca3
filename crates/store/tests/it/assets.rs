//! Pictures and the objects that hold them: nothing is lost, and nothing stays behind.

use dream_domain::error::Code;
use dream_domain::key::{Mode, PublishableKey, SecretKey};
use dream_domain::time::Millis;
use dream_store::assets::{self, Added, Asset};
use dream_store::projects::{self, NewMode, ProjectSettings};
use dream_store::scope::Scope;

use crate::clock::machine_now;
use crate::place::Store;
use crate::tenant::{act, new_key, project, random};

const HOUR: i64 = 3_600_000;

fn asset(key: &str, object: &str) -> Asset {
    Asset {
        key: key.into(),
        object: object.into(),
        content_type: "image/png".into(),
        bytes: 70,
        width: 2,
        height: 1,
    }
}

async fn put(store: &Store, scope: &Scope, asset: &Asset) -> Added {
    let (now, due) = (machine_now(), machine_now().plus(HOUR));
    assets::announce(&store.db, scope, &asset.object, due)
        .await
        .unwrap();
    assets::add(&store.db, scope, asset, due, now)
        .await
        .unwrap()
}

/// Leaves a picture with a tenant.
pub(crate) async fn one(store: &Store, scope: &Scope) {
    let name = format!("{}/1.png", scope.tenant());
    put(store, scope, &asset(&name, &name)).await;
}

/// The objects that are removed at this time.
async fn removed(store: &Store, at: Millis) -> Vec<String> {
    let due = assets::claim(&store.db, at, at.plus(HOUR), 100)
        .await
        .unwrap();
    for object in &due {
        assets::removed(&store.db, object).await.unwrap();
    }
    due.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_picture_is_found_by_its_tenant_and_shown_to_anyone() {
    let store = Store::new().await;
    let db = &store.db;
    let (mine, other) = (project(db).await.scope, project(db).await.scope);
    let picture = asset("a.png", "pk/1.png");
    assert_eq!(put(&store, &mine, &picture).await, Added::New);
    let found = assets::find(db, &mine, "a.png").await.unwrap();
    assert_eq!(found.as_ref(), Some(&picture));
    assert_eq!(assets::find(db, &other, "a.png").await.unwrap(), None);
    assert_eq!(assets::shown(db, "a.png").await.unwrap(), Some(picture));
    assert_eq!(assets::shown(db, "b.png").await.unwrap(), None);
    assert!(
        removed(&store, machine_now().plus(9 * HOUR))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn the_same_picture_twice_is_one_and_the_second_object_goes() {
    let store = Store::new().await;
    let scope = project(&store.db).await.scope;
    put(&store, &scope, &asset("a.png", "pk/1.png")).await;
    let again = put(&store, &scope, &asset("a.png", "pk/2.png")).await;
    assert_eq!(again, Added::Known);
    let kept = assets::shown(&store.db, "a.png").await.unwrap().unwrap();
    assert_eq!(&*kept.object, "pk/1.png");
    assert!(removed(&store, machine_now()).await.is_empty());
    let late = machine_now().plus(2 * HOUR);
    assert_eq!(removed(&store, late).await, ["pk/2.png"]);
    assert!(removed(&store, late.plus(9 * HOUR)).await.is_empty());
}

#[tokio::test]
async fn an_object_whose_removal_has_begun_is_not_named_any_more() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let (now, due) = (machine_now(), machine_now().plus(HOUR));
    assets::announce(db, &scope, "pk/1.png", due).await.unwrap();
    let claimed = assets::claim(db, due, due.plus(HOUR), 9).await.unwrap();
    assert_eq!(claimed.len(), 1);
    let again = assets::claim(db, due, due.plus(HOUR), 9).await.unwrap();
    assert!(again.is_empty(), "one claimer only");
    let late = assets::add(db, &scope, &asset("a.png", "pk/1.png"), due, now).await;
    assert_eq!(late.unwrap_err().code(), Code::Conflict);
    assert_eq!(assets::shown(db, "a.png").await.unwrap(), None);
    // Whoever claimed it died: another one removes it.
    assert_eq!(removed(&store, due.plus(HOUR)).await, ["pk/1.png"]);
}

#[tokio::test]
async fn a_deleted_project_takes_its_pictures_with_it_and_no_others() {
    let store = Store::new().await;
    let db = &store.db;
    let (gone, other) = (project(db).await, project(db).await);
    put(&store, &gone.scope, &asset("a.png", "gone/1.png")).await;
    put(&store, &gone.scope, &asset("b.png", "gone/2.png")).await;
    put(&store, &other.scope, &asset("c.png", "other/1.png")).await;
    projects::delete(db, std::slice::from_ref(&gone), &act(db, "project.delete"))
        .await
        .unwrap();
    assert_eq!(assets::shown(db, "a.png").await.unwrap(), None);
    assert!(assets::shown(db, "c.png").await.unwrap().is_some());
    let at = machine_now();
    assert_eq!(removed(&store, at).await, ["gone/1.png", "gone/2.png"]);
    // A picture that arrives late finds nobody; its object is removed when its time has come.
    let due = at.plus(HOUR);
    let late = assets::announce(db, &gone.scope, "gone/3.png", due).await;
    assert!(late.is_err());
    let late = assets::add(db, &gone.scope, &asset("d.png", "gone/3.png"), due, at).await;
    assert!(late.is_err());
    assert_eq!(store.number("select count(*) from assets").await, 1);
    assert_eq!(store.number("select count(*) from asset_removals").await, 0);
}

#[tokio::test]
async fn when_one_mode_goes_the_other_keeps_the_pictures() {
    let store = Store::new().await;
    let db = &store.db;
    let test = project(db).await;
    put(&store, &test.scope, &asset("a.png", "test/1.png")).await;
    let publishable_key = PublishableKey::generate(Mode::Live, &mut random);
    let live = NewMode {
        publishable_key: publishable_key.clone(),
        key: new_key(db, &SecretKey::generate(Mode::Live, &mut random)),
        tiers: Vec::new(),
        settings: ProjectSettings::default(),
        messages: Vec::new(),
    };
    projects::promote(db, &test.scope, &live, &act(db, "project.promote"))
        .await
        .unwrap();
    projects::delete_mode(db, &test, &act(db, "project.delete_mode"))
        .await
        .unwrap();
    let live = projects::open_public(db, &publishable_key).await.unwrap();
    let live = live.unwrap();
    let kept = assets::find(db, &live.scope, "a.png").await.unwrap();
    assert_eq!(&*kept.unwrap().object, "test/1.png");
    projects::delete(db, std::slice::from_ref(&live), &act(db, "project.delete"))
        .await
        .unwrap();
    assert_eq!(removed(&store, machine_now()).await, ["test/1.png"]);
}
