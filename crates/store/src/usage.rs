//! Counters, days and history: the SQL around the meter, and what reports read.

pub(crate) mod extras;

pub use extras::{extras, grant, reset};

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::period::{Period, PeriodKind};
use dream_domain::time::Millis;
use dream_domain::usage::{Count, Meter};

use crate::Db;
use crate::meter::sql::{FIND_COUNT, count_params, latest};
use crate::params;
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::Step;
use crate::value::Value;

statements! {
    /// Counters whose period is over, in slices of the whole table.
    FIND_CLOSED = "select publishable_key, user_id, meter, period_start from usage_counts
        where (publishable_key, user_id, meter, period_start) > ($1, $2, $3, $4) and period_end <= $5
        order by publishable_key, user_id, meter, period_start limit $6";
    SNAPSHOT = "insert into usage_snapshots (publishable_key, user_id, meter, period_start, period_end, used, plan)
        select publishable_key, user_id, meter, period_start, period_end, used, plan from usage_counts
        where publishable_key = $1 and user_id = $2 and meter = $3 and period_start = $4
        on conflict (publishable_key, user_id, meter, period_start) do update set used = excluded.used";
    DELETE_COUNT = "delete from usage_counts
        where publishable_key = $1 and user_id = $2 and meter = $3 and period_start = $4";
    HISTORY = "select meter, period_start, period_end, used, plan from usage_snapshots
        where publishable_key = $1 and user_id = $2 order by period_start desc, meter limit $3";
    /// The days are made first, so that those of other users are passed over.
    DAYS = "with recursive days (day) as (
          select cast($2 as bigint) union all select day + 86400000 from days where day < $3)
        select u.day, u.meter, u.used from days cross join usage_days u
        where u.publishable_key = $1 and u.day = days.day and u.user_id = $4 order by u.day, u.meter";
    DELETE_USER_DAYS = "delete from usage_days where day < $1 and user_id <> ''";
    DELETE_TENANT_DAYS = "delete from usage_days where day < $1 and user_id = ''";
    DELETE_TOMBSTONES = "delete from usage_tombstones where period_end <= $1";
    DELETE_EXTRAS = "delete from usage_extras where period_end <= $1";
}

/// What one counter holds now; changes nothing.
pub async fn read(
    db: &Db,
    scope: &Scope,
    subject: &Arc<str>,
    meter: &Meter,
    kind: PeriodKind,
) -> Result<(Count, Period)> {
    let period = kind.containing(db.now());
    if let Some(count) = db.counter_in_memory(scope.tenant(), subject, meter.name(), period.start) {
        return Ok((count, period));
    }
    let key = count_params(scope.tenant(), subject, meter.name(), period.start);
    Ok((latest(&db.near(&FIND_COUNT, key).await?), period))
}

/// A period that is over.
#[derive(Debug, Clone)]
pub struct Closed {
    /// What was counted.
    pub meter: Arc<str>,
    /// When.
    pub period: Period,
    /// How much.
    pub used: i64,
    /// The plan at the end of it.
    pub plan: Arc<str>,
}

/// Closed periods of a user, newest first.
pub async fn history(db: &Db, scope: &Scope, subject: &str, limit: i64) -> Result<Vec<Closed>> {
    let rows = db
        .rows(&HISTORY, params![scope.tenant(), subject, limit])
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Closed {
                meter: row.text(0)?,
                period: Period {
                    start: row.time(1)?,
                    end: row.time(2)?,
                },
                used: row.int(3)?,
                plan: row.text(4)?,
            })
        })
        .collect()
}

/// Use by day and meter between two days, both included; the tenant's total without a user. Exact after [`Db::fold`].
pub async fn days(
    db: &Db,
    scope: &Scope,
    user: Option<&str>,
    from: Millis,
    to: Millis,
) -> Result<Vec<(Millis, Arc<str>, i64)>> {
    let rows = db
        .rows(
            &DAYS,
            params![
                scope.tenant(),
                from.day_start(),
                to.day_start(),
                user.unwrap_or("")
            ],
        )
        .await?;
    rows.iter()
        .map(|row| Ok((row.time(0)?, row.text(1)?, row.int(2)?)))
        .collect()
}

/// How far the clocks of processes on one database may be apart.
const LAG_MS: i64 = 60_000;

/// Moves counters of closed periods into the history and drops days past their retention. Answers how
/// many counters it moved; call it again while that is not 0.
pub async fn close_periods(
    db: &Db,
    now: Millis,
    user_days_from: Millis,
    tenant_days_from: Millis,
) -> Result<usize> {
    const SLICE: i64 = 500;
    // Other processes may be a little behind and still count in a period that is over here.
    let now = if db.is_shared() {
        now.plus(-LAG_MS)
    } else {
        now
    };
    db.fold().await?;
    let first = params!["", "", "", i64::MIN, now, SLICE];
    let rows = db.rows(&FIND_CLOSED, first).await?;
    let mut steps = Vec::with_capacity(rows.len() * 2 + 4);
    for row in &rows {
        let key = || -> Result<Vec<Value>> {
            Ok(params![
                row.text(0)?,
                row.text(1)?,
                row.text(2)?,
                row.int(3)?
            ])
        };
        steps.push(Step::new(&SNAPSHOT, key()?));
        steps.push(Step::new(&DELETE_COUNT, key()?));
    }
    steps.push(Step::new(&DELETE_USER_DAYS, params![user_days_from]));
    steps.push(Step::new(&DELETE_TENANT_DAYS, params![tenant_days_from]));
    steps.push(Step::new(&DELETE_TOMBSTONES, params![now]));
    steps.push(Step::new(&DELETE_EXTRAS, params![now]));
    db.run(steps).await?;
    Ok(rows.len())
}
