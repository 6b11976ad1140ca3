//! What usage calls answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use dream_domain::usage::Meter;
use dream_store::meter::Tally;
use dream_store::usage::Closed;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::UserCaller;
use crate::quota::answer::{UsageBody, body, headers};

/// A call that was counted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tracked {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// Who was counted.
    #[schema(example = "user_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    #[schema(value_type = String)]
    user_id: Arc<str>,
    data: Note,
    usage: UsageBody,
}

/// A word for people.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Note {
    #[schema(example = "Request processed successfully")]
    message: &'static str,
}

/// Where a user stands with every meter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Standing {
    /// The meter `requests`, flat.
    #[serde(flatten)]
    pub(super) requests: UsageBody,
    /// Every meter that a tier of the project names.
    #[schema(value_type = BTreeMap<String, UsageBody>)]
    pub(super) meters: BTreeMap<Arc<str>, UsageBody>,
}

/// Closed periods of a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct History {
    #[schema(value_type = String)]
    user_id: Arc<str>,
    periods: Vec<ClosedBody>,
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

impl History {
    pub(super) fn of(subject: &Arc<str>, closed: &[Closed]) -> Self {
        let body = |closed: &Closed| ClosedBody {
            meter: closed.meter.clone(),
            period_start: closed.period.start_date(),
            period_end: closed.period.end_date(),
            count: closed.used,
            plan: closed.plan.clone(),
        };
        Self {
            user_id: subject.clone(),
            periods: closed.iter().map(body).collect(),
        }
    }
}

/// The 200 of a counted call.
pub(super) fn taken(app: &App, caller: &UserCaller, meter: &Meter, tally: &Tally) -> Response {
    let tracked = Tracked {
        success: true,
        user_id: caller.subject.clone(),
        data: Note {
            message: "Request processed successfully",
        },
        usage: body(&caller.subject, meter, tally),
    };
    let mut response = axum::Json(tracked).into_response();
    headers(response.headers_mut(), tally, app.now(), caller.rate);
    response
}
