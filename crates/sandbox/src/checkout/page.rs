//! The page of a session: what is bought, a card form, and the step of 3-D Secure.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::Value;

use super::pay::{self, Outcome, Payer};
use crate::pages::{self, escape, hidden, money};
use crate::payments::cards;
use crate::problem::{Problem, Result};
use crate::sandbox::{Sandbox, blocking};
use crate::{objects, web};

/// `GET /checkout/{session}`.
pub(crate) async fn show(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<String>) -> Response {
    match blocking(move || pay::with_session(&sandbox, &id, |_, session| Ok(session))).await {
        Ok(session) => web::html(200, checkout(&session, None)),
        Err(problem) => web::refused(&problem),
    }
}

/// `POST /checkout/{session}`: pays, and goes to the success page once the webhook was answered or took too long.
pub(crate) async fn submit(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let payer = payer(&body);
    let (shared, session) = (sandbox.clone(), id.clone());
    let paid = blocking(move || Ok((pay::pay(&shared, &session, &payer), payer)));
    match paid.await {
        Ok((Ok(Outcome::Complete(session)), _)) => {
            wait_for_webhook(&sandbox, &id).await;
            web::see_other(&success_url(&session))
        }
        Ok((Ok(Outcome::NeedsAuthentication), payer)) => web::html(200, secure(&id, &payer)),
        Ok((Err(problem), _)) => again(&sandbox, &id, problem).await,
        Err(problem) => web::refused(&problem),
    }
}

const TOLD_WITHIN: u32 = 100;
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Stripe lets the payer go on when the receiver answered, or after ten seconds.
async fn wait_for_webhook(sandbox: &Arc<Sandbox>, id: &str) {
    for _ in 0..TOLD_WITHIN {
        let (shared, session) = (sandbox.clone(), id.to_owned());
        let waits = blocking(move || pay::is_being_told(&shared, &session)).await;
        if !matches!(waits, Ok(true)) {
            return;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn again(sandbox: &Arc<Sandbox>, id: &str, problem: Problem) -> Response {
    let (shared, session) = (sandbox.clone(), id.to_owned());
    let found: Result<Value> =
        blocking(move || pay::with_session(&shared, &session, |_, session| Ok(session))).await;
    match found {
        Ok(session) if session["status"] == "open" => {
            web::html(problem.status, checkout(&session, Some(&problem.message)))
        }
        _ => web::refused(&problem),
    }
}

fn payer(body: &[u8]) -> Payer {
    let field = |name: &str| {
        url::form_urlencoded::parse(body)
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
            .filter(|value| !value.is_empty())
    };
    Payer {
        card: field("card").unwrap_or_default(),
        email: field("email"),
        authenticated: field("authenticated").is_some(),
    }
}

fn success_url(session: &Value) -> String {
    objects::text(session, "success_url")
        .replace("{CHECKOUT_SESSION_ID}", objects::text(session, "id"))
}

fn checkout(session: &Value, error: Option<&str>) -> String {
    if session["status"] != "open" {
        let status = escape(objects::text(session, "status"));
        return pages::page(
            "This checkout is over",
            &format!("<p>Its status is {status}.</p>"),
        );
    }
    let error = error.map(|text| format!("<p class=\"error\" role=\"alert\">{}</p>", escape(text)));
    let body = format!(
        "{}{}{}{}",
        summary(session),
        error.unwrap_or_default(),
        form(session),
        back(session)
    );
    pages::page("Pay", &body)
}

fn summary(session: &Value) -> String {
    let lines = session["_line_items"]["data"]
        .as_array()
        .into_iter()
        .flatten();
    let row = |line: &Value| {
        let name = escape(objects::text(line, "description"));
        let cost = money(&line["amount_total"], &line["currency"]);
        format!(
            "<tr><td>{} × {name}</td><td>{cost}</td></tr>",
            line["quantity"]
        )
    };
    let rows: Vec<String> = lines.map(row).collect();
    let total = money(&session["amount_total"], &session["currency"]);
    format!(
        "<table>{}<tr><td>Total</td><td><strong>{total}</strong></td></tr></table>",
        rows.join("")
    )
}

fn form(session: &Value) -> String {
    let email = if session["customer"].is_null() {
        let known = escape(objects::text(session, "customer_email"));
        format!(
            "<label for=\"email\">E-mail</label><input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"email\" required value=\"{known}\">"
        )
    } else {
        String::new()
    };
    let offers: Vec<String> = cards::OFFERED
        .iter()
        .map(|(number, does)| format!("<option value=\"{number}\">{does}</option>"))
        .collect();
    format!(
        "<form method=\"post\">{email}<label for=\"card\">Card number</label>\
         <input id=\"card\" name=\"card\" list=\"cards\" inputmode=\"numeric\" autocomplete=\"off\" required value=\"4242 4242 4242 4242\">\
         <datalist id=\"cards\">{}</datalist><button>Pay</button></form>",
        offers.join("")
    )
}

fn back(session: &Value) -> String {
    match session["cancel_url"].as_str() {
        Some(url) => format!(
            "<p><a href=\"{}\">Go back without paying</a></p>",
            escape(url)
        ),
        None => String::new(),
    }
}

fn secure(id: &str, payer: &Payer) -> String {
    let kept = [
        hidden("card", &payer.card),
        hidden("email", payer.email.as_deref().unwrap_or_default()),
    ];
    let action = format!("/checkout/{}", escape(id));
    let body = format!(
        "<p>The bank asks whether it is you who pays.</p><form method=\"post\" action=\"{action}\">{}\
         <button name=\"authenticated\" value=\"yes\">Complete</button></form>\
         <p><a href=\"{action}\">Fail and go back</a></p>",
        kept.join("")
    );
    pages::page("3-D Secure", &body)
}
