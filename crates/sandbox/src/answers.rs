//! Idempotency keys: the first answer is kept for a day and given again to the same request.

use aws_lc_rs::digest;
use rusqlite::OptionalExtension;

use crate::context::Context;
use crate::problem::{Problem, Result};

/// An answer that was kept.
pub(crate) struct Kept {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) request_id: String,
}

/// The longest key.
pub(crate) const KEY_MAX: usize = 255;

const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// The answer kept for a key; 400 if the key came with another request. `machine` is the machine's time, seconds.
pub(crate) fn find(
    ctx: &Context,
    key: &str,
    fingerprint: &[u8],
    machine: i64,
) -> Result<Option<Kept>> {
    let sql = "delete from answers where stored_at <= ?1";
    ctx.db.execute(sql, [machine - KEPT_SECONDS])?;
    let sql = "select fingerprint, status, body, request_id from answers where account = ?1 and live = ?2 and key = ?3";
    let found = ctx
        .db
        .query_row(sql, (&ctx.scope.account, ctx.scope.live, key), |row| {
            let kept = Kept {
                status: row.get(1)?,
                body: row.get(2)?,
                request_id: row.get(3)?,
            };
            Ok((row.get::<_, Vec<u8>>(0)?, kept))
        })
        .optional()?;
    match found {
        Some((known, _)) if known != fingerprint => Err(mismatch(key)),
        Some((_, kept)) => Ok(Some(kept)),
        None => Ok(None),
    }
}

/// Keeps an answer.
pub(crate) fn keep(
    ctx: &Context,
    key: &str,
    fingerprint: &[u8],
    kept: &Kept,
    machine: i64,
) -> Result<()> {
    let sql =
        "insert into answers (account, live, key, fingerprint, status, body, request_id, stored_at)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let Kept {
        status,
        body,
        request_id,
    } = kept;
    let values = (
        &ctx.scope.account,
        ctx.scope.live,
        key,
        fingerprint,
        status,
        body,
        request_id,
        machine,
    );
    ctx.db.execute(sql, values)?;
    Ok(())
}

/// What makes two requests the same: path and body.
pub(crate) fn fingerprint(path: &str, body: &[u8]) -> Vec<u8> {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(path.as_bytes());
    hash.update(b"\n");
    hash.update(body);
    hash.finish().as_ref().to_vec()
}

/// 409, the first request with this key still runs.
pub(crate) fn running(key: &str) -> Problem {
    let message = format!(
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted \
         twice, and the other request is still going through): {key}. Please try again later."
    );
    let problem = Problem::invalid(message)
        .with_status(409)
        .with_code("idempotency_key_in_use");
    Problem {
        kind: "idempotency_error",
        began: false,
        ..problem
    }
}

fn mismatch(key: &str) -> Problem {
    let message = format!(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. \
         Try using a key other than '{key}' if you meant to execute a different request."
    );
    Problem {
        kind: "idempotency_error",
        began: false,
        ..Problem::invalid(message)
    }
}
