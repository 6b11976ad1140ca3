//! HTTP and orchestration. `routes` is the whole API on one page; a noun is one file; the type of an
//! extractor in `caller` is the permission.

mod accounts;
pub mod admin;
pub mod app;
mod assets;
mod audit;
mod auth;
mod buying;
mod cache;
mod caller;
mod cart;
mod catalog;
mod checkout;
pub mod clock;
pub mod config;
mod connect;
mod connection;
mod cookies;
mod credentials;
mod customers;
mod dashboard;
pub mod demo;
mod dev;
mod dev_mail;
mod developers;
mod events;
mod explain;
pub mod faults;
mod front;
mod health;
mod hosted;
mod http;
mod idempotency;
pub mod identity;
pub mod inbox;
mod keys_used;
pub mod log;
mod logos;
mod mail;
mod metrics;
mod openapi;
mod orders;
pub mod outbox;
mod pages;
mod passwords;
pub mod payments;
mod payments_provider;
mod pictures;
mod plans;
pub mod platform;
mod previewing;
mod previews;
mod progress;
mod projects;
mod promote;
mod providers;
mod quota;
pub mod random;
mod rate;
mod receipts;
pub mod reconcile;
mod removal;
mod retried;
mod root;
mod routes;
mod sales;
mod settling;
mod signing_in;
mod subscriptions;
mod tier_input;
mod tiers;
mod tokens;
mod usage;
mod webhooks;
pub mod worker;
pub mod works;

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

/// The same for calls that the server makes of itself, which leave no line in the log.
pub(crate) async fn serve_unlogged(app: App, listener: TcpListener, stop: watch::Receiver<bool>) {
    let (router, table) = routes::router(&app);
    let front = Front::new(app.clone(), router, table).unlogged();
    connection::serve(app, front, listener, stop).await;
}

/// The OpenAPI document, as `/openapi.json` answers it.
pub fn openapi() -> String {
    routes::openapi().to_pretty_json().unwrap_or_default()
}
