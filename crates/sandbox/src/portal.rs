//! The billing portal: what a customer may change himself, and the page where he does.

pub(crate) mod configurations;
pub(crate) mod page;
pub(crate) mod sessions;
