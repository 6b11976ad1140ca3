//! What happens by the passing of business time: everything that is due, in the order of its moments.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::OptionalExtension;
use serde_json::Value;

use crate::checkout::sessions;
use crate::context::Scope;
use crate::problem::Result;
use crate::sandbox::{Caller, Sandbox, blocking};
use crate::subscriptions::cycle;

/// Does what became due, until the task is dropped.
pub(crate) async fn run(sandbox: Arc<Sandbox>) {
    loop {
        let shared = sandbox.clone();
        // A failure was logged where it arose; the next look tries again.
        let done = blocking(move || next(&shared)).await;
        if !matches!(done, Ok(true)) {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// Whether nothing is due any more: no renewal, no expiry, no delivery.
pub(crate) fn is_settled(sandbox: &Sandbox) -> Result<bool> {
    let sql = "select exists (select 1 from objects where body ->> '$._due_at' <= ?1)
        or exists (select 1 from deliveries where state = 'ready' and due_at <= ?1)";
    sandbox.transaction(|db| {
        let waits: bool = db
            .prepare_cached(sql)?
            .query_row([(sandbox.clock)()], |row| row.get(0))?;
        Ok(!waits)
    })
}

const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Does the one thing that became due first, at its own moment; false if nothing is due.
fn next(sandbox: &Sandbox) -> Result<bool> {
    sandbox.transaction(|db| {
        let sql = "select account, live, kind, body, body ->> '$._due_at' from objects
            where body ->> '$._due_at' <= ?1 order by body ->> '$._due_at', seq limit 1";
        let found = db
            .prepare_cached(sql)?
            .query_row([(sandbox.clock)()], |row| {
                let scope = Scope {
                    account: row.get(0)?,
                    live: row.get(1)?,
                };
                Ok((
                    scope,
                    row.get::<_, String>(2)?,
                    row.get::<_, String>(3)?,
                    row.get::<_, i64>(4)?,
                ))
            });
        let Some((scope, kind, body, due_at)) = found.optional()? else {
            return Ok(false);
        };
        let caller = Caller {
            platform: scope.account.clone(),
            scope,
            request_id: None,
            idempotency_key: None,
        };
        let mut ctx = sandbox.context(db, caller);
        ctx.now = due_at;
        let body: Value = serde_json::from_str(&body)?;
        match kind.as_str() {
            "checkout.session" => sessions::end(&ctx, body).map(|_| ())?,
            "invoice" => cycle::retry(&ctx, body)?,
            _ => cycle::due(&ctx, body)?,
        }
        Ok(true)
    })
}
