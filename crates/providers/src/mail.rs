//! Mail over SMTP.
//!
//! One connection is kept for the mails that follow. Whatever was begun has ten seconds to connect and ten
//! to send; a connection that was cut off is never used again.

mod connection;
mod letter;
mod relay;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use connection::Connection;
pub use letter::Mail;
pub use relay::Relay;

/// How long it may take to connect, and then to send.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends mails through one relay. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    relay: Relay,
    patience: Duration,
    idle: Mutex<Option<Connection>>,
}

/// Why a mail did not leave. The text names neither address nor content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It may leave later: nobody answered, or not now.
    Transient(String),
    /// It never will: the relay refuses this mail.
    Permanent(String),
}

impl Mailer {
    /// Speaks to `relay` once there is something to send.
    pub fn new(relay: Relay) -> Self {
        Self::patient(relay, PATIENCE)
    }

    fn patient(relay: Relay, patience: Duration) -> Self {
        Self {
            inner: Arc::new(Inner {
                relay,
                patience,
                idle: Mutex::new(None),
            }),
        }
    }

    /// Hands a mail to the relay. After this returns without an error the relay answers for it.
    pub async fn send(&self, mail: &Mail<'_>) -> Result<(), Failure> {
        let ready = mail.build()?;
        let mut connection = self
            .within("connecting", self.connect(mail.from_address))
            .await?;
        self.within("sending", connection.send(&ready)).await?;
        *self.idle() = Some(connection);
        Ok(())
    }

    /// Says goodbye to the relay.
    pub async fn close(&self) {
        let idle = self.idle().take();
        if let Some(connection) = idle {
            let _ = timeout(self.inner.patience, connection.close()).await;
        }
    }

    /// The connection that is left from before if it still lives, else a new one. It is taken out: what is
    /// dropped half-way is closed and not found again.
    async fn connect(&self, from: &str) -> Result<Connection, Failure> {
        let idle = self.idle().take();
        if let Some(mut connection) = idle
            && connection.lives().await
        {
            return Ok(connection);
        }
        Connection::open(&self.inner.relay, from).await
    }

    async fn within<T>(
        &self,
        doing: &str,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let patience = self.inner.patience;
        match timeout(patience, work).await {
            Ok(done) => done,
            Err(_) => Err(Failure::Transient(format!(
                "{doing} took longer than {patience:?}"
            ))),
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Option<Connection>> {
        self.inner
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transient(what) | Self::Permanent(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Failure {}
