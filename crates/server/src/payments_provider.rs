//! The clients of the payment provider, one for each mode that has a key. What is done with them stands in `payments`.

use dream_domain::error::{Code, Error, Result};
use dream_domain::key::Mode;
use dream_providers::sandbox::Sandbox;
use dream_providers::stripe::{Client, Failure, Settings};
use tokio::sync::Mutex;

use crate::config::{Config, PaymentMode};

/// Calls a second that the sandbox is asked at most; it is on this machine and sets no limit.
const SANDBOX_RATE: u32 = 2000;

/// Who takes payments: one client for each mode that has a key.
pub(crate) struct Payments {
    live: Option<Client>,
    test: Option<Client>,
    /// The stand-in's own doors, where it is used.
    pub(crate) sandbox: Option<Sandbox>,
    /// Who has it may change our endpoints there.
    pub(crate) endpoints: Mutex<()>,
}

impl Payments {
    /// Opens the door as the settings say.
    pub(crate) fn new(config: &Config) -> Result<Self> {
        let client = |mode: &Option<PaymentMode>| mode.as_ref().map(client).transpose();
        let sandbox = config.sandbox.as_ref().map(|known| Sandbox::at(&known.url));
        Ok(Self {
            live: client(&config.payments.live).map_err(unusable)?,
            test: client(&config.payments.test).map_err(unusable)?,
            sandbox: sandbox.transpose().map_err(unusable)?,
            endpoints: Mutex::new(()),
        })
    }

    /// The client of a mode; 503 where the operator has set up no payments for it.
    pub(crate) fn provider(&self, mode: Mode) -> Result<&Client> {
        let client = match mode {
            Mode::Live => &self.live,
            Mode::Test => &self.test,
        };
        client.as_ref().ok_or_else(|| {
            Code::PaymentsNotConfigured.error(format!(
                "Payments are not set up for {} mode on this server; its operator has to",
                mode.as_str()
            ))
        })
    }
}

fn client(mode: &PaymentMode) -> Result<Client, Failure> {
    let client = Client::new(Settings {
        api_base: mode.api_base.clone(),
        connect_base: mode.connect_base.clone(),
        secret_key: mode.secret_key.clone(),
        client_id: mode.client_id.clone(),
        client_secret: mode.client_secret.clone(),
    })?;
    Ok(if mode.is_sandbox {
        client.with_rate(SANDBOX_RATE)
    } else {
        client
    })
}

fn unusable(cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    let detail = "The payment provider's settings cannot be used";
    Code::Internal.error(detail).because(cause)
}
