//! API keys: a prefix that names kind and mode, 27 random base62 characters (160 bits), and a checksum
//! of 6, so that scanners recognise a leaked key and a misspelt one is refused without a look-up.

use std::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroize;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LEN: usize = 27;
const CHECKSUM_LEN: usize = 6;

/// Test or live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// Nobody pays.
    Test,
    /// Customers pay.
    Live,
}

impl Mode {
    /// `test` or `live`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    /// Reads `test` or `live`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "test" => Some(Self::Test),
            "live" => Some(Self::Live),
            _ => None,
        }
    }
}

/// Names one project in one mode; may be public.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublishableKey(String);

impl PublishableKey {
    /// A fresh key from a source of random bytes.
    pub fn generate(mode: Mode, random: &mut dyn FnMut(&mut [u8])) -> Self {
        Self(generate("pk_", mode, random))
    }

    /// Reads a key; none unless every character is right, the checksum included.
    pub fn parse(text: &str) -> Option<Self> {
        well_formed("pk_", text)?;
        Some(Self(text.to_owned()))
    }

    /// The mode it names.
    pub fn mode(&self) -> Mode {
        mode_of(&self.0)
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PublishableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for PublishableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Proves the tenant. Leaves memory when dropped; `Debug` prints dots.
pub struct SecretKey(String);

impl SecretKey {
    /// A fresh key from a source of random bytes.
    pub fn generate(mode: Mode, random: &mut dyn FnMut(&mut [u8])) -> Self {
        Self(generate("sk_", mode, random))
    }

    /// Reads a key; none unless every character is right, the checksum included.
    pub fn parse(text: &str) -> Option<Self> {
        well_formed("sk_", text)?;
        Some(Self(text.to_owned()))
    }

    /// The mode it names.
    pub fn mode(&self) -> Mode {
        mode_of(&self.0)
    }

    /// The secret itself, for the one answer that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub fn hash(&self) -> KeyHash {
        KeyHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The end of it, to recognise it by.
    pub fn last_four(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(4)..).unwrap_or_default()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sk_{}_••••", self.mode().as_str())
    }
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// SHA-256 of a secret key. The key has 160 random bits, so no salt and no stretching is needed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// 64 hex digits.
    pub fn hex(&self) -> String {
        use fmt::Write as _;
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyHash({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

fn generate(kind: &str, mode: Mode, random: &mut dyn FnMut(&mut [u8])) -> String {
    let mut key = format!("{kind}{}_", mode.as_str());
    let wanted = key.len() + RANDOM_LEN;
    let mut bytes = [0_u8; 64];
    while key.len() < wanted {
        random(&mut bytes);
        // 248 is four times 62: higher bytes would make the first characters likelier.
        let fit = bytes.iter().filter(|byte| **byte < 248);
        for byte in fit.take(wanted - key.len()) {
            key.push(char::from(ALPHABET[usize::from(*byte) % 62]));
        }
    }
    bytes.zeroize();
    let sum = checksum(&key);
    key.push_str(&sum);
    key
}

fn well_formed(kind: &str, text: &str) -> Option<()> {
    let rest = text.strip_prefix(kind)?;
    let body = rest.strip_prefix("test_").or_else(|| rest.strip_prefix("live_"))?;
    let right = body.len() == RANDOM_LEN + CHECKSUM_LEN && body.bytes().all(|b| b.is_ascii_alphanumeric());
    let (key, sum) = text.split_at_checked(text.len().checked_sub(CHECKSUM_LEN)?)?;
    (right && checksum(key) == sum).then_some(())
}

/// CRC-32 in base62, most significant character first.
fn checksum(text: &str) -> String {
    let mut sum = crc32fast::hash(text.as_bytes());
    let mut out = [b'0'; CHECKSUM_LEN];
    for place in out.iter_mut().rev() {
        *place = ALPHABET[(sum % 62) as usize];
        sum /= 62;
    }
    out.iter().copied().map(char::from).collect()
}

fn mode_of(key: &str) -> Mode {
    if key.get(3..8) == Some("live_") { Mode::Live } else { Mode::Test }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn source(mut seed: u64) -> impl FnMut(&mut [u8]) {
        move |bytes| {
            for byte in bytes {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = seed.to_be_bytes()[0];
            }
        }
    }

    proptest! {
        #[test]
        fn a_key_with_one_other_character_is_refused(seed: u64, place in 0_usize..41, other in "[0-9A-Za-z]") {
            let key = SecretKey::generate(Mode::Test, &mut source(seed));
            prop_assert_eq!(SecretKey::parse(key.expose()).map(|k| k.hash()), Some(key.hash()));
            let mut changed = key.expose().to_owned();
            changed.replace_range(place..=place, &other);
            if changed != key.expose() {
                prop_assert!(SecretKey::parse(&changed).is_none());
            }
        }
    }

    #[test]
    fn spelling_variants_are_refused() {
        let key = PublishableKey::generate(Mode::Live, &mut source(7));
        assert_eq!(key.mode(), Mode::Live);
        let text = key.as_str();
        let variants = [text.to_uppercase(), format!("{text} "), format!(" {text}"), format!("{text}\0"), text.replace('_', "＿")];
        for variant in variants {
            assert!(PublishableKey::parse(&variant).is_none(), "{variant}");
        }
        assert!(SecretKey::parse(text).is_none());
    }

    #[test]
    fn characters_are_even() {
        let mut counts = [0_u32; 256];
        let mut random = source(1);
        for _ in 0..20_000 {
            let key = SecretKey::generate(Mode::Test, &mut random);
            key.expose()[8..8 + RANDOM_LEN].bytes().for_each(|b| counts[usize::from(b)] += 1);
        }
        let expected = 20_000.0 * 27.0 / 62.0;
        let chi: f64 = ALPHABET.iter().map(|b| (f64::from(counts[usize::from(*b)]) - expected).powi(2) / expected).sum();
        assert!(chi < 110.0, "chi-square {chi} with 61 degrees of freedom");
    }

    #[test]
    fn debug_shows_nothing() {
        let key = SecretKey::generate(Mode::Test, &mut source(3));
        assert_eq!(format!("{key:?}"), "sk_test_••••");
    }
}
