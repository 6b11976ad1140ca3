//! Children of the crash tests: this binary again, counting until it is killed, and what they told.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child as Process, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use dream_domain::key::PublishableKey;
use dream_store::Db;
use dream_store::meter::Verdict;
use dream_store::options::{Options, Place};
use dream_store::projects;

use crate::clock::{Clock, NOON};
use crate::lossy_vfs;
use crate::tenant::{Call, judge};

/// The callers of a child; each has at most one call that it was not told about.
pub(crate) const CALLERS: i64 = 24;

const ROLE: &str = "DREAM_TEST_CHILD";
const FILE: &str = "DREAM_TEST_CHILD_FILE";
const TENANT: &str = "DREAM_TEST_CHILD_TENANT";
const PREFIX: &str = "DREAM_TEST_CHILD_PREFIX";
const DISK: &str = "DREAM_TEST_CHILD_DISK";

/// What a child counts.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Role {
    Plain,
    Keyed,
}

/// What becomes of a child's writes when it is killed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Disk {
    /// All of them stay, as the page cache keeps them.
    Whole,
    /// What was not synced is gone.
    Lossy,
    /// What was not synced is gone, but for some of it.
    Shuffling,
    /// Nothing is ever synced.
    Deaf,
}

/// A running child. Dropping it kills it.
pub(crate) struct Child {
    process: Process,
    lines: Option<JoinHandle<Vec<String>>>,
    told: Arc<AtomicI64>,
}

impl Child {
    /// Starts a child on a file that nobody has open. Its keys begin with `prefix`.
    pub(crate) fn start(file: &Path, tenant: &str, role: Role, disk: Disk, prefix: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child::counts_until_it_is_killed", "--nocapture"])
            .env(
                ROLE,
                if role == Role::Keyed {
                    "keyed"
                } else {
                    "plain"
                },
            )
            .env(FILE, file)
            .env(TENANT, tenant)
            .env(PREFIX, prefix)
            .env(DISK, disk.name())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let output = process.stdout.take().unwrap();
        let told = Arc::new(AtomicI64::new(0));
        let counter = told.clone();
        let lines = std::thread::spawn(move || read(output, &counter));
        Self {
            process,
            lines: Some(lines),
            told,
        }
    }

    /// Waits until it was told of that many calls, and a little more.
    pub(crate) fn wait_for(&mut self, calls: i64, more: Duration) {
        while self.told.load(Ordering::Relaxed) < calls {
            assert!(
                self.process.try_wait().unwrap().is_none(),
                "the child ended by itself"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(more);
    }

    /// Kills it; what its calls were told.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.lines.take().unwrap().join().unwrap()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Disk {
    fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Lossy => "lossy",
            Self::Shuffling => "shuffling",
            Self::Deaf => "deaf",
        }
    }
}

/// The lines that tell of a call, to the end; a line cut by the kill tells nothing.
fn read(output: impl Read, told: &AtomicI64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut reader = BufReader::new(output);
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap_or(0) > 0 {
        if let Some(call) = line
            .strip_prefix("told ")
            .and_then(|l| l.strip_suffix('\n'))
        {
            lines.push(call.to_owned());
            told.fetch_add(1, Ordering::Relaxed);
        }
        line.clear();
    }
    lines
}

/// The keys that the callers of a child used, told of or not, in the order of each caller.
pub(crate) fn keys_of(prefix: &str, told: &[String]) -> Vec<String> {
    let told: HashSet<&str> = told.iter().map(|l| l.split(' ').next().unwrap()).collect();
    let mut keys = Vec::new();
    for caller in 0..CALLERS {
        for n in 0.. {
            let key = format!("{prefix}-{caller}-{n}");
            let was_told = told.contains(&*key);
            keys.push(key);
            if !was_told {
                break;
            }
        }
    }
    keys
}

/// The call that a child sends under a key.
pub(crate) fn keyed(key: &str) -> Call {
    Call::by("ann").key(key, "body")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_until_it_is_killed() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let variable = |name| std::env::var(name).unwrap();
    match variable(DISK).as_str() {
        "whole" => {}
        "lossy" => lossy_vfs::register(lossy_vfs::Keeps::Nothing),
        "shuffling" => lossy_vfs::register(lossy_vfs::Keeps::Some),
        "deaf" => lossy_vfs::register(lossy_vfs::Keeps::NothingEver),
        other => panic!("no disk is called {other}"),
    }
    let options = Options {
        fold_every: Duration::from_millis(20),
        ..Options::default()
    };
    let place = Place::Sqlite(variable(FILE).into());
    let db = Db::open(&place, Clock::at(NOON).clocks(), &options)
        .await
        .unwrap();
    let key = PublishableKey::parse(&variable(TENANT)).unwrap();
    let scope = projects::open_public(&db, &key)
        .await
        .unwrap()
        .unwrap()
        .scope;
    let seen = judge(&db, &scope, "ann").await;
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        let (db, scope, prefix) = (db.clone(), scope.clone(), variable(PREFIX));
        let is_keyed = role == "keyed";
        callers.spawn(async move {
            for n in 0.. {
                let key = format!("{prefix}-{caller}-{n}");
                let call = if is_keyed {
                    keyed(&key)
                } else {
                    Call::by("ann")
                };
                match db.take(call.take(&scope, seen)).await.unwrap() {
                    Verdict::Taken(tally) => println!("told {key} {}", tally.count.used),
                    other => panic!("{other:?}"),
                }
            }
        });
    }
    callers.join_all().await;
}
