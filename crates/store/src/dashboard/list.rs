//! Customers as they are listed: filtered, searched and sorted, a page at a time.

use std::collections::HashMap;
use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::subscription::Standing;
use dream_domain::time::Millis;

use super::sorting::{Direction, Place, place};
use super::standing;
use super::used::{self, Allows, Near, Wish, most, near, plans};
use crate::Db;
use crate::params;
use crate::pattern::{AFTER_IDS, like};
use crate::scope::Scope;
use crate::sql::{Sql, statements};
use crate::value::{Row, Value};

/// What a filter lets through. `$2` is now, `$4` to `$8` and `$10` to `$36` are the filter.
/// Every subscription began at 0 or later: SQLite, which counts nothing, else takes the index of all of a tenant's.
macro_rules! fits {
    () => {
        concat!("(cast($4 as text) is null or u.email_folded like $4 escape '\\' or lower(u.external_id) like $4 escape '\\'
          or lower(u.first_name) like $4 escape '\\' or lower(u.last_name) like $4 escape '\\' or u.user_id = $5)
        and (cast($6 as text) is null
          or exists (select 1 from grants g where g.publishable_key = u.publishable_key and g.user_id = u.user_id
            and g.plan = $6 and (g.until_at is null or g.until_at > $2))
          or exists (select 1 from subscriptions s where s.publishable_key = u.publishable_key and s.user_id = u.user_id
            and s.started_at >= 0 and s.claim_plan = $6 and (s.claim_until is null or s.claim_until > $2))
          or (cast($7 as bigint) = 1
            and not exists (select 1 from grants g where g.publishable_key = u.publishable_key and g.user_id = u.user_id
              and (g.until_at is null or g.until_at > $2))
            and not exists (select 1 from subscriptions s where s.publishable_key = u.publishable_key and s.user_id = u.user_id
              and s.started_at >= 0 and s.claim_plan is not null and (s.claim_until is null or s.claim_until > $2))))
        and (cast($8 as bigint) is null or $8 = coalesce((select max(", standing!(), ") from subscriptions
          where publishable_key = u.publishable_key and user_id = u.user_id and started_at >= 0), 0))
        and (cast($10 as bigint) is null or exists (select 1 from usage_counts counter cross join ",
          plans!("$13" "$14" "$15", "$16" "$17" "$18", "$19" "$20" "$21", "$22" "$23" "$24",
            "$25" "$26" "$27", "$28" "$29" "$30", "$31" "$32" "$33", "$34" "$35" "$36"), "
          where counter.publishable_key = u.publishable_key and counter.user_id = u.user_id and counter.meter = $11
            and counter.period_start = plans.since and counter.used > 0 and plans.tier = coalesce(u.plan, $12) and ", near!(), " = $10))")
    };
}

/// A page of those who are sorted by what their row says, `$by`; `$3` is where the last page ended, `$9` how many.
macro_rules! page {
    ($by:literal $after:literal $way:literal) => {
        concat!(
            "select u.user_id, u.external_id, u.email, u.first_name, u.last_name, u.created_at, ",
            $by,
            " from end_users u
        where u.publishable_key = $1 and ",
            $after,
            " and ",
            fits!(),
            " order by ",
            $way,
            " limit $9"
        )
    };
}

/// A page of those who are sorted by a number that is worked out for each of them, once; `$37` is that of
/// where the last page ended, `$3` the id.
macro_rules! worked_out {
    ($number:expr, $after:literal $way:literal) => {
        concat!(
            "with people as materialized (
          select u.user_id, u.external_id, u.email, u.first_name, u.last_name, u.created_at, ",
            $number,
            " as place
          from end_users u where u.publishable_key = $1 and ",
            fits!(),
            ")
        select user_id, external_id, email, first_name, last_name, created_at, place from people
        where (place, user_id) ",
            $after,
            " (cast($37 as bigint), $3) order by ",
            $way,
            " limit $9"
        )
    };
}

/// What was used of the meter `$38` in the period that runs. When that began hangs on the plan: `$40` tells it of every
/// plan, `$39` is the plan of those who have no other.
macro_rules! usage {
    () => {
        "coalesce((select c.used from usage_counts c where c.publishable_key = u.publishable_key and c.user_id = u.user_id
            and c.meter = $38 and c.period_start <= $2 and c.period_end > $2
            and replace($40, '|' || coalesce(u.plan, $39) || ' ' || cast(c.period_start as text) || '|', '') <> $40), 0)"
    };
}

/// When the subscription renews or ends that decides, as [`dream_domain::subscription::state`] picks it: the one that
/// gives the plan, else the one that stands best. `$38` is the plan of those who have no other.
macro_rules! renews {
    ($none:literal) => {
        concat!("coalesce((select case when standing = 3 and cancel_at is not null and not (cancel_at_period_end = 1 and period_end < cancel_at) then cancel_at
              when standing in (2, 3, 4, 5) then period_end end
            from (select period_end, cancel_at, cancel_at_period_end, claim_until, started_at, subscription_id, ", standing!(), " as standing,
                case when claim_plan = coalesce(u.plan, $38) and (claim_until is null or claim_until > $2) then 1 else 0 end as gives
              from subscriptions where publishable_key = u.publishable_key and user_id = u.user_id and started_at >= 0) as s
            order by gives desc, case when gives = 0 then 0 else coalesce(claim_until, 9223372036854775807) end desc,
              standing desc, started_at desc, subscription_id desc limit 1), ", $none, ")")
    };
}

statements! {
    NEWEST = page!("cast(null as bigint)" "u.user_id < $3" "u.user_id desc");
    OLDEST = page!("cast(null as bigint)" "u.user_id > $3" "u.user_id");
    /// No two of a tenant have the same e-mail; `$3` is one, or empty.
    EMAIL = page!("u.email_folded" "u.email_folded > $3" "u.email_folded");
    /// What is highest is asked of the database, which alone knows how it sorts text.
    EMAIL_BACK = page!("u.email_folded" "u.email_folded <= coalesce(nullif($3, ''), (select max(m.email_folded) from end_users m where m.publishable_key = $1))
        and u.email_folded <> $3" "u.email_folded desc");
    /// Of these the index of e-mails knows all there are; `|| ''` keeps SQLite from going through all customers instead.
    NO_EMAIL = page!("cast(null as text)" "u.email_folded is null and u.user_id || '' > $3" "u.email_folded, u.user_id");
    NO_EMAIL_BACK = page!("cast(null as text)" "u.email_folded is null and u.user_id || '' < $3" "u.email_folded desc, u.user_id desc");
    LEAST_USED = worked_out!(usage!(), ">" "place, user_id");
    MOST_USED = worked_out!(usage!(), "<" "place desc, user_id desc");
    RENEWS = worked_out!(renews!("9223372036854775807"), ">" "place, user_id");
    RENEWS_BACK = worked_out!(renews!("-1"), "<" "place desc, user_id desc");
    /// The users `$2`, whose ids stand side by side, each as long as `$3`.
    BY_EMAIL = "with recursive given (at) as (
          select cast(0 as bigint) union all select at + cast($3 as bigint) from given where at + $3 < length($2))
        select u.user_id from given cross join end_users u where u.publishable_key = $1
        and u.user_id = rtrim(substr($2, cast(at + 1 as integer), cast($3 as integer))) order by u.email_folded";
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

/// In which order. Of equals the direction is that of their ids, which sort by when they were made.
#[derive(Clone, Debug, Default)]
pub enum Sort<'a> {
    /// Who came last comes first.
    #[default]
    Newest,
    /// Who came first comes first.
    Oldest,
    /// By e-mail, in whatever case; those without one come last, either way.
    Email(Direction),
    /// By what was used in the period that runs of the plan that was last recorded; exact after [`Db::fold`]. All
    /// customers of the tenant are looked at for a page.
    Usage(Direction, Wish<'a>),
    /// By when the subscription renews or ends; those of whom that is not settled come last, either way. The text is the
    /// plan of those who have no other. All customers of the tenant are looked at for a page.
    Renews(Direction, &'a str),
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
    /// What the page is sorted by, if not by the id.
    by: Value,
}

impl Person {
    /// Where a page goes on that ended with this one, for [`page`].
    pub fn place(&self) -> String {
        place(&self.by, &self.id)
    }

    fn number(&self) -> Option<i64> {
        match self.by {
            Value::Int(by) => Some(by),
            _ => None,
        }
    }
}

/// A page of customers; `after` is the [`Person::place`] of the last one seen, of a list in the same order.
pub async fn page(
    db: &Db,
    scope: &Scope,
    filter: &Filter<'_>,
    sort: &Sort<'_>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Person>> {
    let after = after.map(Place::read);
    let asked = Asked {
        db,
        scope,
        filter,
        limit,
    };
    match sort {
        Sort::Newest => asked.by_id(&NEWEST, after, Direction::Descending).await,
        Sort::Oldest => asked.by_id(&OLDEST, after, Direction::Ascending).await,
        Sort::Email(way) => asked.by_email(after, *way).await,
        Sort::Usage(way, wish) => {
            let more = params![wish.meter.name(), wish.default_plan, starts(wish)];
            let sql = way.pick(&LEAST_USED, &MOST_USED);
            asked.by_number(sql, after, *way, more).await
        }
        Sort::Renews(way, default_plan) => {
            let sql = way.pick(&RENEWS, &RENEWS_BACK);
            asked
                .by_number(sql, after, *way, params![*default_plan])
                .await
        }
    }
}

/// Before every id.
const FIRST: &str = "";

/// What a page is asked for, in whatever order.
#[derive(Clone, Copy)]
struct Asked<'a> {
    db: &'a Db,
    scope: &'a Scope,
    filter: &'a Filter<'a>,
    limit: i64,
}

impl Asked<'_> {
    async fn by_id(
        self,
        sql: &'static Sql,
        after: Option<Place<'_>>,
        way: Direction,
    ) -> Result<Vec<Person>> {
        let id = after.map_or(way.pick(FIRST, AFTER_IDS), |after| after.id);
        let mut all = self.rows(sql, id, &[]).await?;
        all.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        Ok(self.first(all, way))
    }

    /// Those with an e-mail, and after the last of them those without.
    async fn by_email(self, after: Option<Place<'_>>, way: Direction) -> Result<Vec<Person>> {
        let email = after.map(|after| after.by);
        let mut all = Vec::new();
        if email != Some("") {
            let sql = way.pick(&EMAIL, &EMAIL_BACK);
            all = self.rows(sql, email.unwrap_or_default(), &[]).await?;
            all = self.first(self.sorted_by_email(all).await?, way);
        }
        let missing = self.limit - i64::try_from(all.len()).unwrap_or(i64::MAX);
        if missing > 0 {
            let rest = Self {
                limit: missing,
                ..self
            };
            let after = after.filter(|after| after.by.is_empty());
            let sql = way.pick(&NO_EMAIL, &NO_EMAIL_BACK);
            all.extend(rest.by_id(sql, after, way).await?);
        }
        Ok(all)
    }

    async fn by_number(
        self,
        sql: &'static Sql,
        after: Option<Place<'_>>,
        way: Direction,
        more: Vec<Value>,
    ) -> Result<Vec<Person>> {
        let (number, id) = match after {
            None => way.pick((i64::MIN, FIRST), (i64::MAX, AFTER_IDS)),
            Some(after) => (after.number()?, after.id),
        };
        let more = [params![number], more].concat();
        let mut all = self.rows(sql, id, &more).await?;
        all.sort_unstable_by(|a, b| (a.number(), &a.id).cmp(&(b.number(), &b.id)));
        Ok(self.first(all, way))
    }

    /// What a statement answers for all plans, some of them at a time. Everybody is on one plan, so that nobody is there
    /// twice.
    async fn rows(self, sql: &'static Sql, place: &str, more: &[Value]) -> Result<Vec<Person>> {
        let filter = self.filter;
        let search = filter.search.as_deref();
        let row = params![
            self.scope.tenant(),
            self.db.now(),
            place,
            search.map(|text| like(&text.to_lowercase())),
            search,
            filter.plan.as_deref(),
            filter.plan_is_default,
            filter.status.and_then(rank),
            self.limit
        ];
        let mut all = Vec::new();
        for near in nears(filter) {
            let row = [&row, &near, more].concat();
            for row in &self.db.rows(sql, row).await? {
                all.push(read(row)?);
            }
        }
        Ok(all)
    }

    /// In the order of the database, from the lowest: nobody else knows how it sorts text.
    async fn sorted_by_email(self, all: Vec<Person>) -> Result<Vec<Person>> {
        let long = all.iter().map(|one| one.id.len()).max().unwrap_or(0);
        let mut ids = String::new();
        for one in &all {
            ids.push_str(&one.id);
            ids.extend(std::iter::repeat_n(' ', long - one.id.len()));
        }
        let row = params![self.scope.tenant(), ids, i64::try_from(long).unwrap_or(0)];
        let mut left: HashMap<_, _> = all.into_iter().map(|one| (one.id.clone(), one)).collect();
        let mut sorted = Vec::new();
        for row in &self.db.rows(&BY_EMAIL, row).await? {
            sorted.extend(left.remove(&row.text(0)?));
        }
        Ok(sorted)
    }

    /// The first ones of those that are sorted from the lowest.
    fn first(self, mut all: Vec<Person>, way: Direction) -> Vec<Person> {
        if way == Direction::Descending {
            all.reverse();
        }
        all.truncate(usize::try_from(self.limit).unwrap_or(0));
        all
    }
}

/// When the period of every plan began that runs, as `usage!` reads it.
fn starts(wish: &Wish<'_>) -> String {
    let of = |one: &Allows<'_>| format!("|{} {}|", one.plan, one.since.0);
    wish.plans.iter().map(of).collect()
}

/// What the parameters of a page about limits are, for some plans at a time.
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
        by: row.value(6),
    })
}

fn rank(standing: Standing) -> Option<i64> {
    let index = Standing::ALL.iter().position(|one| *one == standing)?;
    i64::try_from(index).ok()
}
