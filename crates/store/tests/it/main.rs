//! The store as its callers see it: on SQLite, and the same functions on PostgreSQL when
//! `DREAM_TEST_DATABASE_URL` names a server (rules 36).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "these are tests: what fails ends them, and what they skip they say"
)]

mod accounts;
mod audit;
mod backup;
mod child;
mod clock;
mod crash;
mod customers;
mod deletion;
mod deletion_under_load;
mod exact;
mod fixture;
mod history;
mod idempotency;
mod identities;
mod instances;
mod journal;
mod keys;
mod limits;
mod logos;
mod lossy_vfs;
mod lost_writes;
mod opening;
mod outbox;
mod place;
mod projects;
mod replays;
mod rollover;
mod sessions;
mod settings;
mod sick_disk;
mod sign_in_providers;
mod signing_keys;
mod statements;
mod takeover;
mod tenant;
mod tiers;
mod two_processes;
