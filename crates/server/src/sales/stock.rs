//! Tells developers when a product becomes low, runs out or is back: once for each crossing.

use dream_domain::error::Result;
use dream_store::orders::{self, StockLevel};
use dream_store::outbox::Message;
use dream_store::projects::Tenant;

use crate::app::App;
use crate::mail::{self, Letter, StockChange, developer};
use crate::sales::tenant_named;

/// Products that are looked at together.
const BATCH: i64 = 100;

/// Tells the developers of one tenant or of all what changed since they were last told; answers of how many products.
pub(super) async fn tell(app: &App, tenant: Option<&str>) -> Result<usize> {
    let changed = orders::levels(&app.db, tenant, BATCH).await?;
    for level in &changed {
        let Some(store) = tenant_named(app, &level.tenant).await? else {
            continue;
        };
        let mail = letter(app, &store, level).await?;
        let now = app.now();
        if orders::told(&app.db, &store.scope, level, mail.as_ref(), now).await? && mail.is_some() {
            app.wake_outbox();
        }
    }
    Ok(changed.len())
}

/// None where there is nothing to tell, or nobody it can reach.
async fn letter(app: &App, store: &Tenant, level: &StockLevel) -> Result<Option<Message>> {
    let (Some(change), Some(unsold)) = (change(level), level.unsold) else {
        return Ok(None);
    };
    let Some((root, to)) = developer::of(app, store).await? else {
        return Ok(None);
    };
    let letter = Letter::StockChanged {
        store: &store.name,
        product: &level.display_name,
        unsold,
        change,
        link: &format!("{}/dashboard", app.config.public_url),
    };
    mail::compose(app, &root, &to, &letter).map(Some)
}

fn change(level: &StockLevel) -> Option<StockChange> {
    match (&*level.told, &*level.level) {
        (_, "out") => Some(StockChange::Out),
        ("out", _) => Some(StockChange::Back),
        (_, "low") => Some(StockChange::Low),
        _ => None,
    }
}
