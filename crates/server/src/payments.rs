//! The one door to payments, and with `payments_provider` the only place of the server that names who takes
//! them.

pub mod sandbox;

use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::key::Mode;
pub(crate) use dream_providers::stripe as api;
use dream_providers::stripe::accounts::Account as Found;
use dream_providers::stripe::{At, Client, Failure, Kind};
use dream_store::payments::{self, Health};
use dream_store::scope::Scope;
use zeroize::Zeroizing;

use crate::app::App;
use crate::config::{Config, PaymentMode};

/// What the dashboard is told in its address when a developer comes back from connecting an account: `connected` or
/// `error` (wire.md 5).
pub(crate) const RETURNED: &str = "stripe";

/// The account that a tenant sells on.
pub(crate) struct Account<'a> {
    client: &'a Client,
    /// The provider's id of it; empty for the platform's own.
    pub(crate) id: Arc<str>,
}

/// Whose events a webhook tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Accounts that developers connected.
    Connect,
    /// The platform's own account.
    Platform,
}

impl Account<'_> {
    /// The calls on behalf of this account.
    pub(crate) fn calls(&self) -> At<'_> {
        self.client.at(&self.id)
    }
}

/// The account that a tenant sells on: what its developer has connected for the mode (409 if nothing), for the root
/// project the platform's own.
pub(crate) async fn account_of<'a>(app: &'a App, scope: &Scope) -> Result<Account<'a>> {
    let client = app.payments.provider(scope.mode())?;
    if **scope.tenant() == *app.root {
        let id = Arc::from("");
        return Ok(Account { client, id });
    }
    let account = payments::account(&app.db, scope.platform(), scope.mode()).await?;
    match account.filter(|account| account.disconnected_at.is_none()) {
        Some(account) => {
            let id = account.account_id;
            Ok(Account { client, id })
        }
        None => Err(not_connected(scope.mode())),
    }
}

/// A failure of the provider as callers see it. What it said itself reaches them where it helps them.
pub(crate) fn problem(failure: Failure) -> Error {
    let error = match failure.kind {
        _ if failure.is_transient() => {
            let detail = "The payment provider did not answer as it should; try again in a moment";
            Code::PaymentsUnavailable.error(detail)
        }
        Kind::Unauthorized => Code::PaymentsNotConnected
            .error("The payment account does not let us in any more; connect it again"),
        Kind::Refused | Kind::NotFound => Code::PaymentRefused.error(failure.message.clone()),
        _ => Code::PaymentsUnavailable
            .error("The payment provider gave an answer that is not understood"),
    };
    match failure.retry_after_seconds {
        Some(seconds) => error.with("retryAfter", seconds),
        None => error,
    }
    .because(failure)
}

/// The secrets that sign events of a mode and source; any of them is right. Empty: no event can be believed.
pub(crate) async fn webhook_secrets(
    app: &App,
    wanted: Mode,
    source: Source,
) -> Result<Vec<Zeroizing<String>>> {
    let Some(settings) = mode(&app.config, wanted) else {
        return Ok(Vec::new());
    };
    if settings.is_sandbox {
        let secret = sandbox::secret(app, wanted, source).await?;
        return Ok(secret.into_iter().collect());
    }
    Ok(match source {
        Source::Connect => settings.webhook_secrets.clone(),
        Source::Platform => settings.platform_webhook_secrets.clone(),
    })
}

/// How an account is, in the words of the store.
pub(crate) fn health(found: Found) -> Health {
    Health {
        charges_enabled: found.charges_enabled,
        payouts_enabled: found.payouts_enabled,
        details_submitted: found.details_submitted,
        country: found.country,
        default_currency: found.default_currency,
        display_name: found.display_name,
    }
}

/// The answer where a developer has connected no account for a mode.
pub(crate) fn not_connected(mode: Mode) -> Error {
    Code::PaymentsNotConnected.error(format!(
        "No payment account is connected in {0} mode; the developer connects one at /authorize?mode={0}",
        mode.as_str()
    ))
}

/// Who takes payments in a mode.
fn mode(config: &Config, mode: Mode) -> Option<&PaymentMode> {
    match mode {
        Mode::Live => config.payments.live.as_ref(),
        Mode::Test => config.payments.test.as_ref(),
    }
}
