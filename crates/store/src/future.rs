//! Data written while business time was ahead: seen, and taken back (rules 14).

use dream_domain::error::Result;
use dream_domain::time::Millis;

use crate::Db;
use crate::db::Change;
use crate::params;
use crate::sql::statements;
use crate::step::Step;

statements! {
    /// What this server writes by itself, such as when it has last looked at something, is no reason to stay.
    WRITTEN = "select cast(1 as bigint) where exists (select 1 from usage_counts where updated_at > $1 or period_start > $1)
        or exists (select 1 from usage_days where day > $1)
        or exists (select 1 from usage_snapshots where period_end > $1)
        or exists (select 1 from usage_extras where created_at > $1)
        or exists (select 1 from end_users where updated_at > $1)
        or exists (select 1 from tiers where updated_at > $1)
        or exists (select 1 from tenants where created_at > $1)
        or exists (select 1 from api_keys where created_at > $1)
        or exists (select 1 from subscription_changes where at > $1)
        or exists (select 1 from payment_accounts where connected_at > $1 or disconnected_at > $1)
        or exists (select 1 from payment_customers where created_at > $1 or deleted_at > $1)
        or exists (select 1 from checkouts where created_at > $1 or completed_at > $1)
        or exists (select 1 from subscriptions where fetched_at > $1 and (started_at > $1 or period_start > $1 or canceled_at > $1 or ended_at > $1))
        or exists (select 1 from invoices where fetched_at > $1 and (created_at > $1 or paid_at > $1))
        or exists (select 1 from inbox where created_at > $1)
        or exists (select 1 from orders where created_at > $1 or paid_at > $1 or fulfilled_at > $1 or closed_at > $1)";
    DELETE_COUNTS = "delete from usage_counts";
    DELETE_SNAPSHOTS = "delete from usage_snapshots";
    DELETE_DAYS = "delete from usage_days";
    DELETE_TOMBSTONES = "delete from usage_tombstones";
    /// What was given for a period that is not there yet.
    DELETE_EXTRAS = "delete from usage_extras where period_start > $1";
    BRING_EXTRAS = "update usage_extras set created_at = $1 where created_at > $1";
    BRING_USERS = "update end_users set created_at = case when created_at > $1 then $1 else created_at end, updated_at = $1 where updated_at > $1";
    BRING_TIERS = "update tiers set created_at = case when created_at > $1 then $1 else created_at end, updated_at = $1 where updated_at > $1";
    BRING_TENANTS = "update tenants set created_at = $1 where created_at > $1";
    BRING_KEYS = "update api_keys set created_at = $1 where created_at > $1";
    BRING_CHANGES = "update subscription_changes set at = $1 where at > $1";
    BRING_ACCOUNTS = "update payment_accounts set connected_at = case when connected_at > $1 then $1 else connected_at end,
        disconnected_at = case when disconnected_at > $1 then $1 else disconnected_at end,
        checked_at = case when checked_at > $1 then $1 else checked_at end
        where connected_at > $1 or disconnected_at > $1 or checked_at > $1";
    BRING_PRICES = "update prices set created_at = $1 where created_at > $1";
    BRING_PAYMENT_CUSTOMERS = "update payment_customers set created_at = case when created_at > $1 then $1 else created_at end,
        deleted_at = case when deleted_at > $1 then $1 else deleted_at end where created_at > $1 or deleted_at > $1";
    /// What could be paid in the future is closed: its end would be too far away.
    CLOSE_CHECKOUTS = "update checkouts set status = 'expired', open_key = null where created_at > $1 and status in ('opening', 'open')";
    BRING_CHECKOUTS = "update checkouts set created_at = case when created_at > $1 then $1 else created_at end,
        completed_at = case when completed_at > $1 then $1 else completed_at end where created_at > $1 or completed_at > $1";
    /// What is true of it now only the provider knows: it is asked at once.
    BRING_SUBSCRIPTIONS = "update subscriptions set fetched_at = $1, next_check_at = $1, version = version + 1 where fetched_at > $1";
    BRING_INVOICES = "update invoices set fetched_at = $1, created_at = case when created_at > $1 then $1 else created_at end,
        paid_at = case when paid_at > $1 then $1 else paid_at end where fetched_at > $1";
    BRING_EVENTS = "update inbox set created_at = $1 where created_at > $1";
    /// What could be paid in the future is looked at now: only the provider knows whether it was.
    BRING_ORDERS = "update orders set created_at = case when created_at > $1 then $1 else created_at end,
        paid_at = case when paid_at > $1 then $1 else paid_at end,
        fulfilled_at = case when fulfilled_at > $1 then $1 else fulfilled_at end,
        closed_at = case when closed_at > $1 then $1 else closed_at end,
        check_at = case when check_at > $1 then $1 else check_at end, version = version + 1
        where created_at > $1 or paid_at > $1 or fulfilled_at > $1 or closed_at > $1";
    BRING_REFUNDS = "update refunds set created_at = $1, due_at = $1 where created_at > $1";
    BRING_GRANTS = "update grants set created_at = $1 where created_at > $1";
}

/// Whether anything carries a time after `now`. Call [`Db::fold`] before.
pub async fn is_written(db: &Db, now: Millis) -> Result<bool> {
    Ok(!db.rows(&WRITTEN, params![now]).await?.is_empty())
}

/// Brings back to `now` what this server wrote by itself while time was ahead; what it has looked at is looked at again.
pub async fn bring_own(db: &Db, now: Millis) -> Result<()> {
    let own = [
        &BRING_ACCOUNTS,
        &BRING_PRICES,
        &BRING_SUBSCRIPTIONS,
        &BRING_INVOICES,
    ];
    let steps = own.iter().map(|sql| Step::new(sql, params![now])).collect();
    db.run(steps).await?;
    Ok(())
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
        &BRING_CHANGES,
        &BRING_ACCOUNTS,
        &BRING_PRICES,
        &BRING_PAYMENT_CUSTOMERS,
        &CLOSE_CHECKOUTS,
        &BRING_CHECKOUTS,
        &BRING_SUBSCRIPTIONS,
        &BRING_INVOICES,
        &BRING_EVENTS,
        &BRING_ORDERS,
        &BRING_REFUNDS,
        &DELETE_EXTRAS,
        &BRING_EXTRAS,
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
