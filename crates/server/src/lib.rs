//! HTTP and orchestration. `routes` is the whole API on one page; a noun is one file; the type of an
//! extractor in `caller` is the permission.

mod accounts;
pub mod admin;
pub mod app;
mod audit;
mod auth;
mod cache;
mod caller;
pub mod clock;
pub mod config;
mod connection;
mod cookies;
mod credentials;
mod customers;
pub mod demo;
mod dev;
mod dev_mail;
mod developers;
mod front;
mod health;
mod hosted;
mod http;
mod idempotency;
pub mod identity;
mod keys_used;
pub mod log;
mod logos;
mod mail;
mod metrics;
mod openapi;
pub mod outbox;
mod pages;
mod passwords;
mod plans;
mod projects;
mod providers;
mod quota;
pub mod random;
mod rate;
mod root;
mod routes;
mod signing_in;
mod tier_input;
mod tiers;
mod tokens;
mod usage;
pub mod worker;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::app::App;
use crate::front::Front;

/// Serves HTTP until told to stop, then lets running requests finish.
pub async fn serve(app: App, listener: TcpListener, stop: watch::Receiver<bool>) {
    let (router, table) = routes::router(&app);
    let front = Front::new(app.clone(), router, table);
    connection::serve(app, front, listener, stop).await;
}

/// The OpenAPI document, as `/openapi.json` answers it.
pub fn openapi() -> String {
    routes::openapi().to_pretty_json().unwrap_or_default()
}
