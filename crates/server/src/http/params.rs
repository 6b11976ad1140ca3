//! Parts of an address: query and path, refused as problems like everything else.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use dream_domain::error::Code;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::http::problem::Problem;

/// The query of an address, read into `T`.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let read = Query::from_request_parts(parts, app).await;
        let Query(params) = read.map_err(|rejection| {
            Code::InvalidValue.error(format!(
                "The query cannot be read: {}",
                rejection.body_text()
            ))
        })?;
        Ok(Self(params))
    }
}

/// The variable part of a path, or several as a tuple. What cannot be one of ours is simply not found.
pub(crate) struct Segment<T = String>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Segment<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let missing = |_| Code::NotFound.error("There is nothing at this address");
        let Path(segment) = Path::from_request_parts(parts, app)
            .await
            .map_err(missing)?;
        Ok(Self(segment))
    }
}
