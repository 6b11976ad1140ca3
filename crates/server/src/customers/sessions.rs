//! Where a customer is signed in, and the end of that.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use dream_domain::error::Code;
use dream_store::sessions::{self as store, Session};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::found;
use crate::app::App;
use crate::caller::Backend;
use crate::http::etag::Known;
use crate::http::params::{Params, Segment};
use crate::http::{page, problem};

/// A page of a list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// 1 to 100; 25 if left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// A sign-in of a customer, or a token that a backend minted for him.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CustomerSession, example = json!({"id": "sess_019aa5c0d4f07a61b6ff0d3a4f5c2e17", "minted": false, "userAgent": "Mozilla/5.0 …", "createdAt": 1_795_248_960_500_i64, "lastUsedAt": 1_795_248_960_500_i64, "expiresAt": 1_797_840_960_500_i64}))]
struct SessionRow {
    /// `sess_…`.
    id: String,
    /// It is a token of `POST /api/customers/{id}/tokens`, and nobody's sign-in.
    minted: bool,
    /// What the browser said it is.
    user_agent: Option<String>,
    /// Epoch milliseconds, of the machine's clock as all times here.
    created_at: i64,
    /// Within five minutes.
    last_used_at: i64,
    /// When it ends by itself.
    expires_at: i64,
}

/// A page of sessions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionList {
    sessions: Vec<SessionRow>,
    /// Send it as `cursor` for the next page; null on the last one.
    next_cursor: Option<String>,
    has_more: bool,
}

/// It has ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionEnded {
    #[schema(example = true)]
    success: bool,
}

/// List sessions of a customer
///
/// Those that live, newest first: sign-ins, and tokens that a backend minted.
#[utoipa::path(get, path = "/api/customers/{id}/sessions", operation_id = "listCustomerSessions", tag = "customers", params(("id" = String, Path, description = "Our id, or your external id"), Paging, Known),
    responses((status = 200, description = "A page of sessions", body = SessionList), (status = 304, description = "As it was")), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn list(
    State(app): State<App>,
    Backend(caller): Backend,
    known: Known,
    Segment(id): Segment,
    Params(paging): Params<Paging>,
) -> problem::Result<Response> {
    let scope = caller.scope();
    let limit = page::limit(paging.limit.as_deref())?;
    let customer = found(&app, &caller, &id).await?;
    let name = format!("sessions/{}/{}", scope.tenant(), customer.id);
    let secret = app.master.cursors();
    let before = page::position(secret, &name, paging.cursor.as_deref())?;
    let (now, before) = (app.clock.machine(), before.as_deref());
    let rows = store::page(&app.db, scope, &customer.id, now, before, limit + 1).await?;
    let (rows, has_more) = page::cut(rows, limit);
    let last = rows.last().filter(|_| has_more);
    Ok(known.answer(&SessionList {
        next_cursor: last.map(|last| page::cursor(secret, &name, &last.id)),
        sessions: rows.iter().map(SessionRow::of).collect(),
        has_more,
    }))
}

/// End a session of a customer
///
/// Its cookie and its tokens are refused at once.
#[utoipa::path(delete, path = "/api/customers/{id}/sessions/{session}", operation_id = "endCustomerSession", tag = "customers", params(("id" = String, Path, description = "Our id, or your external id"), ("session" = String, Path, description = "`sess_…`")),
    responses((status = 200, description = "Ended", body = SessionEnded)), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn end(
    State(app): State<App>,
    Backend(caller): Backend,
    Segment((id, session)): Segment<(String, String)>,
) -> problem::Result<Json<SessionEnded>> {
    let customer = found(&app, &caller, &id).await?;
    let detail = json!({"session": session});
    let act = app.act(&caller.actor, "session.end", &customer.id, &detail);
    let (scope, now) = (caller.scope(), app.clock.machine());
    let ended = !session.contains('\0')
        && store::end(&app.db, scope, &customer.id, &session, &act, now).await?;
    if !ended {
        return Err(Code::NotFound
            .error("This customer has no such session")
            .into());
    }
    Ok(Json(SessionEnded { success: true }))
}

impl SessionRow {
    fn of(session: &Session) -> Self {
        Self {
            id: session.id.to_string(),
            minted: !session.is_sign_in,
            user_agent: session.user_agent.as_deref().map(str::to_owned),
            created_at: session.created_at.0,
            last_used_at: session.last_used_at.0,
            expires_at: session.expires_at.0,
        }
    }
}
