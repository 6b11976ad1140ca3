//! A mail as it goes over the wire.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Message;
use lettre::address::{Address, Envelope};
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use super::Failure;

/// What is sent. It is written by the book; a name or subject of more than one line is refused.
#[derive(Clone, Copy)]
pub struct Mail<'a> {
    /// Unique: the receiver knows by it what it has already. Visible ASCII, without `@` and brackets.
    pub id: &'a str,
    /// When it was written, in milliseconds since the epoch.
    pub at: dream_domain::time::Millis,
    /// The name of the sender.
    pub from_name: &'a str,
    /// The address of the sender.
    pub from_address: &'a str,
    /// The address of the receiver.
    pub to: &'a str,
    /// The subject.
    pub subject: &'a str,
    /// The body for programs that show text only.
    pub text: &'a str,
    /// The body for all others.
    pub html: &'a str,
}

/// A mail that is ready to leave.
pub(super) struct Ready {
    pub(super) envelope: Envelope,
    pub(super) bytes: Vec<u8>,
}

/// `Auto-Submitted`: no holiday note shall answer (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Mail<'_> {
    /// Writes the mail. Nothing of it can become a header of its own.
    pub(super) fn build(&self) -> Result<Ready, Failure> {
        one_line("the sender's name", self.from_name)?;
        one_line("the subject", self.subject)?;
        one_line("the id", self.id)?;
        let from = address("the sender's address", self.from_address)?;
        let to = address("the receiver's address", self.to)?;
        let at = UNIX_EPOCH + Duration::from_millis(u64::try_from(self.at.0).unwrap_or_default());
        let bodies = MultiPart::alternative()
            .boundary(format!("=_{}", self.id))
            .singlepart(SinglePart::plain(self.text.to_owned()))
            .singlepart(SinglePart::html(self.html.to_owned()));
        let message = Message::builder()
            .from(Mailbox::new(Some(self.from_name.to_owned()), from.clone()))
            .to(Mailbox::new(None, to))
            .subject(self.subject)
            .date(at)
            .message_id(Some(format!("<{}@{}>", self.id, from.domain())))
            .header(AutoSubmitted)
            .multipart(bodies)
            .map_err(|error| Failure::Permanent(format!("the mail cannot be written: {error}")))?;
        Ok(Ready {
            envelope: message.envelope().clone(),
            bytes: message.formatted(),
        })
    }
}

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn one_line(what: &str, text: &str) -> Result<(), Failure> {
    if text.contains(char::is_control) {
        return Err(Failure::Permanent(format!(
            "{what} contains a line break or control character"
        )));
    }
    Ok(())
}

/// International domains travel in their ASCII form, which every relay takes.
fn address(what: &str, text: &str) -> Result<Address, Failure> {
    let wrong = || Failure::Permanent(format!("{what} is not an address"));
    let (user, domain) = text.rsplit_once('@').ok_or_else(wrong)?;
    let Ok(url::Host::Domain(domain)) = url::Host::parse(domain) else {
        return Err(wrong());
    };
    one_line(what, text)?;
    Address::new(user, domain).map_err(|_| wrong())
}
