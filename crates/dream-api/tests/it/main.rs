//! The real binary over real HTTP: on SQLite, and the same functions on PostgreSQL when
//! `DREAM_TEST_DATABASE_URL` names a server (rules 36).
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "these are tests: what fails ends them, and what they skip they say"
)]

mod api;
mod assets;
mod audit;
mod billing;
mod browser;
mod cart;
mod catalog;
mod connect;
mod customers;
mod dashboard;
mod database;
mod dev;
mod developers;
mod forge;
mod fuzz;
mod http;
mod identity;
mod keys;
mod load;
mod logos;
mod mail;
mod openapi;
mod orders;
mod platform;
mod processes;
mod products;
mod project;
mod projects;
mod promote;
mod providers;
mod rate;
mod raw;
mod reconcile;
mod sandbox;
mod server;
mod spec;
mod tenants;
mod tiers;
mod tokens;
mod usage;
