//! Where mails are handed over, read from an address.

use std::fmt;

use lettre::transport::smtp::authentication::Credentials;
use url::{Host, Url};

/// A mail server that takes our mails: `smtps://user:password@host:465` or `smtp://user:password@host:587`.
/// `Debug` shows neither user nor password.
#[derive(Clone)]
pub struct Relay {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) credentials: Option<Credentials>,
}

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// TLS from the first byte.
    Tls,
    /// In clear until `STARTTLS`, which must work.
    StartTls,
    /// In clear, which is for this machine only.
    Plain,
}

impl Relay {
    /// Reads an address. The port is 465 for `smtps` and 587 for `smtp` if none is given; characters with a
    /// meaning in addresses stand in user and password as `%40` and the like.
    ///
    /// # Errors
    /// What is wrong with it, to follow the name of the setting.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "is not an address")?;
        let tls = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err("does not begin with smtp:// or smtps://"),
        };
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or("names no host")?;
        let has_more = url.query().is_some() || url.fragment().is_some();
        if has_more || !matches!(url.path(), "" | "/") {
            return Err("has something after the host and port");
        }
        let security = match tls {
            true => Security::Tls,
            false if is_loopback(host) => Security::Plain,
            false => Security::StartTls,
        };
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(if tls { 465 } else { 587 }),
            security,
            credentials: credentials(&url)?,
        })
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relay({}:{}, {:?})", self.host, self.port, self.security)
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, &'static str> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err("has a password without a user"),
        (_, None) => Err("has a user without a password"),
        (user, Some(password)) => Ok(Some(Credentials::new(decoded(user)?, decoded(password)?))),
    }
}

/// What stands between `://` and `@` is written with `%` and two hex digits where it must be.
fn decoded(text: &str) -> Result<String, &'static str> {
    let wrong = "has a user or password that is not text in percent encoding";
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, more) = rest.split_at_checked(2).ok_or(wrong)?;
        let digits = std::str::from_utf8(digits).map_err(|_| wrong)?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong)?);
        rest = more;
    }
    String::from_utf8(bytes).map_err(|_| wrong)
}

/// The scheme is none of the web's, so that the host comes as it was written.
fn is_loopback(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(ip)) => ip.is_loopback(),
        Ok(Host::Ipv6(ip)) => std::net::IpAddr::from(ip).to_canonical().is_loopback(),
        Err(_) => false,
    }
}
