//! What is known of an end user.

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use crate::error::{Result, invalid};
use crate::id::UserId;
use crate::text;
use crate::usage::Subject;

/// The most that a developer's notes on a user may take, as JSON.
pub const METADATA_MAX_BYTES: usize = 16 * 1024;

/// An e-mail address, kept as typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Reads an address in the shape of RFC 5321: one `@`, a local part of up to 64 bytes, a domain with
    /// dots (or `localhost`, for tests), 254 bytes in all. Quoted local parts and address literals, which
    /// the RFC also knows, are refused. 422 names `email`.
    pub fn parse(address: &str) -> Result<Self> {
        let parts = address.split_once('@');
        let fits = parts.is_some_and(|(local, domain)| is_local(local) && is_domain(domain));
        if fits && address.len() <= 254 {
            return Ok(Self(address.to_owned()));
        }
        Err(invalid(
            "email",
            "is not an e-mail address",
            "Send an address such as name@example.com",
        ))
    }

    /// As typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes it unique, lower-case and NFC: `Victim@X.com` and `victim@x.com` are one account.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

/// Checks a given or family name: one line of up to 100 characters.
pub fn check_name(field: &str, name: &str) -> Result<String> {
    text::line(field, name, 100)
}

/// Checks a developer's own id of a user: 1 to 255 visible characters that do not look like ours.
pub fn check_external_id(id: &str) -> Result<String> {
    if id.starts_with(UserId::PREFIX) {
        return Err(invalid(
            "externalId",
            "begins with user_, as only our ids do",
            "Put a prefix of your own before it",
        ));
    }
    text::visible("externalId", id, Subject::MAX_CHARS)
}

/// Checks a developer's notes on a user: up to 16 kB as JSON, without NUL. Answers them as JSON text.
pub fn check_metadata(metadata: Map<String, Value>) -> Result<String> {
    let metadata = Value::Object(metadata);
    if holds_nul(&metadata) {
        return Err(invalid(
            "metadata",
            "contains a NUL character",
            "Remove \\u0000 from its names and texts",
        ));
    }
    let text = metadata.to_string();
    if text.len() > METADATA_MAX_BYTES {
        return Err(invalid(
            "metadata",
            "is larger than 16 kB as JSON",
            "Keep large things in your own database",
        ));
    }
    Ok(text)
}

/// An RFC 5321 dot-string; letters of any script, as in RFC 6531.
fn is_local(local: &str) -> bool {
    let atom = |c: char| {
        c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_foreign_letter(c)
    };
    local.len() <= 64
        && local
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(atom))
}

fn is_domain(domain: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || is_foreign_letter(c);
    let label = |label: &str| {
        let edge = label.starts_with('-') || label.ends_with('-');
        (1..=63).contains(&label.len()) && !edge && label.chars().all(letter)
    };
    let Some((_, last)) = domain.rsplit_once('.') else {
        return domain.eq_ignore_ascii_case("localhost");
    };
    domain.split('.').all(label) && !last.bytes().all(|b| b.is_ascii_digit())
}

/// A letter, mark or digit outside of ASCII that does not pass for one of ASCII's once it is folded: the
/// Kelvin sign would make two people's addresses one account.
fn is_foreign_letter(c: char) -> bool {
    let letter = c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c);
    let becomes_ascii = || c.nfkc().flat_map(char::to_lowercase).any(|c| c.is_ascii());
    !c.is_ascii() && letter && !becomes_ascii()
}

fn fold(address: &str) -> String {
    address.nfc().flat_map(char::to_lowercase).nfc().collect()
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => {
            let mut members = members.iter();
            members.any(|(name, value)| name.contains('\0') || holds_nul(value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_are_kept_as_typed() {
        for good in [
            "a@b.co",
            "Victim@X.com",
            "o'neil+tag@sub.example.com",
            "first.last@example.com",
            "jane+clerk_test@example.com",
            "jane@bücher.example",
            "jürgen@example.com",
            "用户@例子.公司",
            "x@localhost",
            "x@xn--bcher-kva.example",
            "!#$%&'*+-/=?^_`{|}~@example.com",
            &format!("{}@example.com", "a".repeat(64)),
        ] {
            assert_eq!(Email::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let label = "b".repeat(63);
        for bad in [
            "",
            "a",
            "@",
            "@b.co",
            "a@",
            "a@b",
            "a@LOCAL",
            "a b@c.de",
            " a@b.co",
            "a@b.co ",
            "a@b..co",
            "a@.b.co",
            "a@b.co.",
            "a@@b.co",
            "a@b@c.co",
            "a@b.co\r\nBcc: x@y.z",
            "a\0@b.co",
            "<a@b.co>",
            "Ann <a@b.co>",
            "a@b.co,c@d.co",
            "a@b.co;c@d.co",
            ".a@b.co",
            "a.@b.co",
            "a..b@c.co",
            "a@-b.co",
            "a@b-.co",
            "a@b_c.co",
            "\"a\"@b.co",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a\u{200b}@b.co",
            "a\u{202e}@b.co",
            "a@b。co",
            "\u{212a}@b.co",
            "ａ@b.co",
            "İ@b.co",
            &format!("{}@example.com", "a".repeat(65)),
            &format!("a@{}.co", "b".repeat(64)),
            &format!("a@{label}.{label}.{label}.{label}.co"),
        ] {
            let error = Email::parse(bad).unwrap_err();
            assert_eq!(
                (error.code().status(), &*error.fields()[0].location),
                (422, "email"),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn case_and_composition_make_no_other_account() {
        let folded = |address: &str| Email::parse(address).unwrap().folded();
        assert_eq!(folded("Victim@X.com"), "victim@x.com");
        assert_eq!(
            folded("JÜRGEN@Example.com"),
            folded("ju\u{308}rgen@example.COM")
        );
        assert_ne!(folded("jurgen@example.com"), folded("jürgen@example.com"));
    }

    proptest! {
        #[test]
        fn folding_is_done_once(address in "\\PC{1,20}@\\PC{1,20}\\.[a-z]{2,3}") {
            if let Ok(email) = Email::parse(&address) {
                let folded = email.folded();
                prop_assert_eq!(fold(&folded), folded.clone());
                prop_assert_eq!(address.is_ascii(), folded.is_ascii());
            }
        }

        #[test]
        fn ascii_addresses_fold_to_lower_case(local in "[a-zA-Z0-9+_-]{1,64}", domain in "[a-zA-Z0-9]{1,20}\\.[a-zA-Z]{2,6}") {
            let address = format!("{local}@{domain}");
            prop_assert_eq!(Email::parse(&address).unwrap().folded(), address.to_ascii_lowercase());
        }
    }

    #[test]
    fn external_ids_never_look_like_ours() {
        for good in ["42", "User_1", "auth0|5f7c", "a b", "usér"] {
            assert_eq!(check_external_id(good).unwrap(), good);
        }
        for bad in [
            "",
            "user_",
            "user_1",
            "a\nb",
            " a",
            "a ",
            "\u{200b}",
            &"x".repeat(256),
        ] {
            let error = check_external_id(bad).unwrap_err();
            assert_eq!(
                (error.code().status(), &*error.fields()[0].location),
                (422, "externalId"),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn names_are_one_line() {
        assert_eq!(check_name("firstName", "Zoë 👩‍🚀").unwrap(), "Zoë 👩‍🚀");
        for bad in ["a\r\nb", "a\0", &"x".repeat(101)] {
            assert_eq!(
                check_name("lastName", bad).unwrap_err().fields()[0].location,
                "lastName"
            );
        }
    }

    fn metadata(value: &Value) -> Result<String> {
        check_metadata(value.as_object().unwrap().clone())
    }

    #[test]
    fn metadata_has_a_size() {
        assert_eq!(
            metadata(&json!({"a": [1, {"b": null}]})).unwrap(),
            r#"{"a":[1,{"b":null}]}"#
        );
        let around = r#"{"a":""}"#.len();
        assert!(metadata(&json!({"a": "x".repeat(METADATA_MAX_BYTES - around)})).is_ok());
        assert!(metadata(&json!({"a": "x".repeat(METADATA_MAX_BYTES - around + 1)})).is_err());
        assert!(metadata(&json!({"a": "\u{1}".repeat(METADATA_MAX_BYTES / 6)})).is_err());
    }

    #[test]
    fn metadata_holds_no_nul() {
        for bad in [
            json!({"a": "\0"}),
            json!({"\0": 1}),
            json!({"a": [{"b": ["x\0y"]}]}),
        ] {
            let error = metadata(&bad).unwrap_err();
            assert_eq!(
                (error.code().status(), &*error.fields()[0].location),
                (422, "metadata")
            );
        }
    }
}
