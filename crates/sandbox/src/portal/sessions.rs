//! Portal sessions: a customer's way to the page.

use serde_json::{Value, json};

use crate::context::{Context, Input};
use crate::objects;
use crate::params::{Field, Kind, may, must};
use crate::problem::{Problem, Result};

const OF_SUBSCRIPTION: Kind = Kind::Fields(&[must("subscription", Kind::Text)]);

const AFTER: Kind = Kind::Fields(&[
    must(
        "type",
        Kind::Choice(&["hosted_confirmation", "portal_homepage", "redirect"]),
    ),
    may("redirect", Kind::Fields(&[must("return_url", Kind::Text)])),
]);

/// Parameters of `POST /v1/billing_portal/sessions`.
pub(crate) const CREATE: &[Field] = &[
    must("customer", Kind::Text),
    may("configuration", Kind::Text),
    may(
        "flow_data",
        Kind::Fields(&[
            must(
                "type",
                Kind::Choice(&[
                    "payment_method_update",
                    "subscription_cancel",
                    "subscription_update",
                ]),
            ),
            may("after_completion", AFTER),
            may("subscription_cancel", OF_SUBSCRIPTION),
            may("subscription_update", OF_SUBSCRIPTION),
        ]),
    ),
    may("locale", Kind::Text),
    may("return_url", Kind::Text),
];

/// `POST /v1/billing_portal/sessions`.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    let customer = input.text("customer").unwrap_or_default();
    objects::get_living(ctx, "customer", customer, "customer")?;
    let Some(configuration) = input.text("configuration") else {
        let message = "No configuration provided and your default configuration has not been created. \
            Provide a configuration.";
        return Err(Problem::invalid(message));
    };
    let configuration = objects::get(
        ctx,
        "billing_portal.configuration",
        configuration,
        "configuration",
    )?;
    let flow = input.or_null("flow_data");
    if let Some(kind) = flow["type"]
        .as_str()
        .filter(|kind| *kind != "payment_method_update")
    {
        let param = format!("flow_data[{kind}][subscription]");
        let subscription = objects::get(
            ctx,
            "subscription",
            objects::text(&flow[kind], "subscription"),
            &param,
        )?;
        if subscription["customer"] != customer {
            return Err(Problem::missing(
                "subscription",
                objects::text(&subscription, "id"),
                &param,
            ));
        }
    }
    let id = ctx.id("bps_");
    let return_url = input
        .get("return_url")
        .unwrap_or(&configuration["default_return_url"]);
    let session = json!({
        "url": format!("{}/portal/{id}", ctx.base),
        "id": id,
        "object": "billing_portal.session",
        "configuration": configuration["id"],
        "created": ctx.now,
        "customer": customer,
        "customer_account": null,
        "flow": flow,
        "livemode": ctx.scope.live,
        "locale": input.or_null("locale"),
        "on_behalf_of": null,
        "return_url": return_url,
    });
    objects::insert(ctx, &session)?;
    Ok(session)
}
