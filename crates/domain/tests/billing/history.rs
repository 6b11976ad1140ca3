//! A small payment provider: what happens to the subscriptions of one user, in its own words and by its own rules.
//!
//! It knows nothing of decisions. What a user should have is worked out from its own words, as the judge of what
//! is worked out from facts.

use dream_domain::subscription::{Facts, Item, Policy, Status};
use dream_domain::time::Millis;

use crate::{day, facts, item};

const DAY_MS: i64 = 86_400_000;
const PERIOD_DAYS: i64 = 30;
const TRIAL_DAYS: i64 = 14;
const SUBSCRIPTIONS_MAX: u64 = 4;
/// What is sold: the price, its amount, and the place of its plan.
const PRICES: [(&str, i64, usize); 3] = [
    ("price_pro", 2000, 1),
    ("price_pro_old", 1500, 1),
    ("price_max", 9900, 2),
];

/// Numbers that look random and are the same for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// One of the places of a list; none if it is empty.
    pub(crate) fn place(&mut self, length: usize) -> Option<usize> {
        let length = u64::try_from(length).unwrap();
        (length > 0).then(|| usize::try_from(self.below(length)).unwrap())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Unpaid,
    NeverPaid,
    Trial,
    Paid,
    Owing,
    GivenUp,
    Paused,
    Over,
}

/// One subscription at the provider.
#[derive(Clone)]
struct Subscription {
    phase: Phase,
    price: usize,
    began: Millis,
    start: Millis,
    end: Millis,
    /// Set to end at a date of its own.
    leaves: Option<Millis>,
    /// Set to end with the period.
    leaves_with_period: bool,
}

/// The provider. Each change of a subscription makes an event that names it.
pub(crate) struct Provider {
    pub(crate) now: Millis,
    pub(crate) events: Vec<usize>,
    subscriptions: Vec<Subscription>,
    revisions: Vec<u64>,
}

impl Provider {
    pub(crate) fn new() -> Self {
        Self {
            now: day(0),
            events: Vec::new(),
            subscriptions: Vec::new(),
            revisions: Vec::new(),
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.subscriptions.len()
    }

    /// What it tells of a subscription when it is asked, and how often that had changed.
    pub(crate) fn fetch(&self, place: usize) -> (u64, Facts) {
        let facts = self.subscriptions[place].facts(place);
        (self.revisions[place], facts)
    }

    /// Something happens.
    pub(crate) fn go_on(&mut self, dice: &mut Dice) {
        let count = u64::try_from(self.count()).unwrap();
        if count == 0 || count < SUBSCRIPTIONS_MAX && dice.below(6) == 0 {
            return self.create(dice);
        }
        if dice.below(3) == 0 {
            let ms = i64::try_from(dice.below(40)).unwrap() * DAY_MS / 2;
            return self.pass(ms, dice);
        }
        let Some(place) = dice.place(self.count()) else {
            return;
        };
        let now = self.now;
        let changed = self.subscriptions[place].act(dice, now);
        self.tell(place, changed);
    }

    fn create(&mut self, dice: &mut Dice) {
        let (phase, days) = match dice.below(3) {
            0 => (Phase::Trial, TRIAL_DAYS),
            1 => (Phase::Unpaid, PERIOD_DAYS),
            _ => (Phase::Paid, PERIOD_DAYS),
        };
        self.subscriptions.push(Subscription {
            phase,
            price: dice.place(PRICES.len()).unwrap(),
            began: self.now,
            start: self.now,
            end: self.now.plus(days * DAY_MS),
            leaves: None,
            leaves_with_period: false,
        });
        self.revisions.push(0);
        self.events.push(self.count() - 1);
    }

    fn pass(&mut self, ms: i64, dice: &mut Dice) {
        self.now = self.now.plus(ms);
        let now = self.now;
        for place in 0..self.count() {
            while self.subscriptions[place].turn(now, dice) {
                self.tell(place, true);
            }
        }
    }

    fn tell(&mut self, place: usize, changed: bool) {
        if changed {
            self.revisions[place] += 1;
            self.events.push(place);
        }
    }

    /// The plan the user should be on, the first moment he would not be without news, and what he brings a month.
    pub(crate) fn should_be(&self) -> (&'static str, Option<Millis>, i64) {
        let given: Vec<_> = self
            .subscriptions
            .iter()
            .filter_map(|one| one.gives(self.now))
            .collect();
        let best = given.iter().map(|(plan, _)| *plan).max().unwrap_or(0);
        let ends = given.iter().filter(|(plan, _)| *plan == best);
        let last = ends.map(|(_, end)| *end).max().unwrap_or(Millis(i64::MAX));
        let until = (last != Millis(i64::MAX)).then_some(last);
        let mrr = self
            .subscriptions
            .iter()
            .map(|one| one.brings(self.now))
            .sum();
        (["free", "pro", "max"][best], until, mrr)
    }
}

impl Subscription {
    /// Somebody acts on it; false if that was not possible.
    fn act(&mut self, dice: &mut Dice, now: Millis) -> bool {
        let is_open = !matches!(self.phase, Phase::Over | Phase::NeverPaid);
        let owes = matches!(
            self.phase,
            Phase::Unpaid | Phase::Owing | Phase::GivenUp | Phase::Paused
        );
        let is_set_to_end = self.leaves.is_some() || self.leaves_with_period;
        match dice.below(8) {
            0 | 1 if owes => self.phase = Phase::Paid,
            2 if self.phase == Phase::Paid => self.phase = Phase::Owing,
            3 if self.phase == Phase::Owing => self.phase = Phase::GivenUp,
            4 if is_open => self.leaves_with_period = true,
            5 if is_open && is_set_to_end => (self.leaves, self.leaves_with_period) = (None, false),
            6 if is_open && dice.below(2) == 0 => {
                let days = i64::try_from(dice.below(60)).unwrap() + 1;
                self.leaves = Some(now.plus(days * DAY_MS));
            }
            6 if is_open => self.price = dice.place(PRICES.len()).unwrap(),
            7 if is_open && dice.below(3) == 0 => self.phase = Phase::Over,
            _ => return false,
        }
        true
    }

    /// The next thing that time brings, if its moment has come.
    fn turn(&mut self, now: Millis, dice: &mut Dice) -> bool {
        let with_period = self.leaves_with_period.then_some(self.end);
        let leaves = self.leaves.into_iter().chain(with_period).min();
        match self.phase {
            Phase::Over | Phase::NeverPaid => return false,
            Phase::Unpaid if self.began.plus(DAY_MS) <= now => self.phase = Phase::NeverPaid,
            _ if leaves.is_some_and(|leaves| leaves <= now) => self.phase = Phase::Over,
            Phase::Paused | Phase::Unpaid => return false,
            _ if now < self.end => return false,
            phase => self.renew(phase, dice),
        }
        true
    }

    fn renew(&mut self, phase: Phase, dice: &mut Dice) {
        self.phase = match (phase, dice.below(4)) {
            (Phase::Trial, 0) => Phase::Paused,
            (Phase::Trial | Phase::Paid, 1) => Phase::Owing,
            (Phase::Owing, 0 | 1) => Phase::GivenUp,
            (Phase::Owing, 2) => Phase::Over,
            (Phase::Trial, _) => Phase::Paid,
            (phase, _) => phase,
        };
        self.start = self.end;
        self.end = self.start.plus(PERIOD_DAYS * DAY_MS);
    }

    fn facts(&self, place: usize) -> Facts {
        let (price, minor, _) = PRICES[self.price];
        let item = Item {
            period_start: self.start,
            period_end: self.end,
            ..item(price, minor)
        };
        let is_over = self.phase == Phase::Over;
        Facts {
            items: vec![item],
            cancel_at: self.leaves,
            cancel_at_period_end: self.leaves_with_period,
            ended_at: is_over.then_some(self.began),
            started_at: self.began,
            ..facts(&format!("sub_{place}"), self.status())
        }
    }

    fn status(&self) -> Status {
        match self.phase {
            Phase::Unpaid => Status::Incomplete,
            Phase::NeverPaid => Status::IncompleteExpired,
            Phase::Trial => Status::Trialing,
            Phase::Paid => Status::Active,
            Phase::Owing => Status::PastDue,
            Phase::GivenUp => Status::Unpaid,
            Phase::Paused => Status::Paused,
            Phase::Over => Status::Canceled,
        }
    }

    /// The place of the plan it should give now, and when that would end if nothing came any more.
    fn gives(&self, now: Millis) -> Option<(usize, Millis)> {
        let mut end = match self.phase {
            Phase::Trial | Phase::Paid => Millis(i64::MAX),
            Phase::Owing => self.start.plus(Policy::GRACE_MS),
            _ => return None,
        };
        if self.leaves_with_period {
            end = end.min(self.end);
        }
        end = end.min(self.leaves.unwrap_or(end));
        (now < end).then_some((PRICES[self.price].2, end))
    }

    /// What it should bring a month.
    fn brings(&self, now: Millis) -> i64 {
        let stays = self.leaves.is_none() && !self.leaves_with_period;
        let pays = stays && self.phase != Phase::Trial && self.gives(now).is_some();
        if pays { PRICES[self.price].1 } else { 0 }
    }
}
