//! Money that moves by card: intents, charges, refunds.

pub(crate) mod cards;
pub(crate) mod charges;
pub(crate) mod intents;
pub(crate) mod refunds;
