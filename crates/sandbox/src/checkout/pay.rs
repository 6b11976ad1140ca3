//! Paying a session, from its page or on a test's order.

use rusqlite::OptionalExtension;
use serde_json::{Value, json};

use super::line_items;
use crate::context::Context;
use crate::customers;
use crate::events;
use crate::lookup::with_object;
use crate::objects;
use crate::payments::intents::Occasion;
use crate::payments::{cards, intents, setups};
use crate::problem::{Problem, Result};
use crate::sandbox::Sandbox;
use crate::subscriptions::beginning::{self, Beginning};
use crate::subscriptions::items;

/// What the payer gave.
pub(crate) struct Payer {
    /// The number as it was typed.
    pub(crate) card: String,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    /// Where to deliver to, if the session asks for that.
    pub(crate) address: Option<Value>,
    /// Whether he passed 3-D Secure.
    pub(crate) authenticated: bool,
}

impl Payer {
    fn occasion(&self) -> Occasion {
        Occasion::OnSession {
            authenticated: self.authenticated,
        }
    }
}

/// What became of it.
pub(crate) enum Outcome {
    /// The completed session.
    Complete(Value),
    /// The card asks for 3-D Secure first.
    NeedsAuthentication,
}

/// Pays an open session. A declined card is 402: the attempt stays on record and the session open.
pub(crate) fn pay(sandbox: &Sandbox, id: &str, payer: &Payer) -> Result<Outcome> {
    with_session(sandbox, id, |ctx, mut session| {
        if session["status"] != "open" {
            let message = format!(
                "This Checkout Session is {} and takes no payment.",
                objects::text(&session, "status")
            );
            return Err(Problem::invalid(message));
        }
        let email = email(ctx, &session, payer)?;
        let method = cards::from_number(ctx, &payer.card, Some(&email))?;
        deliver_to(&mut session, payer);
        let asks = cards::outcome(&method) == cards::Outcome::NeedsAuthentication;
        let mode = objects::text(&session, "mode").to_owned();
        if mode != "payment" && asks && !payer.authenticated {
            return Ok(Outcome::NeedsAuthentication);
        }
        match mode.as_str() {
            "payment" => buy(ctx, session, &email, &method, payer),
            "setup" => save_card(ctx, session, &email, method).map(Outcome::Complete),
            _ => subscribe(ctx, session, &email, method).map(Outcome::Complete),
        }
    })
}

/// Finds a session by its id alone, as its page does.
pub(crate) fn with_session<T>(
    sandbox: &Sandbox,
    id: &str,
    work: impl FnOnce(&Context, Value) -> Result<T>,
) -> Result<T> {
    with_object(sandbox, "checkout.session", id, work)
}

/// Whether the completion of a session still waits for its first delivery.
pub(crate) fn is_being_told(sandbox: &Sandbox, id: &str) -> Result<bool> {
    sandbox.transaction(|db| {
        let sql = "select 1 from objects ev join deliveries d on d.event = ev.id
            where ev.kind = 'event' and ev.body ->> '$.type' = 'checkout.session.completed'
            and ev.body ->> '$.data.object.id' = ?1 and d.attempts = 0 and d.state = 'ready' limit 1";
        Ok(db.query_row(sql, [id], |_| Ok(())).optional()?.is_some())
    })
}

fn buy(
    ctx: &Context,
    mut session: Value,
    email: &str,
    method: &Value,
    payer: &Payer,
) -> Result<Outcome> {
    if session["amount_total"] != 0 {
        let mut intent = intent(ctx, &mut session)?;
        intent["shipping"] = session["collected_information"]["shipping_details"].clone();
        let intent = intents::charge(ctx, intent, method, payer.occasion())?;
        if intent["status"] != "succeeded" {
            return Ok(Outcome::NeedsAuthentication);
        }
    }
    complete(ctx, session, email).map(Outcome::Complete)
}

/// Keeps a card for later. One that is always declined is declined here too.
fn save_card(ctx: &Context, mut session: Value, email: &str, method: Value) -> Result<Value> {
    if session["customer"].is_null() && session["customer_creation"] == "always" {
        session["customer"] = customers::make(ctx, email)?["id"].clone();
    }
    let data = session["_setup_intent_data"].clone();
    let intent = setups::save(ctx, &session["customer"], method, &data)?;
    session["setup_intent"] = intent["id"].clone();
    complete(ctx, session, email)
}

/// Begins the subscription that a session sells. A declined card leaves nothing behind.
fn subscribe(ctx: &Context, mut session: Value, email: &str, mut method: Value) -> Result<Value> {
    if session["customer"].is_null() {
        session["customer"] = customers::make(ctx, email)?["id"].clone();
    }
    method["customer"] = session["customer"].clone();
    objects::save(ctx, &method)?;
    let data = session["_subscription_data"].clone();
    let lines = session["_line_items"]["data"].as_array().cloned();
    let (recurring, once): (Vec<Value>, Vec<Value>) = lines
        .unwrap_or_default()
        .into_iter()
        .partition(line_items::is_recurring);
    let pair = |line: &Value| {
        let quantity = line["quantity"].as_i64().unwrap_or(1);
        (line["price"].clone(), quantity)
    };
    let beginning = Beginning {
        customer: objects::text(&session, "customer").to_owned(),
        items: items::alike(recurring.iter().map(pair).collect())?,
        once: once.iter().map(pair).collect(),
        method: Some(method),
        trial_end: data["trial_period_days"]
            .as_i64()
            .map(|days| ctx.now + days * 86_400),
        metadata: if data["metadata"].is_object() {
            data["metadata"].clone()
        } else {
            json!({})
        },
        description: data["description"].clone(),
        without_card: Value::Null,
        authenticated: true,
    };
    let (subscription, refused) = beginning::begin(ctx, &beginning)?;
    if let Some(problem) = refused {
        return Err(Problem {
            keeps_work: false,
            ..problem
        });
    }
    session["subscription"] = subscription["id"].clone();
    session["invoice"] = subscription["latest_invoice"].clone();
    complete(ctx, session, email)
}

fn complete(ctx: &Context, mut session: Value, email: &str) -> Result<Value> {
    if session["customer"].is_null() && session["customer_creation"] == "always" {
        session["customer"] = customers::make(ctx, email)?["id"].clone();
    }
    let name = &session["collected_information"]["shipping_details"]["name"];
    session["customer_details"] = json!({
        "address": null,
        "business_name": null,
        "email": email,
        "individual_name": null,
        "name": name,
        "phone": null,
        "tax_exempt": "none",
        "tax_ids": [],
    });
    update_customer(ctx, &session)?;
    let is_free = session["amount_total"].as_i64().unwrap_or_default() == 0;
    session["payment_status"] = if is_free {
        "no_payment_required"
    } else {
        "paid"
    }
    .into();
    session["status"] = "complete".into();
    session["url"] = Value::Null;
    session["_due_at"] = Value::Null;
    objects::save(ctx, &session)?;
    events::emit(ctx, "checkout.session.completed", &session)?;
    Ok(session)
}

/// Keeps where to deliver to, if the session asks: what the payer left out is filled in.
fn deliver_to(session: &mut Value, payer: &Payer) {
    let Some(countries) = session["shipping_address_collection"]["allowed_countries"].as_array()
    else {
        return;
    };
    let mut address = json!({
        "city": "Example City",
        "country": countries.first(),
        "line1": "1 Example Street",
        "line2": null,
        "postal_code": "10000",
        "state": null,
    });
    let given = payer.address.as_ref().and_then(Value::as_object);
    for (field, value) in given.into_iter().flatten() {
        if address.get(field).is_some() && !value.is_null() {
            address[field] = value.clone();
        }
    }
    let name = payer.name.as_deref().unwrap_or("Example Payer");
    session["collected_information"] = json!({
        "business_name": null,
        "individual_name": null,
        "shipping_details": { "address": address, "name": name },
    });
}

/// Keeps with the customer what the session may keep of what the payer gave.
fn update_customer(ctx: &Context, session: &Value) -> Result<()> {
    let given = &session["collected_information"]["shipping_details"];
    let Some(id) = session["customer"].as_str().filter(|_| given.is_object()) else {
        return Ok(());
    };
    let before = objects::get(ctx, "customer", id, "customer")?;
    let mut after = before.clone();
    let may = &session["_customer_update"];
    for name in ["address", "name"] {
        if may[name] == "auto" {
            after[name] = given[name].clone();
        }
    }
    if may["shipping"] == "auto" {
        after["shipping"] = given.clone();
        after["shipping"]["phone"] = Value::Null;
    }
    events::save(ctx, "customer.updated", &before, &after)
}

/// The session's intent: made at the first attempt, used again after a decline.
fn intent(ctx: &Context, session: &mut Value) -> Result<Value> {
    if let Some(id) = session["payment_intent"].as_str() {
        return objects::get(ctx, "payment_intent", id, "payment_intent");
    }
    let total = session["amount_total"].as_i64().unwrap_or_default();
    let mut intent = intents::blank(ctx, total, objects::text(session, "currency"));
    intent["customer"] = session["customer"].clone();
    let data = &session["_payment_intent_data"];
    for name in ["description", "receipt_email"] {
        intent[name] = data[name].clone();
    }
    if data["metadata"].is_object() {
        intent["metadata"] = data["metadata"].clone();
    }
    intents::keep(ctx, &intent)?;
    session["payment_intent"] = intent["id"].clone();
    objects::save(ctx, session)?;
    Ok(intent)
}

/// The customer's address, the one the session came with, or the one the payer gave.
fn email(ctx: &Context, session: &Value, payer: &Payer) -> Result<String> {
    if let Some(customer) = session["customer"].as_str() {
        let customer = objects::get(ctx, "customer", customer, "customer")?;
        if let Some(email) = customer["email"].as_str() {
            return Ok(email.to_owned());
        }
    }
    let known = session["customer_email"]
        .as_str()
        .or(payer.email.as_deref());
    match known.filter(|email| email.contains('@')) {
        Some(email) => Ok(email.to_owned()),
        None => Err(Problem::parameter(
            Some("email_invalid"),
            "email",
            "Your e-mail address is needed.".into(),
        )),
    }
}
