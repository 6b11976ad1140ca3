//! A file as it arrives: as a form, or in base64 inside JSON. Of its name nothing is used.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dream_domain::error::{Code, Error, Result, invalid};
use http_body_util::{BodyDataStream, LengthLimitError, Limited};
use multer::Multipart;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;

use super::UPLOAD;
use crate::app::App;
use crate::http::body::{self, Fields, missing};
use crate::http::problem::Problem;

/// What surrounds a file in a body, in bytes.
const AROUND: usize = 64 * 1024;
/// A file of ten megabytes may take so many times as long as other bodies.
const PATIENCE: u32 = 4;
/// The longest publishable key that is read out of a form; all are shorter.
const KEY_MAX: usize = 255;

/// A picture in JSON.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"filename": "mug.png", "data": "iVBORw0KGgo…"}))]
#[expect(dead_code, reason = "describes the wire; the body is read by hand")]
pub(crate) struct AssetInput {
    /// The name of the file; nothing depends on it.
    filename: String,
    /// What the sender thinks it is; nothing depends on it.
    content_type: Option<String>,
    /// The file in base64.
    data: String,
    /// The project, where a developer calls.
    publishable_key: Option<String>,
}

/// A picture in a form.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"file": "the bytes of mug.png"}))]
#[expect(dead_code, reason = "describes the wire; the form is read by hand")]
pub(crate) struct AssetForm {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The project, where a developer calls.
    publishable_key: Option<String>,
}

/// A file that somebody sent.
pub(crate) struct Upload {
    pub(crate) file: Bytes,
    /// The project it is for, if the body says so.
    pub(crate) publishable_key: Option<String>,
    /// Its place among the files in memory, until it is kept.
    pub(crate) place: OwnedSemaphorePermit,
}

/// What a body says.
struct Said {
    file: Bytes,
    publishable_key: Option<String>,
}

impl FromRequest<App> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> std::result::Result<Self, Problem> {
        let place = app.pictures.admit().await?;
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).map(str::to_owned);
        let boundary = kind.and_then(|kind| multer::parse_boundary(kind).ok());
        let patience = app.config.http.body_timeout * PATIENCE;
        let Said {
            file,
            publishable_key,
        } = match boundary {
            Some(boundary) => form(request, boundary, patience).await?,
            None => json(request, patience).await?,
        };
        Ok(Self {
            file,
            publishable_key,
            place,
        })
    }
}

async fn json(request: Request, patience: Duration) -> Result<Said> {
    // Four characters stand for three bytes.
    let max = UPLOAD.bytes.div_ceil(3) * 4 + AROUND;
    let bytes = body::read_at_most(request, max, patience).await?;
    let mut fields = Fields::parse(&bytes)?;
    drop(bytes);
    fields.required_text("filename")?;
    let data = fields.required_text("data")?;
    let file = STANDARD.decode(&data).map_err(|_| {
        invalid(
            "data",
            "is not base64",
            "Send the bytes of the file in base64, with padding and without line breaks",
        )
    })?;
    Ok(Said {
        file: file.into(),
        publishable_key: fields.text("publishableKey")?,
    })
}

async fn form(request: Request, boundary: String, patience: Duration) -> Result<Said> {
    let max = UPLOAD.bytes + AROUND;
    let mut body = body::announced_at_most(request, max, patience).await?;
    match tokio::time::timeout(patience, parts(&mut body, boundary, max)).await {
        Err(_) => Err(body::late()),
        Ok(Ok(said)) => said,
        Ok(Err(multer::Error::StreamReadFailed(cause))) if cause.is::<LengthLimitError>() => {
            Err(body::too_much(body, max, patience).await)
        }
        Ok(Err(error)) => Err(broken(&error)),
    }
}

/// Reads the form to its end; the inner error is about what is in it.
async fn parts(
    body: &mut Body,
    boundary: String,
    max: usize,
) -> Result<Result<Said>, multer::Error> {
    let stream = BodyDataStream::new(Limited::new(body, max));
    let mut form = Multipart::new(stream, boundary);
    let (mut file, mut publishable_key) = (None, None);
    while let Some(mut field) = form.next_field().await? {
        match field.name() {
            Some("file") if file.is_none() => {
                let mut bytes = Vec::new();
                while let Some(chunk) = field.chunk().await? {
                    bytes.extend_from_slice(&chunk);
                }
                file = Some(Bytes::from(bytes));
            }
            Some("publishableKey") => {
                let text = field.text().await?;
                publishable_key = Some(text).filter(|text| text.len() <= KEY_MAX);
            }
            Some("file") => return Ok(Err(twice())),
            _ => while field.chunk().await?.is_some() {},
        }
    }
    Ok(file.ok_or_else(|| missing("file")).map(|file| Said {
        file,
        publishable_key,
    }))
}

fn twice() -> Error {
    invalid("file", "is there twice", "Send one picture with each call")
}

fn broken(error: &multer::Error) -> Error {
    Code::InvalidValue.error(format!("The form cannot be read: {error}"))
}
