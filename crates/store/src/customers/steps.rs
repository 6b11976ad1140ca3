//! The steps of which transactions on customers are made; what coming and going does to the counters of
//! the same person.

use std::sync::Arc;

use dream_domain::id::{AuditId, ChangeId};
use dream_domain::plan::Grant;
use dream_domain::time::Millis;

use crate::audit::Act;
use crate::customers::{Fields, PlanChange};
use crate::meter::sql::subject_hash;
use crate::one_time;
use crate::orders;
use crate::params;
use crate::passwords;
use crate::refresh_tokens;
use crate::sql::statements;
use crate::step::Step;

statements! {
    DELETE = "delete from end_users where publishable_key = $1 and user_id = $2";
    DELETE_SESSIONS = "delete from sessions where publishable_key = $1 and user_id = $2";
    DELETE_IDENTITIES = "delete from identities where publishable_key = $1 and user_id = $2";
    /// What was told of things that only the next statements delete.
    DELETE_EVENTS = "delete from inbox where publishable_key = $1 and object_id in (
          select subscription_id from subscriptions where publishable_key = $1 and user_id = $2
          union all select invoice_id from invoices where publishable_key = $1 and user_id = $2
          union all select session_id from checkouts where publishable_key = $1 and user_id = $2 and session_id is not null
          union all select customer_id from payment_customers where publishable_key = $1 and user_id = $2)";
    DELETE_PAYMENT_CUSTOMERS = "delete from payment_customers where publishable_key = $1 and user_id = $2";
    DELETE_CHECKOUTS = "delete from checkouts where publishable_key = $1 and user_id = $2";
    DELETE_SUBSCRIPTIONS = "delete from subscriptions where publishable_key = $1 and user_id = $2";
    DELETE_INVOICES = "delete from invoices where publishable_key = $1 and user_id = $2";
    /// Who is deleted pays no more; the charts keep that somebody did.
    END_PAYING = "insert into subscription_changes
        (publishable_key, change_id, user_id, at, from_plan, to_plan, mrr_before, mrr_after, currency, reason, subscription_id)
        select publishable_key, cast($3 as text), user_id, $4, to_plan, '', mrr_after, 0, currency, 'deleted', subscription_id
        from (select * from subscription_changes where publishable_key = $1 and user_id = $2 order by change_id desc limit 1) as last
        where mrr_after > 0";
    DELETE_COUNTS = "delete from usage_counts where publishable_key = $1 and user_id = $2";
    DELETE_SNAPSHOTS = "delete from usage_snapshots where publishable_key = $1 and user_id = $2";
    DELETE_DAYS = "delete from usage_days where publishable_key = $1 and user_id = $2";
    DELETE_EXTRAS = "delete from usage_extras where publishable_key = $1 and user_id = $2";
    /// What stays of a deleted customer with an external id: counts of running periods, under a hash.
    BURY = "insert into usage_tombstones (publishable_key, subject_hash, meter, period_start, period_end, used)
        select publishable_key, cast($3 as text), meter, period_start, period_end, used from usage_counts
        where publishable_key = $1 and user_id = $2 and period_end > $4 and used > 0
        on conflict (publishable_key, subject_hash, meter, period_start) do update set used = excluded.used";
    /// A row made for an id that was counted before takes over its counters, and those of its deleted namesake.
    TAKE_COUNTS = "update usage_counts set user_id = $3 where publishable_key = $1 and user_id = $2";
    TAKE_DAYS = "update usage_days set user_id = $3 where publishable_key = $1 and user_id = $2";
    TAKE_SNAPSHOTS = "update usage_snapshots set user_id = $3 where publishable_key = $1 and user_id = $2";
    DIG_UP = "insert into usage_counts
        (publishable_key, user_id, meter, period_start, period_end, used, held, taken, folded, plan, updated_at)
        select publishable_key, cast($3 as text), meter, period_start, period_end, used, 0, 0, used, '', $4
        from usage_tombstones where publishable_key = $1 and subject_hash = $2 and period_end > $4
        on conflict (publishable_key, user_id, meter, period_start) do nothing";
    FORGET_BURIED = "delete from usage_tombstones where publishable_key = $1 and subject_hash = $2";
}

/// A row made for an id that was counted before takes over its counters, and those of its deleted
/// namesake (rules 1).
pub(super) fn take_over(tenant: &Arc<str>, external: &str, user: &str, at: Millis) -> Vec<Step> {
    let hash = subject_hash(external);
    let mut steps = Vec::new();
    for sql in [&TAKE_COUNTS, &TAKE_SNAPSHOTS, &TAKE_DAYS] {
        steps.push(Step::new(sql, params![tenant, external, user]));
    }
    steps.push(Step::new(&DIG_UP, params![tenant, &hash, user, at]));
    steps.push(Step::new(&FORGET_BURIED, params![tenant, &hash]));
    steps
}

/// Everything of a customer goes; with an external id, counts of running periods stay under its hash. The
/// first step must change one row.
pub(super) fn delete(
    tenant: &Arc<str>,
    user: &str,
    external: Option<&str>,
    act: &Act<'_>,
) -> Vec<Step> {
    let at = act.at;
    // The record of the act gives the record of the change its place in time, and its id.
    let change = act
        .id
        .as_str()
        .replacen(AuditId::PREFIX, ChangeId::PREFIX, 1);
    let mut steps = vec![
        Step::new(&DELETE, params![tenant, user]).must_change(1),
        Step::new(&END_PAYING, params![tenant, user, change, at]),
    ];
    if let Some(external) = external {
        steps.push(Step::new(
            &BURY,
            params![tenant, user, subject_hash(external), at],
        ));
    }
    for sql in [
        &super::DELETE_GRANTS,
        &passwords::DELETE,
        &DELETE_IDENTITIES,
        &one_time::FORGET_OF_USER,
        &refresh_tokens::DELETE_OF_USER,
        &DELETE_SESSIONS,
        &DELETE_EVENTS,
        &DELETE_PAYMENT_CUSTOMERS,
        &DELETE_CHECKOUTS,
        &DELETE_SUBSCRIPTIONS,
        &DELETE_INVOICES,
        &DELETE_COUNTS,
        &DELETE_SNAPSHOTS,
        &DELETE_DAYS,
        &DELETE_EXTRAS,
        &orders::write::UNLINK,
    ] {
        steps.push(Step::new(sql, params![tenant, user]));
    }
    steps
}

/// The step that adds the row of a customer.
pub(crate) fn add(tenant: &str, user: &str, fields: &Fields, verified: bool, at: Millis) -> Step {
    let (email, folded) = fields.email.clone().unzip();
    let row = params![
        tenant,
        user,
        fields.external_id.as_deref(),
        email,
        folded,
        verified,
        fields.first_name.as_deref(),
        fields.last_name.as_deref(),
        &fields.metadata,
        at
    ];
    Step::new(&super::ADD, row).must_change(1)
}

/// A plan that is given.
pub(super) fn grant(tenant: &str, user: &str, grant: &Grant, at: Millis) -> Step {
    Step::new(
        &super::ADD_GRANT,
        params![tenant, user, &grant.plan, &grant.by, grant.until, at],
    )
}

/// The record of a change of plan, and the plan it led to; one that was not given is the default.
pub(super) fn change(
    tenant: &str,
    user: &str,
    change: &PlanChange,
    given: bool,
    at: Millis,
) -> [Step; 2] {
    let row = params![
        tenant,
        &change.id,
        user,
        at,
        &change.from,
        &change.to,
        &change.currency,
        change.reason
    ];
    let plan = params![tenant, user, given.then_some(change.to.as_str())];
    [
        Step::new(&super::ADD_CHANGE, row),
        Step::new(&super::SET_PLAN, plan),
    ]
}
