//! Every shared statement is one text for both engines: each prepares on the real one.

use rusqlite::OpenFlags;

use crate::place::{Store, on_postgres};

#[tokio::test]
async fn every_statement_prepares_on_this_engine() {
    let store = Store::new().await;
    let statements = dream_store::statements();
    assert!(
        statements.len() > 80,
        "only {} statements are listed",
        statements.len()
    );
    let mut wrong = Vec::new();
    if on_postgres() {
        let client = store.client().await;
        for (module, name, sql) in statements {
            if let Err(error) = client.prepare(sql.postgres()).await {
                wrong.push(format!("{module}::{name}: {error:?}"));
            }
        }
    } else {
        let file =
            rusqlite::Connection::open_with_flags(store.file(), OpenFlags::SQLITE_OPEN_READ_ONLY)
                .unwrap();
        for (module, name, sql) in statements {
            if let Err(error) = file.prepare(sql.sqlite()) {
                wrong.push(format!("{module}::{name}: {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn no_two_statements_of_a_module_share_a_name() {
    let mut names: Vec<_> = dream_store::statements()
        .iter()
        .map(|(module, name, _)| (*module, *name))
        .collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}
