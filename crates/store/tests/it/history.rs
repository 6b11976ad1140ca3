//! Closed periods become history; running ones and young days stay.

use dream_domain::period::PeriodKind;
use dream_domain::time::Millis;
use dream_store::usage;

use crate::clock::{DAY, NOON};
use crate::place::{Store, on_postgres};
use crate::tenant::{Call, project};

#[tokio::test]
async fn closed_counters_move_to_the_history_and_running_ones_stay() {
    let store = Store::new().await;
    let (db, clock) = (&store.db, &store.clock);
    let scope = project(db).await.scope;
    let (daily, monthly) = (
        Call::by("ann").every(PeriodKind::Day).meter("daily"),
        Call::by("ann"),
    );
    let forever = Call::by("ann").every(PeriodKind::Lifetime).meter("ever");
    for call in [&daily, &daily, &monthly, &forever] {
        call.taken(db, &scope).await;
    }
    clock.advance(DAY);
    daily.clone().plan("pro").taken(db, &scope).await;
    let moved = usage::close_periods(db, clock.now(), Millis(0), Millis(0))
        .await
        .unwrap();
    assert_eq!(moved, 1);
    let history = usage::history(db, &scope, "ann", 9).await.unwrap();
    assert_eq!(history.len(), 1);
    let closed = &history[0];
    assert_eq!(
        (&*closed.meter, closed.used, &*closed.plan),
        ("daily", 2, "free")
    );
    assert_eq!(closed.period, PeriodKind::Day.containing(NOON));
    assert_eq!(daily.used(db, &scope).await, 1);
    assert_eq!(
        (
            monthly.used(db, &scope).await,
            forever.used(db, &scope).await
        ),
        (1, 1)
    );
    let running = store
        .look("select meter from usage_counts order by meter")
        .await;
    assert_eq!(running, [["daily"], ["ever"], ["requests"]]);
    let again = usage::close_periods(db, clock.now(), Millis(0), Millis(0))
        .await
        .unwrap();
    assert_eq!(again, 0);
}

#[tokio::test]
async fn a_period_closes_with_its_last_moment_and_not_before() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    Call::by("ann").taken(db, &scope).await;
    let end = PeriodKind::Month.containing(NOON).end;
    // Clocks of processes that share a database may be a minute apart.
    let closes = end.plus(if on_postgres() { 60_000 } else { 0 });
    for (now, moved) in [(closes.plus(-1), 0), (closes, 1)] {
        let closed = usage::close_periods(db, now, Millis(0), Millis(0))
            .await
            .unwrap();
        assert_eq!(closed, moved, "{now:?}");
    }
}

#[tokio::test]
async fn many_closed_counters_move_in_slices_until_none_is_left() {
    let store = Store::new().await;
    let (db, clock) = (&store.db, &store.clock);
    let scope = project(db).await.scope;
    let mut running = tokio::task::JoinSet::new();
    for i in 0..1201 {
        let (db, scope) = (db.clone(), scope.clone());
        running.spawn(async move { Call::by(&format!("u{i}")).taken(&db, &scope).await });
    }
    running.join_all().await;
    clock.advance(31 * DAY);
    let (mut moved, mut rounds) = (0, 0);
    loop {
        let now = usage::close_periods(db, clock.now(), Millis(0), Millis(0))
            .await
            .unwrap();
        if now == 0 {
            break;
        }
        moved += now;
        rounds += 1;
    }
    assert!(moved == 1201 && rounds > 1, "{moved} in {rounds}");
    assert_eq!(store.number("select count(*) from usage_counts").await, 0);
    let history = "select cast(sum(used) as bigint) from usage_snapshots";
    assert_eq!(store.number(history).await, 1201);
}

#[tokio::test]
async fn the_history_lists_the_newest_first_and_only_the_users_own() {
    let store = Store::new().await;
    let (db, clock) = (&store.db, &store.clock);
    let scope = project(db).await.scope;
    for month in 1..=4 {
        for _ in 0..month {
            Call::by("ann").taken(db, &scope).await;
        }
        Call::by("bob").taken(db, &scope).await;
        clock.advance(31 * DAY);
        usage::close_periods(db, clock.now(), Millis(0), Millis(0))
            .await
            .unwrap();
    }
    let used = async |limit| {
        let history = usage::history(db, &scope, "ann", limit).await.unwrap();
        history.iter().map(|closed| closed.used).collect::<Vec<_>>()
    };
    assert_eq!(used(9).await, [4, 3, 2, 1]);
    assert_eq!(used(2).await, [4, 3]);
    assert!(
        usage::history(db, &project(db).await.scope, "ann", 9)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn days_past_their_retention_go_sooner_for_users_than_for_totals() {
    let store = Store::new().await;
    let (db, clock) = (&store.db, &store.clock);
    let scope = project(db).await.scope;
    let first = NOON.day_start();
    for _ in 0..4 {
        Call::by("ann").taken(db, &scope).await;
        clock.advance(DAY);
    }
    let (users_from, totals_from) = (first.plus(2 * DAY), first.plus(DAY));
    usage::close_periods(db, clock.now(), users_from, totals_from)
        .await
        .unwrap();
    let days = async |user| {
        let days = usage::days(db, &scope, user, first, clock.now())
            .await
            .unwrap();
        days.iter()
            .map(|(day, _, _)| (day.0 - first.0) / DAY)
            .collect::<Vec<_>>()
    };
    assert_eq!(days(Some("ann")).await, [2, 3]);
    assert_eq!(days(None).await, [1, 2, 3]);
}

#[tokio::test]
async fn days_are_asked_for_with_both_ends_included() {
    let store = Store::new().await;
    let (db, clock) = (&store.db, &store.clock);
    let scope = project(db).await.scope;
    let first = NOON.day_start();
    for _ in 0..4 {
        Call::by("ann")
            .meter("tokens")
            .amount(7)
            .taken(db, &scope)
            .await;
        clock.advance(DAY);
    }
    db.fold().await.unwrap();
    let days = usage::days(db, &scope, None, first.plus(DAY), first.plus(2 * DAY))
        .await
        .unwrap();
    let found: Vec<_> = days
        .iter()
        .map(|(day, meter, used)| (day.0 - first.0, &**meter, *used))
        .collect();
    assert_eq!(found, [(DAY, "tokens", 7), (2 * DAY, "tokens", 7)]);
}

#[tokio::test]
async fn a_clock_that_goes_back_into_a_closed_period_counts_on_from_what_was_used() {
    let mut store = Store::new().await;
    let clock = store.clock.clone();
    let scope = project(&store.db).await.scope;
    let call = Call::by("ann").at_most(2).every(PeriodKind::Day);
    call.taken(&store.db, &scope).await;
    clock.advance(DAY);
    let (now, never) = (clock.now(), Millis(0));
    assert_eq!(
        usage::close_periods(&store.db, now, never, never)
            .await
            .unwrap(),
        1
    );
    store.reopen().await;
    clock.advance(-DAY);
    assert_eq!(call.taken(&store.db, &scope).await.count.used, 2);
    call.refused(&store.db, &scope).await;
    clock.advance(DAY);
    assert_eq!(
        usage::close_periods(&store.db, now, never, never)
            .await
            .unwrap(),
        1
    );
    let history = usage::history(&store.db, &scope, "ann", 9).await.unwrap();
    assert_eq!((history.len(), history[0].used), (1, 2));
    let days = usage::days(&store.db, &scope, None, NOON.day_start(), now)
        .await
        .unwrap();
    assert_eq!(days.iter().map(|(_, _, used)| used).sum::<i64>(), 2);
}
