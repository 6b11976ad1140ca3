//! All SQL of dream-api, once, for SQLite and PostgreSQL; the meter; and the proof of tenancy.
//!
//! Only this crate can make a [`scope::Scope`], and every query of a tenant takes one.

pub mod accounts;
pub mod assets;
pub mod audit;
mod backup;
pub mod checkouts;
pub mod clock;
pub mod customers;
pub mod dashboard;
pub mod db;
mod file;
pub mod future;
pub mod idempotency;
pub mod identities;
pub mod inbox;
pub mod instances;
pub mod invoices;
pub mod keys;
pub mod leases;
pub mod logos;
pub mod meter;
mod migrate;
pub mod one_time;
pub mod options;
pub mod orders;
pub mod outbox;
mod owned;
mod owner;
pub mod passwords;
mod pattern;
pub mod payments;
mod postgres;
pub mod prices;
pub mod projects;
mod readers;
pub mod receipts;
pub mod reconcile;
pub mod refresh_tokens;
pub mod reservations;
pub mod scope;
pub mod sessions;
pub mod settings;
mod shared;
pub mod sign_in_providers;
pub mod signing_keys;
pub mod sql;
mod sqlite;
pub mod step;
pub mod subscriptions;
pub mod tiers;
pub mod usage;
pub mod value;
pub mod versions;
pub mod works;
mod writer;

pub use backup::restore;
pub use db::Db;

/// Every shared statement by module and name: the contract suite prepares each on both engines.
pub fn statements() -> Vec<(&'static str, &'static str, &'static sql::Sql)> {
    let modules = [
        ("accounts", accounts::STATEMENTS),
        ("assets", assets::STATEMENTS),
        ("audit", audit::STATEMENTS),
        ("checkouts", checkouts::STATEMENTS),
        ("customers", customers::STATEMENTS),
        ("customers::list", customers::list::STATEMENTS),
        ("customers::steps", customers::steps::STATEMENTS),
        ("dashboard", dashboard::STATEMENTS),
        ("dashboard::list", dashboard::list::STATEMENTS),
        ("dashboard::people", dashboard::people::STATEMENTS),
        ("dashboard::platforms", dashboard::platforms::STATEMENTS),
        ("dashboard::used", dashboard::used::STATEMENTS),
        ("future", future::STATEMENTS),
        ("idempotency", idempotency::STATEMENTS),
        ("identities", identities::STATEMENTS),
        ("inbox", inbox::STATEMENTS),
        ("inbox::log", inbox::log::STATEMENTS),
        ("instances", instances::STATEMENTS),
        ("invoices", invoices::STATEMENTS),
        ("keys", keys::STATEMENTS),
        ("leases", leases::STATEMENTS),
        ("logos", logos::STATEMENTS),
        ("meter", meter::sql::STATEMENTS),
        ("one_time", one_time::STATEMENTS),
        ("orders", orders::STATEMENTS),
        ("orders::list", orders::list::STATEMENTS),
        ("orders::metrics", orders::metrics::STATEMENTS),
        ("orders::refunds", orders::refunds::STATEMENTS),
        ("orders::reserve", orders::reserve::STATEMENTS),
        ("orders::write", orders::write::STATEMENTS),
        ("outbox", outbox::STATEMENTS),
        ("passwords", passwords::STATEMENTS),
        ("payments", payments::STATEMENTS),
        ("payments::customers", payments::customers::STATEMENTS),
        ("prices", prices::STATEMENTS),
        ("projects", projects::STATEMENTS),
        ("projects::deletion", projects::deletion::STATEMENTS),
        ("projects::reset", projects::reset::STATEMENTS),
        ("projects::modes", projects::modes::STATEMENTS),
        ("projects::settings", projects::settings::STATEMENTS),
        ("reconcile", reconcile::STATEMENTS),
        ("refresh_tokens", refresh_tokens::STATEMENTS),
        ("reservations", reservations::STATEMENTS),
        ("scope", scope::STATEMENTS),
        ("sessions", sessions::STATEMENTS),
        ("settings", settings::STATEMENTS),
        ("sign_in_providers", sign_in_providers::STATEMENTS),
        ("signing_keys", signing_keys::STATEMENTS),
        ("subscriptions", subscriptions::STATEMENTS),
        ("subscriptions::apply", subscriptions::apply::STATEMENTS),
        ("subscriptions::changes", subscriptions::changes::STATEMENTS),
        ("tiers", tiers::STATEMENTS),
        ("usage", usage::STATEMENTS),
        ("usage::extras", usage::extras::STATEMENTS),
        ("works", works::STATEMENTS),
    ];
    let all = modules
        .iter()
        .flat_map(|(module, list)| list.iter().map(|(name, sql)| (*module, *name, *sql)));
    all.collect()
}
