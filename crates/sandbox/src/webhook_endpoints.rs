//! Endpoints that events are sent to, for the account itself or for all accounts connected to it.

use serde_json::{Value, json};

use crate::context::{Context, Input};
use crate::objects::{self, take_over};
use crate::params::{Field, Kind, may, must};
use crate::problem::{Problem, Result};
use crate::{metadata, version};

/// Parameters of `POST /v1/webhook_endpoints`.
pub(crate) const CREATE: &[Field] = &[
    must("enabled_events", Kind::List(&Kind::Text)),
    must("url", Kind::Text),
    may("api_version", Kind::Text),
    may("connect", Kind::Bool),
    may("description", Kind::Text),
    may("metadata", Kind::Texts),
];

/// Parameters of `POST /v1/webhook_endpoints/{id}`.
pub(crate) const UPDATE: &[Field] = &[
    may("enabled_events", Kind::List(&Kind::Text)),
    may("url", Kind::Text),
    may("disabled", Kind::Bool),
    may("description", Kind::Text),
    may("metadata", Kind::Texts),
];

/// `POST /v1/webhook_endpoints`: the only answer that holds the secret.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    check(input)?;
    let secret = ctx.id("whsec_");
    let mut endpoint = json!({
        "id": ctx.id("we_"),
        "object": "webhook_endpoint",
        "api_version": input.or_null("api_version"),
        "application": null,
        "created": ctx.now,
        "description": input.or_null("description"),
        "enabled_events": input.or_null("enabled_events"),
        "livemode": ctx.scope.live,
        "metadata": metadata::of(input)?,
        "status": "enabled",
        "url": input.or_null("url"),
        "_connect": input.flag("connect").unwrap_or(false),
        "_secret": secret,
    });
    objects::insert(ctx, &endpoint)?;
    endpoint["secret"] = secret.into();
    Ok(endpoint)
}

/// `GET /v1/webhook_endpoints/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get_living(ctx, "webhook_endpoint", input.id(), "id")
}

/// `POST /v1/webhook_endpoints/{id}`.
pub(crate) fn update(ctx: &Context, input: &Input) -> Result<Value> {
    check(input)?;
    let mut endpoint = objects::get_living(ctx, "webhook_endpoint", input.id(), "id")?;
    take_over(
        &mut endpoint,
        input,
        &["enabled_events", "url", "description"],
    );
    if let Some(disabled) = input.flag("disabled") {
        endpoint["status"] = if disabled { "disabled" } else { "enabled" }.into();
    }
    metadata::merge(&mut endpoint, input.params.get("metadata"))?;
    objects::save(ctx, &endpoint)?;
    Ok(endpoint)
}

/// `DELETE /v1/webhook_endpoints/{id}`: what waits for it is not sent any more.
pub(crate) fn delete(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get_living(ctx, "webhook_endpoint", input.id(), "id")?;
    let sql = "delete from deliveries where endpoint = ?1 and state in ('ready', 'held')";
    ctx.db.execute(sql, [input.id()])?;
    objects::delete(ctx, "webhook_endpoint", input.id())
}

/// `GET /v1/webhook_endpoints`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    objects::list(ctx, input, "webhook_endpoint", &[])
}

fn check(input: &Input) -> Result<()> {
    if let Some(url) = input.text("url") {
        let is_http =
            url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !is_http {
            return Err(Problem::parameter(
                Some("url_invalid"),
                "url",
                format!("Not a valid URL: {url}"),
            ));
        }
    }
    if let Some(version) = input
        .text("api_version")
        .filter(|text| !version::is_well_formed(text))
    {
        let message = format!("Invalid Stripe API version: {version}");
        return Err(Problem::parameter(None, "api_version", message));
    }
    let Some(given) = input.params.get("enabled_events") else {
        return Ok(());
    };
    let types = given.as_array().map(Vec::as_slice).unwrap_or_default();
    let is_type = |name: &Value| {
        name.as_str()
            .is_some_and(|name| name == "*" || name.contains('.'))
    };
    if !types.is_empty() && types.iter().all(is_type) {
        return Ok(());
    }
    let message = "Invalid enabled_events: name at least one event type, or *".to_owned();
    Err(Problem::parameter(None, "enabled_events", message))
}
