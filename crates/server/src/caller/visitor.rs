//! Someone on the hosted pages of a project, signed in or not.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use dream_domain::error::{Code, Result};
use dream_store::customers::{self, Customer};
use dream_store::projects::Tenant;
use dream_store::sessions::{self, Session};

use crate::app::App;
use crate::caller::{site, tenant_named};
use crate::cookies::{self, Name};
use crate::http::body::{Fields, missing};
use crate::http::peer::Peer;
use crate::http::problem::Problem;
use crate::identity::secret;
use crate::signing_in::session;

/// A call of our own pages: the body names the project, the cookie of that project says who is signed in.
pub(crate) struct Visitor {
    pub(crate) tenant: Arc<Tenant>,
    /// What else the body holds.
    pub(crate) fields: Fields,
    /// Where the call comes from.
    pub(crate) client: IpAddr,
    /// What the browser says it is.
    pub(crate) user_agent: Option<String>,
    signed_in: Option<SignedIn>,
    flow: Option<String>,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) session: Session,
    pub(crate) customer: Customer,
}

impl Visitor {
    /// Who is signed in here; 401 `signed_out` if nobody is.
    pub(crate) fn signed_in(&self) -> Result<&SignedIn> {
        self.signed_in
            .as_ref()
            .ok_or_else(|| Code::SignedOut.error("Nobody is signed in here; sign in first"))
    }

    /// Who is signed in here, if anyone.
    pub(crate) fn signed_in_maybe(&self) -> Option<&SignedIn> {
        self.signed_in.as_ref()
    }

    /// The handle of the flow that this browser began last.
    pub(crate) fn flow(&self) -> Option<&str> {
        self.flow.as_deref()
    }
}

impl FromRequest<App> for Visitor {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> std::result::Result<Self, Problem> {
        site::check_write(app, request.headers())?;
        let headers = request.headers().clone();
        let client = request
            .extensions()
            .get::<Peer>()
            .map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.client);
        let mut fields = Fields::from_request(request, app).await?;
        let key = fields
            .text("publishableKey")?
            .ok_or_else(|| missing("publishableKey"))?;
        let tenant = tenant_named(app, &key).await?;
        let signed_in = find(app, &tenant, &headers).await?;
        let flow = cookies::read(app, &headers, Name::Flow, tenant.scope.tenant());
        Ok(Self {
            user_agent: session::user_agent(&headers),
            flow: flow.map(str::to_owned),
            tenant,
            fields,
            client,
            signed_in,
        })
    }
}

/// Who is signed in to a project by the cookie of a request.
pub(crate) async fn find(
    app: &App,
    tenant: &Tenant,
    headers: &HeaderMap,
) -> Result<Option<SignedIn>> {
    let Some(session) = session_of(app, tenant, headers).await? else {
        return Ok(None);
    };
    let found = customers::find(&app.db, &tenant.scope, &session.user_id).await?;
    Ok(found.map(|customer| SignedIn { session, customer }))
}

/// The living session that the cookie of a request names, noted as used.
pub(super) async fn session_of(
    app: &App,
    tenant: &Tenant,
    headers: &HeaderMap,
) -> Result<Option<Session>> {
    let Some(value) = cookies::read(app, headers, Name::Session, tenant.scope.tenant()) else {
        return Ok(None);
    };
    let now = app.clock.machine();
    let hash = secret::hash(value);
    let found = sessions::find_by_cookie(&app.db, &tenant.scope, &hash, now).await?;
    if let Some(session) = &found {
        sessions::used(&app.db, &tenant.scope, session, now).await?;
    }
    Ok(found)
}
