//! Values that must not be seen: they print as dots and leave memory when dropped.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// What stands in the place of a secret wherever something is shown.
pub(crate) const DOTS: &str = "••••••••";

/// Bytes of the master key.
const MASTER_KEY_BYTES: usize = 32;

/// A master key with fewer different bytes than this was typed, not drawn: 32 random bytes have about 30, and fewer
/// than 16 less than once in 10¹² draws.
const FEWEST_DIFFERENT_BYTES: usize = 16;

/// A secret text. `Debug` and `Display` print dots.
#[derive(Clone)]
pub(crate) struct Secret(Zeroizing<String>);

/// The key that encrypts secrets at rest (rules 23). `Debug` prints dots.
#[derive(Clone)]
pub(crate) struct MasterKey(Zeroizing<[u8; MASTER_KEY_BYTES]>);

impl Secret {
    /// Takes a text over as a secret.
    pub(crate) fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The text itself, for the one place that sends or compares it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl MasterKey {
    /// Reads base64, standard or URL-safe, padded or not.
    ///
    /// # Errors
    /// A sentence that says what is wrong, without the value.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let alphabet = if text.contains(['-', '_']) {
            &alphabet::URL_SAFE
        } else {
            &alphabet::STANDARD
        };
        let config =
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let decoded = GeneralPurpose::new(alphabet, config)
            .decode(text)
            .map(Zeroizing::new)
            .map_err(|_| "is not base64".to_owned())?;
        let mut key = Zeroizing::new([0; MASTER_KEY_BYTES]);
        if decoded.len() != key.len() {
            return Err(format!("has {} bytes instead of 32", decoded.len()));
        }
        key.copy_from_slice(&decoded);
        Ok(Self(key))
    }

    /// The 32 bytes, for the cipher.
    pub(crate) fn expose(&self) -> &[u8; MASTER_KEY_BYTES] {
        &self.0
    }

    /// Whether the key was evidently not drawn at random: readable text, few different bytes or a plain sequence.
    pub(crate) fn looks_made_up(&self) -> bool {
        let bytes = self.expose();
        let different = bytes
            .iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len();
        let readable = bytes.iter().all(|b| (b' '..=b'~').contains(b));
        let step = bytes[1].wrapping_sub(bytes[0]);
        let sequence = bytes.windows(2).all(|w| w[1].wrapping_sub(w[0]) == step);
        different < FEWEST_DIFFERENT_BYTES || readable || sequence
    }
}

/// A text with the password of its address and of its `password=` parameter replaced by dots. It cuts at the last `@`,
/// since a password that was not escaped may hold one.
pub(crate) fn redacted(text: &str) -> String {
    let shown = match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((before, host))) => {
            let user = before.get(scheme.len() + 3..).unwrap_or_default();
            match user.split_once(':') {
                Some((name, _)) => format!("{scheme}://{name}:{DOTS}@{host}"),
                None => text.to_owned(),
            }
        }
        _ => text.to_owned(),
    };
    match shown.split_once("password=") {
        Some((before, after)) => {
            let rest = after.find('&').map_or("", |end| &after[end..]);
            format!("{before}password={DOTS}{rest}")
        }
        None => shown,
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(DOTS)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(DOTS)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(DOTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: &str = "q83vEjRWeJCrze8SNFZ4kAEjRWeJq83v/ty6mHZUMhA=";

    #[test]
    fn secrets_print_dots() {
        let secret = Secret::new("sk_live_visible");
        assert_eq!(format!("{secret} {secret:?}"), format!("{DOTS} {DOTS}"));
        assert_eq!(secret.expose(), "sk_live_visible");
        assert_eq!(format!("{:?}", MasterKey::parse(RANDOM).unwrap()), DOTS);
    }

    #[test]
    fn master_key_takes_both_alphabets_with_and_without_padding() {
        let standard = MasterKey::parse(RANDOM).unwrap();
        let url_safe = MasterKey::parse(&RANDOM.replace('/', "_").replace('=', "")).unwrap();
        assert_eq!(standard.expose(), url_safe.expose());
    }

    #[test]
    fn master_key_of_wrong_form_says_what_is_wrong() {
        assert_eq!(
            MasterKey::parse("not base64!").unwrap_err(),
            "is not base64"
        );
        assert_eq!(
            MasterKey::parse("c2hvcnQ=").unwrap_err(),
            "has 5 bytes instead of 32"
        );
    }

    #[test]
    fn master_keys_that_were_typed_look_made_up() {
        let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
        let sequence: Vec<u8> = (0..32).collect();
        for bytes in [
            &[7; 32][..],
            b"0123456789abcdef0123456789abcdef",
            b"correct horse battery staple abc",
            &sequence,
        ] {
            assert!(MasterKey::parse(&encode(bytes)).unwrap().looks_made_up());
        }
        let hashed = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"drawn");
        let drawn = MasterKey::parse(&encode(hashed.as_ref())).unwrap();
        assert!(!drawn.looks_made_up());
    }

    #[test]
    fn redacted_hides_passwords_and_keeps_the_rest() {
        for (text, shown) in [
            ("postgres://ann:pw@db/x", "postgres://ann:••••••••@db/x"),
            ("postgres://ann:p@w/1@db/x", "postgres://ann:••••••••@db/x"),
            ("postgres://ann@db/x", "postgres://ann@db/x"),
            (
                "postgres://db/x?password=pw&a=b",
                "postgres://db/x?password=••••••••&a=b",
            ),
            ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
            ("./data", "./data"),
        ] {
            assert_eq!(redacted(text), shown);
        }
    }
}
