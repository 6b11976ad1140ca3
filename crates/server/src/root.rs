//! The root project: the platform is its own first customer, and developers are its end users (rules 4).

use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::id::{AuditId, PlatformId, ProjectId, TierId};
use dream_domain::key::{Mode, PublishableKey};
use dream_domain::project::Kind;
use dream_domain::tier::Tier;
use dream_domain::time::Millis;
use dream_domain::usage::Limit;
use dream_store::audit::Act;
use dream_store::projects::{self, NewProject, ProjectSettings};
use dream_store::{Db, settings};

use crate::clock::Clock;
use crate::random::Random;

/// The setting that names the root project's publishable key.
const SETTING: &str = "root_publishable_key";
/// The tier that developers pay for.
pub(crate) const PAID: &str = "paid";
/// The owner of the platform that owns the root project; nobody can sign in as it.
const OWNER: &str = "root";

/// The root project's publishable key; makes the project where it is missing: in a new database, or in
/// one whose first start was cut off after the key was chosen.
pub(crate) async fn ensure(db: &Db, random: &Random, clock: &Clock) -> Result<Arc<str>> {
    if settings::find(db, SETTING).await?.is_none() {
        let fresh = random.publishable_key(Mode::Live);
        // Of several processes the first one names the project for all.
        settings::put_new(db, SETTING, fresh.as_str()).await?;
    }
    let named = settings::find(db, SETTING).await?.ok_or_else(damaged)?;
    let key = PublishableKey::parse(&named).ok_or_else(damaged)?;
    if projects::open_public(db, &key).await?.is_none() {
        let made = make(db, random, clock.business(), key.clone()).await;
        // Another process may have made it meanwhile; that is as good.
        if made.is_err() && projects::open_public(db, &key).await?.is_none() {
            made?;
        }
    }
    Ok(named)
}

async fn make(db: &Db, random: &Random, now: Millis, key: PublishableKey) -> Result<()> {
    let fresh = PlatformId::new(now, random.bytes());
    let platform = projects::ensure_platform(db, OWNER, &fresh, now).await?;
    let project = NewProject {
        id: ProjectId::new(now, random.bytes()),
        platform,
        name: "dream-api".to_owned(),
        kind: Kind::Saas,
        publishable_key: key,
        key: None,
        tiers: vec![
            tier(random, now, "free", 0, 5, 0),
            tier(random, now, PAID, 1500, 500, 1),
        ],
        settings: ProjectSettings::default(),
    };
    let id = AuditId::new(now, random.bytes());
    let act = Act {
        id,
        at: now,
        actor: OWNER,
        action: "project.create",
        subject: "root",
        detail: "{}".to_owned(),
    };
    projects::create(db, &project, &act).await
}

fn damaged() -> Error {
    Code::Internal.error("The name of the root project is damaged in the database")
}

fn tier(random: &Random, now: Millis, name: &str, minor: i64, most: i64, position: i64) -> Tier {
    let id = TierId::new(now, random.bytes());
    let shown = if minor == 0 { "Free" } else { "Paid" };
    Tier {
        features: vec![format!("{most} verified calls a month")],
        popular: minor > 0,
        is_default: minor == 0,
        position,
        ..Tier::subscription(id, name, shown, minor, Limit::Max(most))
    }
}
