//! Customers as they are listed and searched for, with their plans.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::plan::Grant;

use super::Customer;
use super::row::{read, read_grant};
use crate::Db;
use crate::params;
use crate::pattern::{AFTER_IDS, like};
use crate::scope::Scope;
use crate::sql::statements;

statements! {
    LIST = "select u.user_id, u.external_id, u.email, u.email_verified, u.first_name, u.last_name, u.metadata, u.version, u.created_at, u.updated_at, u.plan, u.extra_until
        from end_users u where u.publishable_key = $1 and u.user_id < $2
        and (cast($3 as text) is null or u.email_folded like $3 escape '\\' or lower(u.external_id) like $3 escape '\\'
          or lower(u.first_name) like $3 escape '\\' or lower(u.last_name) like $3 escape '\\' or u.user_id = $4)
        and (cast($5 as text) is null
          or exists (select 1 from grants g where g.publishable_key = u.publishable_key and g.user_id = u.user_id
            and g.plan = $5 and (g.until_at is null or g.until_at > $7))
          or exists (select 1 from subscriptions s where s.publishable_key = u.publishable_key and s.user_id = u.user_id
            and s.claim_plan = $5 and (s.claim_until is null or s.claim_until > $7))
          or (cast($6 as bigint) = 1
            and not exists (select 1 from grants g where g.publishable_key = u.publishable_key and g.user_id = u.user_id
              and (g.until_at is null or g.until_at > $7))
            and not exists (select 1 from subscriptions s where s.publishable_key = u.publishable_key and s.user_id = u.user_id
              and s.claim_plan is not null and (s.claim_until is null or s.claim_until > $7))))
        order by u.user_id desc limit $8";
    GRANTS_OF_PAGE = "select user_id, plan, granted_by, until_at from (
          select user_id, plan, granted_by, until_at, created_at from grants
          where publishable_key = $1 and user_id >= $2 and user_id <= $3
          union all
          select user_id, claim_plan, 'subscription:' || subscription_id, claim_until, started_at from subscriptions
          where publishable_key = $1 and user_id >= $2 and user_id <= $3 and claim_plan is not null
        ) as held order by user_id, created_at, plan, granted_by";
}

/// What a search asks for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of an e-mail, name or external id, or a whole id; case does not matter.
    pub search: Option<String>,
    /// Only customers who were given this plan, or bought it.
    pub plan: Option<String>,
    /// The plan is the default one: customers who have no other count too.
    pub plan_is_default: bool,
    /// Only ids before this one.
    pub before: Option<String>,
}

/// Customers, newest first, with the plans given to them and those bought.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<(Customer, Vec<Grant>)>> {
    let search = filter.search.as_deref();
    let row = params![
        scope.tenant(),
        filter.before.as_deref().unwrap_or(AFTER_IDS),
        search.map(|text| like(&text.to_lowercase())),
        search,
        filter.plan.as_deref(),
        filter.plan_is_default,
        db.now(),
        limit
    ];
    let customers: Vec<Customer> = db
        .rows(&LIST, row)
        .await?
        .iter()
        .map(read)
        .collect::<Result<_>>()?;
    let (Some(newest), Some(oldest)) = (customers.first(), customers.last()) else {
        return Ok(Vec::new());
    };
    let row = params![scope.tenant(), &oldest.id, &newest.id];
    let mut grants: Vec<(Arc<str>, Grant)> = Vec::new();
    for row in &db.rows(&GRANTS_OF_PAGE, row).await? {
        grants.push((row.text(0)?, read_grant(row, 1)?));
    }
    let with = |customer: Customer| {
        let of = grants.iter().filter(|(user, _)| *user == customer.id);
        let of = of.map(|(_, grant)| grant.clone()).collect();
        (customer, of)
    };
    Ok(customers.into_iter().map(with).collect())
}
