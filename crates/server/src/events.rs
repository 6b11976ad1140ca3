//! The log of the payment provider's events, for the developer they concern.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use dream_domain::error::{Code, Result};
use dream_domain::time::Millis;
use dream_store::customers;
use dream_store::inbox::{self as store, Entry, Filter, Sort, Status};
use dream_store::scope::Scope;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::{Backend, BackendCaller};
use crate::http::body::wrong;
use crate::http::etag::Known;
use crate::http::params::{Params, Segment};
use crate::http::{page, problem};
use crate::inbox;

/// How long whoever replays an event waits for what comes of it: a call of the provider ends within ten seconds.
const PATIENCE: Duration = Duration::from_secs(15);

/// An event that arrived.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventBody {
    #[schema(example = "evt_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    id: String,
    /// What happened, in the provider's word.
    #[schema(example = "customer.subscription.updated")]
    r#type: String,
    /// The provider's id of the event.
    provider_event_id: String,
    /// The provider's id of what it happened to.
    object_id: String,
    /// `waiting`, `done`, `ignored` or `dead`.
    #[schema(example = "done")]
    status: &'static str,
    /// How often it was tried.
    attempts: i64,
    /// Why it failed the last time, or was ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    /// When it happened, in milliseconds since the epoch.
    #[schema(example = 1_763_712_000_000_i64)]
    created_at: i64,
    /// When it arrived, in milliseconds since the epoch.
    #[schema(example = 1_763_712_000_000_i64)]
    received_at: i64,
    /// When it was dealt with, in milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    done_at: Option<i64>,
    /// The event as it was sent.
    payload: Value,
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventList {
    events: Vec<EventBody>,
    /// Send it as `cursor` for the next page; null on the last one.
    next_cursor: Option<String>,
    has_more: bool,
}

/// One event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventAnswer {
    event: EventBody,
}

/// Which events to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Only this type, such as `checkout.session.completed`.
    r#type: Option<String>,
    /// `waiting`, `done`, `ignored` or `dead`.
    status: Option<String>,
    /// Only those of what belongs to this customer: our id, or your external id.
    customer: Option<String>,
    /// A whole id of an event, ours or the provider's, or of what it happened to; or how a type begins, for which all
    /// events may be looked at.
    search: Option<String>,
    /// `newest` or `oldest` first, by when they arrived; `newest` if left out.
    sort: Option<String>,
    /// 1 to 100; 25 if left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// `nextCursor` of the page before; good for the same `sort` only.
    cursor: Option<String>,
}

/// List events
///
/// What the payment provider told of this project, newest first unless `sort` says otherwise.
#[utoipa::path(get, path = "/api/events", operation_id = "listEvents", tag = "events", params(Listing, Known),
    responses((status = 200, description = "A page of events", body = EventList), (status = 304, description = "As it was")), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn list(
    State(app): State<App>,
    Backend(caller): Backend,
    known: Known,
    Params(listing): Params<Listing>,
) -> problem::Result<Response> {
    let limit = page::limit(listing.limit.as_deref())?;
    let scope = caller.scope();
    let (sort, word) = match listing.sort.as_deref() {
        None | Some("newest") => (Sort::Newest, "newest"),
        Some("oldest") => (Sort::Oldest, "oldest"),
        Some(_) => return Err(wrong("sort", "must be newest or oldest").into()),
    };
    let name = format!("events/{}/{word}", scope.tenant());
    let secret = app.master.cursors();
    let last = page::position(secret, &name, listing.cursor.as_deref())?;
    let filter = Filter {
        customer: customer(&app, scope, listing.customer.as_deref()).await?,
        ..filter(&listing)?
    };
    let rows = store::list(&app.db, scope, &filter, sort, last.as_deref(), limit + 1).await?;
    let (rows, has_more) = page::cut(rows, limit);
    let next_cursor = rows
        .last()
        .filter(|_| has_more)
        .map(|last| page::cursor(secret, &name, &last.id));
    Ok(known.answer(&EventList {
        events: rows.iter().map(EventBody::of).collect(),
        next_cursor,
        has_more,
    }))
}

fn filter(listing: &Listing) -> Result<Filter> {
    let word = |text: &String| {
        Status::parse(text).ok_or_else(|| wrong("status", "must be waiting, done, ignored or dead"))
    };
    if listing
        .r#type
        .as_ref()
        .is_some_and(|kind| kind.len() > 100 || kind.contains('\0'))
    {
        return Err(wrong("type", "must be the name of a type of events"));
    }
    let search = listing.search.as_deref().filter(|text| !text.is_empty());
    Ok(Filter {
        status: listing.status.as_ref().map(word).transpose()?,
        kind: listing.r#type.clone(),
        search: search.map(|text| short("search", text)).transpose()?,
        customer: None,
    })
}

/// Our id of the customer that is named; a name that nobody has leaves nothing.
async fn customer(app: &App, scope: &Scope, name: Option<&str>) -> Result<Option<String>> {
    let Some(name) = name.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let name = short("customer", name)?;
    let found = customers::find(&app.db, scope, &name).await?;
    Ok(Some(found.map_or(name, |found| found.id.to_string())))
}

fn short(field: &str, text: &str) -> Result<String> {
    if text.len() > 255 || text.contains('\0') {
        return Err(wrong(field, "must be up to 255 characters without NUL"));
    }
    Ok(text.to_owned())
}

/// Get an event
#[utoipa::path(get, path = "/api/events/{id}", operation_id = "getEvent", tag = "events", params(("id" = String, Path, description = "`evt_…`")),
    responses((status = 200, description = "The event", body = EventAnswer)), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn get(
    State(app): State<App>,
    Backend(caller): Backend,
    Segment(id): Segment,
) -> problem::Result<Json<EventAnswer>> {
    Ok(Json(found(&app, &caller, &id).await?))
}

/// Work an event again
///
/// Whatever it led to before: the object is fetched fresh, so doing it twice changes nothing twice. The answer tells
/// what came of it.
#[utoipa::path(post, path = "/api/events/{id}/replay", operation_id = "replayEvent", tag = "events", params(("id" = String, Path, description = "`evt_…`")),
    responses((status = 200, description = "The event after it was worked", body = EventAnswer)), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn replay(
    State(app): State<App>,
    Backend(caller): Backend,
    Segment(id): Segment,
) -> problem::Result<Json<EventAnswer>> {
    let scope = caller.scope();
    found(&app, &caller, &id).await?;
    if !store::replay(&app.db, scope, &id, app.clock.machine()).await? {
        return Err(Code::Conflict
            .error("The event is being worked at this moment; look again in a few seconds")
            .into());
    }
    let act = app.act(&caller.actor, "event.replay", &id, &json!({}));
    dream_store::audit::record(&app.db, scope.platform(), Some(scope.tenant()), &act).await?;
    inbox::work_now(&app, &id, PATIENCE).await?;
    Ok(Json(found(&app, &caller, &id).await?))
}

async fn found(app: &App, caller: &BackendCaller, id: &str) -> Result<EventAnswer> {
    let entry = store::find(&app.db, caller.scope(), id).await?;
    let entry = entry.ok_or_else(|| Code::NotFound.error("This project has no such event"))?;
    Ok(EventAnswer {
        event: EventBody::of(&entry),
    })
}

impl EventBody {
    fn of(entry: &Entry) -> Self {
        let ms = |at: Millis| at.0;
        Self {
            id: entry.id.to_string(),
            r#type: entry.kind.to_string(),
            provider_event_id: entry.provider_event_id.to_string(),
            object_id: entry.object_id.to_string(),
            status: entry.status.as_str(),
            attempts: entry.attempts,
            last_error: entry.last_error.as_ref().map(ToString::to_string),
            created_at: entry.created_at.0,
            received_at: entry.received_at.0,
            done_at: entry.done_at.map(ms),
            payload: serde_json::from_str(&entry.payload).unwrap_or_default(),
        }
    }
}
