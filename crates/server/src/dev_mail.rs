//! `/_dev/mail`: the mails of a server in development, for people and for tests (rules 12, 30).

mod inbox;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse as _, Response};
use dream_domain::error::{Code, Result};
use dream_store::outbox::{self, Entry};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::dev::Local;
use crate::http::params::{Params, Segment};
use crate::http::{page, problem};
use crate::mail;

/// What cursors of this list are bound to.
const LIST: &str = "_dev/mail";
/// Messages read at once while looking for those to one address, and how many such reads there are.
const READ: i64 = 100;
const READS_MAX: usize = 20;

/// A mail in development.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MailBody {
    #[schema(example = "msg_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    id: String,
    #[schema(example = "ada@example.com")]
    to: String,
    #[schema(example = "Weather API <no-reply@localhost>")]
    from: String,
    #[schema(example = "482913 is your code for Weather API")]
    subject: String,
    /// The body for programs that show text only.
    text: String,
    /// The body for all others.
    html: String,
    /// Milliseconds since the epoch.
    #[schema(example = 1_763_712_000_000_i64)]
    created_at: i64,
    /// `waiting`, `sent`, `kept` (no relay is configured) or `dead` (given up).
    #[schema(example = "kept")]
    status: String,
    /// Why it did not leave the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The project's name, as the mail has it.
    #[schema(example = "Weather API")]
    project: String,
    /// The project and mode it was written for.
    publishable_key: String,
}

/// A page of mails.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MailList {
    messages: Vec<MailBody>,
    /// Send it as `cursor` for the next page; null on the last one.
    next_cursor: Option<String>,
    has_more: bool,
}

/// Which mails to show.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Mails to this address only, whatever its case.
    to: Option<String>,
    /// 1 to 100; 25 if left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
    /// The page only: the mail to show.
    id: Option<String>,
    /// The page only: `text` shows the plain body.
    view: Option<String>,
}

/// List the mails of a server in development
///
/// Newest first, whether a relay is configured or not. A browser gets a page instead.
#[utoipa::path(get, path = "/_dev/mail", operation_id = "listMails", tag = "development", params(Listing),
    responses((status = 200, description = "A page of mails", body = MailList)))]
pub(crate) async fn list(
    _: Local,
    State(app): State<App>,
    Params(listing): Params<Listing>,
    headers: HeaderMap,
) -> problem::Result<Response> {
    let found = find(&app, &listing).await?;
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok());
    let mut response = if accept.is_some_and(|accept| accept.contains("text/html")) {
        let chosen = match &listing.id {
            Some(id) => Some(mail_of(&app, id).await?),
            None => None,
        };
        inbox::page(&app, &listing, &found, chosen.as_ref())?
    } else {
        Json(found).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

/// The HTML of one mail, for the frame of the page: it may do nothing but show itself.
pub(crate) async fn show(
    _: Local,
    State(app): State<App>,
    Segment(id): Segment,
) -> problem::Result<Response> {
    let mail = mail_of(&app, &id).await?;
    // Links leave the frame they are shown in.
    let html = mail
        .html
        .replacen("<head>", "<head><base target=\"_blank\">", 1);
    let mut response = Html(html).into_response();
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; frame-ancestors 'self'; \
             sandbox allow-popups allow-popups-to-escape-sandbox",
        ),
    );
    Ok(response)
}

async fn mail_of(app: &App, id: &str) -> Result<MailBody> {
    let entry = outbox::find(&app.db, id).await?;
    let entry = entry.filter(|entry| *entry.kind == *mail::KIND);
    let entry = entry
        .ok_or_else(|| Code::NotFound.error("There is no mail with this id; see /_dev/mail"))?;
    Ok(read(app, &entry))
}

/// A page of the list. Addresses are sealed, so the filter reads and opens what is there.
async fn find(app: &App, listing: &Listing) -> Result<MailList> {
    let limit = page::limit(listing.limit.as_deref())?;
    let secret = app.master.cursors();
    let mut before = page::position(secret, LIST, listing.cursor.as_deref())?;
    let wanted = listing.to.as_ref().map(|to| to.to_lowercase());
    let fits = |mail: &MailBody| {
        let to = mail.to.to_lowercase();
        wanted.as_ref().is_none_or(|wanted| to == *wanted)
    };
    let mut messages = Vec::new();
    for _ in 0..READS_MAX {
        let entries = outbox::list(&app.db, before.as_deref(), READ).await?;
        let Some(last) = entries.last() else { break };
        before = Some(last.id.to_string());
        let mails = entries.iter().filter(|entry| *entry.kind == *mail::KIND);
        messages.extend(mails.map(|entry| read(app, entry)).filter(fits));
        if i64::try_from(messages.len()).unwrap_or(i64::MAX) > limit {
            break;
        }
    }
    let (messages, has_more) = page::cut(messages, limit);
    let last = messages.last().filter(|_| has_more);
    let next_cursor = last.map(|last| page::cursor(secret, LIST, &last.id));
    Ok(MailList {
        messages,
        next_cursor,
        has_more,
    })
}

/// A mail as it is shown. One that cannot be opened (written under another master key) says so.
fn read(app: &App, entry: &Entry) -> MailBody {
    let stored = mail::open(app, &entry.id, &entry.payload);
    let stored = stored.ok().flatten().unwrap_or_else(|| mail::Stored {
        from_name: String::new(),
        to: String::new(),
        subject: "(cannot be read)".to_owned(),
        text: "This mail was written under another DREAM_MASTER_KEY.".to_owned(),
        html: String::new(),
        good_for_ms: None,
    });
    MailBody {
        id: entry.id.to_string(),
        to: stored.to,
        from: format!("{} <{}>", stored.from_name, app.config.mail.from_address),
        subject: stored.subject,
        text: stored.text,
        html: stored.html,
        created_at: entry.created_at.0,
        status: entry.status.to_string(),
        error: entry.last_error.as_ref().map(ToString::to_string),
        project: stored.from_name,
        publishable_key: entry.tenant.to_string(),
    }
}
