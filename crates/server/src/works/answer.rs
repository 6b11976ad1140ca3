//! Work as developers see it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use dream_store::works::Work;
use serde::Serialize;
use utoipa::ToSchema;

/// Work that goes on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkAnswer {
    success: bool,
    work: WorkBody,
}

/// What is being done to your projects, or was done within the last hour, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkList {
    works: Vec<WorkBody>,
}

/// Something that is done to a project. Times are milliseconds since the epoch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkBody {
    #[schema(example = "work_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    id: String,
    /// `delete_project`, `reset`, or `delete_test`: test mode of a project that is live.
    #[schema(example = "delete_project")]
    kind: &'static str,
    #[schema(example = "prj_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    project_id: String,
    #[schema(example = "pk_test_…")]
    publishable_key: String,
    #[schema(example = "Weather API")]
    project_name: String,
    /// Subscriptions that are canceled.
    #[schema(example = 120)]
    done: i64,
    /// Subscriptions to cancel; 0 until they are counted.
    #[schema(example = 900)]
    total: i64,
    /// Why the last try failed. It is tried again, unless the work has ended with it.
    error: Option<String>,
    #[schema(example = 1_763_712_000_000_i64)]
    created_at: i64,
    /// Null while it goes on.
    finished_at: Option<i64>,
}

impl WorkAnswer {
    /// 202: it goes on.
    pub(crate) fn of(work: &Work) -> Response {
        let body = Self {
            success: true,
            work: WorkBody::of(work),
        };
        (StatusCode::ACCEPTED, Json(body)).into_response()
    }
}

impl WorkList {
    pub(crate) fn of(works: &[Work]) -> Self {
        Self {
            works: works.iter().map(WorkBody::of).collect(),
        }
    }
}

impl WorkBody {
    pub(crate) fn of(work: &Work) -> Self {
        Self {
            id: work.id.to_string(),
            kind: work.kind.as_str(),
            project_id: work.project.to_string(),
            publishable_key: work.tenant.to_string(),
            project_name: work.project_name.to_string(),
            done: work.done,
            total: work.total,
            error: work.error.as_ref().map(|(_, words)| words.to_string()),
            created_at: work.created_at.0,
            finished_at: work.finished_at.map(|at| at.0),
        }
    }
}
