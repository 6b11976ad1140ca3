//! The picture of a project: set by its developer, shown to anyone on hosted pages and in mails.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dream_domain::error::{Code, Error, Result, invalid};
use dream_domain::image::{self, Format, LOGO};
use dream_domain::key::PublishableKey;
use dream_domain::text::hex;
use dream_store::logos::{self as store, StoredLogo};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::cache::Freshness;
use crate::caller::Developer;
use crate::http::body::{Fields, missing};
use crate::http::params::{Params, Segment};
use crate::http::problem;

/// A picture to be set.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"publishableKey": "pk_test_…", "logo": "data:image/png;base64,iVBORw0KGgo…"}))]
pub(crate) struct LogoInput {
    pub(crate) publishable_key: String,
    /// A PNG, JPEG or WebP picture of at most 256 KiB as a data URI; null takes it away.
    #[schema(value_type = Option<String>)]
    pub(crate) logo: Option<Given>,
}

/// A picture as it was sent.
#[derive(Debug)]
pub(crate) struct Given {
    head: image::Head,
    bytes: Bytes,
}

/// The picture after a change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogoAnswer {
    #[schema(example = true)]
    success: bool,
    #[schema(example = "pk_test_…")]
    publishable_key: String,
    /// Where it is on this server; another picture has another address. Null without one.
    #[schema(example = "/auth/logo/pk_test_…?v=0a1b2c3d4e5f")]
    logo_url: Option<String>,
}

/// Which picture an address means.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Version {
    /// The first digits of the picture's SHA-256. With the right ones the answer may be kept for a year.
    v: Option<String>,
}

impl LogoInput {
    fn read(mut fields: Fields) -> Result<Self> {
        let publishable_key = fields.required_text("publishableKey")?;
        let given = fields.clearable_text("logo")?;
        let given = given.ok_or_else(|| missing("logo"))?;
        Ok(Self {
            publishable_key,
            logo: given.as_deref().map(picture).transpose()?,
        })
    }
}

/// Set the picture of a project
///
/// Shown on hosted pages and in mails. What is not needed to draw it is taken out: place, camera, author and other
/// notes. It is turned as its camera noted.
#[utoipa::path(post, path = "/projects/logo", operation_id = "setProjectLogo", tag = "projects", request_body(content = LogoInput),
    responses((status = 200, description = "The picture now", body = LogoAnswer)), security(("developer" = [])))]
pub(crate) async fn set(
    State(app): State<App>,
    Developer(developer): Developer,
    fields: Fields,
) -> problem::Result<Json<LogoAnswer>> {
    let input = LogoInput::read(fields)?;
    let tenant = developer.owned(&app, &input.publishable_key).await?;
    let logo = match input.logo {
        Some(given) => Some(redraw(&app, given).await?),
        None => None,
    };
    let detail = json!({"version": logo.as_ref().map(|(_, version)| version)});
    let key = tenant.scope.tenant();
    let act = app.act(&developer.user, "project.logo", key, &detail);
    let new = logo.as_ref().map(|(stored, version)| (stored, &**version));
    store::put(&app.db, &tenant, new, &act).await?;
    let now = developer.owned(&app, &input.publishable_key).await?;
    Ok(Json(LogoAnswer {
        success: true,
        publishable_key: input.publishable_key,
        logo_url: now.logo_url(),
    }))
}

/// The picture of a project
///
/// For anyone, from any origin, since mails show it too.
#[utoipa::path(get, path = "/auth/logo/{pk}", operation_id = "getProjectLogo", tag = "catalogue",
    params(("pk" = String, Path, description = "The publishable key of the project"), Version),
    responses((status = 200, description = "The picture", content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp")))))]
pub(crate) async fn get(
    State(app): State<App>,
    Segment(key): Segment,
    Params(asked): Params<Version>,
) -> problem::Result<Response> {
    let key = PublishableKey::parse(&key).ok_or_else(none)?;
    let tenant = app
        .caches
        .tenant(&app.db, &key, Freshness::CheckNow)
        .await?
        .filter(|tenant| tenant.settings.logo_version.is_some())
        .ok_or_else(none)?;
    let stored = store::find(&app.db, &tenant.scope)
        .await?
        .ok_or_else(none)?;
    let bytes = STANDARD.decode(stored.data.as_bytes()).map_err(|e| {
        Code::Internal
            .error("A stored picture is damaged")
            .because(e)
    })?;
    // The bytes themselves say which version they are: what is kept for a year is never another picture.
    let current = asked.v.is_some_and(|asked| asked == version(&bytes));
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&stored.content_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    for (name, value) in [
        (
            header::CACHE_CONTROL,
            if current { FOR_A_YEAR } else { "no-cache" },
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        (CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

const FOR_A_YEAR: &str = "public, max-age=31536000, immutable";
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// The first 12 hex digits of the SHA-256.
fn version(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..6])
}

/// A picture as it is stored, and its version.
async fn redraw(app: &App, given: Given) -> Result<(StoredLogo, String)> {
    let drawn = app.pictures.redraw(given.bytes, given.head).await?;
    let picture = drawn.map_err(|fault| fault.of_field("logo"))?;
    let stored = StoredLogo {
        content_type: picture.format.media_type().into(),
        data: STANDARD.encode(&picture.bytes).into(),
    };
    Ok((stored, version(&picture.bytes)))
}

/// A picture in a data URI; its type is what its bytes say, and the URI must agree.
fn picture(uri: &str) -> Result<Given> {
    let form = || {
        invalid(
            "logo",
            "is no data URI in base64",
            "Send data:image/png;base64, and the bytes, or null for none",
        )
    };
    let (head, data) = uri.split_once(',').ok_or_else(form)?;
    let kind = head
        .strip_prefix("data:")
        .and_then(|rest| rest.strip_suffix(";base64"))
        .ok_or_else(form)?;
    let bytes = STANDARD.decode(data).map_err(|_| form())?;
    let head = image::inspect(&bytes, &LOGO).map_err(|fault| fault.of_field("logo"))?;
    let is = head.format.media_type();
    let told = if kind == "image/jpg" {
        "image/jpeg"
    } else {
        kind
    };
    if head.format == Format::Gif {
        return Err(invalid(
            "logo",
            "is a GIF, which moves",
            "Send a PNG, JPEG or WebP picture",
        ));
    }
    if told == is {
        let bytes = bytes.into();
        return Ok(Given { head, bytes });
    }
    Err(invalid(
        "logo",
        format!("is of type {is}, and its data URI says another"),
        format!("Begin it with data:{is};base64,"),
    ))
}

fn none() -> Error {
    Code::NotFound.error("This project has no picture")
}
