//! HTTP itself: connections, bodies, problems, limits, logs. Knows no noun.

pub(crate) mod body;
pub mod connection;
pub(crate) mod idempotency;
pub(crate) mod json;
pub mod log;
pub(crate) mod metrics;
pub(crate) mod page;
pub(crate) mod problem;
pub(crate) mod rate;
pub(crate) mod service;
