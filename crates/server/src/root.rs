//! The root project: the platform is its own first customer, and developers are its end users (rules 4).

use std::collections::BTreeMap;
use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::id::{AuditId, PlatformId, ProjectId, TierId};
use dream_domain::key::Mode;
use dream_domain::money::{Currency, Money};
use dream_domain::period::PeriodKind;
use dream_domain::project::Kind;
use dream_domain::tier::{Interval, MeterLimit, Tier, TierKind};
use dream_domain::usage::{Limit, Meter};
use dream_store::audit::Act;
use dream_store::projects::{self, NewProject, ProjectSettings};
use dream_store::{Db, settings};

use crate::clock::Clock;
use crate::random::Random;

/// The setting that names the root project's publishable key.
const SETTING: &str = "root_publishable_key";
/// The owner of the platform that owns the root project; nobody can sign in as it.
const OWNER: &str = "root";

/// The root project's publishable key; makes the project in a new database, once for all processes.
pub(crate) async fn ensure(db: &Db, random: &Random, clock: &Clock) -> Result<Arc<str>> {
    if let Some(key) = settings::find(db, SETTING).await? {
        return Ok(key);
    }
    let key = random.publishable_key(Mode::Live);
    let now = clock.business();
    // Whoever sets the name first makes the project; a crash in between is healed by the next start.
    let mine = settings::put_new(db, SETTING, key.as_str()).await?;
    let named = settings::find(db, SETTING).await?;
    let named =
        named.ok_or_else(|| Code::Internal.error("The root project's key was not stored"))?;
    if !mine {
        return Ok(named);
    }
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
            tier(random, now, "paid", 1500, 500, 1),
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
    projects::create(db, &project, &act).await?;
    Ok(named)
}

fn tier(
    random: &Random,
    now: dream_domain::time::Millis,
    name: &str,
    minor: i64,
    most: i64,
    position: i64,
) -> Tier {
    let id = TierId::new(now, random.bytes());
    let limit = MeterLimit {
        limit: Limit::Max(most),
        period: PeriodKind::Month,
    };
    Tier {
        name: name.to_owned(),
        display_name: if minor == 0 { "Free" } else { "Paid" }.to_owned(),
        description: None,
        kind: TierKind::Subscription,
        price: Money {
            minor,
            currency: Currency::USD,
        },
        interval: Interval::Month,
        limits: BTreeMap::from([(Meter::requests(), limit)]),
        features: vec![format!("{most} verified calls a month")],
        popular: minor > 0,
        is_default: minor == 0,
        position,
        active: true,
        trial_days: None,
        rate_per_minute: None,
        inventory: None,
        max_per_order: None,
        image_urls: Vec::new(),
        price_id: id.to_string(),
        product_id: id.to_string(),
        version: 1,
        id,
    }
}
