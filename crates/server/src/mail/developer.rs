//! Mail to developers: it comes from the platform, to an address that is known to be theirs.

use dream_domain::error::Result;
use dream_domain::key::PublishableKey;
use dream_domain::user::Email;
use dream_store::projects::{self, Tenant};
use dream_store::{customers, orders};

use crate::app::App;

/// The root project, in whose name is written, and the verified address of the developer whom a tenant belongs to.
/// None where mail cannot leave, the address is not verified, or the tenant is the root project itself.
pub(crate) async fn of(app: &App, tenant: &Tenant) -> Result<Option<(Tenant, Email)>> {
    let Some(key) = PublishableKey::parse(&app.root).filter(|_| app.config.can_mail()) else {
        return Ok(None);
    };
    let Some(root) = projects::open_public(&app.db, &key).await? else {
        return Ok(None);
    };
    let Some(owner) = orders::owner(&app.db, &tenant.scope).await? else {
        return Ok(None);
    };
    let found = customers::find(&app.db, &root.scope, &owner).await?;
    let email = found
        .filter(|row| row.email_verified)
        .and_then(|row| row.email);
    let email = email.and_then(|email| Email::parse(&email).ok());
    Ok(email.map(|email| (root, email)))
}
