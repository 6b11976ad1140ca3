//! What a subscription gives its user, worked out from the facts that the payment provider tells of it.
//!
//! Nothing here asks for the time: a decision holds for good, and carries in [`Claim::until`] when it ends. So the
//! same facts give the same decision however often and in whatever order they arrive.

mod choice;
mod looks;
mod stored;
mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::money::{Currency, Money};
use crate::plan::Grant;
use crate::revenue::{self, Share};
use crate::tier::{Interval, Tier};
use crate::time::Millis;

/// What one subscription gives, whenever it is asked.
///
/// `plan_of` tells the tier that a price id was made for, archived prices included. Of several items the one that
/// costs most a month decides the plan, as between subscriptions (rules 20).
///
/// | status | gives its plan |
/// |---|---|
/// | `trialing`, `active` | until there is news; cancelled: until its end |
/// | `past_due` | for the grace, counted from the start of the period; cancelled: at most until its end |
/// | `canceled`, `unpaid`, `paused`, `incomplete`, `incomplete_expired`, any other | never |
///
/// With the account disconnected nothing is given beyond the period, since nobody can ask how it went on.
pub fn decide(
    facts: &Facts,
    plan_of: &dyn Fn(&str) -> Option<String>,
    policy: &Policy,
) -> Decision {
    let (reason, until) = match terms(facts, policy) {
        Ok(terms) => terms,
        Err(reason) => return Decision::nothing(reason),
    };
    let Some((_, plan)) = facts.sold(plan_of) else {
        return Decision::nothing(Reason::UnknownPrice);
    };
    let is_lasting = matches!(reason, Reason::Active | Reason::GraceAfterFailedPayment);
    let is_ending = facts.ends().is_some() || policy.disconnected;
    let mrr = if is_lasting && !is_ending {
        facts.monthly_minor()
    } else {
        0
    };
    let claim = Some(Claim { plan, until });
    Decision { claim, reason, mrr }
}

/// What a user has at a moment, all taken together: what was given to him, and all his subscriptions in any order.
///
/// The plan is what [`crate::plan::effective_plan`] says of the grants and of the claims as further grants.
pub fn state(tiers: &[Tier], grants: &[Grant], held: &[Held], now: Millis) -> State {
    choice::state(tiers, grants, held, now)
}

/// When to ask the provider again if no event comes first; none once the subscription has ended for good.
///
/// That is the first of: the end of the claim, and five minutes after the end of the period, of the trial and of a
/// cancelled subscription. If such a moment has gone by and the provider still tells the old facts, the wait is as
/// long as it is overdue, between a quarter of an hour and a day. Always after `now`.
pub fn next_check(facts: &Facts, decision: &Decision, now: Millis) -> Option<Millis> {
    looks::next_check(facts, decision, now)
}

/// The state that the provider says a subscription is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// The first payment is outstanding.
    Incomplete,
    /// The first payment never came.
    IncompleteExpired,
    /// Before the first payment, by agreement.
    Trialing,
    /// Paid.
    Active,
    /// A renewal was not paid; the provider still tries.
    PastDue,
    /// Over.
    Canceled,
    /// A renewal was not paid; the provider gave up.
    Unpaid,
    /// The trial ended without a means of payment.
    Paused,
    /// A word that this version does not know.
    Unknown,
}

/// One line of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The provider's id of the line.
    pub id: String,
    /// The provider's id of the price.
    pub price_id: String,
    /// The provider's id of the product.
    pub product_id: String,
    /// How many.
    pub quantity: i64,
    /// What one of them costs each time.
    pub unit: Money,
    /// Months or years.
    pub interval: Interval,
    /// How many of them lie between two payments.
    pub interval_count: i64,
    /// When the running period began.
    pub period_start: Millis,
    /// When it ends, as the provider reckons (a month after 31 January is its matter).
    pub period_end: Millis,
}

/// What the provider tells of one subscription; stored as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "stored::Facts", try_from = "stored::Facts")]
pub struct Facts {
    /// The provider's id.
    pub id: String,
    /// The provider's id of who pays.
    pub customer_id: String,
    /// Where it stands.
    pub status: Status,
    /// What is paid for.
    pub items: Vec<Item>,
    /// A moment set for its end.
    pub cancel_at: Option<Millis>,
    /// It ends with the period.
    pub cancel_at_period_end: bool,
    /// When it was cancelled, which may be long before it ends.
    pub canceled_at: Option<Millis>,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// When its trial ends or ended.
    pub trial_end: Option<Millis>,
    /// Why it was cancelled, in the provider's word.
    pub cancel_reason: Option<String>,
    /// When it began.
    pub started_at: Millis,
    /// What we wrote on it when it was made.
    pub metadata: BTreeMap<String, String>,
}

/// What the operator has decided, as far as it bears on subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long a plan is kept after a payment became due and failed, in milliseconds.
    pub grace_ms: i64,
    /// The developer's payment account is no longer connected.
    pub disconnected: bool,
}

/// A plan that a subscription gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The name of the tier.
    pub plan: String,
    /// The first moment it no longer holds (business time); none if it holds until there is news.
    pub until: Option<Millis>,
}

/// Why a subscription gives what it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It is paid.
    Active,
    /// It is in its trial.
    Trial,
    /// It was cancelled and runs to its end.
    CancelsAtPeriodEnd,
    /// A payment failed a short while ago.
    GraceAfterFailedPayment,
    /// A payment failed and the grace is over.
    GraceOver,
    /// It has ended.
    Canceled,
    /// A payment failed and the provider gave up.
    Unpaid,
    /// Its trial ended without a means of payment.
    Paused,
    /// Its first payment is outstanding or never came.
    Incomplete,
    /// Its price belongs to no tier.
    UnknownPrice,
    /// The provider's word for its state is not known.
    UnknownStatus,
    /// The developer's payment account is no longer connected.
    Disconnected,
}

/// What [`decide`] says of one subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What it gives, if anything.
    pub claim: Option<Claim>,
    /// Why.
    pub reason: Reason,
    /// What it brings a month while its claim runs, in minor units of the currency of its items; 0 in a trial, once
    /// cancelled or disconnected, and for what gives nothing. See [`Decision::mrr_at`].
    pub mrr: i64,
}

/// A subscription of a user with what was decided of it.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// What the provider tells.
    pub facts: &'a Facts,
    /// What follows.
    pub decision: &'a Decision,
}

/// Where a user stands with his subscription, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// He has none that counts.
    None,
    /// It has ended.
    Canceled,
    /// A payment is outstanding, in the grace or after it.
    PastDue,
    /// It runs to its end.
    Canceling,
    /// It is in its trial.
    Trialing,
    /// It is paid.
    Active,
}

/// What gave a user his plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Because {
    /// A subscription; or, on the default plan, why his subscription gives nothing.
    Subscription(Reason),
    /// Somebody gave it to him.
    Granted,
    /// He has nothing else.
    Default,
}

/// What a user has at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The name of his tier; none if the project has no default and he has nothing.
    pub plan: Option<String>,
    /// Where his subscription stands: the one that gave the plan, else the one that stands best.
    pub status: Standing,
    /// The first moment he no longer has this plan unless there is news; none if no end is known.
    pub access_until: Option<Millis>,
    /// Why he has this plan and not another.
    pub reason: Because,
    /// The provider's id of that subscription.
    pub subscription_id: Option<String>,
}

const MONTHS_PER_YEAR: i64 = 12;

impl Policy {
    /// Seven days.
    pub const GRACE_MS: i64 = 7 * 86_400_000;
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            grace_ms: Self::GRACE_MS,
            disconnected: false,
        }
    }
}

impl Facts {
    /// The running period, start and end. Of several items the one whose period ends first (cases BIL-17). Without
    /// items both are the moment it began.
    pub fn period(&self) -> (Millis, Millis) {
        let periods = self.items.iter();
        let periods = periods.map(|item| (item.period_end, item.period_start));
        let first = periods.min();
        first.map_or((self.started_at, self.started_at), |(end, start)| {
            (start, end)
        })
    }

    /// The moment it is set to end, if it is cancelled: a date, or the end of the period, or the earlier of both.
    pub fn ends(&self) -> Option<Millis> {
        let period_end = self.cancel_at_period_end.then(|| self.period().1);
        self.cancel_at.into_iter().chain(period_end).min()
    }

    /// The item that decides the plan, with the tier's name: the one that costs most a month, of those whose price
    /// belongs to a tier. The id settles equal ones.
    pub fn sold(&self, plan_of: &dyn Fn(&str) -> Option<String>) -> Option<(&Item, String)> {
        let known = self.items.iter();
        let known = known.filter_map(|item| Some((item, plan_of(&item.price_id)?)));
        known.max_by_key(|(item, _)| (revenue::monthly([item.share()]), &item.id))
    }

    /// The currency of its items; none without items. The provider allows one per subscription.
    pub fn currency(&self) -> Option<Currency> {
        self.items.first().map(|item| item.unit.currency)
    }

    /// What all its items cost a month, in minor units, rounded once.
    pub fn monthly_minor(&self) -> i64 {
        revenue::monthly(self.items.iter().map(Item::share))
    }
}

impl Item {
    fn share(&self) -> Share {
        let months = match self.interval {
            Interval::Month => 1,
            Interval::Year => MONTHS_PER_YEAR,
        };
        Share {
            minor: self.unit.minor.saturating_mul(self.quantity),
            months: self.interval_count.saturating_mul(months),
        }
    }
}

impl Claim {
    /// Whether it holds at a moment.
    pub fn is_running(&self, now: Millis) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

impl Held<'_> {
    /// Why it gives what it gives at a moment: the decision's reason, and once the claim is over and no news came,
    /// what follows from that ([`Reason::GraceOver`] after a grace, [`Reason::Canceled`] after an end that was set).
    pub fn reason_at(&self, now: Millis) -> Reason {
        choice::reason_at(*self, now)
    }
}

impl Decision {
    /// What it brings a month as of a moment: [`Decision::mrr`] while its claim runs, then 0.
    pub fn mrr_at(&self, now: Millis) -> i64 {
        let is_running = |claim: &Claim| claim.is_running(now);
        if self.claim.as_ref().is_some_and(is_running) {
            self.mrr
        } else {
            0
        }
    }

    fn nothing(reason: Reason) -> Self {
        Self {
            claim: None,
            reason,
            mrr: 0,
        }
    }
}

/// Why and until when a subscription gives something, or why it does not; whatever its price.
fn terms(facts: &Facts, policy: &Policy) -> Result<(Reason, Option<Millis>), Reason> {
    let reason = reason_of_status(facts)?;
    let is_past_due = reason == Reason::GraceAfterFailedPayment;
    if is_past_due && policy.grace_ms <= 0 {
        return Err(Reason::GraceOver);
    }
    let (start, end) = facts.period();
    // The provider begins the next period when it makes the invoice for it: that is when payment was due.
    let grace = is_past_due.then(|| start.plus(policy.grace_ms));
    let cancel = facts.ends();
    let account = policy.disconnected.then_some(end);
    let until = [grace, cancel, account].into_iter().flatten().min();
    if is_past_due || until.is_none() {
        Ok((reason, until))
    } else if until == cancel {
        Ok((Reason::CancelsAtPeriodEnd, until))
    } else {
        Ok((Reason::Disconnected, until))
    }
}

/// What the status alone says.
fn reason_of_status(facts: &Facts) -> Result<Reason, Reason> {
    let ended = facts.ended_at.map(|_| Reason::Canceled);
    let gives = |reason| ended.map_or(Ok(reason), Err);
    match facts.status {
        Status::Active => gives(Reason::Active),
        Status::Trialing => gives(Reason::Trial),
        Status::PastDue => gives(Reason::GraceAfterFailedPayment),
        Status::Canceled => Err(Reason::Canceled),
        Status::Unpaid => Err(Reason::Unpaid),
        Status::Paused => Err(Reason::Paused),
        Status::Incomplete | Status::IncompleteExpired => Err(Reason::Incomplete),
        Status::Unknown => Err(Reason::UnknownStatus),
    }
}
