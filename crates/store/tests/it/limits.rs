//! Limits at their ends: none, all, and the largest numbers there are; and what makes a call stale.

use dream_domain::key::{Mode, SecretKey};
use dream_domain::period::PeriodKind;
use dream_domain::usage::{Limit, remaining};
use dream_store::keys::{self, Others};
use dream_store::meter::Verdict;
use dream_store::{customers, usage};

use crate::place::Store;
use crate::tenant::{Call, act, customer, judge, new_key, no_fields, project, random};

#[tokio::test]
async fn limit_0_refuses_the_first_call_and_writes_nothing() {
    let store = Store::never_folding().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let tally = Call::by("ann").at_most(0).refused(db, &scope).await;
    assert_eq!((tally.count.used, tally.limit), (0, Limit::Max(0)));
    db.fold().await.unwrap();
    let used = "select coalesce(cast(sum(used) as bigint), 0) from usage_counts";
    assert_eq!(store.number(used).await, 0);
    assert_eq!(store.number("select count(*) from usage_days").await, 0);
}

#[tokio::test]
async fn without_a_limit_nothing_is_refused() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let call = Call::by("ann").amount(1_000_000_000);
    for n in 1..=10 {
        let tally = call.taken(db, &scope).await;
        assert_eq!(
            (tally.count.used, tally.limit),
            (n * 1_000_000_000, Limit::Unlimited)
        );
    }
}

/// Puts a counter near the end of the numbers, as ten thousand million calls would.
async fn near_the_end(store: &mut Store, tenant: &str, used: i64) {
    let (start, end) = {
        let period = PeriodKind::Lifetime.containing(store.clock.now());
        (period.start.0, period.end.0)
    };
    store
        .plant(&format!(
            "insert into usage_counts (publishable_key, user_id, meter, period_start, period_end, used, held,
               taken, folded, plan, updated_at)
             values ('{tenant}', 'ann', 'requests', {start}, {end}, {used}, 0, 0, {used}, 'free', 0)"
        ))
        .await;
}

#[tokio::test]
async fn near_the_largest_number_an_unlimited_count_stops_and_never_wraps() {
    let mut store = Store::new().await;
    let scope = project(&store.db).await.scope;
    near_the_end(&mut store, scope.tenant(), i64::MAX - 5).await;
    let call = Call::by("ann").every(PeriodKind::Lifetime).amount(3);
    for used in [i64::MAX - 2, i64::MAX, i64::MAX] {
        assert_eq!(call.taken(&store.db, &scope).await.count.used, used);
    }
    store.db.fold().await.unwrap();
    assert_eq!(call.used(&store.db, &scope).await, i64::MAX);
    assert_eq!(
        store.number("select used from usage_counts").await,
        i64::MAX
    );
}

#[tokio::test]
async fn near_the_largest_number_a_limit_holds_and_never_errs() {
    let mut store = Store::new().await;
    let scope = project(&store.db).await.scope;
    near_the_end(&mut store, scope.tenant(), i64::MAX - 5).await;
    let call = Call::by("ann").every(PeriodKind::Lifetime).amount(4);
    let limit = i64::MAX - 1;
    let tally = call.clone().at_most(limit).taken(&store.db, &scope).await;
    assert_eq!(remaining(tally.count, tally.limit), Some(0));
    assert_eq!(
        call.at_most(limit)
            .refused(&store.db, &scope)
            .await
            .count
            .used,
        limit
    );
}

#[tokio::test]
async fn a_downgrade_below_the_count_refuses_and_leaves_0() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    for _ in 0..7 {
        Call::by("ann")
            .at_most(500)
            .plan("pro")
            .taken(db, &scope)
            .await;
    }
    let tally = Call::by("ann")
        .at_most(5)
        .plan("free")
        .refused(db, &scope)
        .await;
    assert_eq!(
        (tally.count.used, remaining(tally.count, tally.limit)),
        (7, Some(0))
    );
    let back = Call::by("ann")
        .at_most(500)
        .plan("pro")
        .taken(db, &scope)
        .await;
    assert_eq!(
        (back.count.used, &*back.plan),
        (8, "pro"),
        "the plan changed, the count stayed"
    );
    db.fold().await.unwrap();
    assert_eq!(
        store.look("select used, plan from usage_counts").await,
        [["8", "pro"]]
    );
}

#[tokio::test]
async fn meters_periods_users_and_tenants_have_counters_of_their_own() {
    let store = Store::new().await;
    let db = &store.db;
    let (mine, other) = (project(db).await.scope, project(db).await.scope);
    let base = Call::by("ann").at_most(1);
    base.taken(db, &mine).await;
    base.taken(db, &other).await;
    base.clone().meter("tokens").taken(db, &mine).await;
    Call::by("Ann").at_most(1).taken(db, &mine).await;
    for period in [
        PeriodKind::Day,
        PeriodKind::Week,
        PeriodKind::Year,
        PeriodKind::Lifetime,
    ] {
        base.clone().every(period).taken(db, &mine).await;
        assert_eq!(
            base.clone()
                .every(period)
                .refused(db, &mine)
                .await
                .count
                .used,
            1
        );
    }
    base.refused(db, &mine).await;
}

#[tokio::test]
async fn a_revoked_key_makes_calls_that_were_let_in_with_it_stale() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let key = keys::list(db, &scope).await.unwrap().remove(0);
    let before = judge(db, &scope, "ann").await;
    keys::revoke(db, &scope, &key.id, &act(db, "key.revoke"))
        .await
        .unwrap();
    let call = Call::by("ann");
    assert_eq!(
        db.take(call.take(&scope, before)).await.unwrap(),
        Verdict::Stale
    );
    let secret = SecretKey::generate(Mode::Test, &mut random);
    let seen = judge(db, &scope, "ann").await;
    keys::add(
        db,
        &scope,
        &new_key(db, &secret),
        Others::Revoke,
        &act(db, "key.add"),
    )
    .await
    .unwrap();
    assert_eq!(
        db.take(call.take(&scope, seen)).await.unwrap(),
        Verdict::Stale
    );
    assert_eq!(
        call.taken(db, &scope).await.count.used,
        1,
        "nothing stale was counted"
    );
}

#[tokio::test]
async fn a_changed_customer_makes_his_own_calls_stale_and_nobody_elses() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let (ann, bob) = (
        customer(db, &scope, "ann").await,
        customer(db, &scope, "bob").await,
    );
    let (of_ann, of_bob) = (
        judge(db, &scope, &ann.id).await,
        judge(db, &scope, &bob.id).await,
    );
    customers::update(
        db,
        &scope,
        &ann,
        &no_fields(),
        None,
        None,
        &act(db, "customer.update"),
    )
    .await
    .unwrap();
    let stale = db
        .take(Call::by(&ann.id).take(&scope, of_ann))
        .await
        .unwrap();
    assert_eq!(stale, Verdict::Stale);
    let fine = db
        .take(Call::by(&bob.id).take(&scope, of_bob))
        .await
        .unwrap();
    assert!(matches!(fine, Verdict::Taken(_)), "{fine:?}");
}

#[tokio::test]
async fn a_customer_made_for_an_unknown_id_makes_its_waiting_calls_stale() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let unknown = judge(db, &scope, "u-1").await;
    customer(db, &scope, "u-1").await;
    let verdict = db
        .take(Call::by("u-1").take(&scope, unknown))
        .await
        .unwrap();
    assert_eq!(verdict, Verdict::Stale);
}

#[tokio::test]
async fn reading_a_counter_changes_nothing() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let call = Call::by("ann");
    for _ in 0..3 {
        assert_eq!(call.used(db, &scope).await, 0);
    }
    call.taken(db, &scope).await;
    for _ in 0..3 {
        assert_eq!(
            call.used(db, &scope).await,
            1,
            "a read after an answer sees it"
        );
    }
    let empty = usage::history(db, &scope, "ann", 9).await.unwrap();
    assert!(empty.is_empty());
}
