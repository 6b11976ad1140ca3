//! The doors of development: time travel. Open only on this machine (rules 30).

use std::time::Duration;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use dream_domain::error::{Code, Error, Result, invalid};
use dream_domain::time::Millis;
use dream_store::{future, settings};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::http::body::Fields;
use crate::http::params::Params;
use crate::http::peer::Peer;
use crate::http::problem::{self, Problem};
use crate::payments::sandbox;
use crate::reconcile::{self, Report};
use crate::worker;

/// The farthest business time may be moved ahead: a hundred years.
const AHEAD_MAX_MS: i64 = 100 * 366 * 86_400_000;

/// How long whoever moves business time waits for what becomes due: less than a connection may work on one request.
const FOLLOWED_WITHIN: Duration = Duration::from_secs(90);

/// A call from this machine to a server in development; for everyone else there is no such address.
pub(crate) struct Local;

impl FromRequestParts<App> for Local {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &App,
    ) -> std::result::Result<Self, Problem> {
        let peer = parts.extensions.get::<Peer>();
        let loopback = peer.is_some_and(|peer| peer.socket.to_canonical().is_loopback());
        if app.config.is_development() && loopback && ours(app, &parts.headers) {
            return Ok(Self);
        }
        Err(Code::NotFound
            .error("There is nothing at this address")
            .into())
    }
}

/// Names this machine as host, was forwarded by nobody, and comes from no foreign page.
fn ours(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let local = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    let forwarded = headers
        .keys()
        .any(|name| name == "forwarded" || name.as_str().starts_with("x-forwarded-"));
    let origin = text(header::ORIGIN).is_none_or(|origin| origin == app.config.public_url);
    local && !forwarded && origin
}

/// Where business time is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClockBody {
    /// Business time.
    #[schema(example = "2026-12-21T08:16:00Z")]
    now: String,
    /// The machine's time.
    #[schema(example = "2026-11-21T08:16:00Z")]
    machine: String,
    /// How far business time is ahead.
    #[schema(example = 2_592_000)]
    ahead_seconds: i64,
}

/// Where to move business time.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"advanceSeconds": 2_592_000}))]
pub(crate) struct ClockInput {
    /// Forward by so many seconds.
    #[schema(minimum = 0)]
    advance_seconds: Option<i64>,
    /// Or to this moment, such as `2027-01-01T00:00:00Z`.
    set: Option<String>,
}

/// Whether to take back what was written in the future.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wipe {
    /// Delete counts and bring times back to now.
    #[serde(default)]
    wipe: bool,
}

/// Where business time is
#[utoipa::path(get, path = "/_dev/clock", operation_id = "getClock", tag = "development", responses((status = 200, description = "Both clocks", body = ClockBody)))]
pub(crate) async fn clock(_: Local, State(app): State<App>) -> Json<ClockBody> {
    Json(body(&app))
}

/// Move business time forward
///
/// Answers when every job that became due has run.
#[utoipa::path(post, path = "/_dev/clock", operation_id = "advanceClock", tag = "development", request_body(content = ClockInput), responses((status = 200, description = "Moved", body = ClockBody)))]
pub(crate) async fn advance(
    _: Local,
    State(app): State<App>,
    mut fields: Fields,
) -> problem::Result<Json<ClockBody>> {
    let input = ClockInput {
        advance_seconds: fields.int("advanceSeconds")?,
        set: fields.text("set")?,
    };
    let ahead = target(&app, &input)?;
    app.clock.set_ahead_ms(ahead);
    settings::put(&app.db, settings::CLOCK_OFFSET, &ahead.to_string()).await?;
    follow_soon(&app).await?;
    Ok(Json(body(&app)))
}

/// The same as [`follow`] with an end: the watch over connections would cut the caller off without a word. What is not
/// through goes on by itself.
async fn follow_soon(app: &App) -> Result<()> {
    let until = tokio::time::Instant::from_std(app.clock.instant()) + FOLLOWED_WITHIN;
    let late = |what: &str| {
        let seconds = FOLLOWED_WITHIN.as_secs();
        let detail =
            format!("Business time was moved, but after {seconds} seconds {what}; ask again later");
        Code::PaymentsUnavailable.error(detail)
    };
    let settled = tokio::time::timeout_at(until, sandbox::settle(app)).await;
    settled.map_err(|_| late("the sandbox is still at work"))??;
    let done = tokio::time::timeout_at(until, worker::catch_up(app)).await;
    done.map_err(|_| late("not everything that became due is done"))?
}

/// Lets the sandbox and every job follow after business time was moved; answers when all that became due has run.
pub(crate) async fn follow(app: &App) -> Result<()> {
    sandbox::settle(app).await?;
    worker::catch_up(app).await
}

/// Compare everything with the payment provider now
///
/// What happens every hour by itself: every subscription is read, and the events that no webhook brought are fetched
/// and worked.
#[utoipa::path(post, path = "/_dev/reconcile", operation_id = "reconcileNow", tag = "development", responses((status = 200, description = "What was found", body = Report)))]
pub(crate) async fn reconcile_now(
    _: Local,
    State(app): State<App>,
) -> problem::Result<Json<Report>> {
    Ok(Json(reconcile::reconcile(&app).await?))
}

/// Bring business time back to the machine's
///
/// Refused once something was counted or written in the future, unless `wipe=true` takes that back. The sandbox stays
/// as it became: what was renewed there is paid until then.
#[utoipa::path(delete, path = "/_dev/clock", operation_id = "resetClock", tag = "development", params(Wipe), responses((status = 200, description = "Both clocks agree", body = ClockBody)))]
pub(crate) async fn reset(
    _: Local,
    State(app): State<App>,
    Params(Wipe { wipe }): Params<Wipe>,
) -> problem::Result<Json<ClockBody>> {
    let now = app.clock.machine();
    app.db.fold().await?;
    if wipe {
        future::wipe(&app.db, now).await?;
    } else if future::is_written(&app.db, now).await? {
        let detail = "Something was written in the future; DELETE /_dev/clock?wipe=true deletes all counts and goes back";
        return Err(Code::ClockConflict.error(detail).into());
    } else {
        future::bring_own(&app.db, now).await?;
    }
    app.clock.set_ahead_ms(0);
    settings::remove(&app.db, settings::CLOCK_OFFSET).await?;
    Ok(Json(body(&app)))
}

/// How far ahead business time shall be, in milliseconds: forward only.
fn target(app: &App, input: &ClockInput) -> Result<i64, Error> {
    let now = app.clock.ahead_ms();
    let ahead = match (input.advance_seconds, &input.set) {
        (Some(seconds), None) if seconds >= 0 => now.saturating_add(seconds.saturating_mul(1000)),
        (None, Some(text)) => Millis::from_rfc3339("set", text)?
            .0
            .saturating_sub(app.clock.machine().0),
        (Some(_), None) => {
            return Err(invalid(
                "advanceSeconds",
                "is negative",
                "Time moves forward only; DELETE goes back",
            ));
        }
        _ => {
            return Err(invalid(
                "advanceSeconds",
                "or set must be given, not both",
                "Send {\"advanceSeconds\": 86400}",
            ));
        }
    };
    if ahead < now {
        return Err(
            Code::ClockConflict.error("Business time is past that already; it moves forward only")
        );
    }
    if ahead > AHEAD_MAX_MS {
        return Err(invalid(
            "advanceSeconds",
            "goes more than a hundred years ahead",
            "Move less far",
        ));
    }
    Ok(ahead)
}

fn body(app: &App) -> ClockBody {
    ClockBody {
        now: app.now().to_rfc3339(),
        machine: app.clock.machine().to_rfc3339(),
        ahead_seconds: app.clock.ahead_ms() / 1000,
    }
}
