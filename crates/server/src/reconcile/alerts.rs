//! Mail to developers about what is bad: once for the same thing, and at most once a day for one cause.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::key::Mode;
use dream_store::outbox::{self, Message, Note};
use dream_store::projects::Tenant;
use dream_store::settings;

use super::bad::{self, Bad};
use crate::app::App;
use crate::mail::{self, Letter, developer};

/// What developers are written about.
const CAUSES: [&str; 3] = ["events_dead", "account_missing", "account_incomplete"];

/// Looks at these tenants and writes to their developers. What fails for one holds up no other.
pub(super) async fn tell(app: &App, tenants: &[Arc<Tenant>]) {
    for tenant in tenants {
        if let Err(error) = tell_one(app, tenant).await {
            let tenant = &**tenant.scope.tenant();
            tracing::warn!(tenant, cause = ?error, "a developer cannot be told what is bad");
        }
    }
}

async fn tell_one(app: &App, tenant: &Tenant) -> Result<()> {
    let (_, bad) = bad::look(app, tenant).await?;
    let today = app.now().day_start().0.to_string();
    for cause in CAUSES {
        let name = format!("alert/{}/{cause}", tenant.scope.tenant());
        let before = settings::find(&app.db, &name).await?;
        let before = before.as_deref();
        let told = before.and_then(|told| told.split_once(' '));
        match (bad.iter().find(|bad| bad.code == cause), told) {
            (Some(bad), Some((day, state))) if day == today || state == state_of(bad) => {}
            (Some(bad), _) => {
                let Some(letter) = letter(app, tenant, bad).await? else {
                    continue;
                };
                let note = Note {
                    name: &name,
                    before,
                    value: &format!("{today} {}", state_of(bad)),
                };
                if outbox::add_noted(&app.db, &letter, &note).await? {
                    app.wake_outbox();
                }
            }
            // When it comes back, it is news.
            (None, Some((day, state))) if !state.is_empty() => {
                settings::put(&app.db, &name, &format!("{day} ")).await?;
            }
            (None, _) => {}
        }
    }
    Ok(())
}

/// What tells one state of a cause from another. An account is checked again and again and stays as it is.
fn state_of(bad: &Bad) -> String {
    match bad.at.filter(|_| bad.code == "events_dead") {
        Some(at) => format!("{at} {}", bad.message),
        None => bad.message.clone(),
    }
}

/// None where there is nobody it can reach.
async fn letter(app: &App, tenant: &Tenant, bad: &Bad) -> Result<Option<Message>> {
    let Some((root, to)) = developer::of(app, tenant).await? else {
        return Ok(None);
    };
    let project = match tenant.scope.mode() {
        Mode::Live => tenant.name.to_string(),
        Mode::Test => format!("{} (test mode)", tenant.name),
    };
    let (url, key) = (&app.config.public_url, tenant.scope.tenant());
    let letter = Letter::Alert {
        project: &project,
        what: &bad.message,
        link: &format!("{url}/dashboard/{key}/{}", bad.link),
    };
    mail::compose(app, &root, &to, &letter).map(Some)
}
