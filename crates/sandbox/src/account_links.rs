//! Account links: the owner's way to the page where he tells who he is.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use crate::context::{Context, Input};
use crate::lookup::with_object;
use crate::params::{Field, Kind, may, must};
use crate::problem::{Problem, Result};
use crate::sandbox::{Sandbox, blocking};
use crate::{accounts, objects, pages, web};

/// Parameters of `POST /v1/account_links`.
pub(crate) const CREATE: &[Field] = &[
    must("account", Kind::Text),
    must(
        "type",
        Kind::Choice(&["account_onboarding", "account_update"]),
    ),
    may(
        "collect",
        Kind::Choice(&["currently_due", "eventually_due"]),
    ),
    may("refresh_url", Kind::Text),
    may("return_url", Kind::Text),
];

/// `POST /v1/account_links`: works once and for five minutes of business time.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    let account = input.text("account").unwrap_or_default();
    if !accounts::is_connected(ctx, account)? {
        return Err(accounts::no_access(account));
    }
    let id = ctx.id("link_");
    let link = json!({
        "object": "account_link",
        "created": ctx.now,
        "expires_at": ctx.now + VALID_SECONDS,
        "url": format!("{}/connect/{id}", ctx.base),
    });
    let mut kept = link.clone();
    kept["id"] = id.into();
    for name in ["account", "refresh_url", "return_url"] {
        kept[name] = input.or_null(name);
    }
    objects::insert(ctx, &kept)?;
    Ok(link)
}

/// `GET /connect/{link}`: one button; a link that is used up or too old leads to its `refresh_url`.
pub(crate) async fn show(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<String>) -> Response {
    let found = blocking(move || {
        with_object(&sandbox, KIND, &id, |ctx, link| {
            Ok((is_over(ctx, &link), link))
        })
    });
    match found.await {
        Ok((false, link)) => web::html(200, page(&link)),
        Ok((true, link)) => web::see_other(objects::text(&link, "refresh_url")),
        Err(problem) => web::refused(&problem),
    }
}

/// `POST /connect/{link}`: the account takes payments from now on; leads to the `return_url`.
pub(crate) async fn submit(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
) -> Response {
    let done = blocking(move || {
        with_object(&sandbox, KIND, &id, |ctx, mut link| {
            if is_over(ctx, &link) {
                return Err(Problem::invalid("This link has been used or has expired."));
            }
            accounts::finish(ctx, objects::text(&link, "account"))?;
            link["expires_at"] = ctx.now.into();
            objects::save(ctx, &link)?;
            Ok(objects::text(&link, "return_url").to_owned())
        })
    });
    match done.await {
        Ok(url) if url.is_empty() => web::html(200, pages::page("Done", DONE)),
        Ok(url) => web::see_other(&url),
        Err(problem) => web::refused(&problem),
    }
}

const KIND: &str = "account_link";
const VALID_SECONDS: i64 = 300;
const DONE: &str = "<p>The account takes payments.</p>";

fn is_over(ctx: &Context, link: &Value) -> bool {
    link["expires_at"].as_i64().is_none_or(|end| end <= ctx.now)
}

fn page(link: &Value) -> String {
    let account = pages::escape(objects::text(link, "account"));
    let body = format!(
        "<div class=\"box\"><p>Stripe would ask for the details of the business behind <code>{account}</code>. \
         Here one button gives them all.</p>\
         <form method=\"post\" class=\"row\"><button>Finish onboarding</button></form></div>"
    );
    pages::page("Set up payments", &body)
}
