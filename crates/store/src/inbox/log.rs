//! Events as their developer sees them, replays, and the end of old ones.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::time::Millis;

use super::Status;
use crate::Db;
use crate::params;
use crate::pattern::{AFTER_IDS, begins};
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::Step;
use crate::value::Row;

/// A page: `$2` is the place, `$3` to `$6` the filter, `$7` how many; `$of` is what is looked through.
macro_rules! page {
    ($after:literal $way:literal $($of:tt)*) => {
        concat!("select event_id, account_id, livemode, provider_event_id, type, object_id, status, attempts, last_error, payload, created_at, received_at, done_at
        from ", $($of)*, " publishable_key = $1 and ", $after, "
        and (cast($3 as text) is null or status = $3) and (cast($4 as text) is null or type = $4)
        and (cast($5 as text) is null or event_id = $5 or provider_event_id = $5 or object_id = $5 or type like $6 escape '\\')
        order by ", $way, " limit $7")
    };
}

/// Events with the id `$5`: ours, the provider's, or that of their object. The provider's are unique within an account;
/// those of a tenant are at the accounts where it ever sold something, or at the platform's own. `union all`, here and
/// below: for the sake of a sorted `union` SQLite reads all of the tenant's rows.
macro_rules! of_id {
    () => {
        "(select distinct found from (
          select event_id as found from inbox where publishable_key || '' = $1 and event_id = $5
          union all select event_id from inbox where publishable_key = $1 and object_id = $5
          union all select event_id from inbox where publishable_key || '' = $1 and source = 'payments' and provider_event_id = $5
            and account_id in (select account_id from prices where publishable_key = $1 union all select '')
        ) as each) as known cross join inbox where event_id = found and"
    };
}

/// An event is of a customer if it happened to something of theirs. What is theirs comes first, and then its events
/// by their object, so that those of others are passed over.
macro_rules! of_customer {
    () => {
        "(select distinct object from (
          select subscription_id as object from subscriptions where publishable_key = $1 and user_id = $8
          union all select invoice_id from invoices where publishable_key = $1 and user_id = $8
          union all select payment_id from invoices where publishable_key = $1 and user_id = $8
          union all select session_id from checkouts where publishable_key = $1 and user_id = $8
          union all select customer_id from payment_customers where publishable_key = $1 and user_id = $8
          union all select session_id from orders where publishable_key = $1 and user_id = $8
          union all select payment_id from orders where publishable_key = $1 and user_id = $8
        ) as each) as theirs cross join inbox where object_id = object and"
    };
}

statements! {
    NEWEST = page!("event_id < $2" "event_id desc" "inbox where");
    NEWEST_OF_ID = page!("event_id || '' < $2" "event_id desc" of_id!());
    NEWEST_OF_CUSTOMER = page!("event_id || '' < $2" "event_id desc" of_customer!());
    OLDEST = page!("event_id > $2" "event_id" "inbox where");
    OLDEST_OF_ID = page!("event_id || '' > $2" "event_id" of_id!());
    OLDEST_OF_CUSTOMER = page!("event_id || '' > $2" "event_id" of_customer!());
    IS_ID = "select cast(1 as bigint) where exists (select 1 from inbox where publishable_key || '' = $1 and event_id = $2)
        or exists (select 1 from inbox where publishable_key = $1 and object_id = $2)
        or exists (select 1 from inbox where publishable_key || '' = $1 and source = 'payments' and provider_event_id = $2
          and account_id in (select account_id from prices where publishable_key = $1 union all select ''))";
    FIND = "select event_id, account_id, livemode, provider_event_id, type, object_id, status, attempts, last_error, payload, created_at, received_at, done_at
        from inbox where publishable_key = $1 and event_id = $2";
    /// One that is being worked on now is left alone.
    REPLAY = "update inbox set status = 'waiting', attempts = 0, due_at = $3, claimed_until = 0, last_error = null, done_at = null
        where publishable_key = $1 and event_id = $2 and (status <> 'waiting' or claimed_until <= $3)";
    DEPTH = "select cast(coalesce(sum(case when status = 'waiting' then 1 else 0 end), 0) as bigint),
        cast(coalesce(sum(case when status = 'dead' then 1 else 0 end), 0) as bigint),
        min(case when status = 'waiting' then received_at end)
        from inbox where status in ('waiting', 'dead')";
    LAST_RECEIVED = "select received_at from inbox where publishable_key = $1 order by event_id desc limit 1";
    DELETE_SETTLED = "delete from inbox where status in ('done', 'ignored') and received_at < $1";
    DELETE_DEAD = "delete from inbox where status = 'dead' and received_at < $1";
}

/// An event as it is listed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `evt_…` of ours; newer ones are greater.
    pub id: Arc<str>,
    /// The account it is of; `''` for the platform's own.
    pub account_id: Arc<str>,
    /// It is of live mode.
    pub livemode: bool,
    /// The provider's id of it.
    pub provider_event_id: Arc<str>,
    /// What happened, in the provider's word.
    pub kind: Arc<str>,
    /// The provider's id of what it happened to.
    pub object_id: Arc<str>,
    /// What became of it.
    pub status: Status,
    /// How often it was tried since it came or was replayed.
    pub attempts: i64,
    /// Why it failed the last time, or was ignored.
    pub last_error: Option<Arc<str>>,
    /// The body.
    pub payload: Arc<str>,
    /// When it happened (business time).
    pub created_at: Millis,
    /// When it arrived (machine time).
    pub received_at: Millis,
    /// When it was worked, ignored or given up (machine time).
    pub done_at: Option<Millis>,
}

/// Which events are listed; everything that is set must fit.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of which this became.
    pub status: Option<Status>,
    /// Only of this kind, in the provider's word.
    pub kind: Option<String>,
    /// Only those with this id: ours, the provider's or that of their object; if there are none such, those whose kind
    /// begins so.
    pub search: Option<String>,
    /// Only those of what belongs to this customer, `user_…`.
    pub customer: Option<String>,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// What arrived last comes first.
    #[default]
    Newest,
    /// What arrived first comes first.
    Oldest,
}

/// How much there is to do, over all tenants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth {
    /// Events that wait.
    pub waiting: i64,
    /// Events that were given up.
    pub dead: i64,
    /// When the oldest that waits arrived (machine time).
    pub oldest: Option<Millis>,
}

/// A page of events of a tenant, after the one with the id `last`. A customer and a whole id are looked up by index.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &Filter,
    sort: Sort,
    last: Option<&str>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let search = filter.search.as_deref();
    let (first, [all, of_id, of_customer]) = match sort {
        Sort::Newest => (AFTER_IDS, [&NEWEST, &NEWEST_OF_ID, &NEWEST_OF_CUSTOMER]),
        Sort::Oldest => ("", [&OLDEST, &OLDEST_OF_ID, &OLDEST_OF_CUSTOMER]),
    };
    let mut row = params![
        scope.tenant(),
        last.unwrap_or(first),
        filter.status.map(Status::as_str),
        filter.kind.as_deref(),
        search,
        search.map(|text| begins(&text.to_lowercase())),
        limit
    ];
    let sql = if let Some(customer) = &filter.customer {
        row.push(customer.into());
        of_customer
    } else if is_id(db, scope, search).await? {
        of_id
    } else {
        all
    };
    db.rows(sql, row).await?.iter().map(entry).collect()
}

/// Whether this is the whole id of an event, or of what one happened to.
async fn is_id(db: &Db, scope: &Scope, search: Option<&str>) -> Result<bool> {
    let Some(text) = search else {
        return Ok(false);
    };
    let rows = db.near(&IS_ID, params![scope.tenant(), text]).await?;
    Ok(!rows.is_empty())
}

/// Finds an event of a tenant.
pub async fn find(db: &Db, scope: &Scope, id: &str) -> Result<Option<Entry>> {
    let rows = db.near(&FIND, params![scope.tenant(), id]).await?;
    rows.first().map(entry).transpose()
}

/// Makes an event due again, at once; false if there is none such or it is being worked on.
pub async fn replay(db: &Db, scope: &Scope, id: &str, now: Millis) -> Result<bool> {
    let row = params![scope.tenant(), id, now];
    db.changed(vec![Step::new(&REPLAY, row).must_change(1)])
        .await
}

/// How much waits and how much was given up.
pub async fn depth(db: &Db) -> Result<Depth> {
    let rows = db.rows(&DEPTH, params![]).await?;
    let row = rows
        .first()
        .ok_or_else(|| Code::Internal.error("A sum came back empty"))?;
    Ok(Depth {
        waiting: row.int(0)?,
        dead: row.int(1)?,
        oldest: row.opt_time(2)?,
    })
}

/// When the last event of a tenant arrived (machine time).
pub async fn last_received(db: &Db, scope: &Scope) -> Result<Option<Millis>> {
    let rows = db.near(&LAST_RECEIVED, params![scope.tenant()]).await?;
    rows.first().map(|row| row.time(0)).transpose()
}

/// Forgets what was worked or ignored and came before `settled_before`, and what was given up and came
/// before `dead_before`. Machine time; keep them longer than the provider delivers.
pub async fn expire(db: &Db, settled_before: Millis, dead_before: Millis) -> Result<()> {
    db.run(vec![
        Step::new(&DELETE_SETTLED, params![settled_before]),
        Step::new(&DELETE_DEAD, params![dead_before]),
    ])
    .await?;
    Ok(())
}

fn entry(row: &Row) -> Result<Entry> {
    Ok(Entry {
        id: row.text(0)?,
        account_id: row.text(1)?,
        livemode: row.flag(2)?,
        provider_event_id: row.text(3)?,
        kind: row.text(4)?,
        object_id: row.text(5)?,
        status: super::parse(&row.text(6)?)?,
        attempts: row.int(7)?,
        last_error: row.opt_text(8)?,
        payload: row.text(9)?,
        created_at: row.time(10)?,
        received_at: row.time(11)?,
        done_at: row.opt_time(12)?,
    })
}
