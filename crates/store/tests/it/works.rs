//! Work on projects: one at a time for a project, in one pair of hands.

use dream_domain::error::Code;
use dream_domain::id::WorkId;
use dream_domain::time::Millis;
use dream_store::Db;
use dream_store::projects::Tenant;
use dream_store::works::{self, Failure, Held, Holder, Kind, NewWork, Work};

use crate::place::Store;
use crate::tenant::project;

const NOW: Millis = Millis(1_000_000);

async fn start(db: &Db, tenant: &Tenant, kind: Kind, tag: u8) -> Result<Work, Code> {
    let new = NewWork {
        id: WorkId::new(NOW, [tag; 10]),
        kind,
        scope: &tenant.scope,
        project_name: &tenant.name,
        detail: "{}",
        now: NOW,
    };
    let started = works::start(db, &new).await;
    started.map_err(|error| error.code())
}

/// What a process takes at a moment, for ten milliseconds.
async fn take(db: &Db, name: &str, is_alone: bool, at: i64) -> Vec<Work> {
    let (holder, now) = (Holder { name, is_alone }, NOW.plus(at));
    works::claim(db, holder, now, now.plus(10)).await.unwrap()
}

fn held<'a>(work: &'a Work, holder: &'a str, at: i64) -> Held<'a> {
    Held {
        id: &work.id,
        holder,
        done: 2,
        total: 5,
        now: NOW.plus(at),
    }
}

#[tokio::test]
async fn who_asks_again_joins_and_something_else_waits() {
    let store = Store::new().await;
    let db = &store.db;
    let (one, other) = (project(db).await, project(db).await);
    let first = start(db, &one, Kind::Reset, 1).await.unwrap();
    let joined = start(db, &one, Kind::Reset, 2).await.unwrap();
    assert_eq!(first.id, joined.id);
    let busy = start(db, &one, Kind::DeleteProject, 3).await;
    assert_eq!(busy.err(), Some(Code::Conflict));
    let beside = start(db, &other, Kind::DeleteProject, 4).await.unwrap();
    assert_ne!(first.id, beside.id);
}

#[tokio::test]
async fn work_has_one_holder_until_it_falls_silent() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    start(db, &tenant, Kind::Reset, 1).await.unwrap();
    let work = take(db, "a", false, 0).await.remove(0);
    assert!(take(db, "b", false, 9).await.is_empty());
    assert!(
        works::keep(db, held(&work, "a", 9), NOW.plus(19))
            .await
            .unwrap()
    );
    assert!(take(db, "b", false, 18).await.is_empty());
    let taken = take(db, "b", false, 19).await.remove(0);
    assert_eq!((taken.done, taken.total), (2, 5));
    assert!(
        !works::keep(db, held(&work, "a", 20), NOW.plus(30))
            .await
            .unwrap()
    );
    // What the first one says of it now counts for nothing.
    works::done(db, held(&work, "a", 20), "{}").await.unwrap();
    assert_eq!(
        works::find(db, &work.id).await.unwrap().unwrap().answer,
        None
    );
    // Alone on a database, others are known to be dead.
    assert_eq!(take(db, "c", true, 20).await.len(), 1);
    assert!(take(db, "c", true, 21).await.is_empty());
    works::release(db, "c").await.unwrap();
    assert_eq!(take(db, "d", false, 22).await.len(), 1);
}

#[tokio::test]
async fn what_failed_waits_and_gives_way() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let platform = tenant.scope.platform();
    start(db, &tenant, Kind::Reset, 1).await.unwrap();
    let work = take(db, "a", false, 0).await.remove(0);
    let failure = Failure {
        code: "stripe_unavailable",
        words: "It did not answer",
        due_at: Some(NOW.plus(100)),
    };
    works::failed(db, held(&work, "a", 1), failure)
        .await
        .unwrap();
    assert!(take(db, "a", false, 99).await.is_empty());
    let waiting = works::list(db, platform, NOW).await.unwrap().remove(0);
    assert_eq!(waiting.error.unwrap().0.as_ref(), "stripe_unavailable");
    assert_eq!((waiting.failures, waiting.finished_at), (1, None));
    let other = start(db, &tenant, Kind::DeleteProject, 2).await.unwrap();
    assert_eq!(works::list(db, platform, NOW).await.unwrap().len(), 1);
    assert_eq!(take(db, "a", false, 2).await[0].id, other.id);
    works::done(db, held(&other, "a", 3), "{\"modes\":1}")
        .await
        .unwrap();
    let ended = works::find(db, &other.id).await.unwrap().unwrap();
    assert_eq!(ended.finished_at, Some(NOW.plus(3)));
    assert_eq!(ended.answer.as_deref(), Some("{\"modes\":1}"));
    works::expire(db, NOW.plus(3)).await.unwrap();
    assert_eq!(works::list(db, platform, NOW).await.unwrap().len(), 1);
    works::expire(db, NOW.plus(4)).await.unwrap();
    assert!(works::list(db, platform, NOW).await.unwrap().is_empty());
}
