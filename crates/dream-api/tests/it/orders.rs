//! Orders: seen and worked by their seller, never refunded above what was paid.

mod listing;
mod money;
mod receipts;
mod working;
