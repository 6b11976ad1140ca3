//! Subscriptions, their invoices, and what time does to them.

pub(crate) mod api;
pub(crate) mod beginning;
pub(crate) mod collecting;
pub(crate) mod cycle;
pub(crate) mod invoices;
pub(crate) mod item_api;
pub(crate) mod items;
pub(crate) mod pausing;
pub(crate) mod preview;
