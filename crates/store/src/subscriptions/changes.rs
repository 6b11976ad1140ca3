//! The record of what users were entitled to and paid: charts and churn read nothing else (rules 21).

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::pattern::AFTER_IDS;
use crate::scope::Scope;
use crate::sql::statements;
use crate::value::Row;

statements! {
    OF_USER = "select change_id, user_id, at, from_plan, to_plan, mrr_before, mrr_after, currency, reason, subscription_id
        from subscription_changes where publishable_key = $1 and user_id = $2 and change_id < $3 order by change_id desc limit $4";
    BETWEEN = "select change_id, user_id, at, from_plan, to_plan, mrr_before, mrr_after, currency, reason, subscription_id
        from subscription_changes where publishable_key = $1 and at < $3 and (at, change_id) > ($2, $4)
        order by at, change_id limit $5";
}

/// A change as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `chg_…`; newer ones are greater.
    pub id: Arc<str>,
    /// Whose.
    pub user: Arc<str>,
    /// When (business time).
    pub at: Millis,
    /// The plan before.
    pub from: Arc<str>,
    /// The plan after.
    pub to: Arc<str>,
    /// The user's monthly share of the revenue before, in minor units.
    pub mrr_before: i64,
    /// And after.
    pub mrr_after: i64,
    /// ISO code in lower case.
    pub currency: Arc<str>,
    /// Why, in one word.
    pub reason: Arc<str>,
    /// The subscription that changed, if one did.
    pub subscription_id: Option<Arc<str>>,
}

/// The changes of a user before `before` (exclusive), newest first.
pub async fn changes_of_user(
    db: &Db,
    scope: &Scope,
    user: &str,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Change>> {
    let row = params![scope.tenant(), user, before.unwrap_or(AFTER_IDS), limit];
    db.rows(&OF_USER, row).await?.iter().map(read).collect()
}

/// The changes of a tenant from `from` to before `to`, oldest first; `after` is time and id of the last one
/// seen.
pub async fn changes_between(
    db: &Db,
    scope: &Scope,
    from: Millis,
    to: Millis,
    after: Option<(Millis, &str)>,
    limit: i64,
) -> Result<Vec<Change>> {
    let (at, id) = after.unwrap_or((from, ""));
    let row = params![scope.tenant(), at, to, id, limit];
    db.rows(&BETWEEN, row).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Change> {
    Ok(Change {
        id: row.text(0)?,
        user: row.text(1)?,
        at: row.time(2)?,
        from: row.text(3)?,
        to: row.text(4)?,
        mrr_before: row.int(5)?,
        mrr_after: row.int(6)?,
        currency: row.text(7)?,
        reason: row.text(8)?,
        subscription_id: row.opt_text(9)?,
    })
}
