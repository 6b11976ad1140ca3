//! All SQL of dream-api, once, for SQLite and PostgreSQL; the meter; and the proof of tenancy.
//!
//! Only this crate can make a [`scope::Scope`], and every query of a tenant takes one.

pub mod audit;
mod backup;
pub mod clock;
pub mod customers;
pub mod db;
mod file;
pub mod future;
pub mod idempotency;
pub mod instances;
pub mod keys;
pub mod meter;
mod migrate;
pub mod options;
mod owned;
mod owner;
mod postgres;
pub mod projects;
mod readers;
pub mod scope;
pub mod sessions;
pub mod settings;
mod shared;
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
        ("audit", audit::STATEMENTS),
        ("customers", customers::STATEMENTS),
        ("customers::steps", customers::steps::STATEMENTS),
        ("future", future::STATEMENTS),
        ("idempotency", idempotency::STATEMENTS),
        ("instances", instances::STATEMENTS),
        ("keys", keys::STATEMENTS),
        ("meter", meter::sql::STATEMENTS),
        ("projects", projects::STATEMENTS),
        ("scope", scope::STATEMENTS),
        ("sessions", sessions::STATEMENTS),
        ("settings", settings::STATEMENTS),
        ("signing_keys", signing_keys::STATEMENTS),
        ("tiers", tiers::STATEMENTS),
        ("usage", usage::STATEMENTS),
    ];
    let all = modules
        .iter()
        .flat_map(|(module, list)| list.iter().map(|(name, sql)| (*module, *name, *sql)));
    all.collect()
}
