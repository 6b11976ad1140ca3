//! Money that moves by card: intents, charges, refunds, and cards kept for later.

pub(crate) mod cards;
pub(crate) mod charges;
pub(crate) mod disputes;
pub(crate) mod intents;
pub(crate) mod refunds;
pub(crate) mod setups;
