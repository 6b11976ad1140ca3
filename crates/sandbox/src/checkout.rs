//! Checkout: sessions, their page, and paying them.

mod line_items;
pub(crate) mod page;
pub(crate) mod pay;
pub(crate) mod sessions;
