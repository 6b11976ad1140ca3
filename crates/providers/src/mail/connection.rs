//! A conversation with a relay.

use std::fmt;

use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, CertificateStore, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::extension::ClientId;

use super::Failure;
use super::letter::Ready;
use super::relay::{Relay, Security};

/// An open and authenticated conversation.
pub(super) struct Connection {
    inner: AsyncSmtpConnection,
}

impl Connection {
    /// Connects, protects the connection as the relay's address demands, and says who we are. What fails
    /// here is nothing against the mail: a wrong password is corrected, and then the mail leaves.
    pub(super) async fn open(relay: &Relay, from: &str) -> Result<Self, Failure> {
        let hello = ClientId::Domain(from.rsplit('@').next().unwrap_or("localhost").to_owned());
        let server = (relay.host.as_str(), relay.port);
        let at_once = match relay.security {
            Security::Tls => Some(tls(relay)?),
            Security::StartTls | Security::Plain => None,
        };
        let opened = AsyncSmtpConnection::connect_tokio1(server, None, &hello, at_once, None);
        let mut inner = opened.await.map_err(|error| later("connecting", &error))?;
        if relay.security == Security::StartTls {
            let upgraded = inner.starttls(tls(relay)?, &hello).await;
            upgraded.map_err(|error| later("STARTTLS", &error))?;
        }
        if let Some(credentials) = &relay.credentials {
            let ways = [Mechanism::Plain, Mechanism::Login];
            let known = inner.auth(&ways, credentials).await;
            known.map_err(|error| later("signing in", &error))?;
        }
        Ok(Self { inner })
    }

    /// Whether the relay is still there.
    pub(super) async fn lives(&mut self) -> bool {
        !self.inner.has_broken() && self.inner.test_connected().await
    }

    /// Hands over a mail.
    pub(super) async fn send(&mut self, mail: &Ready) -> Result<(), Failure> {
        let sent = self.inner.send(&mail.envelope, &mail.bytes).await;
        sent.map(drop).map_err(|error| {
            // What the client itself refuses (an address the relay cannot take) stays refused.
            if error.is_permanent() || error.is_client() {
                Failure::Permanent(said("refused", &error))
            } else {
                later("sending", &error)
            }
        })
    }

    /// Says goodbye.
    pub(super) async fn close(mut self) {
        self.inner.abort().await;
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection")
    }
}

/// Certificates are checked against the roots of the web.
fn tls(relay: &Relay) -> Result<TlsParameters, Failure> {
    let builder = TlsParametersBuilder::new(relay.host.clone());
    let built = builder
        .certificate_store(CertificateStore::WebpkiRoots)
        .build_rustls();
    built.map_err(|error| later("TLS", &error))
}

fn later(doing: &str, error: &smtp::Error) -> Failure {
    Failure::Transient(said(doing, error))
}

/// What a relay says often repeats the address; its code alone does not.
fn said(doing: &str, error: &smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("{doing}: the relay answered {code}"),
        None => format!("{doing}: {}", kind(error)),
    }
}

fn kind(error: &smtp::Error) -> String {
    use std::error::Error as _;
    match error.source() {
        Some(source) => source.to_string(),
        None => error.to_string(),
    }
}
