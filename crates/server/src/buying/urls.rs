//! Where a buyer goes after a checkout, paid or not.

use dream_domain::error::{Code, Error, Result};
use dream_domain::key::Mode;
use dream_domain::project::redirect_allowed;
use dream_store::projects::Tenant;
use percent_encoding::percent_decode_str;

use crate::app::App;
use crate::signing_in::way_back::{encode, origins};

/// What the provider replaces by the id of the session, and we in addresses that it does not see.
const SESSION: &str = "{CHECKOUT_SESSION_ID}";

/// Both ways out of a checkout, as the provider gets them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ways {
    /// After paying: our page that makes sure the plan is there and brings a fresh token.
    pub(crate) success: String,
    /// Without paying.
    pub(crate) cancel: String,
}

impl Ways {
    /// Checks both addresses (rules 26), and leads the paid way through our page `/refresh`.
    pub(crate) fn of_plan(
        app: &App,
        tenant: &Tenant,
        success: Option<&str>,
        cancel: Option<&str>,
    ) -> Result<Self> {
        let success = allowed(app, tenant, "successUrl", success)?;
        let cancel = allowed(app, tenant, "cancelUrl", cancel)?;
        let base = &app.config.public_url;
        let own = format!("{base}/refresh?");
        let success = if success.starts_with(&own) {
            success
        } else {
            let (key, to) = (tenant.scope.tenant(), encode(&success));
            format!("{own}pk={key}&redirect={to}")
        };
        Ok(Self {
            success: format!("{success}&session_id={SESSION}"),
            cancel,
        })
    }
}

/// An address with the session's id in the place meant for it, however it is written.
pub(crate) fn filled(url: &str, session: &str) -> String {
    url.replace(SESSION, session)
        .replace("%7BCHECKOUT_SESSION_ID%7D", session)
}

/// An address that the project allows; without one its default, in test mode our own page (rules 26).
pub(crate) fn allowed(
    app: &App,
    tenant: &Tenant,
    field: &'static str,
    url: Option<&str>,
) -> Result<String> {
    let given = url.filter(|url| !url.is_empty());
    let Some(url) = given.or(tenant.settings.default_redirect.as_deref()) else {
        if tenant.scope.mode() == Mode::Test {
            let base = &app.config.public_url;
            return Ok(format!("{base}/return?pk={}", tenant.scope.tenant()));
        }
        return Err(Code::RedirectNotConfigured.error(format!(
            "{field} was left out, and the project has no default to return to; send it"
        )));
    };
    if is_allowed(app, tenant, url) {
        return Ok(url.to_owned());
    }
    Err(not_allowed(field))
}

/// Addresses of allowed origins; our own pages only where the place they lead to is allowed too.
fn is_allowed(app: &App, tenant: &Tenant, url: &str) -> bool {
    let base = &app.config.public_url;
    let is_root = **tenant.scope.tenant() == *app.root;
    if let Some(query) = url.strip_prefix(&format!("{base}/refresh?")) {
        let value = |part: &str| part.strip_prefix("redirect=").map(str::to_owned);
        let to = query.split('&').find_map(value);
        let to = to.map(|to| percent_decode_str(&to).decode_utf8_lossy().into_owned());
        return to.is_some_and(|to| allowed_origin(tenant, &to));
    }
    if is_root {
        return url
            .strip_prefix(base.as_str())
            .is_some_and(|rest| rest.starts_with('/'));
    }
    allowed_origin(tenant, url)
}

fn allowed_origin(tenant: &Tenant, url: &str) -> bool {
    redirect_allowed(url, &origins(tenant), tenant.scope.mode())
}

fn not_allowed(field: &'static str) -> Error {
    let fix =
        "Add its origin to the project's redirect origins, or send an address of one that is there";
    Code::RedirectNotAllowed
        .error(format!(
            "{field} is not of an origin that the project allows"
        ))
        .field(field, "is not of an allowed origin", fix)
}
