//! Projects, and where their people may be sent.

use std::net::Ipv4Addr;

use crate::error::{Result, invalid};
use crate::key::Mode;
use crate::text;

/// What a project is; fixed when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Plans with limits.
    Saas,
    /// Products.
    Store,
    /// Access without a meter.
    Membership,
}

impl Kind {
    /// `saas`, `store` or `membership`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Saas => "saas",
            Self::Store => "store",
            Self::Membership => "membership",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "saas" => Some(Self::Saas),
            "store" => Some(Self::Store),
            "membership" => Some(Self::Membership),
            _ => None,
        }
    }
}

/// When a new end user has to show that an address is theirs (rules 28).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EmailVerification {
    /// Before the first sign-in. Answers never tell whether an address has an account.
    Required,
    /// Some time after it: signed up is signed in. Answers for new addresses differ from those for taken ones.
    Later,
}

impl EmailVerification {
    /// `required` or `later`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Later => "later",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "required" => Some(Self::Required),
            "later" => Some(Self::Later),
            _ => None,
        }
    }

    /// What holds where nothing is set: live mode asks first, test mode does not stand in the way.
    pub fn default_of(mode: Mode) -> Self {
        match mode {
            Mode::Live => Self::Required,
            Mode::Test => Self::Later,
        }
    }
}

/// Checks what a developer calls a project.
pub fn check_name(name: &str) -> Result<String> {
    text::required_line("projectName", name, 100)
}

/// An exact origin: `https://app.example.com`, with a port if it is not the usual one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl Origin {
    /// Reads an origin: https, or http on this machine; nothing after host and port. 422 for all else,
    /// wildcards included.
    pub fn parse(text: &str) -> Result<Self> {
        let parts = Address::parse(text).filter(|parts| {
            let secure = parts.scheme == "https" || is_loopback(&parts.host);
            secure && parts.rest.is_empty()
        });
        let origin = parts.map(|parts| Self(parts.origin()));
        origin.ok_or_else(|| {
            invalid(
                "redirectOrigins",
                "holds something that is not an origin",
                "Send https:// and the exact host, such as https://app.example.com, and nothing after it; \
                 http only for localhost; international names in their xn-- form",
            )
        })
    }

    /// The origin as browsers write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a person may be sent to `url`: its origin is one of those allowed, or in test mode this
/// machine on any port (DESIGN 3.8).
///
/// What a browser could read in another way than we do is refused: user names, backslashes, white space
/// and control characters anywhere, odd hosts, more than 2048 bytes.
pub fn redirect_allowed(url: &str, allowed: &[Origin], mode: Mode) -> bool {
    let Some(address) = Address::parse(url) else {
        return false;
    };
    if mode == Mode::Test && is_loopback(&address.host) {
        return true;
    }
    let origin = address.origin();
    allowed.iter().any(|known| known.0 == origin)
}

const URL_MAX_BYTES: usize = 2048;

/// An absolute http address, taken apart.
struct Address<'a> {
    scheme: &'static str,
    /// Lower-case.
    host: String,
    /// None if it is the usual one of the scheme.
    port: Option<u16>,
    /// Path, query and fragment.
    rest: &'a str,
}

impl<'a> Address<'a> {
    fn parse(url: &'a str) -> Option<Self> {
        let odd = |c: char| c == '\\' || c.is_control() || c.is_whitespace();
        if url.len() > URL_MAX_BYTES || url.contains(odd) {
            return None;
        }
        let (scheme, usual, after) = match url.strip_prefix("https://") {
            Some(after) => ("https", 443, after),
            None => ("http", 80, url.strip_prefix("http://")?),
        };
        let (authority, rest) = after.split_at(after.find(['/', '?', '#']).unwrap_or(after.len()));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(parse_port(port)?)),
            _ => (authority, None),
        };
        let host = host.to_ascii_lowercase();
        let port = port.filter(|port| *port != usual);
        is_host(&host).then_some(Self {
            scheme,
            host,
            port,
            rest,
        })
    }

    fn origin(&self) -> String {
        match self.port {
            Some(port) => format!("{}://{}:{port}", self.scheme, self.host),
            None => format!("{}://{}", self.scheme, self.host),
        }
    }
}

fn parse_port(text: &str) -> Option<u16> {
    let port: u16 = text.parse().ok()?;
    (port > 0 && text == port.to_string()).then_some(port)
}

/// A name, an IPv4 address in its usual form, or IPv6's loopback; all lower-case ASCII.
fn is_host(host: &str) -> bool {
    if host == "[::1]" || host.parse::<Ipv4Addr>().is_ok() {
        return true;
    }
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let label = |label: &str| {
        let edge = label.starts_with('-') || label.ends_with('-');
        (1..=63).contains(&label.len()) && !edge && label.bytes().all(plain)
    };
    // Browsers read a host that ends in a number as an IPv4 address, whatever its form: 127.1, 0x7f.1.
    let last = host.rsplit('.').next().unwrap_or_default();
    let number = last.bytes().next().is_some_and(|b| b.is_ascii_digit());
    host.len() <= 253 && !number && host.split('.').all(label)
}

fn is_loopback(host: &str) -> bool {
    let ipv4 = host.parse::<Ipv4Addr>();
    matches!(host, "localhost" | "[::1]") || ipv4.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_kinds_are_checked() {
        assert_eq!(check_name("My app").unwrap(), "My app");
        for bad in ["", " ", "a\nb", &"x".repeat(101)] {
            assert_eq!(
                check_name(bad).unwrap_err().fields()[0].location,
                "projectName"
            );
        }
        for kind in [Kind::Saas, Kind::Store, Kind::Membership] {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::parse("SaaS"), None);
    }
}
