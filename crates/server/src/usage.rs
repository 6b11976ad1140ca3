//! `POST /api/data` counts one use and enforces the limit; `GET /api/usage` tells where a user stands.

mod answer;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use dream_domain::error::Result;
use dream_domain::usage::{Amount, Meter, decide};
use dream_store::meter::Key;
use dream_store::usage;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::{MeteredUser, User, UserCaller};
use crate::http::body::{Fields, Raw};
use crate::http::problem;
use crate::idempotency;
use crate::quota::answer::{body, headers, refused};
use crate::quota::{self, Allowed, Counted, meters_of, standing};
use crate::usage::answer::{History, Standing, Tracked, taken};

/// The most closed periods in one answer.
const HISTORY_MAX: i64 = 100;

/// What a call uses. An empty body is one request.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"amount": 1, "meter": "requests"}))]
pub(crate) struct Track {
    /// How much is used at once, 1 to 1,000,000,000. All of it or nothing.
    #[schema(default = 1, minimum = 1, maximum = 1_000_000_000)]
    pub(crate) amount: Option<i64>,
    /// What is used; a meter that a tier of the project names.
    #[schema(default = "requests")]
    pub(crate) meter: Option<String>,
    /// Decide without counting.
    #[serde(rename = "dryRun")]
    #[schema(default = false)]
    pub(crate) dry_run: Option<bool>,
}

/// Count a use and enforce the limit
///
/// Counts `amount` uses of a meter for one user, if the limit of the user's plan allows all of it. The
/// answer comes after the count is durable. At the limit it answers 403 `tier_limit_reached` and counts
/// nothing. Send an `Idempotency-Key` to retry safely: the same key answers the same and counts once.
#[utoipa::path(post, path = "/api/data", operation_id = "trackUsage", tag = "usage", request_body(content = Track),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a retry answer the same and count once")),
    responses((status = 200, description = "Counted", body = Tracked)),
    security(("secretKey" = []), ("userToken" = [])))]
pub(crate) async fn track(
    State(app): State<App>,
    MeteredUser(caller): MeteredUser,
    idempotency::Given(key): idempotency::Given,
    Raw(body): Raw,
) -> problem::Result<Response> {
    let wish = Wish::read(Fields::parse(&body)?)?;
    let key = key.map(|key| meter_key(&caller, &key, &body));
    if wish.dry_run {
        return Ok(try_out(&app, &caller, &wish).await?);
    }
    let (caller, verdict) = quota::count(&app, caller, &wish.meter, wish.amount, key).await?;
    match verdict {
        Counted::Taken(tally) => Ok(taken(&app, &caller, &wish.meter, &tally)),
        Counted::Refused(tally) => Ok(refused(&app, &caller, &wish.meter, &tally)),
    }
}

/// Where a user stands
///
/// Reads the counters of the running periods and changes nothing.
#[utoipa::path(get, path = "/api/usage", operation_id = "getUsage", tag = "usage", responses((status = 200, description = "All meters", body = Standing)),
    security(("secretKey" = []), ("userToken" = [])))]
pub(crate) async fn check(State(app): State<App>, User(caller): User) -> problem::Result<Response> {
    let first = Meter::requests();
    let tally = standing(&app, &caller, &first).await?;
    let requests = body(&caller.subject, &first, &tally);
    let mut meters = BTreeMap::new();
    for meter in meters_of(&caller.tenant) {
        let shown = if meter == first {
            body(&caller.subject, &first, &tally)
        } else {
            body(
                &caller.subject,
                &meter,
                &standing(&app, &caller, &meter).await?,
            )
        };
        meters.insert(meter.name().clone(), shown);
    }
    let mut response = Json(Standing { requests, meters }).into_response();
    headers(response.headers_mut(), &tally, app.now(), caller.rate);
    Ok(response)
}

/// Closed periods
///
/// What was used in periods that are over, newest first, 100 at most.
#[utoipa::path(get, path = "/api/usage/history", operation_id = "getUsageHistory", tag = "usage", responses((status = 200, description = "Closed periods", body = History)),
    security(("secretKey" = []), ("userToken" = [])))]
pub(crate) async fn history(
    State(app): State<App>,
    User(caller): User,
) -> problem::Result<Json<History>> {
    let closed =
        usage::history(&app.db, &caller.tenant.scope, &caller.subject, HISTORY_MAX).await?;
    Ok(Json(History::of(&caller.subject, &closed)))
}

/// What a body asks for.
struct Wish {
    amount: Amount,
    meter: Meter,
    dry_run: bool,
}

impl Wish {
    fn read(mut fields: Fields) -> Result<Self> {
        let track = Track {
            amount: fields.int("amount")?,
            meter: fields.text("meter")?,
            dry_run: fields.flag("dryRun")?,
        };
        Ok(Self {
            amount: Amount::new(track.amount.unwrap_or(1))?,
            meter: track
                .meter
                .map_or_else(|| Ok(Meter::requests()), |name| Meter::parse(&name))?,
            dry_run: track.dry_run.unwrap_or(false),
        })
    }
}

async fn try_out(app: &App, caller: &UserCaller, wish: &Wish) -> Result<Response> {
    let allowed = Allowed::find(app, caller, &wish.meter)?;
    let tally = allowed
        .standing(app, &caller.tenant.scope, &caller.subject, &wish.meter)
        .await?;
    let fits = decide(tally.count, wish.amount.get(), tally.limit).is_some();
    Ok(if fits {
        taken(app, caller, &wish.meter, &tally)
    } else {
        refused(app, caller, &wish.meter, &tally)
    })
}

/// The name and body of a keyed call: the caller, the route and the key; the user is part of the body.
fn meter_key(caller: &UserCaller, key: &str, body: &[u8]) -> Key {
    let who = caller.key_id.as_ref().unwrap_or(&caller.subject);
    let said = idempotency::digest(&[caller.subject.as_bytes(), body]);
    Key {
        hash: idempotency::name(who, "POST /api/data", key).into(),
        body: said.into(),
    }
}
