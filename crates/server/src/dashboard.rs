//! How a project stands, in one call: figures, the newest customers, what needs a look. Every sum is made by the
//! database. One object carries the names of both generations of clients (wire.md 1 and 2).

mod alerts;
mod answer;
mod caller;
pub(crate) mod days;
mod figures;
mod money;
pub(crate) mod operator;
mod people;
mod stores;
pub(crate) mod totals;
pub(crate) mod used;

use axum::extract::State;
use axum::response::Response;
use dream_domain::error::Result;
use dream_domain::plan::effective_plan;
use dream_domain::subscription::Standing;
use dream_domain::tier::{Tier, find_tier};
use dream_domain::usage::Meter;
use dream_store::dashboard::{Direction, Filter, Sort};
use dream_store::inbox as events;
use dream_store::projects::Tenant;
use serde::Deserialize;

use crate::app::App;
use crate::caller::{Backend, BackendCaller};
use crate::dashboard::answer::{Dashboard, Filters, Keys, Parts, Webhook};
use crate::dashboard::people::Wish;
use crate::http::body::wrong;
use crate::http::etag::Known;
use crate::http::params::Params;
use crate::http::{page, problem};
use crate::plans;

/// How many customers come unasked, and events.
const CUSTOMERS: &str = "100";
const EVENTS: i64 = 20;

/// Which customers the dashboard shows.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Part of an e-mail, a name or an external id, or a whole id.
    search: Option<String>,
    /// Only those on this plan.
    plan: Option<String>,
    /// Only those whose subscription is `none`, `trialing`, `active`, `canceling`, `past_due` or `canceled`.
    status: Option<String>,
    /// Only those whose running period of the meter `requests` is `close` to the limit, at 80 % of it or more, or has
    /// `reached` it.
    usage: Option<String>,
    /// `newest` first, `oldest` first, `email`, `usage` of the meter `requests` in the running period, or `renews`, which
    /// is when the subscription renews or ends; a leading `-` turns the last three round. `newest` if left out.
    sort: Option<String>,
    /// 1 to 100; 100 if left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// The dashboard of a project
///
/// Figures, the newest customers with their use and subscriptions, tiers, keys and the last events. Amounts are minor
/// units; `mrr` is that of the project's main currency, `mrrByCurrency` has all. A subscription that ends, or is in its
/// trial, counts under `cancelingSubs` or `trialingSubs` and brings no `mrr`. Send the `ETag` back in `If-None-Match`:
/// 304 while nothing changed.
#[utoipa::path(get, path = "/api/dashboard", operation_id = "getDashboard", tag = "dashboard", params(Listing, Known),
    responses((status = 200, description = "How the project stands", body = Dashboard), (status = 304, description = "As it was")), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn get(
    State(app): State<App>,
    Backend(caller): Backend,
    known: Known,
    Params(listing): Params<Listing>,
) -> problem::Result<Response> {
    let tenant = &*caller.tenant;
    let (wish, limit) = wish(&app, tenant, &listing)?;
    app.db.fold().await?;
    let people = people::page(&app, tenant, &wish, limit).await?;
    let figures = figures::read(&app, tenant).await?;
    let store = stores::read(&app, tenant).await?;
    let all = events::Filter::default();
    let recent = events::list(
        &app.db,
        caller.scope(),
        &all,
        events::Sort::Newest,
        None,
        EVENTS,
    )
    .await?;
    let (alerts, health) = alerts::read(&app, tenant, &store).await?;
    let keys = keys(&app, &caller).await?;
    let parts = Parts {
        figures,
        store,
        people,
        keys,
        webhook: Webhook::of(&app.config.public_url, &recent),
        alerts,
        health,
        filters: Filters::of(tenant),
    };
    Ok(known.answer(&Dashboard::of(tenant, parts)))
}

/// Which customers, and how many of them.
fn wish<'a>(app: &App, tenant: &'a Tenant, listing: &Listing) -> Result<(Wish<'a>, i64)> {
    let limit = page::limit(listing.limit.as_deref().or(Some(CUSTOMERS)))?;
    let word = listing.sort.as_deref().unwrap_or("newest");
    let sort = sort(app, tenant, word)?;
    let list = people::list(tenant, word);
    let secret = app.master.cursors();
    let after = page::position(secret, &list, listing.cursor.as_deref())?;
    let wish = Wish {
        filter: filter(app, tenant, listing)?,
        sort,
        list,
        after,
    };
    Ok((wish, limit))
}

/// The order that a word stands for.
fn sort<'a>(app: &App, tenant: &'a Tenant, word: &str) -> Result<Sort<'a>> {
    let used = || used::wish(tenant, &Meter::requests(), app.now());
    Ok(match word {
        "newest" => Sort::Newest,
        "oldest" => Sort::Oldest,
        "email" => Sort::Email(Direction::Ascending),
        "-email" => Sort::Email(Direction::Descending),
        "usage" => Sort::Usage(Direction::Ascending, used()),
        "-usage" => Sort::Usage(Direction::Descending, used()),
        "renews" => Sort::Renews(Direction::Ascending, used().default_plan),
        "-renews" => Sort::Renews(Direction::Descending, used().default_plan),
        _ => {
            let words = "must be newest, oldest, email, -email, usage, -usage, renews or -renews";
            return Err(wrong("sort", words));
        }
    })
}

/// What must fit all at once.
fn filter<'a>(app: &App, tenant: &'a Tenant, listing: &Listing) -> Result<Filter<'a>> {
    let status = listing.status.as_deref().map(|word| {
        Standing::parse(word).ok_or_else(|| {
            let words = "must be none, trialing, active, canceling, past_due or canceled";
            wrong("status", words)
        })
    });
    let plan = listing.plan.as_deref();
    let plan = plan
        .map(|name| find_tier(&tenant.tiers, name).ok_or_else(|| plans::unknown(tenant, name)))
        .transpose()?;
    let near = used::near(listing.usage.as_deref())?;
    Ok(Filter {
        search: searched(listing.search.as_deref())?,
        plan: plan.map(|tier| tier.name.clone()),
        plan_is_default: plan.is_some_and(|tier| is_default(app, tenant, tier)),
        status: status.transpose()?,
        near: near.map(|near| (near, used::wish(tenant, &Meter::requests(), app.now()))),
    })
}

/// What is searched for; nothing where it is empty.
fn searched(text: Option<&str>) -> Result<Option<String>> {
    let text = text.filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.contains('\0') || text.len() > 255) {
        return Err(wrong("search", "must be up to 255 characters without NUL"));
    }
    Ok(text.map(str::to_owned))
}

fn is_default(app: &App, tenant: &Tenant, tier: &Tier) -> bool {
    effective_plan(&tenant.tiers, &[], app.now()).is_some_and(|plan| plan.name == tier.name)
}

async fn keys(app: &App, caller: &BackendCaller) -> Result<Keys> {
    let scope = caller.scope();
    let keys = dream_store::keys::list(&app.db, scope).await?;
    let account = dream_store::payments::account(&app.db, scope.platform(), scope.mode()).await?;
    let account = account.filter(|account| account.disconnected_at.is_none());
    let account_id = account.map(|account| account.account_id.to_string());
    Ok(Keys::of(&caller.tenant, &keys, account_id))
}
