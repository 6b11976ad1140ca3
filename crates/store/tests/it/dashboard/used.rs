//! Use in the periods that run: of each customer what counts under the plan he is on.

use dream_domain::period::PeriodKind;
use dream_domain::usage::Meter;
use dream_store::dashboard::{self, Allows, Running, Wish};

use crate::place::Store;
use crate::tenant::{Call, customer, project};

#[tokio::test]
async fn sums_over_more_plans_than_one_statement_takes() {
    let store = Store::new().await;
    let db = &store.db;
    let (tenant, other) = (project(db).await, project(db).await);
    let scope = &tenant.scope;
    let since = PeriodKind::Month.containing(db.now()).start;
    let names: Vec<String> = (0..19).map(|index| format!("plan{index:02}")).collect();
    let mut plans: Vec<Allows<'_>> = names
        .iter()
        .map(|plan| Allows {
            plan,
            most: Some(10),
            since,
        })
        .collect();
    plans[18].most = None;
    let wish = Wish {
        meter: Meter::requests(),
        default_plan: "plan00",
        plans,
    };
    assert_eq!(
        dashboard::running(db, scope, &wish).await.unwrap(),
        Running::default()
    );
    // Nobody has bought anything: these are on the default plan, whatever the call was judged by.
    for (name, used) in [("low", 7), ("close", 8), ("reached", 10)] {
        let user = customer(db, scope, name).await;
        Call::by(&user.id)
            .amount(used)
            .at_most(10)
            .taken(db, scope)
            .await;
    }
    let user = customer(db, &other.scope, "low").await;
    Call::by(&user.id).amount(50).taken(db, &other.scope).await;
    db.fold().await.unwrap();
    // Ids that have no row are on the plan that was told of them.
    for (index, plan) in names.iter().enumerate() {
        let used = index + 1;
        let period = PeriodKind::Month.containing(db.now());
        store
            .change_tables(&format!(
                "insert into usage_counts (publishable_key, user_id, meter, period_start, period_end, used, held, taken, folded, plan, updated_at)
                 values ('{}', 'ext-{used:02}', 'requests', {}, {}, {used}, 0, 0, {used}, '{plan}', {})",
                scope.tenant(), period.start.0, period.end.0, period.start.0
            ))
            .await;
    }
    let found = dashboard::running(db, scope, &wish).await.unwrap();
    let expected = Running {
        counted: 22,
        // 8 and 9, and 8 of a customer; the last plan has no limit.
        close: 3,
        reached: 10,
        used: 190 + 25,
    };
    assert_eq!(found, expected);
    let top = dashboard::users(db, scope, &wish, None, None, 10)
        .await
        .unwrap();
    let rows: Vec<_> = top.iter().map(|one| (one.used, one.most)).collect();
    let expected = [19, 18, 17, 16, 15, 14, 13, 12, 11, 10];
    assert_eq!(
        rows,
        expected.map(|used| (used, (used != 19).then_some(10)))
    );
    // Of two with the same use the smaller id comes first.
    assert_eq!(&*top[9].user, "ext-10");
    assert!(!top[9].is_known && top[9].email.is_none());
}
