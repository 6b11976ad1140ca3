//! Two processes on one PostgreSQL database: exact together, and what one changes the other sees.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dream_domain::key::PublishableKey;
use dream_domain::period::PeriodKind;
use dream_domain::time::Millis;
use dream_domain::usage::{Limit, Meter};
use dream_store::meter::Verdict;
use dream_store::scope::Scope;
use dream_store::{Db, customers, keys, projects, tiers, usage};
use tokio::task::JoinSet;

use crate::clock::{DAY, NOON};
use crate::place::{Store, only_postgres};
use crate::tenant::{Call, act, customer, judge, no_fields, project};

const WHY: &str = "a SQLite file belongs to one process";

/// The numbers of calls taken by all handles together, each handle's callers judged by itself.
async fn taken(handles: &[&Db], scope: &Scope, call: &Call, each: usize) -> usize {
    let mut running = JoinSet::new();
    for db in handles {
        let seen = judge(db, scope, call.subject()).await;
        for _ in 0..each {
            let (db, take) = ((*db).clone(), call.take(scope, seen));
            running.spawn(async move { matches!(db.take(take).await.unwrap(), Verdict::Taken(_)) });
        }
    }
    let verdicts = running.join_all().await;
    verdicts.iter().filter(|taken| **taken).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_5000_calls_through_two_processes_at_limit_1000_exactly_1000_are_taken() {
    if !only_postgres(WHY) {
        return;
    }
    let store = Store::new().await;
    let other = store.second().await.unwrap();
    let scope = project(&store.db).await.scope;
    let call = Call::by("ann").at_most(1000);
    assert_eq!(taken(&[&store.db, &other], &scope, &call, 2500).await, 1000);
    for db in [&store.db, &other] {
        assert_eq!(call.used(db, &scope).await, 1000);
    }
    let first = Call::by("nobody yet").at_most(1);
    assert_eq!(taken(&[&store.db, &other], &scope, &first, 500).await, 1);
    let sevens = Call::by("bob").amount(7).at_most(1000);
    assert_eq!(taken(&[&store.db, &other], &scope, &sevens, 300).await, 142);
    assert_eq!(sevens.used(&other, &scope).await, 994);
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_used_in_two_processes_at_once_counts_once() {
    if !only_postgres(WHY) {
        return;
    }
    let store = Store::new().await;
    let other = store.second().await.unwrap();
    let scope = project(&store.db).await.scope;
    for round in 0..10 {
        let call = Call::by("ann").key(&format!("key {round}"), "body");
        assert_eq!(
            taken(&[&store.db, &other], &scope, &call, 25).await,
            50,
            "replays say taken too"
        );
        assert_eq!(call.used(&store.db, &scope).await, round + 1);
    }
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keyed_calls_of_many_users_and_amounts_through_two_processes_all_get_an_answer() {
    if !only_postgres(WHY) {
        return;
    }
    let store = Store::new().await;
    let other = store.second().await.unwrap();
    let scope = project(&store.db).await.scope;
    let mut running = JoinSet::new();
    let mut wanted = BTreeMap::<String, i64>::new();
    for n in 0..600_i64 {
        let (user, amount) = (format!("u{}", n * 7 % 11), 1 + n % 3);
        *wanted.entry(user.clone()).or_default() += amount;
        for db in [&store.db, &other] {
            let call = Call::by(&user).amount(amount).key(&format!("k{n}"), "b");
            let (db, take) = (
                db.clone(),
                call.take(&scope, judge(db, &scope, &user).await),
            );
            running.spawn(async move { db.take(take).await });
        }
    }
    for verdict in running.join_all().await {
        assert!(matches!(verdict.unwrap(), Verdict::Taken(_)));
    }
    for (user, used) in wanted {
        assert_eq!(Call::by(&user).used(&other, &scope).await, used, "{user}");
    }
    other.close().await;
}

#[tokio::test]
async fn what_one_process_changes_makes_calls_judged_by_the_other_stale() {
    if !only_postgres(WHY) {
        return;
    }
    let store = Store::new().await;
    let (here, there) = (&store.db, store.second().await.unwrap());
    let tenant = project(here).await;
    let scope = &tenant.scope;
    let ann = customer(here, scope, "ann").await;
    let call = Call::by(&ann.id);
    // The counter is there: only what the caller was judged by can stop him.
    call.taken(&there, scope).await;
    let mut seen = judge(&there, scope, &ann.id).await;
    let stale = async |what: &str, seen| {
        let slot = there.versions().tenant_slot(scope.tenant());
        let version = there.versions().get(slot);
        let verdict = there.take(call.take(scope, seen)).await.unwrap();
        assert_eq!(verdict, Verdict::Stale, "{what}");
        assert_ne!(
            there.versions().get(slot),
            version,
            "{what}: its cache is stale from now on"
        );
        judge(&there, scope, &ann.id).await
    };
    let key = keys::list(here, scope).await.unwrap().remove(0);
    keys::revoke(here, scope, &key.id, &act(here, "key.revoke"))
        .await
        .unwrap();
    seen = stale("a revoked key", seen).await;
    let mut free = tenant.tiers[0].clone();
    free.limits
        .entry(Meter::requests())
        .and_modify(|limit| limit.limit = Limit::Max(1));
    tiers::update(here, scope, &[free], &act(here, "tier.update"))
        .await
        .unwrap();
    seen = stale("a changed tier", seen).await;
    customers::update(
        here,
        scope,
        &ann,
        &no_fields(),
        None,
        None,
        &act(here, "customer.update"),
    )
    .await
    .unwrap();
    seen = stale("a changed customer", seen).await;
    let publishable = PublishableKey::parse(scope.tenant()).unwrap();
    let now = projects::open_public(here, &publishable)
        .await
        .unwrap()
        .unwrap();
    projects::put_settings(here, &now, &now.settings, &act(here, "project.settings"))
        .await
        .unwrap();
    seen = stale("changed settings", seen).await;
    assert!(matches!(
        there.take(call.take(scope, seen)).await.unwrap(),
        Verdict::Taken(_)
    ));
    assert_eq!(call.used(here, scope).await, 2, "nothing stale was counted");
    there.close().await;
}

#[tokio::test]
async fn calls_judged_before_another_process_deleted_leave_no_row() {
    if !only_postgres(WHY) {
        return;
    }
    let store = Store::new().await;
    let (here, there) = (&store.db, store.second().await.unwrap());
    let tenant = project(here).await;
    let scope = &tenant.scope;
    let ann = customer(here, scope, "ann").await;
    let calls = [
        Call::by(&ann.id),
        Call::by("unknown"),
        Call::by(&ann.id).key("k", "b"),
    ];
    let mut seen = Vec::new();
    for call in &calls {
        seen.push(judge(&there, scope, call.subject()).await);
    }
    customers::delete(here, scope, &ann, &[], &act(here, "customer.delete"))
        .await
        .unwrap();
    assert_eq!(
        there.take(calls[0].take(scope, seen[0])).await.unwrap(),
        Verdict::Stale
    );
    assert_eq!(
        store.number("select count(*) from usage_counts").await,
        0,
        "of the customer"
    );
    projects::delete(
        here,
        std::slice::from_ref(&tenant),
        &act(here, "project.delete"),
    )
    .await
    .unwrap();
    for (call, seen) in calls.iter().zip(seen) {
        assert_eq!(
            there.take(call.take(scope, seen)).await.unwrap(),
            Verdict::Stale
        );
    }
    for table in ["usage_counts", "idempotency_keys", "usage_days"] {
        assert_eq!(
            store.number(&format!("select count(*) from {table}")).await,
            0,
            "{table}"
        );
    }
    there.close().await;
}

#[tokio::test]
async fn a_day_that_one_process_counted_on_is_reported_whoever_counts_on_the_next() {
    if !only_postgres(WHY) {
        return;
    }
    let store = Store::never_folding().await;
    let (here, there) = (&store.db, store.second().await.unwrap());
    let scope = project(here).await.scope;
    for _ in 0..3 {
        Call::by("ann").taken(here, &scope).await;
    }
    store.clock.advance(DAY);
    for _ in 0..2 {
        Call::by("ann").key("k", "b").taken(&there, &scope).await;
        Call::by("ann").taken(&there, &scope).await;
    }
    there.fold().await.unwrap();
    here.fold().await.unwrap();
    let first = NOON.day_start();
    let days = usage::days(here, &scope, Some("ann"), first, store.clock.now())
        .await
        .unwrap();
    let used: Vec<_> = days
        .iter()
        .map(|(day, _, used)| ((day.0 - first.0) / DAY, *used))
        .collect();
    assert_eq!(used, [(0, 3), (1, 3)]);
    there.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_that_fold_at_once_report_each_call_once() {
    if !only_postgres(WHY) {
        return;
    }
    let options = dream_store::options::Options {
        fold_every: Duration::from_millis(10),
        ..dream_store::options::Options::default()
    };
    let store = Store::with(options).await;
    let other = store.second().await.unwrap();
    let scope = project(&store.db).await.scope;
    let mut all = 0;
    for _ in 0..10 {
        let call = Call::by("ann").every(PeriodKind::Lifetime);
        all += i64::try_from(taken(&[&store.db, &other], &scope, &call, 200).await).unwrap();
        tokio::time::sleep(Duration::from_millis(7)).await;
    }
    store.db.fold().await.unwrap();
    other.fold().await.unwrap();
    for user in [Some("ann"), None] {
        let days = usage::days(&other, &scope, user, NOON.day_start(), NOON)
            .await
            .unwrap();
        assert_eq!(
            days.iter().map(|(_, _, used)| used).sum::<i64>(),
            all,
            "{user:?}"
        );
    }
    other.close().await;
}

#[tokio::test]
async fn what_a_process_that_died_had_not_folded_is_folded_by_the_next_start() {
    if !only_postgres(WHY) {
        return;
    }
    let store = Store::never_folding().await;
    let scope = project(&store.db).await.scope;
    Call::by("ann").amount(5).taken(&store.db, &scope).await;
    store.clock.advance(DAY);
    // The first handle stays open and silent, as good as dead.
    let next = store.second().await.unwrap();
    next.fold().await.unwrap();
    let days = usage::days(&next, &scope, None, Millis(0), store.clock.now())
        .await
        .unwrap();
    let found: Vec<_> = days.iter().map(|(day, _, used)| (*day, *used)).collect();
    assert_eq!(found, [(NOON.day_start(), 5)]);
    next.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_cut_under_load_cost_answers_and_never_an_acknowledged_call() {
    if !only_postgres(WHY) {
        return;
    }
    let store = Store::new().await;
    let scope = project(&store.db).await.scope;
    let call = Call::by("ann");
    let seen = judge(&store.db, &scope, "ann").await;
    let axe = store.client().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut running = JoinSet::new();
    for _ in 0..16 {
        let (db, take) = (store.db.clone(), call.take(&scope, seen));
        let is_over = is_over.clone();
        running.spawn(async move {
            let (mut taken, mut failed) = (0, 0);
            while !is_over.load(Ordering::Relaxed) {
                match db.take(take.clone()).await {
                    Ok(Verdict::Taken(_)) => taken += 1,
                    Ok(other) => panic!("{other:?}"),
                    Err(error) => {
                        assert_eq!(error.code(), dream_domain::error::Code::StorageUnavailable);
                        failed += 1;
                    }
                }
            }
            (taken, failed)
        });
    }
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(15)).await;
        let others = "select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()";
        axe.simple_query(others).await.unwrap();
    }
    is_over.store(true, Ordering::Relaxed);
    let (mut taken, mut failed) = (0, 0);
    for (t, f) in running.join_all().await {
        taken += t;
        failed += f;
    }
    // The pool may hand out a cut connection once more before it sees that.
    let used = loop {
        match dream_store::usage::read(
            &store.db,
            &scope,
            &"ann".into(),
            &Meter::requests(),
            PeriodKind::Month,
        )
        .await
        {
            Ok((count, _)) => break count.used,
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };
    println!("{taken} acknowledged, {failed} failed, {used} counted");
    assert!(taken <= used && used <= taken + failed);
    assert!(failed > 0, "no connection was cut while a call ran");
    for _ in 0..3000 {
        if let Ok(Verdict::Taken(tally)) = call.send(&store.db, &scope).await {
            assert!(tally.count.used > used);
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it does not go on by itself");
}
