//! Secret keys: only their hashes are stored, and a revoked one is dead at once.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::id::KeyId;
use dream_domain::key::{KeyHash, Mode};
use dream_domain::time::Millis;

use crate::Db;
use crate::audit::Act;
use crate::db::Change;
use crate::params;
use crate::scope::{self, Scope};
use crate::sql::statements;
use crate::step::{Refusal, Step};
use crate::value::Row;

statements! {
    FIND_BY_ID = "select publishable_key from api_keys where key_id = $1";
    LIST = "select key_id, label, last_four, status, created_at, expires_at, revoked_at, last_used_at from api_keys
        where publishable_key = $1 order by key_id desc";
    ADD = "insert into api_keys (key_hash, key_id, publishable_key, label, last_four, status, created_at, expires_at, revoked_at, last_used_at)
        values ($1, $2, $3, $4, $5, 'active', $6, null, null, null)";
    REVOKE = "update api_keys set status = 'revoked', revoked_at = $3
        where publishable_key = $1 and key_id = $2 and status = 'active'";
    REVOKE_ALL = "update api_keys set status = 'revoked', revoked_at = $2
        where publishable_key = $1 and status = 'active'";
    EXPIRE_ALL = "update api_keys set expires_at = $2
        where publishable_key = $1 and status = 'active' and (expires_at is null or expires_at > $2)";
    USED = "update api_keys set last_used_at = $2 where key_id = $1";
}

/// A secret key about to be stored.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Its public id.
    pub id: KeyId,
    /// SHA-256 of the secret.
    pub hash: KeyHash,
    /// The last four characters, to recognise it by.
    pub last_four: String,
    /// What the developer calls it.
    pub label: String,
}

/// A stored key, without its secret.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// `key_…`.
    pub id: Arc<str>,
    /// What the developer calls it.
    pub label: Arc<str>,
    /// The last four characters of the secret.
    pub last_four: Arc<str>,
    /// `active` or `revoked`.
    pub status: Arc<str>,
    /// When it was made.
    pub created_at: Millis,
    /// When it ends by itself, after a rotation (machine time).
    pub expires_at: Option<Millis>,
    /// When it was revoked.
    pub revoked_at: Option<Millis>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Millis>,
}

impl ApiKey {
    /// What may be shown of the secret: its kind, its mode and its last four characters.
    pub fn masked(&self, mode: Mode) -> String {
        format!("sk_{}_••••{}", mode.as_str(), self.last_four)
    }
}

/// The keys of a tenant, newest first.
pub async fn list(db: &Db, scope: &Scope) -> Result<Vec<ApiKey>> {
    db.rows(&LIST, params![scope.tenant()])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// The publishable key of the tenant a key id belongs to, for the command line.
pub async fn tenant_of(db: &Db, key_id: &str) -> Result<Option<Arc<str>>> {
    db.near(&FIND_BY_ID, params![key_id])
        .await?
        .first()
        .map(|row| row.text(0))
        .transpose()
}

/// What happens to the keys that are there when a new one is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// They stay.
    Keep,
    /// They are dead at once.
    Revoke,
    /// They end at this moment (machine time).
    ExpireAt(Millis),
}

/// Adds a key to a tenant.
pub async fn add(
    db: &Db,
    scope: &Scope,
    key: &NewKey,
    others: Others,
    act: &Act<'_>,
) -> Result<()> {
    let tenant = scope.tenant();
    // The tenant comes first: it makes those who add keys at the same time wait for each other, so that
    // each sees the keys of the one before.
    let mut steps = vec![scope::touch(tenant)];
    steps.extend(match others {
        Others::Keep => None,
        Others::Revoke => Some(Step::new(&REVOKE_ALL, params![tenant, act.at])),
        Others::ExpireAt(end) => Some(Step::new(&EXPIRE_ALL, params![tenant, end])),
    });
    steps.push(step(tenant, key, act.at));
    steps.push(act.step(scope.platform(), Some(tenant)));
    let bumps = vec![db.versions().tenant_slot(tenant)];
    db.change(Change {
        steps,
        bumps,
        ..Change::default()
    })
    .await?;
    Ok(())
}

/// Revokes one key of a tenant.
pub async fn revoke(db: &Db, scope: &Scope, key_id: &str, act: &Act<'_>) -> Result<()> {
    let tenant = scope.tenant();
    let steps = vec![
        Step::new(&REVOKE, params![tenant, key_id, act.at]).must_change(1),
        scope::touch(tenant),
        act.step(scope.platform(), Some(tenant)),
    ];
    let bumps = vec![db.versions().tenant_slot(tenant)];
    match db
        .change(Change {
            steps,
            bumps,
            ..Change::default()
        })
        .await
    {
        Ok(_) => Ok(()),
        Err(Refusal::Guard(0)) => {
            Err(Code::KeyNotFound.error("There is no active key with this id in this project"))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Notes when keys were last used.
pub async fn used(db: &Db, keys: &[(Arc<str>, Millis)]) -> Result<()> {
    let steps = keys
        .iter()
        .map(|(id, at)| Step::new(&USED, params![id, *at]))
        .collect();
    db.run(steps).await?;
    Ok(())
}

/// The step that stores a key.
pub(crate) fn step(tenant: &str, key: &NewKey, at: Millis) -> Step {
    let row = params![
        key.hash.hex(),
        key.id.as_str(),
        tenant,
        &key.label,
        &key.last_four,
        at
    ];
    Step::new(&ADD, row).must_change(1)
}

fn read(row: &Row) -> Result<ApiKey> {
    Ok(ApiKey {
        id: row.text(0)?,
        label: row.text(1)?,
        last_four: row.text(2)?,
        status: row.text(3)?,
        created_at: row.time(4)?,
        expires_at: row.opt_time(5)?,
        revoked_at: row.opt_time(6)?,
        last_used_at: row.opt_time(7)?,
    })
}
