//! Objects found by their id alone, as pages find them: the id is the secret.

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
        let scope = scope.ok_or_else(|| Problem::missing("session", id, "session"))?;
        // No request stands behind it.
        let caller = Caller {
            platform: scope.account.clone(),
            scope,
            request_id: None,
            idempotency_key: None,
        };
        let ctx = sandbox.context(db, caller);
        let object = objects::get(&ctx, kind, id, "session")?;
        work(&ctx, object)
    })
}
