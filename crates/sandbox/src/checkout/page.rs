//! The page of a session: what is bought, a card form, and the step of 3-D Secure.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::Value;

use super::pay::{self, Outcome, Payer};
use crate::pages::{self, escape, field, hidden, money};
use crate::payments::cards;
use crate::problem::{Problem, Result};
use crate::sandbox::{Sandbox, blocking};
use crate::{objects, web};

/// `GET /checkout/{session}`.
pub(crate) async fn show(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<String>) -> Response {
    match blocking(move || pay::with_session(&sandbox, &id, |_, session| Ok(session))).await {
        Ok(session) => web::html(200, checkout(&session, &Form::default(), None)),
        Err(problem) => web::refused(&problem),
    }
}

/// `POST /checkout/{session}`: pays, and goes to the success page once the webhook was answered or took too long.
pub(crate) async fn submit(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    let (shared, session, payer) = (sandbox.clone(), id.clone(), form.payer());
    let paid = blocking(move || pay::pay(&shared, &session, &payer)).await;
    match paid {
        Ok(Outcome::Complete(session)) => {
            wait_for_webhook(&sandbox, &id).await;
            web::see_other(&success_url(&session))
        }
        Ok(Outcome::NeedsAuthentication) => web::html(200, secure(&id, &form)),
        Err(problem) => again(&sandbox, &id, &form, problem).await,
    }
}

const TOLD_WITHIN: u32 = 100;
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Stripe lets the payer go on when the receiver answered, or after ten seconds.
pub(crate) async fn wait_for_webhook(sandbox: &Arc<Sandbox>, id: &str) {
    for _ in 0..TOLD_WITHIN {
        let (shared, session) = (sandbox.clone(), id.to_owned());
        let waits = blocking(move || pay::is_being_told(&shared, &session)).await;
        if !matches!(waits, Ok(true)) {
            return;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn again(sandbox: &Arc<Sandbox>, id: &str, form: &Form, problem: Problem) -> Response {
    let (shared, session) = (sandbox.clone(), id.to_owned());
    let found: Result<Value> =
        blocking(move || pay::with_session(&shared, &session, |_, session| Ok(session))).await;
    match found {
        Ok(session) if session["status"] == "open" => web::html(
            problem.status,
            checkout(&session, form, Some(&problem.message)),
        ),
        _ => web::refused(&problem),
    }
}

/// What was typed, in the order of the page.
#[derive(Default)]
struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Self {
        let fields = url::form_urlencoded::parse(body);
        let fields = fields.map(|(name, value)| (name.into_owned(), value.into_owned()));
        Self(fields.filter(|(_, value)| !value.is_empty()).collect())
    }

    fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A button of a test card counts more than the field.
    fn card(&self) -> &str {
        let card = self.text("test_card").or_else(|| self.text("card"));
        card.unwrap_or_default()
    }

    fn payer(&self) -> Payer {
        let fields = ADDRESS.iter().map(|(name, ..)| *name).chain(["country"]);
        let given = fields.filter_map(|name| Some((name.to_owned(), self.text(name)?.into())));
        Payer {
            card: self.card().to_owned(),
            email: self.text("email").map(str::to_owned),
            name: self.text("name").map(str::to_owned),
            address: Some(Value::Object(given.collect())),
            authenticated: self.text("authenticated").is_some(),
        }
    }
}

/// Fields of an address: name, what the browser may fill in, label.
const ADDRESS: &[(&str, &str, &str)] = &[
    ("line1", "address-line1", "Address"),
    ("postal_code", "postal-code", "Postal code"),
    ("city", "address-level2", "City"),
];

fn success_url(session: &Value) -> String {
    objects::text(session, "success_url")
        .replace("{CHECKOUT_SESSION_ID}", objects::text(session, "id"))
}

fn checkout(session: &Value, typed: &Form, error: Option<&str>) -> String {
    if session["status"] != "open" {
        let status = escape(objects::text(session, "status"));
        return pages::page(
            "This checkout is over",
            &format!("<p>Its status is {status}.</p>"),
        );
    }
    let error = error.map(pages::error);
    let (title, button) = match objects::text(session, "mode") {
        "setup" => ("Save a card", "Save card".to_owned()),
        "subscription" => ("Subscribe", "Subscribe".to_owned()),
        _ => {
            let total = money(&session["amount_total"], &session["currency"]);
            ("Pay", format!("Pay {total}"))
        }
    };
    let body = format!(
        "{}{}{}{}",
        summary(session),
        error.unwrap_or_default(),
        form(session, typed, &button),
        back(session)
    );
    pages::page(title, &body)
}

fn summary(session: &Value) -> String {
    let lines = session["_line_items"]["data"].as_array();
    let lines = lines.map(Vec::as_slice).unwrap_or_default();
    if lines.is_empty() {
        return "<p>Nothing is charged now.</p>".to_owned();
    }
    let row = |line: &Value| {
        let name = escape(objects::text(line, "description"));
        let cost = money(&line["amount_total"], &line["currency"]);
        let each = pages::cost(&line["price"]);
        format!(
            "<tr><td>{} × {name}<br><span class=\"quiet\">{each}</span></td><td class=\"end\">{cost}</td></tr>",
            line["quantity"]
        )
    };
    let rows: String = lines.iter().map(row).collect();
    let total = money(&session["amount_total"], &session["currency"]);
    let trial = session["_subscription_data"]["trial_period_days"].as_i64();
    let trial = trial.map(|days| format!("<p class=\"quiet\">Free for {days} days.</p>"));
    format!(
        "<div class=\"box\"><table class=\"sum\">{rows}<tr><td>Due now</td>\
         <td class=\"end\"><strong>{total}</strong></td></tr></table>{}</div>",
        trial.unwrap_or_default()
    )
}

fn form(session: &Value, typed: &Form, button: &str) -> String {
    let email = if session["customer"].is_null() {
        let known = session["customer_email"].as_str();
        let known = known.or(typed.text("email")).unwrap_or_default();
        let input = "type=\"email\" autocomplete=\"email\" required";
        field("email", input, "E-mail", known)
    } else {
        String::new()
    };
    let card = typed.text("card").unwrap_or("4242 4242 4242 4242");
    format!(
        "<form method=\"post\" class=\"box\">{email}{}{}</form>",
        delivery(session, typed),
        pages::card_fields(button, card, cards::OFFERED)
    )
}

/// Where to deliver to, if the session asks for it.
fn delivery(session: &Value, typed: &Form) -> String {
    let countries = session["shipping_address_collection"]["allowed_countries"].as_array();
    let Some(countries) = countries else {
        return String::new();
    };
    let text = |name: &str| typed.text(name).unwrap_or_default();
    let name = field(
        "name",
        "autocomplete=\"name\" required",
        "Name",
        text("name"),
    );
    let fields = ADDRESS.iter().map(|(name, fills, label)| {
        let input = format!("autocomplete=\"{fills}\" required");
        field(name, &input, label, text(name))
    });
    let option = |code: &Value| {
        let code = code.as_str().unwrap_or_default();
        let chosen = if code == text("country") {
            " selected"
        } else {
            ""
        };
        format!("<option{chosen}>{}</option>", escape(code))
    };
    format!(
        "{name}{}<label for=\"country\">Country</label>\
         <select id=\"country\" name=\"country\" autocomplete=\"country\">{}</select>",
        fields.collect::<String>(),
        countries.iter().map(option).collect::<String>()
    )
}

fn back(session: &Value) -> String {
    match session["cancel_url"].as_str() {
        Some(url) => format!("<p><a href=\"{}\">Go back</a></p>", escape(url)),
        None => String::new(),
    }
}

fn secure(id: &str, form: &Form) -> String {
    let kept = form.0.iter();
    let kept = kept.filter(|(name, _)| !matches!(name.as_str(), "card" | "test_card"));
    let kept: String = kept.map(|(name, value)| hidden(name, value)).collect();
    let card = hidden("card", form.card());
    let action = format!("/checkout/{}", escape(id));
    let body = format!(
        "<div class=\"box\"><p>The bank asks whether it is you who pays.</p><div class=\"row\">\
         <form method=\"post\" action=\"{action}\">{card}{kept}\
         <button name=\"authenticated\" value=\"yes\">Complete</button></form>\
         <a href=\"{action}\">Fail and go back</a></div></div>"
    );
    pages::page("3-D Secure", &body)
}
