//! Links to pricing pages that show what is not sold yet: `POST /pricing-previews`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dream_domain::error::Result;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Developer;
use crate::http::body::{Fields, missing};
use crate::http::problem;
use crate::previewing::Preview;
use crate::tier_input::TierFields;

/// A draft of tiers.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"publishableKey": "pk_test_…",
    "tiers": [{"name": "pro", "price": 3900}, {"name": "team", "price": 9900, "limit": 5000}, {"name": "max", "active": false}]}))]
pub(crate) struct PreviewInput {
    publishable_key: String,
    /// What changes of a tier, by its `name`, or a new one as it is added. `{"name": "pro", "active": false}` hides one.
    #[schema(value_type = Vec<TierFields>)]
    tiers: Vec<Value>,
}

/// A link to a preview.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PricingPreview)]
pub(crate) struct PreviewLink {
    /// The pricing page with the draft laid over it.
    #[schema(example = "https://api.example.org/pricing?pk=pk_test_…&preview=pk_test_….Zm9v")]
    url: String,
    /// When the link stops working; milliseconds since the epoch.
    #[schema(example = 1_763_712_000_000_i64)]
    expires_at: i64,
}

impl PreviewInput {
    fn read(mut fields: Fields) -> Result<Self> {
        Ok(Self {
            publishable_key: fields.required_text("publishableKey")?,
            tiers: fields.list("tiers")?.ok_or_else(|| missing("tiers"))?,
        })
    }
}

/// Make a link to a preview of the pricing page
///
/// The hosted pricing page shows the project's tiers with the draft laid over them, for seven days, to whoever has the
/// link. Nothing that is sold changes. The draft is in the link itself, which may therefore be long: 8 KiB of JSON at
/// most. A tier of the draft is checked as one that is added or edited.
#[utoipa::path(post, path = "/pricing-previews", operation_id = "createPricingPreview", tag = "tiers", request_body(content = PreviewInput),
    responses((status = 201, description = "The link", body = PreviewLink)), security(("developer" = [])))]
pub(crate) async fn create(
    State(app): State<App>,
    Developer(developer): Developer,
    fields: Fields,
) -> problem::Result<(StatusCode, Json<PreviewLink>)> {
    let input = PreviewInput::read(fields)?;
    let tenant = developer.owned(&app, &input.publishable_key).await?;
    let preview = Preview::of(&app, &tenant, input.tiers)?;
    let token = preview.seal(&app, &tenant)?;
    let url = format!(
        "{}/pricing?pk={}&preview={token}",
        app.config.public_url, input.publishable_key
    );
    let link = PreviewLink {
        url,
        expires_at: preview.expires_at().0,
    };
    Ok((StatusCode::CREATED, Json(link)))
}
