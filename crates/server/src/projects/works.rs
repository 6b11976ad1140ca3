//! What is being done to a developer's projects.

use axum::extract::State;
use axum::response::Response;
use dream_store::projects as store;

use crate::app::App;
use crate::caller::Developer;
use crate::http::etag::Known;
use crate::http::problem;
use crate::works::{self, WorkList};

/// List what is being done to your projects
///
/// Deletions and resets that go on, or ended within the last hour, newest first. One that failed says why in `error`: it
/// is tried again, with growing pauses, and at once when you ask for it again. One that ended with an `error` is given up.
#[utoipa::path(get, path = "/projects/works", operation_id = "listWorks", tag = "projects", params(Known),
    responses((status = 200, description = "What is being done", body = WorkList), (status = 304, description = "As it was")), security(("developer" = [])))]
pub(crate) async fn list(
    State(app): State<App>,
    Developer(developer): Developer,
    known: Known,
) -> problem::Result<Response> {
    let Some(platform) = store::platform_of(&app.db, &developer.user).await? else {
        return Ok(known.answer(&WorkList::of(&[])));
    };
    let works = works::list(&app, &platform).await?;
    Ok(known.answer(&WorkList::of(&works)))
}
