//! What is told of a developer's plan.

use dream_domain::subscription::{Facts, Standing, State};
use dream_domain::tier::Tier;
use serde::Serialize;
use utoipa::ToSchema;

use crate::buying::Page;

/// Live users that the paid plan includes.
const INCLUDED_USERS: i64 = 2000;
/// Cents for each further one.
const OVERAGE_CENTS: i64 = 3;

/// A page to send the developer to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlatformCheckout {
    /// Where it is paid; for a developer who pays already, the billing portal.
    #[schema(example = "https://checkout.example.com/cs_live_a1")]
    checkout_url: String,
    /// The same.
    #[schema(example = "https://checkout.example.com/cs_live_a1")]
    url: String,
    /// The session; absent if the page is the billing portal.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
}

/// The billing portal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlatformPortal {
    #[schema(example = "https://billing.example.com/bps_1")]
    pub(super) url: String,
}

/// The developer's own plan. Times are milliseconds since 1970.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlatformSubscription {
    /// `none`, `trialing`, `active`, `past_due` or `canceled`.
    #[schema(example = "active")]
    status: &'static str,
    /// The tier he is on.
    #[schema(example = "paid")]
    plan: String,
    /// When the trial ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    trial_ends_at: Option<i64>,
    /// When the period ends that is paid or due.
    #[serde(skip_serializing_if = "Option::is_none")]
    current_period_end: Option<i64>,
    /// When a cancelled plan ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_at: Option<i64>,
    /// When the plan is lost unless there is news; absent while no end is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_until: Option<i64>,
    /// Users of all live projects.
    live_end_user_count: i64,
    /// Live users that the paid plan includes.
    #[schema(example = 2000)]
    included_users: i64,
    /// Of the main unit of the currency, for each further one.
    #[schema(example = 0.03)]
    overage_rate: f64,
    /// What further users come to, of the main unit of the currency.
    estimated_overage: f64,
    /// Live keys stop without a paid plan.
    enforced: bool,
    /// What the paid plan costs, in minor units.
    #[schema(example = 1500)]
    price: i64,
    /// ISO code in lower case.
    #[schema(example = "usd")]
    currency: &'static str,
    /// `month` or `year`.
    #[schema(example = "month")]
    interval: &'static str,
}

impl PlatformCheckout {
    pub(super) fn of(page: Page) -> Self {
        Self {
            checkout_url: page.url.clone(),
            url: page.url,
            session_id: page.session_id,
        }
    }
}

impl PlatformSubscription {
    /// `lead` is the subscription that the state speaks of.
    pub(super) fn of(
        state: &State,
        lead: Option<&Facts>,
        paid: &Tier,
        users: i64,
        enforced: bool,
    ) -> Self {
        let runs = !matches!(state.status, Standing::None | Standing::Canceled);
        let running = lead.filter(|_| runs);
        let trial = running.filter(|_| state.status == Standing::Trialing);
        Self {
            status: match state.status {
                Standing::Canceling => Standing::Active,
                status => status,
            }
            .as_str(),
            plan: state.plan.clone().unwrap_or_default(),
            trial_ends_at: trial.and_then(|facts| facts.trial_end).map(|at| at.0),
            current_period_end: running.map(|facts| facts.period().1.0),
            cancel_at: running.and_then(Facts::ends).map(|at| at.0),
            access_until: state.access_until.map(|at| at.0),
            live_end_user_count: users,
            included_users: INCLUDED_USERS,
            overage_rate: units(OVERAGE_CENTS),
            estimated_overage: units((users - INCLUDED_USERS).max(0) * OVERAGE_CENTS),
            enforced,
            price: paid.price.minor,
            currency: paid.price.currency.as_str(),
            interval: paid.interval.as_str(),
        }
    }
}

/// Cents in the main unit.
fn units(cents: i64) -> f64 {
    f64::from(u32::try_from(cents).unwrap_or(u32::MAX)) / 100.0
}
