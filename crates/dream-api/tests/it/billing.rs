//! Plans that are bought: from the limit of the free one to the checkout, the portal, and back again.

mod journey;
mod refusals;
pub(crate) mod shop;
mod webhooks;
