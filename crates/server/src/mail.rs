//! Letters to people, written from templates and put into the outbox.

mod brand;
mod content;
pub(crate) mod developer;
mod page;
#[cfg(test)]
mod tests;

use dream_domain::error::{Code, Result};
use dream_domain::id::MessageId;
use dream_domain::user::Email;
use dream_store::outbox::Message;
use dream_store::projects::Tenant;
use serde::{Deserialize, Serialize};

use crate::app::App;
use brand::Brand;

/// What a mail is called in the outbox.
pub(crate) const KIND: &str = "mail";

/// What is written to whom and why. Links begin with the public URL of the settings, never with a host
/// that a request named.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Letter<'a> {
    /// To finish a sign-up.
    VerifyEmail { code: &'a str, link: &'a str },
    /// Somebody signed up with an address that has an account.
    AccountExists { sign_in: &'a str, reset: &'a str },
    /// To choose a new password.
    ResetPassword { code: &'a str, link: &'a str },
    /// To the new address, before it counts.
    ChangeEmail { code: &'a str, link: &'a str },
    /// To the old address, after it was replaced.
    EmailChanged { new_email: &'a str },
    /// After a change of the password.
    PasswordChanged {},
    /// To finish the registration of a developer.
    DeveloperLink { link: &'a str },
    /// After the deletion of an account.
    AccountDeleted {},
    /// To a buyer who paid. `missing` is what goes back because not everything is there.
    Receipt {
        bought: &'a str,
        total: &'a str,
        missing: Option<&'a str>,
        link: &'a str,
    },
    /// To a buyer whose order was sent.
    Sent {
        note: Option<&'a str>,
        tracking: Option<&'a str>,
        link: &'a str,
    },
    /// To a buyer whose money goes back.
    Refunded { amount: &'a str, link: &'a str },
    /// To a developer whose product is nearly sold out, sold out, or back.
    StockChanged {
        store: &'a str,
        product: &'a str,
        unsold: i64,
        change: StockChange,
        link: &'a str,
    },
    /// To a developer whose project cannot go on without him.
    Alert {
        project: &'a str,
        what: &'a str,
        link: &'a str,
    },
}

/// What a developer is told of a stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StockChange {
    /// Few are left.
    Low,
    /// None is left.
    Out,
    /// There are enough again.
    Back,
}

/// A mail as the outbox holds it, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stored {
    pub(crate) from_name: String,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    /// How long after it was written it is worth sending; none for always.
    pub(crate) good_for_ms: Option<i64>,
}

/// Writes a letter for the outbox, to go into the transaction of what it tells. 503 `mail_not_configured`
/// if mail can reach nobody.
pub(crate) fn compose(
    app: &App,
    tenant: &Tenant,
    to: &Email,
    letter: &Letter<'_>,
) -> Result<Message> {
    check_configured(app)?;
    let stored = page::write(&Brand::of(app, tenant), to.as_str(), letter)?;
    let now = app.clock.machine();
    let id = MessageId::new(now, app.random.bytes());
    let plain = serde_json::to_vec(&stored).map_err(|error| {
        Code::Internal
            .error("A mail could not be written")
            .because(error)
    })?;
    let payload = app.master.seal(&app.random, &owner(id.as_str()), &plain)?;
    Ok(Message {
        id,
        tenant: tenant.scope.tenant().clone(),
        kind: KIND,
        payload,
        due_at: now,
        created_at: now,
    })
}

/// 503 `mail_not_configured` if mail can reach nobody: in production without a relay.
pub(crate) fn check_configured(app: &App) -> Result<()> {
    if app.config.can_mail() {
        return Ok(());
    }
    Err(Code::MailNotConfigured
        .error("This server cannot send mail yet; its operator sets DREAM_SMTP_URL"))
}

/// Reads a mail back; none if its content was forgotten.
pub(crate) fn open(app: &App, id: &str, payload: &str) -> Result<Option<Stored>> {
    if payload.is_empty() {
        return Ok(None);
    }
    let plain = app.master.open(&owner(id), payload)?;
    let stored = serde_json::from_slice(&plain);
    stored.map(Some).map_err(|error| {
        Code::Internal
            .error("A stored mail cannot be read")
            .because(error)
    })
}

/// What the seal of a payload is bound to.
fn owner(id: &str) -> String {
    format!("outbox/{id}")
}
