//! The demo projects: who has them, what they sell.

use dream_domain::error::{Code, Result};
use dream_domain::id::PlatformId;
use dream_domain::key::Mode;
use dream_domain::project::Kind;
use dream_domain::tier::Tier;
use dream_domain::usage::Limit;
use dream_domain::user::Email;
use dream_store::customers::{self, Customer};
use dream_store::keys::Others;
use dream_store::projects::Tenant;
use dream_store::{keys, projects};
use serde_json::json;

use super::file::Keys;
use super::{ACTOR, DEVELOPER, account};
use crate::admin::{projects as made, tiers};
use crate::app::App;
use crate::payments::sandbox;

const SAAS: &str = "Demo SaaS";
const STORE: &str = "Demo Store";

/// What demo data stands on.
pub(super) struct Projects {
    pub(super) root: Tenant,
    pub(super) developer: Customer,
    pub(super) platform: PlatformId,
    pub(super) saas: (Tenant, Keys),
    pub(super) store: (Tenant, Keys),
}

/// Makes what is missing of the developer, his projects and his account, and fresh secret keys.
pub(super) async fn ensure(app: &App) -> Result<Projects> {
    let root = made::root(app).await?;
    let developer = made::customer(app, &root, &Email::parse(DEVELOPER)?).await?;
    let act = app.act(ACTOR, "customer.verify-email", &developer.id, &json!({}));
    customers::verify_email(&app.db, &root.scope, &developer.id, &act).await?;
    let platform = made::platform(app, &developer.id).await?;
    let saas = project(app, &platform, SAAS, Kind::Saas, plans(app)).await?;
    let store = project(app, &platform, STORE, Kind::Store, products(app)).await?;
    account::ensure(app, &platform).await?;
    Ok(Projects {
        root,
        developer,
        platform,
        saas,
        store,
    })
}

/// Deletes what a start has left that was cut off: the demo projects, and at the sandbox of this process everything,
/// since nobody but that start has used it. Nothing where test mode does not use that sandbox.
pub(super) async fn forget(app: &App) -> Result<()> {
    if !sandbox::is_own(app, Mode::Test) {
        return Ok(());
    }
    let developer = made::developer(app, &Email::parse(DEVELOPER)?).await?;
    let platform = made::platform(app, &developer.id).await?;
    for tenant in projects::list(&app.db, &platform).await? {
        if is_demo(&tenant) {
            let act = app.act(ACTOR, "project.delete", tenant.scope.tenant(), &json!({}));
            projects::delete(&app.db, std::slice::from_ref(&tenant), &act).await?;
        }
    }
    // Those that a worker had taken up would be waited for as long as its claim lasts.
    projects::reset::forget_account(&app.db, account::ACCOUNT).await?;
    if let Err(cause) = forget_at_sandbox(app).await {
        // The projects that come have nothing to do with what is left there, and rounds make endpoints.
        tracing::warn!(cause = ?cause, "the sandbox still has what an earlier start left there");
    }
    Ok(())
}

async fn forget_at_sandbox(app: &App) -> Result<()> {
    sandbox::forget(app).await?;
    sandbox::ensure_endpoints(app, &app.config.local_url).await
}

fn is_demo(tenant: &Tenant) -> bool {
    matches!(&*tenant.name, SAAS | STORE) && tenant.scope.mode() == Mode::Test
}

/// A demo project in test mode with a fresh secret key.
async fn project(
    app: &App,
    platform: &PlatformId,
    name: &str,
    kind: Kind,
    tiers: Vec<Tier>,
) -> Result<(Tenant, Keys)> {
    let owned = projects::list(&app.db, platform).await?;
    let found = owned
        .into_iter()
        .find(|tenant| *tenant.name == *name && is_demo(tenant));
    if let Some(tenant) = found {
        let (key, secret) = app.new_key(Mode::Test, "default");
        let act = app.act(ACTOR, "key.create", key.id.as_str(), &json!({}));
        keys::add(&app.db, &tenant.scope, &key, Others::Revoke, &act).await?;
        let keys = Keys::new(tenant.scope.tenant(), &secret);
        return Ok((tenant, keys));
    }
    let new = made::make(app, platform, name, kind, Mode::Test, tiers).await?;
    let keys = Keys::new(new.publishable_key.as_str(), &new.secret_key);
    let tenant = projects::open_public(&app.db, &new.publishable_key).await?;
    let tenant = tenant.ok_or_else(|| Code::Internal.error("The demo project was not stored"))?;
    Ok((tenant, keys))
}

fn plans(app: &App) -> Vec<Tier> {
    let features = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    vec![
        Tier {
            description: Some("To try it out".to_owned()),
            features: features(&["5 calls a month"]),
            ..tiers::free(app, 5)
        },
        Tier {
            description: Some("For apps with customers".to_owned()),
            features: features(&["500 calls a month", "Support by e-mail"]),
            popular: true,
            position: 1,
            ..tiers::plan(app, "pro", "Pro", 2900, Limit::Max(500))
        },
        Tier {
            description: Some("For apps that grow".to_owned()),
            features: features(&["Unlimited calls", "6,000 calls a minute"]),
            position: 2,
            rate_per_minute: Some(6000),
            ..tiers::plan(app, "max", "Max", 9900, Limit::Unlimited)
        },
    ]
}

fn products(app: &App) -> Vec<Tier> {
    let product = |position, name, shown, cents, inventory, text: &str| Tier {
        description: Some(text.to_owned()),
        position,
        ..tiers::product(app, name, shown, cents, inventory)
    };
    let mug = "Stoneware, 350 ml, safe in the dishwasher. Glazed by hand, so no two are alike.";
    let shirt = "Heavy organic cotton in midnight blue, with a small cloud on the chest.";
    let poster = "Fifty by seventy centimetres on matt paper, shipped in a tube.";
    vec![
        product(0, "mug", "Dream mug", 1800, 50, mug),
        product(1, "t-shirt", "Dream T-shirt", 2900, 25, shirt),
        product(2, "poster", "Dream poster", 1200, 100, poster),
    ]
}
