//! A customer's billing page, opened by his developer.

use axum::Json;
use axum::extract::State;

use super::found;
use crate::app::App;
use crate::buying::{PortalInput, PortalPage};
use crate::caller::Backend;
use crate::http::body::Fields;
use crate::http::params::Segment;
use crate::http::problem;

/// Open the billing portal of a customer
///
/// A link to send to the customer, who changes plan and card there, cancels, and finds invoices. It works for a short
/// time only.
#[utoipa::path(post, path = "/api/customers/{id}/portal", operation_id = "openCustomerPortal", tag = "customers", params(("id" = String, Path, description = "Our id, or your external id")),
    request_body(content = PortalInput), responses((status = 200, description = "Where to send the customer", body = PortalPage)), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn open(
    State(app): State<App>,
    Backend(caller): Backend,
    Segment(id): Segment,
    fields: Fields,
) -> problem::Result<Json<PortalPage>> {
    let tenant = &caller.tenant;
    let input = PortalInput::read(fields)?;
    let customer = found(&app, &caller, &id).await?;
    let wanted = input.wanted(&app, tenant)?;
    Ok(Json(
        PortalPage::open(&app, tenant, &customer, &wanted).await?,
    ))
}
