//! Objects found by their id alone, as pages and tests find them: the id is the secret.

use rusqlite::OptionalExtension;
use serde_json::Value;

use crate::context::{Context, Scope};
use crate::objects;
use crate::problem::{Problem, Result};
use crate::sandbox::{Caller, Sandbox};

/// Works on an object in the scope that it belongs to.
pub(crate) fn with_object<T>(
    sandbox: &Sandbox,
    kind: &str,
    id: &str,
    work: impl FnOnce(&Context, Value) -> Result<T>,
) -> Result<T> {
    sandbox.transaction(|db| {
        let sql = "select account, live from objects where id = ?1 and kind = ?2";
        let read = |row: &rusqlite::Row| {
            Ok(Scope {
                account: row.get(0)?,
                live: row.get(1)?,
            })
        };
        let scope = db.query_row(sql, [id, kind], read).optional()?;
        let noun = kind.replace(['_', '.'], " ");
        let scope = scope.ok_or_else(|| Problem::missing(&noun, id, "id"))?;
        let ctx = sandbox.context(db, Caller::nobody(scope));
        let object = objects::get(&ctx, kind, id, "id")?;
        work(&ctx, object)
    })
}
