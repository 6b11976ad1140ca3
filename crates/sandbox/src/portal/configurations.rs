//! Portal configurations.

use serde_json::{Value, json};

use crate::context::{Context, Input};
use crate::metadata;
use crate::objects::{self, take_over};
use crate::params::{Field, Kind, may, must};
use crate::problem::Result;

const CANCEL: Kind = Kind::Fields(&[
    must("enabled", Kind::Bool),
    may(
        "cancellation_reason",
        Kind::Fields(&[
            must("enabled", Kind::Bool),
            may("options", Kind::List(&Kind::Text)),
        ]),
    ),
    may("mode", Kind::Choice(&["at_period_end", "immediately"])),
    may(
        "proration_behavior",
        Kind::Choice(&["always_invoice", "create_prorations", "none"]),
    ),
]);

const UPDATE: Kind = Kind::Fields(&[
    must("enabled", Kind::Bool),
    may(
        "default_allowed_updates",
        Kind::List(&Kind::Choice(&["price", "promotion_code", "quantity"])),
    ),
    may(
        "products",
        Kind::List(&Kind::Fields(&[
            must("product", Kind::Text),
            must("prices", Kind::List(&Kind::Text)),
        ])),
    ),
    may(
        "proration_behavior",
        Kind::Choice(&["always_invoice", "create_prorations", "none"]),
    ),
]);

const ENABLED: Kind = Kind::Fields(&[must("enabled", Kind::Bool)]);

const FEATURES: Kind = Kind::Fields(&[
    may(
        "customer_update",
        Kind::Fields(&[
            must("enabled", Kind::Bool),
            may(
                "allowed_updates",
                Kind::List(&Kind::Choice(&[
                    "address", "email", "name", "phone", "shipping", "tax_id",
                ])),
            ),
        ]),
    ),
    may("invoice_history", ENABLED),
    may("payment_method_update", ENABLED),
    may("subscription_cancel", CANCEL),
    may("subscription_update", UPDATE),
]);

const PROFILE: Kind = Kind::Fields(&[
    may("headline", Kind::Text),
    may("privacy_policy_url", Kind::Text),
    may("terms_of_service_url", Kind::Text),
]);

/// Parameters of `POST /v1/billing_portal/configurations`.
pub(crate) const FIELDS: &[Field] = &[
    must("features", FEATURES),
    may("business_profile", PROFILE),
    may("default_return_url", Kind::Text),
    may("metadata", Kind::Texts),
    may("name", Kind::Text),
];

/// Parameters of `POST /v1/billing_portal/configurations/{id}`.
pub(crate) const CHANGE: &[Field] = &[
    may("active", Kind::Bool),
    may("business_profile", PROFILE),
    may("default_return_url", Kind::Text),
    may("features", FEATURES),
    may("metadata", Kind::Texts),
    may("name", Kind::Text),
];

/// Parameters of the list.
pub(crate) const LIST: &[Field] = &[may("active", Kind::Bool), may("is_default", Kind::Bool)];

/// `POST /v1/billing_portal/configurations`.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    let mut configuration = json!({
        "id": ctx.id("bpc_"),
        "object": "billing_portal.configuration",
        "active": true,
        "application": null,
        "business_profile": { "headline": null, "privacy_policy_url": null, "terms_of_service_url": null },
        "created": ctx.now,
        "default_return_url": null,
        "features": {
            "customer_update": { "allowed_updates": [], "enabled": false },
            "invoice_history": { "enabled": false },
            "payment_method_update": { "enabled": false },
            "subscription_cancel": { "enabled": false, "mode": "at_period_end", "proration_behavior": "none" },
            "subscription_update": {
                "default_allowed_updates": [], "enabled": false, "products": [], "proration_behavior": "none",
            },
        },
        "is_default": false,
        "livemode": ctx.scope.live,
        "login_page": { "enabled": false, "url": null },
        "metadata": metadata::of(input)?,
        "name": null,
        "updated": ctx.now,
    });
    apply(&mut configuration, input);
    objects::insert(ctx, &configuration)?;
    Ok(configuration)
}

/// `GET /v1/billing_portal/configurations/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get(
        ctx,
        "billing_portal.configuration",
        input.id(),
        "configuration",
    )
}

/// `POST /v1/billing_portal/configurations/{id}`.
pub(crate) fn update(ctx: &Context, input: &Input) -> Result<Value> {
    let mut configuration = retrieve(ctx, input)?;
    apply(&mut configuration, input);
    metadata::merge(&mut configuration, input.params.get("metadata"))?;
    configuration["updated"] = ctx.now.into();
    objects::save(ctx, &configuration)?;
    Ok(configuration)
}

/// `GET /v1/billing_portal/configurations`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    objects::list(
        ctx,
        input,
        "billing_portal.configuration",
        &["active", "is_default"],
    )
}

fn apply(configuration: &mut Value, input: &Input) {
    take_over(
        configuration,
        input,
        &["active", "default_return_url", "name"],
    );
    for part in ["business_profile", "features"] {
        if let Some(given) = input.get(part) {
            merge(&mut configuration[part], given);
        }
    }
}

/// Objects are merged, everything else is replaced.
fn merge(into: &mut Value, given: &Value) {
    match (into, given) {
        (Value::Object(into), Value::Object(given)) => {
            for (name, value) in given {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (into, given) => *into = given.clone(),
    }
}
