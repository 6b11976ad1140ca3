//! Subscriptions of a tenant as dashboards show them: pages, counts and recurring revenue.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::time::Millis;

use super::{Row, read};
use crate::Db;
use crate::params;
use crate::pattern::like;
use crate::scope::Scope;
use crate::sql::statements;

statements! {
    LIST = "select s.subscription_id, s.user_id, s.account_id, s.customer_id, s.status, s.price_id, s.product_id, s.tier, s.amount, s.currency, s.billing_interval, s.quantity,
        s.period_start, s.period_end, s.trial_end, s.cancel_at, s.cancel_at_period_end, s.canceled_at, s.ended_at, s.cancel_reason, s.claim_plan, s.claim_until, s.reason, s.mrr,
        s.facts, s.started_at, s.fetched_at, s.next_check_at, s.version, u.email, u.first_name, u.last_name, u.external_id
        from subscriptions s join end_users u on u.publishable_key = s.publishable_key and u.user_id = s.user_id
        where s.publishable_key = $1 and (s.started_at, s.subscription_id) < ($2, $3)
        and (cast($4 as text) is null or s.status = $4)
        and (cast($5 as bigint) is null or $5 = case when s.ended_at is null and (s.cancel_at_period_end = 1 or s.cancel_at is not null) then 1 else 0 end)
        and (cast($6 as text) is null or u.email_folded like $6 escape '\\' or lower(u.external_id) like $6 escape '\\'
          or lower(u.first_name) like $6 escape '\\' or lower(u.last_name) like $6 escape '\\' or u.user_id = $7 or s.subscription_id = $7 or s.customer_id = $7)
        order by s.started_at desc, s.subscription_id desc limit $8";
    COUNTS = "select status, canceling, cast(count(*) as bigint) from (
          select status, cast(case when ended_at is null and (cancel_at_period_end = 1 or cancel_at is not null) then 1 else 0 end as bigint) as canceling
          from subscriptions where publishable_key = $1
        ) as s group by status, canceling order by status, canceling";
    /// A claim that has run out is paid no more, even if there was no news yet.
    MRR = "select currency, cast(sum(mrr) as bigint) from subscriptions
        where publishable_key = $1 and mrr <> 0 and (claim_until is null or claim_until > $2) group by currency order by currency";
}

/// Which subscriptions are listed; everything that is set must fit.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those with this status, in the provider's word.
    pub status: Option<String>,
    /// Only those whose end is settled (true), or those that go on (false).
    pub canceling: Option<bool>,
    /// Part of e-mail, name or external id of the user, or a whole id; case does not matter.
    pub search: Option<String>,
}

/// A subscription with whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The subscription.
    pub row: Row,
    /// The user's address.
    pub email: Option<Arc<str>>,
    /// The user's given name.
    pub first_name: Option<Arc<str>>,
    /// The user's family name.
    pub last_name: Option<Arc<str>>,
    /// The developer's own id of the user.
    pub external_id: Option<Arc<str>>,
}

/// How many subscriptions are in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The provider's word.
    pub status: Arc<str>,
    /// They have not ended, but their end is settled.
    pub canceling: bool,
    /// How many.
    pub count: i64,
}

/// Subscriptions of a tenant, newest first; `before` is start and id of the last one seen.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &Filter,
    before: Option<(Millis, &str)>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let (at, id) = before.unwrap_or((Millis(i64::MAX), ""));
    let row = params![
        scope.tenant(),
        at,
        id,
        filter.status.as_deref(),
        filter.canceling,
        filter.search.as_deref().map(|t| like(&t.to_lowercase())),
        filter.search.as_deref(),
        limit
    ];
    let rows = db.rows(&LIST, row).await?;
    rows.iter()
        .map(|row| {
            Ok(Listed {
                row: read(row)?,
                email: row.opt_text(29)?,
                first_name: row.opt_text(30)?,
                last_name: row.opt_text(31)?,
                external_id: row.opt_text(32)?,
            })
        })
        .collect()
}

/// How many subscriptions of a tenant are in each state.
pub async fn counts(db: &Db, scope: &Scope) -> Result<Vec<Count>> {
    let rows = db.rows(&COUNTS, params![scope.tenant()]).await?;
    rows.iter()
        .map(|row| {
            Ok(Count {
                status: row.text(0)?,
                canceling: row.flag(1)?,
                count: row.int(2)?,
            })
        })
        .collect()
}

/// Monthly recurring revenue of a tenant now, by currency, in minor units.
pub async fn mrr_by_currency(db: &Db, scope: &Scope) -> Result<Vec<(Arc<str>, i64)>> {
    let rows = db.rows(&MRR, params![scope.tenant(), db.now()]).await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?)))
        .collect()
}
