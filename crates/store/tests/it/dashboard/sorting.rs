//! Customers in every order: with equal values, with every filter, and while values change.

use std::collections::HashSet;
use std::sync::Arc;

use dream_domain::period::PeriodKind;
use dream_domain::subscription::{Decision, Facts, Held, Standing, state};
use dream_domain::time::Millis;
use dream_domain::usage::Meter;
use dream_store::Db;
use dream_store::dashboard::{self, Allows, Direction, Filter, Near, Sort, Wish};
use dream_store::projects::Tenant;
use dream_store::scope::Scope;
use dream_store::subscriptions::{self, Applied};

use super::{histories, row};
use crate::billing::{active, buy, only};
use crate::clock::DAY;
use crate::place::Store;
use crate::tenant::{Call, create, customer, no_fields, project};

use Direction::{Ascending, Descending};

/// What a filter should let through.
type Fits<'a> = dyn Fn(&Made) -> bool + 'a;

/// What a customer of the test has.
#[derive(Clone, Debug)]
struct Made {
    id: Arc<str>,
    email: Option<String>,
    used: i64,
    renews: Option<i64>,
}

/// More plans than one statement takes. What is free counts by month, what is bought by day.
fn wish(db: &Db) -> Wish<'static> {
    let since = |kind: PeriodKind| kind.containing(db.now()).start;
    let other = ["a", "b", "c", "d", "e", "f", "g"].map(|plan| (plan, PeriodKind::Year));
    let all = [("free", PeriodKind::Month)].into_iter().chain(other);
    let all = all.chain([("pro", PeriodKind::Day)]);
    let allows = |(plan, kind)| Allows {
        plan,
        most: Some(4),
        since: since(kind),
    };
    Wish {
        meter: Meter::requests(),
        default_plan: "free",
        plans: all.map(allows).collect(),
    }
}

fn sorts(db: &Db) -> Vec<Sort<'static>> {
    vec![
        Sort::Newest,
        Sort::Oldest,
        Sort::Email(Ascending),
        Sort::Email(Descending),
        Sort::Usage(Ascending, wish(db)),
        Sort::Usage(Descending, wish(db)),
        Sort::Renews(Ascending, "free"),
        Sort::Renews(Descending, "free"),
    ]
}

/// Sixty-six customers: every third pays, every fifth has no e-mail, and many have used the same.
async fn people(db: &Db, scope: &Scope, store: &Store) -> Vec<Made> {
    let mut all = Vec::new();
    for index in 0_i64..66 {
        // The e-mails are in another order than the customers.
        let email = (index % 5 != 0).then(|| format!("U{:02}@example.com", index * 29 % 66));
        let fields = dream_store::customers::Fields {
            external_id: Some(format!("ext-{index}")),
            email: email
                .clone()
                .map(|email| (email.clone(), email.to_lowercase())),
            ..no_fields()
        };
        let user = create(db, scope, &fields).await.unwrap();
        let pays = index % 3 == 0;
        let used = index % 6;
        if used > 0 {
            let kind = if pays {
                PeriodKind::Day
            } else {
                PeriodKind::Month
            };
            let call = Call::by(&user.id).amount(used).every(kind);
            call.taken(db, scope).await;
        }
        // What counts under another plan, or of another meter, is not what is sorted by.
        let other = if pays {
            PeriodKind::Month
        } else {
            PeriodKind::Day
        };
        let call = Call::by(&user.id).amount(index + 1).every(other);
        call.taken(db, scope).await;
        let call = Call::by(&user.id).amount(index + 1).meter("tokens");
        call.taken(db, scope).await;
        let mut bought = active(db, &user.id, &format!("sub_{index}"));
        bought.period_end = Millis(store.clock.now().0 / DAY * DAY + (index % 4 + 2) * DAY);
        if pays {
            buy(db, scope, &bought).await;
        }
        all.push(Made {
            id: user.id.clone(),
            email: email.map(|email| email.to_lowercase()),
            used,
            renews: pays.then_some(bought.period_end.0),
        });
        store.clock.advance(1);
    }
    db.fold().await.unwrap();
    all
}

/// What a list should say.
fn expected(all: &[Made], sort: &Sort<'_>) -> Vec<Arc<str>> {
    let mut all = all.to_vec();
    let is_descending = match sort {
        Sort::Newest => true,
        Sort::Oldest => false,
        Sort::Email(way) | Sort::Usage(way, _) | Sort::Renews(way, _) => *way == Descending,
    };
    all.sort_by(|a, b| {
        let order = match sort {
            Sort::Newest | Sort::Oldest => a.id.cmp(&b.id),
            Sort::Email(_) => (&a.email, &a.id).cmp(&(&b.email, &b.id)),
            Sort::Usage(..) => (a.used, &a.id).cmp(&(b.used, &b.id)),
            Sort::Renews(..) => (a.renews, &a.id).cmp(&(b.renews, &b.id)),
        };
        if is_descending {
            order.reverse()
        } else {
            order
        }
    });
    let missing = |one: &Made| match sort {
        Sort::Email(_) => one.email.is_none(),
        Sort::Renews(..) => one.renews.is_none(),
        _ => false,
    };
    // What is missing comes last, either way.
    all.sort_by_key(missing);
    all.into_iter().map(|one| one.id).collect()
}

/// All pages of a list, one after the other.
async fn paged(
    db: &Db,
    scope: &Scope,
    filter: &Filter<'_>,
    sort: &Sort<'_>,
    limit: i64,
) -> Vec<Arc<str>> {
    let mut all: Vec<Arc<str>> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = dashboard::page(db, scope, filter, sort, after.as_deref(), limit).await;
        let page = page.unwrap();
        all.extend(page.iter().map(|one| one.id.clone()));
        match page.last() {
            Some(last) => after = Some(last.place()),
            None => return all,
        }
        assert!(all.len() < 1000, "{sort:?} does not end");
    }
}

#[tokio::test]
async fn every_order_pages_through_all_customers_with_every_filter() {
    let store = Store::new().await;
    let db = &store.db;
    let (tenant, other) = (project(db).await, project(db).await);
    let scope = &tenant.scope;
    let all = people(db, scope, &store).await;
    let stranger = customer(db, &other.scope, "stranger").await;
    let call = Call::by(&stranger.id).amount(3);
    call.taken(db, &other.scope).await;
    buy(db, &other.scope, &active(db, &stranger.id, "sub_stranger")).await;
    db.fold().await.unwrap();
    let near = |near| Filter {
        near: Some((near, wish(db))),
        ..Filter::default()
    };
    let pays = |one: &Made| one.renews.is_some();
    let filters: [(Filter<'_>, &Fits<'_>); 7] = [
        (Filter::default(), &|_| true),
        (
            Filter {
                search: Some("u1".to_owned()),
                ..Filter::default()
            },
            &|one| one.email.as_deref().is_some_and(|it| it.contains("u1")),
        ),
        (
            Filter {
                plan: Some("pro".to_owned()),
                ..Filter::default()
            },
            &pays,
        ),
        (
            Filter {
                plan: Some("free".to_owned()),
                plan_is_default: true,
                ..Filter::default()
            },
            &|one| !pays(one),
        ),
        (
            Filter {
                status: Some(Standing::Active),
                ..Filter::default()
            },
            &pays,
        ),
        // Both plans have customers there, and two statements look for them.
        (near(Near::Reached), &|one| one.used >= 4),
        (near(Near::Close), &|_| false),
    ];
    for sort in &sorts(db) {
        for (filter, fits) in &filters {
            let fitting: Vec<Made> = all.iter().filter(|one| fits(one)).cloned().collect();
            for limit in [1, 7, 100] {
                let found = paged(db, scope, filter, sort, limit).await;
                assert_eq!(
                    found,
                    expected(&fitting, sort),
                    "{sort:?} {filter:?} {limit}"
                );
            }
        }
    }
}

#[tokio::test]
async fn pages_end_while_what_they_are_sorted_by_changes() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = &project(db).await.scope;
    let all = people(db, scope, &store).await;
    let everybody = Filter::default();
    for (round, sort) in sorts(db).iter().enumerate() {
        let mut seen: Vec<Arc<str>> = Vec::new();
        let mut after: Option<String> = None;
        for page in 0.. {
            assert!(page < 60, "{sort:?} does not end");
            let found = dashboard::page(db, scope, &everybody, sort, after.as_deref(), 7).await;
            let found = found.unwrap();
            seen.extend(found.iter().map(|one| one.id.clone()));
            let last = match found.last() {
                Some(last) if found.len() == 7 => last,
                _ => break,
            };
            after = Some(last.place());
            // The last one seen, and one that is always the same: one leaves, and one comes again and again.
            for (at, id) in [&last.id, &all[1].id].into_iter().enumerate() {
                let call = Call::by(id).amount(1);
                call.taken(db, scope).await;
                db.fold().await.unwrap();
                let address = format!("v{at}-{round}-{page}@example.com");
                let (pk, later) = (scope.tenant(), 100 * DAY + page);
                store
                    .change_tables(&format!(
                        "update end_users set email = '{address}', email_folded = '{address}' where publishable_key = '{pk}' and user_id = '{id}';
                         update subscriptions set period_end = period_end + {later} where publishable_key = '{pk}' and user_id = '{id}'"
                    ))
                    .await;
            }
        }
        let different: HashSet<_> = seen.iter().collect();
        assert!(different.len() >= 60, "{sort:?} {}", different.len());
    }
}

/// When a page says that a subscription renews or ends.
fn renews(tenant: &Tenant, held: &[(Facts, Decision)], now: Millis) -> Option<i64> {
    let views: Vec<_> = held
        .iter()
        .map(|(facts, decision)| Held { facts, decision })
        .collect();
    let state = state(&tenant.tiers, &[], &views, now);
    let (facts, _) = held
        .iter()
        .find(|(facts, _)| Some(&facts.id) == state.subscription_id.as_ref())?;
    let end = facts.period().1;
    match state.status {
        Standing::Active | Standing::Trialing | Standing::PastDue => Some(end.0),
        Standing::Canceling => Some(facts.ends().unwrap_or(end).0),
        Standing::None | Standing::Canceled => None,
    }
}

#[tokio::test]
async fn what_renews_is_the_subscription_that_the_rules_pick() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    let histories = histories(db);
    let mut all = Vec::new();
    for (index, (facts, decision)) in histories.iter().enumerate() {
        let user = customer(db, scope, &format!("u{index}")).await;
        // Each has a second one, of another kind and with another end.
        let (mut second, other) = histories[(index * 37 + 11) % histories.len()].clone();
        second.id = format!("sub_second_{index}");
        let longer = i64::try_from(index).unwrap() * 1000 + 1;
        second.items[0].period_end = second.items[0].period_end.plus(longer);
        second.started_at = second.started_at.plus(-longer);
        let held = [(facts.clone(), decision.clone()), (second, other)];
        for (facts, decision) in &held {
            let row = row(db, &user.id, facts, decision);
            let done = subscriptions::apply(db, scope, &only(db, &row, None)).await;
            assert_eq!(done.unwrap(), Applied::Done);
        }
        let views = held
            .each_ref()
            .map(|(facts, decision)| Held { facts, decision });
        let plan = state(&tenant.tiers, &[], &views, db.now()).plan;
        let plan = plan.filter(|plan| plan != "free");
        let plan = plan.map_or("null".to_owned(), |plan| format!("'{plan}'"));
        let (pk, id) = (scope.tenant(), &user.id);
        store
            .change_tables(&format!(
                "update end_users set plan = {plan} where publishable_key = '{pk}' and user_id = '{id}'"
            ))
            .await;
        all.push(Made {
            renews: renews(&tenant, &held, db.now()),
            id: user.id,
            email: None,
            used: 0,
        });
    }
    assert!(all.iter().filter(|one| one.renews.is_some()).count() > 20);
    for way in [Ascending, Descending] {
        let sort = Sort::Renews(way, "free");
        let found = paged(db, scope, &Filter::default(), &sort, 9).await;
        assert_eq!(found, expected(&all, &sort), "{way:?}");
    }
}
