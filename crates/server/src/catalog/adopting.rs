//! The platform's own plan: sold at the price that the operator has made at the payment provider. In development the
//! sandbox's own price will do, which is made like any other.

use dream_domain::error::{Code, Error, Result};
use dream_domain::money::Money;
use dream_domain::tier::{Interval, Tier};
use dream_store::prices::{self, Price};
use dream_store::projects::Tenant;
use dream_store::tiers;
use serde_json::json;

use super::agreeing::ACTOR;
use super::is_sold;
use crate::app::App;
use crate::payments::api::At;
use crate::payments::{api, problem};

/// Whether what a tenant sells is priced by the operator, and not by its tiers.
pub(super) fn applies(app: &App, tenant: &Tenant) -> bool {
    let payments = &app.config.payments;
    let makes_one = payments.live.as_ref().is_some_and(|live| live.is_sandbox);
    **tenant.scope.tenant() == *app.root && (payments.price_id.is_some() || !makes_one)
}

/// Whether a tier is sold at the price of the settings.
pub(super) fn is_current(app: &App, tier: &Tier, known: &[Price]) -> bool {
    app.config.payments.price_id.as_ref() == Some(&tier.price_id)
        && known.iter().any(|price| *price.price_id == *tier.price_id)
}

/// Makes a tier cost what the price of the settings says; false if the tier changed meanwhile. 503 where none is set.
pub(super) async fn adopt(
    app: &App,
    tenant: &Tenant,
    tier: &Tier,
    calls: &At<'_>,
    known: &[Price],
) -> Result<bool> {
    let Some(id) = &app.config.payments.price_id else {
        return Err(Code::PaymentsNotConfigured.error(
            "This server charges developers nothing: its operator has set no price for the paid plan",
        ));
    };
    if !is_sold(tier) || is_current(app, tier, known) {
        return Ok(true);
    }
    let price = calls.price(id).await.map_err(problem)?;
    let (amount, interval) = terms(&price).ok_or_else(|| unfit(id))?;
    let row = Price {
        price_id: price.id.as_str().into(),
        account_id: "".into(),
        product_id: price.product_id.as_str().into(),
        tier: tier.name.as_str().into(),
        amount: amount.minor,
        currency: amount.currency.as_str().into(),
        interval: interval.as_str().into(),
        kind: tier.kind.as_str().into(),
        active: true,
        created_at: app.now(),
    };
    prices::put(&app.db, &tenant.scope, &row).await?;
    let detail = json!({"priceId": price.id, "price": amount.to_string()});
    let act = app.act(ACTOR, "tier.price", &tier.name, &detail);
    let sold = Tier {
        price: amount,
        interval,
        price_id: price.id,
        product_id: price.product_id,
        ..tier.clone()
    };
    match tiers::update(&app.db, &tenant.scope, &[sold], &act).await {
        Err(error) if error.code() == Code::Conflict => Ok(false),
        done => done.map(|()| true),
    }
}

/// What a price costs and how often; none if nobody can subscribe to it.
fn terms(price: &api::catalog::Price) -> Option<(Money, Interval)> {
    let minor = price
        .unit_amount
        .filter(|minor| *minor > 0 && price.active)?;
    let every = price.recurring.as_ref()?;
    let interval = Interval::parse(&every.interval).filter(|_| every.interval_count == 1)?;
    let currency = price.currency;
    Some((Money { minor, currency }, interval))
}

fn unfit(id: &str) -> Error {
    Code::PaymentRefused.error(format!(
        "The price {id}, which the operator has set for the paid plan, is no price of a plan: it must be active, have a fixed amount, and recur every month or year"
    ))
}
