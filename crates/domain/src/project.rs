//! Projects, and where their people may be sent.

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

/// Checks what a developer calls a project.
pub fn check_name(name: &str) -> Result<String> {
    text::required_line("projectName", name, 100)
}

/// An exact origin: `https://app.example.com`, with a port if it is not the usual one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Reads an origin: https, or http on this machine; nothing after host and port.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || invalid("redirectOrigins", "holds something that is not an origin", "Send scheme and host, such as https://app.example.com");
        let parts = Parts::of(text).ok_or_else(wrong)?;
        let secure = parts.scheme == "https" || is_loopback(&parts.host);
        if !parts.rest.is_empty() || !secure {
            return Err(wrong());
        }
        Ok(Self(parts.origin()))
    }

    /// The origin as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a person may be sent to `url`: its origin is one of those allowed, or in test mode this
/// machine on any port (DESIGN 3.8).
pub fn redirect_allowed(url: &str, allowed: &[Origin], mode: Mode) -> bool {
    let Some(parts) = Parts::of(url) else { return false };
    if mode == Mode::Test && is_loopback(&parts.host) {
        return true;
    }
    let origin = parts.origin();
    allowed.iter().any(|known| known.0 == origin)
}

struct Parts<'a> {
    scheme: &'static str,
    host: String,
    port: Option<u16>,
    rest: &'a str,
}

impl<'a> Parts<'a> {
    /// Takes an address apart as strictly as browsers are lenient: no user, no backslash, no control
    /// character, no odd host.
    fn of(url: &'a str) -> Option<Self> {
        if url.len() > 2048 || url.contains('\\') || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return None;
        }
        let (scheme, after) = if let Some(after) = url.strip_prefix("https://") {
            ("https", after)
        } else {
            ("http", url.strip_prefix("http://")?)
        };
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port.parse().ok().filter(|p| *p > 0)?)),
            _ => (authority, None),
        };
        let host = host.to_ascii_lowercase();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-');
        let named = !host.is_empty() && host.bytes().all(plain) && !host.starts_with('.') && !host.contains("..");
        (named || host == "[::1]").then_some(Self { scheme, host, port, rest })
    }

    fn origin(&self) -> String {
        let usual = if self.scheme == "https" { 443 } else { 80 };
        match self.port {
            Some(port) if port != usual => format!("{}://{}:{port}", self.scheme, self.host),
            _ => format!("{}://{}", self.scheme, self.host),
        }
    }
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_origins_are_allowed() {
        let allowed = [Origin::parse("https://app.example.com").unwrap()];
        let ok = |url: &str| redirect_allowed(url, &allowed, Mode::Live);
        assert!(ok("https://app.example.com"));
        assert!(ok("https://APP.example.com:443/a?b#c"));
        assert!(ok("https://app.example.com?success=true"));
        for bad in [
            "https://app.example.com.evil.com",
            "https://evil.com/https://app.example.com",
            "https://app.example.com@evil.com",
            "https://evil.app.example.com",
            "https://app.example.com:444",
            "http://app.example.com",
            "https://app.example.com\\@evil.com",
            "https:\\\\app.example.com",
            "//app.example.com",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://app.example.com\r\nx",
            "http://localhost:3000",
            "",
        ] {
            assert!(!ok(bad), "{bad}");
        }
    }

    #[test]
    fn this_machine_is_allowed_in_test_mode() {
        for url in ["http://localhost:5173/x", "http://127.0.0.1", "https://localhost:1", "http://[::1]:8080/"] {
            assert!(redirect_allowed(url, &[], Mode::Test), "{url}");
            assert!(!redirect_allowed(url, &[], Mode::Live), "{url}");
        }
        assert!(!redirect_allowed("http://127.0.0.1.evil.com", &[], Mode::Test));
        assert!(!redirect_allowed("http://localhost@evil.com", &[], Mode::Test));
    }

    #[test]
    fn origins_are_origins() {
        for bad in ["https://a.com/", "https://*.a.com", "http://a.com", "a.com", "https://a.com:0", "https://u@a.com"] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Origin::parse("http://localhost:3000").unwrap().as_str(), "http://localhost:3000");
    }
}
