//! Paying a session, from its page or on a test's order.

use rusqlite::OptionalExtension;
use serde_json::{Value, json};

use crate::context::Context;
use crate::customers;
use crate::events;
use crate::lookup::with_object;
use crate::objects;
use crate::payments::intents::Occasion;
use crate::payments::{cards, intents};
use crate::problem::{Problem, Result};
use crate::sandbox::Sandbox;
use crate::subscriptions::api;
use crate::subscriptions::cycle::{self, Beginning};

/// What the payer gave.
pub(crate) struct Payer {
    /// The number as it was typed.
    pub(crate) card: String,
    pub(crate) email: Option<String>,
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
        let needs_authentication = cards::outcome(&method) == cards::Outcome::NeedsAuthentication;
        if needs_authentication && !payer.authenticated && session["mode"] == "subscription" {
            return Ok(Outcome::NeedsAuthentication);
        }
        if session["mode"] == "subscription" {
            return subscribe(ctx, session, &email, method).map(Outcome::Complete);
        }
        if session["amount_total"] != 0 {
            let intent = intent(ctx, &mut session)?;
            let intent = intents::charge(ctx, intent, &method, payer.occasion())?;
            if intent["status"] != "succeeded" {
                return Ok(Outcome::NeedsAuthentication);
            }
        }
        complete(ctx, session, &email).map(Outcome::Complete)
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

/// Begins the subscription that a session sells. A declined card leaves nothing behind.
fn subscribe(ctx: &Context, mut session: Value, email: &str, mut method: Value) -> Result<Value> {
    if session["customer"].is_null() {
        session["customer"] = customers::make(ctx, email)?["id"].clone();
    }
    method["customer"] = session["customer"].clone();
    objects::save(ctx, &method)?;
    let data = session["_subscription_data"].clone();
    let lines = session["_line_items"]["data"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let items = lines.iter().map(|line| {
        (
            line["price"].clone(),
            line["quantity"].as_i64().unwrap_or(1),
        )
    });
    let beginning = Beginning {
        customer: objects::text(&session, "customer").to_owned(),
        items: api::alike(items.collect())?,
        method: Some(method),
        trial_end: data["trial_period_days"]
            .as_i64()
            .map(|days| ctx.now + days * 86_400),
        metadata: if data["metadata"].is_object() {
            data["metadata"].clone()
        } else {
            json!({})
        },
        authenticated: true,
    };
    let (subscription, refused) = cycle::begin(ctx, beginning)?;
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
    session["customer_details"] = json!({
        "address": null,
        "business_name": null,
        "email": email,
        "individual_name": null,
        "name": null,
        "phone": null,
        "tax_exempt": "none",
        "tax_ids": [],
    });
    session["payment_status"] = if session["amount_total"] == 0 {
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
