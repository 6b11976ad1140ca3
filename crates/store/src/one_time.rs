//! Codes and links that prove something once.
//!
//! A row may be reached three ways: by its link (mailed, or carried by the browser), by its flow (the
//! browser that began), or with a short code inside its flow. Only hashes of these are stored.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::id::OneTimeId;
use dream_domain::time::Millis;

use crate::Db;
use crate::outbox::{self, Message};
use crate::params;
use crate::scope::{Scope, hold};
use crate::sql::statements;
use crate::step::Step;
use crate::value::Row;

/// Wrong codes that are forgiven; the one after locks the row for good.
pub const ATTEMPTS_MAX: i64 = 5;

statements! {
    ADD = "insert into one_time_tokens
        (publishable_key, token_id, purpose, user_id, email_folded, link_hash, flow_hash, code_hash, payload, attempts, created_at, expires_at, used_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, null)";
    /// Links of mails; codes of apps, and states of providers and of connecting, are used, never looked at.
    FIND_MAILED = "select publishable_key, token_id, purpose, user_id, email_folded, flow_hash, code_hash, payload, created_at
        from one_time_tokens where link_hash = $1 and purpose not in ('exchange', 'provider', 'connect') and used_at is null and expires_at > $2";
    FIND_EXCHANGE = "select publishable_key, token_id, purpose, user_id, email_folded, flow_hash, code_hash, payload, created_at
        from one_time_tokens where link_hash = $1 and publishable_key = $2 and purpose = 'exchange' and used_at is null and expires_at > $3";
    FIND_BY_FLOW = "select publishable_key, token_id, purpose, user_id, email_folded, flow_hash, code_hash, payload, created_at
        from one_time_tokens where flow_hash = $1 and publishable_key = $2 and used_at is null and expires_at > $3";
    /// Counting a try and allowing it are one step: a hundred at once are still five (cases ACC-11).
    TRY_CODE = "update one_time_tokens set attempts = attempts + 1
        where flow_hash = $1 and publishable_key = $2 and used_at is null and expires_at > $3 and attempts < $4
        returning publishable_key, token_id, purpose, user_id, email_folded, flow_hash, code_hash, payload, created_at";
    SPEND_LINK = "update one_time_tokens set used_at = $3
        where link_hash = $1 and purpose = $2 and used_at is null and expires_at > $3
        returning publishable_key, token_id, purpose, user_id, email_folded, flow_hash, code_hash, payload, created_at";
    SPEND = "update one_time_tokens set used_at = $3
        where publishable_key = $1 and token_id = $2 and used_at is null and expires_at > $3";
    /// What was sent earlier for the same purpose no longer works; it still counts as sent.
    REPLACE_SAME = "update one_time_tokens set used_at = $4
        where publishable_key = $1 and email_folded = $2 and purpose = $3 and used_at is null";
    FORGET_OF_USER = "delete from one_time_tokens where publishable_key = $1 and user_id = $2";
    COUNT_RECENT = "select cast(count(*) as bigint) from one_time_tokens
        where publishable_key = $1 and email_folded = $2 and created_at > $3";
    DELETE_OLD = "delete from one_time_tokens where expires_at < $1";
}

/// A token about to be stored. Hashes are SHA-256 in hex; times are machine time.
#[derive(Clone, Debug)]
pub struct NewToken<'a> {
    /// `once_…`.
    pub id: &'a OneTimeId,
    /// What it proves: `sign_up`, `verify_email`, `change_email`, `reset_password`, `exchange`, `provider`, `connect`.
    pub purpose: &'static str,
    /// Whose, if it is known.
    pub user: Option<&'a str>,
    /// The address it was sent to, folded.
    pub email_folded: Option<&'a str>,
    /// Of the secret in the link.
    pub link_hash: Option<&'a str>,
    /// Of the secret that the browser which began keeps.
    pub flow_hash: Option<&'a str>,
    /// Of the short code, keyed with the master key.
    pub code_hash: Option<&'a str>,
    /// Sealed with the master key.
    pub payload: &'a str,
    /// When it was made.
    pub created_at: Millis,
    /// When it ends.
    pub expires_at: Millis,
}

/// A token as found: neither used nor past its end.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The publishable key it belongs to.
    pub tenant: Arc<str>,
    /// `once_…`.
    pub id: Arc<str>,
    /// What it proves.
    pub purpose: Arc<str>,
    /// Whose, if it is known.
    pub user: Option<Arc<str>>,
    /// The address it was sent to, folded.
    pub email_folded: Option<Arc<str>>,
    /// Of the secret that the browser which began keeps.
    pub flow_hash: Option<Arc<str>>,
    /// Of the short code.
    pub code_hash: Option<Arc<str>>,
    /// Sealed with the master key.
    pub payload: Arc<str>,
    /// When it was made.
    pub created_at: Millis,
}

/// Stores a token, and the mail that carries it. Unused ones of the same address and purpose end.
pub async fn create(
    db: &Db,
    scope: &Scope,
    token: &NewToken<'_>,
    mail: Option<&Message>,
) -> Result<()> {
    let mut steps = vec![hold(scope.tenant())];
    steps.extend(add_steps(scope.tenant(), token));
    steps.extend(mail.map(outbox::add_step));
    db.run(steps).await?;
    Ok(())
}

/// Finds what a mailed link stands for, without using it.
pub async fn find_mailed(db: &Db, link_hash: &str, now: Millis) -> Result<Option<Pending>> {
    let rows = db.near(&FIND_MAILED, params![link_hash, now]).await?;
    rows.first().map(read).transpose()
}

/// Finds the code of a way back to an app, without using it.
pub async fn find_exchange(
    db: &Db,
    scope: &Scope,
    link_hash: &str,
    now: Millis,
) -> Result<Option<Pending>> {
    let row = params![link_hash, scope.tenant(), now];
    let rows = db.near(&FIND_EXCHANGE, row).await?;
    rows.first().map(read).transpose()
}

/// Finds a token by the browser that began.
pub async fn find_by_flow(
    db: &Db,
    scope: &Scope,
    flow_hash: &str,
    now: Millis,
) -> Result<Option<Pending>> {
    let row = params![flow_hash, scope.tenant(), now];
    let rows = db.near(&FIND_BY_FLOW, row).await?;
    rows.first().map(read).transpose()
}

/// Counts a try at the code of a flow; none if there is no such flow, it is used, ended or locked.
pub async fn try_code(
    db: &Db,
    scope: &Scope,
    flow_hash: &str,
    now: Millis,
) -> Result<Option<Pending>> {
    let row = params![flow_hash, scope.tenant(), now, ATTEMPTS_MAX];
    let rows = db.run(vec![Step::new(&TRY_CODE, row)]).await?;
    rows.first()
        .and_then(|rows| rows.first())
        .map(read)
        .transpose()
}

/// Uses a token by its link: of many at once exactly one gets it.
pub async fn spend_link(
    db: &Db,
    purpose: &'static str,
    link_hash: &str,
    now: Millis,
) -> Result<Option<Pending>> {
    let steps = vec![Step::new(&SPEND_LINK, params![link_hash, purpose, now])];
    let rows = db.run(steps).await?;
    rows.first()
        .and_then(|rows| rows.first())
        .map(read)
        .transpose()
}

/// How many tokens an address was sent since `since`.
pub async fn recent(db: &Db, scope: &Scope, email_folded: &str, since: Millis) -> Result<i64> {
    let row = params![scope.tenant(), email_folded, since];
    let rows = db.near(&COUNT_RECENT, row).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// Forgets tokens that ended before `before`.
pub async fn expire(db: &Db, before: Millis) -> Result<()> {
    db.run(vec![Step::new(&DELETE_OLD, params![before])])
        .await?;
    Ok(())
}

/// The steps that store a token and end unused ones of the same address and purpose.
pub(crate) fn add_steps(tenant: &str, token: &NewToken<'_>) -> Vec<Step> {
    let mut steps = Vec::with_capacity(2);
    if let Some(email) = token.email_folded {
        let row = params![tenant, email, token.purpose, token.created_at];
        steps.push(Step::new(&REPLACE_SAME, row));
    }
    let row = params![
        tenant,
        token.id.as_str(),
        token.purpose,
        token.user,
        token.email_folded,
        token.link_hash,
        token.flow_hash,
        token.code_hash,
        token.payload,
        token.created_at,
        token.expires_at
    ];
    steps.push(Step::new(&ADD, row));
    steps
}

/// The step that uses a token; its transaction does nothing if it was used meanwhile.
pub(crate) fn spend_step(tenant: &str, id: &str, now: Millis) -> Step {
    Step::new(&SPEND, params![tenant, id, now]).must_change(1)
}

/// The step that ends everything pending for a user.
pub(crate) fn forget_step(tenant: &str, user: &str) -> Step {
    Step::new(&FORGET_OF_USER, params![tenant, user])
}

fn read(row: &Row) -> Result<Pending> {
    Ok(Pending {
        tenant: row.text(0)?,
        id: row.text(1)?,
        purpose: row.text(2)?,
        user: row.opt_text(3)?,
        email_folded: row.opt_text(4)?,
        flow_hash: row.opt_text(5)?,
        code_hash: row.opt_text(6)?,
        payload: row.text(7)?,
        created_at: row.time(8)?,
    })
}
