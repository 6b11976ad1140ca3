//! A disk that is full, read-only or failing: nothing is counted, reads go on, and it recovers by itself.

use std::path::Path;
use std::process::{Command, Stdio};

use dream_domain::error::Code;
use dream_store::meter::Verdict;
use dream_store::options::{Options, Place};
use dream_store::scope::Scope;
use dream_store::{Db, customers};
use tokio::task::JoinSet;

use crate::clock::{Clock, NOON};
use crate::lossy_vfs::{self, Health, Keeps};
use crate::place::{Store, only_sqlite};
use crate::tenant::{Call, create, judge, no_fields, project};

const ALONE: &str = "DREAM_TEST_ALONE";

/// A disk that falls sick is the disk of the whole process: runs the test in one of its own.
fn in_a_process_of_its_own(test: &str) -> bool {
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(ALONE, "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&child.stdout),
        String::from_utf8_lossy(&child.stderr),
    );
    assert!(
        child.status.success() && out.contains("1 passed"),
        "{out}\n{err}"
    );
    false
}

/// Sends calls at once; how many were counted. All others are told that nothing was changed.
async fn counted(db: &Db, scope: &Scope, call: &Call, calls: usize) -> i64 {
    let mut running = JoinSet::new();
    let seen = judge(db, scope, call.subject()).await;
    for _ in 0..calls {
        let (db, take) = (db.clone(), call.take(scope, seen));
        running.spawn(async move { db.take(take).await });
    }
    let mut taken = 0;
    for answer in running.join_all().await {
        match answer {
            Ok(Verdict::Taken(_)) => taken += 1,
            Ok(other) => panic!("{other:?}"),
            Err(error) => assert_eq!(error.code(), Code::StorageUnavailable, "{error:?}"),
        }
    }
    taken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_disk_is_sick_nothing_is_counted_and_when_it_is_well_all_goes_on() {
    let name =
        "sick_disk::while_the_disk_is_sick_nothing_is_counted_and_when_it_is_well_all_goes_on";
    if !only_sqlite("its own disk is its server's") || !in_a_process_of_its_own(name) {
        return;
    }
    lossy_vfs::register(Keeps::Nothing);
    let mut store = Store::new().await;
    let scope = project(&store.db).await.scope;
    let call = Call::by("ann");
    assert_eq!(counted(&store.db, &scope, &call, 5).await, 5);
    let mut used = 5;
    let words = [
        (Health::Full, "full"),
        (Health::ReadOnly, "cannot be written"),
        (Health::SyncFails, "cannot be reached"),
    ];
    for (round, (health, word)) in words.into_iter().enumerate() {
        let db = &store.db;
        lossy_vfs::falls(health);
        assert_eq!(counted(db, &scope, &call, 50).await, 0);
        let keyed = call.clone().key(&format!("k{round}"), "b");
        let told = keyed.send(db, &scope).await.unwrap_err();
        assert!(told.detail().contains(word), "{}", told.detail());
        let refused = create(db, &scope, &no_fields()).await.unwrap_err();
        assert_eq!(refused.code(), Code::StorageUnavailable);
        assert!(db.fold().await.is_err());
        assert_eq!(call.used(db, &scope).await, used, "reads go on");
        let listed = customers::list(db, &scope, &customers::Filter::default(), 9)
            .await
            .unwrap();
        assert_eq!(listed.len(), round, "reads of tables too");
        lossy_vfs::falls(Health::Well);
        assert_eq!(counted(db, &scope, &call, 20).await, 20);
        assert!(
            !keyed.taken(db, &scope).await.replayed,
            "a failed call leaves its key free"
        );
        used += 21;
        assert_eq!(call.used(db, &scope).await, used);
        create(db, &scope, &no_fields()).await.unwrap();
    }
    store.db.fold().await.unwrap();
    store.reopen().await;
    assert_eq!(call.used(&store.db, &scope).await, used);
    for table in ["usage_counts", "usage_days where user_id = ''"] {
        let sum = format!("select cast(sum(used) as bigint) from {table}");
        assert_eq!(store.number(&sum).await, used, "{table}");
    }
}

/// A small file system in memory, unmounted when dropped.
pub(crate) struct Mount(tempfile::TempDir);

impl Mount {
    /// None, with the reason on the output, where this process may not mount.
    pub(crate) fn new(size_kib: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={size_kib}k");
        let done = mount(&["-t", "tmpfs", "-o", &size, "dream-test"], folder.path());
        if !done {
            println!("skipped: this process may not mount a file system");
        }
        done.then_some(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn becomes_read_only(&self) {
        assert!(mount(&["-o", "remount,ro"], self.path()));
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

fn mount(arguments: &[&str], folder: &Path) -> bool {
    let mut command = Command::new("mount");
    command.args(arguments).arg(folder).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_file_system_calls_are_refused_until_there_is_room_again() {
    if !only_sqlite("its own disk is its server's") {
        return;
    }
    let Some(disk) = Mount::new(4096) else { return };
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![0; 1 << 20]).unwrap();
    let place = Place::Sqlite(disk.path().join("dream.db"));
    let clock = Clock::at(NOON);
    let options = Options::default();
    let db = Db::open(&place, clock.clocks(), &options).await.unwrap();
    let scope = project(&db).await.scope;
    let call = Call::by("ann");
    let mut used = 0;
    for _ in 0..5000 {
        let taken = counted(&db, &scope, &call, 8).await;
        used += taken;
        if taken < 8 {
            break;
        }
    }
    let told = call.send(&db, &scope).await.unwrap_err();
    assert!(told.detail().contains("full"), "{}", told.detail());
    assert_eq!(
        call.used(&db, &scope).await,
        used,
        "reads go on, and nothing refused was counted"
    );
    assert!(
        customers::list(&db, &scope, &customers::Filter::default(), 9)
            .await
            .unwrap()
            .is_empty()
    );
    std::fs::remove_file(ballast).unwrap();
    assert_eq!(
        counted(&db, &scope, &call, 40).await,
        40,
        "without being opened again"
    );
    db.close().await;
    let db = Db::open(&place, clock.clocks(), &options).await.unwrap();
    assert_eq!(call.used(&db, &scope).await, used + 40);
    db.close().await;
}
