//! Tries at passwords and codes, counted per account and per address (rules 31).

use std::net::IpAddr;

use dream_domain::error::{Code, Result};

use crate::app::App;
use crate::http::peer::network;

/// A try that counts unless it turns out right.
pub(crate) struct Attempt<'a> {
    app: &'a App,
    account: String,
    network: IpAddr,
}

/// Begins a try at the account of a tenant (an e-mail, a user id) from an address; 429 if there were too many.
pub(crate) fn begin<'a>(
    app: &'a App,
    tenant: &str,
    account: &str,
    client: IpAddr,
) -> Result<Attempt<'a>> {
    let attempt = Attempt {
        app,
        account: format!("{tenant}/{account}"),
        network: network(client),
    };
    let (now, limits) = (app.clock.machine(), &app.config.limits);
    let by_account =
        app.limits
            .accounts
            .take(&attempt.account, limits.sign_in_per_account_per_minute, now);
    let by_address = app.limits.attempts.take(
        attempt.network,
        limits.failed_authentication_per_minute,
        now,
    );
    let over = [by_account, by_address]
        .into_iter()
        .flatten()
        .find(|allowance| !allowance.allowed);
    match over {
        None => Ok(attempt),
        Some(over) => {
            app.metrics.rate_limited.increment(1);
            Err(Code::AuthenticationRateLimited
                .error(format!(
                    "Too many tries; wait {} seconds and try again",
                    over.reset_seconds
                ))
                .with("retryAfter", over.reset_seconds))
        }
    }
}

impl Attempt<'_> {
    /// The password or code was right: the try does not count.
    pub(crate) fn was_right(self) {
        let limits = &self.app.config.limits;
        self.app
            .limits
            .accounts
            .give_back(&self.account, limits.sign_in_per_account_per_minute);
        self.app
            .limits
            .attempts
            .give_back(self.network, limits.failed_authentication_per_minute);
    }
}
