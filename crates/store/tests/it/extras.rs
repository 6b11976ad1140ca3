//! Use on top of a limit holds for its own period, whoever judged the call when; and a count that begins anew stays so.

use dream_domain::period::PeriodKind;
use dream_domain::usage::{Extra, Limit, Meter};
use dream_store::customers::Customer;
use dream_store::options::{Options, Place};
use dream_store::scope::Scope;
use dream_store::{Db, customers, usage};

use crate::clock::DAY;
use crate::place::{Store, only_sqlite};
use crate::tenant::{Call, act, customer, judge, project};

fn month(db: &Db, amount: i64) -> Extra {
    let period = PeriodKind::Month.containing(db.now());
    Extra { period, amount }
}

/// Gives extra use for the month that runs.
pub(crate) async fn given(db: &Db, scope: &Scope, to: &Customer, meter: &str, amount: i64) {
    let (meter, act) = (Meter::parse(meter).unwrap(), act(db, "usage.grant"));
    usage::grant(db, scope, to, &meter, month(db, amount), None, &act)
        .await
        .unwrap();
}

#[tokio::test]
async fn extra_use_counts_in_its_period_even_if_the_call_was_judged_before() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let extra = month(db, 3);
    for (limit, taken) in [(2, 5), (0, 3)] {
        let ann = format!("ann{limit}");
        let call = Call::by(&ann).at_most(limit);
        let judged = async || {
            let seen = judge(db, &scope, &ann).await;
            db.take(call.take(&scope, seen).with_extra(Some(extra)))
                .await
                .unwrap()
        };
        for _ in 0..taken + 2 {
            judged().await;
        }
        assert_eq!(call.used(db, &scope).await, taken);
        // The month ends between the judgement and the count.
        store.clock.advance(31 * DAY);
        for _ in 0..limit + 2 {
            judged().await;
        }
        assert_eq!(call.used(db, &scope).await, limit);
        store.clock.advance(-31 * DAY);
    }
}

#[tokio::test]
async fn an_answer_tells_what_is_extra_and_a_replay_tells_the_same() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let call = Call::by("ann").at_most(2).key("k", "body");
    for replayed in [false, true] {
        let seen = judge(db, &scope, "ann").await;
        let take = call.take(&scope, seen).with_extra(Some(month(db, 3)));
        let dream_store::meter::Verdict::Taken(tally) = db.take(take).await.unwrap() else {
            panic!("there is room");
        };
        assert_eq!(
            (tally.limit, tally.extra, tally.replayed),
            (Limit::Max(5), 3, replayed)
        );
    }
}

#[tokio::test]
async fn gifts_add_up_by_meter_and_make_what_was_judged_before_stale() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ann = customer(db, &scope, "u-1").await;
    assert_eq!(ann.extra_until, None);
    let slots = || {
        ["u-1", &*ann.id].map(|id| {
            db.versions()
                .get(db.versions().user_slot(scope.tenant(), id))
        })
    };
    let before = slots();
    for (meter, amount) in [("requests", 3), ("requests", 4), ("tokens", 5)] {
        given(db, &scope, &ann, meter, amount).await;
    }
    assert!(
        slots()
            .iter()
            .zip(before)
            .all(|(now, before)| *now > before)
    );
    let now = customers::find(db, &scope, "u-1").await.unwrap().unwrap();
    assert!(now.version >= ann.version + 3);
    assert_eq!(now.extra_until, Some(month(db, 0).period.end));
    let told = async || {
        let all = usage::extras(db, &scope, &ann.id).await.unwrap();
        let of = all
            .iter()
            .map(|(meter, extra)| (meter.to_string(), extra.amount));
        of.collect::<Vec<_>>()
    };
    assert_eq!(
        told().await,
        [("requests".to_owned(), 7), ("tokens".to_owned(), 5)]
    );
    store.clock.advance(31 * DAY);
    assert!(told().await.is_empty());
    let now = db.now();
    // Counters are closed a minute later where several processes count.
    store.clock.advance(120_000);
    usage::close_periods(db, db.now(), now, now).await.unwrap();
    assert_eq!(store.number("select count(*) from usage_extras").await, 0);
}

#[tokio::test]
async fn nothing_is_granted_to_the_deleted() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ann = customer(db, &scope, "u-1").await;
    customers::delete(db, &scope, &ann, &[], &act(db, "customer.delete"))
        .await
        .unwrap();
    let (meter, act) = (Meter::requests(), act(db, "usage.grant"));
    let granted = usage::grant(db, &scope, &ann, &meter, month(db, 1), None, &act);
    assert_eq!(
        granted.await.unwrap_err().code().as_str(),
        "customer_not_found"
    );
    assert_eq!(store.number("select count(*) from usage_extras").await, 0);
}

#[tokio::test]
async fn a_reset_survives_the_death_of_the_process_and_keeps_the_days() {
    let mut store = Store::never_folding().await;
    let scope = project(&store.db).await.scope;
    let ann = customer(&store.db, &scope, "u-1").await;
    let call = Call::by(&ann.id).at_most(5);
    for _ in 0..5 {
        call.taken(&store.db, &scope).await;
    }
    let act = act(&store.db, "usage.reset");
    usage::reset(&store.db, &scope, &ann, None, &act)
        .await
        .unwrap();
    assert_eq!(call.used(&store.db, &scope).await, 0);
    for _ in 0..2 {
        call.taken(&store.db, &scope).await;
    }
    if only_sqlite("it has no journal") {
        // What a killed process leaves: the journal was not folded since.
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dream.db");
        store
            .look(&format!("vacuum into '{}'", file.display()))
            .await;
        let clocks = store.clock.clocks();
        let db = Db::open(&Place::Sqlite(file), clocks, &Options::default())
            .await
            .unwrap();
        assert_eq!(call.used(&db, &scope).await, 2);
        db.close().await;
    }
    store.reopen().await;
    assert_eq!(call.used(&store.db, &scope).await, 2);
    for _ in 0..3 {
        call.taken(&store.db, &scope).await;
    }
    call.refused(&store.db, &scope).await;
    store.db.fold().await.unwrap();
    let today = store.db.now();
    for (user, used) in [(Some(&*ann.id), 10), (None, 10)] {
        let days = usage::days(&store.db, &scope, user, today, today)
            .await
            .unwrap();
        assert_eq!(days.iter().map(|(_, _, used)| used).sum::<i64>(), used);
    }
}
