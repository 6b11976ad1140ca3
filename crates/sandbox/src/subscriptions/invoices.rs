//! Invoices: issued and finalized at once, charged to the stored card, tried again on a schedule.

use serde_json::{Value, json};

use crate::billing_time;
use crate::context::{Context, Input};
use crate::events;
use crate::objects;
use crate::params::{Field, Kind, may};
use crate::payments::{cards, intents};
use crate::problem::{Problem, Result};

/// Parameters of the list.
pub(crate) const LIST: &[Field] = &[
    may("created", Kind::Range),
    may("customer", Kind::Text),
    may(
        "status",
        Kind::Choice(&["draft", "open", "paid", "uncollectible", "void"]),
    ),
    may("subscription", Kind::Text),
];

/// `GET /v1/invoices/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get(ctx, "invoice", input.id(), "invoice")
}

/// `GET /v1/invoices`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    let mut found = objects::all(ctx, "invoice")?;
    let equal = |body: &Value, name: &str| input.get(name).is_none_or(|asked| body[name] == *asked);
    found.retain(|body| {
        objects::in_range(input, body)
            && equal(body, "customer")
            && equal(body, "status")
            && input
                .text("subscription")
                .is_none_or(|id| subscription(body) == id)
    });
    objects::page(input, &found, "/v1/invoices")
}

/// The id of the subscription that an invoice is for.
pub(crate) fn subscription(invoice: &Value) -> &str {
    objects::text(&invoice["parent"]["subscription_details"], "subscription")
}

/// Whether an invoice of a subscription waits to be paid.
pub(super) fn any_open(ctx: &Context, subscription: &str) -> Result<bool> {
    let sql = "select exists (select 1 from objects where kind = 'invoice' and body ->> '$.status' = 'open'
        and body ->> '$.parent.subscription_details.subscription' = ?1 and account = ?2 and live = ?3)";
    let mut statement = ctx.db.prepare_cached(sql)?;
    let scope = &ctx.scope;
    Ok(statement.query_row((subscription, &scope.account, scope.live), |row| row.get(0))?)
}

/// One line before it is on an invoice.
pub(crate) struct Line {
    /// The subscription item; without an id it is paid once.
    pub(crate) item: Value,
    pub(crate) amount: i64,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) proration: bool,
}

/// Issues an invoice of a subscription; what the customer has as credit is taken off.
pub(crate) fn issue(
    ctx: &Context,
    subscription: &Value,
    reason: &str,
    lines: &[Line],
) -> Result<Value> {
    let mut customer = objects::get(
        ctx,
        "customer",
        objects::text(subscription, "customer"),
        "customer",
    )?;
    let invoice = draft(ctx, subscription, &customer, reason, lines);
    objects::insert(ctx, &invoice)?;
    let number = customer["next_invoice_sequence"].as_i64().unwrap_or(1);
    customer["next_invoice_sequence"] = (number + 1).into();
    customer["balance"] = invoice["ending_balance"].clone();
    objects::save(ctx, &customer)?;
    events::emit(ctx, "invoice.created", &invoice)?;
    events::emit(ctx, "invoice.finalized", &invoice)?;
    Ok(invoice)
}

/// An invoice as it would be issued now, kept nowhere.
pub(super) fn draft(
    ctx: &Context,
    subscription: &Value,
    customer: &Value,
    reason: &str,
    lines: &[Line],
) -> Value {
    let total: i64 = lines.iter().map(|line| line.amount).sum();
    let balance = customer["balance"].as_i64().unwrap_or_default();
    let due = (total + balance).max(0);
    let number = customer["next_invoice_sequence"].as_i64().unwrap_or(1);
    let id = ctx.id("in_");
    let drawn: Vec<Value> = lines
        .iter()
        .map(|line| drawn(ctx, line, &id, subscription))
        .collect();
    let mut invoice = json!({
        "id": id,
        "object": "invoice",
        "amount_due": due,
        "amount_paid": 0,
        "amount_remaining": due,
        "attempt_count": 0,
        "attempted": false,
        "auto_advance": true,
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": ctx.now,
        "currency": subscription["currency"],
        "customer": customer["id"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "default_payment_method": null,
        "effective_at": ctx.now,
        "ending_balance": (total + balance).min(0),
        "lines": { "object": "list", "data": drawn, "has_more": false, "url": format!("/v1/invoices/{id}/lines") },
        "livemode": ctx.scope.live,
        "metadata": {},
        "next_payment_attempt": ctx.now,
        "number": format!("{}-{number:04}", objects::text(customer, "invoice_prefix")),
        "parent": {
            "quote_details": null,
            "subscription_details": { "metadata": subscription["metadata"], "subscription": subscription["id"] },
            "type": "subscription_details",
        },
        "period_end": lines.first().map(|line| line.start),
        "period_start": lines.first().map(|line| line.start),
        "starting_balance": balance,
        "status": "open",
        "subtotal": total,
        "total": total,
    });
    invoice["hosted_invoice_url"] = format!("{}/invoice/{id}", ctx.base).into();
    invoice["invoice_pdf"] = Value::Null;
    invoice["_payments"] = payments(&[]);
    invoice["status_transitions"] = json!({ "finalized_at": ctx.now, "marked_uncollectible_at": null, "paid_at": null, "voided_at": null });
    invoice
}

/// Charges an open invoice: the invoice, and why it is not paid if it is not.
pub(crate) fn attempt(
    ctx: &Context,
    mut invoice: Value,
    method: Option<&Value>,
    occasion: intents::Occasion,
) -> Result<(Value, Option<Problem>)> {
    let due = invoice["amount_remaining"].as_i64().unwrap_or_default();
    if due == 0 {
        return Ok((paid(ctx, invoice)?, None));
    }
    invoice["attempted"] = true.into();
    invoice["attempt_count"] = (invoice["attempt_count"].as_i64().unwrap_or_default() + 1).into();
    let refused = match method {
        None => Problem::invalid(
            "This customer has no attached payment source or default payment method.",
        ),
        Some(method) => {
            let intent = intent(ctx, &mut invoice, due)?;
            match intents::charge(ctx, intent, method, occasion) {
                Ok(intent) if intent["status"] == "succeeded" => {
                    return Ok((paid(ctx, invoice)?, None));
                }
                Ok(_) => {
                    events::emit(ctx, "invoice.payment_action_required", &invoice)?;
                    let message = "The card asks for 3-D Secure.";
                    Problem::card("authentication_required", None, message)
                }
                Err(problem) if problem.keeps_work => problem,
                Err(problem) => return Err(problem),
            }
        }
    };
    let failures = invoice["attempt_count"].as_i64().unwrap_or_default();
    let next = billing_time::next_attempt(failures, ctx.now);
    invoice["next_payment_attempt"] = next.into();
    invoice["_due_at"] = next.into();
    objects::save(ctx, &invoice)?;
    events::emit(ctx, "invoice.payment_failed", &invoice)?;
    Ok((invoice, Some(refused)))
}

/// The payment method of a subscription, else the customer's.
pub(crate) fn method(ctx: &Context, subscription: &Value) -> Result<Option<Value>> {
    let customer = objects::get(
        ctx,
        "customer",
        objects::text(subscription, "customer"),
        "customer",
    )?;
    let own = subscription["default_payment_method"].as_str();
    let id = own.or(customer["invoice_settings"]["default_payment_method"].as_str());
    id.map(|id| cards::from_id(ctx, id)).transpose()
}

fn paid(ctx: &Context, mut invoice: Value) -> Result<Value> {
    invoice["amount_paid"] = invoice["amount_remaining"].clone();
    invoice["amount_remaining"] = 0.into();
    invoice["status"] = "paid".into();
    invoice["status_transitions"]["paid_at"] = ctx.now.into();
    invoice["next_payment_attempt"] = Value::Null;
    invoice["_due_at"] = Value::Null;
    if let Some(payment) = invoice.pointer_mut("/_payments/data/0") {
        payment["amount_paid"] = payment["amount_requested"].clone();
        payment["status"] = "paid".into();
        payment["status_transitions"]["paid_at"] = ctx.now.into();
        events::emit(ctx, "invoice_payment.paid", payment)?;
    }
    objects::save(ctx, &invoice)?;
    events::emit(ctx, "invoice.paid", &invoice)?;
    events::emit(ctx, "invoice.payment_succeeded", &invoice)?;
    Ok(invoice)
}

/// The intent of an invoice: made at the first attempt and listed under `payments`.
fn intent(ctx: &Context, invoice: &mut Value, due: i64) -> Result<Value> {
    if let Some(id) = invoice["_intent"].as_str() {
        return objects::get(ctx, "payment_intent", id, "payment_intent");
    }
    let mut intent = intents::blank(ctx, due, objects::text(invoice, "currency"));
    intent["customer"] = invoice["customer"].clone();
    intents::keep(ctx, &intent)?;
    let payment = json!({
        "id": ctx.id("inpay_"),
        "object": "invoice_payment",
        "amount_paid": null,
        "amount_requested": due,
        "created": ctx.now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": true,
        "livemode": ctx.scope.live,
        "payment": { "payment_intent": intent["id"], "type": "payment_intent" },
        "status": "open",
        "status_transitions": { "canceled_at": null, "paid_at": null },
    });
    invoice["_intent"] = intent["id"].clone();
    invoice["_payments"] = payments(&[payment]);
    Ok(intent)
}

fn payments(of_invoice: &[Value]) -> Value {
    json!({ "object": "list", "data": of_invoice, "has_more": false, "url": "/v1/invoice_payments" })
}

fn drawn(ctx: &Context, line: &Line, invoice: &str, subscription: &Value) -> Value {
    let price = &line.item["price"];
    json!({
        "id": ctx.id("il_"),
        "object": "line_item",
        "amount": line.amount,
        "currency": price["currency"],
        "description": null,
        "invoice": invoice,
        "livemode": ctx.scope.live,
        "metadata": {},
        "parent": parent(line, subscription),
        "period": { "end": line.end, "start": line.start },
        "pricing": {
            "price_details": { "price": price["id"], "product": price["product"] },
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": line.item["quantity"],
        "subtotal": line.amount,
        "taxes": [],
    })
}

/// What a line comes from.
fn parent(line: &Line, subscription: &Value) -> Value {
    let mut details = json!({
        "invoice_item": null,
        "proration": line.proration,
        "proration_details": null,
        "subscription": subscription["id"],
    });
    if line.item["id"].is_null() {
        return json!({
            "invoice_item_details": details,
            "subscription_item_details": null,
            "type": "invoice_item_details",
        });
    }
    details["subscription_item"] = line.item["id"].clone();
    json!({
        "invoice_item_details": null,
        "subscription_item_details": details,
        "type": "subscription_item_details",
    })
}
