//! The modes of a project: test, and live once it was promoted.

use dream_domain::error::{Code, Result};
use dream_domain::id::{PlatformId, ProjectId};
use dream_domain::key::{Mode, PublishableKey};
use dream_domain::tier::Tier;
use dream_domain::time::Millis;

use super::settings::{self, ProjectSettings};
use super::{Tenant, with_tiers};
use crate::Db;
use crate::audit::Act;
use crate::keys::{self, NewKey};
use crate::outbox::{self, Message};
use crate::params;
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::{Refusal, Step};
use crate::tiers;

statements! {
    /// Who deletes the project at the same time waits, or has done it.
    HOLD = "update projects set name = name where project_id = $1 and platform_id = $2";
    ADD = "insert into tenants (publishable_key, project_id, platform_id, mode, settings, generation, created_at)
        values ($1, $2, $3, $4, $5, 1, $6)";
    COPY_LOGO = "insert into logos (publishable_key, content_type, data, updated_at)
        select cast($2 as text), content_type, data, cast($3 as bigint) from logos where publishable_key = $1";
    OF_PLATFORM = "select t.publishable_key, t.project_id, t.platform_id, t.mode, t.settings, t.generation, t.created_at, p.name, p.kind
        from tenants t join projects p on p.project_id = t.project_id
        where t.platform_id = $1 and t.mode = $2 order by t.project_id";
}

/// One more mode of a project that is there.
#[derive(Clone, Debug)]
pub struct NewMode {
    /// Its publishable key, which carries the mode.
    pub publishable_key: PublishableKey,
    /// Its first secret key.
    pub key: NewKey,
    /// What it sells.
    pub tiers: Vec<Tier>,
    /// What is set from the start. With a `logo_version` it gets the picture of the mode it is made from.
    pub settings: ProjectSettings,
    /// What leaves because of it, such as products to be made at the payment provider; written with it or
    /// not at all.
    pub messages: Vec<Message>,
}

/// Gives the project of `scope` one more mode, all or nothing; 409 `live_version_exists` if it has it.
pub async fn promote(db: &Db, scope: &Scope, live: &NewMode, act: &Act<'_>) -> Result<()> {
    let key = &live.publishable_key;
    let mut steps = vec![hold_project(scope)];
    let (project, platform) = (scope.project(), scope.platform());
    steps.push(add_step(project, platform, key, &live.settings, act.at)?);
    steps.push(keys::step(key.as_str(), &live.key, act.at));
    let tiers = live.tiers.iter();
    steps.extend(tiers.map(|tier| tiers::add_step(key.as_str(), tier, act.at)));
    steps.extend(live.messages.iter().map(outbox::add_step));
    let has_picture = live.settings.logo_version.is_some();
    let copied = params![scope.tenant(), key.as_str(), act.at];
    steps.extend(has_picture.then(|| Step::new(&COPY_LOGO, copied).must_change(1)));
    steps.push(act.step(platform, Some(key.as_str())));
    db.run(steps)
        .await
        .map(|_| ())
        .map_err(|refusal| match refusal {
            Refusal::Guard(0) => Code::ProjectNotFound.error("This project is deleted"),
            Refusal::Taken(1) => Code::LiveExists.error("The project has this mode already"),
            refusal => refusal.into(),
        })
}

/// The tenants of a platform in one mode, by project.
pub async fn tenants_of(db: &Db, platform: &PlatformId, mode: Mode) -> Result<Vec<Tenant>> {
    let row = params![platform.as_str(), mode.as_str()];
    with_tiers(db, db.rows(&OF_PLATFORM, row).await?).await
}

/// The step that holds a project in place.
pub(super) fn hold_project(scope: &Scope) -> Step {
    let row = params![scope.project().as_str(), scope.platform().as_str()];
    Step::new(&HOLD, row).must_change(1)
}

/// The step that adds a tenant.
pub(super) fn add_step(
    project: &ProjectId,
    platform: &PlatformId,
    key: &PublishableKey,
    given: &ProjectSettings,
    at: Millis,
) -> Result<Step> {
    let row = params![
        key.as_str(),
        project.as_str(),
        platform.as_str(),
        key.mode().as_str(),
        settings::text(given)?,
        at
    ];
    Ok(Step::new(&ADD, row).must_change(1))
}
