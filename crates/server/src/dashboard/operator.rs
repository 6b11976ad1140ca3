//! For those who run the server: its developers, what they have and what they pay.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use dream_domain::error::Result;
use dream_domain::plan::Grant;
use dream_domain::subscription::{Decision, Facts, Held, state};
use dream_domain::time::Millis;
use dream_store::dashboard::{self as store, Direction, Platform, PlatformSort};
use dream_store::projects::Tenant;
use dream_store::subscriptions::Row;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::{Operator, root};
use super::figures::{Subscriptions, mrr};
use super::money::{Amounts, main_currency, of};
use super::searched;
use crate::app::App;
use crate::http::body::wrong;
use crate::http::params::Params;
use crate::http::{page, problem};

/// Which platforms to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Part of an e-mail, or a whole id.
    search: Option<String>,
    /// `newest` first, `oldest` first, `email`, or `liveUsers`; a leading `-` turns the last two round. `newest` if left
    /// out.
    sort: Option<String>,
    /// 1 to 100; 25 if left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// A page of platforms.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlatformList {
    platforms: Vec<PlatformRow>,
    totals: PlatformSums,
    /// Send it as `cursor` for the next page; null on the last one.
    next_cursor: Option<String>,
    has_more: bool,
}

/// A developer's platform.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PlatformRow {
    #[schema(example = "plt_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    platform_id: String,
    user_id: String,
    email: String,
    /// The developer's plan here.
    #[schema(example = "free")]
    plan: String,
    /// `none`, `trialing`, `active`, `canceling`, `past_due` or `canceled`.
    #[schema(example = "none")]
    status: &'static str,
    /// End users in live mode.
    live_users: i64,
    /// End users in test mode.
    test_users: i64,
    /// What the developer pays a month, in minor units.
    mrr: i64,
    #[schema(example = "usd")]
    currency: String,
    /// Milliseconds since the epoch.
    created_at: i64,
}

/// All platforms together.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PlatformSums {
    platforms: i64,
    /// Developers who pay.
    paying: i64,
    trialing: i64,
    live_users: i64,
    test_users: i64,
    /// What developers pay a month in the main currency of the plans here, in minor units.
    mrr: i64,
    mrr_by_currency: Amounts,
}

/// List platforms
///
/// Newest first, or as `sort` says. For operators of this server alone.
#[utoipa::path(get, path = "/api/operator/platforms", operation_id = "listPlatforms", tag = "operators", params(Listing),
    responses((status = 200, description = "A page of platforms", body = PlatformList)), security(("developer" = [])))]
pub(crate) async fn platforms(
    State(app): State<App>,
    _: Operator,
    Params(listing): Params<Listing>,
) -> problem::Result<Json<PlatformList>> {
    let limit = page::limit(listing.limit.as_deref())?;
    let search = searched(listing.search.as_deref())?;
    let (word, sort) = sort(listing.sort.as_deref())?;
    let list = format!("operator/platforms/{word}");
    let secret = app.master.cursors();
    let after = page::position(secret, &list, listing.cursor.as_deref())?;
    let root = root(&app).await?;
    let (db, search, after) = (&app.db, search.as_deref(), after.as_deref());
    let found = store::platforms(db, &root.scope, search, sort, after, limit + 1).await?;
    let (found, has_more) = page::cut(found, limit);
    let last = found.last().filter(|_| has_more);
    Ok(Json(PlatformList {
        next_cursor: last.map(|last| page::cursor(secret, &list, &last.place())),
        platforms: rows(&app, &root, &found).await?,
        totals: sums(&app, &root).await?,
        has_more,
    }))
}

/// The order that a word stands for.
fn sort(word: Option<&str>) -> Result<(&str, PlatformSort)> {
    let word = word.unwrap_or("newest");
    let sort = match word {
        "newest" => PlatformSort::Newest,
        "oldest" => PlatformSort::Oldest,
        "email" => PlatformSort::Email(Direction::Ascending),
        "-email" => PlatformSort::Email(Direction::Descending),
        "liveUsers" => PlatformSort::LiveUsers(Direction::Ascending),
        "-liveUsers" => PlatformSort::LiveUsers(Direction::Descending),
        _ => {
            let words = "must be newest, oldest, email, -email, liveUsers or -liveUsers";
            return Err(wrong("sort", words));
        }
    };
    Ok((word, sort))
}

async fn sums(app: &App, root: &Tenant) -> Result<PlatformSums> {
    let users = store::users_by_mode(&app.db, &root.scope).await?;
    let standings = store::standings(&app.db, &root.scope).await?;
    let subscriptions = Subscriptions::of(&standings);
    let amounts = mrr(&standings);
    Ok(PlatformSums {
        platforms: users.platforms,
        paying: subscriptions.active + subscriptions.canceling + subscriptions.past_due,
        trialing: subscriptions.trialing,
        live_users: users.live,
        test_users: users.test,
        mrr: of(&amounts, main_currency(root)),
        mrr_by_currency: amounts,
    })
}

async fn rows(app: &App, root: &Tenant, found: &[Platform]) -> Result<Vec<PlatformRow>> {
    let (db, scope) = (&app.db, &root.scope);
    let owners: Vec<Arc<str>> = found.iter().map(|one| one.owner.clone()).collect();
    let mut grants: HashMap<Arc<str>, Vec<Grant>> = HashMap::new();
    for (user, grant) in store::grants(db, scope, &owners).await? {
        grants.entry(user).or_default().push(grant);
    }
    let bought = store::subscriptions(db, scope, &owners).await?;
    let rows = found.iter().map(|platform| {
        let own = |row: &&Row| *row.user == *platform.owner;
        let bought: Vec<_> = bought.iter().filter(own).collect();
        let grants = grants.remove(&platform.owner).unwrap_or_default();
        row(root, platform, &grants, &bought, app.now())
    });
    rows.collect()
}

fn row(
    root: &Tenant,
    platform: &Platform,
    grants: &[Grant],
    bought: &[&Row],
    now: Millis,
) -> Result<PlatformRow> {
    let read: Vec<(Facts, Decision)> = bought
        .iter()
        .map(|row| store::decided(row))
        .collect::<Result<_>>()?;
    let held: Vec<Held<'_>> = read
        .iter()
        .map(|(facts, decision)| Held { facts, decision })
        .collect();
    let state = state(&root.tiers, grants, &held, now);
    let brings = |(_, decision): &(Facts, Decision)| decision.mrr_at(now);
    let currency = bought.last().map(|row| row.currency.clone());
    Ok(PlatformRow {
        platform_id: platform.id.to_string(),
        user_id: platform.owner.to_string(),
        email: platform.email.as_deref().unwrap_or_default().to_owned(),
        plan: state.plan.unwrap_or_default(),
        status: state.status.as_str(),
        live_users: platform.live_users,
        test_users: platform.test_users,
        mrr: read.iter().map(brings).sum(),
        currency: currency.unwrap_or_else(|| main_currency(root).to_owned()),
        created_at: platform.created_at.0,
    })
}
