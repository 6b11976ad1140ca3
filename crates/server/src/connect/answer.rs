//! Payment accounts as their developer sees them.

use dream_domain::key::Mode;
use dream_store::payments::PaymentAccount;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

/// A payment account in one mode. What is not known is null; times are milliseconds since the epoch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountBody {
    /// Payments can be set up: the account is connected.
    connected: bool,
    #[schema(example = "test")]
    mode: &'static str,
    /// The operator of this server has set up payments for the mode.
    configured: bool,
    /// A sandbox stands in for the payment provider; no money moves.
    sandbox: bool,
    #[schema(example = "acct_1Pgc6XIHvNDreamXY")]
    account_id: Option<String>,
    /// It can take payments.
    charges_enabled: bool,
    /// It can pay out.
    payouts_enabled: bool,
    /// Its owner has told the provider everything that was asked.
    details_submitted: bool,
    #[schema(example = "DE")]
    country: Option<String>,
    #[schema(example = "eur")]
    default_currency: Option<String>,
    #[schema(example = "Weather Inc")]
    display_name: Option<String>,
    connected_at: Option<i64>,
    /// Null while it is connected.
    disconnected_at: Option<i64>,
}

/// Which account.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"mode": "test"}))]
pub(crate) struct ModeInput {
    /// `test` or `live`.
    #[expect(dead_code, reason = "describes the wire; the body is read by hand")]
    mode: String,
}

/// An account that is connected no more.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Disconnected {
    #[schema(example = true)]
    success: bool,
}

impl AccountBody {
    pub(super) fn of(app: &App, mode: Mode, found: Option<&PaymentAccount>) -> Self {
        let payments = &app.config.payments;
        let taker = match mode {
            Mode::Live => payments.live.as_ref(),
            Mode::Test => payments.test.as_ref(),
        };
        let text = |of: fn(&PaymentAccount) -> Option<&str>| found.and_then(of).map(str::to_owned);
        let current = found.filter(|account| account.disconnected_at.is_none());
        Self {
            connected: current.is_some(),
            mode: mode.as_str(),
            configured: taker.is_some(),
            sandbox: taker.is_some_and(|taker| taker.is_sandbox),
            account_id: text(|account| Some(&account.account_id)),
            charges_enabled: current.is_some_and(|account| account.charges_enabled),
            payouts_enabled: current.is_some_and(|account| account.payouts_enabled),
            details_submitted: current.is_some_and(|account| account.details_submitted),
            country: text(|account| account.country.as_deref()),
            default_currency: text(|account| account.default_currency.as_deref()),
            display_name: text(|account| account.display_name.as_deref()),
            connected_at: found.map(|account| account.connected_at.0),
            disconnected_at: found
                .and_then(|account| account.disconnected_at)
                .map(|at| at.0),
        }
    }
}

impl Disconnected {
    pub(super) fn new() -> Self {
        Self { success: true }
    }
}
