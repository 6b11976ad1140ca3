//! The store as its callers see it: on SQLite, and the same functions on PostgreSQL when
//! `DREAM_TEST_DATABASE_URL` names a server (rules 36).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "these are tests: what fails ends them, and what they skip they say"
)]

mod accounts;
mod assets;
mod audit;
mod backup;
mod billing;
mod bought;
mod checkouts;
mod child;
mod clock;
mod crash;
mod customers;
mod dashboard;
mod dashboards;
mod deletion;
mod deletion_under_load;
mod exact;
mod extras;
mod fixture;
mod future;
mod history;
mod idempotency;
mod identities;
mod inbox;
mod instances;
mod journal;
mod keys;
mod leases;
mod limits;
mod lists;
mod logos;
mod lossy_vfs;
mod lost_writes;
mod modes;
mod opening;
mod orders;
mod outbox;
mod payments;
mod place;
mod projects;
mod replays;
mod reservations;
mod rollover;
mod sessions;
mod settings;
mod sick_disk;
mod sign_in_providers;
mod signing_keys;
mod statements;
mod subscription_history;
mod subscriptions;
mod takeover;
mod tenant;
mod tiers;
mod two_processes;
mod works;
