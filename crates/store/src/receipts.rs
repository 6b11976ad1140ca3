//! Receipts: an order found by the token that its buyer has.

use std::sync::Arc;

use dream_domain::error::Result;

use crate::Db;
use crate::orders::{self, Order};
use crate::projects::{self, Tenant};

/// The order of a receipt and the project that sold it, by what is stored of the token; whoever has the
/// token may see both.
pub async fn find(db: &Db, hash: &str) -> Result<Option<(Tenant, Order)>> {
    let Some((tenant, order)) = orders::by_receipt(db, hash).await? else {
        return Ok(None);
    };
    let tenant = projects::load(db, &tenant).await?;
    Ok(tenant.map(|tenant| (tenant, order)))
}

/// The publishable key of the project whose receipt it is.
pub async fn tenant_of(db: &Db, hash: &str) -> Result<Option<Arc<str>>> {
    let found = orders::by_receipt(db, hash).await?;
    Ok(found.map(|(tenant, _)| tenant))
}
