//! What is known of an end user.

use serde_json::{Map, Value};

use crate::error::{Result, invalid};
use crate::text;

/// The most that a developer's notes on a user may take, as JSON.
pub const METADATA_MAX_BYTES: usize = 16 * 1024;

/// An e-mail address, kept as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads an address: one `@`, a local part of up to 64 characters, a domain with dots, 254 in all.
    pub fn parse(address: &str) -> Result<Self> {
        if Self::fits(address) {
            return Ok(Self(address.to_owned()));
        }
        Err(invalid("email", "is not an e-mail address", "Send an address such as name@example.com"))
    }

    /// As typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes it unique: `Victim@X.com` and `victim@x.com` are one account.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    fn fits(address: &str) -> bool {
        let Some((local, domain)) = address.rsplit_once('@') else { return false };
        let odd = |c: char| c.is_control() || c.is_whitespace() || "()<>[]:;,\\\"@".contains(c);
        let label = |l: &str| {
            let edges = !l.starts_with('-') && !l.ends_with('-');
            !l.is_empty() && l.len() <= 63 && edges && l.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let dots = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
        let host = domain == "localhost" || (domain.contains('.') && domain.split('.').all(label));
        address.len() <= 254 && (1..=64).contains(&local.len()) && !local.contains(odd) && dots && host
    }
}

/// Checks a given or family name.
pub fn check_name(field: &str, name: &str) -> Result<String> {
    text::line(field, name, 100)
}

/// Checks a developer's own id of a user: 1 to 255 visible characters that do not look like ours.
pub fn check_external_id(id: &str) -> Result<String> {
    let wrong = |message: &str, fix: &str| Err(invalid("externalId", message, fix));
    if id.starts_with("user_") {
        return wrong("begins with user_, as only our ids do", "Put a prefix of your own before it");
    }
    if id.trim().is_empty() || id.trim() != id || id.chars().count() > 255 || id.chars().any(char::is_control) {
        return wrong("is not 1 to 255 visible characters", "Send the id that your own system uses");
    }
    Ok(id.to_owned())
}

/// Checks a developer's notes on a user; answers them as JSON text.
pub fn check_metadata(metadata: Map<String, Value>) -> Result<String> {
    let text = Value::Object(metadata).to_string();
    if text.len() > METADATA_MAX_BYTES {
        return Err(invalid("metadata", "is larger than 16 kB as JSON", "Keep large things in your own database"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["a@b.co", "Victim@X.com", "o'neil+tag@sub.example.com", "jane@bücher.example", "x@localhost"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        let long = format!("{}@example.com", "a".repeat(65));
        for bad in ["", "a", "@b.co", "a@", "a@b", "a b@c.de", "a@b..co", "a@@b.co", "a@b.co\r\nBcc: x@y.z", "<a@b.co>", ".a@b.co", "a@-b.co", &long] {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Email::parse("Victim@X.com").unwrap().folded(), Email::parse("victim@x.COM").unwrap().folded());
    }

    #[test]
    fn external_ids() {
        assert!(check_external_id("42").is_ok());
        for bad in ["", "user_1", "a\nb", " a"] {
            assert!(check_external_id(bad).is_err(), "{bad}");
        }
    }
}
