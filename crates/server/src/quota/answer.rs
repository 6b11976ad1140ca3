//! How a meter is told: the union of the fields that the seeds and the published SDK read.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use dream_domain::error::{Code, Error};
use dream_domain::time::Millis;
use dream_domain::usage::{Limit, Meter, remaining};
use dream_store::meter::Tally;
use dream_store::usage::Closed;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::UserCaller;
use crate::http::problem::Problem;
use crate::rate::Allowance;

/// Where a user stands with one meter in its running period.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UsageBody {
    /// Who is counted.
    #[schema(example = "user_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    #[schema(value_type = String)]
    pub(crate) user_id: Arc<str>,
    /// The name of the tier the limit comes from.
    #[schema(example = "free")]
    #[schema(value_type = String)]
    pub(crate) plan: Arc<str>,
    /// What is counted.
    #[schema(value_type = String, example = "requests")]
    pub(crate) meter: Arc<str>,
    /// Used in this period.
    #[schema(example = 3)]
    pub(crate) count: i64,
    /// The same as `count`.
    #[schema(example = 3)]
    pub(crate) usage_count: i64,
    /// The most that may be used in this period, `extra` included, or `"unlimited"`.
    #[schema(value_type = LimitBody, example = 5)]
    pub(crate) limit: LimitBody,
    /// What is left, or `"unlimited"`.
    #[schema(value_type = LimitBody, example = 2)]
    pub(crate) remaining: LimitBody,
    /// How much of the limit was granted on top of the plan's, for this period only; absent if nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2)]
    pub(crate) extra: Option<i64>,
    /// First day of the period, UTC.
    #[schema(example = "2026-11-01")]
    pub(crate) period_start: String,
    /// Last day of the period, UTC.
    #[schema(example = "2026-11-30")]
    pub(crate) period_end: String,
    /// When the next period begins; absent for a lifetime.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-12-01T00:00:00Z")]
    pub(crate) resets_at: Option<String>,
}

/// A number, or `"unlimited"`.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum LimitBody {
    /// That many.
    Number(i64),
    /// The word `unlimited`.
    Word(&'static str),
}

impl LimitBody {
    fn of(limit: Limit) -> Self {
        match limit {
            Limit::Max(most) => Self::Number(most),
            Limit::Unlimited => UNLIMITED,
        }
    }
}

/// A period that is over.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClosedBody {
    #[schema(value_type = String, example = "requests")]
    meter: Arc<str>,
    /// First day, UTC.
    #[schema(example = "2026-10-01")]
    period_start: String,
    /// Last day, UTC.
    #[schema(example = "2026-10-31")]
    period_end: String,
    #[schema(example = 5)]
    count: i64,
    /// The plan at the end of it.
    #[schema(value_type = String, example = "free")]
    plan: Arc<str>,
}

impl ClosedBody {
    pub(crate) fn of(closed: &Closed) -> Self {
        Self {
            meter: closed.meter.clone(),
            period_start: closed.period.start_date(),
            period_end: closed.period.end_date(),
            count: closed.used,
            plan: closed.plan.clone(),
        }
    }
}

const UNLIMITED: LimitBody = LimitBody::Word("unlimited");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The 403 at the limit, with the seeds' members.
pub(crate) fn refused(app: &App, caller: &UserCaller, meter: &Meter, tally: &Tally) -> Response {
    let used = tally.count.used;
    let detail = format!(
        "{}Please upgrade to unlock more requests",
        reached(tally, meter)
    );
    let usage = body(&caller.subject, meter, tally);
    let mut error: Error = Code::TierLimitReached
        .error(detail)
        .with("userId", &*caller.subject)
        .with("count", used)
        .with("usageCount", used)
        .with("limit", number(tally.limit))
        .with(
            "remaining",
            remaining(tally.count, tally.limit).unwrap_or(0),
        )
        .with("plan", &*tally.plan)
        .with("meter", &**meter.name())
        .with("periodStart", usage.period_start)
        .with("periodEnd", usage.period_end);
    if let Some(resets_at) = usage.resets_at {
        error = error.with("resetsAt", resets_at);
    }
    if let Some(url) = &caller.tenant.settings.upgrade_url {
        error = error.with("upgradeUrl", url.as_str());
    }
    let mut response = Problem(error).into_response();
    headers(response.headers_mut(), tally, app.now(), caller.rate);
    response
}

fn reached(tally: &Tally, meter: &Meter) -> String {
    if tally.plan.is_empty() {
        return "Tier limit reached: this project has no default tier, so users without a plan may use nothing. ".to_owned();
    }
    match tally.limit {
        Limit::Max(most) => format!(
            "Tier limit reached: {} of {most} {} used on plan {}. ",
            tally.count.used,
            meter.name(),
            tally.plan
        ),
        Limit::Unlimited => "Tier limit reached. ".to_owned(),
    }
}

fn number(limit: Limit) -> i64 {
    limit.tier_number()
}

/// One meter of one user.
pub(crate) fn body(subject: &Arc<str>, meter: &Meter, tally: &Tally) -> UsageBody {
    UsageBody {
        user_id: subject.clone(),
        plan: tally.plan.clone(),
        meter: meter.name().clone(),
        count: tally.count.used,
        usage_count: tally.count.used,
        limit: LimitBody::of(tally.limit),
        remaining: remaining(tally.count, tally.limit).map_or(UNLIMITED, LimitBody::Number),
        extra: (tally.extra > 0 && tally.limit != Limit::Unlimited).then_some(tally.extra),
        period_start: tally.period.start_date(),
        period_end: tally.period.end_date(),
        resets_at: (tally.period.end.0 != i64::MAX).then(|| tally.period.end.to_rfc3339()),
    }
}

/// `RateLimit` and `RateLimit-Policy` with the policies "quota" and "rate" (conventions: IETF draft).
pub(crate) fn headers(
    headers: &mut HeaderMap,
    tally: &Tally,
    now: Millis,
    rate: Option<Allowance>,
) {
    use std::fmt::Write as _;
    let (mut state, mut policy) = (String::new(), String::new());
    if let Limit::Max(most) = tally.limit {
        let left = remaining(tally.count, tally.limit).unwrap_or(0);
        let until = tally.period.end.0.saturating_sub(now.0).max(0) / 1000;
        let window = tally.period.end.0.saturating_sub(tally.period.start.0) / 1000;
        let _ = write!(policy, "\"quota\";q={most};w={window}");
        let _ = write!(state, "\"quota\";r={left};t={until}");
    }
    if let Some(rate) = rate {
        let comma = if state.is_empty() { "" } else { ", " };
        let _ = write!(policy, "{comma}\"rate\";q={};w=60", rate.limit);
        let _ = write!(
            state,
            "{comma}\"rate\";r={};t={}",
            rate.remaining, rate.reset_seconds
        );
    }
    if let (false, Ok(state), Ok(policy)) = (
        state.is_empty(),
        HeaderValue::from_str(&state),
        HeaderValue::from_str(&policy),
    ) {
        headers.insert(RATE_LIMIT, state);
        headers.insert(RATE_LIMIT_POLICY, policy);
    }
    if tally.replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
}
