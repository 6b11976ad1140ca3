//! Platforms, projects and tenants (a project in one mode).

pub(crate) mod deletion;
pub(crate) mod modes;
pub mod reset;
pub(crate) mod settings;

pub use deletion::{Holds, delete, delete_mode, holds, open_sessions};
pub use modes::{NewMode, promote, tenants_of};
pub use settings::{ProjectSettings, put_settings};

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::id::{PlatformId, ProjectId};
use dream_domain::key::{KeyHash, Mode, PublishableKey};
use dream_domain::project::Kind;
use dream_domain::tier::Tier;
use dream_domain::time::Millis;

use crate::Db;
use crate::audit::Act;
use crate::db::Change;
use crate::keys::{self, NewKey};
use crate::outbox::{self, Message};
use crate::params;
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::{Refusal, Step};
use crate::tiers;
use crate::value::Row;

statements! {
    ADD_PLATFORM = "insert into platforms (platform_id, owner_id, created_at) values ($1, $2, $3)
        on conflict (owner_id) do nothing";
    /// Makes whoever else adds a first project wait, so that the next statement sees it.
    HOLD_PLATFORM = "update platforms set owner_id = owner_id where platform_id = $1";
    HAS_NO_PROJECT = "update platforms set owner_id = owner_id
        where platform_id = $1 and not exists (select 1 from projects p where p.platform_id = $1)";
    PLATFORM_OF = "select platform_id from platforms where owner_id = $1";
    ADD_PROJECT = "insert into projects (project_id, platform_id, name, kind, created_at) values ($1, $2, $3, $4, $5)";
    LOAD = "select t.publishable_key, t.project_id, t.platform_id, t.mode, t.settings, t.generation, t.created_at, p.name, p.kind
        from tenants t join projects p on p.project_id = t.project_id where t.publishable_key = $1";
    GENERATION = "select generation from tenants where publishable_key = $1";
    LIST = "select t.publishable_key, t.project_id, t.platform_id, t.mode, t.settings, t.generation, t.created_at, p.name, p.kind
        from tenants t join projects p on p.project_id = t.project_id
        where t.platform_id = $1 order by t.project_id, t.mode desc";
    LIST_ALL = "select t.publishable_key, t.project_id, t.platform_id, t.mode, t.settings, t.generation, t.created_at, p.name, p.kind
        from tenants t join projects p on p.project_id = t.project_id order by t.project_id, t.mode desc";
    FIND_SECRET = "select publishable_key, key_id, expires_at from api_keys where key_hash = $1 and status = 'active'";
    RENAME = "update projects set name = $2 where project_id = $1";
    TOUCH_PROJECT = "update tenants set generation = generation + 1 where project_id = $1";
    COUNT_USERS = "select cast(count(*) as bigint) from end_users where publishable_key = $1";
}

/// A project in one mode, with everything a call is judged by.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The proof of which tenant this is.
    pub scope: Scope,
    /// What the developer calls the project.
    pub name: Arc<str>,
    /// What kind of project it is.
    pub kind: Kind,
    /// What the developer has set.
    pub settings: ProjectSettings,
    /// What it sells, in order; archived ones included.
    pub tiers: Vec<Tier>,
    /// Grows with every change of keys, tiers or settings.
    pub generation: i64,
    /// When it was made.
    pub created_at: Millis,
}

/// A project about to be made, in one mode.
#[derive(Clone, Debug)]
pub struct NewProject {
    /// `prj_…`.
    pub id: ProjectId,
    /// Whose.
    pub platform: PlatformId,
    /// What the developer calls it.
    pub name: String,
    /// What kind of project it is.
    pub kind: Kind,
    /// Its publishable key, which carries the mode.
    pub publishable_key: PublishableKey,
    /// Its first secret key; the root project has none.
    pub key: Option<NewKey>,
    /// What it sells.
    pub tiers: Vec<Tier>,
    /// What is set from the start.
    pub settings: ProjectSettings,
}

/// The platform of a developer, made if there is none. Two at once make one (defects 52).
pub async fn ensure_platform(
    db: &Db,
    owner: &str,
    fresh: &PlatformId,
    at: Millis,
) -> Result<PlatformId> {
    db.run(vec![Step::new(
        &ADD_PLATFORM,
        params![fresh.as_str(), owner, at],
    )])
    .await?;
    match platform_of(db, owner).await? {
        Some(platform) => Ok(platform),
        None => Err(Code::Internal.error("The platform was not stored")),
    }
}

/// The platform of a developer.
pub async fn platform_of(db: &Db, owner: &str) -> Result<Option<PlatformId>> {
    let rows = db.near(&PLATFORM_OF, params![owner]).await?;
    rows.first()
        .map(|row| PlatformId::parse(&row.text(0)?))
        .transpose()
}

/// Makes a project with its tiers and key, all or nothing.
pub async fn create(db: &Db, project: &NewProject, act: &Act<'_>) -> Result<()> {
    db.run(create_steps(project, act)?).await?;
    Ok(())
}

/// Makes a project with its tiers and key, and with `messages` that leave because of it, all or nothing; none,
/// and false, if its publishable key is taken.
pub async fn create_with(
    db: &Db,
    project: &NewProject,
    messages: &[Message],
    act: &Act<'_>,
) -> Result<bool> {
    let mut steps = create_steps(project, act)?;
    steps.extend(messages.iter().map(outbox::add_step));
    match db.run(steps).await {
        Ok(_) => Ok(true),
        Err(Refusal::Taken(1)) => Ok(false),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Makes the first project of a platform; none, and false, if it has one. Two at once make one.
pub async fn create_first(db: &Db, project: &NewProject, act: &Act<'_>) -> Result<bool> {
    let platform = project.platform.as_str();
    let mut steps = vec![
        Step::new(&HOLD_PLATFORM, params![platform]).must_change(1),
        Step::new(&HAS_NO_PROJECT, params![platform]).must_change(1),
    ];
    steps.extend(create_steps(project, act)?);
    match db.run(steps).await {
        Ok(_) => Ok(true),
        Err(Refusal::Guard(1)) => Ok(false),
        Err(refusal) => Err(refusal.into()),
    }
}

fn create_steps(project: &NewProject, act: &Act<'_>) -> Result<Vec<Step>> {
    let (id, platform, at) = (&project.id, &project.platform, act.at);
    let tenant = project.publishable_key.as_str();
    let row = params![
        id.as_str(),
        platform.as_str(),
        &project.name,
        project.kind.as_str(),
        at
    ];
    let mut steps = vec![
        Step::new(&ADD_PROJECT, row).must_change(1),
        modes::add_step(
            id,
            platform,
            &project.publishable_key,
            &project.settings,
            at,
        )?,
    ];
    steps.extend(project.key.iter().map(|key| keys::step(tenant, key, at)));
    steps.extend(
        project
            .tiers
            .iter()
            .map(|tier| tiers::add_step(tenant, tier, at)),
    );
    steps.push(act.step(platform, Some(tenant)));
    Ok(steps)
}

/// A verified secret key: what it opens, and until when.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The tenant it proves.
    pub tenant: Arc<Tenant>,
    /// Which key it was.
    pub key_id: Arc<str>,
    /// When it ends by itself (machine time).
    pub expires_at: Option<Millis>,
}

/// Opens the tenant of a secret key; none if the key is unknown, revoked or expired.
pub async fn open_secret(db: &Db, hash: &KeyHash, machine_now: Millis) -> Result<Option<Opened>> {
    let rows = db.near(&FIND_SECRET, params![hash.hex()]).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let expires_at = row.opt_time(2)?;
    if expires_at.is_some_and(|end| end <= machine_now) {
        return Ok(None);
    }
    let Some(tenant) = load(db, &row.text(0)?).await? else {
        return Ok(None);
    };
    Ok(Some(Opened {
        tenant: Arc::new(tenant),
        key_id: row.text(1)?,
        expires_at,
    }))
}

/// The tenant of a publishable key. Anyone may name one; what it opens is what is public.
pub async fn open_public(db: &Db, key: &PublishableKey) -> Result<Option<Tenant>> {
    load(db, key.as_str()).await
}

/// The tenant of a publishable key, if it belongs to this developer.
pub async fn open_owned(
    db: &Db,
    platform: &PlatformId,
    key: &PublishableKey,
) -> Result<Option<Tenant>> {
    Ok(load(db, key.as_str())
        .await?
        .filter(|tenant| tenant.scope.platform() == platform))
}

/// All tenants of a developer, by project, test before live.
pub async fn list(db: &Db, platform: &PlatformId) -> Result<Vec<Tenant>> {
    with_tiers(db, db.rows(&LIST, params![platform.as_str()]).await?).await
}

/// All tenants, for the command line of whoever runs the server.
pub async fn list_all(db: &Db) -> Result<Vec<Tenant>> {
    with_tiers(db, db.rows(&LIST_ALL, params![]).await?).await
}

/// The generation in the database now; none if the tenant is gone.
pub async fn generation(db: &Db, tenant: &str) -> Result<Option<i64>> {
    db.near(&GENERATION, params![tenant])
        .await?
        .first()
        .map(|row| row.int(0))
        .transpose()
}

/// Renames a project, in both its modes.
pub async fn rename(db: &Db, tenant: &Tenant, name: &str, act: &Act<'_>) -> Result<()> {
    let scope = &tenant.scope;
    let steps = vec![
        Step::new(&RENAME, params![scope.project().as_str(), name]).must_change(1),
        Step::new(&TOUCH_PROJECT, params![scope.project().as_str()]),
        act.step(scope.platform(), Some(scope.tenant())),
    ];
    let bumps = vec![db.versions().tenant_slot(scope.tenant())];
    db.change(Change {
        steps,
        bumps,
        ..Change::default()
    })
    .await?;
    Ok(())
}

/// How many customers a tenant has.
pub async fn count_customers(db: &Db, scope: &Scope) -> Result<i64> {
    db.rows(&COUNT_USERS, params![scope.tenant()])
        .await?
        .first()
        .map_or(Ok(0), |row| row.int(0))
}

pub(crate) async fn load(db: &Db, key: &str) -> Result<Option<Tenant>> {
    let rows = db.near(&LOAD, params![key]).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let tiers = tiers::of(db, key).await?;
    Ok(Some(read(row, tiers)?))
}

async fn with_tiers(db: &Db, rows: Vec<Row>) -> Result<Vec<Tenant>> {
    let mut tenants = Vec::with_capacity(rows.len());
    for row in rows {
        let tiers = tiers::of(db, &row.text(0)?).await?;
        tenants.push(read(&row, tiers)?);
    }
    Ok(tenants)
}

fn read(row: &Row, tiers: Vec<Tier>) -> Result<Tenant> {
    let damaged = || Code::Internal.error("A stored project is damaged");
    let mode = Mode::parse(&row.text(3)?).ok_or_else(damaged)?;
    let scope = Scope::new(
        row.text(0)?,
        PlatformId::parse(&row.text(2)?)?,
        ProjectId::parse(&row.text(1)?)?,
        mode,
    );
    Ok(Tenant {
        scope,
        name: row.text(7)?,
        kind: Kind::parse(&row.text(8)?).ok_or_else(damaged)?,
        settings: serde_json::from_str(&row.text(4)?).map_err(|e| damaged().because(e))?,
        tiers,
        generation: row.int(5)?,
        created_at: row.time(6)?,
    })
}
