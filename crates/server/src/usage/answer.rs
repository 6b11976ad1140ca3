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
use crate::quota::answer::{ClosedBody, UsageBody, body, headers};

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

impl History {
    pub(super) fn of(subject: &Arc<str>, closed: &[Closed]) -> Self {
        Self {
            user_id: subject.clone(),
            periods: closed.iter().map(ClosedBody::of).collect(),
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
