//! `/api/customers` and `/api/me`.

mod change;
mod create;
mod listing;
mod sessions;
pub(crate) mod usage;
