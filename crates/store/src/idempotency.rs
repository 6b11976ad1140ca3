//! Answers kept for retries with the same `Idempotency-Key` (rules 10).

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::time::Millis;

use crate::Db;
use crate::meter::sql::{FIND_KEY, KEEP_KEY};
use crate::params;
use crate::sql::statements;
use crate::step::{Refusal, Step};

/// The status of a row whose request still runs.
const RUNNING: i64 = -1;

statements! {
    FINISH_KEY = "update idempotency_keys set status = $3, answer = $4
        where publishable_key = $1 and key_hash = $2 and status = -1";
    DROP_KEY = "delete from idempotency_keys where publishable_key = $1 and key_hash = $2 and status = -1";
    TAKE_OVER_KEY = "update idempotency_keys set created_at = $3, body_hash = $5
        where publishable_key = $1 and key_hash = $2 and status = -1 and created_at < $4";
    DELETE_OLD_KEYS = "delete from idempotency_keys where created_at < $1";
}

/// What a key is good for.
#[derive(Debug)]
pub enum Claim {
    /// Nobody used it: do the work, then [`finish`] or [`release`].
    Ours,
    /// The first request still runs.
    Running,
    /// It was used with another body.
    Mismatch,
    /// The stored answer: status and text.
    Done(u16, Arc<str>),
}

/// Claims a key for a request. A claim whose process died is taken over after `abandoned_before`.
/// `tenant` is a publishable key, or a developer's platform for calls that name no project.
pub async fn claim(
    db: &Db,
    tenant: &str,
    key: &str,
    body: &str,
    now: Millis,
    abandoned_before: Millis,
) -> Result<Claim> {
    let ours = Step::new(&KEEP_KEY, params![tenant, key, body, RUNNING, "", now]).must_change(1);
    match db.run(vec![ours]).await {
        Ok(_) => return Ok(Claim::Ours),
        Err(Refusal::Guard(_) | Refusal::Taken(_)) => {}
        Err(refusal) => return Err(refusal.into()),
    }
    let rows = db.near(&FIND_KEY, params![tenant, key]).await?;
    let Some(row) = rows.first() else {
        return Ok(Claim::Running);
    };
    let status = row.int(1)?;
    if status == RUNNING {
        let over = Step::new(
            &TAKE_OVER_KEY,
            params![tenant, key, now, abandoned_before, body],
        )
        .must_change(1);
        return Ok(if db.run(vec![over]).await.is_ok() {
            Claim::Ours
        } else {
            Claim::Running
        });
    }
    if *row.text(0)? != *body {
        return Ok(Claim::Mismatch);
    }
    Ok(Claim::Done(
        u16::try_from(status).unwrap_or(200),
        row.text(2)?,
    ))
}

/// Keeps the answer of a claimed key.
pub async fn finish(db: &Db, tenant: &str, key: &str, status: u16, answer: &str) -> Result<()> {
    db.run(vec![Step::new(
        &FINISH_KEY,
        params![tenant, key, i64::from(status), answer],
    )])
    .await?;
    Ok(())
}

/// Gives a claimed key back, so that a retry does the work.
pub async fn release(db: &Db, tenant: &str, key: &str) -> Result<()> {
    db.run(vec![Step::new(&DROP_KEY, params![tenant, key])])
        .await?;
    Ok(())
}

/// Forgets answers from before `before`.
pub async fn expire(db: &Db, before: Millis) -> Result<()> {
    db.run(vec![Step::new(&DELETE_OLD_KEYS, params![before])])
        .await?;
    Ok(())
}
