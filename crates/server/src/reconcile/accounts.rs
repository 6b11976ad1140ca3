//! How the connected accounts are: what a lost `account.updated` would have told.

use dream_domain::error::Result;
use dream_store::payments as store;
use dream_store::reconcile::Connected;

use super::Lease;
use super::round::{Report, failed};
use super::sweep::kept;
use crate::app::App;
use crate::payments;

/// Asks every account how it is, one that several developers have connected once. `connected` has those of one id
/// together.
pub(super) async fn look(
    app: &App,
    connected: &[Connected],
    lease: &Lease<'_>,
    report: &mut Report,
) -> Result<()> {
    let same = |a: &Connected, b: &Connected| (a.mode, &a.account_id) == (b.mode, &b.account_id);
    for sharing in connected.chunk_by(same) {
        if !kept(Some(lease)).await? {
            return Ok(());
        }
        if let Err(error) = refresh(app, sharing).await {
            failed(&error, report);
        }
    }
    Ok(())
}

/// Stores how one account is for all who have connected it.
async fn refresh(app: &App, sharing: &[Connected]) -> Result<()> {
    let Some(first) = sharing.first() else {
        return Ok(());
    };
    let Ok(provider) = app.payments.provider(first.mode) else {
        return Ok(());
    };
    let (id, at) = (&first.account_id, app.now());
    let calls = provider.at(id).in_background();
    let found = calls.account().await.map_err(payments::problem)?;
    let health = payments::health(found);
    for one in sharing {
        store::put_health(&app.db, &one.platform, one.mode, id, &health, at).await?;
    }
    Ok(())
}
