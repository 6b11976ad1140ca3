//! kill -9 under load: no acknowledged call is lost, and with idempotency keys none counts twice.

use std::collections::HashMap;
use std::time::Duration;

use dream_domain::key::PublishableKey;
use dream_store::projects;
use dream_store::scope::Scope;

use crate::child::{CALLERS, Child, Disk, Role, keyed, keys_of};
use crate::clock::Watch;
use crate::place::{Store, only_sqlite};
use crate::tenant::{Call, project};

const WHY: &str = "its own log and its own crash tests keep its promises";

/// The most time one test takes for its rounds.
const TIME_MAX: Duration = Duration::from_mins(4);

fn rounds() -> u64 {
    if std::env::var_os("DREAM_TEST_LONG").is_some() {
        200
    } else {
        20
    }
}

/// A moment that differs from round to round: 0 to 60 ms after the first calls.
fn moment(round: u64) -> Duration {
    Duration::from_micros(round.wrapping_mul(7_919_317) % 60_000)
}

pub(crate) async fn reopen(store: &mut Store, tenant: &str) -> Scope {
    store.db = store.second().await.unwrap();
    let key = PublishableKey::parse(tenant).unwrap();
    projects::open_public(&store.db, &key)
        .await
        .unwrap()
        .unwrap()
        .scope
}

#[tokio::test]
async fn a_killed_process_has_counted_what_it_acknowledged_and_at_most_what_ran() {
    if !only_sqlite(WHY) {
        return;
    }
    let mut store = Store::new().await;
    let tenant = project(&store.db).await.scope.tenant().clone();
    let (mut before, mut acknowledged, mut in_doubt) = (0, 0, 0);
    let watch = Watch::start();
    for round in 0..rounds() {
        store.db.close().await;
        let mut child = Child::start(&store.file(), &tenant, Role::Plain, Disk::Whole, "p");
        child.wait_for(1, moment(round));
        let told = i64::try_from(child.kill().len()).unwrap();
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
        before += counted;
        acknowledged += told;
        in_doubt += counted - told;
        if watch.elapsed() > TIME_MAX {
            println!("stopped after round {round}, the time is up");
            break;
        }
    }
    println!("{acknowledged} acknowledged, none lost; {in_doubt} counted that nobody was told of");
    store.db.fold().await.unwrap();
    for table in [
        "usage_counts",
        "usage_days where user_id = 'ann'",
        "usage_days where user_id = ''",
    ] {
        let sum = format!("select cast(sum(used) as bigint) from {table}");
        assert_eq!(store.number(&sum).await, before, "{table}");
    }
}

#[tokio::test]
async fn after_a_kill_every_acknowledged_key_replays_and_each_key_counts_once() {
    if !only_sqlite(WHY) {
        return;
    }
    let mut store = Store::new().await;
    let tenant = project(&store.db).await.scope.tenant().clone();
    let (mut distinct, mut replayed) = (0_i64, 0);
    let watch = Watch::start();
    for round in 0..rounds() {
        store.db.close().await;
        let prefix = format!("r{round}");
        let mut child = Child::start(&store.file(), &tenant, Role::Keyed, Disk::Whole, &prefix);
        child.wait_for(1, moment(round));
        let told = child.kill();
        let scope = reopen(&mut store, &tenant).await;
        replayed += resend(&store, &scope, &prefix, &told).await;
        distinct += i64::try_from(keys_of(&prefix, &told).len()).unwrap();
        let used = Call::by("ann").used(&store.db, &scope).await;
        assert_eq!(used, distinct, "round {round}: each key counts once");
        if watch.elapsed() > TIME_MAX {
            println!("stopped after round {round}, the time is up");
            break;
        }
    }
    println!("{distinct} keys, {replayed} of them acknowledged before a kill");
}

/// Sends every key of a child again: those it was told of answer as they did. Answers how many.
pub(crate) async fn resend(store: &Store, scope: &Scope, prefix: &str, told: &[String]) -> i64 {
    let answers: HashMap<&str, i64> = told
        .iter()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(key, used)| (key, used.parse().unwrap()))
        .collect();
    let mut running = tokio::task::JoinSet::new();
    for key in keys_of(prefix, told) {
        let (db, scope) = (store.db.clone(), scope.clone());
        running.spawn(async move {
            let tally = keyed(&key).taken(&db, &scope).await;
            (key, tally)
        });
    }
    for (key, tally) in running.join_all().await {
        if let Some(used) = answers.get(&*key) {
            assert!(
                tally.replayed,
                "{key} was acknowledged and is counted again"
            );
            assert_eq!(tally.count.used, *used, "{key}");
        }
    }
    i64::try_from(answers.len()).unwrap()
}
