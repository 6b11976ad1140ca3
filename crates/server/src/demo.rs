//! Demo data: made once in development, so that a first start has something to call (rules 15).

mod account;
pub(crate) mod door;
mod file;
mod projects;
mod sample;

use std::path::Path;
use std::time::Duration;

use dream_domain::error::{Code, Result};
use dream_domain::id::PlatformId;
use dream_domain::key::{Mode, PublishableKey};
use dream_domain::user::Email;
use dream_store::projects::{self as stored, Tenant};
use dream_store::settings;
use tokio::sync::watch;

use crate::admin::projects as admin;
use crate::app::App;
use crate::demo::projects::Projects;
use crate::payments::sandbox;
use crate::tokens;
pub use file::{Demo, Keys, path};

/// The developer who owns the demo projects; in development also an operator.
pub const DEVELOPER: &str = "demo@dream-api.test";
/// The end user of the demo saas project.
const USER: &str = "user@example.com";
/// What is said before a start takes some seconds.
const SAMPLE_BEGINS: &str = "Filling the demo projects with a month of sample data; DREAM_DEMO_SAMPLE=false starts without.";

/// What is said where it cannot be made.
const SAMPLE_FAILED: &str = "the sample data cannot be made: the demo projects begin empty; delete the data directory to try again";

/// Who is written into the audit log for what is made here.
const ACTOR: &str = "demo";
const YEAR_SECONDS: i64 = 365 * 86_400;

/// The state of the demo data in the settings of the database.
const MAKING: &str = "making";
const MADE: &str = "made";

/// How long to wait for another process that makes the demo data, and how often to look.
const WAIT_LOOKS: u32 = 2400;
const WAIT: Duration = Duration::from_millis(50);

/// The start of a server, as far as demo data is concerned.
pub struct Start<'a> {
    /// True once the server is told to stop.
    pub stop: &'a watch::Receiver<bool>,
    /// Says something to whoever started it.
    pub tell: fn(&str),
}

/// Makes the demo data in an empty development database and tells it in `demo.json`; in a database that has
/// it, brings that file up to date with our URLs. None where there is no demo data or its keys are not
/// known here, and if the server was told to stop.
pub async fn ensure(app: &App, start: &Start<'_>) -> Result<Option<Demo>> {
    if !app.config.is_development() {
        return Ok(None);
    }
    let path = path(&app.config.data_dir);
    match settings::find(&app.db, settings::DEMO).await?.as_deref() {
        Some(MADE) => keep(app, &path).await,
        // The process that began is gone: nobody else has this database.
        Some(_) if !app.db.is_shared() => begin(app, &path, start, true).await,
        None if has_projects(app).await? => Ok(None),
        None if settings::put_new(&app.db, settings::DEMO, MAKING).await? => {
            begin(app, &path, start, false).await
        }
        Some(_) | None => wait(app, &path, start).await,
    }
}

/// Waits for another process to finish; does it all again if that one died on the way.
async fn wait(app: &App, path: &Path, start: &Start<'_>) -> Result<Option<Demo>> {
    for _ in 0..WAIT_LOOKS {
        if *start.stop.borrow() {
            return Ok(None);
        }
        if settings::find(&app.db, settings::DEMO).await?.as_deref() == Some(MADE) {
            return keep(app, path).await;
        }
        tokio::time::sleep(WAIT).await;
    }
    begin(app, path, start, true).await
}

/// Whether somebody has made a project besides the root project.
async fn has_projects(app: &App) -> Result<bool> {
    let all = stored::list_all(&app.db).await?;
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
        Some(key) => stored::open_public(&app.db, key).await?,
        None => None,
    };
    let saas = saas.ok_or_else(|| Code::ProjectNotFound.error("The demo project is gone"))?;
    let developer = admin::developer(app, &Email::parse(DEVELOPER)?).await?;
    Ok(Demo {
        base_url: app.config.public_url.clone(),
        sandbox_url: sandbox_url(app),
        user_token: token(app, &saas, &demo.user_id).await?,
        developer_token: token(app, &admin::root(app).await?, &developer.id).await?,
        ..demo.clone()
    })
}

/// Makes what is missing of the demo data and fresh secret keys, so that a start that was cut off is made
/// good by the next one.
async fn make(app: &App, path: &Path) -> Result<Demo> {
    let projects = projects::ensure(app).await?;
    finish(app, path, projects).await
}

/// Makes the demo data of a first start, with a month of sample data unless the settings want none. After a start that
/// was cut off it begins anew. None if the server was told to stop on the way.
async fn begin(app: &App, path: &Path, start: &Start<'_>, again: bool) -> Result<Option<Demo>> {
    if again {
        projects::forget(app).await?;
    }
    if !app.config.demo_sample || !sandbox::is_own(app, Mode::Test) {
        return make(app, path).await.map(Some);
    }
    (start.tell)(SAMPLE_BEGINS);
    let mut stop = start.stop.clone();
    let made = tokio::select! {
        _ = stop.wait_for(|stop| *stop) => Ok(None),
        made = make_full(app, path, start) => made.map(Some),
    };
    // Whatever came of it, nothing else happens in the past.
    app.clock.set_ahead_ms(0);
    made
}

/// Makes the demo data with its sample. Where the sample cannot be made, what there is of it is forgotten and the demo
/// projects begin empty: a server that starts is worth more.
async fn make_full(app: &App, path: &Path, start: &Start<'_>) -> Result<Demo> {
    let began = app.clock.instant();
    let filled = sample::fill(app).await;
    app.clock.set_ahead_ms(0);
    match filled {
        Ok(projects) => {
            let demo = finish(app, path, projects).await?;
            let seconds = began.elapsed().as_secs_f32();
            (start.tell)(&format!("The sample data is there after {seconds:.1} s"));
            Ok(demo)
        }
        Err(cause) => {
            tracing::warn!(cause = ?cause, "{SAMPLE_FAILED}");
            projects::forget(app).await?;
            make(app, path).await
        }
    }
}

/// Makes the demo user, who has used nothing yet, and tells everything in `demo.json`.
async fn finish(app: &App, path: &Path, made: Projects) -> Result<Demo> {
    let (saas, saas_keys) = made.saas;
    let user = admin::customer(app, &saas, &Email::parse(USER)?).await?;
    let demo = Demo {
        base_url: app.config.public_url.clone(),
        sandbox_url: sandbox_url(app),
        platform_id: made.platform.to_string(),
        saas: saas_keys,
        store: made.store.1,
        user_id: user.id.to_string(),
        user_token: token(app, &saas, &user.id).await?,
        developer_token: token(app, &made.root, &made.developer.id).await?,
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
