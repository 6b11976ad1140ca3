//! What happens by the passing of business time: everything that is due, in the order of its moments.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};

use crate::checkout::sessions;
use crate::context::Scope;
use crate::problem::Result;
use crate::sandbox::{Caller, Sandbox, blocking};
use crate::subscriptions::{collecting, cycle};

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

/// Returns when everything that is due has happened and every delivery that is due was tried: what receivers call
/// meanwhile counts too. It begins when business time is `at` here, too: another process may have moved it. No lock is
/// held while it waits. Gives up after `within`.
pub(crate) async fn settle(sandbox: &Arc<Sandbox>, at: i64, within: Duration) -> Result<Settled> {
    let shared = sandbox.clone();
    let before = blocking(move || shared.transaction(last_attempt)).await?;
    let settled = tokio::time::timeout(within, until_settled(sandbox, at)).await;
    let shared = sandbox.clone();
    let (delivered, failed) =
        blocking(move || shared.transaction(|db| attempts_since(db, before))).await?;
    Ok(Settled {
        settled: settled.is_ok(),
        delivered,
        failed,
    })
}

/// What settling came to.
pub(crate) struct Settled {
    /// Whether nothing is due any more.
    pub(crate) settled: bool,
    /// Deliveries that a receiver took meanwhile.
    pub(crate) delivered: i64,
    /// Attempts that a receiver did not take meanwhile.
    pub(crate) failed: i64,
}

impl Settled {
    /// As `/_control/settle` answers it.
    pub(crate) fn body(&self) -> Value {
        json!({ "delivered": self.delivered, "failed": self.failed, "settled": self.settled })
    }
}

const LOOK_EVERY: Duration = Duration::from_millis(100);
const SETTLE_LOOK_EVERY: Duration = Duration::from_millis(20);

async fn until_settled(sandbox: &Arc<Sandbox>, at: i64) {
    while (sandbox.clock)() < at {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    loop {
        let shared = sandbox.clone();
        let step = blocking(move || Ok((next(&shared)?, is_settled(&shared)?))).await;
        match step {
            Ok((true, _)) => {}
            Ok((false, true)) => return,
            Ok((false, false)) | Err(_) => tokio::time::sleep(SETTLE_LOOK_EVERY).await,
        }
    }
}

/// Whether nothing is due any more: no renewal, no expiry, no delivery.
fn is_settled(sandbox: &Sandbox) -> Result<bool> {
    let sql = "select exists (select 1 from objects where body ->> '$._due_at' <= ?1)
        or exists (select 1 from deliveries where state = 'ready' and due_at <= ?1)";
    sandbox.transaction(|db| {
        let waits: bool = db
            .prepare_cached(sql)?
            .query_row([(sandbox.clock)()], |row| row.get(0))?;
        Ok(!waits)
    })
}

fn last_attempt(db: &Connection) -> Result<i64> {
    let sql = "select coalesce(max(seq), 0) from attempts";
    Ok(db.query_row(sql, [], |row| row.get(0))?)
}

/// How many attempts arrived, and how many did not.
fn attempts_since(db: &Connection, seq: i64) -> Result<(i64, i64)> {
    let sql = "select count(*) filter (where status between 200 and 299), count(*) from attempts where seq > ?1";
    let (arrived, all): (i64, i64) =
        db.query_row(sql, [seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((arrived, all - arrived))
}

/// Does the one thing that became due first, at its own moment; false if nothing is due.
fn next(sandbox: &Sandbox) -> Result<bool> {
    let Some(due) = sandbox.transaction(|db| first(sandbox, db))? else {
        return Ok(false);
    };
    let done = sandbox.transaction(|db| happen(sandbox, db, &due));
    if done.is_err() {
        sandbox.transaction(|db| put_off(db, &due))?;
    }
    done.map(|()| true)
}

/// An object that something is due for.
struct Due {
    seq: i64,
    scope: Scope,
    kind: String,
    at: i64,
}

fn first(sandbox: &Sandbox, db: &Connection) -> Result<Option<Due>> {
    let sql = "select seq, account, live, kind, body ->> '$._due_at' from objects
        where body ->> '$._due_at' <= ?1 order by body ->> '$._due_at', seq limit 1";
    let read = |row: &rusqlite::Row| {
        Ok(Due {
            seq: row.get(0)?,
            scope: Scope {
                account: row.get(1)?,
                live: row.get(2)?,
            },
            kind: row.get(3)?,
            at: row.get(4)?,
        })
    };
    let mut statement = db.prepare_cached(sql)?;
    Ok(statement.query_row([(sandbox.clock)()], read).optional()?)
}

/// Does it, unless somebody else did it meanwhile.
fn happen(sandbox: &Sandbox, db: &Connection, due: &Due) -> Result<()> {
    let sql = "select body from objects where seq = ?1 and body ->> '$._due_at' = ?2";
    let found = db.query_row(sql, (due.seq, due.at), |row| row.get::<_, String>(0));
    let Some(body) = found.optional()? else {
        return Ok(());
    };
    let mut ctx = sandbox.context(db, Caller::nobody(due.scope.clone()));
    ctx.now = due.at;
    let body: Value = serde_json::from_str(&body)?;
    match due.kind.as_str() {
        "checkout.session" => sessions::end(&ctx, body).map(|_| ()),
        "invoice" => collecting::retry(&ctx, body),
        _ => cycle::due(&ctx, body),
    }
}

/// What fails is tried again an hour later, so that it holds up nothing else.
fn put_off(db: &Connection, due: &Due) -> Result<()> {
    tracing::error!(kind = due.kind, "what was due could not be done");
    let sql = "update objects set body = json_set(body, '$._due_at', ?2) where seq = ?1";
    db.execute(sql, (due.seq, due.at + 3_600))?;
    Ok(())
}
