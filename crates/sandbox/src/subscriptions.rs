//! Subscriptions, their invoices, and what time does to them.

pub(crate) mod api;
pub(crate) mod cycle;
pub(crate) mod invoices;
