//! The record of every administrative act: who did what to what, and when.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::id::{AuditId, PlatformId};
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::pattern::AFTER_IDS;
use crate::sql::statements;
use crate::step::Step;

statements! {
    ADD = "insert into audit_log (platform_id, audit_id, publishable_key, at, actor, action, subject, detail)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    LIST = "select audit_id, publishable_key, at, actor, action, subject, detail from audit_log
        where platform_id = $1 and audit_id < $2 order by audit_id desc limit $3";
}

/// One act, as it is recorded together with its effect.
#[derive(Clone, Debug)]
pub struct Act<'a> {
    /// The record's id.
    pub id: AuditId,
    /// When, in business time.
    pub at: Millis,
    /// Who: `user_…` of a developer, `key_…` of a backend, or `cli`.
    pub actor: &'a str,
    /// What: `noun.verb`, for example `key.revoke`.
    pub action: &'static str,
    /// To what.
    pub subject: &'a str,
    /// More, as JSON; never a secret.
    pub detail: String,
}

impl Act<'_> {
    /// The step that records it; goes into the transaction of the effect.
    pub(crate) fn step(&self, platform: &PlatformId, tenant: Option<&str>) -> Step {
        let row = params![
            platform.as_str(),
            self.id.as_str(),
            tenant,
            self.at,
            self.actor,
            self.action,
            self.subject,
            &self.detail
        ];
        Step::new(&ADD, row).must_change(1)
    }
}

/// Records an act that is no transaction of its own, such as handing out a token: before it is done.
pub async fn record(
    db: &Db,
    platform: &PlatformId,
    tenant: Option<&str>,
    act: &Act<'_>,
) -> Result<()> {
    db.run(vec![act.step(platform, tenant)]).await?;
    Ok(())
}

/// A recorded act.
#[derive(Clone, Debug)]
pub struct Record {
    /// The record's id; newer ones are greater.
    pub id: Arc<str>,
    /// The tenant, if it concerned one.
    pub publishable_key: Option<Arc<str>>,
    /// When.
    pub at: Millis,
    /// Who.
    pub actor: Arc<str>,
    /// What.
    pub action: Arc<str>,
    /// To what.
    pub subject: Arc<str>,
    /// More, as JSON.
    pub detail: Arc<str>,
}

/// Acts of a platform before `before` (exclusive), newest first.
pub async fn list(
    db: &Db,
    platform: &PlatformId,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Record>> {
    let rows = db
        .rows(
            &LIST,
            params![platform.as_str(), before.unwrap_or(AFTER_IDS), limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Record {
                id: row.text(0)?,
                publishable_key: row.opt_text(1)?,
                at: row.time(2)?,
                actor: row.text(3)?,
                action: row.text(4)?,
                subject: row.text(5)?,
                detail: row.text(6)?,
            })
        })
        .collect()
}
