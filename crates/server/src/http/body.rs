//! Request bodies: read within limits, then taken apart member by member, each by its name.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use dream_domain::error::{Code, Error, Result};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Body as _;
use serde_json::{Map, Value};

use crate::app::App;
use crate::http::json;
use crate::http::problem::Problem;

/// How much of a body that is too large is read on at least, in bytes.
const DISCARD_MAX: usize = 16 << 20;

/// The members of a JSON body. An empty body is `{}` (rules 8).
#[derive(Debug)]
pub(crate) struct Fields {
    members: Map<String, Value>,
}

impl FromRequest<App> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> std::result::Result<Self, Problem> {
        Ok(Self::parse(&read(request, app).await?)?)
    }
}

/// A body as it came, within the limits, for what depends on every byte of it.
pub(crate) struct Raw(pub(crate) axum::body::Bytes);

impl FromRequest<App> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> std::result::Result<Self, Problem> {
        Ok(Self(read(request, app).await?))
    }
}

/// Reads a JSON body within the limits of size and time.
pub(crate) async fn read(request: Request, app: &App) -> Result<axum::body::Bytes> {
    let http = &app.config.http;
    read_at_most(request, http.body_max_bytes, http.body_timeout).await
}

/// Reads a JSON body of at most `max` bytes, within a time.
pub(crate) async fn read_at_most(
    request: Request,
    max: usize,
    patience: Duration,
) -> Result<axum::body::Bytes> {
    check_type(request.headers())?;
    if request.body().is_end_stream() {
        return Ok(axum::body::Bytes::new());
    }
    let mut body = announced_at_most(request, max, patience).await?;
    let read = Limited::new(&mut body, max).collect();
    match tokio::time::timeout(patience, read).await {
        Err(_) => Err(late()),
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(too_much(body, max, patience).await)
        }
        Ok(Err(_)) => Err(Code::InvalidJson.error("The body broke off before it was complete")),
    }
}

/// The body of a request, unless it announces that it is longer than `max` bytes.
pub(crate) async fn announced_at_most(
    request: Request,
    max: usize,
    patience: Duration,
) -> Result<Body> {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let asks_first = request.headers().contains_key(header::EXPECT);
    let body = request.into_body();
    match announced.filter(|length| *length > max) {
        None => Ok(body),
        Some(_) if asks_first => Err(too_large(max)),
        Some(length) if length > discard_max(max) => Err(too_large(max)),
        Some(_) => Err(too_much(body, max, patience).await),
    }
}

/// The answer to a body that turned out to be longer than `max` bytes, once its end was read.
pub(crate) async fn too_much(mut body: Body, max: usize, patience: Duration) -> Error {
    discard(&mut body, discard_max(max), patience).await;
    too_large(max)
}

/// The answer to a body that is not there in time.
pub(crate) fn late() -> Error {
    Code::RequestTimeout.error("The body did not arrive in time")
}

/// Where more is allowed, those who send too much send more.
fn discard_max(max: usize) -> usize {
    DISCARD_MAX.max(max.saturating_mul(4))
}

/// Reads on without keeping anything: most clients write a request to its end before they read the answer,
/// and would see a broken connection instead of the 413.
async fn discard(body: &mut Body, most: usize, patience: Duration) {
    let reading = async {
        let mut read = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read += frame.data_ref().map_or(0, axum::body::Bytes::len);
            if read > most {
                return;
            }
        }
    };
    // Whoever is slower than this has had his chance to hear it.
    let _ = tokio::time::timeout(patience, reading).await;
}

fn too_large(max: usize) -> Error {
    Code::PayloadTooLarge.error(format!("The body is larger than {max} bytes"))
}

/// JSON may come under no type, its own, or curl's form default (rules 8).
fn check_type(headers: &HeaderMap) -> Result<()> {
    let Some(given) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let full = given.to_str().unwrap_or("?").to_ascii_lowercase();
    let mut parts = full.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    let json = matches!(
        kind,
        "application/json" | "application/x-www-form-urlencoded"
    ) || kind.ends_with("+json");
    let utf8 = parts.all(|p| {
        !p.starts_with("charset=")
            || matches!(
                p.trim_start_matches("charset=").trim_matches('"'),
                "utf-8" | "utf8" | "us-ascii"
            )
    });
    if json && utf8 {
        return Ok(());
    }
    Err(Code::UnsupportedMediaType.error("Send the body as application/json in UTF-8"))
}

impl Fields {
    /// Takes a body apart.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self {
                members: Map::new(),
            });
        }
        match json::parse(bytes)? {
            Value::Object(members) => Ok(Self { members }),
            _ => Err(Code::InvalidJson.error("The body must be a JSON object, such as {}")),
        }
    }

    /// The members of an object inside a body.
    pub(crate) fn of(members: Map<String, Value>) -> Self {
        Self { members }
    }

    /// The member, whatever it is; `null` is a value, not absence.
    pub(crate) fn value(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name)
    }

    /// A member of text.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>> {
        self.typed(name, "text in quotes", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// A member of text that may be cleared with `null`: the outer option is presence.
    pub(crate) fn clearable_text(&mut self, name: &str) -> Result<Option<Option<String>>> {
        self.typed(
            name,
            "text in quotes, or null to clear it",
            |value| match value {
                Value::String(text) => Some(Some(text)),
                Value::Null => Some(None),
                _ => None,
            },
        )
    }

    /// A member of text that must be there (400 `missing_field`).
    pub(crate) fn required_text(&mut self, name: &str) -> Result<String> {
        self.text(name)?.ok_or_else(|| missing(name))
    }

    /// A whole number.
    pub(crate) fn int(&mut self, name: &str) -> Result<Option<i64>> {
        self.typed(name, "a whole number", |value| value.as_i64())
    }

    /// A whole number that may be cleared with `null`.
    pub(crate) fn clearable_int(&mut self, name: &str) -> Result<Option<Option<i64>>> {
        self.typed(
            name,
            "a whole number, or null to clear it",
            |value| match value {
                Value::Null => Some(None),
                other => other.as_i64().map(Some),
            },
        )
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>> {
        self.typed(name, "true or false", |value| value.as_bool())
    }

    /// An object.
    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Map<String, Value>>> {
        self.typed(name, "an object", |value| match value {
            Value::Object(members) => Some(members),
            _ => None,
        })
    }

    /// A list.
    pub(crate) fn list(&mut self, name: &str) -> Result<Option<Vec<Value>>> {
        self.typed(name, "a list", |value| match value {
            Value::Array(items) => Some(items),
            _ => None,
        })
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>> {
        self.typed(name, "a list of texts", |value| match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| {
                    if let Value::String(text) = item {
                        Some(text)
                    } else {
                        None
                    }
                })
                .collect(),
            _ => None,
        })
    }

    fn typed<T>(
        &mut self,
        name: &str,
        wanted: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(value) = self.members.remove(name) else {
            return Ok(None);
        };
        match read(value) {
            Some(value) => Ok(Some(value)),
            None => Err(wrong(name, &format!("must be {wanted}"))),
        }
    }
}

/// A 422 that names the field.
pub(crate) fn wrong(name: &str, what: &str) -> Error {
    Code::InvalidValue.error(format!("{name} {what}")).field(
        name,
        what,
        format!("Send {name} in the documented form"),
    )
}

/// A 400 that names the field.
pub(crate) fn missing(name: &str) -> Error {
    Code::MissingField
        .error(format!("{name} is required"))
        .field(name, "is missing", format!("Add {name} to the body"))
}
