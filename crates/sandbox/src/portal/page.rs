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
use crate::subscriptions::{api, cycle};
use crate::{customers, events, objects, web};

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

/// `POST /portal/{session}`: does what a button says and shows the page again, or goes where the session's flow ends.
pub(crate) async fn submit(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let done = blocking(move || {
        with_object(&sandbox, KIND, &id, |ctx, session| {
            let action = act(ctx, &session, &body)?;
            let after = after(&session, &action).map(str::to_owned);
            Ok(after.unwrap_or_else(|| format!("/portal/{id}")))
        })
    });
    match done.await {
        Ok(next) => web::see_other(&next),
        Err(problem) => web::refused(&problem),
    }
}

/// Where a flow sends its customer once he did what it is for.
fn after<'a>(session: &'a Value, action: &str) -> Option<&'a str> {
    let does = match action {
        "cancel" => "subscription_cancel",
        "change" => "subscription_update",
        "card" => "payment_method_update",
        _ => return None,
    };
    let flow = Some(&session["flow"]).filter(|flow| flow["type"] == does)?;
    flow["after_completion"]["redirect"]["return_url"].as_str()
}

/// Does what a button says; answers its name.
fn act(ctx: &Context, session: &Value, body: &[u8]) -> Result<String> {
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
        change_card(ctx, session, &field("card"))?;
        return Ok(action);
    }
    if action == "email" {
        allowed("customer_update")?;
        change_email(ctx, session, &field("email"))?;
        return Ok(action);
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
                api::cancel(ctx, &input(&subscription, Value::Null))?;
            } else {
                let cancels = json!({ "cancel_at_period_end": action == "cancel" });
                api::update(ctx, &input(&subscription, cancels))?;
            }
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
            api::update(ctx, &input(&subscription, change))?;
        }
        _ => return Err(Problem::invalid("The page has no such button.")),
    }
    Ok(action)
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

fn change_email(ctx: &Context, session: &Value, email: &str) -> Result<()> {
    let change = Input {
        ids: vec![objects::text(session, "customer").to_owned()],
        params: Map::from_iter([("email".to_owned(), email.into())]),
    };
    customers::update(ctx, &change).map(|_| ())
}

fn features(ctx: &Context, session: &Value) -> Result<Value> {
    let id = objects::text(session, "configuration");
    let mut configuration = objects::get(ctx, "billing_portal.configuration", id, "configuration")?;
    let mut features = configuration["features"].take();
    // Of what a customer may change of himself, the page has his e-mail address alone.
    let own = &mut features["customer_update"];
    let updates = own["allowed_updates"].as_array();
    if !updates.is_some_and(|updates| updates.contains(&"email".into())) {
        own["enabled"] = false.into();
    }
    Ok(features)
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
    let features = shown_features(features(ctx, session)?, &session["flow"]);
    let mut body = Vec::new();
    for subscription in shown_subscriptions(ctx, session)? {
        body.push(card_of(ctx, &subscription, &features)?);
    }
    if body.is_empty() && session["flow"].is_null() {
        body.push("<p class=\"box\">You have no plan.</p>".to_owned());
    }
    if features["customer_update"]["enabled"] == true {
        body.push(email_form(ctx, session)?);
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

/// A flow is for one thing: the others are not shown.
fn shown_features(mut features: Value, flow: &Value) -> Value {
    let Some(kind) = flow["type"].as_str() else {
        return features;
    };
    for (name, feature) in features.as_object_mut().into_iter().flatten() {
        if name != kind {
            feature["enabled"] = false.into();
        }
    }
    features
}

/// The customer's subscriptions; with a flow the one that it is for.
fn shown_subscriptions(ctx: &Context, session: &Value) -> Result<Vec<Value>> {
    let mut shown = running(ctx, session)?;
    let flow = &session["flow"];
    if let Some(kind) = flow["type"].as_str() {
        shown.retain(|subscription| subscription["id"] == flow[kind]["subscription"]);
    }
    Ok(shown)
}

fn email_form(ctx: &Context, session: &Value) -> Result<String> {
    let id = objects::text(session, "customer");
    let customer = objects::get(ctx, "customer", id, "customer")?;
    let input = "type=\"email\" autocomplete=\"email\" required";
    let email = pages::field("email", input, "E-mail", objects::text(&customer, "email"));
    Ok(format!(
        "<form method=\"post\" class=\"box\"><h2>Contact</h2>{email}<div class=\"row\">\
         <button name=\"action\" value=\"email\">Save e-mail</button></div></form>"
    ))
}

const CARD_FORM: &str = "<form method=\"post\" class=\"box\"><h2>Card</h2><label for=\"card\">New card number</label>\
    <input id=\"card\" name=\"card\" inputmode=\"numeric\" required value=\"4242 4242 4242 4242\">\
    <div class=\"row\"><button name=\"action\" value=\"card\">Save card</button></div></form>";

fn card_of(ctx: &Context, subscription: &Value, features: &Value) -> Result<String> {
    let price = &subscription["items"]["data"][0]["price"];
    let name = name_of(ctx, price)?;
    let kept = hidden("subscription", objects::text(subscription, "id"));
    let form = |kind: &str, action: &str, more: &str, label: &str| {
        format!(
            "<form method=\"post\">{kept}{more}<button{kind} name=\"action\" value=\"{action}\">{label}</button></form>"
        )
    };
    let mut forms = Vec::new();
    if features["subscription_update"]["enabled"] == true {
        for id in offered(features) {
            let other = objects::get(ctx, "price", id, "price")?;
            if other["id"] != price["id"] {
                let label = format!("Change to {}", name_of(ctx, &other)?);
                forms.push(form("", "change", &hidden("price", id), &label));
            }
        }
    }
    if features["subscription_cancel"]["enabled"] == true {
        forms.push(if subscription["cancel_at_period_end"] == true {
            form("", "resume", "", "Resume")
        } else {
            form(" class=\"plain\"", "cancel", "", "Cancel plan")
        });
    }
    Ok(format!(
        "<div class=\"box\"><h2>{name}</h2><p>{}</p><div class=\"row\">{}</div></div>",
        state(subscription),
        forms.concat()
    ))
}

/// What is true of a subscription now, and when that changes.
fn state(subscription: &Value) -> String {
    let status = escape(
        objects::text(subscription, "status")
            .replace('_', " ")
            .as_str(),
    );
    let class = match objects::text(subscription, "status") {
        "active" | "trialing" => "tag good",
        _ => "tag bad",
    };
    let end = cycle::period(subscription).1;
    let does = if subscription["cancel_at_period_end"] == true {
        "Ends"
    } else {
        "Renews"
    };
    format!(
        "<span class=\"{class}\">{status}</span> <span class=\"quiet\">{does} on {}</span>",
        pages::moment(end)
    )
}

fn name_of(ctx: &Context, price: &Value) -> Result<String> {
    let product = objects::get(ctx, "product", objects::text(price, "product"), "product")?;
    Ok(format!(
        "{}, {}",
        escape(objects::text(&product, "name")),
        pages::cost(price)
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
        let at = invoice["created"].as_i64().unwrap_or_default();
        format!(
            "<tr><td><a href=\"/invoice/{}\">{}</a><br><span class=\"quiet\">{}</span></td><td>{}</td>\
             <td class=\"end\">{total}</td></tr>",
            escape(objects::text(invoice, "id")),
            escape(number),
            pages::moment(at),
            escape(status)
        )
    };
    let rows: String = invoices.iter().map(row).collect();
    if rows.is_empty() {
        return Ok("<div class=\"box\"><h2>Invoices</h2><p>None yet.</p></div>".to_owned());
    }
    Ok(format!(
        "<div class=\"box\"><h2>Invoices</h2><table class=\"sum\">{rows}</table></div>"
    ))
}
