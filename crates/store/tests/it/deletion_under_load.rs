//! Deleting while calls run, in this process and in others: what is deleted stays so.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use dream_store::meter::Verdict;
use dream_store::scope::Scope;
use dream_store::{Db, customers, projects};
use tokio::task::JoinSet;

use crate::deletion::traces;
use crate::place::{Store, on_postgres};
use crate::tenant::{Call, act, customer, judge, project};

/// How many calls each caller sends at most; a caller who gets that far was never told that he is stale.
const CALLS_MAX: usize = 3000;

/// Callers who go on until what they were judged by has changed.
struct Callers {
    running: JoinSet<(i64, bool)>,
    taken: Arc<AtomicI64>,
}

impl Callers {
    fn start(handles: &[Db], scope: &Scope, users: &[Arc<str>]) -> Self {
        let mut running = JoinSet::new();
        let all = Arc::new(AtomicI64::new(0));
        for (caller, user) in users.iter().cycle().take(12).enumerate() {
            let db = handles[caller % handles.len()].clone();
            let (scope, user, all) = (scope.clone(), user.clone(), all.clone());
            running.spawn(async move {
                let mut taken = 0;
                let seen = judge(&db, &scope, &user).await;
                for n in 0..CALLS_MAX {
                    let take = call(&user, caller, n).take(&scope, seen);
                    match db.take(take).await.unwrap() {
                        Verdict::Taken(_) => {
                            taken += 1;
                            all.fetch_add(1, Ordering::Relaxed);
                        }
                        Verdict::Stale => return (taken, true),
                        other => panic!("{other:?}"),
                    }
                }
                (taken, false)
            });
        }
        Self {
            running,
            taken: all,
        }
    }

    /// Waits until they have counted some, and a little more.
    async fn count_on(&self, more: Duration) {
        while self.taken.load(Ordering::Relaxed) < 30 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(more).await;
    }

    /// How many calls were counted, once all callers have been told that they are stale.
    async fn end(self) -> i64 {
        let ended = self.running.join_all().await;
        let stale = ended.iter().filter(|(_, stale)| *stale).count();
        assert_eq!(stale, ended.len(), "callers were told that they are stale");
        ended.iter().map(|(taken, _)| taken).sum()
    }
}

/// With keys, on counters that nobody has made yet, and on one that is there.
fn call(user: &str, caller: usize, n: usize) -> Call {
    match n % 3 {
        0 => Call::by(user).key(&format!("{user}-{caller}-{n}"), "b"),
        1 => Call::by(user).meter(&format!("m{}", n % 20)),
        _ => Call::by(user),
    }
}

/// This process, and on PostgreSQL a second one.
async fn handles(store: &Store) -> Vec<Db> {
    let mut handles = vec![store.db.clone()];
    if on_postgres() {
        handles.push(store.second().await.unwrap());
    }
    handles
}

async fn settle(handles: &[Db]) {
    for db in handles {
        db.fold().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_project_deleted_under_load_leaves_nothing_behind() {
    let store = Store::new().await;
    let db = &store.db;
    let handles = handles(&store).await;
    for round in 0..8 {
        let tenant = project(db).await;
        let scope = &tenant.scope;
        let ann = customer(db, scope, "ann").await;
        let users: Vec<Arc<str>> = vec![ann.id, "u1".into(), "u2".into(), "u3".into()];
        let callers = Callers::start(&handles, scope, &users);
        callers.count_on(Duration::from_millis(2 * round)).await;
        projects::delete(
            db,
            std::slice::from_ref(&tenant),
            &act(db, "project.delete"),
        )
        .await
        .unwrap();
        assert!(callers.end().await > 0);
        settle(&handles).await;
        assert_eq!(traces(&store, scope.tenant()).await, [], "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_deleted_under_load_leaves_no_row_with_the_id() {
    let store = Store::new().await;
    let db = &store.db;
    let handles = handles(&store).await;
    let scope = project(db).await.scope;
    for round in 0..8 {
        let ann = customer(db, &scope, "ann").await;
        let callers = Callers::start(&handles, &scope, std::slice::from_ref(&ann.id));
        callers.count_on(Duration::from_millis(2 * round)).await;
        customers::delete(db, &scope, &ann, &[], &act(db, "customer.delete"))
            .await
            .unwrap();
        callers.end().await;
        settle(&handles).await;
        for table in ["usage_counts", "usage_days"] {
            let rows = format!("select count(*) from {table} where user_id = '{}'", ann.id);
            assert_eq!(store.number(&rows).await, 0, "round {round}, {table}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_that_becomes_a_customer_under_load_keeps_every_call() {
    let store = Store::new().await;
    let db = &store.db;
    let handles = handles(&store).await;
    let scope = project(db).await.scope;
    for round in 0..8 {
        let external: Arc<str> = format!("ext{round}").into();
        let callers = Callers::start(&handles, &scope, std::slice::from_ref(&external));
        callers.count_on(Duration::from_millis(2 * round)).await;
        let ann = customer(db, &scope, &external).await;
        let taken = callers.end().await;
        settle(&handles).await;
        for table in ["usage_counts", "usage_days"] {
            let used = async |user: &str| {
                let sum = "select coalesce(cast(sum(used) as bigint), 0)";
                store
                    .number(&format!("{sum} from {table} where user_id = '{user}'"))
                    .await
            };
            let found = (used(&ann.id).await, used(&external).await);
            assert_eq!(found, (taken, 0), "round {round}, {table}");
        }
    }
}
