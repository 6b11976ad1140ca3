//! Demo data: made once in development, so that a first start has something to call (rules 15).

mod account;
mod file;

use std::path::Path;
use std::time::Duration;

use dream_domain::error::{Code, Result};
use dream_domain::id::PlatformId;
use dream_domain::key::{Mode, PublishableKey};
use dream_domain::project::Kind;
use dream_domain::tier::Tier;
use dream_domain::usage::Limit;
use dream_domain::user::Email;
use dream_store::keys::Others;
use dream_store::projects::Tenant;
use dream_store::{customers, keys, projects, settings};
use serde_json::json;

use crate::admin::{projects as made, tiers};
use crate::app::App;
use crate::tokens;
pub use file::{Demo, Keys, path};

/// The developer who owns the demo projects; in development also an operator.
pub const DEVELOPER: &str = "demo@dream-api.test";
/// The end user of the demo saas project.
const USER: &str = "user@example.com";
const SAAS: &str = "Demo SaaS";
const STORE: &str = "Demo Store";

/// Who is written into the audit log for what is made here.
const ACTOR: &str = "demo";
const YEAR_SECONDS: i64 = 365 * 86_400;

/// The state of the demo data in the settings of the database.
const MAKING: &str = "making";
const MADE: &str = "made";

/// How long to wait for another process that makes the demo data, and how often to look.
const WAIT_LOOKS: u32 = 200;
const WAIT: Duration = Duration::from_millis(50);

/// Makes the demo data in an empty development database and tells it in `demo.json`; in a database that has
/// it, brings that file up to date with our URLs. None where there is no demo data or its keys are not
/// known here.
pub async fn ensure(app: &App) -> Result<Option<Demo>> {
    if !app.config.is_development() {
        return Ok(None);
    }
    let path = path(&app.config.data_dir);
    match settings::find(&app.db, settings::DEMO).await?.as_deref() {
        Some(MADE) => keep(app, &path).await,
        // The process that began is gone: nobody else has this database.
        Some(_) if !app.db.is_shared() => make(app, &path).await.map(Some),
        None if has_projects(app).await? => Ok(None),
        None if settings::put_new(&app.db, settings::DEMO, MAKING).await? => {
            make(app, &path).await.map(Some)
        }
        Some(_) | None => wait(app, &path).await,
    }
}

/// Waits for another process to finish; does it all again if that one died on the way.
async fn wait(app: &App, path: &Path) -> Result<Option<Demo>> {
    for _ in 0..WAIT_LOOKS {
        if settings::find(&app.db, settings::DEMO).await?.as_deref() == Some(MADE) {
            return keep(app, path).await;
        }
        tokio::time::sleep(WAIT).await;
    }
    make(app, path).await.map(Some)
}

/// Whether somebody has made a project besides the root project.
async fn has_projects(app: &App) -> Result<bool> {
    let all = projects::list_all(&app.db).await?;
    Ok(all.iter().any(|tenant| *tenant.scope.tenant() != app.root))
}

/// The demo data that is there already. The secret keys are in its file alone: without the file they are
/// made anew where no other process can hold it.
async fn keep(app: &App, path: &Path) -> Result<Option<Demo>> {
    let Some(demo) = file::read(path)? else {
        if app.db.is_shared() {
            return Ok(None);
        }
        return make(app, path).await.map(Some);
    };
    if let Ok(platform) = PlatformId::parse(&demo.platform_id) {
        account::ensure(app, &platform).await?;
    }
    if demo.base_url == app.config.public_url && demo.sandbox_url == sandbox_url(app) {
        return Ok(Some(demo));
    }
    match with_our_urls(app, &demo).await {
        Ok(demo) => {
            file::write(path, &demo)?;
            Ok(Some(demo))
        }
        // Whoever deleted the demo user or project has no use for its tokens.
        Err(error) if error.code().status() == 404 => {
            tracing::warn!(reason = error.detail(), "demo.json was left as it is");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The same demo data at our URLs, with tokens that name them.
async fn with_our_urls(app: &App, demo: &Demo) -> Result<Demo> {
    let key = PublishableKey::parse(&demo.saas.publishable_key);
    let saas = match &key {
        Some(key) => projects::open_public(&app.db, key).await?,
        None => None,
    };
    let saas = saas.ok_or_else(|| Code::ProjectNotFound.error("The demo project is gone"))?;
    let developer = made::developer(app, &Email::parse(DEVELOPER)?).await?;
    Ok(Demo {
        base_url: app.config.public_url.clone(),
        sandbox_url: sandbox_url(app),
        user_token: token(app, &saas, &demo.user_id).await?,
        developer_token: token(app, &made::root(app).await?, &developer.id).await?,
        ..demo.clone()
    })
}

/// Makes what is missing of the demo data and fresh secret keys, so that a start that was cut off is made
/// good by the next one.
async fn make(app: &App, path: &Path) -> Result<Demo> {
    let root = made::root(app).await?;
    let developer = made::customer(app, &root, &Email::parse(DEVELOPER)?).await?;
    let act = app.act(ACTOR, "customer.verify-email", &developer.id, &json!({}));
    customers::verify_email(&app.db, &root.scope, &developer.id, &act).await?;
    let platform = made::platform(app, &developer.id).await?;
    let (saas, saas_keys) = project(app, &platform, SAAS, Kind::Saas, plans(app)).await?;
    let (_, store_keys) = project(app, &platform, STORE, Kind::Store, products(app)).await?;
    account::ensure(app, &platform).await?;
    let user = made::customer(app, &saas, &Email::parse(USER)?).await?;
    let demo = Demo {
        base_url: app.config.public_url.clone(),
        sandbox_url: sandbox_url(app),
        platform_id: platform.to_string(),
        saas: saas_keys,
        store: store_keys,
        user_id: user.id.to_string(),
        user_token: token(app, &saas, &user.id).await?,
        developer_token: token(app, &root, &developer.id).await?,
    };
    file::write(path, &demo)?;
    settings::put(&app.db, settings::DEMO, MADE).await?;
    Ok(demo)
}

fn sandbox_url(app: &App) -> Option<String> {
    let sandbox = app.config.sandbox.as_ref();
    sandbox.map(|sandbox| sandbox.url.clone())
}

async fn token(app: &App, tenant: &Tenant, user: &str) -> Result<String> {
    let minted = tokens::mint(app, tenant, user, YEAR_SECONDS).await?;
    Ok(minted.token)
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
        .find(|tenant| *tenant.name == *name && tenant.scope.mode() == Mode::Test);
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
