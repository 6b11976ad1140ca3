//! Accounts: whether a connected developer can take payments.

use serde::Deserialize;

use crate::stripe::calls::path;
use crate::stripe::form::Form;
use crate::stripe::{At, Failure};

/// An account, connected or the platform's own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Raw")]
pub struct Account {
    /// `acct_…`.
    pub id: String,
    /// It can charge.
    pub charges_enabled: bool,
    /// It is paid out.
    pub payouts_enabled: bool,
    /// Its owner has told Stripe everything that is needed at first.
    pub details_submitted: bool,
    /// Two letters, upper-case.
    pub country: Option<String>,
    /// Lower-case code; not every account's currency is one that a price can be in.
    pub default_currency: Option<String>,
    /// The name that its owner sees in Stripe's dashboard, else that of the business.
    pub display_name: Option<String>,
}

impl At<'_> {
    /// The account itself. [`crate::stripe::Kind::Unauthorized`] if it is not connected any more.
    pub async fn account(&self) -> Result<Account, Failure> {
        let own = self.account.is_empty();
        let path = if own {
            "/v1/account".to_owned()
        } else {
            path("/v1/accounts/{}", self.account)?
        };
        let platform = Self {
            account: "",
            ..*self
        };
        platform.get(&path, Form::default()).await
    }
}

#[derive(Deserialize)]
struct Raw {
    id: String,
    #[serde(default)]
    charges_enabled: bool,
    #[serde(default)]
    payouts_enabled: bool,
    #[serde(default)]
    details_submitted: bool,
    country: Option<String>,
    default_currency: Option<String>,
    settings: Option<RawSettings>,
    business_profile: Option<RawProfile>,
}

#[derive(Deserialize)]
struct RawSettings {
    dashboard: Option<RawDashboard>,
}

#[derive(Deserialize)]
struct RawDashboard {
    display_name: Option<String>,
}

#[derive(Deserialize)]
struct RawProfile {
    name: Option<String>,
}

impl From<Raw> for Account {
    fn from(raw: Raw) -> Self {
        let shown = raw.settings.and_then(|settings| settings.dashboard);
        let named = shown.and_then(|dashboard| dashboard.display_name);
        let business = raw.business_profile.and_then(|profile| profile.name);
        Self {
            id: raw.id,
            charges_enabled: raw.charges_enabled,
            payouts_enabled: raw.payouts_enabled,
            details_submitted: raw.details_submitted,
            country: raw.country,
            default_currency: raw.default_currency,
            display_name: named.filter(|name| !name.is_empty()).or(business),
        }
    }
}
