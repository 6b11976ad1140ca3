//! Plans that are bought: from the limit of the free one to the checkout, the portal, and back again.

mod crashes;
mod journey;
mod left;
mod refusals;
pub(crate) mod shop;
mod webhooks;
