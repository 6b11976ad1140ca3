//! Who takes payments in each mode: Stripe where there is a key, the sandbox in development, else nobody (rules 23).

use dream_server::config::{PaymentMode, Payments, Sandbox};
use zeroize::Zeroizing;

use super::groups::{Environment, Settings, Stripe, StripeMode};
use super::secret::Secret;

/// What the platform is to the sandbox, which takes every well-formed key for a platform of its own.
const SANDBOX_KEY: &str = "dreamsandboxplatform";
const DAY_MS: i64 = 86_400_000;

/// Who takes the payments of a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taker {
    /// The provider, with a key.
    Stripe,
    /// The stand-in of development.
    Sandbox,
    /// Payments are refused.
    Nobody,
}

impl Taker {
    /// As `doctor` tells it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "Stripe",
            Self::Sandbox => "the sandbox",
            Self::Nobody => "nobody",
        }
    }
}

impl Settings {
    /// Who takes the payments of live mode and of test mode.
    pub(crate) fn takers(&self) -> [Taker; 2] {
        [&self.stripe.live, &self.stripe.test].map(|mode| {
            match (&mode.secret_key, self.environment) {
                (Some(_), _) => Taker::Stripe,
                (None, Environment::Development) => Taker::Sandbox,
                (None, Environment::Production) => Taker::Nobody,
            }
        })
    }

    /// Whether development needs the sandbox: a mode has no key.
    pub(crate) fn uses_sandbox(&self) -> bool {
        self.takers().contains(&Taker::Sandbox)
    }

    /// Payments as the server is told of them, with the sandbox that it uses.
    pub(crate) fn payments(&self, sandbox: Option<&Sandbox>) -> Payments {
        let mode = |mode: &StripeMode, name: &str| match (&mode.secret_key, sandbox) {
            (Some(key), _) => Some(configured(&self.stripe, mode, key)),
            (None, Some(sandbox)) => Some(simulated(&sandbox.url, name)),
            (None, None) => None,
        };
        Payments {
            live: mode(&self.stripe.live, "live"),
            test: mode(&self.stripe.test, "test"),
            price_id: self.stripe.price_id.clone(),
            grace_ms: i64::from(self.grace_days) * DAY_MS,
        }
    }
}

fn configured(stripe: &Stripe, mode: &StripeMode, key: &Secret) -> PaymentMode {
    PaymentMode {
        api_base: stripe.api_base.as_str().to_owned(),
        connect_base: stripe.connect_base.as_str().to_owned(),
        secret_key: secret(key),
        client_id: mode.client_id.clone(),
        client_secret: mode.client_secret.as_ref().map(secret),
        webhook_secrets: mode.webhook_secrets.iter().map(secret).collect(),
        platform_webhook_secrets: mode.platform_webhook_secrets.iter().map(secret).collect(),
        is_sandbox: false,
    }
}

/// Its webhook secrets are made when the server starts.
fn simulated(url: &str, mode: &str) -> PaymentMode {
    PaymentMode {
        api_base: url.to_owned(),
        connect_base: url.to_owned(),
        secret_key: Zeroizing::new(format!("sk_{mode}_{SANDBOX_KEY}")),
        client_id: Some(format!("ca_{SANDBOX_KEY}")),
        client_secret: None,
        webhook_secrets: Vec::new(),
        platform_webhook_secrets: Vec::new(),
        is_sandbox: true,
    }
}

fn secret(secret: &Secret) -> Zeroizing<String> {
    Zeroizing::new(secret.expose().to_owned())
}
