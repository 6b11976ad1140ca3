//! Periods roll by business time: no call is lost at the boundary, none counts twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dream_domain::period::PeriodKind;
use dream_domain::time::Millis;
use dream_domain::usage::Meter;
use dream_store::meter::{Tally, Verdict};
use dream_store::options::Options;
use dream_store::scope::Scope;
use dream_store::{Db, usage};
use tokio::task::JoinSet;

use crate::clock::{DAY, NOON, SECOND};
use crate::place::Store;
use crate::tenant::{Call, judge, project};

/// Callers that count without pause until they are told to stop.
struct Callers {
    stop: Arc<AtomicBool>,
    running: JoinSet<Vec<Tally>>,
}

impl Callers {
    async fn start(db: &Db, scope: &Scope, calls: Vec<Call>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut running = JoinSet::new();
        for call in calls {
            let seen = judge(db, scope, call.subject()).await;
            let (db, stop, take) = (db.clone(), stop.clone(), call.take(scope, seen));
            running.spawn(async move {
                let mut taken = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    match db.take(take.clone()).await.unwrap() {
                        Verdict::Taken(tally) => taken.push(tally),
                        Verdict::Refused(_) => {}
                        other => panic!("{other:?}"),
                    }
                }
                taken
            });
        }
        Self { stop, running }
    }

    /// What was taken, by start of the period.
    async fn stop(self) -> BTreeMap<Millis, Vec<Tally>> {
        self.stop.store(true, Ordering::Relaxed);
        let mut ledger = BTreeMap::<Millis, Vec<Tally>>::new();
        for tally in self.running.join_all().await.into_iter().flatten() {
            ledger.entry(tally.period.start).or_default().push(tally);
        }
        ledger
    }
}

/// Waits until some calls are counted in the period that it is.
async fn some_are_counted(db: &Db, scope: &Scope) {
    while Call::by("ann").used(db, scope).await <= 10 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_that_ends_under_load_splits_the_calls_in_two_exact_counts() {
    let store = Store::new().await;
    let (db, clock) = (&store.db, &store.clock);
    let scope = project(db).await.scope;
    let march_end = PeriodKind::Month.containing(NOON).end;
    clock.set(march_end.plus(-SECOND));
    let callers = Callers::start(db, &scope, vec![Call::by("ann"); 16]).await;
    some_are_counted(db, &scope).await;
    for _ in 0..20 {
        clock.advance(100);
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    some_are_counted(db, &scope).await;
    let ledger = callers.stop().await;
    let (march, april) = (&ledger[&Millis(1_772_323_200_000)], &ledger[&march_end]);
    assert_eq!(ledger.len(), 2);
    assert!(
        march.len() > 10 && april.len() > 10,
        "{} and {}",
        march.len(),
        april.len()
    );
    for period in [march, april] {
        let mut places: Vec<i64> = period.iter().map(|t| t.count.used).collect();
        places.sort_unstable();
        let exact: Vec<i64> = (1..=i64::try_from(period.len()).unwrap()).collect();
        assert_eq!(places, exact, "each call has its own place in its period");
    }
    db.fold().await.unwrap();
    let rows = store
        .look("select period_start, used from usage_counts order by 1")
        .await;
    let wanted: Vec<Vec<String>> = ledger
        .iter()
        .map(|(start, taken)| vec![start.0.to_string(), taken.len().to_string()])
        .collect();
    assert_eq!(rows, wanted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_holds_in_each_of_the_periods_that_pass_under_load() {
    let store = Store::new().await;
    let (db, clock) = (&store.db, &store.clock);
    let scope = project(db).await.scope;
    let call = Call::by("ann").at_most(25).every(PeriodKind::Day);
    let callers = Callers::start(db, &scope, vec![call.clone(); 16]).await;
    for day in 0..9 {
        if day > 0 {
            clock.advance(DAY);
        }
        while call.used(db, &scope).await < 25 {
            tokio::task::yield_now().await;
        }
    }
    let ledger = callers.stop().await;
    assert_eq!(ledger.len(), 9);
    for (start, taken) in ledger {
        assert_eq!(taken.len(), 25, "day {start:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_is_in_the_day_it_was_counted_on_while_folds_run_and_midnights_pass() {
    let options = Options {
        fold_every: Duration::from_millis(10),
        ..Options::default()
    };
    let store = Store::with(options).await;
    let (db, clock) = (&store.db, &store.clock);
    let scope = project(db).await.scope;
    // The start of a daily period tells the day; a monthly counter carries its part along.
    let daily = (0..6).map(|i| Call::by(&format!("u{i}")).every(PeriodKind::Day));
    let callers = Callers::start(db, &scope, daily.collect()).await;
    for _ in 0..12 {
        tokio::time::sleep(Duration::from_millis(35)).await;
        clock.advance(DAY);
    }
    let ledger = callers.stop().await;
    db.fold().await.unwrap();
    let days = usage::days(db, &scope, None, NOON.day_start(), clock.now())
        .await
        .unwrap();
    let counted: BTreeMap<Millis, usize> = ledger
        .iter()
        .map(|(day, taken)| (*day, taken.len()))
        .collect();
    let reported: BTreeMap<Millis, usize> = days
        .iter()
        .map(|(day, _, used)| (*day, usize::try_from(*used).unwrap()))
        .collect();
    assert_eq!(reported, counted);
    let of_users = "select cast(sum(used) as bigint) from usage_days where user_id <> ''";
    let all: usize = counted.values().sum();
    assert_eq!(store.number(of_users).await, i64::try_from(all).unwrap());
}

#[tokio::test]
async fn a_monthly_count_is_split_into_the_days_it_grew_on() {
    for fold_each_day in [true, false] {
        let store = Store::never_folding().await;
        let (db, clock) = (&store.db, &store.clock);
        let scope = project(db).await.scope;
        let first = NOON.day_start();
        for calls in [3, 0, 2, 1] {
            for _ in 0..calls {
                Call::by("ann").taken(db, &scope).await;
            }
            if fold_each_day {
                db.fold().await.unwrap();
            }
            clock.advance(DAY);
        }
        db.fold().await.unwrap();
        for user in [Some("ann"), None] {
            let days = usage::days(db, &scope, user, first, clock.now())
                .await
                .unwrap();
            let found: Vec<_> = days
                .iter()
                .map(|(day, _, used)| ((day.0 - first.0) / DAY, *used))
                .collect();
            assert_eq!(
                found,
                [(0, 3), (2, 2), (3, 1)],
                "folded each day: {fold_each_day}, {user:?}"
            );
        }
        let (count, _) = usage::read(
            db,
            &scope,
            &"ann".into(),
            &Meter::requests(),
            PeriodKind::Month,
        )
        .await
        .unwrap();
        assert_eq!(count.used, 6);
    }
}

#[tokio::test]
async fn a_clock_that_jumps_an_hour_back_and_forth_resets_nothing() {
    let mut store = Store::new().await;
    let scope = project(&store.db).await.scope;
    let clock = store.clock.clone();
    let midnight = NOON.day_start();
    let call = Call::by("ann").at_most(2).every(PeriodKind::Day);
    clock.set(midnight.plus(-1800 * SECOND));
    call.taken(&store.db, &scope).await;
    call.taken(&store.db, &scope).await;
    clock.advance(3600 * SECOND);
    call.taken(&store.db, &scope).await;
    for reopen in [false, true] {
        clock.advance(-3600 * SECOND);
        if reopen {
            store.reopen().await;
        }
        assert_eq!(
            call.refused(&store.db, &scope).await.count.used,
            2,
            "the old day is still full"
        );
        clock.advance(3600 * SECOND);
        assert_eq!(call.used(&store.db, &scope).await, 1);
    }
}
