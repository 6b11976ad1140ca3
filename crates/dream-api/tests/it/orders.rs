//! Orders: seen and worked by their seller, never refunded above what was paid.

mod money;
mod receipts;
mod working;
