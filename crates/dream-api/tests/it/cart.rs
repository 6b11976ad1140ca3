//! Carts: stock is held before anybody pays, and nobody gets what another has.

mod checking_out;
mod crashes;
mod last_unit;
pub(crate) mod market;
mod refusals;
