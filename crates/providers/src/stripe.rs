//! Stripe over HTTP, thin and typed: <https://docs.stripe.com/api>.
//!
//! [`Client`] holds one secret key, [`At`] the account that is acted for; the calls are methods of [`At`], one file for
//! each noun. Every POST takes an idempotency key, which is kept over retries, so that a call which is repeated after a
//! lost answer does its work once.

pub mod accounts;
mod calls;
pub mod catalog;
pub mod checkout;
pub mod connect;
pub mod customers;
pub mod endpoints;
pub mod events;
mod failure;
mod form;
pub mod invoices;
mod judge;
mod pace;
pub mod payments;
pub mod portal;
mod read;
pub mod refunds;
pub mod subscriptions;
pub mod webhook;
mod wire;

use std::collections::BTreeMap;
use std::fmt;

use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

pub use crate::stripe::failure::{Failure, Kind};
use crate::stripe::pace::Lane;
use crate::stripe::wire::Wire;

/// The version of the API that every call names and that webhook endpoints are made with, so that an upgrade of an
/// account changes nothing here.
pub const VERSION: &str = "2026-07-29.dahlia";

/// A client of Stripe for one secret key, and so for one mode.
pub struct Client {
    wire: Wire,
    api_base: String,
    connect_base: String,
    client_id: Option<String>,
    authorization: HeaderValue,
    connect_authorization: HeaderValue,
}

/// What a client is made from.
pub struct Settings {
    /// Where the API is, `https://api.stripe.com`. Without TLS only an address of this machine is taken.
    pub api_base: String,
    /// Where accounts are connected, `https://connect.stripe.com`; the same holds.
    pub connect_base: String,
    /// The platform's secret or restricted key.
    pub secret_key: Zeroizing<String>,
    /// The platform's id for OAuth, `ca_…`; without it no account is connected.
    pub client_id: Option<String>,
    /// What proves the platform when a code is exchanged; the secret key if absent, as Stripe has it.
    pub client_secret: Option<Zeroizing<String>>,
}

impl Client {
    /// A client; [`Kind::Refused`] if an address or the key cannot be used.
    pub fn new(settings: Settings) -> Result<Self, Failure> {
        let secret = settings.secret_key;
        let of_connect = settings.client_secret.as_ref().unwrap_or(&secret);
        let is_live = secret.contains("_live_");
        Ok(Self {
            wire: Wire::new(if is_live { 100 } else { 25 })?,
            api_base: wire::base(&settings.api_base)?,
            connect_base: wire::base(&settings.connect_base)?,
            client_id: settings.client_id,
            connect_authorization: wire::bearer(of_connect)?,
            authorization: wire::bearer(&secret)?,
        })
    }

    /// The same client with another limit on its calls per second; by default 100 with a live key and 25 with another
    /// (stripe.com/docs/rate-limits).
    #[must_use]
    pub fn with_rate(mut self, calls_per_second: u32) -> Self {
        self.wire.set_rate(calls_per_second);
        self
    }

    /// The calls on behalf of a connected account; an empty id is the platform itself.
    pub fn at<'a>(&'a self, account: &'a str) -> At<'a> {
        At {
            client: self,
            account,
            lane: Lane::Foreground,
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("api_base", &self.api_base)
            .field("connect_base", &self.connect_base)
            .finish_non_exhaustive()
    }
}

/// The account that is acted for, and how urgent it is. Calls fail with [`Failure`]; an id that cannot be one of
/// Stripe's fails with [`Kind::NotFound`] before anything is sent.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    client: &'a Client,
    account: &'a str,
    lane: Lane,
}

impl At<'_> {
    /// The same calls for work that nobody waits for: it gets at most half of the calls per second, and waits for
    /// them as long as it takes.
    #[must_use]
    pub fn in_background(self) -> Self {
        Self {
            lane: Lane::Background,
            ..self
        }
    }
}

/// Notes that Stripe keeps with an object: up to 50, names up to 40 characters without brackets, values up to 500.
pub type Metadata = BTreeMap<String, String>;
