//! Never one over the limit, never one lost, however many call at once.

use dream_domain::error::{Code, Result};
use dream_domain::period::PeriodKind;
use dream_domain::usage::{Count, Limit, decide};
use dream_store::Db;
use dream_store::meter::{Tally, Verdict};
use dream_store::scope::Scope;
use tokio::task::JoinSet;

use crate::clock::Watch;
use crate::place::Store;
use crate::tenant::{Call, judge, project};

/// What became of calls that were sent at once.
#[derive(Default)]
struct Outcome {
    taken: Vec<Tally>,
    refused: Vec<Tally>,
}

/// Sends all calls at once, each judged before the first one starts.
async fn all_at_once(db: &Db, scope: &Scope, calls: Vec<Call>) -> Outcome {
    let mut takes = Vec::new();
    for call in calls {
        takes.push(call.take(scope, judge(db, scope, call.subject()).await));
    }
    let mut running = JoinSet::new();
    for take in takes {
        let db = db.clone();
        running.spawn(async move { db.take(take).await });
    }
    let mut outcome = Outcome::default();
    for verdict in running.join_all().await {
        match verdict.unwrap() {
            Verdict::Taken(tally) => outcome.taken.push(tally),
            Verdict::Refused(tally) => outcome.refused.push(tally),
            other => panic!("{other:?}"),
        }
    }
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_5000_calls_at_once_at_limit_1000_exactly_1000_are_taken() {
    let store = Store::new().await;
    let scope = project(&store.db).await.scope;
    let call = Call::by("ann").at_most(1000);
    let watch = Watch::start();
    let outcome = all_at_once(&store.db, &scope, vec![call.clone(); 5000]).await;
    println!("{} calls a second on one counter", watch.per_second(5000));
    assert_eq!((outcome.taken.len(), outcome.refused.len()), (1000, 4000));
    let mut counts: Vec<i64> = outcome.taken.iter().map(|t| t.count.used).collect();
    counts.sort_unstable();
    assert_eq!(
        counts,
        (1..=1000).collect::<Vec<_>>(),
        "each answer tells its own place"
    );
    assert!(outcome.refused.iter().all(|t| t.count.used == 1000));
    assert_eq!(call.used(&store.db, &scope).await, 1000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_1000_first_calls_at_once_at_limit_1_exactly_1_is_taken() {
    let store = Store::new().await;
    let scope = project(&store.db).await.scope;
    let call = Call::by("nobody yet").at_most(1);
    let outcome = all_at_once(&store.db, &scope, vec![call.clone(); 1000]).await;
    assert_eq!((outcome.taken.len(), outcome.refused.len()), (1, 999));
    assert_eq!(call.used(&store.db, &scope).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_of_3000_users_at_once_are_counted_each_on_its_own() {
    let store = Store::new().await;
    let scope = project(&store.db).await.scope;
    let users: Vec<String> = (0..3000).map(|i| format!("u{i}")).collect();
    let calls = users.iter().map(|user| Call::by(user).at_most(1)).collect();
    let watch = Watch::start();
    let outcome = all_at_once(&store.db, &scope, calls).await;
    println!("{} first calls a second", watch.per_second(3000));
    assert_eq!(outcome.taken.len(), 3000);
    store.db.fold().await.unwrap();
    assert_eq!(
        store
            .number("select cast(sum(used) as bigint) from usage_counts")
            .await,
        3000
    );
    assert_eq!(
        store.number("select count(*) from usage_counts").await,
        3000
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amounts_are_taken_whole_or_not_at_all_and_never_over() {
    let store = Store::new().await;
    let scope = project(&store.db).await.scope;
    let limit = 2000;
    let calls: Vec<Call> = (0..1500)
        .map(|i| Call::by("ann").at_most(limit).amount(1 + (i * 7) % 13))
        .collect();
    // The amount of a call is told apart by its plan, which comes back in the tally.
    let calls = calls
        .into_iter()
        .map(|call| call.clone().plan(&call.amount_of().to_string()))
        .collect();
    let outcome = all_at_once(&store.db, &scope, calls).await;
    let amount = |tally: &Tally| tally.plan.parse::<i64>().unwrap();
    let mut taken: Vec<(i64, i64)> = outcome
        .taken
        .iter()
        .map(|t| (t.count.used, amount(t)))
        .collect();
    taken.sort_unstable();
    let mut count = 0;
    for (after, amount) in taken {
        assert_eq!(
            after,
            count + amount,
            "one after the other, nothing in between"
        );
        count = after;
    }
    assert!(count <= limit);
    assert_eq!(Call::by("ann").used(&store.db, &scope).await, count);
    for tally in &outcome.refused {
        assert!(
            tally.count.used + amount(tally) > limit,
            "refused although it fitted: {tally:?}"
        );
    }
}

#[tokio::test]
async fn any_sequence_of_calls_ends_as_the_model_says() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let mut model = std::collections::BTreeMap::<(i64, i64), Count>::new();
    let mut draw = Draw(7);
    for step in 0..300 {
        let (user, meter) = (draw.below(3), draw.below(2));
        let (amount, limit) = (1 + draw.below(5), draw.below(40));
        let limit = if limit == 39 {
            Limit::Unlimited
        } else {
            Limit::Max(limit)
        };
        let call = Call::by(&format!("u{user}"))
            .meter(&format!("m{meter}"))
            .amount(amount)
            .limit(limit);
        let before = model.entry((user, meter)).or_default();
        let verdict = call.send(db, &scope).await.unwrap();
        match (decide(*before, amount, limit), verdict) {
            (Some(after), Verdict::Taken(tally)) => {
                assert_eq!(tally.count, after, "step {step}");
                *before = after;
            }
            (None, Verdict::Refused(tally)) => assert_eq!(tally.count, *before, "step {step}"),
            (wanted, got) => panic!("step {step}: {wanted:?} wanted, {got:?} got"),
        }
        if draw.below(60) == 0 {
            db.fold().await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_10000_denied_calls_the_count_is_still_at_the_limit() {
    let mut store = Store::new().await;
    let scope = project(&store.db).await.scope;
    let call = Call::by("ann").at_most(5);
    for _ in 0..5 {
        call.taken(&store.db, &scope).await;
    }
    let watch = Watch::start();
    let outcome = all_at_once(&store.db, &scope, vec![call.clone(); 10_000]).await;
    println!("{} denied calls a second", watch.per_second(10_000));
    assert_eq!((outcome.taken.len(), outcome.refused.len()), (0, 10_000));
    assert!(outcome.refused.iter().all(|t| t.count.used == 5));
    assert_eq!(call.used(&store.db, &scope).await, 5);
    store.reopen().await;
    assert_eq!(call.used(&store.db, &scope).await, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_calls_than_may_wait_are_refused_as_overloaded_and_not_counted() {
    let options = dream_store::options::Options {
        calls_max: 10,
        ..dream_store::options::Options::default()
    };
    let store = Store::with(options).await;
    let scope = project(&store.db).await.scope;
    let call = Call::by("ann");
    let seen = judge(&store.db, &scope, "ann").await;
    let mut running = JoinSet::new();
    for _ in 0..3000 {
        let (db, take) = (store.db.clone(), call.take(&scope, seen));
        running.spawn(async move { db.take(take).await });
    }
    let answers: Vec<Result<Verdict>> = running.join_all().await;
    let taken = answers.iter().filter(|a| a.is_ok()).count();
    for refused in answers.iter().filter_map(|a| a.as_ref().err()) {
        assert_eq!(refused.code(), Code::Overloaded);
    }
    assert!(taken >= 10, "{taken}");
    assert_eq!(
        call.used(&store.db, &scope).await,
        i64::try_from(taken).unwrap()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_caller_left_is_counted_or_not_but_never_half() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let call = Call::by("ann").amount(3).every(PeriodKind::Lifetime);
    let seen = judge(db, &scope, "ann").await;
    let mut gone = JoinSet::new();
    for _ in 0..200 {
        let (db, take) = (db.clone(), call.take(&scope, seen));
        let caller = gone.spawn(async move { db.take(take).await });
        tokio::task::yield_now().await;
        caller.abort();
    }
    // One that was running when it was told to leave may still ask.
    while gone.join_next().await.is_some() {}
    let after = call.taken(db, &scope).await.count.used;
    assert!(after % 3 == 0 && (3..=603).contains(&after), "{after}");
    assert_eq!(call.used(db, &scope).await, after);
}

/// Numbers that look drawn and are the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: i64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % end
    }
}
