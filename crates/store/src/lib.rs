//! All SQL of dream-api, once, for SQLite and PostgreSQL; the meter; and the proof of tenancy.
//!
//! Only this crate can make a [`scope::Scope`], and every query of a tenant takes one.

pub mod accounts;
pub mod audit;
mod backup;
pub mod clock;
pub mod customers;
pub mod db;
mod file;
pub mod future;
pub mod idempotency;
pub mod identities;
pub mod instances;
pub mod keys;
pub mod logos;
pub mod meter;
mod migrate;
pub mod one_time;
pub mod options;
pub mod outbox;
mod owned;
mod owner;
pub mod passwords;
mod postgres;
pub mod projects;
mod readers;
pub mod refresh_tokens;
pub mod scope;
pub mod sessions;
pub mod settings;
mod shared;
pub mod sign_in_providers;
pub mod signing_keys;
pub mod sql;
mod sqlite;
pub mod step;
pub mod tiers;
pub mod usage;
pub mod value;
pub mod versions;
mod writer;

pub use backup::restore;
pub use db::Db;

/// Every shared statement by module and name: the contract suite prepares each on both engines.
pub fn statements() -> Vec<(&'static str, &'static str, &'static sql::Sql)> {
    let modules = [
        ("accounts", accounts::STATEMENTS),
        ("audit", audit::STATEMENTS),
        ("customers", customers::STATEMENTS),
        ("customers::steps", customers::steps::STATEMENTS),
        ("future", future::STATEMENTS),
        ("idempotency", idempotency::STATEMENTS),
        ("identities", identities::STATEMENTS),
        ("instances", instances::STATEMENTS),
        ("keys", keys::STATEMENTS),
        ("logos", logos::STATEMENTS),
        ("meter", meter::sql::STATEMENTS),
        ("one_time", one_time::STATEMENTS),
        ("outbox", outbox::STATEMENTS),
        ("passwords", passwords::STATEMENTS),
        ("projects", projects::STATEMENTS),
        ("projects::settings", projects::settings::STATEMENTS),
        ("refresh_tokens", refresh_tokens::STATEMENTS),
        ("scope", scope::STATEMENTS),
        ("sessions", sessions::STATEMENTS),
        ("settings", settings::STATEMENTS),
        ("sign_in_providers", sign_in_providers::STATEMENTS),
        ("signing_keys", signing_keys::STATEMENTS),
        ("tiers", tiers::STATEMENTS),
        ("usage", usage::STATEMENTS),
    ];
    let all = modules
        .iter()
        .flat_map(|(module, list)| list.iter().map(|(name, sql)| (*module, *name, *sql)));
    all.collect()
}
