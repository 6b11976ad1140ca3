//! The sums and pages of dashboards, against what the rules say of the same rows.

mod attention;
mod canceling;
mod many;
mod plans;
mod platforms;
mod sorting;
mod used;

use std::collections::BTreeMap;

use dream_domain::money::{Currency, Money};
use dream_domain::subscription::{
    Decision, Facts, Held, Item, Policy, Standing, Status, decide, state,
};
use dream_domain::tier::Interval;
use dream_domain::usage::Meter;
use dream_store::Db;
use dream_store::dashboard::{self, Filter, Sort};
use dream_store::invoices::{self, Invoice};
use dream_store::scope::Scope;
use dream_store::subscriptions::{self, Applied, ChangeRow, Row};

use crate::billing::{active, bought, only, paid};
use crate::clock::DAY;
use crate::place::Store;
use crate::tenant::{Call, customer, project};

/// A month before the moment it is asked at, so that whatever ends has ended or not.
fn facts(db: &Db, id: &str, status: Status) -> Facts {
    let start = db.now().plus(-10 * DAY);
    let item = Item {
        id: "si_1".to_owned(),
        price_id: "price_pro".to_owned(),
        product_id: "prod_pro".to_owned(),
        quantity: 1,
        unit: Money {
            minor: 2900,
            currency: Currency::USD,
        },
        interval: Interval::Month,
        interval_count: 1,
        period_start: start,
        period_end: start.plus(30 * DAY),
    };
    Facts {
        id: id.to_owned(),
        customer_id: "cus_1".to_owned(),
        status,
        items: vec![item],
        cancel_at: None,
        cancel_at_period_end: false,
        canceled_at: None,
        ended_at: None,
        trial_end: None,
        cancel_reason: None,
        started_at: start,
        metadata: BTreeMap::new(),
    }
}

/// The row that is stored of these facts.
fn row(db: &Db, user: &str, facts: &Facts, decision: &Decision) -> Row {
    Row {
        status: facts.status.as_str().to_owned(),
        period_start: facts.period().0,
        period_end: facts.period().1,
        cancel_at: facts.cancel_at,
        cancel_at_period_end: facts.cancel_at_period_end,
        ended_at: facts.ended_at,
        claim_plan: decision.claim.as_ref().map(|claim| claim.plan.clone()),
        claim_until: decision.claim.as_ref().and_then(|claim| claim.until),
        reason: decision.reason.as_str().to_owned(),
        mrr: decision.mrr,
        facts: serde_json::to_string(facts).unwrap(),
        started_at: facts.started_at,
        ..active(db, user, &facts.id)
    }
}

/// Every status with every way to end, with and without an account.
fn histories(db: &Db) -> Vec<(Facts, Decision)> {
    let plan_of = |_: &str| Some("pro".to_owned());
    let mut all = Vec::new();
    for status in Status::ALL {
        for ends in 0..5 {
            for disconnected in [false, true] {
                let mut facts = facts(db, &format!("sub_{}", all.len()), status);
                facts.cancel_at_period_end = matches!(ends, 1 | 4);
                // In the past, during the grace and after it.
                facts.cancel_at = match ends {
                    2 => Some(db.now().plus(-DAY)),
                    3 | 4 => Some(db.now().plus(2 * DAY)),
                    _ => None,
                };
                facts.ended_at = (status == Status::Canceled).then(|| db.now());
                let policy = Policy {
                    disconnected,
                    grace_ms: if ends == 0 {
                        20 * DAY
                    } else {
                        Policy::GRACE_MS
                    },
                };
                let decision = decide(&facts, &plan_of, &policy);
                all.push((facts, decision));
            }
        }
    }
    all
}

#[tokio::test]
async fn subscriptions_stand_where_the_rules_put_them() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let mut expected: BTreeMap<Standing, (i64, i64)> = BTreeMap::new();
    for (index, (facts, decision)) in histories(db).iter().enumerate() {
        let user = customer(db, scope, &format!("u{index}")).await;
        let row = row(db, &user.id, facts, decision);
        let done = subscriptions::apply(db, scope, &only(db, &row, None)).await;
        assert_eq!(done.unwrap(), Applied::Done);
        let held = [Held { facts, decision }];
        let standing = state(&tenant.tiers, &[], &held, db.now()).status;
        // A page says of each the same as the rules.
        for asked in Standing::ALL {
            let filter = Filter {
                search: Some(user.id.to_string()),
                status: Some(asked),
                ..Filter::default()
            };
            let page = dashboard::page(db, scope, &filter, &Sort::Newest, None, 9).await;
            let is_there = !page.unwrap().is_empty();
            assert_eq!(
                is_there,
                asked == standing,
                "{asked:?} {facts:?} {decision:?}"
            );
        }
        if !facts.status.is_final() {
            let sums = expected.entry(standing).or_default();
            sums.0 += 1;
            sums.1 += decision.mrr_at(db.now());
        }
    }
    let found = dashboard::standings(db, scope).await.unwrap();
    let found: BTreeMap<_, _> = found
        .iter()
        .map(|one| (one.standing, (one.count, one.mrr)))
        .collect();
    assert_eq!(found, expected);
    let none = project(db).await;
    assert_eq!(dashboard::standings(db, &none.scope).await.unwrap(), []);
}

/// A user whose record says that he paid that much a month from then on.
async fn pays(db: &Db, scope: &Scope, user: &str, mrr: (i64, i64), currency: &str, id: &str) {
    told(db, scope, user, mrr, currency, id, "active").await;
}

/// The same for a reason.
async fn told(
    db: &Db,
    scope: &Scope,
    user: &str,
    mrr: (i64, i64),
    currency: &str,
    id: &str,
    reason: &str,
) {
    let of_user = subscriptions::of_user(db, scope, user).await.unwrap();
    let old = of_user.iter().find(|row| row.id == id);
    let row = Row {
        mrr: mrr.1,
        currency: currency.to_owned(),
        ..active(db, user, id)
    };
    let customer = dream_store::customers::find(db, scope, user).await.unwrap();
    let plan = customer.unwrap().plan;
    let bought = bought(db, &row);
    let change = bought.change.clone().map(|change| ChangeRow {
        mrr_before: mrr.0,
        mrr_after: mrr.1,
        currency: currency.to_owned(),
        reason: reason.to_owned(),
        ..change
    });
    let apply = subscriptions::Apply {
        expected: old.map(|row| row.version),
        plan_from: plan.as_deref(),
        change,
        ..bought
    };
    let done = subscriptions::apply(db, scope, &apply).await.unwrap();
    assert_eq!(done, Applied::Done);
}

#[tokio::test]
async fn changes_are_summed_by_day_and_currency() {
    let store = Store::new().await;
    let db = &store.db;
    let (tenant, other) = (project(db).await, project(db).await);
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let bob = customer(db, scope, "bob").await;
    let eve = customer(db, &other.scope, "eve").await;
    pays(db, scope, &ann.id, (0, 2900), "usd", "sub_a").await;
    pays(db, &other.scope, &eve.id, (0, 9900), "usd", "sub_e").await;
    store.clock.advance(3 * DAY);
    let from = db.now().day_start();
    pays(db, scope, &bob.id, (0, 500), "eur", "sub_b").await;
    pays(db, scope, &ann.id, (2900, 1000), "usd", "sub_a").await;
    store.clock.advance(DAY);
    pays(db, scope, &ann.id, (1000, 0), "usd", "sub_a").await;
    let to = db.now().plus(DAY);
    let found = dashboard::changes(db, scope, from, to).await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|one| {
            let day = one.day.map(|day| day - from.0 / DAY);
            (day, &*one.currency, one.mrr, one.began, one.stopped)
        })
        .collect();
    let expected = [
        (None, "usd", 2900, 1, 0),
        (Some(0), "eur", 500, 1, 0),
        (Some(0), "usd", -1900, 0, 0),
        (Some(1), "usd", -1000, 0, 1),
    ];
    assert_eq!(found, expected);
    let end = dashboard::changes(db, scope, from, db.now()).await.unwrap();
    assert_eq!(end.len(), 3, "the end is not in it");
    let now = db.now();
    for (from, to, expected) in [
        (now.plus(-9 * DAY), now.plus(1), (0, 0)),
        (now.plus(-2 * DAY), now.plus(1), (1, 1)),
        (now.plus(-2 * DAY), now, (1, 0)),
        (now, now.plus(1), (2, 1)),
        (now.plus(1), now.plus(2), (1, 0)),
    ] {
        let churn = dashboard::churn(db, scope, from, to).await.unwrap();
        assert_eq!(churn, expected, "{from:?} {to:?}");
    }
}

#[tokio::test]
async fn revenue_is_net_and_of_three_spans() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let ann = customer(db, scope, "ann").await;
    let row = active(db, &ann.id, "sub_1");
    let now = db.now();
    let at = |days: i64, id: &str, refunded: i64| Invoice {
        paid_at: Some(now.plus(-days * DAY)),
        amount_refunded: refunded,
        ..paid(db, &row, id)
    };
    let open = Invoice {
        paid_at: None,
        amount_paid: 0,
        ..at(0, "in_open", 0)
    };
    let euro = Invoice {
        currency: "eur".into(),
        ..at(1, "in_euro", 2900)
    };
    let all = [
        at(0, "in_a", 0),
        at(29, "in_b", 400),
        at(31, "in_c", 0),
        at(61, "in_d", 0),
        euro,
        open,
    ];
    for invoice in all {
        assert!(invoices::put(db, scope, &invoice).await.unwrap());
    }
    let sums = dashboard::revenue(db, scope, now, 30 * DAY).await.unwrap();
    let sums: Vec<_> = sums
        .iter()
        .map(|one| (&*one.currency, one.total, one.recent, one.before))
        .collect();
    let expected = [("eur", 0, 0, 0), ("usd", 11_200, 5400, 2900)];
    assert_eq!(sums, expected);
    let from = now.day_start().plus(-30 * DAY);
    let days = dashboard::paid(db, scope, from, now.plus(1)).await.unwrap();
    let today = now.0 / DAY;
    let days: Vec<_> = days
        .iter()
        .map(|one| (today - one.day, &*one.currency, one.net, one.orders))
        .collect();
    let expected = [(29, "usd", 2500, 0), (1, "eur", 0, 0), (0, "usd", 2900, 0)];
    assert_eq!(days, expected);
}

#[tokio::test]
async fn page_has_everything_of_each_and_nothing_of_others() {
    let store = Store::new().await;
    let db = &store.db;
    let (tenant, other) = (project(db).await, project(db).await);
    let scope = &tenant.scope;
    let mut ids = Vec::new();
    for index in 0_i64..60 {
        let user = customer(db, scope, &format!("u{index:02}")).await;
        let id = format!("sub_{index}");
        if index % 2 == 0 {
            pays(db, scope, &user.id, (0, 2900), "usd", &id).await;
        }
        Call::by(&user.id).amount(index + 1).taken(db, scope).await;
        ids.push(user.id.clone());
        store.clock.advance(1);
    }
    let stranger = customer(db, &other.scope, "u01").await;
    pays(db, &other.scope, &stranger.id, (0, 1), "usd", "sub_x").await;
    let people = async |filter: &Filter<'_>, order, after: Option<&str>, limit| {
        let page = dashboard::page(db, scope, filter, order, after, limit).await;
        let page = page.unwrap().into_iter();
        page.map(|person| person.id).collect::<Vec<_>>()
    };
    let all = Filter::default();
    let newest: Vec<_> = ids.iter().rev().cloned().collect();
    assert_eq!(people(&all, &Sort::Newest, None, 100).await, newest);
    assert_eq!(people(&all, &Sort::Oldest, None, 100).await, ids);
    let rest = people(&all, &Sort::Oldest, Some(&ids[57]), 100).await;
    assert_eq!(rest, ids[58..]);
    let plan = |name: &str, is_default| Filter {
        plan: Some(name.to_owned()),
        plan_is_default: is_default,
        ..Filter::default()
    };
    assert_eq!(
        people(&plan("pro", false), &Sort::Newest, None, 100)
            .await
            .len(),
        30
    );
    assert_eq!(
        people(&plan("free", true), &Sort::Newest, None, 100)
            .await
            .len(),
        30
    );
    db.fold().await.unwrap();
    let requests = Meter::requests();
    let days = dashboard::used(db, scope, &requests, db.now().plus(-DAY), db.now());
    assert_eq!(days.await.unwrap(), [(db.now().day_start(), 60 * 61 / 2)]);
    let used = dashboard::counters(db, scope, &ids).await.unwrap();
    let used: BTreeMap<_, _> = used
        .iter()
        .map(|one| (one.user.clone(), one.used))
        .collect();
    let rows = dashboard::subscriptions(db, scope, &ids).await.unwrap();
    for (index, id) in (0_i64..).zip(&ids) {
        assert_eq!(used[id], index + 1);
        let of_user: Vec<_> = rows.iter().filter(|row| *row.user == **id).collect();
        assert_eq!(of_user.len(), usize::from(index % 2 == 0));
    }
    assert_eq!(rows.len(), 30);
    assert_eq!(dashboard::people(db, scope).await.unwrap(), (60, 30));
}
