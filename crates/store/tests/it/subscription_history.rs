//! Random histories of fetches, late ones among them, against a model: what is stored is the last that was
//! done, and grants are what the stored rows claim.

use std::collections::BTreeMap;

use dream_store::customers;
use dream_store::subscriptions::{self, Applied, Apply, Row};

use crate::billing::{active, change, only};
use crate::clock::DAY;
use crate::place::Store;
use crate::tenant::{customer, project, random};

const STEPS: usize = 300;

fn draw(below: u8) -> u8 {
    let mut byte = [0];
    random(&mut byte);
    byte[0] % below
}

/// The row a fetch brings: one of the states that give a plan, or none.
fn fetched(fresh: Row) -> Row {
    let until = fresh.period_end;
    let (status, claim_plan, claim_until) = match draw(4) {
        0 => ("active", Some("pro"), None),
        1 => ("past_due", Some("pro"), Some(until)),
        2 => ("trialing", Some("free"), None),
        _ => ("canceled", None, None),
    };
    Row {
        status: status.to_owned(),
        claim_plan: claim_plan.map(str::to_owned),
        claim_until,
        ..fresh
    }
}

#[tokio::test]
async fn what_is_stored_is_the_last_that_was_done() {
    let mut store = Store::new().await;
    let tenant = project(&store.db).await;
    let scope = &tenant.scope;
    let mut users = Vec::new();
    for name in ["ann", "bob"] {
        users.push(customer(&store.db, scope, name).await.id);
    }
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut plans: BTreeMap<String, Option<String>> = BTreeMap::new();
    let (mut done, mut conflicts) = (0, 0);
    for _ in 0..STEPS {
        store.clock.advance(DAY / 24);
        let db = &store.db;
        let user = &*users[usize::from(draw(2))];
        let id = format!("sub_{}_{user}", draw(3));
        let stored = rows.get(&id);
        let started_at = stored.map_or(db.now(), |row| row.started_at);
        let row = Row {
            started_at,
            ..fetched(active(db, user, &id))
        };
        // One of three began before another fetch that is done by now.
        let version = stored.map(|row| row.version);
        let is_late = draw(3) == 0;
        let expected = match (version, is_late) {
            (version, false) => version,
            (Some(1), true) => None,
            (Some(version), true) => Some(version - 1),
            (None, true) => Some(1),
        };
        let plan = plans.entry(user.to_owned()).or_default();
        let apply = Apply {
            plan_from: plan.as_deref(),
            plan_to: row.claim_plan.as_deref(),
            change: (draw(2) == 0).then(|| change(db, "a", "b", 0, row.mrr)),
            ..only(db, &row, expected)
        };
        let became = subscriptions::apply(db, scope, &apply).await.unwrap();
        if is_late {
            assert_eq!(became, Applied::Conflict);
            conflicts += 1;
        } else {
            assert_eq!(became, Applied::Done);
            done += 1;
            let version = version.map_or(1, |version| version + 1);
            *plan = row.claim_plan.clone();
            rows.insert(id, Row { version, ..row });
        }
        if draw(50) == 0 {
            store.reopen().await;
        }
        check(&store, scope, user, &rows, plans[user].as_deref()).await;
    }
    assert!(done > 100 && conflicts > 50, "{done} {conflicts}");
}

async fn check(
    store: &Store,
    scope: &dream_store::scope::Scope,
    user: &str,
    rows: &BTreeMap<String, Row>,
    plan: Option<&str>,
) {
    let db = &store.db;
    let theirs = || rows.values().filter(|row| row.user == user);
    let mut stored = subscriptions::of_user(db, scope, user).await.unwrap();
    stored.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(stored, theirs().cloned().collect::<Vec<_>>());
    let grants = customers::grants(db, scope, user).await.unwrap();
    let claims = theirs().filter(|row| row.claim_plan.is_some());
    assert_eq!(grants.len(), claims.count());
    let runs = |row: &Row| {
        let until = row.claim_until.is_none_or(|until| until > db.now());
        row.claim_plan.is_some() && until
    };
    let paid = customers::paid(db, scope, user).await.unwrap();
    assert_eq!(paid, theirs().any(runs));
    let customer = customers::find(db, scope, user).await.unwrap().unwrap();
    assert_eq!(customer.plan.as_deref(), plan);
}
