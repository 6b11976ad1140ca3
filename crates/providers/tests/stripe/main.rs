//! The client of Stripe: against the sandbox, and against a server that answers what a test tells it to.
#![expect(clippy::unwrap_used, reason = "these are tests: what fails ends them")]

mod bench;
mod buying;
mod catalog;
mod connecting;
mod customers;
mod events;
mod limits;
mod requests;
mod retries;
mod script;
mod shapes;
mod subscribing;
mod webhook;
