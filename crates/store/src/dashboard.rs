//! What dashboards show of a tenant: sums that the database makes, never rows that a page adds up.
//! All times are business time but where it is said.

pub(crate) mod list;
pub(crate) mod people;
pub(crate) mod platforms;
mod sorting;
pub(crate) mod used;

pub use list::{Filter, Person, Sort, page};
pub use people::{Used, counters, decided, extras, grants, subscriptions};
pub use platforms::{Platform, PlatformSort, Users, platforms, users_by_mode};
pub use sorting::Direction;
pub use used::{Allows, Near, Running, User, Wish, running, used, users};

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::subscription::Standing;
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::scope::Scope;
use crate::sql::statements;
use crate::value::Row;

/// Where a subscription stands, as [`Standing`] is ordered, from 0 to 5; `$2` is now. The same as
/// [`dream_domain::subscription::state`] says of a subscription whose tier is there.
macro_rules! standing {
    () => {
        "case when reason in ('unpaid', 'paused', 'grace_over') then 2
          when reason = 'canceled' then 1
          when claim_plan is null then 0
          when claim_until <= $2 and reason = 'grace_after_failed_payment'
            and claim_until <> coalesce(case when cancel_at_period_end = 1 and (cancel_at is null or period_end < cancel_at)
              then period_end else cancel_at end, -1) then 2
          when claim_until <= $2 then 1
          when reason = 'active' then 5 when reason = 'trial' then 4
          when reason in ('cancels_at_period_end', 'disconnected') then 3
          when reason = 'grace_after_failed_payment' then 2 else 0 end"
    };
}
pub(crate) use standing;

statements! {
    /// What has ended is left out by its status, which has an index.
    STANDINGS = concat!("select cast(standing as bigint), currency, cast(count(*) as bigint), cast(sum(paid) as bigint) from (
          select currency, case when claim_plan is not null and (claim_until is null or claim_until > $2) then mrr else 0 end as paid, ",
          standing!(), " as standing
          from subscriptions where publishable_key = $1
          and status in ('active', 'trialing', 'past_due', 'unpaid', 'paused', 'incomplete', 'unknown')
        ) as s group by standing, currency order by standing, currency");
    /// Everything before the window is one row, under day -1. Who pays, and whose subscription ends, is told by the last
    /// change of a user: each change adds how it differs from the one before.
    CHANGES = "select cast(day as bigint), currency, cast(sum(mrr_after - mrr_before) as bigint),
        cast(sum(case when mrr_before = 0 and mrr_after > 0 then 1 else 0 end) as bigint),
        cast(sum(case when mrr_before > 0 and mrr_after = 0 then 1 else 0 end) as bigint),
        cast(sum(paying) as bigint), cast(sum(canceling) as bigint) from (
          select case when at < $2 then -1 else at / 86400000 end as day, currency, mrr_before, mrr_after,
            pays - lag(pays, 1, 0) over (partition by user_id order by at, change_id) as paying,
            ends - lag(ends, 1, 0) over (partition by user_id order by at, change_id) as canceling from (
              select user_id, change_id, at, currency, mrr_before, mrr_after, case when mrr_after > 0 then 1 else 0 end as pays,
                case when reason in ('cancels_at_period_end', 'disconnected') then 1 else 0 end as ends
              from subscription_changes where publishable_key = $1 and at < $3
            ) as told
        ) as c group by day, currency order by day, currency";
    /// Invoices and orders; the money of a dispute that is open or lost is not ours.
    PAID_BY_DAY = "select cast(day as bigint), currency, cast(sum(net) as bigint), cast(sum(orders) as bigint) from (
          select paid_at / 86400000 as day, currency, amount_paid - amount_refunded as net, 0 as orders
          from invoices where publishable_key = $1 and paid_at >= $2 and paid_at < $3
          union all
          select paid_at / 86400000, currency, amount_paid - case when dispute in ('open', 'lost') then amount_paid else amount_refunded end, 1
          from orders where publishable_key = $1 and paid_at >= $2 and paid_at < $3
        ) as p group by day, currency order by day, currency";
    /// All of it, what came since `$3`, and what came between `$2` and `$3`.
    REVENUE = "select currency, cast(sum(net) as bigint), cast(sum(case when paid_at >= $3 then net else 0 end) as bigint),
        cast(sum(case when paid_at >= $2 and paid_at < $3 then net else 0 end) as bigint) from (
          select currency, paid_at, amount_paid - amount_refunded as net from invoices where publishable_key = $1 and paid_at < $4
          union all
          select currency, paid_at, amount_paid - case when dispute in ('open', 'lost') then amount_paid else amount_refunded end
          from orders where publishable_key = $1 and paid_at < $4
        ) as p group by currency order by currency";
    /// Of each user the last change before the window, and the last one of all.
    CHURN = "select cast(coalesce(sum(case when first > 0 then 1 else 0 end), 0) as bigint),
        cast(coalesce(sum(case when first > 0 and last = 0 then 1 else 0 end), 0) as bigint) from (
          select max(case when at < $2 and back = 1 then mrr_after end) as first, max(case when newest = 1 then mrr_after end) as last from (
            select user_id, at, mrr_after, row_number() over (partition by user_id order by at desc, change_id desc) as newest,
              row_number() over (partition by user_id, case when at < $2 then 1 else 0 end order by at desc, change_id desc) as back
            from subscription_changes where publishable_key = $1 and at < $3
          ) as c group by user_id
        ) as people";
    /// Few events wait or were given up, over all tenants: the status leads, not the tenant with all it ever got.
    TROUBLES = "select status, cast(count(*) as bigint), cast(sum(case when attempts > 1 then 1 else 0 end) as bigint), max(received_at) from inbox
        where status in ('waiting', 'dead') and (publishable_key || '' = $1 or (publishable_key || '' = '' and account_id = $2 and livemode = $3))
        group by status order by status";
    PEOPLE = "select cast(count(*) as bigint), cast(coalesce(sum(case when plan is null then 1 else 0 end), 0) as bigint)
        from end_users where publishable_key = $1";
}

/// How many subscriptions stand somewhere, in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standings {
    /// Where.
    pub standing: Standing,
    /// ISO code in lower case.
    pub currency: Arc<str>,
    /// How many.
    pub count: i64,
    /// What they bring a month, in minor units.
    pub mrr: i64,
}

/// What changed on a day, in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The day, in days since 1970; none stands for everything before the window.
    pub day: Option<i64>,
    /// ISO code in lower case.
    pub currency: Arc<str>,
    /// By how much the monthly revenue grew, in minor units.
    pub mrr: i64,
    /// How many users began to pay.
    pub began: i64,
    /// How many stopped.
    pub stopped: i64,
    /// By how many users more pay than before.
    pub paying: i64,
    /// By how many users more have a subscription that runs to its end.
    pub canceling: i64,
}

/// What came in on a day, in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    /// The day, in days since 1970.
    pub day: i64,
    /// ISO code in lower case.
    pub currency: Arc<str>,
    /// Less what went back of it since, in minor units.
    pub net: i64,
    /// How many orders of the store that are.
    pub orders: i64,
}

/// What came in, less what went back of it, in minor units of one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revenue {
    /// ISO code in lower case.
    pub currency: Arc<str>,
    /// Ever.
    pub total: i64,
    /// In the window.
    pub recent: i64,
    /// In the window before it.
    pub before: i64,
}

/// Events of a tenant, and of its account while their tenant is not known, that are not worked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Troubles {
    /// They wait.
    pub waiting: i64,
    /// They wait after a failure.
    pub failing: i64,
    /// They were given up.
    pub dead: i64,
    /// When the last one arrived that was given up (machine time).
    pub dead_at: Option<Millis>,
}

/// Where the subscriptions of a tenant stand now, by currency; those that have ended are left out.
pub async fn standings(db: &Db, scope: &Scope) -> Result<Vec<Standings>> {
    let rows = db
        .rows(&STANDINGS, params![scope.tenant(), db.now()])
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Standings {
                standing: ranked(row.int(0)?)?,
                currency: row.text(1)?,
                count: row.int(2)?,
                mrr: row.int(3)?,
            })
        })
        .collect()
}

/// How monthly revenue and subscribers changed, day by day from `from` to before `to`, and all that came before.
pub async fn changes(db: &Db, scope: &Scope, from: Millis, to: Millis) -> Result<Vec<Changed>> {
    let rows = db.rows(&CHANGES, params![scope.tenant(), from, to]).await?;
    rows.iter()
        .map(|row| {
            Ok(Changed {
                day: Some(row.int(0)?).filter(|day| *day >= 0),
                currency: row.text(1)?,
                mrr: row.int(2)?,
                began: row.int(3)?,
                stopped: row.int(4)?,
                paying: row.int(5)?,
                canceling: row.int(6)?,
            })
        })
        .collect()
}

/// How many users paid at `from`, and how many of these no longer do at `to`, by the last change of each.
pub async fn churn(db: &Db, scope: &Scope, from: Millis, to: Millis) -> Result<(i64, i64)> {
    let rows = db.rows(&CHURN, params![scope.tenant(), from, to]).await?;
    let read = |row: &Row| Ok((row.int(0)?, row.int(1)?));
    rows.first().map_or(Ok((0, 0)), read)
}

/// What was paid day by day from `from` to before `to`.
pub async fn paid(db: &Db, scope: &Scope, from: Millis, to: Millis) -> Result<Vec<Paid>> {
    let rows = db
        .rows(&PAID_BY_DAY, params![scope.tenant(), from, to])
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Paid {
                day: row.int(0)?,
                currency: row.text(1)?,
                net: row.int(2)?,
                orders: row.int(3)?,
            })
        })
        .collect()
}

/// What was paid: ever, in the `window_ms` before `now`, and in as long a time before that.
pub async fn revenue(db: &Db, scope: &Scope, now: Millis, window_ms: i64) -> Result<Vec<Revenue>> {
    let (begin, middle) = (now.plus(-2 * window_ms), now.plus(-window_ms));
    // What is paid at this very moment counts.
    let row = params![scope.tenant(), begin, middle, now.plus(1)];
    let rows = db.rows(&REVENUE, row).await?;
    rows.iter()
        .map(|row| {
            Ok(Revenue {
                currency: row.text(0)?,
                total: row.int(1)?,
                recent: row.int(2)?,
                before: row.int(3)?,
            })
        })
        .collect()
}

/// The events of a tenant that are not worked. `account_id` is the account it sells on, if one.
pub async fn troubles(db: &Db, scope: &Scope, account_id: Option<&str>) -> Result<Troubles> {
    let is_live = scope.mode() == dream_domain::key::Mode::Live;
    let row = params![scope.tenant(), account_id, is_live];
    let mut troubles = Troubles::default();
    for row in db.rows(&TROUBLES, row).await? {
        if *row.text(0)? == *"dead" {
            troubles.dead = row.int(1)?;
            troubles.dead_at = row.opt_time(3)?;
        } else {
            troubles.waiting = row.int(1)?;
            troubles.failing = row.int(2)?;
        }
    }
    Ok(troubles)
}

/// How many customers a tenant has, and how many of them are on the default plan.
pub async fn people(db: &Db, scope: &Scope) -> Result<(i64, i64)> {
    let rows = db.rows(&PEOPLE, params![scope.tenant()]).await?;
    let read = |row: &Row| Ok((row.int(0)?, row.int(1)?));
    rows.first().map_or(Ok((0, 0)), read)
}

fn ranked(rank: i64) -> Result<Standing> {
    let index = usize::try_from(rank).ok();
    let found = index.and_then(|index| Standing::ALL.get(index));
    found
        .copied()
        .ok_or_else(|| Code::Internal.error("A sum came back damaged"))
}
