//! Two servers measured in turns, so that whatever the machine does meanwhile meets both.

use super::load::{self, Round};
use super::machine::Paused;
use super::request::Requests;
use crate::failure::Result;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const ROUND: Duration = Duration::from_secs(1);
const WARM_UP: Duration = Duration::from_millis(500);

/// A server and the calls that it gets.
pub(super) struct Side {
    pub(super) address: String,
    pub(super) pid: u32,
    pub(super) requests: Arc<Requests>,
}

/// How the calls are made.
pub(super) struct Setting {
    pub(super) connections: usize,
    pub(super) load_core: Option<usize>,
    /// Rounds per side, unless the calls run out or are to be made to their end.
    pub(super) rounds: u64,
}

/// What both sides did, a figure per round.
pub(super) struct Comparison {
    /// Calls per second that were answered 200, ours and the yardstick's.
    pub(super) ours: Vec<f64>,
    pub(super) yardstick: Vec<f64>,
    /// Our answers with another status.
    pub(super) others: BTreeMap<u16, u64>,
    /// Our times per call in microseconds, sorted.
    pub(super) latencies: Vec<u32>,
    /// Calls per second that the load generator could have made, had it never had to wait for the yardstick.
    pub(super) generator: Vec<f64>,
}

/// Measures both sides in turns. The side that waits is stopped, so that work which it put off is its own loss.
pub(super) fn compare(setting: &Setting, ours: &Side, yardstick: &Side) -> Result<Comparison> {
    let finite = ours.requests.is_finite();
    if !finite {
        turn(setting, ours, yardstick, WARM_UP)?;
    }
    turn(setting, yardstick, ours, WARM_UP)?;
    let mut found = Comparison {
        ours: Vec::new(),
        yardstick: Vec::new(),
        others: BTreeMap::new(),
        latencies: Vec::new(),
        generator: Vec::new(),
    };
    while more(&found, setting, &ours.requests) {
        let round = turn(setting, ours, yardstick, ROUND)?;
        // The last round of finite calls may be too short to say anything.
        if found.ours.is_empty() || round.elapsed >= ROUND / 2 {
            found.add_ours(round);
            found.add_yardstick(&turn(setting, yardstick, ours, ROUND)?);
        }
    }
    found.latencies.sort_unstable();
    Ok(found)
}

fn more(found: &Comparison, setting: &Setting, requests: &Requests) -> bool {
    if requests.is_finite() {
        return !requests.is_used_up();
    }
    (found.ours.len() as u64) < setting.rounds
}

fn turn(setting: &Setting, active: &Side, waiting: &Side, limit: Duration) -> Result<Round> {
    let _paused = Paused::process(waiting.pid)?;
    load::run(
        &active.address,
        &active.requests,
        setting.connections,
        limit,
        setting.load_core,
    )
}

impl Comparison {
    fn add_ours(&mut self, round: Round) {
        self.ours.push(rate(&round));
        for (status, count) in round.statuses {
            if status != 200 {
                *self.others.entry(status).or_default() += count;
            }
        }
        self.latencies.extend(round.latencies);
    }

    fn add_yardstick(&mut self, round: &Round) {
        self.yardstick.push(rate(round));
        let busy = round.busy.as_secs_f64();
        if busy > 0.0 {
            self.generator.push(float(round.answers()) / busy);
        }
    }

    /// Ratio of the medians.
    pub(super) fn ratio(&self) -> f64 {
        median(&self.ours) / median(&self.yardstick)
    }

    /// The lowest and highest ratio of any pair of rounds.
    pub(super) fn ratio_range(&self) -> (f64, f64) {
        let pairs = self.ours.iter().zip(&self.yardstick);
        pairs
            .map(|(ours, yardstick)| ours / yardstick)
            .fold((f64::INFINITY, 0.0), |(low, high), ratio| {
                (ratio.min(low), ratio.max(high))
            })
    }

    /// Milliseconds below which this share of our calls stayed.
    pub(super) fn latency_ms(&self, percent: usize) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let index = last * percent / 100;
        f64::from(self.latencies.get(index).copied().unwrap_or(0)) / 1000.0
    }
}

/// Calls per second that were answered 200.
fn rate(round: &Round) -> f64 {
    let good = round.statuses.get(&200).copied().unwrap_or(0);
    float(good) / round.elapsed.as_secs_f64()
}

/// The middle of these values; zero of none.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

fn float(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_come_from_medians_and_pairs() {
        let found = Comparison {
            ours: vec![40.0, 60.0, 50.0],
            yardstick: vec![100.0, 100.0, 200.0],
            others: BTreeMap::new(),
            latencies: (1..=100).map(|value| value * 1000).collect(),
            generator: Vec::new(),
        };
        assert!((found.ratio() - 0.5).abs() < 1e-9);
        let (low, high) = found.ratio_range();
        assert!((low - 0.25).abs() < 1e-9 && (high - 0.6).abs() < 1e-9);
        assert!((found.latency_ms(50) - 50.0).abs() < 1e-9);
        assert!((median(&[1.0, 2.0]) - 1.5).abs() < 1e-9);
    }
}
