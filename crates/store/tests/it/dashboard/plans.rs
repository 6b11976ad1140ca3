//! How the engine goes about the statements of dashboards: by index, whatever the size of other tenants.

use crate::place::{Store, only_sqlite};

/// Tables that grow with tenants, by the names the statements give them.
const LARGE: &[&str] = &[
    "subscriptions",
    "subscription_changes",
    "invoices",
    "orders",
    "usage_counts",
    "usage_days",
    "usage_extras",
    "inbox",
    "end_users",
    "grants",
    "counter",
    "u",
    "e",
    "g",
    "s",
];

/// What operators alone ask for is of all tenants.
const OF_ALL: &[(&str, &str)] = &[
    ("dashboard::platforms", "COUNT"),
    ("dashboard::platforms", "USERS"),
];

#[tokio::test]
async fn statements_of_dashboards_use_indexes() {
    if !only_sqlite("its plans are read there") {
        return;
    }
    let store = Store::new().await;
    let file = store.reader();
    let mut seen = 0;
    for (module, name, sql) in dream_store::statements() {
        let is_ours = module.starts_with("dashboard") || module == "reconcile";
        if !is_ours || OF_ALL.contains(&(module, name)) {
            continue;
        }
        seen += 1;
        let text = format!("explain query plan {}", sql.sqlite());
        let mut statement = file.prepare(&text).unwrap();
        let details = statement.raw_query().mapped(|row| row.get::<_, String>(3));
        for detail in details.map(Result::unwrap) {
            // What a list looks up of each customer is not looked for among all that a tenant has.
            let by_tenant = detail.ends_with("PRIMARY KEY (publishable_key=?)");
            let of_each =
                module == "dashboard::list" && !detail.starts_with("SEARCH u ") && by_tenant;
            assert!(!of_each, "{module}::{name}: {detail}");
            let table = detail.strip_prefix("SCAN ").unwrap_or_default();
            let table = table.split(' ').next().unwrap_or_default();
            assert!(!LARGE.contains(&table), "{module}::{name}: {detail}");
        }
    }
    assert!(seen > 10, "{seen}");
}

/// What a page costs that is sorted by what has an index: as many rows as it has, however many the tenant has.
#[tokio::test]
async fn pages_by_date_and_email_come_sorted_from_an_index() {
    if !only_sqlite("its plans are read there") {
        return;
    }
    let store = Store::new().await;
    let file = store.reader();
    let by_key = "SEARCH u USING PRIMARY KEY (publishable_key=? AND user_id";
    let by_email = "SEARCH u USING INDEX end_users_by_email (publishable_key=? AND email_folded";
    for (module, name, access) in [
        ("dashboard::list", "NEWEST", by_key),
        ("dashboard::list", "OLDEST", by_key),
        ("dashboard::list", "EMAIL", by_email),
        ("dashboard::list", "EMAIL_BACK", by_email),
        ("dashboard::list", "NO_EMAIL", by_email),
        ("dashboard::list", "NO_EMAIL_BACK", by_email),
        ("dashboard::platforms", "NEWEST", "SEARCH p USING"),
        ("dashboard::platforms", "OLDEST", "SEARCH p USING"),
        ("dashboard::platforms", "EMAIL", by_email),
        ("dashboard::platforms", "EMAIL_BACK", by_email),
    ] {
        let all = dream_store::statements();
        let found = all.iter().find(|one| (one.0, one.1) == (module, name));
        let text = format!("explain query plan {}", found.unwrap().2.sqlite());
        let mut statement = file.prepare(&text).unwrap();
        let details = statement.raw_query().mapped(|row| row.get::<_, String>(3));
        let details: Vec<String> = details.map(Result::unwrap).collect();
        assert!(
            details[0].starts_with(access),
            "{module}::{name}: {details:?}"
        );
        let sorts = |detail: &String| detail.contains("TEMP B-TREE FOR ORDER BY");
        assert!(!details.iter().any(sorts), "{module}::{name}: {details:?}");
    }
}
