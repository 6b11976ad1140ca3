//! Backup while it works, and restore while nothing does.

use std::path::PathBuf;

use dream_domain::error::Code;
use dream_store::options::{Options, Place};
use dream_store::{Db, restore};

use crate::place::{Store, only_postgres, only_sqlite};
use crate::tenant::{Call, customer, project};

const WHY: &str = "pg_dump does that";

async fn open(store: &Store, file: PathBuf) -> Db {
    let place = Place::Sqlite(file);
    Db::open(&place, store.clock.clocks(), &Options::default())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_backup_holds_what_was_acknowledged_before_it() {
    if !only_sqlite(WHY) {
        return;
    }
    let store = Store::never_folding().await;
    let scope = project(&store.db).await.scope;
    let ann = customer(&store.db, &scope, "ann").await;
    let call = Call::by(&ann.id).key("k", "b").amount(7);
    call.taken(&store.db, &scope).await;
    let copy = store.file().with_file_name("copy.db");
    store.db.backup(copy.clone()).await.unwrap();
    Call::by(&ann.id).taken(&store.db, &scope).await;
    let db = open(&store, copy.clone()).await;
    assert_eq!(call.used(&db, &scope).await, 7);
    assert!(call.taken(&db, &scope).await.replayed);
    db.close().await;
    let twice = store.db.backup(copy).await.unwrap_err();
    assert_eq!(twice.code(), Code::InvalidValue);
}

#[tokio::test]
async fn a_restore_puts_the_backup_in_place_and_keeps_the_old_file() {
    if !only_sqlite(WHY) {
        return;
    }
    let mut store = Store::new().await;
    let scope = project(&store.db).await.scope;
    let call = Call::by("ann");
    call.taken(&store.db, &scope).await;
    let copy = store.file().with_file_name("copy.db");
    store.db.backup(copy.clone()).await.unwrap();
    call.taken(&store.db, &scope).await;
    let in_use = restore(&copy, &store.file()).unwrap_err();
    assert!(in_use.detail().contains("in use"), "{}", in_use.detail());
    store.db.close().await;
    let kept = restore(&copy, &store.file()).unwrap().unwrap();
    store.db = store.second().await.unwrap();
    assert_eq!(call.used(&store.db, &scope).await, 1);
    let old = open(&store, kept).await;
    assert_eq!(call.used(&old, &scope).await, 2);
    old.close().await;
}

#[tokio::test]
async fn a_damaged_or_foreign_backup_changes_nothing() {
    if !only_sqlite(WHY) {
        return;
    }
    let mut store = Store::new().await;
    let scope = project(&store.db).await.scope;
    Call::by("ann").taken(&store.db, &scope).await;
    let copy = store.file().with_file_name("copy.db");
    store.db.backup(copy.clone()).await.unwrap();
    store.db.close().await;
    let mut bytes = std::fs::read(&copy).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xa5);
    let damaged = store.file().with_file_name("damaged.db");
    std::fs::write(&damaged, bytes).unwrap();
    let foreign = store.file().with_file_name("foreign.db");
    rusqlite::Connection::open(&foreign)
        .unwrap()
        .execute_batch("create table a (b text)")
        .unwrap();
    let missing = store.file().with_file_name("missing.db");
    for bad in [&damaged, &foreign, &missing] {
        let error = restore(bad, &store.file()).unwrap_err();
        assert_eq!(error.code(), Code::StorageUnavailable, "{error:?}");
    }
    store.db = store.second().await.unwrap();
    assert_eq!(Call::by("ann").used(&store.db, &scope).await, 1);
}

#[tokio::test]
async fn a_server_says_how_it_is_backed_up() {
    if !only_postgres("its backup is a copy of the file") {
        return;
    }
    let store = Store::new().await;
    let error = store.db.backup("copy.db".into()).await.unwrap_err();
    assert!(error.detail().contains("pg_dump"), "{}", error.detail());
}
