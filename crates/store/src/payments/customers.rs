//! The customer that the payment provider keeps for an end user, one per account.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::key::Mode;
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::scope::{Scope, hold_user};
use crate::sql::statements;
use crate::step::{Refusal, Step};

statements! {
    FIND = "select customer_id from payment_customers
        where publishable_key = $1 and user_id = $2 and account_id = $3 and deleted_at is null";
    /// Of two that were made at once the first stays; one that was deleted makes room.
    PUT = "insert into payment_customers (publishable_key, user_id, account_id, customer_id, created_at, deleted_at)
        values ($1, $2, $3, $4, $5, null)
        on conflict (publishable_key, user_id, account_id) do update set
          customer_id = excluded.customer_id, created_at = excluded.created_at, deleted_at = null
        where payment_customers.deleted_at is not null";
    DELETED = "update payment_customers set deleted_at = $3 where customer_id = $2 and account_id = $1 and deleted_at is null";
    USERS = "select c.publishable_key, c.user_id from payment_customers c
        join tenants t on t.publishable_key = c.publishable_key and t.mode = $3
        where c.customer_id = $2 and c.account_id = $1 order by c.publishable_key, c.user_id";
}

/// The provider's customer of a user at an account; none if there is none or it was deleted there.
pub async fn customer(
    db: &Db,
    scope: &Scope,
    user: &str,
    account: &str,
) -> Result<Option<Arc<str>>> {
    let rows = db
        .near(&FIND, params![scope.tenant(), user, account])
        .await?;
    rows.first().map(|row| row.text(0)).transpose()
}

/// Remembers the provider's customer of a user. Answers the one that counts: of two made at once it is
/// the first.
pub async fn put_customer(
    db: &Db,
    scope: &Scope,
    user: &str,
    account: &str,
    customer_id: &str,
    at: Millis,
) -> Result<Arc<str>> {
    let row = params![scope.tenant(), user, account, customer_id, at];
    let steps = vec![hold_user(scope.tenant(), user), Step::new(&PUT, row)];
    match db.run(steps).await {
        Ok(_) => {}
        Err(Refusal::Guard(0)) => {
            return Err(Code::CustomerNotFound.error("This customer is deleted"));
        }
        Err(refusal) => return Err(refusal.into()),
    }
    let stored = customer(db, scope, user, account).await?;
    Ok(stored.unwrap_or_else(|| customer_id.into()))
}

/// Notes that the provider has deleted a customer; false if it was none of ours.
pub async fn customer_deleted(
    db: &Db,
    account: &str,
    customer_id: &str,
    at: Millis,
) -> Result<bool> {
    let row = params![account, customer_id, at];
    db.changed(vec![Step::new(&DELETED, row).must_change(1)])
        .await
}

/// Tenant and user of a customer of the provider, also of one that was deleted there.
pub async fn user_of_customer(
    db: &Db,
    account: &str,
    mode: Mode,
    customer_id: &str,
) -> Result<Vec<(Arc<str>, Arc<str>)>> {
    let row = params![account, customer_id, mode.as_str()];
    let rows = db.near(&USERS, row).await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?)))
        .collect()
}
