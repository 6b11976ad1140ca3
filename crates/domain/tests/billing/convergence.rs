//! Whatever is lost, repeated, late or cut off: once everything was asked again, both sides are equal.
//!
//! Each event starts a worker that reads the version of the row, fetches the subscription anew, and writes what it
//! fetched only if the row still has that version; else it begins again. Workers run at the same time.

use dream_domain::subscription::{Decision, Facts, State, Status};

use crate::history::{Dice, Provider};
use crate::{decide, facts, held};

const HISTORIES: u64 = 20_000;
const STEPS: u64 = 60;

/// How a worker writes.
#[derive(Clone, Copy, PartialEq)]
enum Write {
    /// Only over the version it read before it fetched; each write makes a new version.
    Guarded,
    /// The same, but it leaves out a write that would change nothing, and so the new version.
    SkippingEqual,
    /// Whatever is there.
    Blind,
}

struct Row {
    version: u64,
    revision: u64,
    facts: Facts,
    decision: Decision,
}

struct Worker {
    place: usize,
    read: Option<Option<u64>>,
    fetched: Option<(u64, Facts)>,
}

impl Worker {
    fn on(place: usize) -> Self {
        Self {
            place,
            read: None,
            fetched: None,
        }
    }
}

/// Our side: a row per subscription, and the workers under way.
struct Ours {
    write: Write,
    rows: Vec<Option<Row>>,
    workers: Vec<Worker>,
    /// A row was overwritten with something older.
    went_back: bool,
}

impl Ours {
    fn new(write: Write) -> Self {
        Self {
            write,
            rows: Vec::new(),
            workers: Vec::new(),
            went_back: false,
        }
    }

    /// One step of a worker; true once it is done.
    fn work(&mut self, at: usize, provider: &Provider) -> bool {
        let place = self.workers[at].place;
        let version = self.version(place);
        let worker = &mut self.workers[at];
        let Some(read) = worker.read else {
            worker.read = Some(version);
            return false;
        };
        let Some((revision, facts)) = worker.fetched.take() else {
            worker.fetched = Some(provider.fetch(place));
            return false;
        };
        if self.write != Write::Blind && read != version {
            worker.read = None;
            return false;
        }
        self.put(place, revision, facts);
        self.workers.swap_remove(at);
        true
    }

    fn version(&self, place: usize) -> Option<u64> {
        let row = self.rows.get(place)?;
        row.as_ref().map(|row| row.version)
    }

    /// Writes a row; true if that changed anything but its version.
    fn put(&mut self, place: usize, revision: u64, facts: Facts) -> bool {
        if self.rows.len() <= place {
            self.rows.resize_with(place + 1, || None);
        }
        let old = self.rows[place].as_ref();
        let version = old.map_or(0, |row| row.version) + 1;
        self.went_back |= old.is_some_and(|row| row.revision > revision);
        let changed = old.is_none_or(|row| row.facts != facts);
        if self.write == Write::SkippingEqual && !changed {
            return false;
        }
        let decision = decide(&facts);
        self.rows[place] = Some(Row {
            version,
            revision,
            facts,
            decision,
        });
        changed
    }

    /// Asks for every subscription; how many rows that changed.
    fn reconcile(&mut self, provider: &Provider) -> usize {
        let places = 0..provider.count();
        let changed = places.filter(|&place| {
            let (revision, facts) = provider.fetch(place);
            self.put(place, revision, facts)
        });
        changed.count()
    }

    fn state(&self, provider: &Provider) -> (State, i64) {
        let rows = || self.rows.iter().flatten();
        let facts: Vec<_> = rows().map(|row| row.facts.clone()).collect();
        let decisions: Vec<_> = rows().map(|row| row.decision.clone()).collect();
        let held = held(&facts, &decisions);
        let state = dream_domain::subscription::state(&crate::tiers(), &[], &held, provider.now);
        let mrr = decisions
            .iter()
            .map(|decision| decision.mrr_at(provider.now));
        (state, mrr.sum())
    }
}

/// Lives through one history up to where everything has been asked once more.
fn live(seed: u64, write: Write) -> (Provider, Ours) {
    let dice = &mut Dice::new(seed);
    let (mut provider, mut ours) = (Provider::new(), Ours::new(write));
    for _ in 0..STEPS {
        match dice.below(10) {
            0..=3 => provider.go_on(dice),
            4..=5 => deliver(&mut provider, &mut ours, dice),
            _ => {
                if let Some(at) = dice.place(ours.workers.len()) {
                    ours.work(at, &provider);
                }
            }
        }
    }
    // Some of the workers die; the others are so slow that they write after everything was asked.
    ours.workers.retain(|_| dice.below(3) > 0);
    ours.reconcile(&provider);
    while let Some(at) = dice.place(ours.workers.len()) {
        ours.work(at, &provider);
    }
    (provider, ours)
}

/// An event out of turn: it arrives, arrives and will arrive again, or is lost.
fn deliver(provider: &mut Provider, ours: &mut Ours, dice: &mut Dice) {
    let Some(at) = dice.place(provider.events.len()) else {
        return;
    };
    let fate = dice.below(4);
    let place = provider.events[at];
    if fate != 0 {
        provider.events.swap_remove(at);
    }
    if fate != 1 {
        ours.workers.push(Worker::on(place));
    }
}

#[test]
fn both_sides_are_equal_once_everything_was_asked() {
    let mut plans = std::collections::BTreeMap::new();
    for seed in 0..HISTORIES {
        let (provider, mut ours) = live(seed, Write::Guarded);
        assert!(
            !ours.went_back,
            "history {seed}: an older state was written"
        );
        let (state, mrr) = ours.state(&provider);
        let should_be = provider.should_be();
        let plan = state.plan.clone().unwrap();
        assert_eq!(
            (&*plan, state.access_until, mrr),
            should_be,
            "history {seed}"
        );
        assert_eq!(
            ours.reconcile(&provider),
            0,
            "history {seed}: a second round changed something"
        );
        assert_eq!(ours.state(&provider), (state, mrr), "history {seed}");
        *plans.entry(plan).or_insert(0) += 1;
    }
    // The histories are worth something only if all plans are among their ends.
    assert!(
        plans.len() == 3 && plans.values().all(|&count| count > 1000),
        "{plans:?}"
    );
}

/// The histories find what is wrong: without the guard, older states are written over newer ones.
#[test]
fn without_the_guard_some_history_goes_wrong() {
    let goes_wrong = |seed| live(seed, Write::Blind).1.went_back;
    assert!((0..1000).any(goes_wrong));
}

/// A write that changes nothing must make a new version all the same. A worker fetches while the subscription is
/// cancelled for a moment; then it is resumed and asked for again, which finds what the row says already. The worker
/// must not find the version it read.
#[test]
fn a_write_that_changes_nothing_still_shuts_out_older_ones() {
    let active = facts("sub_0", Status::Active);
    let mut canceled = active.clone();
    canceled.cancel_at_period_end = true;
    for (write, shut_out) in [(Write::Guarded, true), (Write::SkippingEqual, false)] {
        let mut ours = Ours::new(write);
        ours.put(0, 0, active.clone());
        ours.workers.push(Worker {
            place: 0,
            read: Some(ours.version(0)),
            fetched: Some((1, canceled.clone())),
        });
        ours.put(0, 2, active.clone());
        let has_written = ours.work(0, &Provider::new());
        assert_eq!(has_written, !shut_out);
        let row = ours.rows[0].as_ref().unwrap();
        assert_eq!(row.facts == active, shut_out);
    }
}
