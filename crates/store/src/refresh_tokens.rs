//! Refresh tokens: each works once, and one that comes again ends its session (RFC 9700, 4.14.2).

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::time::Millis;

use crate::Db;
use crate::one_time;
use crate::params;
use crate::scope::Scope;
use crate::sessions;
use crate::sql::statements;
use crate::step::{Refusal, Step};

statements! {
    /// Only a session that lives gets one.
    ADD = "insert into refresh_tokens (token_hash, publishable_key, session_id, origin, created_at, expires_at, used_at)
        select cast($1 as text), publishable_key, session_id, cast($4 as text), cast($5 as bigint), cast($6 as bigint), cast(null as bigint)
        from sessions where publishable_key = $2 and session_id = $3 and revoked_at is null and expires_at > $5";
    USE = "update refresh_tokens set used_at = $3
        where token_hash = $1 and publishable_key = $2 and used_at is null and expires_at > $3";
    FIND = "select session_id, origin, expires_at, used_at from refresh_tokens where token_hash = $1 and publishable_key = $2";
    DELETE_OF_USER = "delete from refresh_tokens where publishable_key = $1
        and session_id in (select session_id from sessions where publishable_key = $1 and user_id = $2)";
    DELETE_OLD = "delete from refresh_tokens where expires_at < $1";
}

/// A refresh token about to be stored. Times are machine time.
#[derive(Clone, Debug)]
pub struct NewRefreshToken {
    /// SHA-256 of the token, hex.
    pub hash: String,
    /// The session it renews.
    pub session: Arc<str>,
    /// The origin of the app it was given to.
    pub origin: Arc<str>,
    /// When it was made.
    pub created_at: Millis,
    /// When it ends.
    pub expires_at: Millis,
}

/// A refresh token as found.
#[derive(Clone, Debug)]
pub struct RefreshToken {
    /// The session it renews.
    pub session: Arc<str>,
    /// The origin of the app it was given to.
    pub origin: Arc<str>,
    /// When it ends.
    pub expires_at: Millis,
    /// When it was used.
    pub used_at: Option<Millis>,
}

/// Finds a refresh token, used or not.
pub async fn find(db: &Db, scope: &Scope, hash: &str) -> Result<Option<RefreshToken>> {
    let rows = db.near(&FIND, params![hash, scope.tenant()]).await?;
    rows.first()
        .map(|row| {
            Ok(RefreshToken {
                session: row.text(0)?,
                origin: row.text(1)?,
                expires_at: row.time(2)?,
                used_at: row.opt_time(3)?,
            })
        })
        .transpose()
}

/// Uses the code of a way back to an app and stores the first refresh token of its session, in one
/// transaction. `false` if the code was used meanwhile or the session ended.
pub async fn exchange(db: &Db, scope: &Scope, code: &str, fresh: &NewRefreshToken) -> Result<bool> {
    let spend = one_time::spend_step(scope.tenant(), code, fresh.created_at);
    done(db.run(vec![spend, add_step(scope, fresh)]).await)
}

/// Uses a refresh token and stores its successor, in one transaction. `false` if it was used meanwhile,
/// is past its end, or its session ended.
pub async fn rotate(db: &Db, scope: &Scope, used: &str, fresh: &NewRefreshToken) -> Result<bool> {
    let (tenant, now) = (scope.tenant(), fresh.created_at);
    let steps = vec![
        Step::new(&USE, params![used, tenant, now]).must_change(1),
        add_step(scope, fresh),
        sessions::used_step(tenant, &fresh.session, now),
    ];
    done(db.run(steps).await)
}

/// Forgets refresh tokens that ended before `before`.
pub async fn expire(db: &Db, before: Millis) -> Result<()> {
    db.run(vec![Step::new(&DELETE_OLD, params![before])])
        .await?;
    Ok(())
}

fn add_step(scope: &Scope, fresh: &NewRefreshToken) -> Step {
    let row = params![
        &fresh.hash,
        scope.tenant(),
        &fresh.session,
        &fresh.origin,
        fresh.created_at,
        fresh.expires_at
    ];
    Step::new(&ADD, row).must_change(1)
}

fn done(outcome: Result<crate::step::Rows, Refusal>) -> Result<bool> {
    match outcome {
        Ok(_) => Ok(true),
        Err(Refusal::Guard(_)) => Ok(false),
        Err(refusal) => Err(refusal.into()),
    }
}
