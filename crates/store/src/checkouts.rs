//! Checkouts of plans: one open per user and tier. All times are business time.

use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::id::CheckoutId;
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::scope::{Scope, hold_user};
use crate::sql::statements;
use crate::step::{Refusal, Step};
use crate::value::Row;

statements! {
    /// What can be paid no more makes room.
    LAPSE = "update checkouts set status = 'expired', open_key = null
        where publishable_key = $1 and open_key = $2 and expires_at <= $3";
    OPEN = "insert into checkouts (publishable_key, checkout_id, user_id, tier, price_id, account_id, session_id, url, status, open_key,
        success_url, cancel_url, subscription_id, created_at, expires_at, completed_at)
        values ($1, $2, $3, $4, $5, $6, null, null, 'opening', $7, $8, $9, null, $10, $11, null)";
    ATTACH = "update checkouts set session_id = $3, url = $4, expires_at = $5, status = 'open'
        where publishable_key = $1 and checkout_id = $2 and (status = 'opening' or (status = 'open' and session_id = $3))";
    /// A payment counts even if it comes after the end of the session was seen.
    CLOSE = "update checkouts set status = $3, open_key = null, subscription_id = coalesce(cast($4 as text), subscription_id),
        completed_at = case when cast($3 as text) = 'completed' then cast($5 as bigint) else completed_at end
        where publishable_key = $1 and checkout_id = $2
        and (status in ('opening', 'open') or (cast($3 as text) = 'completed' and status <> 'completed'))";
    FIND = "select checkout_id, user_id, tier, price_id, account_id, session_id, url, status, success_url, cancel_url, subscription_id, created_at, expires_at, completed_at, publishable_key
        from checkouts where publishable_key = $1 and checkout_id = $2";
    FIND_BY_SESSION = "select checkout_id, user_id, tier, price_id, account_id, session_id, url, status, success_url, cancel_url, subscription_id, created_at, expires_at, completed_at, publishable_key
        from checkouts where publishable_key = $1 and session_id = $2";
    FIND_OPEN = "select checkout_id, user_id, tier, price_id, account_id, session_id, url, status, success_url, cancel_url, subscription_id, created_at, expires_at, completed_at, publishable_key
        from checkouts where publishable_key = $1 and open_key = $2";
    FIND_ANYWHERE = "select checkout_id, user_id, tier, price_id, account_id, session_id, url, status, success_url, cancel_url, subscription_id, created_at, expires_at, completed_at, publishable_key
        from checkouts where session_id = $1 and account_id = $2 order by publishable_key limit 1";
    STALE = "select checkout_id, user_id, tier, price_id, account_id, session_id, url, status, success_url, cancel_url, subscription_id, created_at, expires_at, completed_at, publishable_key
        from checkouts where status in ('opening', 'open') and expires_at <= $1 order by expires_at, checkout_id limit $2";
}

/// Where a checkout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is stored; the payment provider has not answered yet.
    Opening,
    /// It can be paid.
    Open,
    /// It is paid, or a trial began.
    Completed,
    /// It was not paid in time.
    Expired,
    /// The payment provider refused it.
    Failed,
}

impl Status {
    /// `opening`, `open`, `completed`, `expired` or `failed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Open => "open",
            Self::Completed => "completed",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::Opening,
            Self::Open,
            Self::Completed,
            Self::Expired,
            Self::Failed,
        ];
        all.into_iter().find(|status| status.as_str() == text)
    }
}

/// A checkout as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// `chk_…`.
    pub id: Arc<str>,
    /// Who buys.
    pub user: Arc<str>,
    /// What is bought.
    pub tier: Arc<str>,
    /// The provider's id of the price.
    pub price_id: Arc<str>,
    /// The account it is at.
    pub account_id: Arc<str>,
    /// The provider's id of the session; none while it is being opened.
    pub session_id: Option<Arc<str>>,
    /// Where it is paid.
    pub url: Option<Arc<str>>,
    /// Where it stands.
    pub status: Status,
    /// Where the buyer goes afterwards.
    pub success_url: Arc<str>,
    /// Where the buyer goes who does not buy.
    pub cancel_url: Arc<str>,
    /// The subscription it made.
    pub subscription_id: Option<Arc<str>>,
    /// When it was made.
    pub created_at: Millis,
    /// When it can be paid no more.
    pub expires_at: Millis,
    /// When it was completed.
    pub completed_at: Option<Millis>,
}

/// A checkout about to be opened.
#[derive(Clone, Debug)]
pub struct NewCheckout {
    /// `chk_…`; a good idempotency key at the provider.
    pub id: CheckoutId,
    /// Who buys.
    pub user: Arc<str>,
    /// What is bought.
    pub tier: String,
    /// The provider's id of the price.
    pub price_id: String,
    /// The account it is at.
    pub account_id: String,
    /// Where the buyer goes afterwards.
    pub success_url: String,
    /// Where the buyer goes who does not buy.
    pub cancel_url: String,
    /// When.
    pub created_at: Millis,
    /// Until when it holds its place if no session is ever attached.
    pub expires_at: Millis,
}

/// What opening a checkout led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It holds the place: open a session and attach it.
    New,
    /// There is one for this user and tier already; it may be without a session still.
    Existing(Checkout),
}

/// Opens a checkout, unless there is an open one for this user and tier. Of many at once one is new.
pub async fn open(db: &Db, scope: &Scope, new: &NewCheckout) -> Result<Opened> {
    let tenant = scope.tenant();
    let key = format!("{}/{}", new.user, new.tier);
    let row = params![
        tenant,
        new.id.as_str(),
        &new.user,
        &new.tier,
        &new.price_id,
        &new.account_id,
        &key,
        &new.success_url,
        &new.cancel_url,
        new.created_at,
        new.expires_at
    ];
    let steps = vec![
        hold_user(tenant, &new.user),
        Step::new(&LAPSE, params![tenant, &key, new.created_at]),
        Step::new(&OPEN, row).must_change(1),
    ];
    match db.run(steps).await {
        Ok(_) => Ok(Opened::New),
        Err(Refusal::Guard(0)) => Err(Code::CustomerNotFound.error("This customer is deleted")),
        Err(Refusal::Taken(2)) => match one(db, &FIND_OPEN, params![tenant, &key]).await? {
            Some((_, checkout)) => Ok(Opened::Existing(checkout)),
            None => Err(Refusal::Taken(2).into()),
        },
        Err(refusal) => Err(refusal.into()),
    }
}

/// Stores the session that the provider opened for a checkout; false if the checkout is closed by now.
pub async fn attach(
    db: &Db,
    scope: &Scope,
    checkout_id: &str,
    session_id: &str,
    url: &str,
    expires_at: Millis,
) -> Result<bool> {
    let row = params![scope.tenant(), checkout_id, session_id, url, expires_at];
    db.changed(vec![Step::new(&ATTACH, row).must_change(1)])
        .await
}

/// Finds a checkout.
pub async fn find(db: &Db, scope: &Scope, checkout_id: &str) -> Result<Option<Checkout>> {
    let found = one(db, &FIND, params![scope.tenant(), checkout_id]).await?;
    Ok(found.map(|(_, checkout)| checkout))
}

/// Finds a checkout by the provider's session.
pub async fn find_by_session(db: &Db, scope: &Scope, session_id: &str) -> Result<Option<Checkout>> {
    let found = one(db, &FIND_BY_SESSION, params![scope.tenant(), session_id]).await?;
    Ok(found.map(|(_, checkout)| checkout))
}

/// Finds the tenant and the checkout of a session that an event names.
pub async fn find_session_anywhere(
    db: &Db,
    session_id: &str,
    account_id: &str,
) -> Result<Option<(Arc<str>, Checkout)>> {
    one(db, &FIND_ANYWHERE, params![session_id, account_id]).await
}

/// Closes a checkout; false if it was closed before. One that is expired or failed may still complete.
pub async fn close(
    db: &Db,
    scope: &Scope,
    checkout_id: &str,
    status: Status,
    subscription_id: Option<&str>,
    at: Millis,
) -> Result<bool> {
    let step = close_step(scope.tenant(), checkout_id, status, subscription_id, at);
    db.changed(vec![step.must_change(1)]).await
}

/// Checkouts of all tenants that are past their end and not closed, each with its tenant.
pub async fn stale(db: &Db, now: Millis, limit: i64) -> Result<Vec<(Arc<str>, Checkout)>> {
    let rows = db.rows(&STALE, params![now, limit]).await?;
    rows.iter().map(read_with_tenant).collect()
}

/// The step that closes a checkout; changes nothing if it was closed before.
pub(crate) fn close_step(
    tenant: &str,
    checkout_id: &str,
    status: Status,
    subscription_id: Option<&str>,
    at: Millis,
) -> Step {
    let row = params![tenant, checkout_id, status.as_str(), subscription_id, at];
    Step::new(&CLOSE, row)
}

async fn one(
    db: &Db,
    sql: &'static crate::sql::Sql,
    row: Vec<crate::value::Value>,
) -> Result<Option<(Arc<str>, Checkout)>> {
    let rows = db.near(sql, row).await?;
    rows.first().map(read_with_tenant).transpose()
}

fn read_with_tenant(row: &Row) -> Result<(Arc<str>, Checkout)> {
    Ok((row.text(14)?, read(row)?))
}

fn read(row: &Row) -> Result<Checkout> {
    Ok(Checkout {
        id: row.text(0)?,
        user: row.text(1)?,
        tier: row.text(2)?,
        price_id: row.text(3)?,
        account_id: row.text(4)?,
        session_id: row.opt_text(5)?,
        url: row.opt_text(6)?,
        status: Status::parse(&row.text(7)?).ok_or_else(damaged)?,
        success_url: row.text(8)?,
        cancel_url: row.text(9)?,
        subscription_id: row.opt_text(10)?,
        created_at: row.time(11)?,
        expires_at: row.time(12)?,
        completed_at: row.opt_time(13)?,
    })
}

fn damaged() -> Error {
    Code::Internal.error("A stored checkout is damaged")
}
