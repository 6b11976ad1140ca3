//! What developers send about projects.

use dream_domain::error::{Result, invalid};
use dream_domain::key::Mode;
use dream_domain::project::{EmailVerification, Kind, Origin, check_name};
use dream_domain::text;
use dream_domain::tier::{Tier, validate_all};
use dream_store::projects::ProjectSettings;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::body::{Fields, missing, wrong};
use crate::tier_input::{self, TierFields};

/// A project to be made.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"projectName": "Weather API", "projectType": "saas", "mode": "test",
    "tiers": [{"name": "free", "price": 0, "limit": 5}, {"name": "pro", "price": 2900, "limit": 500}]}))]
pub(crate) struct ProjectInput {
    /// What you call it.
    #[schema(rename = "projectName")]
    pub(crate) name: String,
    /// `saas`, `store` or `membership`; never changes.
    #[schema(rename = "projectType", value_type = String, example = "saas")]
    pub(crate) kind: Kind,
    /// `test` or `live`.
    #[schema(value_type = Option<String>, example = "test")]
    pub(crate) mode: Mode,
    #[schema(value_type = Vec<TierFields>)]
    pub(crate) tiers: Vec<Tier>,
    /// The payment provider works out taxes at checkout.
    #[schema(value_type = Option<bool>)]
    pub(crate) enable_tax: bool,
    /// Checked against the token if sent.
    pub(crate) user_id: Option<String>,
}

/// A project by its publishable key.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"publishableKey": "pk_test_…"}))]
pub(crate) struct WhichKey {
    pub(crate) publishable_key: String,
}

/// A secret key to be added.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"publishableKey": "pk_test_…", "label": "next", "overlapSeconds": 3600}))]
pub(crate) struct KeyInput {
    pub(crate) publishable_key: String,
    /// What you call it.
    #[schema(value_type = Option<String>)]
    pub(crate) label: String,
    /// How long the old ones still work, 0 to 2,592,000; a day if left out.
    #[schema(minimum = 0, maximum = 2_592_000)]
    pub(crate) overlap_seconds: Option<i64>,
}

/// Settings to be changed; what is left out stays.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"publishableKey": "pk_test_…", "redirectOrigins": ["https://app.example.com"]}))]
pub(crate) struct SettingsInput {
    pub(crate) publishable_key: String,
    /// A new name, for both modes.
    pub(crate) project_name: Option<String>,
    /// Exact origins people may be sent to.
    pub(crate) redirect_origins: Option<Vec<String>>,
    /// Where to upgrade; answered at the limit. Clears with null.
    #[schema(value_type = Option<String>)]
    pub(crate) upgrade_url: Option<Option<String>>,
    /// Calls a minute of a user who calls with a token; 0 for no limit, null for the server's setting.
    #[schema(value_type = Option<i64>)]
    pub(crate) per_user_per_minute: Option<Option<i64>>,
    /// Do not tell shoppers how many are left.
    pub(crate) hide_inventory: Option<bool>,
    /// The payment provider works out taxes at checkout.
    enable_tax: Option<bool>,
    /// Countries that a store sends to, two letters each; an empty list asks buyers for no address.
    shipping_countries: Option<Vec<String>>,
    /// When new users show that an address is theirs: `required` before the first sign-in, `later` after it; null
    /// for the default of the mode (live `required`, test `later`). With `later`, answers for new addresses differ.
    #[schema(value_type = Option<String>, example = "required")]
    pub(crate) email_verification: Option<Option<EmailVerification>>,
    /// Whether older clients get their token in the address people return with; new ones exchange a code.
    pub(crate) legacy_token: Option<bool>,
    /// Where people return to who came without an address; of an allowed origin. Clears with null.
    #[schema(value_type = Option<String>, example = "https://app.example.com/welcome")]
    pub(crate) default_redirect: Option<Option<String>>,
    /// The colour of buttons on hosted pages and in mails, `#rrggbb`. Clears with null.
    #[schema(value_type = Option<String>, example = "#5b5bd6")]
    pub(crate) accent_color: Option<Option<String>>,
    /// Hosted pages and mails do not name dream-api.
    pub(crate) hide_branding: Option<bool>,
}

/// A project to be deleted.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"publishableKey": "pk_test_…", "confirm": "Weather API"}))]
pub(crate) struct DeleteInput {
    pub(crate) publishable_key: Option<String>,
    pub(crate) project_id: Option<String>,
    /// Alone enough while it is unique.
    pub(crate) project_name: Option<String>,
    /// The name of the project, typed.
    pub(crate) confirm: Option<String>,
    /// Subscriptions at a payment account that is not connected any more stay there, for its owner to cancel.
    #[schema(rename = "leaveSubscriptions", value_type = Option<bool>)]
    pub(crate) leaves_subscriptions: bool,
}

/// A project in test mode to be reset.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"publishableKey": "pk_test_…", "confirm": "Weather API"}))]
pub(crate) struct ResetInput {
    pub(crate) publishable_key: String,
    /// `sample`: just the sample that demo data comes with. Everything if left out.
    #[schema(rename = "only", value_type = Option<String>, example = "sample")]
    pub(crate) only_sample: bool,
    /// The name of the project, typed; not needed for the sample.
    pub(crate) confirm: Option<String>,
    /// Subscriptions at a payment account that is not connected any more stay there, for its owner to cancel.
    #[schema(rename = "leaveSubscriptions", value_type = Option<bool>)]
    pub(crate) leaves_subscriptions: bool,
    /// Delete nothing, and tell what would go.
    #[schema(rename = "dryRun", value_type = Option<bool>)]
    pub(crate) is_dry_run: bool,
}

impl ProjectInput {
    pub(crate) fn read(app: &App, mut fields: Fields) -> Result<Self> {
        let kind = fields
            .text("projectType")?
            .unwrap_or_else(|| "saas".to_owned());
        let kind = Kind::parse(&kind)
            .ok_or_else(|| wrong("projectType", "must be saas, store or membership"))?;
        let mode = fields.text("mode")?.unwrap_or_else(|| "test".to_owned());
        let mode = Mode::parse(&mode).ok_or_else(|| wrong("mode", "must be test or live"))?;
        let name = fields
            .text("projectName")?
            .unwrap_or_else(|| "Untitled Project".to_owned());
        let given = fields.list("tiers")?.ok_or_else(|| missing("tiers"))?;
        let mut tiers = Vec::with_capacity(given.len());
        for (position, value) in (0_i64..).zip(given) {
            let Value::Object(members) = value else {
                return Err(wrong("tiers", "must be a list of objects"));
            };
            let tier = TierFields::read(&mut Fields::of(members))
                .and_then(|fields| fields.make(app, kind, position))
                .map_err(|error| error.inside(&format!("tiers[{position}]")))?;
            tier_input::check_fits(kind, &tier)?;
            tiers.push(tier);
        }
        validate_all(&tiers)?;
        Ok(Self {
            name: check_name(&name)?,
            kind,
            mode,
            tiers,
            enable_tax: fields.flag("enableTax")?.unwrap_or(false),
            user_id: fields.text("userId")?,
        })
    }
}

impl WhichKey {
    pub(crate) fn read(mut fields: Fields) -> Result<Self> {
        Ok(Self {
            publishable_key: fields.required_text("publishableKey")?,
        })
    }
}

impl KeyInput {
    pub(crate) fn read(mut fields: Fields) -> Result<Self> {
        let publishable_key = fields.required_text("publishableKey")?;
        let label = fields
            .text("label")?
            .unwrap_or_else(|| "rotated".to_owned());
        let overlap_seconds = fields.int("overlapSeconds")?;
        if overlap_seconds.is_some_and(|seconds| !(0..=2_592_000).contains(&seconds)) {
            return Err(invalid(
                "overlapSeconds",
                "must be 0 to 2592000",
                "Send a number of seconds, at most 30 days",
            ));
        }
        Ok(Self {
            publishable_key,
            label: text::line("label", &label, 100)?,
            overlap_seconds,
        })
    }
}

impl SettingsInput {
    pub(crate) fn read(mut fields: Fields) -> Result<Self> {
        let upgrade_url = fields.clearable_text("upgradeUrl")?;
        if let Some(Some(url)) = &upgrade_url {
            text::line("upgradeUrl", url, 2000)?;
            if !url.starts_with("https://") && !url.starts_with("http://") {
                return Err(invalid(
                    "upgradeUrl",
                    "is not a web address",
                    "Send an https URL",
                ));
            }
        }
        let per_user = fields.clearable_int("perUserPerMinute")?;
        if let Some(Some(limit)) = per_user
            && !(0..=1_000_000).contains(&limit)
        {
            return Err(invalid(
                "perUserPerMinute",
                "must be 0 to 1000000",
                "Send a whole number, 0 for no limit",
            ));
        }
        let given = fields.texts("redirectOrigins")?;
        if given.as_ref().is_some_and(|list| list.len() > 50) {
            return Err(invalid(
                "redirectOrigins",
                "has more than 50 entries",
                "Shorten the list",
            ));
        }
        Ok(Self {
            publishable_key: fields.required_text("publishableKey")?,
            project_name: fields
                .text("projectName")?
                .map(|name| check_name(&name))
                .transpose()?,
            redirect_origins: given.map(|list| origins(&list)).transpose()?,
            upgrade_url,
            per_user_per_minute: per_user,
            hide_inventory: fields.flag("hideInventory")?,
            enable_tax: fields.flag("enableTax")?,
            shipping_countries: fields
                .texts("shippingCountries")?
                .map(|given| countries(&given))
                .transpose()?,
            email_verification: verification(&mut fields)?,
            legacy_token: fields.flag("legacyToken")?,
            default_redirect: fields.clearable_text("defaultRedirect")?,
            accent_color: fields
                .clearable_text("accentColor")?
                .map(|given| given.map(|text| colour(&text)).transpose())
                .transpose()?,
            hide_branding: fields.flag("hideBranding")?,
        })
    }

    /// These changes over what is set.
    pub(crate) fn over(&self, now: &ProjectSettings) -> ProjectSettings {
        ProjectSettings {
            redirect_origins: self
                .redirect_origins
                .clone()
                .unwrap_or_else(|| now.redirect_origins.clone()),
            upgrade_url: self
                .upgrade_url
                .clone()
                .unwrap_or_else(|| now.upgrade_url.clone()),
            per_user_per_minute: self.per_user_per_minute.unwrap_or(now.per_user_per_minute),
            hide_inventory: self.hide_inventory.unwrap_or(now.hide_inventory),
            enable_tax: self.enable_tax.unwrap_or(now.enable_tax),
            sample_until: now.sample_until,
            shipping_countries: self
                .shipping_countries
                .clone()
                .unwrap_or_else(|| now.shipping_countries.clone()),
            email_verification: match self.email_verification {
                Some(set) => set.map(|set| set.as_str().to_owned()),
                None => now.email_verification.clone(),
            },
            legacy_token: self.legacy_token.or(now.legacy_token),
            default_redirect: self
                .default_redirect
                .clone()
                .unwrap_or_else(|| now.default_redirect.clone()),
            accent_color: self
                .accent_color
                .clone()
                .unwrap_or_else(|| now.accent_color.clone()),
            hide_branding: self.hide_branding.unwrap_or(now.hide_branding),
            logo_version: now.logo_version.clone(),
        }
    }
}

/// Origins as they are stored: read, and written in one way.
fn origins(given: &[String]) -> Result<Vec<String>> {
    given
        .iter()
        .map(|text| Origin::parse(text).map(|origin| origin.as_str().to_owned()))
        .collect()
}

/// Countries by their two letters (ISO 3166), in capitals and without repeats.
fn countries(given: &[String]) -> Result<Vec<String>> {
    let read = |text: &String| {
        let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_code.then(|| text.to_ascii_uppercase()).ok_or_else(|| {
            invalid(
                "shippingCountries",
                "holds something that is no country",
                "Send codes of two letters, such as DE",
            )
        })
    };
    let mut codes: Vec<String> = given.iter().map(read).collect::<Result<_>>()?;
    codes.sort_unstable();
    codes.dedup();
    Ok(codes)
}

fn verification(fields: &mut Fields) -> Result<Option<Option<EmailVerification>>> {
    let Some(given) = fields.clearable_text("emailVerification")? else {
        return Ok(None);
    };
    let read = given.map(|word| {
        EmailVerification::parse(&word).ok_or_else(|| {
            invalid(
                "emailVerification",
                "must be required or later",
                "Send required or later, or null for the default of the mode",
            )
        })
    });
    Ok(Some(read.transpose()?))
}

/// `#rrggbb`, in small letters.
fn colour(text: &str) -> Result<String> {
    let digits = text.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(invalid(
        "accentColor",
        "is not a colour",
        "Send # and six hexadecimal digits, such as #5b5bd6",
    ))
}

impl DeleteInput {
    pub(crate) fn read(mut fields: Fields) -> Result<Self> {
        Ok(Self {
            publishable_key: fields.text("publishableKey")?,
            project_id: fields.text("projectId")?,
            project_name: fields.text("projectName")?,
            confirm: fields.text("confirm")?,
            leaves_subscriptions: fields.flag("leaveSubscriptions")?.unwrap_or(false),
        })
    }
}

impl ResetInput {
    pub(crate) fn read(mut fields: Fields) -> Result<Self> {
        let only = fields.text("only")?;
        if only.as_deref().is_some_and(|only| only != "sample") {
            return Err(wrong("only", "must be sample, or left out"));
        }
        Ok(Self {
            publishable_key: fields.required_text("publishableKey")?,
            only_sample: only.is_some(),
            confirm: fields.text("confirm")?,
            leaves_subscriptions: fields.flag("leaveSubscriptions")?.unwrap_or(false),
            is_dry_run: fields.flag("dryRun")?.unwrap_or(false),
        })
    }
}
