//! Settings in the words of the server and the store.

use std::time::Duration;

use dream_server::config::{Config, Environment, Google, Http, Limits, Mail, Network, Store};
use dream_server::demo;
use dream_store::options::{Options, Place};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::Addresses;
use crate::settings::address::DatabaseUrl;
use crate::settings::groups::{self, Settings};
use crate::settings::secret::Secret;

/// What the server is told.
pub(super) fn config(settings: &Settings, addresses: Addresses) -> Config {
    let Addresses {
        public_url,
        local_url,
        sandbox,
    } = addresses;
    let tokens = settings.tokens;
    let token = settings.metrics_token.as_ref();
    Config {
        environment: match settings.environment {
            groups::Environment::Development => Environment::Development,
            groups::Environment::Production => Environment::Production,
        },
        mail: mail(settings, &public_url),
        public_url,
        local_url,
        payments: settings.payments(sandbox.as_ref()),
        sandbox,
        fault: settings.fault.clone(),
        demo_sample: settings.demo_sample,
        data_dir: settings.data_dir.clone(),
        assets: settings.uploads(),
        operators: operators(settings),
        metrics_token: token.map(|token| token.expose().to_owned()),
        google: google(&settings.google),
        limits: limits(settings.limits),
        store: selling(settings.store),
        http: http(&settings.http),
        user_token: tokens.user_token,
        access_token: tokens.access_token,
        legacy_token: tokens.legacy_token,
        session: Duration::from_secs(u64::from(tokens.session_days) * 86_400),
        key_overlap: tokens.key_rotation_overlap,
        secret_overlap: tokens.key_rotation_overlap,
        user_days: settings.usage.day_retention_days.into(),
        tenant_days: settings.usage.tenant_day_retention_days.into(),
    }
}

fn mail(settings: &Settings, public_url: &str) -> Mail {
    Mail {
        relay: settings.smtp_url.clone(),
        from_address: settings.mail_from(public_url),
        from_name: settings.mail.from_name.clone(),
    }
}

/// Where the data lies, and how the store works.
pub(super) fn store(settings: &Settings) -> (Place, Options) {
    let place = match &settings.database {
        DatabaseUrl::Sqlite(path) => Place::Sqlite(path.clone()),
        DatabaseUrl::Postgres(url) => Place::Postgres(url.expose().to_owned()),
    };
    let options = Options {
        pool_size: settings.database_pool_size as usize,
        calls_max: settings.limits.usage_queue as usize,
        answers_max: settings.limits.idempotency_entries as usize,
        fold_every: settings.usage.fold,
        ..Options::default()
    };
    (place, options)
}

/// In development the demo developer runs the server too (rules 4).
fn operators(settings: &Settings) -> Vec<String> {
    let mut emails = settings.operator_emails.clone();
    if settings.environment == groups::Environment::Development {
        emails.push(demo::DEVELOPER.to_owned());
    }
    emails
}

fn selling(store: groups::Store) -> Store {
    let minutes = |minutes: u32| Duration::from_secs(u64::from(minutes) * 60);
    Store {
        checkout: minutes(store.checkout_minutes),
        hold: minutes(store.hold_minutes),
    }
}

fn google(google: &groups::Google) -> Google {
    let secret = |secret: &Secret| Zeroizing::new(secret.expose().to_owned());
    let client = google.client_id.clone().zip(google.client_secret.as_ref());
    Google {
        issuer: google.issuer.as_str().to_owned(),
        client: client.map(|(id, given)| (id, secret(given))),
    }
}

fn limits(limits: groups::Limits) -> Limits {
    let or_off = |limit: u32, off: usize| if limit == 0 { off } else { limit as usize };
    Limits {
        per_user_per_minute: limits.per_user_per_minute,
        per_secret_key_per_minute: limits.per_secret_key_per_minute,
        failed_authentication_per_minute: limits.failed_authentication_per_minute,
        sign_in_per_account_per_minute: limits.sign_in_per_account_per_minute,
        codes_per_address_per_hour: limits.codes_per_address_per_hour,
        registrations_per_network_per_hour: limits.registrations_per_network_per_hour,
        unpaid_orders_per_network: limits.unpaid_orders_per_network,
        connections: or_off(limits.connections, Semaphore::MAX_PERMITS),
        requests_in_flight: or_off(limits.requests_in_flight, usize::MAX),
    }
}

fn http(http: &groups::Http) -> Http {
    let networks = http.trusted_proxies.iter().map(|cidr| Network {
        address: cidr.network,
        bits: cidr.prefix,
    });
    Http {
        header_timeout: http.header_timeout,
        body_timeout: http.body_timeout,
        idle_timeout: http.idle_timeout,
        shutdown_timeout: http.shutdown_timeout,
        trusted_proxies: networks.collect(),
        body_max_bytes: http.max_body_bytes,
    }
}
