//! Tells developers when a product becomes low, runs out or is back: once for each crossing.

use dream_domain::error::Result;
use dream_domain::key::PublishableKey;
use dream_domain::user::Email;
use dream_store::customers;
use dream_store::orders::{self, StockLevel};
use dream_store::outbox::Message;
use dream_store::projects::{self, Tenant};

use crate::app::App;
use crate::mail::{self, Letter, StockChange};
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
    let (Some(root), Some(to)) = (root(app).await?, developer(app, store).await?) else {
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

async fn root(app: &App) -> Result<Option<Tenant>> {
    match PublishableKey::parse(&app.root) {
        Some(key) => projects::open_public(&app.db, &key).await,
        None => Ok(None),
    }
}

/// The address of the developer of a store, where mail leaves and the address is known to be theirs.
async fn developer(app: &App, store: &Tenant) -> Result<Option<Email>> {
    let (true, Some(root)) = (app.config.can_mail(), root(app).await?) else {
        return Ok(None);
    };
    let Some(owner) = orders::owner(&app.db, &store.scope).await? else {
        return Ok(None);
    };
    let found = customers::find(&app.db, &root.scope, &owner).await?;
    let email = found
        .filter(|row| row.email_verified)
        .and_then(|row| row.email);
    Ok(email.and_then(|email| Email::parse(&email).ok()))
}
