//! The sandbox over real HTTP.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod bench;
mod connect;
mod errors;
mod idempotency;
mod lists;
mod misbehaviour;
mod objects;
mod payments;
mod plan_changes;
mod portal;
mod receiver;
mod subscriptions;
mod webhooks;
