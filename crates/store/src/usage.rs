//! Counters, days and history: the SQL around the meter, and what reports read.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::period::{Period, PeriodKind};
use dream_domain::time::Millis;
use dream_domain::usage::{Count, Meter};
use sha2::{Digest as _, Sha256};

use crate::Db;
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::Step;
use crate::value::{Row, Value};
use crate::params;

statements! {
    /// A counter, and what a deleted customer of the same external id had used.
    FIND_COUNT = "select used, held from usage_counts
        where publishable_key = $1 and user_id = $2 and meter = $3 and period_start = $4
        union all
        select used, cast(0 as bigint) from usage_tombstones
        where publishable_key = $1 and subject_hash = $5 and meter = $3 and period_start = $4";
    /// The fold's absolute write.
    KEEP_COUNT = "insert into usage_counts
        (publishable_key, user_id, meter, period_start, period_end, used, held, taken, folded, plan, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, 0, $6, $8, $9)
        on conflict (publishable_key, user_id, meter, period_start) do update set
        used = excluded.used, held = excluded.held, folded = excluded.folded, plan = excluded.plan,
        updated_at = excluded.updated_at";
    ADD_DAY = "insert into usage_days (publishable_key, day, user_id, meter, used) values ($1, $2, $3, $4, $5)
        on conflict (publishable_key, day, user_id, meter) do update set used = usage_days.used + excluded.used";
    ADD_JOURNAL = "insert into journal (seq, entries) values ($1, $2)";
    READ_JOURNAL = "select seq, entries from journal order by seq";
    DELETE_JOURNAL = "delete from journal where seq <= $1";
    COUNTERS_OF_SUBJECT = "select meter, period_start from usage_counts where publishable_key = $1 and user_id = $2";
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
    DAYS = "select day, meter, used from usage_days
        where publishable_key = $1 and day >= $2 and day <= $3 and user_id = $4 order by day, meter";
    DELETE_USER_DAYS = "delete from usage_days where day < $1 and user_id <> ''";
    DELETE_TENANT_DAYS = "delete from usage_days where day < $1 and user_id = ''";
    DELETE_TOMBSTONES = "delete from usage_tombstones where period_end <= $1";
    /// PostgreSQL's fold: counters this process has changed, by what usage_days has not seen.
    FIND_UNFOLDED = "select used, folded from usage_counts
        where publishable_key = $1 and user_id = $2 and meter = $3 and period_start = $4 and used <> folded";
    MARK_FOLDED = "update usage_counts set folded = $5
        where publishable_key = $1 and user_id = $2 and meter = $3 and period_start = $4 and folded = $6";
    SCAN_UNFOLDED = "select publishable_key, user_id, meter, period_start, updated_at from usage_counts
        where used <> folded limit $1";
}

/// The parameters of [`FIND_COUNT`].
pub(crate) fn count_params(tenant: &Arc<str>, subject: &Arc<str>, meter: &Arc<str>, start: Millis) -> Vec<Value> {
    params![tenant, subject, meter, start, subject_hash(subject)]
}

/// The count among the rows of [`FIND_COUNT`]: a counter has counted on from its tombstone.
pub(crate) fn latest(rows: &[Row]) -> Count {
    let counts = rows.iter().filter_map(|row| Some(Count { used: row.int(0).ok()?, held: row.int(1).ok()? }));
    counts.max_by_key(|count| count.used).unwrap_or_default()
}

/// How a deleted customer's external id is remembered until its periods end.
pub(crate) fn subject_hash(subject: &str) -> String {
    let hash = Sha256::digest(subject.as_bytes());
    hash.iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What one counter holds now; changes nothing.
pub async fn read(db: &Db, scope: &Scope, subject: &Arc<str>, meter: &Meter, kind: PeriodKind) -> Result<(Count, Period)> {
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
    let rows = db.rows(&HISTORY, params![scope.tenant(), subject, limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(Closed {
                meter: row.text(0)?,
                period: Period { start: row.time(1)?, end: row.time(2)? },
                used: row.int(3)?,
                plan: row.text(4)?,
            })
        })
        .collect()
}

/// Use by day and meter between two days, both included; the tenant's total without a user.
pub async fn days(db: &Db, scope: &Scope, user: Option<&str>, from: Millis, to: Millis) -> Result<Vec<(Millis, Arc<str>, i64)>> {
    let rows = db.rows(&DAYS, params![scope.tenant(), from, to, user.unwrap_or("")]).await?;
    rows.iter().map(|row| Ok((row.time(0)?, row.text(1)?, row.int(2)?))).collect()
}

/// Moves counters of closed periods into the history and drops days past their retention. Answers how
/// many counters it moved; call it again while that is not 0.
pub async fn close_periods(db: &Db, now: Millis, user_days_from: Millis, tenant_days_from: Millis) -> Result<usize> {
    const SLICE: i64 = 500;
    db.fold().await?;
    let first = params!["", "", "", i64::MIN, now, SLICE];
    let rows = db.rows(&FIND_CLOSED, first).await?;
    let mut steps = Vec::with_capacity(rows.len() * 2 + 3);
    for row in &rows {
        let key = || -> Result<Vec<Value>> { Ok(params![row.text(0)?, row.text(1)?, row.text(2)?, row.int(3)?]) };
        steps.push(Step::new(&SNAPSHOT, key()?));
        steps.push(Step::new(&DELETE_COUNT, key()?));
    }
    steps.push(Step::new(&DELETE_USER_DAYS, params![user_days_from]));
    steps.push(Step::new(&DELETE_TENANT_DAYS, params![tenant_days_from]));
    steps.push(Step::new(&DELETE_TOMBSTONES, params![now]));
    db.run(steps).await?;
    Ok(rows.len())
}
