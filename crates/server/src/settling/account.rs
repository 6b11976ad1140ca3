//! Events of the connected accounts themselves: how they are, and that they left.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::id::PlatformId;
use dream_store::inbox::{self, Claimed};
use dream_store::projects::Tenant;
use dream_store::{payments as accounts, projects, subscriptions as store};
use serde_json::json;

use super::Outcome;
use crate::app::App;
use crate::payments;
use crate::payments::api::webhook::Event;
use crate::subscriptions::{self, Cause};

/// Subscriptions read at a time.
const PAGE: i64 = 100;

/// `account.updated` and `account.application.deauthorized`.
pub(super) async fn event(app: &App, claimed: &Claimed, event: &Event) -> Result<Outcome> {
    let mode = event.mode();
    let platforms = accounts::platforms_of_account(&app.db, &event.account, mode).await?;
    for platform in &platforms {
        inbox::assign(&app.db, &claimed.id, None, platform).await?;
        match event.kind.as_str() {
            "account.application.deauthorized" => left(app, platform, event).await?,
            "account.updated" => updated(app, platform, event).await?,
            _ => {}
        }
    }
    Ok(if platforms.is_empty() {
        Outcome::Ignored("no developer here has connected this account")
    } else {
        Outcome::Done
    })
}

/// The developer withdrew what he had allowed. Nobody loses at once what is paid: access lasts to the end of each
/// period (stripe.md 5.5.8).
async fn left(app: &App, platform: &PlatformId, event: &Event) -> Result<()> {
    let mode = event.mode();
    let Some(account) = accounts::account(&app.db, platform, mode).await? else {
        return Ok(());
    };
    // He may have connected it again since: then it answers.
    let provider = app.payments.provider(mode)?;
    if *account.account_id != *event.account || provider.at(&event.account).account().await.is_ok()
    {
        return Ok(());
    }
    let detail = json!({"account": event.account});
    let act = app.act(
        "payments",
        "payment-account.deauthorized",
        platform.as_str(),
        &detail,
    );
    accounts::disconnect(&app.db, platform, mode, app.now(), &act).await?;
    for tenant in projects::tenants_of(&app.db, platform, mode).await? {
        settle_all(app, &tenant).await?;
    }
    Ok(())
}

/// Looks at every subscription of a tenant that has not ended.
async fn settle_all(app: &App, tenant: &Tenant) -> Result<()> {
    let mut after: Arc<str> = "".into();
    loop {
        let page = store::unended(&app.db, &tenant.scope, &after, PAGE).await?;
        for id in &page {
            subscriptions::sync(app, tenant, id, Cause::default()).await?;
        }
        match page.last() {
            Some(last) => after = last.clone(),
            None => return Ok(()),
        }
    }
}

async fn updated(app: &App, platform: &PlatformId, event: &Event) -> Result<()> {
    let mode = event.mode();
    let provider = app.payments.provider(mode)?;
    let at = app.now();
    let found = provider
        .at(&event.account)
        .account()
        .await
        .map_err(payments::problem)?;
    let health = payments::health(found);
    accounts::put_health(&app.db, platform, mode, &event.account, &health, at).await?;
    Ok(())
}
