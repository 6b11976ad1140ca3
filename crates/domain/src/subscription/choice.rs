//! Which of a user's claims decides.

use super::{Because, Claim, Held, Reason, Standing, State};
use crate::plan::{Grant, effective_plan};
use crate::tier::{Tier, find_tier};
use crate::time::Millis;

pub(super) fn state(tiers: &[Tier], grants: &[Grant], held: &[Held], now: Millis) -> State {
    let mut all = grants.to_vec();
    all.extend(held.iter().filter_map(as_grant));
    let plan = effective_plan(tiers, &all, now).map(|tier| &tier.name);
    let gives_it = |name: &str| {
        let tier = find_tier(tiers, name).map(|tier| &tier.name);
        tier.is_some() && tier == plan
    };
    let views: Vec<_> = held.iter().map(|held| view(tiers, *held, now)).collect();
    let bought = views
        .iter()
        .filter(|view| view.claim.is_some_and(|claim| gives_it(&claim.plan)))
        .max_by_key(|view| (view.holds(), view.rank()));
    let granted = grants
        .iter()
        .filter(|grant| grant.is_running(now) && gives_it(&grant.plan))
        .map(|grant| Holds::until(grant.until))
        .max();
    let lead = bought.or_else(|| views.iter().max_by_key(|view| view.rank()));
    let bought_until = bought.and_then(View::holds);
    let reason = match lead {
        _ if granted > bought_until => Because::Granted,
        Some(view) => Because::Subscription(view.reason),
        None => Because::Default,
    };
    State {
        plan: plan.cloned(),
        status: lead.map_or(Standing::None, |view| view.standing),
        access_until: bought_until.max(granted).and_then(Holds::end),
        reason,
        subscription_id: lead.map(|view| view.held.facts.id.clone()),
    }
}

fn as_grant(held: &Held) -> Option<Grant> {
    let claim = held.decision.claim.as_ref()?;
    Some(Grant {
        plan: claim.plan.clone(),
        by: format!("subscription:{}", held.facts.id),
        until: claim.until,
    })
}

/// How long something holds; what has no end holds longest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    Until(Millis),
    ForGood,
}

impl Holds {
    fn until(until: Option<Millis>) -> Self {
        until.map_or(Self::ForGood, Self::Until)
    }

    fn end(self) -> Option<Millis> {
        match self {
            Self::Until(until) => Some(until),
            Self::ForGood => None,
        }
    }
}

/// A subscription as it looks at one moment.
struct View<'a> {
    held: Held<'a>,
    /// Its claim, if that runs and is for a tier that there is.
    claim: Option<&'a Claim>,
    reason: Reason,
    standing: Standing,
}

impl<'a> View<'a> {
    fn holds(&self) -> Option<Holds> {
        self.claim.map(|claim| Holds::until(claim.until))
    }

    /// What stands best comes last, then what began last; the id settles the rest.
    fn rank(&self) -> (Standing, Millis, &'a str) {
        let facts = self.held.facts;
        (self.standing, facts.started_at, &facts.id)
    }
}

fn view<'a>(tiers: &[Tier], held: Held<'a>, now: Millis) -> View<'a> {
    let claim = held.decision.claim.as_ref();
    let running = claim.filter(|claim| claim.is_running(now));
    let claim = running.filter(|claim| find_tier(tiers, &claim.plan).is_some());
    let reason = if running.is_some() && claim.is_none() {
        Reason::UnknownPrice
    } else {
        reason_at(held, now)
    };
    View {
        held,
        claim,
        reason,
        standing: standing(reason, claim.is_some()),
    }
}

pub(super) fn reason_at(held: Held, now: Millis) -> Reason {
    let claim = held.decision.claim.as_ref();
    let until = claim.and_then(|claim| claim.until);
    match held.decision.reason {
        reason if until.is_none_or(|until| now < until) => reason,
        Reason::GraceAfterFailedPayment if held.facts.ends() != until => Reason::GraceOver,
        Reason::Disconnected => Reason::Disconnected,
        _ => Reason::Canceled,
    }
}

fn standing(reason: Reason, gives: bool) -> Standing {
    match reason {
        Reason::Active => Standing::Active,
        Reason::Trial => Standing::Trialing,
        Reason::CancelsAtPeriodEnd => Standing::Canceling,
        Reason::Disconnected if gives => Standing::Canceling,
        // All wait for the customer to pay, and go on once he does.
        Reason::GraceAfterFailedPayment | Reason::GraceOver | Reason::Unpaid | Reason::Paused => {
            Standing::PastDue
        }
        Reason::Canceled | Reason::Disconnected => Standing::Canceled,
        Reason::Incomplete | Reason::UnknownPrice | Reason::UnknownStatus => Standing::None,
    }
}
