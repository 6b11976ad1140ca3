//! Where the data lies and how the store works.

use std::path::PathBuf;
use std::time::Duration;

/// Where the data lies.
#[derive(Clone, Debug)]
pub enum Place {
    /// A file that this process will own.
    Sqlite(PathBuf),
    /// A server, by connection URL.
    Postgres(String),
}

/// How the store works.
#[derive(Clone, Debug)]
pub struct Options {
    /// PostgreSQL: connections in the pool.
    pub pool_size: usize,
    /// Calls that may wait to be counted before new ones are refused.
    pub calls_max: usize,
    /// Keyed answers held in memory until they are folded.
    pub answers_max: usize,
    /// Counters kept in memory before settled ones are let go (33 bytes each).
    pub counters_max: usize,
    /// The longest time between a count and its row in the reports.
    pub fold_every: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            pool_size: 16,
            calls_max: 65_536,
            answers_max: 200_000,
            counters_max: 2_000_000,
            fold_every: Duration::from_secs(2),
        }
    }
}
