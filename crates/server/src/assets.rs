//! Uploaded pictures: sent by a developer, drawn anew, shown to anyone under an address that never changes.

mod answer;
mod keeping;
mod upload;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use dream_domain::error::{Code, Error, Result};
use dream_domain::image::{Format, UPLOAD};
use dream_store::assets as store;
use dream_store::projects::{self, Tenant};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::assets::upload::{AssetForm, AssetInput, Upload};
use crate::caller::{Backend, Developer, DeveloperCaller};
use crate::http::params::Segment;
use crate::http::problem;

pub(crate) use keeping::sweep;

/// Where pictures are, on this server.
const PATH: &str = "/api/assets/";

/// A picture that is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssetAnswer {
    /// A hash of what it shows and of the project: the same picture has the same key.
    #[schema(example = "5f1d3c0a9b8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a.png")]
    key: String,
    /// Where it is.
    #[schema(example = "/api/assets/5f1d3c0a9b8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a.png")]
    url: String,
    /// What it is.
    #[serde(rename = "contentType")]
    #[schema(example = "image/png")]
    content_type: String,
    /// Pixels from left to right.
    #[schema(example = 800)]
    width: i64,
    /// Pixels from top to bottom.
    #[schema(example = 600)]
    height: i64,
}

/// Upload a picture
///
/// PNG, JPEG, WebP or GIF, which its bytes say and not its name, of at most 10 MiB, 12,000 pixels a side and 40
/// million in all. It is drawn anew, turned as its camera noted, without place, author and other notes; a GIF keeps
/// its frames, other animations the first one. As JSON with the file in base64, or as a form with the field `file`.
/// The same picture sent again has the same address.
#[utoipa::path(post, path = "/api/assets", operation_id = "uploadAsset", tag = "assets",
    request_body(content((AssetInput = "application/json"), (AssetForm = "multipart/form-data"))),
    responses((status = 200, description = "Where it is; the address is relative to this server", body = AssetAnswer)),
    security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn create(
    State(app): State<App>,
    Backend(caller): Backend,
    upload: Upload,
) -> problem::Result<Json<AssetAnswer>> {
    let asset = keeping::keep(&app, &caller.tenant.scope, upload.file).await?;
    drop(upload.place);
    Ok(Json(AssetAnswer::of(&asset, "")))
}

/// Upload a picture of one of your projects
///
/// The same as `POST /api/assets`, for a signed-in developer. The project is named by `X-Publishable-Key` or
/// `publishableKey` in the body; who has only one, in one mode, need not name it.
#[utoipa::path(post, path = "/upload-asset", operation_id = "uploadOwnAsset", tag = "assets",
    request_body(content((AssetInput = "application/json"), (AssetForm = "multipart/form-data"))),
    responses((status = 200, description = "Where it is; the address is a whole one", body = AssetAnswer)),
    security(("developer" = [])))]
pub(crate) async fn create_own(
    State(app): State<App>,
    Developer(developer): Developer,
    headers: HeaderMap,
    upload: Upload,
) -> problem::Result<Json<AssetAnswer>> {
    let named = headers.get("x-publishable-key");
    let named = named.map(|key| key.to_str().unwrap_or_default().to_owned());
    let tenant = match (named, upload.publishable_key) {
        (Some(one), Some(other)) if one != other => {
            return Err(Code::KeyMismatch
                .error("X-Publishable-Key and publishableKey name two projects")
                .into());
        }
        (Some(key), _) | (None, Some(key)) => developer.owned(&app, &key).await?,
        (None, None) => only_project(&app, &developer).await?,
    };
    let asset = keeping::keep(&app, &tenant.scope, upload.file).await?;
    drop(upload.place);
    Ok(Json(AssetAnswer::of(&asset, &app.config.public_url)))
}

/// A picture
///
/// For anyone, from any origin. What is at an address never changes.
#[utoipa::path(get, path = "/api/assets/{key}", operation_id = "getAsset", tag = "catalogue",
    params(("key" = String, Path, description = "As the upload answered it"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of a copy that is there already")),
    responses((status = 200, description = "The picture", content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (Vec<u8> = "image/gif"))),
        (status = 304, description = "The copy is the picture")))]
pub(crate) async fn get(
    State(app): State<App>,
    Segment(key): Segment,
    headers: HeaderMap,
) -> problem::Result<Response> {
    if !is_key(&key) {
        return Err(none().into());
    }
    let asset = store::shown(&app.db, &key).await?.ok_or_else(none)?;
    if answer::has(&headers, &asset) {
        return Ok(answer::unchanged(&asset));
    }
    let found = app.objects.get(&asset.object).await;
    let object = found.map_err(keeping::unavailable)?.ok_or_else(none)?;
    Ok(answer::picture(&asset, object))
}

impl AssetAnswer {
    fn of(asset: &store::Asset, base: &str) -> Self {
        Self {
            key: asset.key.to_string(),
            url: format!("{base}{PATH}{}", asset.key),
            content_type: asset.content_type.to_string(),
            width: asset.width,
            height: asset.height,
        }
    }
}

/// The project of a developer who has only one.
async fn only_project(app: &App, developer: &DeveloperCaller) -> Result<Tenant> {
    let platform = developer.platform(app).await?;
    let mut tenants = projects::list(&app.db, &platform).await?;
    match (tenants.pop(), tenants.len()) {
        (Some(only), 0) => Ok(only),
        _ => Err(crate::http::body::missing("publishableKey")),
    }
}

/// Digits of a hash in hexadecimal, and what its format's names end with.
fn is_key(key: &str) -> bool {
    let Some((hash, extension)) = key.split_once('.') else {
        return false;
    };
    let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    hash.len() == keeping::HASH_DIGITS
        && hash.bytes().all(hex)
        && Format::of_extension(extension).is_some()
}

fn none() -> Error {
    Code::NotFound.error("There is no picture at this address")
}
