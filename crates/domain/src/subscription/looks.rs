//! When to look for news that did not come.

use super::{Decision, Facts, Status};
use crate::time::Millis;

/// How long the provider may take to tell what became of a moment that was agreed.
const NEWS_DELAY_MS: i64 = 5 * 60_000;
const LATE_MIN_MS: i64 = 15 * 60_000;
const LATE_MAX_MS: i64 = 86_400_000;

pub(super) fn next_check(facts: &Facts, decision: &Decision, now: Millis) -> Option<Millis> {
    if facts.status.is_final() {
        return None;
    }
    let trial = facts.trial_end.filter(|_| facts.status == Status::Trialing);
    let looks = [Some(facts.period().1), trial, facts.ends()]
        .into_iter()
        .flatten()
        .map(|moment| look(moment.plus(NEWS_DELAY_MS), now));
    let claim = decision.claim.as_ref().and_then(|claim| claim.until);
    looks.chain(claim.filter(|until| *until > now)).min()
}

/// A look that is due at a moment, or the next one if that has gone by.
fn look(due: Millis, now: Millis) -> Millis {
    let late_ms = now.0.saturating_sub(due.0);
    if late_ms < 0 {
        return due;
    }
    now.plus(late_ms.clamp(LATE_MIN_MS, LATE_MAX_MS))
}
