//! The page where an account's owner agrees, and the code that it hands back.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Map, Value};

use super::text;
use crate::context::{Scope, letters};
use crate::params::{self, Field, Kind, may, must};
use crate::problem::{Problem, Result};
use crate::sandbox::{Caller, Sandbox, blocking};
use crate::{accounts, form, pages, web};

/// `GET /oauth/authorize`: a page with a button; `state` is handed back untouched.
pub(crate) async fn show(uri: Uri) -> Response {
    match asked(uri.query().unwrap_or_default().as_bytes()) {
        Ok(asked) => web::html(
            200,
            pages::page("Connect a Stripe account", &consent(&asked)),
        ),
        Err(problem) => web::refused(&problem),
    }
}

/// `POST /oauth/authorize`: what the button of the page sends.
pub(crate) async fn submit(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    let asked = match asked(&body) {
        Ok(asked) => asked,
        Err(problem) => return web::refused(&problem),
    };
    let mut answer = vec![(
        "scope".to_owned(),
        text(&asked, "scope").unwrap_or("read_only").to_owned(),
    )];
    if text(&asked, "decision") == Some("deny") {
        answer = vec![
            ("error".to_owned(), "access_denied".to_owned()),
            (
                "error_description".to_owned(),
                "The user denied your request".to_owned(),
            ),
        ];
    } else {
        let shared = sandbox.clone();
        let given = asked.clone();
        match blocking(move || issue(&shared, &given)).await {
            Ok(code) => answer.push(("code".to_owned(), code.0)),
            Err(problem) => return web::refused(&problem),
        }
    }
    match back(&asked, answer) {
        Ok(url) => web::see_other(&url),
        Err(problem) => web::refused(&problem),
    }
}

/// Where the owner goes with the answer: the redirect address with the answer and the state that was given.
pub(crate) fn back(
    asked: &Map<String, Value>,
    mut answer: Vec<(String, String)>,
) -> Result<String> {
    if let Some(state) = text(asked, "state") {
        answer.push(("state".to_owned(), state.to_owned()));
    }
    let url = url::Url::parse(text(asked, "redirect_uri").unwrap_or_default());
    let mut url = url.map_err(|_| Problem::invalid("The redirect_uri is not an address"))?;
    url.query_pairs_mut().extend_pairs(answer);
    Ok(url.into())
}

/// Makes a code that connects an account, a new one unless `account` names one; answers code and account.
pub(crate) fn issue(sandbox: &Sandbox, asked: &Map<String, Value>) -> Result<(String, String)> {
    sandbox.transaction(|db| {
        let nowhere = Scope {
            account: String::new(),
            live: false,
        };
        let ctx = sandbox.context(db, Caller::nobody(nowhere));
        let account = match text(asked, "account") {
            Some(known) => {
                accounts::make_with_id(&ctx, known)?;
                known.to_owned()
            }
            None => accounts::make(&ctx)?,
        };
        let code = letters(ctx.random, "ac_", 32);
        let sql = "insert into codes (code, client_id, account, scope, redirect_uri, expires_at) values (?1, ?2, ?3, ?4, ?5, ?6)";
        let values = (
            &code,
            text(asked, "client_id").unwrap_or_default(),
            &account,
            text(asked, "scope").unwrap_or("read_only"),
            text(asked, "redirect_uri").unwrap_or_default(),
            (sandbox.machine)() + CODE_SECONDS,
        );
        db.execute(sql, values)?;
        Ok((code, account))
    })
}

const CODE_SECONDS: i64 = 300;

const AUTHORIZE: &[Field] = &[
    must("client_id", Kind::Text),
    must("redirect_uri", Kind::Text),
    must("response_type", Kind::Choice(&["code"])),
    may("scope", Kind::Choice(&["read_write", "read_only"])),
    may("state", Kind::Text),
    may("decision", Kind::Choice(&["allow", "deny"])),
    may("account", Kind::Text),
    may("always_prompt", Kind::Bool),
    may("stripe_landing", Kind::Text),
    may("stripe_user", Kind::Texts),
];

fn asked(form: &[u8]) -> Result<Map<String, Value>> {
    let asked = params::read(form::parse(form)?, &[AUTHORIZE])?;
    if !text(&asked, "client_id").is_some_and(|id| id.starts_with("ca_")) {
        return Err(Problem::invalid(
            "No application matches the supplied client identifier",
        ));
    }
    let redirect = url::Url::parse(text(&asked, "redirect_uri").unwrap_or_default());
    if !redirect.is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Err(Problem::invalid("Invalid redirect URI"));
    }
    if text(&asked, "account").is_some_and(|id| !id.starts_with("acct_")) {
        return Err(Problem::invalid("No such account"));
    }
    Ok(asked)
}

fn consent(asked: &Map<String, Value>) -> String {
    let kept: String = asked
        .iter()
        .filter_map(|(name, value)| Some(pages::hidden(name, value.as_str()?)))
        .collect();
    let client = pages::escape(text(asked, "client_id").unwrap_or_default());
    format!(
        "<div class=\"box\"><p>The application <code>{client}</code> asks to manage payments of an account for you. \
         The sandbox makes a new account for this.</p><form method=\"post\" action=\"/oauth/authorize\" class=\"row\">{kept}\
         <button name=\"decision\" value=\"allow\">Connect account</button>\
         <button class=\"plain\" name=\"decision\" value=\"deny\">Cancel</button></form></div>"
    )
}
