//! What whoever runs the server can do from the command line: through the socket of a running server, or on
//! the database itself when none runs (rules 16).

pub mod ask;
pub mod backup;
mod keys;
pub(crate) mod projects;
pub mod socket;
mod status;
pub(crate) mod tiers;

use std::path::PathBuf;

use dream_domain::error::{Code, Error, Result, invalid};
use dream_domain::key::PublishableKey;
use dream_store::audit;
use dream_store::projects::Tenant;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::App;
use crate::tokens;

/// Who is written into the audit log for these acts.
const ACTOR: &str = "cli";

/// An administrative command: what the command line sends, one JSON line each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Command {
    /// Makes a project with keys; the answer holds the secret key, this once.
    ProjectCreate {
        /// What people read.
        name: String,
        /// `saas`, `store` or `membership`.
        kind: String,
        /// `test` or `live`.
        mode: String,
        /// E-mail of the developer, who is made if there is none; without it the only developer there is.
        owner: Option<String>,
    },
    /// All projects, the root project included.
    ProjectList,
    /// Adds a secret key; the answer holds it, this once.
    KeysCreate {
        /// Project and mode.
        publishable_key: String,
        /// A name to tell it from others.
        label: Option<String>,
    },
    /// Ends a secret key at once.
    KeysRevoke {
        /// `key_…`
        key_id: String,
    },
    /// The secret keys of a project mode, without their secrets.
    KeysList {
        /// Project and mode.
        publishable_key: String,
    },
    /// Makes a new signing key; the one before verifies until its overlap ends.
    KeysRotateSigning,
    /// Makes a token of an end user, as sign-in would.
    TokenMint {
        /// Project and mode.
        publishable_key: String,
        /// Our id of the user, or the developer's.
        user: String,
        /// How long it lives; the setting without.
        seconds: Option<u32>,
    },
    /// Writes a copy of the SQLite database, and of the pictures where these are in a folder.
    Backup {
        /// An absolute path that must not exist.
        file: PathBuf,
    },
    /// Who this server is and whether its database can be written.
    Status,
}

/// Does what a command says and answers what it made or found.
pub async fn run(app: &App, command: Command) -> Result<Value> {
    match command {
        Command::ProjectCreate {
            name,
            kind,
            mode,
            owner,
        } => projects::create(app, &name, &kind, &mode, owner.as_deref()).await,
        Command::ProjectList => projects::list(app).await,
        Command::KeysCreate {
            publishable_key,
            label,
        } => keys::create(app, &publishable_key, label.as_deref()).await,
        Command::KeysRevoke { key_id } => keys::revoke(app, &key_id).await,
        Command::KeysList { publishable_key } => keys::list(app, &publishable_key).await,
        Command::KeysRotateSigning => keys::rotate_signing(app).await,
        Command::TokenMint {
            publishable_key,
            user,
            seconds,
        } => mint(app, &publishable_key, &user, seconds).await,
        Command::Backup { file } => backup::write(app, file).await,
        Command::Status => status::status(app).await,
    }
}

async fn mint(app: &App, key: &str, user: &str, seconds: Option<u32>) -> Result<Value> {
    let tenant = tenant(app, key).await?;
    refuse_root(app, &tenant, "no tokens are made by hand")?;
    let seconds = seconds.map_or_else(
        || i64::try_from(app.config.user_token.as_secs()).unwrap_or(i64::MAX),
        i64::from,
    );
    let scope = &tenant.scope;
    let act = app.act(ACTOR, "token.mint", user, &json!({"seconds": seconds}));
    audit::record(&app.db, scope.platform(), Some(scope.tenant()), &act).await?;
    let minted = tokens::mint(app, &tenant, user, seconds).await?;
    Ok(
        json!({"token": minted.token, "expiresAt": minted.expires_at.0, "publishableKey": key, "user": user}),
    )
}

/// The tenant that a publishable key names.
async fn tenant(app: &App, key: &str) -> Result<Tenant> {
    let fix = "Copy it from `dream-api project list`";
    let key = PublishableKey::parse(key)
        .ok_or_else(|| invalid("The publishable key", "is misspelt or not one", fix))?;
    let found = dream_store::projects::open_public(&app.db, &key).await?;
    found.ok_or_else(|| not_found("There is no project with this publishable key"))
}

/// The root project has no secret key and its tokens come from sign-in alone (rules 4).
fn refuse_root(app: &App, tenant: &Tenant, what: &str) -> Result<()> {
    if *tenant.scope.tenant() == app.root {
        let detail = format!(
            "This is the root project, which developers sign in to; {what} for it. Name one of your projects"
        );
        return Err(Code::Conflict.error(detail));
    }
    Ok(())
}

fn not_found(detail: &'static str) -> Error {
    Code::ProjectNotFound.error(detail)
}
