//! Accounts at the payment provider: those that developers connected, and the customers kept there for
//! end users. Ids of the provider are unique within an account only; account `''` is the platform's own.

pub(crate) mod customers;

pub use customers::{customer, customer_deleted, put_customer, user_of_customer};

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::id::PlatformId;
use dream_domain::key::Mode;
use dream_domain::time::Millis;

use crate::Db;
use crate::audit::Act;
use crate::outbox::{self, Message};
use crate::params;
use crate::scope::hold;
use crate::sql::statements;
use crate::step::{Refusal, Rows, Step};
use crate::value::Row;

statements! {
    FIND = "select account_id, scope, sealed_tokens, charges_enabled, payouts_enabled, details_submitted, country, default_currency,
        display_name, version, connected_at, disconnected_at, checked_at
        from payment_accounts where platform_id = $1 and mode = $2";
    CONNECT = "insert into payment_accounts (platform_id, mode, account_id, scope, sealed_tokens, charges_enabled, payouts_enabled,
        details_submitted, country, default_currency, display_name, version, connected_at, disconnected_at, checked_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12, null, $12)
        on conflict (platform_id, mode) do update set
          account_id = excluded.account_id, scope = excluded.scope, sealed_tokens = excluded.sealed_tokens,
          charges_enabled = excluded.charges_enabled, payouts_enabled = excluded.payouts_enabled,
          details_submitted = excluded.details_submitted, country = excluded.country, default_currency = excluded.default_currency,
          display_name = excluded.display_name, version = payment_accounts.version + 1, connected_at = excluded.connected_at,
          disconnected_at = null, checked_at = excluded.checked_at";
    DISCONNECT = "update payment_accounts set disconnected_at = $3, sealed_tokens = '', version = version + 1
        where platform_id = $1 and mode = $2 and disconnected_at is null";
    PUT_HEALTH = "update payment_accounts set charges_enabled = $4, payouts_enabled = $5, details_submitted = $6, country = $7,
        default_currency = $8, display_name = $9, checked_at = $10, version = version + 1
        where platform_id = $1 and mode = $2 and account_id = $3 and checked_at <= $10";
    PLATFORMS = "select platform_id from payment_accounts where account_id = $1 and mode = $2 order by platform_id";
    TOUCH_TENANTS = "update tenants set generation = generation + 1 where platform_id = $1 and mode = $2 returning publishable_key";
}

/// The account of a developer in one mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentAccount {
    /// The provider's id of it.
    pub account_id: Arc<str>,
    /// What we may do there, in the provider's word.
    pub scope: Arc<str>,
    /// Its tokens, sealed with the master key; empty once it is disconnected.
    pub sealed_tokens: Arc<str>,
    /// It can take payments.
    pub charges_enabled: bool,
    /// It can pay out.
    pub payouts_enabled: bool,
    /// Its owner has told the provider everything that was asked.
    pub details_submitted: bool,
    /// Two letters.
    pub country: Option<Arc<str>>,
    /// ISO code in lower case.
    pub default_currency: Option<Arc<str>>,
    /// What its owner calls it.
    pub display_name: Option<Arc<str>>,
    /// Grows with every change.
    pub version: i64,
    /// When it was connected, the last time.
    pub connected_at: Millis,
    /// When it was disconnected; none while it is connected.
    pub disconnected_at: Option<Millis>,
    /// When the provider was last asked how it is.
    pub checked_at: Millis,
}

/// How an account is, as the provider tells.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// It can take payments.
    pub charges_enabled: bool,
    /// It can pay out.
    pub payouts_enabled: bool,
    /// Its owner has told the provider everything that was asked.
    pub details_submitted: bool,
    /// Two letters.
    pub country: Option<String>,
    /// ISO code in lower case.
    pub default_currency: Option<String>,
    /// What its owner calls it.
    pub display_name: Option<String>,
}

/// An account that is being connected.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The provider's id of it.
    pub account_id: String,
    /// What we may do there, in the provider's word.
    pub scope: String,
    /// Its tokens, sealed with the master key.
    pub sealed_tokens: String,
    /// How it is.
    pub health: Health,
    /// What leaves because of it, such as products to be made there; written with it or not at all.
    pub messages: Vec<Message>,
}

/// The account of a platform in a mode, also one that is disconnected.
pub async fn account(db: &Db, platform: &PlatformId, mode: Mode) -> Result<Option<PaymentAccount>> {
    let row = params![platform.as_str(), mode.as_str()];
    let rows = db.near(&FIND, row).await?;
    rows.first().map(read).transpose()
}

/// Connects an account, in place of the one before. Every project of the platform in this mode sees it
/// at once.
pub async fn connect(
    db: &Db,
    platform: &PlatformId,
    mode: Mode,
    account: &NewAccount,
    act: &Act<'_>,
) -> Result<()> {
    let health = &account.health;
    let row = params![
        platform.as_str(),
        mode.as_str(),
        &account.account_id,
        &account.scope,
        &account.sealed_tokens,
        health.charges_enabled,
        health.payouts_enabled,
        health.details_submitted,
        health.country.as_deref(),
        health.default_currency.as_deref(),
        health.display_name.as_deref(),
        act.at
    ];
    let mut steps = vec![Step::new(&CONNECT, row), touch(platform, mode)];
    for message in &account.messages {
        steps.push(hold(&message.tenant));
        steps.push(outbox::add_step(message));
    }
    steps.push(act.step(platform, None));
    let rows = db.run(steps).await?;
    bump(db, &rows)
}

/// Notes that an account is connected no more, and forgets its tokens; false if it was not connected.
pub async fn disconnect(
    db: &Db,
    platform: &PlatformId,
    mode: Mode,
    at: Millis,
    act: &Act<'_>,
) -> Result<bool> {
    let row = params![platform.as_str(), mode.as_str(), at];
    let steps = vec![
        Step::new(&DISCONNECT, row).must_change(1),
        touch(platform, mode),
        act.step(platform, None),
    ];
    match db.run(steps).await {
        Ok(rows) => bump(db, &rows).map(|()| true),
        Err(Refusal::Guard(_)) => Ok(false),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Stores how an account is, as it was at `at`; false if another account was connected meanwhile, or news
/// that are later are stored already.
pub async fn put_health(
    db: &Db,
    platform: &PlatformId,
    mode: Mode,
    account_id: &str,
    health: &Health,
    at: Millis,
) -> Result<bool> {
    let row = params![
        platform.as_str(),
        mode.as_str(),
        account_id,
        health.charges_enabled,
        health.payouts_enabled,
        health.details_submitted,
        health.country.as_deref(),
        health.default_currency.as_deref(),
        health.display_name.as_deref(),
        at
    ];
    db.changed(vec![Step::new(&PUT_HEALTH, row).must_change(1)])
        .await
}

/// The platforms that have connected an account in a mode, or had and connected no other since.
pub async fn platforms_of_account(
    db: &Db,
    account_id: &str,
    mode: Mode,
) -> Result<Vec<PlatformId>> {
    let rows = db
        .near(&PLATFORMS, params![account_id, mode.as_str()])
        .await?;
    rows.iter()
        .map(|row| PlatformId::parse(&row.text(0)?))
        .collect()
}

/// The second step of a change that all projects of a platform in a mode must see.
fn touch(platform: &PlatformId, mode: Mode) -> Step {
    Step::new(&TOUCH_TENANTS, params![platform.as_str(), mode.as_str()])
}

/// Makes stale what this process knows of the tenants that were touched.
fn bump(db: &Db, rows: &Rows) -> Result<()> {
    for row in rows.get(1).into_iter().flatten() {
        let slot = db.versions().tenant_slot(&row.text(0)?);
        db.versions().bump(slot);
    }
    Ok(())
}

fn read(row: &Row) -> Result<PaymentAccount> {
    Ok(PaymentAccount {
        account_id: row.text(0)?,
        scope: row.text(1)?,
        sealed_tokens: row.text(2)?,
        charges_enabled: row.flag(3)?,
        payouts_enabled: row.flag(4)?,
        details_submitted: row.flag(5)?,
        country: row.opt_text(6)?,
        default_currency: row.opt_text(7)?,
        display_name: row.opt_text(8)?,
        version: row.int(9)?,
        connected_at: row.time(10)?,
        disconnected_at: row.opt_time(11)?,
        checked_at: row.time(12)?,
    })
}
