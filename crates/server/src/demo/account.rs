//! The demo developer's account at the sandbox, so that both demo projects sell (rules 15).

use dream_domain::error::Result;
use dream_domain::id::PlatformId;
use dream_domain::key::Mode;
use dream_store::payments::{self, NewAccount, PaymentAccount};
use dream_store::projects;
use serde_json::json;

use super::ACTOR;
use crate::app::App;
use crate::catalog;
use crate::payments::sandbox;

/// The account's name at the sandbox. A fixed one, so that a start that was cut off makes no second one.
pub(super) const ACCOUNT: &str = "acct_dreamdemo";

/// Connects the account in test mode unless the developer has, or had, one there already. Nothing where test mode does
/// not use the sandbox.
pub(super) async fn ensure(app: &App, platform: &PlatformId) -> Result<()> {
    let known = payments::account(&app.db, platform, Mode::Test).await?;
    let is_gone =
        |known: &PaymentAccount| known.disconnected_at.is_some() || *known.account_id != *ACCOUNT;
    if known.as_ref().is_some_and(is_gone) {
        return Ok(());
    }
    // An account that is known already is looked for all the same: the sandbox may have been made to forget it.
    let found = match sandbox::connect(app, Mode::Test, ACCOUNT).await {
        Ok(found) => found,
        // It is tried again with the next start; a demo account holds up none.
        Err(cause) => {
            tracing::warn!(cause = ?cause, "the demo account is not connected; restart the server to try again");
            return Ok(());
        }
    };
    let Some(health) = found.filter(|_| known.is_none()) else {
        return Ok(());
    };
    app.fault("demo.connected");
    let tenants = projects::tenants_of(&app.db, platform, Mode::Test).await?;
    let account = NewAccount {
        account_id: ACCOUNT.to_owned(),
        scope: "read_write".to_owned(),
        // The sandbox connects by name, without tokens.
        sealed_tokens: String::new(),
        health,
        messages: catalog::messages_of(app, &tenants),
    };
    let act = app.act(ACTOR, "payment-account.connect", ACCOUNT, &json!({}));
    payments::connect(&app.db, platform, Mode::Test, &account, &act).await
}
