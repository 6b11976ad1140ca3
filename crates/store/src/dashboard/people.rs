//! A page of customers with all that a table shows of them, in a few statements whatever the number of customers.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::period::Period;
use dream_domain::plan::Grant;
use dream_domain::subscription::{Claim, Decision, Facts, Reason, Standing};
use dream_domain::time::Millis;
use dream_domain::usage::Extra;

use super::standing;
use super::used::{self, Near, Wish, most, near, plans};
use crate::Db;
use crate::params;
use crate::pattern::like;
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

/// What a filter lets through. `$3` is the place, `$4` to `$8` and `$10` to `$36` the filter.
macro_rules! fits {
    () => {
        concat!("(cast($4 as text) is null or u.email_folded like $4 escape '\\' or lower(u.external_id) like $4 escape '\\'
          or lower(u.first_name) like $4 escape '\\' or lower(u.last_name) like $4 escape '\\' or u.user_id = $5)
        and (cast($6 as text) is null
          or exists (select 1 from grants g where g.publishable_key = u.publishable_key and g.user_id = u.user_id
            and g.plan = $6 and (g.until_at is null or g.until_at > $2))
          or exists (select 1 from subscriptions s where s.publishable_key = u.publishable_key and s.user_id = u.user_id
            and s.claim_plan = $6 and (s.claim_until is null or s.claim_until > $2))
          or (cast($7 as bigint) = 1
            and not exists (select 1 from grants g where g.publishable_key = u.publishable_key and g.user_id = u.user_id
              and (g.until_at is null or g.until_at > $2))
            and not exists (select 1 from subscriptions s where s.publishable_key = u.publishable_key and s.user_id = u.user_id
              and s.claim_plan is not null and (s.claim_until is null or s.claim_until > $2))))
        and (cast($8 as bigint) is null or $8 = coalesce((select max(", standing!(), ") from subscriptions
          where publishable_key = u.publishable_key and user_id = u.user_id), 0))
        and (cast($10 as bigint) is null or exists (select 1 from usage_counts counter cross join ",
          plans!("$13" "$14" "$15", "$16" "$17" "$18", "$19" "$20" "$21", "$22" "$23" "$24",
            "$25" "$26" "$27", "$28" "$29" "$30", "$31" "$32" "$33", "$34" "$35" "$36"), "
          where counter.publishable_key = u.publishable_key and counter.user_id = u.user_id and counter.meter = $11
            and counter.period_start = plans.since and counter.used > 0 and plans.tier = coalesce(u.plan, $12) and ", near!(), " = $10))")
    };
}

statements! {
    NEWEST = concat!("select u.user_id, u.external_id, u.email, u.first_name, u.last_name, u.created_at from end_users u
        where u.publishable_key = $1 and u.user_id < $3 and ", fits!(), " order by u.user_id desc limit $9");
    OLDEST = concat!("select u.user_id, u.external_id, u.email, u.first_name, u.last_name, u.created_at from end_users u
        where u.publishable_key = $1 and u.user_id > $3 and ", fits!(), " order by u.user_id limit $9");
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

/// Which customers are listed; everything that is set must fit.
#[derive(Clone, Debug, Default)]
pub struct Filter<'a> {
    /// Part of e-mail, name or external id, or a whole id; case does not matter.
    pub search: Option<String>,
    /// Only those who were given or have bought this plan.
    pub plan: Option<String>,
    /// The plan is the default one: those without any other count too.
    pub plan_is_default: bool,
    /// Only those whose best subscription stands here.
    pub status: Option<Standing>,
    /// Only those who are so near the end of what their plan allows. Exact after [`Db::fold`].
    pub near: Option<(Near, Wish<'a>)>,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Who came last comes first.
    #[default]
    Newest,
    /// Who came first comes first.
    Oldest,
}

/// A customer in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// `user_…`.
    pub id: Arc<str>,
    /// The developer's own id of the same person.
    pub external_id: Option<Arc<str>>,
    /// As typed.
    pub email: Option<Arc<str>>,
    /// Given name.
    pub first_name: Option<Arc<str>>,
    /// Family name.
    pub last_name: Option<Arc<str>>,
    /// When the row was made.
    pub created_at: Millis,
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

/// A page of customers; `after` is the id of the last one seen.
pub async fn page(
    db: &Db,
    scope: &Scope,
    filter: &Filter<'_>,
    order: Order,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Person>> {
    let (sql, first) = match order {
        Order::Newest => (&NEWEST, "user_~"),
        Order::Oldest => (&OLDEST, ""),
    };
    let search = filter.search.as_deref();
    let row = params![
        scope.tenant(),
        db.now(),
        after.unwrap_or(first),
        search.map(|text| like(&text.to_lowercase())),
        search,
        filter.plan.as_deref(),
        filter.plan_is_default,
        filter.status.and_then(rank),
        limit
    ];
    let mut all = Vec::new();
    for near in nears(filter) {
        let row = [row.clone(), near].concat();
        let rows = db.rows(sql, row).await?;
        let people = rows.iter().map(read);
        all.extend(people.collect::<Result<Vec<_>>>()?);
    }
    // Everybody is on one plan, so that nobody is there twice.
    all.sort_unstable_by(|a: &Person, b| match order {
        Order::Newest => b.id.cmp(&a.id),
        Order::Oldest => a.id.cmp(&b.id),
    });
    all.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(all)
}

/// What the last parameters of a page are, for some plans at a time.
fn nears(filter: &Filter<'_>) -> Vec<Vec<Value>> {
    let Some((near, wish)) = &filter.near else {
        return vec![vec![Value::Null; 3 + used::PLANS_VALUES]];
    };
    let near = i64::from(*near == Near::Reached);
    let of = |some| {
        let mut row = params![near, wish.meter.name(), wish.default_plan];
        row.extend(used::values(some));
        row
    };
    wish.at_once().map(of).collect()
}

fn read(row: &Row) -> Result<Person> {
    Ok(Person {
        id: row.text(0)?,
        external_id: row.opt_text(1)?,
        email: row.opt_text(2)?,
        first_name: row.opt_text(3)?,
        last_name: row.opt_text(4)?,
        created_at: row.time(5)?,
    })
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

fn rank(standing: Standing) -> Option<i64> {
    let index = Standing::ALL.iter().position(|one| *one == standing)?;
    i64::try_from(index).ok()
}
