//! Data written while business time was ahead: seen, and taken back (rules 14).

use dream_domain::error::Result;
use dream_domain::time::Millis;

use crate::Db;
use crate::db::Change;
use crate::params;
use crate::sql::statements;
use crate::step::Step;

statements! {
    WRITTEN = "select cast(1 as bigint) where exists (select 1 from usage_counts where updated_at > $1 or period_start > $1)
        or exists (select 1 from usage_days where day > $1)
        or exists (select 1 from usage_snapshots where period_end > $1)
        or exists (select 1 from end_users where updated_at > $1)
        or exists (select 1 from tiers where updated_at > $1)
        or exists (select 1 from tenants where created_at > $1)
        or exists (select 1 from api_keys where created_at > $1)";
    DELETE_COUNTS = "delete from usage_counts";
    DELETE_SNAPSHOTS = "delete from usage_snapshots";
    DELETE_DAYS = "delete from usage_days";
    DELETE_TOMBSTONES = "delete from usage_tombstones";
    BRING_USERS = "update end_users set created_at = case when created_at > $1 then $1 else created_at end, updated_at = $1 where updated_at > $1";
    BRING_TIERS = "update tiers set created_at = case when created_at > $1 then $1 else created_at end, updated_at = $1 where updated_at > $1";
    BRING_TENANTS = "update tenants set created_at = $1 where created_at > $1";
    BRING_KEYS = "update api_keys set created_at = $1 where created_at > $1";
    BRING_GRANTS = "update grants set created_at = $1 where created_at > $1";
}

/// Whether anything carries a time after `now`. Call [`Db::fold`] before.
pub async fn is_written(db: &Db, now: Millis) -> Result<bool> {
    Ok(!db.rows(&WRITTEN, params![now]).await?.is_empty())
}

/// Deletes all counts and brings other times back to `now`.
pub async fn wipe(db: &Db, now: Millis) -> Result<()> {
    let delete = [
        &DELETE_COUNTS,
        &DELETE_SNAPSHOTS,
        &DELETE_DAYS,
        &DELETE_TOMBSTONES,
    ];
    let bring = [
        &BRING_USERS,
        &BRING_TIERS,
        &BRING_TENANTS,
        &BRING_KEYS,
        &BRING_GRANTS,
    ];
    let mut steps: Vec<Step> = delete.iter().map(|sql| Step::new(sql, params![])).collect();
    steps.extend(bring.iter().map(|sql| Step::new(sql, params![now])));
    db.change(Change {
        steps,
        settle_all: true,
        ..Change::default()
    })
    .await?;
    Ok(())
}
