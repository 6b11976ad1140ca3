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

/// Whether a secret key still opens anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyStatus {
    /// It does.
    Active,
    /// It was ended for good.
    Revoked,
}

impl KeyStatus {
    /// `active` or `revoked`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Revoked => "revoked",
        }
    }

    /// Reads `active` or `revoked`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "active" => Some(Self::Active),
            "revoked" => Some(Self::Revoked),
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
        self.0
            .get(self.0.len().saturating_sub(4)..)
            .unwrap_or_default()
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
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// 64 lower-case hex digits.
    pub fn hex(&self) -> String {
        crate::text::hex(&self.0)
    }

    /// Reads what [`Self::hex`] writes, and nothing else.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut hash = [0; 32];
        if pairs.len() != hash.len() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(hash))
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyHash({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

fn generate(kind: &str, mode: Mode, random: &mut dyn FnMut(&mut [u8])) -> String {
    let prefix = [kind, mode.as_str(), "_"];
    let wanted = prefix.iter().map(|part| part.len()).sum::<usize>() + RANDOM_LEN;
    // Room for all of it from the start: growing would leave copies of the secret behind.
    let mut key = String::with_capacity(wanted + CHECKSUM_LEN);
    key.extend(prefix);
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
    let body = rest
        .strip_prefix("test_")
        .or_else(|| rest.strip_prefix("live_"))?;
    let right =
        body.len() == RANDOM_LEN + CHECKSUM_LEN && body.bytes().all(|b| b.is_ascii_alphanumeric());
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
    if key.get(3..8) == Some("live_") {
        Mode::Live
    } else {
        Mode::Test
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn source(mut seed: u64) -> impl FnMut(&mut [u8]) {
        move |bytes| {
            for byte in bytes {
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                *byte = seed.to_be_bytes()[0];
            }
        }
    }

    fn modes() -> impl Strategy<Value = Mode> {
        prop::sample::select(vec![Mode::Test, Mode::Live])
    }

    proptest! {
        #[test]
        fn a_key_reads_back(seed: u64, mode in modes()) {
            let secret = SecretKey::generate(mode, &mut source(seed));
            let again = SecretKey::parse(secret.expose()).unwrap();
            prop_assert_eq!((again.hash(), again.mode()), (secret.hash(), mode));
            let public = PublishableKey::generate(mode, &mut source(seed));
            prop_assert_eq!(PublishableKey::parse(public.as_str()), Some(public.clone()));
            prop_assert_eq!(public.mode(), mode);
        }

        #[test]
        fn a_key_with_one_other_character_is_refused(seed: u64, mode in modes(), place in 0_usize..41, other: char) {
            let key = PublishableKey::generate(mode, &mut source(seed));
            for other in [other, char::from(ALPHABET[(seed % 62) as usize])] {
                let mut changed = key.as_str().to_owned();
                changed.replace_range(place..=place, other.encode_utf8(&mut [0; 4]));
                prop_assert_eq!(PublishableKey::parse(&changed).is_some(), changed == key.as_str());
            }
        }

        #[test]
        fn a_key_with_a_character_more_or_less_or_swapped_is_refused(seed: u64, place in 0_usize..40, other: char) {
            let key = SecretKey::generate(Mode::Live, &mut source(seed));
            let mut characters: Vec<char> = key.expose().chars().collect();
            characters.swap(place, place + 1);
            let swapped: String = characters.into_iter().collect();
            let (mut more, mut less) = (key.expose().to_owned(), key.expose().to_owned());
            more.insert(place, other);
            less.remove(place);
            for changed in [more, less] {
                prop_assert!(SecretKey::parse(&changed).is_none());
            }
            prop_assert_eq!(SecretKey::parse(&swapped).is_some(), swapped == key.expose());
        }

        #[test]
        fn no_text_panics(text in "[ps]k_(test|live)_\\PC{0,40}") {
            let _ = (PublishableKey::parse(&text), SecretKey::parse(&text));
        }

        #[test]
        fn hashes_read_back(bytes: [u8; 32]) {
            let hash = KeyHash(bytes);
            prop_assert_eq!(KeyHash::from_hex(&hash.hex()), Some(hash));
        }
    }

    #[test]
    fn the_form_is_fixed() {
        let key = SecretKey::generate(Mode::Test, &mut |bytes| bytes.fill(255 - 8));
        assert_eq!(key.expose().len(), 41);
        assert!(
            key.expose()
                .starts_with(&format!("sk_test_{}", "z".repeat(RANDOM_LEN)))
        );
        assert_eq!(key.last_four(), &key.expose()[37..]);
        assert_eq!(key.hash().0[..], Sha256::digest(key.expose())[..]);
    }

    #[test]
    fn spelling_variants_are_refused() {
        let key = PublishableKey::generate(Mode::Live, &mut source(7));
        let text = key.as_str();
        for variant in [
            text.to_uppercase(),
            text.to_lowercase(),
            format!("{text} "),
            format!(" {text}"),
            format!("{text}\n"),
            format!("{text}\0"),
            format!("{text}%00"),
            text.replace('_', "＿"),
            text.replace("live", "test"),
            text.replace("pk", "sk"),
        ] {
            assert!(PublishableKey::parse(&variant).is_none(), "{variant}");
            assert!(SecretKey::parse(&variant).is_none(), "{variant}");
        }
        assert!(SecretKey::parse(text).is_none());
    }

    #[test]
    fn characters_are_even() {
        let mut counts = [0_u32; 256];
        let mut random = source(1);
        for _ in 0..20_000 {
            let key = SecretKey::generate(Mode::Test, &mut random);
            let characters = key.expose()[8..8 + RANDOM_LEN].bytes();
            characters.for_each(|b| counts[usize::from(b)] += 1);
        }
        let expected = 20_000.0 * 27.0 / 62.0;
        let off = |b: &u8| (f64::from(counts[usize::from(*b)]) - expected).powi(2) / expected;
        let chi: f64 = ALPHABET.iter().map(off).sum();
        assert!(chi < 110.0, "chi-square {chi} with 61 degrees of freedom");
    }

    #[test]
    fn debug_shows_nothing() {
        let key = SecretKey::generate(Mode::Live, &mut source(3));
        assert_eq!(format!("{key:?}"), "sk_live_••••");
        assert_eq!(format!("{:?}", key.hash()).len(), "KeyHash(0000…)".len());
    }

    #[test]
    fn words_read_back() {
        for mode in [Mode::Test, Mode::Live] {
            assert_eq!(Mode::parse(mode.as_str()), Some(mode));
        }
        for status in [KeyStatus::Active, KeyStatus::Revoked] {
            assert_eq!(KeyStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!((Mode::parse("Live"), KeyStatus::parse("")), (None, None));
        for bad in [
            "",
            "0",
            &"0".repeat(63),
            &"0".repeat(65),
            &"A".repeat(64),
            &"é".repeat(32),
        ] {
            assert_eq!(KeyHash::from_hex(bad), None, "{bad}");
        }
    }
}
