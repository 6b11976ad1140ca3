//! A link that lets someone choose a password, and makes the account if there is none.

use dream_domain::error::Result;
use dream_domain::user::Email;
use dream_store::customers;
use dream_store::projects::Tenant;

use crate::app::App;
use crate::signing_in::codes::{self, Purpose, Remembered, Send};

/// Mails the link; the caller answers the same for every address.
pub(crate) async fn send(app: &App, tenant: &Tenant, email: &Email) -> Result<()> {
    let found = customers::find_by_email(&app.db, &tenant.scope, &email.folded()).await?;
    let user = found.as_ref().map(|customer| &*customer.id);
    let remembered = Remembered {
        email: email.as_str().to_owned(),
        may_create: true,
        ..Remembered::default()
    };
    codes::begin(
        app,
        tenant,
        Purpose::ResetPassword,
        user,
        remembered,
        Send::Code,
    )
    .await?;
    Ok(())
}
