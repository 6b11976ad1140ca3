//! What keeps a project from going on until its developer does something.

use dream_domain::error::Result;
use dream_store::dashboard::{self as store, Troubles};
use dream_store::payments::{self as accounts, PaymentAccount};
use dream_store::projects::Tenant;

use crate::app::App;

/// Something that does not get well by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bad {
    /// `events_dead`, `account_missing` or `account_incomplete`.
    pub(crate) code: &'static str,
    /// For the developer.
    pub(crate) message: String,
    /// Milliseconds since the epoch; none where it is no event.
    pub(crate) at: Option<i64>,
    /// The page of the dashboard, below the project's.
    pub(crate) link: &'static str,
}

/// The events of a tenant that are not worked, and all that is bad.
pub(crate) async fn look(app: &App, tenant: &Tenant) -> Result<(Troubles, Vec<Bad>)> {
    let (db, scope) = (&app.db, &tenant.scope);
    let is_root = **scope.tenant() == *app.root;
    let account = accounts::account(db, scope.platform(), scope.mode()).await?;
    let account = account.filter(|account| account.disconnected_at.is_none());
    let account_id = match &account {
        _ if is_root => Some(""),
        Some(account) => Some(&*account.account_id),
        None => None,
    };
    let troubles = store::troubles(db, scope, account_id).await?;
    let of_account = of_account(tenant, account.as_ref()).filter(|_| !is_root);
    let bad = of_events(troubles).into_iter().chain(of_account);
    Ok((troubles, bad.collect()))
}

fn of_events(troubles: Troubles) -> Option<Bad> {
    let (events, were) = match troubles.dead {
        0 => return None,
        1 => ("event", "was"),
        _ => ("events", "were"),
    };
    Some(Bad {
        code: "events_dead",
        message: format!(
            "{} {events} could not be worked and {were} given up; replay what you have put right.",
            troubles.dead
        ),
        at: troubles.dead_at.map(|at| at.0),
        link: "events?status=dead",
    })
}

/// Whether what is sold can be paid for.
fn of_account(tenant: &Tenant, account: Option<&PaymentAccount>) -> Option<Bad> {
    let mut tiers = tenant.tiers.iter();
    if !tiers.any(|tier| tier.active && tier.price.minor > 0) {
        return None;
    }
    let (code, message) = match account {
        None => (
            "account_missing",
            "No payment account is connected, so nobody can buy.",
        ),
        Some(account) if !account.charges_enabled => (
            "account_incomplete",
            "The payment account cannot take payments yet; the payment provider needs more of you.",
        ),
        Some(account) if !account.payouts_enabled => (
            "account_incomplete",
            "The payment account takes payments, but pays nothing out yet.",
        ),
        Some(_) => return None,
    };
    Some(Bad {
        code,
        message: message.to_owned(),
        at: account.map(|account| account.checked_at.0),
        link: "settings/payments",
    })
}
