//! What is sold: products and their prices.

pub(crate) mod prices;
pub(crate) mod products;
