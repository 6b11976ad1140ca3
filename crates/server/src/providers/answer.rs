//! What developers read about providers.

use dream_store::sign_in_providers::SignInProvider;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::signing_in::offered::{self, Offered};

/// The providers of a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderList {
    /// Those that were set up for it.
    providers: Vec<ProviderBody>,
    /// All that its pages offer, in the order of the buttons: Google too, where the server has it for every project.
    offered: Vec<OfferedBody>,
}

/// A provider of a project, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProviderBody {
    #[schema(example = "acme")]
    id: String,
    #[schema(example = "Acme")]
    name: String,
    #[schema(example = "https://id.acme.example")]
    issuer: String,
    #[schema(example = "weather-api")]
    client_id: String,
    /// To be registered with the issuer, letter for letter.
    #[schema(example = "https://auth.example.com/auth/callback/acme")]
    redirect_uri: String,
    /// Milliseconds since the epoch.
    created_at: i64,
}

/// A button.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferedBody {
    #[schema(example = "google")]
    id: String,
    #[schema(example = "Google")]
    name: String,
}

/// A provider that was set up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderSet {
    success: bool,
    provider: ProviderBody,
}

/// A provider that is gone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"success": true}))]
pub(crate) struct ProviderDeleted {
    pub(super) success: bool,
}

impl ProviderList {
    pub(super) fn of(app: &App, own: &[SignInProvider], offered: Vec<Offered>) -> Self {
        let button = |Offered { id, name }| OfferedBody { id, name };
        Self {
            providers: own.iter().map(|one| ProviderBody::of(app, one)).collect(),
            offered: offered.into_iter().map(button).collect(),
        }
    }
}

impl ProviderBody {
    pub(super) fn of(app: &App, provider: &SignInProvider) -> Self {
        Self {
            id: provider.id.to_string(),
            name: provider.name.to_string(),
            issuer: provider.issuer.to_string(),
            client_id: provider.client_id.to_string(),
            redirect_uri: offered::redirect_uri(app, &provider.id),
            created_at: provider.created_at.0,
        }
    }
}

impl ProviderSet {
    pub(super) fn of(provider: ProviderBody) -> Self {
        Self {
            success: true,
            provider,
        }
    }
}
