//! What a user may use of a meter, and the counting of it: for every call that counts.

pub(crate) mod answer;

use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::period::PeriodKind;
use dream_domain::plan::effective_plan;
use dream_domain::project::Kind;
use dream_domain::tier::{MeterLimit, Tier, find_tier, limit_for};
use dream_domain::usage::{Amount, Extra, Limit, Meter};
use dream_store::meter::{Key, Take, Tally, Verdict};
use dream_store::projects::Tenant;
use dream_store::scope::Scope;
use dream_store::usage;
use dream_store::versions::Seen;

use crate::app::App;
use crate::cache::User;
use crate::caller::UserCaller;
use crate::{idempotency, plans};

/// How often a call is judged anew when key, plan or user changed while it waited. Each time somebody did
/// change something, so this ends; the number only bounds what a mistake of ours could cost.
const TRIES: usize = 100;

/// What came of a count.
pub(crate) enum Counted {
    /// Counted, and durable.
    Taken(Tally),
    /// Not counted: the limit would be passed.
    Refused(Tally),
}

/// Counts an amount for a caller, judged by what holds at that moment.
pub(crate) async fn count(
    app: &App,
    mut caller: UserCaller,
    meter: &Meter,
    amount: Amount,
    key: Option<Key>,
) -> Result<(UserCaller, Counted)> {
    for _ in 0..TRIES {
        let allowed = Allowed::find(app, &caller, meter)?;
        let take = take(&caller, allowed, meter, amount, key.clone());
        match app.db.take(take).await? {
            Verdict::Taken(tally) => {
                app.metrics.taken.increment(1);
                return Ok((caller, Counted::Taken(tally)));
            }
            Verdict::Refused(tally) => {
                app.metrics.refused.increment(1);
                return Ok((caller, Counted::Refused(tally)));
            }
            Verdict::KeyReused => return Err(idempotency::reused()),
            Verdict::Stale => caller = caller.again(app).await?,
        }
    }
    Err(Code::Overloaded.error("The project keeps changing while it is read; retry in a second"))
}

/// Where a caller stands in the running period; changes nothing.
pub(crate) async fn standing(app: &App, caller: &UserCaller, meter: &Meter) -> Result<Tally> {
    let allowed = Allowed::find(app, caller, meter)?;
    allowed
        .standing(app, &caller.tenant.scope, &caller.subject, meter)
        .await
}

/// What a caller may use of a meter.
pub(crate) struct Allowed {
    /// The name of the tier; empty without one.
    pub(crate) plan: Arc<str>,
    /// The most that the plan allows in one period.
    pub(crate) limit: Limit,
    /// What was given on top of it for the running period.
    pub(crate) extra: Option<Extra>,
    /// The window the limit holds for.
    pub(crate) period: PeriodKind,
}

impl Allowed {
    /// The plan comes from our database; for an id without a row it is what the secret key's holder
    /// says, or the default tier (rules 1).
    pub(crate) fn find(app: &App, caller: &UserCaller, meter: &Meter) -> Result<Self> {
        let tenant = &caller.tenant;
        match (&caller.known, caller.told_plan()) {
            (None, Some(name)) => {
                let tier = find_tier(&tenant.tiers, name);
                let tier = tier.ok_or_else(|| plans::unknown(tenant, name))?;
                Self::by(tenant, Some(tier), meter)
            }
            (Some(user), _) => Self::of(app, tenant, user, meter),
            (None, None) => Self::by(tenant, effective_plan(&tenant.tiers, &[], app.now()), meter),
        }
    }

    /// What a customer may use.
    pub(crate) fn of(app: &App, tenant: &Tenant, user: &User, meter: &Meter) -> Result<Self> {
        let now = app.now();
        let tier = effective_plan(&tenant.tiers, &user.grants, now);
        let allowed = Self::by(tenant, tier, meter)?;
        Ok(Self {
            extra: user.extra(meter, allowed.period, now),
            ..allowed
        })
    }

    fn by(tenant: &Tenant, tier: Option<&Tier>, meter: &Meter) -> Result<Self> {
        let named = *meter == Meter::requests()
            || tenant.tiers.iter().any(|t| t.limits.contains_key(meter));
        if !named {
            return Err(unknown_meter(tenant, meter));
        }
        let plan: Arc<str> = tier.map_or("", |tier| tier.name.as_str()).into();
        let MeterLimit { limit, period } = tier.map_or(
            MeterLimit {
                limit: Limit::Max(0),
                period: PeriodKind::Month,
            },
            |tier| limit_for(tier, meter),
        );
        let limit = if tenant.kind == Kind::Membership {
            Limit::Unlimited
        } else {
            limit
        };
        Ok(Self {
            plan,
            limit,
            extra: None,
            period,
        })
    }

    /// The counter of the running period beside what is allowed; changes nothing.
    pub(crate) async fn standing(
        self,
        app: &App,
        scope: &Scope,
        subject: &Arc<str>,
        meter: &Meter,
    ) -> Result<Tally> {
        let (count, period) = usage::read(&app.db, scope, subject, meter, self.period).await?;
        let extra = self.extra.map_or(0, |extra| extra.within(period));
        Ok(Tally {
            count,
            limit: self.limit.plus(extra),
            extra,
            period,
            plan: self.plan,
            replayed: false,
        })
    }
}

fn take(
    caller: &UserCaller,
    allowed: Allowed,
    meter: &Meter,
    amount: Amount,
    key: Option<Key>,
) -> Take {
    let (tenant, user) = caller.versions;
    let seen = Seen {
        tenant,
        user,
        generation: caller.tenant.generation,
        user_version: caller.known.as_ref().map(|known| known.version),
    };
    let (scope, subject) = (&caller.tenant.scope, caller.subject.clone());
    Take::new(scope, subject, meter.clone(), allowed.period, amount, seen)
        .limited(allowed.limit, allowed.plan)
        .with_extra(allowed.extra)
        .keyed(key)
}

/// `requests`, and whatever else a tier names.
pub(crate) fn meters_of(tenant: &Tenant) -> Vec<Meter> {
    let mut meters: Vec<Meter> = tenant
        .tiers
        .iter()
        .flat_map(|tier| tier.limits.keys().cloned())
        .collect();
    meters.push(Meter::requests());
    meters.sort();
    meters.dedup();
    meters
}

fn unknown_meter(tenant: &Tenant, meter: &Meter) -> Error {
    let names: Vec<String> = meters_of(tenant)
        .iter()
        .map(|m| m.name().to_string())
        .collect();
    Code::UnknownMeter.error(format!(
        "No tier of this project names the meter {}; its meters are: {}",
        meter.name(),
        names.join(", ")
    ))
}
