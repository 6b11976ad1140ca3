//! Opening: what is not a whole database of ours is refused in words, and never replaced by an empty one.

use std::path::{Path, PathBuf};

use dream_domain::error::{Code, Error};
use dream_domain::period::PeriodKind;
use dream_domain::usage::Meter;
use dream_store::options::{Options, Place};
use dream_store::scope::Scope;
use dream_store::{Db, projects, usage};

use crate::clock::{Clock, NOON};
use crate::place::{Home, Store, on_postgres, only_postgres, only_sqlite};
use crate::sick_disk::Mount;
use crate::tenant::{Call, project};

const WHY: &str = "it has no file";
const PAGE: usize = 4096;

async fn open(file: &Path) -> Result<Db, Error> {
    let place = Place::Sqlite(file.to_owned());
    Db::open(&place, Clock::at(NOON).clocks(), &Options::default()).await
}

/// Expects a refusal that says `words`, and that the file is what it was.
async fn refused(file: &Path, words: &str) {
    let before = std::fs::read(file).ok();
    let error = open(file).await.err().unwrap();
    assert_eq!(error.code(), Code::StorageUnavailable, "{error:?}");
    assert!(error.detail().contains(words), "{}", error.detail());
    let after = std::fs::read(file).ok();
    assert!(after == before, "a refused file is not touched");
}

/// A folder with a closed database that holds something.
async fn closed() -> (tempfile::TempDir, PathBuf, Scope) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dream.db");
    let db = open(&file).await.unwrap();
    let scope = project(&db).await.scope;
    Call::by("ann").taken(&db, &scope).await;
    db.close().await;
    let wal = folder.path().join("dream.db-wal");
    assert!(!wal.exists(), "a closed database is one whole file");
    (folder, file, scope)
}

#[tokio::test]
async fn an_emptied_file_is_refused() {
    if !only_sqlite(WHY) {
        return;
    }
    let (_folder, file, _) = closed().await;
    std::fs::write(&file, "").unwrap();
    refused(&file, "is empty").await;
}

#[tokio::test]
async fn a_file_of_something_else_is_refused() {
    if !only_sqlite(WHY) {
        return;
    }
    let (folder, ..) = closed().await;
    let garbage = folder.path().join("garbage.db");
    std::fs::write(
        &garbage,
        b"no database, but long enough to look at".repeat(500),
    )
    .unwrap();
    refused(&garbage, "damaged").await;
    let foreign = folder.path().join("foreign.db");
    let other = rusqlite::Connection::open(&foreign).unwrap();
    other
        .execute_batch("create table notes (id integer primary key, text text)")
        .unwrap();
    drop(other);
    refused(&foreign, "not made by dream-api").await;
    refused(folder.path(), "is a folder").await;
}

/// Looks at everything in a damaged file: each look fails or tells the truth, and nothing looks new.
async fn fails_or_tells_the_truth(file: &Path, scope: &Scope, what: &str) {
    let db = match open(file).await {
        Ok(db) => db,
        Err(error) => {
            assert_eq!(error.code(), Code::StorageUnavailable, "{what}");
            return;
        }
    };
    if let Ok(all) = projects::list_all(&db).await {
        let found: Vec<_> = all.iter().map(|tenant| &tenant.scope).collect();
        assert_eq!(found, [scope], "{what}");
    }
    let (ann, meter) = ("ann".into(), Meter::requests());
    if let Ok((count, _)) = usage::read(&db, scope, &ann, &meter, PeriodKind::Month).await {
        assert_eq!(count.used, 1, "{what}");
    }
    db.close().await;
}

#[tokio::test]
async fn a_file_that_was_cut_is_never_taken_for_a_whole_one() {
    if !only_sqlite(WHY) {
        return;
    }
    let (_folder, file, scope) = closed().await;
    let whole = std::fs::read(&file).unwrap();
    let pages = (1..whole.len() / PAGE).map(|pages| pages * PAGE);
    for length in [1, 100, 4095].into_iter().chain(pages) {
        std::fs::write(&file, &whole[..length]).unwrap();
        fails_or_tells_the_truth(&file, &scope, &format!("cut to {length} bytes")).await;
    }
    std::fs::write(&file, &whole[..100]).unwrap();
    refused(&file, "is cut short").await;
}

#[tokio::test]
async fn a_file_with_a_destroyed_page_is_never_taken_for_a_whole_one() {
    if !only_sqlite(WHY) {
        return;
    }
    let (_folder, file, scope) = closed().await;
    let whole = std::fs::read(&file).unwrap();
    for page in 0..whole.len() / PAGE {
        let mut bytes = whole.clone();
        bytes[page * PAGE..(page + 1) * PAGE].fill(0xa5);
        std::fs::write(&file, bytes).unwrap();
        fails_or_tells_the_truth(&file, &scope, &format!("page {page} destroyed")).await;
    }
    std::fs::write(&file, vec![0xa5; whole.len()]).unwrap();
    refused(&file, "damaged").await;
}

#[tokio::test]
async fn a_missing_file_whose_log_is_there_is_refused() {
    if !only_sqlite(WHY) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dream.db");
    std::fs::write(folder.path().join("dream.db-wal"), "the log of a lost file").unwrap();
    refused(&file, "is missing").await;
    assert!(!file.exists());
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let store = Store::new().await;
    store.db.close().await;
    let version =
        "insert into schema_migrations (version, name, applied_at) values (9999, 'later', 0)";
    store.change_tables(version).await;
    let error = store.second().await.err().unwrap();
    assert_eq!(error.code(), Code::StorageUnavailable);
    assert!(
        error.detail().contains("9999") && error.detail().contains("newer"),
        "{}",
        error.detail()
    );
}

#[tokio::test]
async fn an_owned_file_is_refused_and_its_owner_named() {
    if !only_sqlite("many processes may share it") {
        return;
    }
    let mut store = Store::new().await;
    let error = store.second().await.err().unwrap();
    assert_eq!(error.code(), Code::StorageUnavailable);
    let owner = format!("process {}", std::process::id());
    assert!(error.detail().contains(&owner), "{}", error.detail());
    store.reopen().await;
}

#[tokio::test]
async fn a_read_only_folder_is_refused() {
    if !only_sqlite(WHY) {
        return;
    }
    let Some(disk) = Mount::new(4096) else { return };
    let file = disk.path().join("dream.db");
    open(&file).await.unwrap().close().await;
    disk.becomes_read_only();
    let error = open(&file).await.err().unwrap();
    assert_eq!(error.code(), Code::StorageUnavailable);
    assert!(
        error.detail().contains("Cannot write"),
        "{}",
        error.detail()
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_or_an_address_that_is_none_is_told_apart() {
    if !only_postgres("it has no server") {
        return;
    }
    let open = async |url: &str| {
        let place = Place::Postgres(url.to_owned());
        Db::open(&place, Clock::at(NOON).clocks(), &Options::default())
            .await
            .err()
            .unwrap()
    };
    let away = open("postgres://nobody@127.0.0.1:9/nothing?sslmode=disable").await;
    assert_eq!(away.code(), Code::StorageUnavailable);
    assert_eq!(open("postgres//oops").await.code(), Code::InvalidValue);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_starts_at_once_on_a_fresh_server_migrate_once() {
    if !only_postgres("a SQLite file belongs to one process") {
        return;
    }
    let (clock, options) = (Clock::at(NOON), Options::default());
    for _ in 0..3 {
        let home = Home::make().await;
        let start = || home.open(&clock, &options);
        let (a, b, c) = tokio::join!(start(), start(), start());
        for db in [a, b, c] {
            db.unwrap().close().await;
        }
    }
}

#[tokio::test]
async fn after_close_everything_is_refused_and_nothing_waits_for_ever() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let call = Call::by("ann");
    let take = call.take(&scope, crate::tenant::judge(db, &scope, "ann").await);
    db.close().await;
    let limit = std::time::Duration::from_mins(2);
    let (taken, written) = tokio::time::timeout(limit, async {
        (
            db.take(take).await,
            dream_store::settings::put(db, "a", "b").await,
        )
    })
    .await
    .unwrap();
    assert_eq!(taken.unwrap_err().code(), Code::ShuttingDown);
    let code = written.unwrap_err().code();
    let expected = if on_postgres() {
        Code::StorageUnavailable
    } else {
        Code::ShuttingDown
    };
    assert_eq!(code, expected);
    db.close().await;
}
