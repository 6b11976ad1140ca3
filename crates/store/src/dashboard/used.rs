//! How much of a meter a project's customers use: by day, and in the periods that run now. Exact after [`Db::fold`].

use std::cmp::Reverse;
use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::time::Millis;
use dream_domain::usage::Meter;

use crate::Db;
use crate::params;
use crate::scope::Scope;
use crate::sql::{Sql, statements};
use crate::value::{Row, Value};

/// How many plans one statement takes.
const PLANS: usize = 8;
/// How many values those plans are.
pub(super) const PLANS_VALUES: usize = 3 * PLANS;

/// What eight plans allow, as rows: the names of three parameters of each.
macro_rules! plans {
    ($($tier:literal $most:literal $since:literal),+) => {
        concat!("(select cast(null as text) as tier, cast(null as bigint) as most, cast(null as bigint) as since",
          $(" union all select cast(", $tier, " as text), cast(", $most, " as bigint), cast(", $since, " as bigint)",)+
          ") as plans")
    };
}
pub(super) use plans;

/// The most that the user `u` may use in the period of the row `counter`: what the plan allows, and what was given on top.
macro_rules! most {
    () => {
        "(plans.most + case when u.extra_until is null then 0 else coalesce((select cast(sum(e.amount) as bigint) from usage_extras e
          where e.publishable_key = counter.publishable_key and e.user_id = counter.user_id and e.meter = counter.meter and e.period_start = counter.period_start), 0) end)"
    };
}
pub(super) use most;

/// How near the end of it the row `counter` is, as [`Near`] is ordered. Four fifths are told without a product, which
/// might not fit.
macro_rules! near {
    () => {
        concat!(
            "case when counter.used >= ",
            most!(),
            " then 1 when counter.used >= ",
            most!(),
            " - ",
            most!(),
            " / 5 then 0 end"
        )
    };
}
pub(super) use near;

/// The counters of the meter `$2` that run: of each customer the one of the plan he is on now. `$3` is the plan of those
/// who have no other; an id that has no row is on the plan that was last told of it. Counters come first, by their key.
macro_rules! running {
    () => {
        concat!("from usage_counts counter left join end_users u on u.publishable_key = counter.publishable_key and u.user_id = counter.user_id
        cross join ", plans!("$4" "$5" "$6", "$7" "$8" "$9", "$10" "$11" "$12", "$13" "$14" "$15",
          "$16" "$17" "$18", "$19" "$20" "$21", "$22" "$23" "$24", "$25" "$26" "$27"), "
        where counter.publishable_key = $1 and counter.meter = $2 and counter.period_start = plans.since and counter.used > 0
        and plans.tier = case when u.user_id is null then counter.plan else coalesce(u.plan, $3) end")
    };
}

statements! {
    /// The days are made first, so that days of single users are passed over.
    BY_DAY = "with recursive days (day) as (
          select cast($2 as bigint) union all select day + 86400000 from days where day < $3)
        select u.day, u.used from days cross join usage_days u
        where u.publishable_key = $1 and u.day = days.day and u.user_id = '' and u.meter = $4 order by u.day";
    RUNNING = concat!("select cast(count(distinct user_id) as bigint),
        cast(coalesce(sum(case when near = 0 then 1 else 0 end), 0) as bigint),
        cast(coalesce(sum(case when near = 1 then 1 else 0 end), 0) as bigint),
        cast(coalesce(sum(used), 0) as bigint) from (select counter.user_id, counter.used, ", near!(), " as near ", running!(), ") as r");
    /// In the order of bytes, as rows of several statements are put together. `$28` is how near the end, `$29` and `$30` the place: what was used, and by whom.
    USERS = concat!("select counter.user_id, u.user_id, u.email, plans.tier, counter.used, ", most!(), " ", running!(), "
        and (cast($28 as bigint) is null or ", near!(), " = $28)
        and (cast($29 as bigint) is null or counter.used < $29 or (counter.used = $29 and counter.user_id collate \"C\" > $30))
        order by counter.used desc, counter.user_id collate \"C\" limit $31");
}

/// What a plan allows of the meter that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allows<'a> {
    /// The name of the tier.
    pub plan: &'a str,
    /// The most in one period; none if there is no limit.
    pub most: Option<i64>,
    /// When the period began that runs now (business time).
    pub since: Millis,
}

/// Which counters are looked at.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// What is counted.
    pub meter: Meter,
    /// The plan of those who have no other.
    pub default_plan: &'a str,
    /// Every plan that anybody may be on.
    pub plans: Vec<Allows<'a>>,
}

/// How much of a limit is used up, what was given on top included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Near {
    /// Four fifths or more, but not all of it.
    Close,
    /// All of it.
    Reached,
}

/// What was used of a meter in the periods that run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Running {
    /// Customers who used it.
    pub counted: i64,
    /// At four fifths of their limit or more, but not at it.
    pub close: i64,
    /// At their limit.
    pub reached: i64,
    /// By all of them.
    pub used: i64,
}

/// Someone who used some in the period that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Our id, or the one that the developer's server counts under.
    pub user: Arc<str>,
    /// It is the id of a customer.
    pub is_known: bool,
    /// As typed.
    pub email: Option<Arc<str>>,
    /// The plan in force.
    pub plan: Arc<str>,
    /// In the period that runs.
    pub used: i64,
    /// The most in one period, what was given on top included; none if there is no limit.
    pub most: Option<i64>,
}

/// Use of a meter by day, from one day to another, both included; days without any are left out.
pub async fn used(
    db: &Db,
    scope: &Scope,
    meter: &Meter,
    from: Millis,
    to: Millis,
) -> Result<Vec<(Millis, i64)>> {
    let row = params![
        scope.tenant(),
        from.day_start(),
        to.day_start(),
        meter.name()
    ];
    let rows = db.rows(&BY_DAY, row).await?;
    rows.iter()
        .map(|row| Ok((row.time(0)?, row.int(1)?)))
        .collect()
}

/// Sums over the periods that run.
pub async fn running(db: &Db, scope: &Scope, wish: &Wish<'_>) -> Result<Running> {
    let mut sum = Running::default();
    for row in of(db, &RUNNING, scope, wish, Vec::new()).await? {
        sum.counted += row.int(0)?;
        sum.close += row.int(1)?;
        sum.reached += row.int(2)?;
        sum.used += row.int(3)?;
    }
    Ok(sum)
}

/// Who used some in the periods that run, most first; `after` is what the last one seen had used, and its id. Reads
/// the tenant's counters of the meter once.
pub async fn users(
    db: &Db,
    scope: &Scope,
    wish: &Wish<'_>,
    near: Option<Near>,
    after: Option<(i64, &str)>,
    limit: i64,
) -> Result<Vec<User>> {
    let near = near.map(|near| i64::from(near == Near::Reached));
    let (used, user) = after.unzip();
    let rows = of(db, &USERS, scope, wish, params![near, used, user, limit]).await?;
    let mut all: Vec<User> = rows.iter().map(read).collect::<Result<_>>()?;
    all.sort_by(|a, b| (Reverse(a.used), &a.user).cmp(&(Reverse(b.used), &b.user)));
    all.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(all)
}

fn read(row: &Row) -> Result<User> {
    Ok(User {
        user: row.text(0)?,
        is_known: row.opt_text(1)?.is_some(),
        email: row.opt_text(2)?,
        plan: row.text(3)?,
        used: row.int(4)?,
        most: row.opt_int(5)?,
    })
}

/// What a statement answers for all plans, some of them at a time.
async fn of(
    db: &Db,
    sql: &'static Sql,
    scope: &Scope,
    wish: &Wish<'_>,
    more: Vec<Value>,
) -> Result<Vec<Row>> {
    let mut all = Vec::new();
    for some in wish.at_once() {
        let mut row = params![scope.tenant(), wish.meter.name(), wish.default_plan];
        row.extend(values(some));
        row.extend(more.iter().cloned());
        all.extend(db.rows(sql, row).await?);
    }
    Ok(all)
}

/// The parameters of some plans.
pub(super) fn values(plans: &[Allows<'_>]) -> Vec<Value> {
    let of = |one: &Allows<'_>| params![one.plan, one.most, one.since];
    let mut row: Vec<Value> = plans.iter().flat_map(of).collect();
    row.resize(PLANS_VALUES, Value::Null);
    row
}

impl<'a> Wish<'a> {
    /// As many plans as one statement takes.
    pub(super) fn at_once(&self) -> impl Iterator<Item = &[Allows<'a>]> {
        self.plans.chunks(PLANS)
    }
}
