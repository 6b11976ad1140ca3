//! Every shared statement is one text for both engines: each prepares on the real one.

use tokio_postgres::Statement;
use tokio_postgres::types::Type;

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
            match client.prepare(sql.postgres()).await {
                Err(error) => wrong.push(format!("{module}::{name}: {error:?}")),
                Ok(statement) => wrong
                    .extend(odd_types(&statement).map(|what| format!("{module}::{name}: {what}"))),
            }
        }
    } else {
        let file = store.reader();
        for (module, name, sql) in statements {
            if let Err(error) = file.prepare(sql.sqlite()) {
                wrong.push(format!("{module}::{name}: {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What this statement takes or gives that is neither `text` nor `bigint`; binding a value to it fails.
fn odd_types(statement: &Statement) -> impl Iterator<Item = String> {
    let plain = |ty: &Type| *ty == Type::TEXT || *ty == Type::INT8;
    let params = statement.params().iter().enumerate();
    let params = params.map(|(i, ty)| (format!("${}", i + 1), ty.clone()));
    let columns = statement
        .columns()
        .iter()
        .map(|c| (c.name().to_owned(), c.type_().clone()));
    let all: Vec<_> = params.chain(columns).collect();
    all.into_iter()
        .filter(move |(_, ty)| !plain(ty))
        .map(|(place, ty)| format!("{place} is {ty}"))
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
