//! `POST /api/data` counts one use and enforces the limit; `GET /api/usage` tells where a user stands.

mod answer;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use dream_domain::error::{Code, Error, Result};
use dream_domain::period::PeriodKind;
use dream_domain::plan::effective_plan;
use dream_domain::project::Kind;
use dream_domain::tier::{MeterLimit, find_tier, limit_for};
use dream_domain::usage::{Amount, Limit, Meter, decide};
use dream_store::meter::{Key, Take, Tally, Verdict};
use dream_store::projects::Tenant;
use dream_store::usage;
use dream_store::versions::Seen;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::{MeteredUser, User, UserCaller};
use crate::http::body::{Fields, Raw};
use crate::http::problem;
use crate::usage::answer::{History, Standing, Tracked, body, headers, refused, taken};
use crate::{idempotency, plans};

/// How often a call is judged anew when key, plan or user changed while it waited. Each time somebody did
/// change something, so this ends; the number only bounds what a mistake of ours could cost.
const TRIES: usize = 100;

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
    let mut caller = caller;
    for _ in 0..TRIES {
        let allowed = Allowed::find(&app, &caller, &wish.meter)?;
        if wish.dry_run {
            return Ok(try_out(&app, &caller, &allowed, &wish).await?);
        }
        match app
            .db
            .take(take(&caller, &allowed, &wish, key.clone()))
            .await?
        {
            Verdict::Taken(tally) => {
                app.metrics.taken.increment(1);
                return Ok(taken(&app, &caller, &wish.meter, &tally));
            }
            Verdict::Refused(tally) => {
                app.metrics.refused.increment(1);
                return Ok(refused(&app, &caller, &wish.meter, &tally));
            }
            Verdict::KeyReused => return Err(idempotency::reused().into()),
            Verdict::Stale => caller = caller.again(&app).await?,
        }
    }
    Err(Code::Overloaded
        .error("The project keeps changing while it is read; retry in a second")
        .into())
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

/// What a caller may use of a meter.
struct Allowed {
    plan: Arc<str>,
    limit: Limit,
    period: PeriodKind,
}

impl Allowed {
    /// The plan comes from our database; for an id without a row it is what the secret key's holder
    /// says, or the default tier (rules 1).
    fn find(app: &App, caller: &UserCaller, meter: &Meter) -> Result<Self> {
        let tenant = &caller.tenant;
        let tier = match (&caller.known, caller.told_plan()) {
            (None, Some(name)) => {
                Some(find_tier(&tenant.tiers, name).ok_or_else(|| plans::unknown(tenant, name))?)
            }
            (Some(user), _) => effective_plan(&tenant.tiers, &user.grants, app.now()),
            (None, None) => effective_plan(&tenant.tiers, &[], app.now()),
        };
        let named = *meter == Meter::requests()
            || tenant.tiers.iter().any(|t| t.limits.contains_key(meter));
        if !named {
            return Err(unknown_meter(tenant, meter));
        }
        let plan: Arc<str> = tier.map_or("", |tier| tier.name.as_str()).into();
        let MeterLimit { limit, period } = tier.map_or(
            MeterLimit {
                limit: Limit::Max(0),
                period: PeriodKind::Month,
            },
            |tier| limit_for(tier, meter),
        );
        let limit = if tenant.kind == Kind::Membership {
            Limit::Unlimited
        } else {
            limit
        };
        Ok(Self {
            plan,
            limit,
            period,
        })
    }
}

fn take(caller: &UserCaller, allowed: &Allowed, wish: &Wish, key: Option<Key>) -> Take {
    let (tenant, user) = caller.versions;
    let seen = Seen {
        tenant,
        user,
        generation: caller.tenant.generation,
        user_version: caller.known.as_ref().map(|known| known.version),
    };
    Take::new(
        &caller.tenant.scope,
        caller.subject.clone(),
        wish.meter.clone(),
        allowed.period,
        wish.amount,
        seen,
    )
    .limited(allowed.limit, allowed.plan.clone())
    .keyed(key)
}

async fn try_out(
    app: &App,
    caller: &UserCaller,
    allowed: &Allowed,
    wish: &Wish,
) -> Result<Response> {
    let scope = &caller.tenant.scope;
    let (count, period) =
        usage::read(&app.db, scope, &caller.subject, &wish.meter, allowed.period).await?;
    let fits = decide(count, wish.amount.get(), allowed.limit).is_some();
    let tally = Tally {
        count,
        limit: allowed.limit,
        period,
        plan: allowed.plan.clone(),
        replayed: false,
    };
    Ok(if fits {
        taken(app, caller, &wish.meter, &tally)
    } else {
        refused(app, caller, &wish.meter, &tally)
    })
}

async fn standing(app: &App, caller: &UserCaller, meter: &Meter) -> Result<Tally> {
    let allowed = Allowed::find(app, caller, meter)?;
    let (count, period) = usage::read(
        &app.db,
        &caller.tenant.scope,
        &caller.subject,
        meter,
        allowed.period,
    )
    .await?;
    Ok(Tally {
        count,
        limit: allowed.limit,
        period,
        plan: allowed.plan,
        replayed: false,
    })
}

/// `requests`, and whatever else a tier names.
fn meters_of(tenant: &Tenant) -> Vec<Meter> {
    let mut meters: Vec<Meter> = tenant
        .tiers
        .iter()
        .flat_map(|tier| tier.limits.keys().cloned())
        .collect();
    meters.push(Meter::requests());
    meters.sort();
    meters.dedup();
    meters
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

fn unknown_meter(tenant: &Tenant, meter: &Meter) -> Error {
    let names: Vec<String> = meters_of(tenant)
        .iter()
        .map(|m| m.name().to_string())
        .collect();
    Code::UnknownMeter.error(format!(
        "No tier of this project names the meter {}; its meters are: {}",
        meter.name(),
        names.join(", ")
    ))
}
