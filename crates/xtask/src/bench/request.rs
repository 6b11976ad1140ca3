//! Prebuilt requests whose user and key change from call to call.

use std::sync::atomic::{AtomicU64, Ordering};

/// Stands in a request text for the ten digits of a user's number.
pub(super) const USER: &str = "{user____}";
/// Stands in a request text for ten digits that never come again.
pub(super) const SERIAL: &str = "{serial__}";

/// One or several request texts, of which each call takes one, and who the calls are for.
pub(super) struct Requests {
    variants: Vec<Variant>,
    users: Users,
    drawn: AtomicU64,
}

/// Which users the calls are for.
#[derive(Clone, Copy)]
pub(super) enum Users {
    /// Any of so many, uniformly.
    Uniform(u64),
    /// Each of so many once, in an order that jumps about; then the calls end.
    Once(u64),
}

struct Variant {
    bytes: Vec<u8>,
    user: Option<usize>,
    serial: Option<usize>,
}

impl Requests {
    /// Calls after these texts, in which [`USER`] and [`SERIAL`] stand for numbers.
    pub(super) fn new(texts: &[String], users: Users) -> Self {
        Self {
            variants: texts.iter().map(|text| Variant::new(text)).collect(),
            users,
            drawn: AtomicU64::new(0),
        }
    }

    /// Whether the calls come to an end by themselves.
    pub(super) fn is_finite(&self) -> bool {
        matches!(self.users, Users::Once(_))
    }

    /// Whether no call is left.
    pub(super) fn is_used_up(&self) -> bool {
        let drawn = self.drawn.load(Ordering::Relaxed);
        self.users.number(drawn).is_none()
    }

    /// Writes the next request into `buffer`; false when there is none.
    pub(super) fn next(&self, buffer: &mut Vec<u8>) -> bool {
        let turn = self.drawn.fetch_add(1, Ordering::Relaxed);
        let Some(user) = self.users.number(turn) else {
            return false;
        };
        let count = self.variants.len() as u64;
        let Some(variant) = usize::try_from(scatter(turn) % count.max(1))
            .ok()
            .and_then(|index| self.variants.get(index))
        else {
            return false;
        };
        buffer.clear();
        buffer.extend_from_slice(&variant.bytes);
        for (place, number) in [(variant.user, user), (variant.serial, turn)] {
            if let Some(start) = place {
                write_digits(&mut buffer[start..start + USER.len()], number);
            }
        }
        true
    }
}

impl Users {
    /// The same users, for calls without an end.
    pub(super) fn endless(self) -> Self {
        match self {
            Self::Uniform(users) | Self::Once(users) => Self::Uniform(users),
        }
    }

    /// The user of the n-th call.
    fn number(self, turn: u64) -> Option<u64> {
        match self {
            Self::Uniform(users) => Some(scatter(turn) % users.max(1)),
            // A prime step that divides no sensible number of users visits each of them once.
            Self::Once(users) => (turn < users).then(|| turn.wrapping_mul(1_000_003) % users),
        }
    }
}

impl Variant {
    fn new(text: &str) -> Self {
        Self {
            bytes: text.as_bytes().to_vec(),
            user: text.find(USER),
            serial: text.find(SERIAL),
        }
    }
}

/// A well mixed number for each input (the finalizer of `SplitMix64`): cheap, and the same in every run.
fn scatter(input: u64) -> u64 {
    let mut mixed = input.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn write_digits(place: &mut [u8], mut number: u64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn all(requests: &Requests, max: usize) -> Vec<String> {
        let mut buffer = Vec::new();
        let next = || {
            requests
                .next(&mut buffer)
                .then(|| String::from_utf8(buffer.clone()).unwrap())
        };
        std::iter::from_fn(next).take(max).collect()
    }

    #[test]
    fn once_visits_every_user_once_and_ends() {
        let text = [format!("x: {USER}")];
        for users in [1, 1_000, 10_000] {
            let seen = all(&Requests::new(&text, Users::Once(users)), usize::MAX);
            assert_eq!(seen.len() as u64, users);
            assert_eq!(BTreeSet::from_iter(&seen).len() as u64, users);
        }
    }

    #[test]
    fn places_are_filled_and_serials_never_repeat() {
        let text = [format!("user: a{USER}b\r\nkey: {SERIAL}")];
        let seen = all(&Requests::new(&text, Users::Uniform(10)), 100);
        assert!(seen[7].starts_with("user: a000000000") && seen[7].ends_with("key: 0000000007"));
        assert_eq!(BTreeSet::from_iter(&seen).len(), 100);
        assert_eq!(USER.len(), SERIAL.len());
    }

    #[test]
    fn all_variants_take_their_turn() {
        let texts = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let seen = all(&Requests::new(&texts, Users::Uniform(1)), 100);
        assert_eq!(BTreeSet::from_iter(&seen).len(), 3);
    }
}
