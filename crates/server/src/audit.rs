//! The record of administrative acts, for the developer whose platform it is.

use axum::Json;
use axum::extract::State;
use dream_store::audit as store;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Developer;
use crate::http::params::Params;
use crate::http::{page, problem};

/// One act.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActBody {
    #[schema(example = "aud_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    id: String,
    /// The project and mode it concerned, if one.
    #[serde(skip_serializing_if = "Option::is_none")]
    publishable_key: Option<String>,
    /// Milliseconds since the epoch.
    #[schema(example = 1_763_712_000_000_i64)]
    at: i64,
    /// `user_…` of a developer, `key_…` of a backend, or `cli`.
    actor: String,
    /// What was done.
    #[schema(example = "key.regenerate")]
    action: String,
    /// To what.
    subject: String,
    detail: Value,
}

/// A page of acts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActList {
    acts: Vec<ActBody>,
    /// Send it as `cursor` for the next page; null on the last one.
    next_cursor: Option<String>,
    has_more: bool,
}

/// Which acts to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// 1 to 100; 25 if left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// List administrative acts
///
/// Everything that was done to your projects, keys, tiers and customers, newest first. What happened to a
/// project that is deleted stays.
#[utoipa::path(get, path = "/audit-log", operation_id = "listAuditLog", tag = "projects", params(Listing),
    responses((status = 200, description = "A page of acts", body = ActList)), security(("developer" = [])))]
pub(crate) async fn list(
    State(app): State<App>,
    Developer(developer): Developer,
    Params(listing): Params<Listing>,
) -> problem::Result<Json<ActList>> {
    let limit = page::limit(listing.limit.as_deref())?;
    let platform = developer.platform(&app).await?;
    let name = format!("audit-log/{platform}");
    let secret = app.master.cursors();
    let before = page::position(secret, &name, listing.cursor.as_deref())?;
    let rows = store::list(&app.db, &platform, before.as_deref(), limit + 1).await?;
    let (rows, has_more) = page::cut(rows, limit);
    let next_cursor = rows
        .last()
        .filter(|_| has_more)
        .map(|last| page::cursor(secret, &name, &last.id));
    let acts = rows.into_iter().map(ActBody::of).collect();
    Ok(Json(ActList {
        acts,
        next_cursor,
        has_more,
    }))
}

impl ActBody {
    fn of(record: store::Record) -> Self {
        Self {
            id: record.id.to_string(),
            publishable_key: record.publishable_key.map(|key| key.to_string()),
            at: record.at.0,
            actor: record.actor.to_string(),
            action: record.action.to_string(),
            subject: record.subject.to_string(),
            detail: serde_json::from_str(&record.detail).unwrap_or_default(),
        }
    }
}
