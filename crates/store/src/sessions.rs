//! Sessions are rows: revoking one stops its tokens at once.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::id::SessionId;
use dream_domain::time::Millis;

use crate::Db;
use crate::db::Change;
use crate::params;
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::{Refusal, Step};

statements! {
    /// A session can only be opened for a user that exists.
    ADD = "insert into sessions (publishable_key, session_id, user_id, created_at, expires_at, revoked_at)
        select publishable_key, cast($3 as text), user_id, cast($4 as bigint), cast($5 as bigint), cast(null as bigint)
        from end_users where publishable_key = $1 and user_id = $2";
    FIND = "select user_id, expires_at, revoked_at from sessions where publishable_key = $1 and session_id = $2";
    REVOKE = "update sessions set revoked_at = $3
        where publishable_key = $1 and session_id = $2 and revoked_at is null and user_id = $4";
    REVOKE_ALL = "update sessions set revoked_at = $3
        where publishable_key = $1 and user_id = $2 and revoked_at is null";
    TOUCH_USER = "update end_users set version = version + 1 where publishable_key = $1 and user_id = $2";
    DELETE_OLD = "delete from sessions where expires_at < $1";
}

/// A session as tokens need it. Times are machine time.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose.
    pub user_id: Arc<str>,
    /// When it ends by itself.
    pub expires_at: Millis,
    /// When it was ended.
    pub revoked_at: Option<Millis>,
}

/// Opens a session for a user.
pub async fn create(
    db: &Db,
    scope: &Scope,
    id: &SessionId,
    user: &str,
    machine_now: Millis,
    expires_at: Millis,
) -> Result<()> {
    let row = params![scope.tenant(), user, id.as_str(), machine_now, expires_at];
    match db.run(vec![Step::new(&ADD, row).must_change(1)]).await {
        Ok(_) => Ok(()),
        Err(Refusal::Guard(_)) => {
            Err(Code::CustomerNotFound.error("There is no customer with this id in this project"))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Finds a session.
pub async fn find(db: &Db, scope: &Scope, id: &str) -> Result<Option<Session>> {
    let rows = db.near(&FIND, params![scope.tenant(), id]).await?;
    rows.first()
        .map(|row| {
            Ok(Session {
                user_id: row.text(0)?,
                expires_at: row.time(1)?,
                revoked_at: row.opt_time(2)?,
            })
        })
        .transpose()
}

/// Ends one session of a user, or all of them without an id. Answers how many ended.
pub async fn revoke(
    db: &Db,
    scope: &Scope,
    user: &str,
    id: Option<&str>,
    machine_now: Millis,
) -> Result<()> {
    let end = match id {
        Some(id) => Step::new(&REVOKE, params![scope.tenant(), id, machine_now, user]),
        None => Step::new(&REVOKE_ALL, params![scope.tenant(), user, machine_now]),
    };
    let change = Change {
        steps: vec![end, Step::new(&TOUCH_USER, params![scope.tenant(), user])],
        bumps: vec![db.versions().user_slot(scope.tenant(), user)],
        ..Change::default()
    };
    db.change(change).await?;
    Ok(())
}

/// Forgets sessions that ended by themselves before `before`.
pub async fn expire(db: &Db, before: Millis) -> Result<()> {
    db.run(vec![Step::new(&DELETE_OLD, params![before])])
        .await?;
    Ok(())
}
