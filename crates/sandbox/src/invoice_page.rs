//! The page of an invoice: what is on it, and a card form while it is open.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use crate::context::Input;
use crate::lookup::with_object;
use crate::pages::{self, escape, money};
use crate::payments::cards;
use crate::problem::{Problem, Result};
use crate::sandbox::{Sandbox, blocking};
use crate::subscriptions::collecting;
use crate::{objects, web};

/// `GET /invoice/{invoice}`.
pub(crate) async fn show(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<String>) -> Response {
    answer(sandbox, id, None).await
}

/// `POST /invoice/{invoice}`: pays with a card.
pub(crate) async fn submit(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let (shared, invoice) = (sandbox.clone(), id.clone());
    match blocking(move || pay(&shared, &invoice, &body)).await {
        Ok(()) => web::see_other(&format!("/invoice/{id}")),
        Err(problem) => answer(sandbox, id, Some(problem)).await,
    }
}

async fn answer(sandbox: Arc<Sandbox>, id: String, problem: Option<Problem>) -> Response {
    match blocking(move || with_object(&sandbox, "invoice", &id, |_, invoice| Ok(invoice))).await {
        Ok(invoice) => {
            let status = problem.as_ref().map_or(200, |problem| problem.status);
            web::html(status, page(&invoice, problem.as_ref()))
        }
        Err(missing) => web::refused(&missing),
    }
}

fn pay(sandbox: &Sandbox, id: &str, body: &[u8]) -> Result<()> {
    let field = |name: &str| {
        let found = url::form_urlencoded::parse(body).find(|(known, _)| known == name);
        found.map(|(_, value)| value.into_owned())
    };
    let card = field("test_card").or_else(|| field("card"));
    with_object(sandbox, "invoice", id, |ctx, _| {
        let method = cards::from_number(ctx, &card.unwrap_or_default(), None)?;
        let params = json!({ "payment_method": method["id"] });
        let input = Input {
            ids: vec![id.to_owned()],
            params: params.as_object().cloned().unwrap_or_default(),
        };
        collecting::pay(ctx, &input).map(|_| ())
    })
}

fn page(invoice: &Value, problem: Option<&Problem>) -> String {
    let problem = problem.map(|problem| pages::error(&problem.message));
    let status = objects::text(invoice, "status");
    let class = if status == "paid" {
        "tag good"
    } else {
        "tag bad"
    };
    let at = pages::moment(invoice["created"].as_i64().unwrap_or_default());
    let body = format!(
        "<p><span class=\"{class}\">{}</span> <span class=\"quiet\">{at}</span></p>{}{}{}",
        escape(status),
        lines(invoice),
        problem.unwrap_or_default(),
        form(status),
    );
    let number = objects::text(invoice, "number");
    pages::page(&format!("Invoice {number}"), &body)
}

fn form(status: &str) -> String {
    if status != "open" {
        return String::new();
    }
    let fields = pages::card_fields("Pay", "4242 4242 4242 4242", cards::OFFERED);
    format!("<form method=\"post\" class=\"box\">{fields}</form>")
}

fn lines(invoice: &Value) -> String {
    let lines = invoice["lines"]["data"].as_array().into_iter().flatten();
    let row = |line: &Value| {
        let part = match line["parent"]["subscription_item_details"]["proration"].as_bool() {
            Some(true) => "Part of a period",
            Some(false) => "Period",
            None => "Once",
        };
        let day = |name: &str| pages::moment(line["period"][name].as_i64().unwrap_or_default());
        format!(
            "<tr><td>{part}<br><span class=\"quiet\">{} to {}</span></td><td class=\"end\">{}</td></tr>",
            day("start"),
            day("end"),
            money(&line["amount"], &line["currency"])
        )
    };
    let rows: String = lines.map(row).collect();
    format!(
        "<div class=\"box\"><table class=\"sum\">{rows}<tr><td>Total</td><td class=\"end\"><strong>{}</strong></td></tr>\
         <tr><td>Still to pay</td><td class=\"end\">{}</td></tr></table></div>",
        money(&invoice["total"], &invoice["currency"]),
        money(&invoice["amount_remaining"], &invoice["currency"])
    )
}
