//! What people left in a project in test mode goes, all of it or the sample that demo data came with; what the
//! developer has set up stays.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::time::Millis;

use super::Tenant;
use super::deletion::OF_PEOPLE;
use super::settings::{self, ProjectSettings};
use crate::Db;
use crate::audit::Act;
use crate::db::Change;
use crate::params;
use crate::scope::{self, Scope};
use crate::sql::{Sql, statements};
use crate::step::{Refusal, Step};
use crate::works::{self, Held};

/// The customers that go: `$2` is the moment before which they were made.
macro_rules! people {
    () => {
        "(select u.user_id from end_users u where u.publishable_key = $1 and u.created_at < $2)"
    };
}
/// The orders that go.
macro_rules! orders {
    () => {
        "(select o.order_id from orders o where o.publishable_key = $1 and o.created_at < $2)"
    };
}

statements! {
    /// In the order of [`Gone`].
    COUNT = concat!("select cast((select count(*) from end_users where publishable_key = $1 and created_at < $2) as bigint),
        cast((select count(*) from subscriptions where publishable_key = $1
          and user_id in ", people!(), ") as bigint),
        cast((select count(*) from orders where publishable_key = $1 and created_at < $2) as bigint),
        cast((select count(*) from inbox where publishable_key = $1 and (created_at < $2 or object_id in (
          select s.subscription_id from subscriptions s join end_users u on u.publishable_key = s.publishable_key and u.user_id = s.user_id
            where s.publishable_key = $1 and u.created_at < $2
          union all select i.invoice_id from invoices i join end_users u on u.publishable_key = i.publishable_key and u.user_id = i.user_id
            where i.publishable_key = $1 and u.created_at < $2
          union all select o.session_id from orders o where o.publishable_key = $1 and o.created_at < $2 and o.session_id is not null))) as bigint)");
    PENDING_ORDERS = "select order_id from orders
        where publishable_key = $1 and created_at < $2 and paid_at is null and closed_at is null order by order_id";
    OPEN_CHECKOUTS = concat!("select checkout_id from checkouts where publishable_key = $1 and status in ('opening', 'open')
        and user_id in ", people!(), " order by checkout_id");
    RUNNING = concat!("select subscription_id, account_id from subscriptions where publishable_key = $1 and ended_at is null
        and user_id in ", people!(), " order by subscription_id");
    /// Whoever begins something for a customer, or holds stock, waits from here on, and finds the customer gone.
    HOLD_USERS = "update end_users set version = version where publishable_key = $1 and created_at < $2";
    /// Nothing is left that somebody could still pay, but for so many subscriptions at an account that does not know
    /// them, and all that run elsewhere.
    IS_QUIET = concat!("update tenants set generation = generation where publishable_key = $1
        and not exists (select 1 from orders o where o.publishable_key = $1 and o.created_at < $2 and o.paid_at is null and o.closed_at is null)
        and not exists (select 1 from checkouts c where c.publishable_key = $1 and c.status in ('opening', 'open')
          and c.user_id in ", people!(), ")
        and (select count(*) from subscriptions s where s.publishable_key = $1 and s.ended_at is null and s.account_id = $3
          and s.user_id in ", people!(), ") = $4");
    DROP_ACCOUNT_EVENTS = "delete from inbox where account_id = $1";
    /// Mails to people; what is still to be made at the payment provider stays.
    DELETE_MAILS = "delete from outbox where publishable_key = $1 and kind = 'mail'";

    /// Mails carry the machine's time, which the end of the sample is too.
    DROP_MAILS = "delete from outbox where publishable_key = $1 and kind = 'mail' and created_at < $2";
    /// Those too that are being worked and belong to nobody yet: they must not find their way back.
    DROP_EVENTS = "delete from inbox where (publishable_key = $1 and created_at < $2) or (publishable_key in ($1, '') and object_id in (
          select s.subscription_id from subscriptions s join end_users u on u.publishable_key = s.publishable_key and u.user_id = s.user_id
            where s.publishable_key = $1 and u.created_at < $2
          union all select i.invoice_id from invoices i join end_users u on u.publishable_key = i.publishable_key and u.user_id = i.user_id
            where i.publishable_key = $1 and u.created_at < $2
          union all select c.session_id from checkouts c join end_users u on u.publishable_key = c.publishable_key and u.user_id = c.user_id
            where c.publishable_key = $1 and u.created_at < $2 and c.session_id is not null
          union all select p.customer_id from payment_customers p join end_users u on u.publishable_key = p.publishable_key and u.user_id = p.user_id
            where p.publishable_key = $1 and u.created_at < $2
          union all select o.session_id from orders o where o.publishable_key = $1 and o.created_at < $2 and o.session_id is not null))";
    DROP_LINES = concat!("delete from order_lines where publishable_key = $1
        and order_id in ", orders!());
    DROP_ORDER_EVENTS = concat!("delete from order_events where publishable_key = $1
        and order_id in ", orders!());
    DROP_RESERVATIONS = concat!("delete from reservations where publishable_key = $1
        and order_id in ", orders!());
    DROP_REFUNDS = concat!("delete from refunds where publishable_key = $1
        and order_id in ", orders!());
    DROP_ORDERS = "delete from orders where publishable_key = $1 and created_at < $2";
    /// Orders of later that people of the sample made stay, of nobody.
    UNLINK_ORDERS = concat!("update orders set user_id = null where publishable_key = $1
        and user_id in ", people!());
    /// Totals of days are without what these people used.
    LOWER_TOTALS = concat!("update usage_days set used = used - cast(coalesce((select sum(d.used) from usage_days d
          where d.publishable_key = $1 and d.day = usage_days.day and d.meter = usage_days.meter
          and d.user_id in ", people!(), "), 0) as bigint)
        where publishable_key = $1 and user_id = ''");
    /// Days of which only the total is kept by now are the sample's alone as long as they are before its end.
    DROP_TOTALS = "delete from usage_days where publishable_key = $1 and user_id = '' and (used <= 0 or day < $2)";
    DROP_DAYS = concat!("delete from usage_days where publishable_key = $1
        and user_id in ", people!());
    DROP_COUNTS = concat!("delete from usage_counts where publishable_key = $1
        and user_id in ", people!());
    DROP_EXTRAS = concat!("delete from usage_extras where publishable_key = $1
        and user_id in ", people!());
    DROP_SNAPSHOTS = concat!("delete from usage_snapshots where publishable_key = $1
        and user_id in ", people!());
    DROP_GRANTS = concat!("delete from grants where publishable_key = $1
        and user_id in ", people!());
    DROP_PASSWORDS = concat!("delete from passwords where publishable_key = $1
        and user_id in ", people!());
    DROP_IDENTITIES = concat!("delete from identities where publishable_key = $1
        and user_id in ", people!());
    DROP_ONE_TIME = concat!("delete from one_time_tokens where publishable_key = $1
        and user_id in ", people!());
    DROP_REFRESH_TOKENS = "delete from refresh_tokens where publishable_key = $1
        and session_id in (select s.session_id from sessions s join end_users u on u.publishable_key = s.publishable_key and u.user_id = s.user_id
          where s.publishable_key = $1 and u.created_at < $2)";
    DROP_SESSIONS = concat!("delete from sessions where publishable_key = $1
        and user_id in ", people!());
    DROP_CHANGES = concat!("delete from subscription_changes where publishable_key = $1
        and user_id in ", people!());
    DROP_PAYMENT_CUSTOMERS = concat!("delete from payment_customers where publishable_key = $1
        and user_id in ", people!());
    DROP_CHECKOUTS = concat!("delete from checkouts where publishable_key = $1
        and user_id in ", people!());
    DROP_INVOICES = concat!("delete from invoices where publishable_key = $1
        and user_id in ", people!());
    DROP_SUBSCRIPTIONS = concat!("delete from subscriptions where publishable_key = $1
        and user_id in ", people!());
    DROP_USERS = "delete from end_users where publishable_key = $1 and created_at < $2";
}

/// What goes with the sample; each is for a tenant and the end of its sample. Customers go last: the others are found
/// by them.
static OF_SAMPLE: &[&Sql] = &[
    &DROP_MAILS,
    &DROP_EVENTS,
    &DROP_LINES,
    &DROP_ORDER_EVENTS,
    &DROP_RESERVATIONS,
    &DROP_REFUNDS,
    &DROP_ORDERS,
    &UNLINK_ORDERS,
    &DROP_COUNTS,
    &DROP_EXTRAS,
    &DROP_SNAPSHOTS,
    &DROP_GRANTS,
    &DROP_PASSWORDS,
    &DROP_IDENTITIES,
    &DROP_ONE_TIME,
    &DROP_REFRESH_TOKENS,
    &DROP_SESSIONS,
    &DROP_CHANGES,
    &DROP_PAYMENT_CUSTOMERS,
    &DROP_CHECKOUTS,
    &DROP_INVOICES,
    &DROP_SUBSCRIPTIONS,
    &DROP_USERS,
];

/// What is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// All that people left.
    All,
    /// What is from before the end of the sample (business time).
    Sample(Millis),
}

impl What {
    /// Customers and orders that were made before this moment go.
    fn before(self) -> Millis {
        match self {
            Self::All => Millis(i64::MAX),
            Self::Sample(until) => until,
        }
    }
}

/// How many went, or would go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// Customers.
    pub customers: i64,
    /// Their subscriptions, ended ones included.
    pub subscriptions: i64,
    /// Orders, whatever became of them.
    pub orders: i64,
    /// Events that arrived from the payment provider.
    pub events: i64,
}

/// What the payment provider must be done with before anything goes.
#[derive(Clone, Copy, Debug)]
pub struct Quiet<'a> {
    /// The account that is connected; empty if none is.
    pub account: &'a str,
    /// Subscriptions that run by what is stored, and that this account does not know.
    pub unknown: i64,
}

/// How many would go.
pub async fn count(db: &Db, scope: &Scope, what: What) -> Result<Gone> {
    let rows = db
        .rows(&COUNT, params![scope.tenant(), what.before()])
        .await?;
    rows.first().map_or_else(|| Ok(Gone::default()), read)
}

/// Orders that hold stock and are not paid.
pub async fn pending_orders(db: &Db, scope: &Scope, what: What) -> Result<Vec<Arc<str>>> {
    ids(db, &PENDING_ORDERS, scope, what).await
}

/// Checkouts of plans that may still be paid.
pub async fn open_checkouts(db: &Db, scope: &Scope, what: What) -> Result<Vec<Arc<str>>> {
    ids(db, &OPEN_CHECKOUTS, scope, what).await
}

/// Subscriptions that have not ended, each with its account.
pub async fn running(db: &Db, scope: &Scope, what: What) -> Result<Vec<(Arc<str>, Arc<str>)>> {
    let row = params![scope.tenant(), what.before()];
    let rows = db.rows(&RUNNING, row).await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?)))
        .collect()
}

/// Deletes what is to go, in one transaction, and notes that there is no sample any more. None, and nothing is
/// changed, if the tenant is not as it was read or something began meanwhile that could still be paid: look again. The
/// work that it is part of ends with it, so that nobody does it twice.
pub async fn reset(
    db: &Db,
    tenant: &Tenant,
    what: What,
    quiet: Quiet<'_>,
    work: Held<'_>,
    act: &Act<'_>,
) -> Result<Option<Gone>> {
    if matches!(what, What::Sample(_)) {
        // Totals are lowered by what is told of single users, so both must have been told.
        db.fold().await?;
    }
    let key = tenant.scope.tenant();
    let before = what.before();
    let steps = [
        begin(tenant)?,
        Step::new(&HOLD_USERS, params![key, before]),
        Step::new(
            &IS_QUIET,
            params![key, before, quiet.account, quiet.unknown],
        )
        .must_change(1),
        Step::new(&COUNT, params![key, before]),
    ];
    let counted = steps.len() - 1;
    let mut steps = Vec::from(steps);
    steps.extend(deletions(key, what));
    steps.push(works::end_step(work));
    steps.push(act.step(tenant.scope.platform(), Some(key)));
    let change = Change {
        steps,
        bumps: db.versions().all_slots(),
        settle_all: true,
        ..Change::default()
    };
    match db.change(change).await {
        Ok(rows) => {
            let counts = rows.get(counted).and_then(|rows| rows.first());
            counts.map_or_else(|| Ok(Gone::default()), read).map(Some)
        }
        Err(Refusal::Guard(_)) => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Forgets every event that an account at the payment provider has told of, worked or not.
pub async fn forget_account(db: &Db, account: &str) -> Result<()> {
    let step = Step::new(&DROP_ACCOUNT_EVENTS, params![account]);
    db.run(vec![step]).await?;
    Ok(())
}

/// The tenant is as it was read; from here on nobody orders anything of it.
fn begin(tenant: &Tenant) -> Result<Step> {
    if tenant.settings.sample_until.is_none() {
        return Ok(scope::touch(tenant.scope.tenant()));
    }
    let settings = ProjectSettings {
        sample_until: None,
        ..tenant.settings.clone()
    };
    settings::step(tenant, &settings)
}

fn deletions(key: &Arc<str>, what: What) -> Vec<Step> {
    match what {
        What::All => {
            let of_tenant = |sql| Step::new(sql, params![key]);
            let people = OF_PEOPLE.iter().map(|sql| of_tenant(sql));
            let first = [
                Step::new(&DROP_EVENTS, params![key, what.before()]),
                of_tenant(&DELETE_MAILS),
            ];
            first.into_iter().chain(people).collect()
        }
        What::Sample(until) => {
            let totals = [
                Step::new(&LOWER_TOTALS, params![key, until]),
                Step::new(&DROP_TOTALS, params![key, until.day_start()]),
                Step::new(&DROP_DAYS, params![key, until]),
            ];
            let rest = OF_SAMPLE.iter();
            let rest = rest.map(|sql| Step::new(sql, params![key, until]));
            totals.into_iter().chain(rest).collect()
        }
    }
}

async fn ids(db: &Db, sql: &'static Sql, scope: &Scope, what: What) -> Result<Vec<Arc<str>>> {
    let rows = db.rows(sql, params![scope.tenant(), what.before()]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

fn read(row: &crate::value::Row) -> Result<Gone> {
    Ok(Gone {
        customers: row.int(0)?,
        subscriptions: row.int(1)?,
        orders: row.int(2)?,
        events: row.int(3)?,
    })
}
