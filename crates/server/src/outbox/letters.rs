//! Mails of the outbox: opened and handed to the relay.

use dream_providers::mail::{Failure, Mail, Mailer};
use dream_store::outbox::Claimed;

use super::{DAY_MS, Fault, Left, pause};
use crate::app::App;
use crate::mail;

pub(super) async fn leave(app: &App, message: &Claimed) -> Result<Left, Fault> {
    match &app.mailer {
        Some(mailer) => match send(app, mailer, message).await {
            Ok(()) => Ok(Left::Sent),
            Err(Failure::Transient(cause)) => Err(Fault::Transient(cause)),
            Err(Failure::Permanent(cause)) => Err(Fault::Permanent(cause)),
        },
        None if app.config.is_development() => Ok(Left::Kept),
        // Production has refused to write mails without a relay; what is left from a time with one waits.
        None => {
            let pause = pause(message.attempts).unwrap_or(DAY_MS);
            Err(Fault::Waits(pause, "no relay is configured"))
        }
    }
}

async fn send(app: &App, mailer: &Mailer, message: &Claimed) -> Result<(), Failure> {
    let broken = |what: &str| Failure::Permanent(what.to_owned());
    let stored = mail::open(app, &message.id, &message.payload)
        .map_err(|_| broken("the stored mail cannot be read with this DREAM_MASTER_KEY"))?
        .ok_or_else(|| broken("the stored mail is empty"))?;
    let age_ms = app.clock.machine().0 - message.created_at.0;
    if stored
        .good_for_ms
        .is_some_and(|good_for| age_ms >= good_for)
    {
        return Err(broken(
            "what the mail offers has ended before it could leave",
        ));
    }
    let mail = Mail {
        id: &message.id,
        at: message.created_at,
        from_name: &stored.from_name,
        from_address: &app.config.mail.from_address,
        to: &stored.to,
        subject: &stored.subject,
        text: &stored.text,
        html: &stored.html,
    };
    mailer.send(&mail).await
}
