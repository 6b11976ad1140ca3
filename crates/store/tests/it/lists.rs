//! How the engine goes about lists of orders and events: by index, never through all rows of a tenant where one page, one
//! id or one buyer is asked for.

use crate::place::{Store, only_sqlite};

/// By what has no index: all of the tenant's rows are looked at, and no others.
const BY_TOTAL: &[&str] = &["SMALLEST", "LARGEST"];

/// How the engine goes about a statement, as far as it is about orders and events.
fn plan(store: &Store, sql: &str) -> Vec<String> {
    let file = store.reader();
    let mut statement = file.prepare(&format!("explain query plan {sql}")).unwrap();
    let details = statement.raw_query().mapped(|row| row.get::<_, String>(3));
    let is_large = |line: &String| {
        let table = line.split(' ').nth(1);
        line.contains("ORDER BY") || ["orders", "inbox"].contains(&table.unwrap_or_default())
    };
    details.map(Result::unwrap).filter(is_large).collect()
}

#[tokio::test]
async fn lists_read_a_page_an_id_or_a_buyer_by_index() {
    if !only_sqlite("its plans are read there") {
        return;
    }
    let store = Store::new().await;
    let mut seen = 0;
    for (module, name, sql) in dream_store::statements() {
        let is_page = name == "NEWEST" || name == "OLDEST";
        let narrow = ["_OF_ID", "_OF_BUYER"]
            .iter()
            .any(|end| name.ends_with(end));
        let is_list = is_page || narrow || name == "IS_ID" || BY_TOTAL.contains(&name);
        if !["orders::list", "inbox::log"].contains(&module) || !is_list {
            continue;
        }
        seen += 1;
        let plan = plan(&store, sql.sqlite());
        let what = format!("{module}::{name}: {plan:#?}");
        assert!(plan.iter().all(|line| !line.starts_with("SCAN")), "{what}");
        let all = plan
            .iter()
            .filter(|line| line.ends_with("(publishable_key=?)"));
        let walks = plan
            .iter()
            .filter(|line| line.contains("_id<?") || line.contains("_id>?"));
        let sorts = plan.iter().filter(|line| line.contains("ORDER BY"));
        let (all, walks, sorts) = (all.count(), walks.count(), sorts.count());
        if BY_TOTAL.contains(&name) {
            assert_eq!((all, walks, sorts), (1, 0, 1), "{what}");
        } else if is_page {
            assert_eq!((all, walks, sorts), (0, 1, 0), "{what}");
        } else {
            assert_eq!((all, walks), (0, 0), "{what}");
        }
    }
    assert_eq!(seen, 18);
}
