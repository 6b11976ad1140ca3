//! What developers send about providers, and browsers on their way to one and back.

use dream_domain::error::{Result, invalid};
use dream_domain::text;
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::app::App;
use crate::http::body::Fields;
use crate::signing_in::offered::GOOGLE;
use crate::signing_in::way_back::WayBack;

const ID_MAX: usize = 32;
const NAME_MAX: usize = 50;
const CLIENT_ID_MAX: usize = 255;
const CLIENT_SECRET_MAX: usize = 2000;
const ISSUER_MAX: usize = 500;

/// A sign-in provider: Google, or any `OpenID` Connect issuer.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"publishableKey": "pk_test_…", "id": "acme", "name": "Acme", "issuer": "https://id.acme.example", "clientId": "weather-api", "clientSecret": "…"}))]
pub(crate) struct ProviderInput {
    pub(crate) publishable_key: String,
    /// Its name in addresses: a small letter, then up to 31 of `a-z`, `0-9` and `-`. `google` is Google's.
    pub(crate) id: String,
    /// What the button says; the id if left out.
    #[schema(value_type = Option<String>)]
    pub(crate) name: String,
    /// Exactly as its discovery document names it; left out for `google`.
    #[schema(value_type = Option<String>)]
    pub(crate) issuer: String,
    /// What the issuer knows your project as.
    pub(crate) client_id: String,
    /// Stored encrypted and never shown.
    #[schema(value_type = String)]
    pub(crate) client_secret: Zeroizing<String>,
}

/// A provider of a project.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = WhichProvider, example = json!({"publishableKey": "pk_test_…", "id": "acme"}))]
pub(crate) struct Which {
    pub(crate) publishable_key: String,
    pub(crate) id: String,
}

/// A project.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WhichQuery {
    /// Its publishable key.
    #[param(example = "pk_test_…")]
    pub(crate) publishable_key: String,
}

/// Where a browser comes from that wants to sign in.
#[derive(Debug, Deserialize)]
pub(crate) struct StartQuery {
    pub(crate) pk: Option<String>,
    redirect: Option<String>,
    code_challenge: Option<String>,
    state: Option<String>,
    intent: Option<String>,
}

/// What a provider sends a browser back with.
#[derive(Deserialize)]
pub(crate) struct CallbackQuery {
    pub(crate) state: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) iss: Option<String>,
}

impl ProviderInput {
    pub(crate) fn read(app: &App, mut fields: Fields) -> Result<Self> {
        let publishable_key = fields.required_text("publishableKey")?;
        let id = check_id(fields.required_text("id")?)?;
        let google = id == GOOGLE;
        let name = fields.text("name")?;
        let name = name.unwrap_or_else(|| {
            if google {
                "Google".to_owned()
            } else {
                id.clone()
            }
        });
        let issuer = match fields.text("issuer")? {
            None if google => app.config.google.issuer.clone(),
            None => return Err(crate::http::body::missing("issuer")),
            Some(issuer) => text::visible("issuer", &issuer, ISSUER_MAX)?,
        };
        // People are linked to Google by this name; under it nobody else may say who they are.
        if google && issuer != app.config.google.issuer {
            return Err(invalid(
                "issuer",
                "is not Google's",
                "Leave it out for google, or give the provider another id",
            ));
        }
        let client_id = fields.required_text("clientId")?;
        let secret = Zeroizing::new(fields.required_text("clientSecret")?);
        Ok(Self {
            publishable_key,
            name: text::required_line("name", &name, NAME_MAX)?,
            issuer,
            client_id: text::visible("clientId", &client_id, CLIENT_ID_MAX)?,
            client_secret: Zeroizing::new(text::required_line(
                "clientSecret",
                &secret,
                CLIENT_SECRET_MAX,
            )?),
            id,
        })
    }
}

impl Which {
    pub(crate) fn read(mut fields: Fields) -> Result<Self> {
        Ok(Self {
            publishable_key: fields.required_text("publishableKey")?,
            id: fields.required_text("id")?,
        })
    }
}

impl StartQuery {
    /// The page it comes from.
    pub(crate) fn page(&self) -> &'static str {
        match self.intent.as_deref() {
            Some("signup") => "signup",
            _ => "signin",
        }
    }

    /// The way back it asks for.
    pub(crate) fn way(&self) -> WayBack {
        WayBack {
            redirect: self.redirect.clone(),
            code_challenge: self.code_challenge.clone(),
            state: self.state.clone(),
        }
    }
}

fn check_id(id: String) -> Result<String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let letter = id.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if letter && id.len() <= ID_MAX && id.bytes().all(plain) {
        return Ok(id);
    }
    Err(invalid(
        "id",
        "is not a name for addresses",
        "Send a small letter, then up to 31 of a-z, 0-9 and -",
    ))
}
