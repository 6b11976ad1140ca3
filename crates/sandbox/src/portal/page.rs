//! The page of a portal session: subscriptions, card, invoices.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::context::{Context, Input};
use crate::lookup::with_object;
use crate::pages::{self, escape, hidden, money};
use crate::payments::cards;
use crate::problem::{Problem, Result};
use crate::sandbox::{Sandbox, blocking};
use crate::subscriptions::api;
use crate::{events, objects, web};

const KIND: &str = "billing_portal.session";

/// `GET /portal/{session}`.
pub(crate) async fn show(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<String>) -> Response {
    match blocking(move || with_object(&sandbox, KIND, &id, |ctx, session| page(ctx, &session)))
        .await
    {
        Ok(page) => web::html(200, page),
        Err(problem) => web::refused(&problem),
    }
}

/// `POST /portal/{session}`: does what a button says and shows the page again.
pub(crate) async fn submit(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let back = format!("/portal/{id}");
    let done = blocking(move || {
        with_object(&sandbox, KIND, &id, |ctx, session| {
            act(ctx, &session, &body)
        })
    });
    match done.await {
        Ok(()) => web::see_other(&back),
        Err(problem) => web::refused(&problem),
    }
}

fn act(ctx: &Context, session: &Value, body: &[u8]) -> Result<()> {
    let field = |name: &str| {
        let found = url::form_urlencoded::parse(body).find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let features = features(ctx, session)?;
    let allowed = |name: &str| {
        if features[name]["enabled"] == true {
            return Ok(());
        }
        Err(Problem::invalid("The portal's configuration does not allow that.").with_status(403))
    };
    let action = field("action");
    if action == "card" {
        allowed("payment_method_update")?;
        return change_card(ctx, session, &field("card"));
    }
    let subscription = objects::get(ctx, "subscription", &field("subscription"), "subscription")?;
    if subscription["customer"] != session["customer"] {
        return Err(Problem::missing(
            "subscription",
            &field("subscription"),
            "subscription",
        ));
    }
    match action.as_str() {
        "cancel" | "resume" => {
            allowed("subscription_cancel")?;
            if action == "cancel" && features["subscription_cancel"]["mode"] == "immediately" {
                return api::cancel(ctx, &input(&subscription, Value::Null)).map(|_| ());
            }
            let cancels = json!({ "cancel_at_period_end": action == "cancel" });
            api::update(ctx, &input(&subscription, cancels)).map(|_| ())
        }
        "change" => {
            allowed("subscription_update")?;
            let price = field("price");
            if !offered(&features).contains(&price.as_str()) {
                return Err(Problem::missing("price", &price, "price"));
            }
            let item = &subscription["items"]["data"][0]["id"];
            let behavior = &features["subscription_update"]["proration_behavior"];
            let change = json!({ "items": [{ "id": item, "price": price }], "proration_behavior": behavior });
            api::update(ctx, &input(&subscription, change)).map(|_| ())
        }
        _ => Err(Problem::invalid("The page has no such button.")),
    }
}

fn input(subscription: &Value, params: Value) -> Input {
    let params = match params {
        Value::Object(params) => params,
        _ => Map::new(),
    };
    Input {
        ids: vec![objects::text(subscription, "id").to_owned()],
        params,
    }
}

/// The new card pays for everything that the customer has.
fn change_card(ctx: &Context, session: &Value, number: &str) -> Result<()> {
    let mut method = cards::from_number(ctx, number, None)?;
    method["customer"] = session["customer"].clone();
    objects::save(ctx, &method)?;
    events::emit(ctx, "payment_method.attached", &method)?;
    let customer = objects::get_living(
        ctx,
        "customer",
        objects::text(session, "customer"),
        "customer",
    )?;
    let mut after = customer.clone();
    after["invoice_settings"]["default_payment_method"] = method["id"].clone();
    events::save(ctx, "customer.updated", &customer, &after)?;
    for subscription in running(ctx, session)? {
        let mut after = subscription.clone();
        after["default_payment_method"] = method["id"].clone();
        events::save(ctx, "customer.subscription.updated", &subscription, &after)?;
    }
    Ok(())
}

fn features(ctx: &Context, session: &Value) -> Result<Value> {
    let id = objects::text(session, "configuration");
    let mut configuration = objects::get(ctx, "billing_portal.configuration", id, "configuration")?;
    Ok(configuration["features"].take())
}

fn offered(features: &Value) -> Vec<&str> {
    let products = features["subscription_update"]["products"]
        .as_array()
        .into_iter()
        .flatten();
    let prices = products
        .filter_map(|product| product["prices"].as_array())
        .flatten();
    prices.filter_map(Value::as_str).collect()
}

fn running(ctx: &Context, session: &Value) -> Result<Vec<Value>> {
    let mut found = objects::all(ctx, "subscription")?;
    found.retain(|subscription| {
        subscription["customer"] == session["customer"] && subscription["ended_at"].is_null()
    });
    Ok(found)
}

fn page(ctx: &Context, session: &Value) -> Result<String> {
    let features = features(ctx, session)?;
    let mut body = Vec::new();
    for subscription in running(ctx, session)? {
        body.push(card_of(ctx, &subscription, &features)?);
    }
    if features["payment_method_update"]["enabled"] == true {
        body.push(CARD_FORM.to_owned());
    }
    if features["invoice_history"]["enabled"] == true {
        body.push(history(ctx, session)?);
    }
    if let Some(url) = session["return_url"].as_str() {
        body.push(format!("<p><a href=\"{}\">Return</a></p>", escape(url)));
    }
    Ok(pages::page("Billing", &body.concat()))
}

const CARD_FORM: &str = "<h2>Card</h2><form method=\"post\"><label for=\"card\">New card number</label>\
    <input id=\"card\" name=\"card\" inputmode=\"numeric\" required value=\"4242 4242 4242 4242\">\
    <button name=\"action\" value=\"card\">Save card</button></form>";

fn card_of(ctx: &Context, subscription: &Value, features: &Value) -> Result<String> {
    let price = &subscription["items"]["data"][0]["price"];
    let name = name_of(ctx, price)?;
    let status = escape(objects::text(subscription, "status"));
    let kept = hidden("subscription", objects::text(subscription, "id"));
    let mut buttons = "";
    if features["subscription_cancel"]["enabled"] == true {
        buttons = if subscription["cancel_at_period_end"] == true {
            "<button name=\"action\" value=\"resume\">Resume</button>"
        } else {
            "<button class=\"plain\" name=\"action\" value=\"cancel\">Cancel plan</button>"
        };
    }
    let mut forms = vec![format!("<form method=\"post\">{kept}{buttons}</form>")];
    if features["subscription_update"]["enabled"] == true {
        for id in offered(features) {
            let other = objects::get(ctx, "price", id, "price")?;
            if other["id"] != price["id"] {
                let label = name_of(ctx, &other)?;
                let price = hidden("price", id);
                forms.push(format!(
                    "<form method=\"post\">{kept}{price}<button name=\"action\" value=\"change\">Change to {label}</button></form>"
                ));
            }
        }
    }
    Ok(format!("<h2>{name}</h2><p>{status}</p>{}", forms.concat()))
}

fn name_of(ctx: &Context, price: &Value) -> Result<String> {
    let product = objects::get(ctx, "product", objects::text(price, "product"), "product")?;
    let cost = money(&price["unit_amount"], &price["currency"]);
    let interval = escape(objects::text(&price["recurring"], "interval"));
    Ok(format!(
        "{}, {cost} a {interval}",
        escape(objects::text(&product, "name"))
    ))
}

fn history(ctx: &Context, session: &Value) -> Result<String> {
    let mut invoices = objects::all(ctx, "invoice")?;
    invoices.retain(|invoice| invoice["customer"] == session["customer"]);
    let row = |invoice: &Value| {
        let (number, status) = (
            objects::text(invoice, "number"),
            objects::text(invoice, "status"),
        );
        let total = money(&invoice["total"], &invoice["currency"]);
        format!(
            "<tr><td>{} {}</td><td>{total}</td></tr>",
            escape(number),
            escape(status)
        )
    };
    let rows: Vec<String> = invoices.iter().map(row).collect();
    Ok(format!("<h2>Invoices</h2><table>{}</table>", rows.join("")))
}
