//! What payers and banks would do.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Map, Value};

use super::{answer, read, whole};
use crate::checkout::page::wait_for_webhook;
use crate::checkout::pay::{self, Outcome, Payer};
use crate::lookup::with_object;
use crate::objects;
use crate::payments::{disputes, refunds};
use crate::problem::{Problem, Result};
use crate::sandbox::{Sandbox, blocking};

/// `POST /_control/checkout/{session}/pay` `{card?, email?, name?, address?, authenticated?}`: what the payer would do on
/// the page; a card that asks for 3-D Secure is authenticated unless `authenticated` is false. Answers the session, once
/// the webhook was answered or took too long, as the page goes on then.
pub(super) async fn pay_checkout(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let (shared, session) = (sandbox.clone(), id.clone());
    let done = blocking(move || {
        let asked = read(
            &body,
            &["card", "email", "name", "address", "authenticated"],
        )?;
        match pay::pay(&shared, &session, &payer(&asked)?)? {
            Outcome::Complete(session) => Ok(objects::shown(session)),
            Outcome::NeedsAuthentication => Err(Problem::card(
                "authentication_required",
                None,
                "The card asks for 3-D Secure.",
            )),
        }
    });
    let done = done.await;
    if done.is_ok() {
        wait_for_webhook(&sandbox, &id).await;
    }
    answer(done)
}

/// `POST /_control/disputes` `{charge | payment_intent, status?, reason?, amount?}`: the payer's bank takes a payment
/// back. `status` is `needs_response` or another open one (emits `charge.dispute.created`, or `.updated` if there is
/// a dispute), or `won` or `lost` (emits `charge.dispute.closed`). Answers the dispute.
pub(super) async fn dispute(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    let done = blocking(move || {
        let asked = read(
            &body,
            &["charge", "payment_intent", "status", "reason", "amount"],
        )?;
        let text = |name: &str| asked.get(name).and_then(Value::as_str);
        let (kind, id) = match (text("charge"), text("payment_intent")) {
            (Some(id), None) => ("charge", id),
            (None, Some(id)) => ("payment_intent", id),
            _ => return Err(Problem::invalid("Name a charge or a payment_intent")),
        };
        let order = disputes::Order {
            status: text("status").unwrap_or("needs_response").to_owned(),
            reason: text("reason").unwrap_or("fraudulent").to_owned(),
            amount: whole(&asked, "amount")?,
        };
        with_object(&sandbox, kind, id, |ctx, paid| {
            disputes::order(ctx, &paid, &order)
        })
    });
    answer(done.await.map(objects::shown))
}

/// `POST /_control/refunds/{refund}` `{status: "failed" | "succeeded"}`: the bank refuses a refund or takes it;
/// emits `refund.updated`, and `refund.failed` when it is refused. Answers the refund.
pub(super) async fn end_refund(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let done = blocking(move || {
        let asked = read(&body, &["status"])?;
        let status = asked.get("status").and_then(Value::as_str);
        let failed = match status {
            Some("failed") => true,
            Some("succeeded") => false,
            _ => return Err(Problem::invalid("status is failed or succeeded").with_param("status")),
        };
        with_object(&sandbox, "refund", &id, |ctx, refund| {
            refunds::end(ctx, &refund, failed)
        })
    });
    answer(done.await)
}

fn payer(asked: &Map<String, Value>) -> Result<Payer> {
    let text = |name: &str| asked.get(name).and_then(Value::as_str);
    let address = asked.get("address");
    if address.is_some_and(|address| !address.is_object()) {
        return Err(Problem::invalid("address is an object").with_param("address"));
    }
    Ok(Payer {
        card: text("card").unwrap_or("4242424242424242").to_owned(),
        email: Some(text("email").unwrap_or("payer@example.com").to_owned()),
        name: text("name").map(str::to_owned),
        address: address.cloned(),
        authenticated: asked.get("authenticated") != Some(&false.into()),
    })
}
