//! What developers set for their projects.

use dream_domain::error::{Code, Result};
use dream_domain::project::EmailVerification;
use dream_domain::time::Millis;
use serde::{Deserialize, Serialize};

use crate::Db;
use crate::audit::Act;
use crate::db::Change;
use crate::params;
use crate::projects::Tenant;
use crate::sql::statements;
use crate::step::Step;

statements! {
    PUT = "update tenants set settings = $2, generation = generation + 1
        where publishable_key = $1 and generation = $3";
}

/// What a developer sets for a project in one mode.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProjectSettings {
    /// Exact origins a person may be sent to.
    pub redirect_origins: Vec<String>,
    /// Where a person who is at the limit can upgrade; answered as `upgradeUrl`.
    pub upgrade_url: Option<String>,
    /// Calls a minute of a user who calls with a token; none for the server's setting, 0 for no limit.
    pub per_user_per_minute: Option<i64>,
    /// Whether shoppers see how many are left.
    pub hide_inventory: bool,
    /// `required` or `later`; none for the default of the mode.
    pub email_verification: Option<String>,
    /// Tokens may stand in the address a person returns with (rules 27); none for yes.
    pub legacy_token: Option<bool>,
    /// Where people go who were sent without an address to return to.
    pub default_redirect: Option<String>,
    /// `#rrggbb`, on hosted pages and in mails.
    pub accent_color: Option<String>,
    /// Hosted pages do not name dream-api.
    pub hide_branding: bool,
    /// The payment provider works out taxes at checkout.
    pub enable_tax: bool,
    /// Countries that a store sends to, two letters each; none asks buyers for no address.
    pub shipping_countries: Vec<String>,
    /// First hex digits of the picture's SHA-256; none without one.
    pub logo_version: Option<String>,
    /// Customers, orders and events from before this moment (business time, milliseconds) are sample data; none where
    /// there is none. Only demo data has it.
    pub sample_until: Option<i64>,
}

impl Tenant {
    /// When a new end user has to show that an address is theirs.
    pub fn email_verification(&self) -> EmailVerification {
        let set = self.settings.email_verification.as_deref();
        set.and_then(EmailVerification::parse)
            .unwrap_or_else(|| EmailVerification::default_of(self.scope.mode()))
    }

    /// Whether tokens may stand in the address a person returns with.
    pub fn legacy_token(&self) -> bool {
        self.settings.legacy_token.unwrap_or(true)
    }

    /// Whether what was made at this moment is sample data.
    pub fn is_sample(&self, made_at: Millis) -> bool {
        let until = self.settings.sample_until;
        until.is_some_and(|until| made_at.0 < until)
    }

    /// The path of the project's picture on our own origin, if there is one.
    pub fn logo_url(&self) -> Option<String> {
        let version = self.settings.logo_version.as_ref()?;
        Some(format!("/auth/logo/{}?v={version}", self.scope.tenant()))
    }
}

/// Replaces the settings, if nothing changed since `tenant` was read.
pub async fn put_settings(
    db: &Db,
    tenant: &Tenant,
    settings: &ProjectSettings,
    act: &Act<'_>,
) -> Result<()> {
    let key = tenant.scope.tenant();
    let steps = vec![
        step(tenant, settings)?,
        act.step(tenant.scope.platform(), Some(key)),
    ];
    db.change(Change {
        steps,
        bumps: vec![db.versions().tenant_slot(key)],
        ..Change::default()
    })
    .await?;
    Ok(())
}

/// The step that replaces the settings, if nothing changed since `tenant` was read.
pub(crate) fn step(tenant: &Tenant, settings: &ProjectSettings) -> Result<Step> {
    let row = params![tenant.scope.tenant(), text(settings)?, tenant.generation];
    Ok(Step::new(&PUT, row).must_change(1))
}

pub(crate) fn text(settings: &ProjectSettings) -> Result<String> {
    serde_json::to_string(settings).map_err(|e| {
        Code::Internal
            .error("The settings cannot be stored")
            .because(e)
    })
}
