//! The sign-in providers a project offers: its own, and Google where the server has a client for all.

use dream_domain::error::{Code, Result};
use dream_store::projects::Tenant;
use dream_store::sign_in_providers::{self as store, SignInProvider};
use zeroize::Zeroizing;

use crate::app::App;

/// The id that Google has in every project.
pub(crate) const GOOGLE: &str = "google";
/// What its button says.
const GOOGLE_NAME: &str = "Google";

/// A provider as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offered {
    /// Its name in addresses.
    pub(crate) id: String,
    /// What its button says.
    pub(crate) name: String,
}

/// A provider with what signs people in. Has no `Debug`, since it holds a secret.
pub(crate) struct Registered {
    pub(crate) id: String,
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: Zeroizing<String>,
}

/// What a project offers, in the order of its buttons.
pub(crate) async fn list(app: &App, tenant: &Tenant) -> Result<Vec<Offered>> {
    let own = store::list(&app.db, &tenant.scope).await?;
    let replaced = own.iter().any(|provider| &*provider.id == GOOGLE);
    let google = app.config.google.client.is_some() && !replaced;
    let google = google.then(|| Offered {
        id: GOOGLE.to_owned(),
        name: GOOGLE_NAME.to_owned(),
    });
    let own = own.iter().map(|provider| Offered {
        id: provider.id.to_string(),
        name: provider.name.to_string(),
    });
    Ok(google.into_iter().chain(own).collect())
}

/// A provider of a project, by its id; 404 `provider_not_found`.
pub(crate) async fn find(app: &App, tenant: &Tenant, id: &str) -> Result<Registered> {
    if let Some(own) = store::find(&app.db, &tenant.scope, id).await? {
        return registered(app, tenant, &own);
    }
    let google = app.config.google.client.as_ref().filter(|_| id == GOOGLE);
    let (client_id, client_secret) = google.ok_or_else(|| {
        Code::ProviderNotFound.error("This project has no sign-in provider of this id")
    })?;
    Ok(Registered {
        id: GOOGLE.to_owned(),
        issuer: app.config.google.issuer.clone(),
        client_id: client_id.clone(),
        client_secret: client_secret.clone(),
    })
}

/// Seals the secret of a project's own provider.
pub(crate) fn seal(app: &App, tenant: &Tenant, id: &str, secret: &str) -> Result<String> {
    let owner = belongs_to(tenant, id);
    app.master.seal(&app.random, &owner, secret.as_bytes())
}

/// Where a provider sends people back to, the same for every project.
pub(crate) fn redirect_uri(app: &App, id: &str) -> String {
    format!("{}/auth/callback/{id}", app.config.public_url)
}

fn registered(app: &App, tenant: &Tenant, own: &SignInProvider) -> Result<Registered> {
    let plain = app
        .master
        .open(&belongs_to(tenant, &own.id), &own.sealed_secret)?;
    let secret = std::str::from_utf8(&plain)
        .map_err(|_| Code::Internal.error("The secret of a sign-in provider is damaged"))?;
    Ok(Registered {
        id: own.id.to_string(),
        issuer: own.issuer.to_string(),
        client_id: own.client_id.to_string(),
        client_secret: Zeroizing::new(secret.to_owned()),
    })
}

fn belongs_to(tenant: &Tenant, id: &str) -> String {
    format!("sign_in_providers/{}/{id}", tenant.scope.tenant())
}
