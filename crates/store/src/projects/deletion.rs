//! The end of projects and of single modes: nothing of theirs stays but what the audit log tells. Accounts
//! at the payment provider belong to the platform and stay connected.

use std::sync::Arc;

use dream_domain::error::{Code, Result};

use super::Tenant;
use super::modes::hold_project;
use crate::Db;
use crate::audit::Act;
use crate::db::Change;
use crate::params;
use crate::scope::Scope;
use crate::sql::{Sql, statements};
use crate::step::{Refusal, Step};

statements! {
    DELETE_PROJECT = "delete from projects where project_id = $1 and platform_id = $2";
    DELETE_TENANTS = "delete from tenants where project_id = $1";
    /// The other mode stays; the last one goes only with its project.
    DELETE_TENANT = "delete from tenants where publishable_key = $1
        and exists (select 1 from tenants o where o.project_id = tenants.project_id and o.publishable_key <> $1)";
    DELETE_KEYS = "delete from api_keys where publishable_key = $1";
    DELETE_TIERS = "delete from tiers where publishable_key = $1";
    DELETE_USERS = "delete from end_users where publishable_key = $1";
    DELETE_GRANTS = "delete from grants where publishable_key = $1";
    DELETE_PASSWORDS = "delete from passwords where publishable_key = $1";
    DELETE_IDENTITIES = "delete from identities where publishable_key = $1";
    DELETE_PROVIDERS = "delete from sign_in_providers where publishable_key = $1";
    DELETE_ONE_TIME = "delete from one_time_tokens where publishable_key = $1";
    DELETE_REFRESH_TOKENS = "delete from refresh_tokens where publishable_key = $1";
    DELETE_LOGO = "delete from logos where publishable_key = $1";
    DELETE_OUTBOX = "delete from outbox where publishable_key = $1";
    DELETE_SESSIONS = "delete from sessions where publishable_key = $1";
    DELETE_COUNTS = "delete from usage_counts where publishable_key = $1";
    DELETE_SNAPSHOTS = "delete from usage_snapshots where publishable_key = $1";
    DELETE_DAYS = "delete from usage_days where publishable_key = $1";
    DELETE_TOMBSTONES = "delete from usage_tombstones where publishable_key = $1";
    DELETE_EXTRAS = "delete from usage_extras where publishable_key = $1";
    DELETE_ANSWERS = "delete from idempotency_keys where publishable_key = $1";
    DELETE_CHANGES = "delete from subscription_changes where publishable_key = $1";
    DELETE_PAYMENT_CUSTOMERS = "delete from payment_customers where publishable_key = $1";
    DELETE_CHECKOUTS = "delete from checkouts where publishable_key = $1";
    DELETE_SUBSCRIPTIONS = "delete from subscriptions where publishable_key = $1";
    DELETE_INVOICES = "delete from invoices where publishable_key = $1";
    DELETE_PRICES = "delete from prices where publishable_key = $1";
    DELETE_EVENTS = "delete from inbox where publishable_key = $1";
    /// The bytes are elsewhere: they are removed afterwards, and nothing of them is forgotten.
    LEAVE_OBJECTS = "insert into asset_removals (object, due_at) select a.object, cast(0 as bigint) from assets a where a.publishable_key = $1";
    DELETE_ASSETS = "delete from assets where publishable_key = $1";
    /// What one mode shows the other may show too: its tiers were copied from there.
    MOVE_ASSETS = "update assets set publishable_key = (select o.publishable_key from tenants o where o.project_id = $2 and o.publishable_key <> $1)
        where publishable_key = $1";
    DELETE_ORDERS = "delete from orders where publishable_key = $1";
    DELETE_ORDER_LINES = "delete from order_lines where publishable_key = $1";
    DELETE_ORDER_EVENTS = "delete from order_events where publishable_key = $1";
    DELETE_RESERVATIONS = "delete from reservations where publishable_key = $1";
    DELETE_REFUNDS = "delete from refunds where publishable_key = $1";
    HOLDS = "select cast((select count(*) from end_users where publishable_key = $1) as bigint),
        cast((select count(*) from subscriptions where publishable_key = $1 and status not in ('canceled', 'incomplete_expired')) as bigint),
        cast((select count(*) from orders where publishable_key = $1 and paid_at is not null) as bigint)";
    OPEN_SESSIONS = "select session_id from checkouts where publishable_key = $1 and account_id = $2 and status in ('opening', 'open') and session_id is not null
        union select session_id from orders where publishable_key = $1 and account_id = $2 and paid_at is null and closed_at is null and session_id is not null";
    DELETE_STOCK_LEVELS = "delete from stock_levels where publishable_key = $1";
}

/// What people leave in a tenant. Customers come first: whoever adds something of theirs holds them.
pub(super) static OF_PEOPLE: &[&Sql] = &[
    &DELETE_USERS,
    &DELETE_GRANTS,
    &DELETE_PASSWORDS,
    &DELETE_IDENTITIES,
    &DELETE_ONE_TIME,
    &DELETE_REFRESH_TOKENS,
    &DELETE_SESSIONS,
    &DELETE_COUNTS,
    &DELETE_EXTRAS,
    &DELETE_SNAPSHOTS,
    &DELETE_DAYS,
    &DELETE_TOMBSTONES,
    &DELETE_ANSWERS,
    &DELETE_CHANGES,
    &DELETE_PAYMENT_CUSTOMERS,
    &DELETE_CHECKOUTS,
    &DELETE_SUBSCRIPTIONS,
    &DELETE_INVOICES,
    &DELETE_EVENTS,
    &DELETE_ORDERS,
    &DELETE_ORDER_LINES,
    &DELETE_ORDER_EVENTS,
    &DELETE_RESERVATIONS,
    &DELETE_REFUNDS,
];

/// What else a tenant has rows in.
static OF_DEVELOPER: &[&Sql] = &[
    &DELETE_KEYS,
    &DELETE_TIERS,
    &DELETE_PROVIDERS,
    &DELETE_LOGO,
    &DELETE_OUTBOX,
    &DELETE_PRICES,
    &LEAVE_OBJECTS,
    &DELETE_ASSETS,
    &DELETE_STOCK_LEVELS,
];

/// What a deletion takes from people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holds {
    /// Customers.
    pub customers: i64,
    /// Subscriptions that have not ended.
    pub subscriptions: i64,
    /// Orders that were paid.
    pub orders: i64,
}

/// What a deletion of a tenant would take from people.
pub async fn holds(db: &Db, scope: &Scope) -> Result<Holds> {
    let rows = db.rows(&HOLDS, params![scope.tenant()]).await?;
    let Some(row) = rows.first() else {
        return Ok(Holds::default());
    };
    Ok(Holds {
        customers: row.int(0)?,
        subscriptions: row.int(1)?,
        orders: row.int(2)?,
    })
}

/// The payment provider's sessions at an account that a tenant's buyers may still pay.
pub async fn open_sessions(db: &Db, scope: &Scope, account: &str) -> Result<Vec<Arc<str>>> {
    let rows = db
        .rows(&OPEN_SESSIONS, params![scope.tenant(), account])
        .await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Deletes a project in all its modes, which `tenants` lists, with everything that belongs to it; only the
/// audit log keeps that it was. 409 if it got one more mode meanwhile.
pub async fn delete(db: &Db, tenants: &[Tenant], act: &Act<'_>) -> Result<()> {
    let Some(first) = tenants.first() else {
        return Ok(());
    };
    let (project, platform) = (first.scope.project().as_str(), first.scope.platform());
    let modes = u64::try_from(tenants.len()).unwrap_or(u64::MAX);
    // The tenants go first: from then on nobody counts for them, so that what is deleted stays so.
    let mut steps = vec![
        Step::new(&DELETE_PROJECT, params![project, platform.as_str()]).must_change(1),
        Step::new(&DELETE_TENANTS, params![project]).must_change(modes),
    ];
    steps.extend(tenants.iter().flat_map(rows_of));
    steps.push(act.step(platform, None));
    run(db, tenants, steps).await
}

/// Deletes one mode of a project that has two, with everything that belongs to it but its pictures, which go over
/// to the other.
pub async fn delete_mode(db: &Db, tenant: &Tenant, act: &Act<'_>) -> Result<()> {
    let key = tenant.scope.tenant();
    let mut steps = vec![
        hold_project(&tenant.scope),
        Step::new(&DELETE_TENANT, params![key]).must_change(1),
        Step::new(&MOVE_ASSETS, params![key, tenant.scope.project().as_str()]),
    ];
    steps.extend(rows_of(tenant));
    steps.push(act.step(tenant.scope.platform(), None));
    run(db, std::slice::from_ref(tenant), steps).await
}

fn rows_of(tenant: &Tenant) -> impl Iterator<Item = Step> {
    let key = tenant.scope.tenant().clone();
    let all = OF_PEOPLE.iter().chain(OF_DEVELOPER);
    all.map(move |sql| Step::new(sql, params![&key]))
}

async fn run(db: &Db, tenants: &[Tenant], steps: Vec<Step>) -> Result<()> {
    let slots = tenants
        .iter()
        .map(|tenant| db.versions().tenant_slot(tenant.scope.tenant()));
    let change = Change {
        steps,
        bumps: slots.collect(),
        settle_all: true,
        ..Change::default()
    };
    match db.change(change).await {
        Ok(_) => Ok(()),
        Err(Refusal::Guard(0)) => {
            Err(Code::ProjectNotFound.error("This project is deleted already"))
        }
        Err(refusal) => Err(refusal.into()),
    }
}
