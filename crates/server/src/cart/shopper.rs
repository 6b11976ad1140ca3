//! Who checks a cart out: anyone with the publishable key, perhaps signed in, or the developer's server.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use dream_store::customers;
use dream_store::projects::Tenant;

use crate::app::App;
use crate::cache::Freshness;
use crate::caller::Public;
use crate::credentials::{Credentials, Presented};
use crate::http::peer::{Peer, network};
use crate::http::problem::Problem;
use crate::tokens;

/// Whoever checks a cart out.
pub(crate) struct Shopper {
    pub(super) tenant: Arc<Tenant>,
    /// The user, if a token or the developer's server names one that is known.
    pub(super) user: Option<Arc<str>>,
    /// The user's address.
    pub(super) email: Option<String>,
    /// A hash of the network, which is limited; none for servers, which are not.
    pub(super) network: Option<String>,
}

impl FromRequestParts<App> for Shopper {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Public(tenant) = Public::from_request_parts(parts, app).await?;
        let credentials = Credentials::read(&parts.headers, &parts.method)?;
        let by_server = matches!(credentials.presented, Presented::Secret(_));
        let named = named(app, &tenant, &credentials).await;
        let customer = match named {
            Some(id) => customers::find(&app.db, &tenant.scope, &id).await?,
            None => None,
        };
        let peer = parts.extensions.get::<Peer>().filter(|_| !by_server);
        let email = customer.as_ref().and_then(|row| row.email.as_deref());
        Ok(Self {
            email: email.map(str::to_owned),
            user: customer.map(|row| row.id),
            network: peer.map(|peer| {
                let address = network(peer.client).to_string();
                app.master.mac("network", &address)
            }),
            tenant,
        })
    }
}

/// The user of a token of this project; one that is stale, or of another project, is nobody (rules 2). A server may name
/// any.
async fn named(app: &App, tenant: &Tenant, credentials: &Credentials) -> Option<String> {
    let token = match &credentials.presented {
        Presented::Token(token) => Some(token),
        Presented::Secret(_) | Presented::None => credentials.user_token.as_ref(),
    };
    if let Some(token) = token {
        let verified = tokens::verify(app, token, Freshness::CheckNow).await.ok()?;
        let is_ours = *verified.tenant.as_str() == **tenant.scope.tenant();
        return is_ours.then(|| verified.user.to_string());
    }
    let by_server = matches!(credentials.presented, Presented::Secret(_));
    let id = credentials.user_id.as_ref().filter(|_| by_server);
    id.filter(|id| !id.contains('\0')).cloned()
}
