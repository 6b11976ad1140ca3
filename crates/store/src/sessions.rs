//! Sessions are rows: a row is one sign-in, and ending it ends its cookie, its refresh tokens and its
//! tokens at once. Times are machine time.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::id::SessionId;
use dream_domain::time::Millis;

use crate::Db;
use crate::audit::Act;
use crate::db::Change;
use crate::params;
use crate::pattern::AFTER_IDS;
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::{Refusal, Step};
use crate::value::Row;

statements! {
    /// A session can only be opened for a user that exists.
    ADD = "insert into sessions (publishable_key, session_id, user_id, created_at, expires_at, revoked_at, cookie_hash, user_agent, authenticated_at, last_used_at)
        select publishable_key, cast($3 as text), user_id, cast($4 as bigint), cast($5 as bigint), cast(null as bigint),
          cast($6 as text), cast($7 as text), cast($4 as bigint), cast($4 as bigint)
        from end_users where publishable_key = $1 and user_id = $2";
    FIND = "select session_id, user_id, expires_at, revoked_at, user_agent, created_at, authenticated_at, last_used_at,
        cast(case when cookie_hash is null then 0 else 1 end as bigint) from sessions where publishable_key = $1 and session_id = $2";
    FIND_BY_COOKIE = "select session_id, user_id, expires_at, revoked_at, user_agent, created_at, authenticated_at, last_used_at,
        cast(case when cookie_hash is null then 0 else 1 end as bigint) from sessions where cookie_hash = $1 and publishable_key = $2 and revoked_at is null and expires_at > $3";
    /// Sign-ins on the hosted pages; tokens minted by a backend are not a person's own.
    LIST = "select session_id, user_id, expires_at, revoked_at, user_agent, created_at, authenticated_at, last_used_at,
        cast(case when cookie_hash is null then 0 else 1 end as bigint) from sessions where publishable_key = $1 and user_id = $2 and cookie_hash is not null
        and revoked_at is null and expires_at > $3 order by last_used_at desc, session_id desc limit 100";
    /// Tokens minted by a backend too.
    ALL = "select session_id, user_id, expires_at, revoked_at, user_agent, created_at, authenticated_at, last_used_at,
        cast(case when cookie_hash is null then 0 else 1 end as bigint) from sessions where publishable_key = $1 and user_id = $2 and session_id < $4
        and revoked_at is null and expires_at > $3 order by session_id desc limit $5";
    USED = "update sessions set last_used_at = $3 where publishable_key = $1 and session_id = $2 and last_used_at < $4";
    REVOKE = "update sessions set revoked_at = $3
        where publishable_key = $1 and session_id = $2 and revoked_at is null and user_id = $4";
    REVOKE_ALL = "update sessions set revoked_at = $3
        where publishable_key = $1 and user_id = $2 and revoked_at is null and session_id <> $4";
    TOUCH_USER = "update end_users set version = version + 1 where publishable_key = $1 and user_id = $2";
    DELETE_OLD = "delete from sessions where expires_at < $1";
}

/// Between two notes that a session was used: five minutes.
const USED_EVERY_MS: i64 = 300_000;

/// A session about to be opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// `sess_…`.
    pub id: SessionId,
    /// When it is opened.
    pub created_at: Millis,
    /// When it ends by itself.
    pub expires_at: Millis,
    /// SHA-256 (hex) of the cookie's secret; none for a minted token.
    pub cookie_hash: Option<String>,
    /// What the browser says it is, shortened.
    pub user_agent: Option<String>,
}

/// A session as found.
#[derive(Clone, Debug)]
pub struct Session {
    /// `sess_…`.
    pub id: Arc<str>,
    /// Whose.
    pub user_id: Arc<str>,
    /// When it ends by itself.
    pub expires_at: Millis,
    /// When it was ended.
    pub revoked_at: Option<Millis>,
    /// What the browser says it is.
    pub user_agent: Option<Arc<str>>,
    /// When it was opened.
    pub created_at: Millis,
    /// When the person last proved who they are.
    pub authenticated_at: Millis,
    /// When it was last used, within five minutes.
    pub last_used_at: Millis,
    /// Somebody signed in; false for a token that a backend minted.
    pub is_sign_in: bool,
}

/// Opens a session for a user.
pub async fn create(db: &Db, scope: &Scope, user: &str, session: &NewSession) -> Result<()> {
    match db.run(vec![add_step(scope.tenant(), user, session)]).await {
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
    rows.first().map(read).transpose()
}

/// Finds a living session by its cookie.
pub async fn find_by_cookie(
    db: &Db,
    scope: &Scope,
    cookie_hash: &str,
    now: Millis,
) -> Result<Option<Session>> {
    let row = params![cookie_hash, scope.tenant(), now];
    let rows = db.near(&FIND_BY_COOKIE, row).await?;
    rows.first().map(read).transpose()
}

/// The sign-ins of a user that live, the one used last first; at most 100.
pub async fn list(db: &Db, scope: &Scope, user: &str, now: Millis) -> Result<Vec<Session>> {
    let rows = db.rows(&LIST, params![scope.tenant(), user, now]).await?;
    rows.iter().map(read).collect()
}

/// Everything that signs a user in and lives, minted tokens too, newest first; only ids before `before`.
pub async fn page(
    db: &Db,
    scope: &Scope,
    user: &str,
    now: Millis,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Session>> {
    let row = params![
        scope.tenant(),
        user,
        now,
        before.unwrap_or(AFTER_IDS),
        limit
    ];
    let rows = db.rows(&ALL, row).await?;
    rows.iter().map(read).collect()
}

/// Notes that a session was used, at most every five minutes.
pub async fn used(db: &Db, scope: &Scope, session: &Session, now: Millis) -> Result<()> {
    if now.0 - session.last_used_at.0 < USED_EVERY_MS {
        return Ok(());
    }
    db.run(vec![used_step(scope.tenant(), &session.id, now)])
        .await?;
    Ok(())
}

/// Ends one session of a user, or all of them without an id.
pub async fn revoke(
    db: &Db,
    scope: &Scope,
    user: &str,
    id: Option<&str>,
    machine_now: Millis,
) -> Result<()> {
    let end = match id {
        Some(id) => Step::new(&REVOKE, params![scope.tenant(), id, machine_now, user]),
        None => revoke_all_step(scope.tenant(), user, None, machine_now),
    };
    let change = Change {
        steps: vec![end, touch_user(scope.tenant(), user)],
        bumps: vec![db.versions().user_slot(scope.tenant(), user)],
        ..Change::default()
    };
    db.change(change).await?;
    Ok(())
}

/// Ends one session of a user for the developer; false if none with this id lives. `act.at` is business time.
pub async fn end(
    db: &Db,
    scope: &Scope,
    user: &str,
    id: &str,
    act: &Act<'_>,
    machine_now: Millis,
) -> Result<bool> {
    let tenant = scope.tenant();
    let change = Change {
        steps: vec![
            Step::new(&REVOKE, params![tenant, id, machine_now, user]).must_change(1),
            touch_user(tenant, user),
            act.step(scope.platform(), Some(tenant)),
        ],
        bumps: vec![db.versions().user_slot(tenant, user)],
        ..Change::default()
    };
    match db.change(change).await {
        Ok(_) => Ok(true),
        Err(Refusal::Guard(0)) => Ok(false),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Forgets sessions that ended by themselves before `before`.
pub async fn expire(db: &Db, before: Millis) -> Result<()> {
    db.run(vec![Step::new(&DELETE_OLD, params![before])])
        .await?;
    Ok(())
}

/// The step that opens a session; its transaction does nothing if the user is gone.
pub(crate) fn add_step(tenant: &str, user: &str, session: &NewSession) -> Step {
    let row = params![
        tenant,
        user,
        session.id.as_str(),
        session.created_at,
        session.expires_at,
        session.cookie_hash.as_deref(),
        session.user_agent.as_deref()
    ];
    Step::new(&ADD, row).must_change(1)
}

/// The step that ends all sessions of a user but one.
pub(crate) fn revoke_all_step(
    tenant: &str,
    user: &str,
    except: Option<&str>,
    machine_now: Millis,
) -> Step {
    let except = except.unwrap_or_default();
    Step::new(&REVOKE_ALL, params![tenant, user, machine_now, except])
}

/// The step that notes a use.
pub(crate) fn used_step(tenant: &str, session: &str, now: Millis) -> Step {
    let before = now.plus(-USED_EVERY_MS);
    Step::new(&USED, params![tenant, session, now, before])
}

/// The step that tells every process that something of a user changed.
pub(crate) fn touch_user(tenant: &str, user: &str) -> Step {
    Step::new(&TOUCH_USER, params![tenant, user])
}

fn read(row: &Row) -> Result<Session> {
    Ok(Session {
        id: row.text(0)?,
        user_id: row.text(1)?,
        expires_at: row.time(2)?,
        revoked_at: row.opt_time(3)?,
        user_agent: row.opt_text(4)?,
        created_at: row.time(5)?,
        authenticated_at: row.time(6)?,
        last_used_at: row.time(7)?,
        is_sign_in: row.flag(8)?,
    })
}
