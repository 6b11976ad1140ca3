//! The page at `/`: what there is, what happened, what was called, and the switches of misbehaviour.

mod tables;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use rusqlite::Connection;
use serde_json::Value;

use crate::faults::{self, FAULTS, Fault};
use crate::pages::{self, escape, hidden};
use crate::problem::{Problem, Result};
use crate::sandbox::{Sandbox, blocking};
use crate::web;

/// `GET /`.
pub(crate) async fn show(State(sandbox): State<Arc<Sandbox>>) -> Response {
    match blocking(move || sandbox.transaction(|db| page(&sandbox, db))).await {
        Ok(page) => web::html(200, page),
        Err(problem) => web::refused(&problem),
    }
}

/// `POST /`: what a switch sends; shows the page again.
pub(crate) async fn submit(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    match blocking(move || sandbox.transaction(|db| act(db, &body))).await {
        Ok(()) => web::see_other("/"),
        Err(problem) => web::refused(&problem),
    }
}

fn act(db: &Connection, body: &[u8]) -> Result<()> {
    let field = |name: &str| {
        let found = url::form_urlencoded::parse(body).find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    if field("action") == "behave" {
        return Ok(faults::reset(db)?);
    }
    let fault = faults::find(&field("what"));
    let fault = fault.ok_or_else(|| Problem::invalid("The page has no such switch."))?;
    let (count, seconds) = (number(&field("count"))?, number(&field("seconds"))?);
    Ok(faults::order(db, fault, count, seconds)?)
}

/// A whole number; none if nothing was typed.
fn number(typed: &str) -> Result<Option<i64>> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    match typed.trim().parse() {
        Ok(number @ 0..=1_000_000_000) => Ok(Some(number)),
        _ => Err(Problem::invalid(format!(
            "{typed} is not a whole number from 0"
        ))),
    }
}

fn page(sandbox: &Sandbox, db: &Connection) -> Result<String> {
    let body = format!(
        "<p>A stand-in for Stripe on this machine, at <code>{}</code>. It is <time>{}</time> of business time.</p>\
         <h2>Accounts</h2>{}<h2>Misbehave</h2>{}<h2>Last {shown} events</h2>{}<h2>Last {shown} calls</h2>{}",
        escape(&sandbox.base),
        pages::moment((sandbox.clock)()),
        tables::accounts(db)?,
        switches(&faults::ordered(db)?),
        tables::events(db)?,
        tables::calls(db)?,
        shown = tables::SHOWN,
    );
    Ok(pages::wide("State of the sandbox", &body))
}

fn switches(ordered: &Value) -> String {
    let switch = |fault| switch(fault, &ordered[fault.what]);
    let all: String = FAULTS.iter().map(switch).collect();
    let back = "<form method=\"post\" class=\"row\"><button name=\"action\" value=\"behave\">Behave again</button></form>";
    let ordered = ordered.as_object();
    let back = if ordered.is_some_and(|ordered| !ordered.is_empty()) {
        back
    } else {
        ""
    };
    format!(
        "<p>For the next so many times, or until you take it back if you leave the number out.</p>\
         <div class=\"box switches\">{all}</div>{back}"
    )
}

fn switch(fault: &Fault, ordered: &Value) -> String {
    let state = match (ordered.is_object(), ordered["remaining"].as_i64()) {
        (false, _) => String::new(),
        (true, None) => " <span class=\"tag bad\">until taken back</span>".to_owned(),
        (true, Some(count)) => format!(" <span class=\"tag bad\">next {count}</span>"),
    };
    let what = fault.what;
    let input = |name: &str, label: &str, value: &str| {
        format!(
            "<label>{label}<input name=\"{name}\" type=\"number\" min=\"0\" aria-label=\"{what}: {label}\" \
             value=\"{value}\"></label>"
        )
    };
    let seconds = fault.seconds.map(|seconds| seconds.to_string());
    let seconds = seconds.map(|seconds| input("seconds", "Seconds", &seconds));
    format!(
        "<form method=\"post\"><p><strong><code>{what}</code></strong>{state}<br>{}</p>{}{}{}\
         <button class=\"plain\" aria-label=\"{what}: switch on\">Switch on</button></form>",
        fault.does,
        hidden("what", what),
        seconds.unwrap_or_default(),
        input("count", "Times", "1"),
    )
}
