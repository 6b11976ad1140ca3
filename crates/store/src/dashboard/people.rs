//! All that a table shows of the customers of a page, in a few statements whatever their number.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::period::Period;
use dream_domain::plan::Grant;
use dream_domain::subscription::{Claim, Decision, Facts, Reason};
use dream_domain::time::Millis;
use dream_domain::usage::Extra;

use crate::Db;
use crate::params;
use crate::scope::Scope;
use crate::sql::{Sql, statements};
use crate::subscriptions::{self as stored, Row as Subscription};
use crate::value::{Row, Value};

/// Whose: `$2` to `$26`.
macro_rules! users {
    () => {
        "($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)"
    };
}
const AT_ONCE: usize = 25;

statements! {
    GRANTS = concat!("select user_id, plan, granted_by, until_at from grants
        where publishable_key = $1 and user_id in ", users!(), " order by user_id, created_at, plan");
    SUBSCRIPTIONS = concat!("select subscription_id, user_id, account_id, customer_id, status, price_id, product_id, tier, amount, currency, billing_interval, quantity,
        period_start, period_end, trial_end, cancel_at, cancel_at_period_end, canceled_at, ended_at, cancel_reason, claim_plan, claim_until, reason, mrr,
        facts, started_at, fetched_at, next_check_at, version
        from subscriptions where publishable_key = $1 and user_id in ", users!(), " order by user_id, started_at, subscription_id");
    COUNTERS = concat!("select user_id, period_start, period_end, used from usage_counts
        where publishable_key = $1 and user_id in ", users!(), " and meter = 'requests' and period_start <= $27 and period_end > $27
        order by user_id, period_start");
    EXTRAS = concat!("select user_id, period_start, period_end, cast(sum(amount) as bigint) from usage_extras
        where publishable_key = $1 and user_id in ", users!(), " and meter = 'requests' and period_start <= $27 and period_end > $27
        group by user_id, period_start, period_end order by user_id, period_start");
}

/// A counter of the meter `requests` whose period runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// Whose.
    pub user: Arc<str>,
    /// From this moment,
    pub start: Millis,
    /// to before this one.
    pub end: Millis,
    /// How much.
    pub used: i64,
}

/// The plans given to these users, ended ones included; what was bought is not among them.
pub async fn grants(db: &Db, scope: &Scope, users: &[Arc<str>]) -> Result<Vec<(Arc<str>, Grant)>> {
    let rows = of(db, &GRANTS, scope, users, None).await?;
    rows.iter()
        .map(|row| {
            let grant = Grant {
                plan: row.text(1)?.to_string(),
                by: row.text(2)?.to_string(),
                until: row.opt_time(3)?,
            };
            Ok((row.text(0)?, grant))
        })
        .collect()
}

/// The subscriptions of these users, ended ones included.
pub async fn subscriptions(
    db: &Db,
    scope: &Scope,
    users: &[Arc<str>],
) -> Result<Vec<Subscription>> {
    let rows = of(db, &SUBSCRIPTIONS, scope, users, None).await?;
    rows.iter().map(stored::read).collect()
}

/// What was stored of a subscription, as the rules take it.
pub fn decided(row: &Subscription) -> Result<(Facts, Decision)> {
    let damaged = || Code::Internal.error("A stored subscription is damaged");
    let facts = serde_json::from_str(&row.facts).map_err(|e| damaged().because(e))?;
    let claim = row.claim_plan.clone().map(|plan| Claim {
        plan,
        until: row.claim_until,
    });
    let decision = Decision {
        claim,
        reason: Reason::parse(&row.reason).ok_or_else(damaged)?,
        mrr: row.mrr,
    };
    Ok((facts, decision))
}

/// What these users have used of the meter `requests` in all periods that run now; exact after [`Db::fold`].
pub async fn counters(db: &Db, scope: &Scope, users: &[Arc<str>]) -> Result<Vec<Used>> {
    let rows = of(db, &COUNTERS, scope, users, Some(db.now())).await?;
    rows.iter()
        .map(|row| {
            Ok(Used {
                user: row.text(0)?,
                start: row.time(1)?,
                end: row.time(2)?,
                used: row.int(3)?,
            })
        })
        .collect()
}

/// What was given to these users of the meter `requests`, on top of their plans, for periods that run now.
pub async fn extras(db: &Db, scope: &Scope, users: &[Arc<str>]) -> Result<Vec<(Arc<str>, Extra)>> {
    let rows = of(db, &EXTRAS, scope, users, Some(db.now())).await?;
    rows.iter()
        .map(|row| {
            let period = Period {
                start: row.time(1)?,
                end: row.time(2)?,
            };
            let amount = row.int(3)?;
            Ok((row.text(0)?, Extra { period, amount }))
        })
        .collect()
}

/// The rows of these users, read for some of them at a time.
async fn of(
    db: &Db,
    sql: &'static Sql,
    scope: &Scope,
    users: &[Arc<str>],
    now: Option<Millis>,
) -> Result<Vec<Row>> {
    let mut all = Vec::new();
    for some in users.chunks(AT_ONCE) {
        let mut row = params![scope.tenant()];
        row.extend(some.iter().map(Value::from));
        row.resize(1 + AT_ONCE, Value::Null);
        row.extend(now.map(Value::from));
        all.extend(db.rows(sql, row).await?);
    }
    Ok(all)
}
