//! How the engine goes about the statements of dashboards: by index, whatever the size of other tenants.

use rusqlite::OpenFlags;

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
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let file = rusqlite::Connection::open_with_flags(store.file(), flags).unwrap();
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
            let table = detail.strip_prefix("SCAN ").unwrap_or_default();
            let table = table.split(' ').next().unwrap_or_default();
            assert!(!LARGE.contains(&table), "{module}::{name}: {detail}");
        }
    }
    assert!(seen > 10, "{seen}");
}
