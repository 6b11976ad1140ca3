//! The list of a store's orders.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use dream_domain::error::{Code, Result};
use dream_domain::order::State as Stand;
use dream_domain::time::Millis;
use dream_domain::user::Email;
use dream_store::customers;
use dream_store::orders::{self as store, Buyer, Filter, Last, Order, Sort};
use dream_store::scope::Scope;
use serde::Deserialize;

use crate::app::App;
use crate::caller::Backend;
use crate::http::body::wrong;
use crate::http::etag::Known;
use crate::http::params::Params;
use crate::http::{page, problem};
use crate::orders::answer::{OrderBody, OrderList};

/// Which orders to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// `pending`, `paid`, `fulfilled`, `partially_refunded`, `refunded`, `expired` or `disputed`.
    state: Option<String>,
    /// Only those of this customer: our id, your external id, or an e-mail. An order is of the customer who was signed in;
    /// one for which nobody was is of the customer whose e-mail it has. With an e-mail, all orders that have it are
    /// listed too.
    customer: Option<String>,
    /// A whole id of an order, a payment or a session; or part of the e-mail, for which all orders may be looked at.
    search: Option<String>,
    /// Made at this time or later (milliseconds, or RFC 3339).
    #[param(value_type = Option<String>)]
    from: Option<String>,
    /// Made before this time.
    #[param(value_type = Option<String>)]
    to: Option<String>,
    /// `newest`, `oldest`, `total` (the smallest `amountTotal` first) or `-total`; `newest` if left out. Amounts of
    /// several currencies are compared as numbers.
    sort: Option<String>,
    /// 1 to 100; 25 if left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// `nextCursor` of the page before; good for the same `sort` only.
    cursor: Option<String>,
}

/// List orders
///
/// Newest first, unless `sort` says otherwise.
#[utoipa::path(get, path = "/api/orders", operation_id = "listOrders", tag = "orders", params(Listing, Known),
    responses((status = 200, description = "A page of orders", body = OrderList), (status = 304, description = "As it was")), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn list(
    State(app): State<App>,
    Backend(caller): Backend,
    known: Known,
    Params(listing): Params<Listing>,
) -> problem::Result<Response> {
    let scope = caller.scope();
    let limit = page::limit(listing.limit.as_deref())?;
    let (sort, word) = sort(listing.sort.as_deref())?;
    let name = format!("orders/{}/{word}", scope.tenant());
    let secret = app.master.cursors();
    let last = page::position(secret, &name, listing.cursor.as_deref())?;
    let last = last.as_deref().map(read).transpose()?;
    let filter = filter(&app, scope, &listing).await?;
    let rows = store::list(&app.db, scope, &filter, sort, last.as_ref(), limit + 1).await?;
    let (rows, has_more) = page::cut(rows, limit);
    let next = rows.last().filter(|_| has_more);
    let next_cursor = next.map(|last| page::cursor(secret, &name, &written(last)));
    let lines = store::lines_of(&app.db, scope, &rows).await?;
    let of = |id: &str| {
        let own = lines.iter().filter(|(order, _)| **order == *id);
        own.map(|(_, line)| line.clone()).collect::<Vec<_>>()
    };
    let orders = rows
        .iter()
        .map(|row| OrderBody::of(&app, &caller.tenant, row, &of(&row.id)));
    Ok(known.answer(&OrderList {
        orders: orders.collect::<Result<_>>()?,
        next_cursor,
        has_more,
    }))
}

/// The order of a list, and the word for it.
fn sort(word: Option<&str>) -> Result<(Sort, &'static str)> {
    match word {
        None | Some("newest") => Ok((Sort::Newest, "newest")),
        Some("oldest") => Ok((Sort::Oldest, "oldest")),
        Some("total") => Ok((Sort::Smallest, "total")),
        Some("-total") => Ok((Sort::Largest, "-total")),
        Some(_) => Err(wrong("sort", "must be newest, oldest, total or -total")),
    }
}

/// The order that a page ended with, as its cursor keeps it.
fn written(order: &Order) -> String {
    format!("{} {}", order.amount_total, order.id)
}

fn read(text: &str) -> Result<Last> {
    let parts = text.split_once(' ');
    let last = parts.and_then(|(amount, id)| {
        Some(Last {
            id: id.to_owned(),
            amount_total: amount.parse().ok()?,
        })
    });
    last.ok_or_else(|| Code::Internal.error("A cursor of ours cannot be read"))
}

async fn filter(app: &App, scope: &Scope, listing: &Listing) -> Result<Filter> {
    let state = listing.state.as_deref().filter(|word| !word.is_empty());
    let state = state
        .map(|word| Stand::parse(word).ok_or_else(|| wrong("state", "is no state of an order")));
    let buyer = match given("customer", listing.customer.as_deref())? {
        Some(name) => Some(buyer(app, scope, name).await?),
        None => None,
    };
    Ok(Filter {
        state: state.transpose()?,
        buyer,
        from: moment("from", listing.from.as_deref())?,
        to: moment("to", listing.to.as_deref())?,
        search: given("search", listing.search.as_deref())?.map(str::to_owned),
    })
}

/// Whom an id, an external id or an e-mail names.
async fn buyer(app: &App, scope: &Scope, name: &str) -> Result<Buyer> {
    let named = Email::parse(name).ok().map(|email| email.folded());
    let mut found = customers::find(&app.db, scope, name).await?;
    if let (None, Some(folded)) = (&found, &named) {
        found = customers::find_by_email(&app.db, scope, folded).await?;
    }
    let anyone = named.is_some();
    let own = found
        .as_ref()
        .and_then(|customer| customer.email.as_deref());
    let own = own.and_then(|email| Some(Email::parse(email).ok()?.folded()));
    Ok(Buyer {
        user: Some(found.map_or_else(|| Arc::from(name), |customer| customer.id)),
        address: named.or(own),
        anyone,
    })
}

fn given<'a>(field: &str, text: Option<&'a str>) -> Result<Option<&'a str>> {
    let text = text.filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.contains('\0') || text.len() > 255) {
        return Err(wrong(field, "must be up to 255 characters without NUL"));
    }
    Ok(text)
}

fn moment(field: &str, text: Option<&str>) -> Result<Option<Millis>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(ms) => Ok(Some(Millis(ms))),
        Err(_) => Millis::from_rfc3339(field, text).map(Some),
    }
}
