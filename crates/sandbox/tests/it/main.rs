//! The sandbox over real HTTP.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod bench;
mod connect;
mod control;
mod errors;
mod home;
mod idempotency;
mod items;
mod lists;
mod misbehaviour;
mod objects;
mod payments;
mod plan_changes;
mod portal;
mod receiver;
mod sessions;
mod settle;
mod subscriptions;
mod webhooks;
