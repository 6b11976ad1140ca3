//! Deleting is complete, and no way to a fresh limit.

use dream_domain::error::Code;
use dream_domain::period::PeriodKind;
use dream_domain::time::Millis;
use dream_store::customers;
use dream_store::keys;
use dream_store::meter::Verdict;
use dream_store::projects::{self, Tenant};
use dream_store::usage;

use crate::clock::DAY;
use crate::place::{Store, on_postgres};
use crate::tenant::{Call, act, customer, judge, project};

/// Every table that holds rows of tenants. Work on a project tells of its end, and goes by itself.
async fn tenant_tables(store: &Store) -> Vec<String> {
    let sql = if on_postgres() {
        "select table_name from information_schema.columns
         where column_name = 'publishable_key' and table_schema = 'public' and table_name <> 'works'"
    } else {
        "select m.name from sqlite_schema m join pragma_table_info(m.name) c on c.name = 'publishable_key'
         where m.type = 'table' and m.name <> 'works'"
    };
    store
        .look(sql)
        .await
        .into_iter()
        .map(|mut row| row.remove(0))
        .collect()
}

/// Table and number of rows, wherever a tenant has any.
pub(crate) async fn traces(store: &Store, tenant: &str) -> Vec<(String, i64)> {
    let mut found = Vec::new();
    for table in tenant_tables(store).await {
        let count = store
            .number(&format!(
                "select count(*) from {table} where publishable_key = '{tenant}'"
            ))
            .await;
        if count > 0 && table != "audit_log" {
            found.push((table, count));
        }
    }
    let journal = store
        .number(&format!(
            "select count(*) from journal where entries like '%{tenant}%'"
        ))
        .await;
    if journal > 0 {
        found.push(("journal".to_owned(), journal));
    }
    found
}

/// Leaves rows in every table of a tenant.
async fn live_in(store: &Store, tenant: &Tenant) {
    let (db, scope) = (&store.db, &tenant.scope);
    let gone = customer(db, scope, "gone").await;
    Call::by(&gone.id).taken(db, scope).await;
    customers::delete(db, scope, &gone, &[], &act(db, "customer.delete"))
        .await
        .unwrap();
    let ann = customer(db, scope, "ann").await;
    crate::accounts::signed_in(db, tenant, &ann).await;
    let ann = customers::find(db, scope, &ann.id).await.unwrap().unwrap();
    let grant = dream_domain::plan::Grant {
        plan: "pro".to_owned(),
        by: "cli".to_owned(),
        until: None,
    };
    let change = customers::PlanChange {
        id: format!("chg_of_{}", scope.tenant()),
        from: "free".to_owned(),
        to: "pro".to_owned(),
        currency: "usd".to_owned(),
        reason: "granted",
    };
    let (fields, act) = (crate::tenant::no_fields(), act(db, "customer.update"));
    customers::update(
        db,
        scope,
        &ann,
        &fields,
        Some(Some(&grant)),
        Some(&change),
        &act,
    )
    .await
    .unwrap();
    crate::billing::trade(db, tenant, &ann).await;
    crate::assets::one(store, scope).await;
    crate::orders::sell(db, tenant).await;
    Call::by(&ann.id).key("k1", "b").taken(db, scope).await;
    Call::by(&ann.id)
        .every(PeriodKind::Day)
        .meter("daily")
        .taken(db, scope)
        .await;
    db.fold().await.unwrap();
    let next_day = db.now().plus(DAY);
    usage::close_periods(db, next_day, Millis(0), Millis(0))
        .await
        .unwrap();
    crate::extras::given(db, scope, &ann, "requests", 5).await;
    // Something that no fold has seen yet.
    Call::by(&ann.id).key("k2", "b").taken(db, scope).await;
    Call::by("unknown").taken(db, scope).await;
}

#[tokio::test]
async fn a_deleted_project_leaves_nothing_behind_and_its_neighbour_everything() {
    let store = Store::never_folding().await;
    let db = &store.db;
    let (gone, stays) = (project(db).await, project(db).await);
    live_in(&store, &gone).await;
    live_in(&store, &stays).await;
    let tables = tenant_tables(&store).await.len();
    let before = traces(&store, stays.scope.tenant()).await;
    let with_rows = before
        .iter()
        .filter(|(table, _)| table != "journal")
        .count();
    assert_eq!(
        with_rows + 1,
        tables,
        "every table but the audit log is tried: {before:?}"
    );
    projects::delete(db, std::slice::from_ref(&gone), &act(db, "project.delete"))
        .await
        .unwrap();
    assert_eq!(traces(&store, gone.scope.tenant()).await, []);
    db.fold().await.unwrap();
    assert_eq!(traces(&store, gone.scope.tenant()).await, []);
    let after = traces(&store, stays.scope.tenant()).await;
    for (table, rows) in before.iter().filter(|(table, _)| table != "journal") {
        let now = after
            .iter()
            .find(|(name, _)| name == table)
            .map_or(0, |(_, rows)| *rows);
        assert!(
            now >= *rows,
            "{table} had {rows} rows of the neighbour and has {now}"
        );
    }
    assert_eq!(Call::by("unknown").used(db, &stays.scope).await, 1);
    let twice = projects::delete(db, &[gone], &act(db, "project.delete")).await;
    assert_eq!(twice.unwrap_err().code(), Code::ProjectNotFound);
}

#[tokio::test]
async fn a_call_judged_before_its_project_was_deleted_counts_nothing() {
    let mut store = Store::new().await;
    let db = store.db.clone();
    let gone = project(&db).await;
    let secret = keys::list(&db, &gone.scope).await.unwrap().remove(0);
    let seen = judge(&db, &gone.scope, "ann").await;
    projects::delete(
        &db,
        std::slice::from_ref(&gone),
        &act(&db, "project.delete"),
    )
    .await
    .unwrap();
    let verdict = db
        .take(Call::by("ann").take(&gone.scope, seen))
        .await
        .unwrap();
    assert_eq!(verdict, Verdict::Stale);
    let keyed = db
        .take(Call::by("ann").key("k", "b").take(&gone.scope, seen))
        .await
        .unwrap();
    assert_eq!(keyed, Verdict::Stale);
    db.fold().await.unwrap();
    assert_eq!(traces(&store, gone.scope.tenant()).await, []);
    store.reopen().await;
    assert_eq!(traces(&store, gone.scope.tenant()).await, []);
    assert_eq!(keys::tenant_of(&store.db, &secret.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_deleted_customer_leaves_no_row_with_the_id() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let scope = &tenant.scope;
    live_in(&store, &tenant).await;
    let ann = customers::list(db, scope, &customers::Filter::default(), 1)
        .await
        .unwrap()
        .remove(0)
        .0;
    assert!(
        store
            .number(&format!(
                "select count(*) from usage_snapshots where user_id = '{}'",
                ann.id
            ))
            .await
            > 0
    );
    customers::delete(db, scope, &ann, &[], &act(db, "customer.delete"))
        .await
        .unwrap();
    assert_eq!(customers::find(db, scope, &ann.id).await.unwrap(), None);
    assert_eq!(customers::version(db, scope, &ann.id).await.unwrap(), None);
    db.fold().await.unwrap();
    for table in [
        "end_users",
        "grants",
        "sessions",
        "payment_customers",
        "checkouts",
        "subscriptions",
        "invoices",
        "usage_counts",
        "usage_snapshots",
        "usage_days",
    ] {
        let rows = format!("select count(*) from {table} where user_id = '{}'", ann.id);
        assert_eq!(store.number(&rows).await, 0, "{table}");
    }
    let told = "select count(*) from inbox";
    assert_eq!(store.number(told).await, 0, "nor what was told of theirs");
    let journal = format!(
        "select count(*) from journal where entries like '%{}%'",
        ann.id
    );
    assert_eq!(store.number(&journal).await, 0);
    let twice = customers::delete(db, scope, &ann, &[], &act(db, "customer.delete")).await;
    assert_eq!(twice.unwrap_err().code(), Code::CustomerNotFound);
}

#[tokio::test]
async fn the_calls_of_a_deleted_customer_stay_in_the_total_of_the_day() {
    let store = Store::never_folding().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ann = customer(db, &scope, "ann").await;
    for _ in 0..3 {
        Call::by(&ann.id).taken(db, &scope).await;
    }
    customers::delete(db, &scope, &ann, &[], &act(db, "customer.delete"))
        .await
        .unwrap();
    db.fold().await.unwrap();
    let today = db.now().day_start();
    let total = usage::days(db, &scope, None, today, today).await.unwrap();
    assert_eq!(total.iter().map(|(_, _, used)| used).sum::<i64>(), 3);
}

#[tokio::test]
async fn a_call_judged_before_its_customer_was_deleted_counts_nothing() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ann = customer(db, &scope, "ann").await;
    let seen = judge(db, &scope, &ann.id).await;
    customers::delete(db, &scope, &ann, &[], &act(db, "customer.delete"))
        .await
        .unwrap();
    let verdict = db.take(Call::by(&ann.id).take(&scope, seen)).await.unwrap();
    assert_eq!(verdict, Verdict::Stale);
    db.fold().await.unwrap();
    assert_eq!(store.number("select count(*) from usage_counts").await, 0);
}

#[tokio::test]
async fn an_external_id_deleted_and_used_again_in_the_period_keeps_its_count() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ann = customer(db, &scope, "u-1").await;
    for _ in 0..3 {
        Call::by(&ann.id).at_most(5).taken(db, &scope).await;
    }
    customers::delete(db, &scope, &ann, &[], &act(db, "customer.delete"))
        .await
        .unwrap();
    let unknown = Call::by("u-1").at_most(5);
    assert_eq!(
        unknown.used(db, &scope).await,
        3,
        "counted as an unknown id"
    );
    assert_eq!(unknown.taken(db, &scope).await.count.used, 4);
    let again = customer(db, &scope, "u-1").await;
    let known = Call::by(&again.id).at_most(5);
    assert_eq!(
        known.used(db, &scope).await,
        4,
        "and as a customer made anew"
    );
    known.taken(db, &scope).await;
    known.refused(db, &scope).await;
    assert_eq!(
        store.number("select count(*) from usage_tombstones").await,
        0
    );
    let rows = store.look("select * from usage_counts").await;
    assert!(!format!("{rows:?}").contains("u-1"));
}

#[tokio::test]
async fn being_refused_between_deletions_forgets_nothing() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let unknown = Call::by("u-1");
    unknown.clone().at_most(0).refused(db, &scope).await;
    for used in [2, 4, 6] {
        let ann = customer(db, &scope, "u-1").await;
        for _ in 0..2 {
            Call::by(&ann.id).taken(db, &scope).await;
        }
        customers::delete(db, &scope, &ann, &[], &act(db, "customer.delete"))
            .await
            .unwrap();
        assert_eq!(unknown.used(db, &scope).await, used);
        assert_eq!(
            unknown
                .clone()
                .at_most(used)
                .refused(db, &scope)
                .await
                .count
                .used,
            used
        );
    }
}

#[tokio::test]
async fn a_buried_count_ends_with_its_period() {
    let store = Store::new().await;
    let db = &store.db;
    let scope = project(db).await.scope;
    let ann = customer(db, &scope, "u-1").await;
    Call::by(&ann.id).taken(db, &scope).await;
    customers::delete(db, &scope, &ann, &[], &act(db, "customer.delete"))
        .await
        .unwrap();
    assert_eq!(
        store.number("select count(*) from usage_tombstones").await,
        1
    );
    store.clock.advance(31 * DAY);
    usage::close_periods(db, db.now(), Millis(0), Millis(0))
        .await
        .unwrap();
    assert_eq!(
        store.number("select count(*) from usage_tombstones").await,
        0
    );
    assert_eq!(Call::by("u-1").used(db, &scope).await, 0);
}
