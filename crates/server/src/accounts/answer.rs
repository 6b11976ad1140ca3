//! An account as its owner sees it.

use dream_store::sessions::Session;
use serde::Serialize;
use utoipa::ToSchema;

use crate::signing_in::person::Person;

/// An account with its ways in and its sessions.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Account)]
pub(crate) struct AccountBody {
    pub(crate) user: Person,
    /// Whether there is a password to be asked for.
    pub(crate) has_password: bool,
    /// The one used last first.
    pub(crate) sessions: Vec<SessionRow>,
    pub(crate) identities: Vec<IdentityRow>,
}

/// A sign-in that lasts.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccountSession, example = json!({"id": "sess_019aa5c0d4f07a61b6ff0d3a4f5c2e17", "current": true, "userAgent": "Mozilla/5.0 …", "createdAt": 1_795_248_960_500_i64, "lastUsedAt": 1_795_248_960_500_i64}))]
pub(crate) struct SessionRow {
    /// `sess_…`.
    pub(crate) id: String,
    /// The one this call is made with.
    pub(crate) current: bool,
    /// What the browser said it is.
    pub(crate) user_agent: Option<String>,
    /// Epoch milliseconds.
    pub(crate) created_at: i64,
    /// Epoch milliseconds, within five minutes.
    pub(crate) last_used_at: i64,
}

/// An account elsewhere that signs in here.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountIdentity, example = json!({"provider": "google", "name": "Google", "email": "ada@example.com"}))]
pub(crate) struct IdentityRow {
    /// Its id.
    pub(crate) provider: String,
    /// What people call it.
    pub(crate) name: String,
    /// The address there.
    pub(crate) email: Option<String>,
}

/// The person after a change.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountUser)]
pub(crate) struct UserBody {
    pub(crate) user: Person,
}

impl SessionRow {
    pub(crate) fn of(session: &Session, current: &str) -> Self {
        Self {
            id: session.id.to_string(),
            current: *session.id == *current,
            user_agent: session.user_agent.as_deref().map(str::to_owned),
            created_at: session.created_at.0,
            last_used_at: session.last_used_at.0,
        }
    }
}
