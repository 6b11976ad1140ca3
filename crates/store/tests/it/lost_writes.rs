//! Durable means power loss: every write that no sync followed is thrown away at the kill (rules 17).

use std::path::Path;
use std::time::Duration;

use crate::child::{CALLERS, Child, Disk, Role, keys_of};
use crate::crash::{reopen, resend};
use crate::lossy_vfs::durable_image;
use crate::place::{Store, only_sqlite};
use crate::tenant::{Call, project};

const WHY: &str = "the disk that loses writes stands below SQLite";

fn rounds() -> u64 {
    if std::env::var_os("DREAM_TEST_LONG").is_some() {
        60
    } else {
        8
    }
}

/// Counts in a child on such a disk, kills it, and puts in place what the disk kept.
fn lose_power(
    store: &Store,
    tenant: &str,
    role: Role,
    disk: Disk,
    prefix: &str,
    time: Duration,
) -> Vec<String> {
    let file = store.file();
    let mut child = Child::start(&file, tenant, role, disk, prefix);
    child.wait_for(1, time);
    let told = child.kill();
    for suffix in ["", "-wal", "-journal"] {
        let real = with_suffix(&file, suffix);
        let image = durable_image(&real);
        let _ = std::fs::remove_file(&real);
        if image.exists() {
            std::fs::rename(&image, &real).unwrap();
        }
    }
    let _ = std::fs::remove_file(with_suffix(&file, "-shm"));
    told
}

fn with_suffix(file: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

async fn no_acknowledged_call_is_lost(disk: Disk) {
    let mut store = Store::new().await;
    let tenant = project(&store.db).await.scope.tenant().clone();
    let (mut before, mut acknowledged) = (0, 0);
    for round in 0..rounds() {
        store.db.close().await;
        // Long enough, now and then, for checkpoints to write the main file too.
        let time = Duration::from_millis(if round % 4 == 3 {
            1500
        } else {
            20 + 37 * (round % 4)
        });
        let told = lose_power(&store, &tenant, Role::Plain, disk, "p", time);
        let told = i64::try_from(told.len()).unwrap();
        let scope = reopen(&mut store, &tenant).await;
        let counted = Call::by("ann").used(&store.db, &scope).await - before;
        assert!(
            counted >= told,
            "round {round}: {told} acknowledged, {counted} counted"
        );
        assert!(
            counted <= told + CALLERS,
            "round {round}: {told} acknowledged, {counted} counted"
        );
        let sound = "pragma integrity_check";
        assert_eq!(store.look(sound).await, [["ok"]], "round {round}");
        before += counted;
        acknowledged += told;
    }
    println!("{acknowledged} acknowledged, none lost");
}

#[tokio::test]
async fn power_loss_loses_no_acknowledged_call() {
    if only_sqlite(WHY) {
        no_acknowledged_call_is_lost(Disk::Lossy).await;
    }
}

#[tokio::test]
async fn power_loss_that_keeps_some_unsynced_writes_loses_no_acknowledged_call() {
    if only_sqlite(WHY) {
        no_acknowledged_call_is_lost(Disk::Shuffling).await;
    }
}

#[tokio::test]
async fn after_power_loss_every_acknowledged_key_replays_and_each_key_counts_once() {
    if !only_sqlite(WHY) {
        return;
    }
    let mut store = Store::new().await;
    let tenant = project(&store.db).await.scope.tenant().clone();
    let mut distinct = 0;
    for round in 0..rounds() {
        store.db.close().await;
        let prefix = format!("r{round}");
        let time = Duration::from_millis(10 + 29 * (round % 5));
        let told = lose_power(&store, &tenant, Role::Keyed, Disk::Lossy, &prefix, time);
        let scope = reopen(&mut store, &tenant).await;
        resend(&store, &scope, &prefix, &told).await;
        distinct += i64::try_from(keys_of(&prefix, &told).len()).unwrap();
        assert_eq!(
            Call::by("ann").used(&store.db, &scope).await,
            distinct,
            "round {round}"
        );
    }
}

#[tokio::test]
async fn a_disk_that_never_syncs_loses_acknowledged_calls_so_the_others_can_fail() {
    if !only_sqlite(WHY) {
        return;
    }
    let mut store = Store::new().await;
    let tenant = project(&store.db).await.scope.tenant().clone();
    store.db.close().await;
    let time = Duration::from_millis(100);
    let told = lose_power(&store, &tenant, Role::Plain, Disk::Deaf, "p", time);
    let scope = reopen(&mut store, &tenant).await;
    let counted = Call::by("ann").used(&store.db, &scope).await;
    assert!(
        counted < i64::try_from(told.len()).unwrap(),
        "{} acknowledged, {counted} counted",
        told.len()
    );
}
