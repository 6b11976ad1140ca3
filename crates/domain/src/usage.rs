//! Counts and limits: how much may be used, by whom, and the one place that decides.

use std::fmt;
use std::sync::Arc;

use crate::error::{Result, invalid};
use crate::id::UserId;
use crate::period::Period;
use crate::text;

/// The count after `amount` more, if the limit allows all of it; none, and nothing counted, if not.
///
/// What is held counts as used: `used + held + amount <= limit`. Sums stop at `i64::MAX` instead of
/// wrapping, and without a limit nothing is ever refused. An amount below 0 never counts.
#[must_use]
pub fn decide(count: Count, amount: i64, limit: Limit) -> Option<Count> {
    let fits = match limit {
        Limit::Max(max) => count.total().saturating_add(amount) <= max,
        Limit::Unlimited => true,
    };
    (fits && amount >= 0).then(|| Count {
        used: count.used.saturating_add(amount),
        held: count.held,
    })
}

/// What is left under a limit, at least 0 also after a downgrade; none if there is no limit.
pub fn remaining(count: Count, limit: Limit) -> Option<i64> {
    match limit {
        Limit::Max(max) => Some(max.saturating_sub(count.total()).max(0)),
        Limit::Unlimited => None,
    }
}

/// The most that may be used in one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// That many, at least 0.
    Max(i64),
    /// Any number.
    Unlimited,
}

impl Limit {
    /// How tiers and dashboard rows write it: the number, or -1 if there is no limit (rules 13).
    pub fn tier_number(self) -> i64 {
        match self {
            Self::Max(max) => max,
            Self::Unlimited => -1,
        }
    }

    /// The limit with so many more; no limit stays none. Stops at `i64::MAX`.
    #[must_use]
    pub fn plus(self, more: i64) -> Self {
        match self {
            Self::Max(max) => Self::Max(max.saturating_add(more)),
            Self::Unlimited => Self::Unlimited,
        }
    }

    /// Reads what [`Self::tier_number`] writes; none for numbers below -1.
    pub fn from_tier_number(number: i64) -> Option<Self> {
        match number {
            -1 => Some(Self::Unlimited),
            0.. => Some(Self::Max(number)),
            _ => None,
        }
    }
}

/// Use that was given on top of a limit, for one period alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extra {
    /// Which.
    pub period: Period,
    /// How much more, over all that was given for it.
    pub amount: i64,
}

impl Extra {
    /// How much more a period allows: nothing, if another one is meant.
    pub fn within(self, period: Period) -> i64 {
        if self.period == period {
            self.amount
        } else {
            0
        }
    }
}

/// What one user has used of one meter in one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Count {
    /// Used for good.
    pub used: i64,
    /// Reserved and neither used nor given back yet.
    pub held: i64,
}

impl Count {
    /// Used and held together; stops at `i64::MAX`.
    pub fn total(self) -> i64 {
        self.used.saturating_add(self.held)
    }
}

/// How much one call uses: 1 to 1,000,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i64);

impl Amount {
    /// The largest amount of one call.
    pub const MAX: i64 = 1_000_000_000;

    /// Reads an amount; 422 outside of 1 to 1,000,000,000.
    pub fn new(amount: i64) -> Result<Self> {
        if (1..=Self::MAX).contains(&amount) {
            return Ok(Self(amount));
        }
        Err(invalid(
            "amount",
            "is out of range",
            "Send a whole number from 1 to 1000000000",
        ))
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

/// What is counted, by the name that tiers give it: `[a-z][a-z0-9_]{0,31}`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Meter(Arc<str>);

impl Meter {
    /// The meter that is meant unless another is named.
    pub fn requests() -> Self {
        Self(Arc::from("requests"))
    }

    /// Reads the name of a meter; 422 unless it is a lower-case letter and up to 31 lower-case letters,
    /// digits and underscores.
    pub fn parse(name: &str) -> Result<Self> {
        let letter = |b: &u8| b.is_ascii_lowercase();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let bytes = name.as_bytes();
        if bytes.len() <= 32
            && bytes.first().is_some_and(letter)
            && bytes.iter().copied().all(plain)
        {
            return Ok(Self(Arc::from(name)));
        }
        Err(invalid(
            "meter",
            "is not the name of a meter",
            "Use a lower-case letter and up to 31 lower-case letters, digits or underscores, such as tokens",
        ))
    }

    /// The name; cloning it is cheap.
    pub fn name(&self) -> &Arc<str> {
        &self.0
    }
}

impl fmt::Display for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who is counted: our id of a user, or the developer's own, of 1 to 255 visible characters (rules 1).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject(Arc<str>);

impl Subject {
    /// The longest id, in characters.
    pub const MAX_CHARS: usize = 255;

    /// Reads an id; 422 unless all of it can be seen.
    pub fn parse(id: &str) -> Result<Self> {
        text::visible("userId", id, Self::MAX_CHARS).map(|id| Self(id.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id; cloning it is cheap.
    pub fn name(&self) -> &Arc<str> {
        &self.0
    }

    /// Whether it has the form of an id that we gave. External ids never do.
    pub fn is_ours(&self) -> bool {
        self.0.starts_with(UserId::PREFIX)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limits() -> impl Strategy<Value = Limit> {
        prop_oneof![
            (0_i64..1000).prop_map(Limit::Max),
            (0_i64..=i64::MAX).prop_map(Limit::Max),
            Just(Limit::Max(i64::MAX)),
            Just(Limit::Unlimited),
        ]
    }

    fn numbers() -> impl Strategy<Value = i64> {
        prop_oneof![0_i64..1000, 0_i64..=i64::MAX, Just(i64::MAX)]
    }

    proptest! {
        #[test]
        fn never_over_the_limit_and_all_or_nothing(
            used in numbers(), held in numbers(), amount in numbers(), limit in limits()
        ) {
            let after = decide(Count { used, held }, amount, limit);
            let exact = i128::from(used) + i128::from(held) + i128::from(amount);
            match (limit, after) {
                (Limit::Max(max), Some(after)) => {
                    prop_assert!(after.total() <= max);
                    prop_assert!(max == i64::MAX || exact <= i128::from(max));
                }
                (Limit::Max(max), None) => prop_assert!(exact > i128::from(max)),
                (Limit::Unlimited, after) => prop_assert!(after.is_some()),
            }
            if let Some(after) = after {
                prop_assert_eq!((after.used, after.held), (used.saturating_add(amount), held));
            }
        }

        #[test]
        fn what_remains_can_be_taken_and_nothing_more(used in 0_i64..1000, held in 0_i64..1000, max in 0_i64..3000) {
            let (count, limit) = (Count { used, held }, Limit::Max(max));
            let left = remaining(count, limit).unwrap();
            prop_assert!(left >= 0);
            prop_assert_eq!(decide(count, left, limit).is_some(), count.total() <= max);
            prop_assert!(decide(count, left + 1, limit).is_none());
        }

        #[test]
        fn calls_one_by_one_stop_exactly_at_the_limit(
            max in 0_i64..500, amounts in prop::collection::vec(1_i64..50, 0..100)
        ) {
            let mut count = Count::default();
            let mut granted = 0;
            for amount in amounts {
                match decide(count, amount, Limit::Max(max)) {
                    Some(after) => (count, granted) = (after, granted + amount),
                    None => prop_assert!(granted + amount > max),
                }
            }
            prop_assert!(count.used == granted && granted <= max);
        }
    }

    #[test]
    fn the_top_of_the_range_saturates() {
        let near = Count {
            used: i64::MAX - 1,
            held: 0,
        };
        let full = Count {
            used: i64::MAX,
            held: 0,
        };
        for limit in [Limit::Unlimited, Limit::Max(i64::MAX)] {
            assert_eq!(decide(near, 5, limit), Some(full));
            assert_eq!(decide(full, Amount::MAX, limit), Some(full));
        }
        assert_eq!(remaining(full, Limit::Max(i64::MAX)), Some(0));
        assert_eq!(remaining(full, Limit::Unlimited), None);
    }

    #[test]
    fn zero_allows_nothing_and_a_downgrade_leaves_nothing() {
        assert_eq!(decide(Count::default(), 1, Limit::Max(0)), None);
        let over = Count { used: 50, held: 3 };
        assert_eq!(decide(over, 1, Limit::Max(5)), None);
        assert_eq!(remaining(over, Limit::Max(5)), Some(0));
        assert_eq!(decide(over, -1, Limit::Unlimited), None);
        assert_eq!(decide(Count { used: 2, held: 3 }, 1, Limit::Max(5)), None);
    }

    #[test]
    fn limits_are_numbers_on_the_wire() {
        for limit in [
            Limit::Max(0),
            Limit::Max(500),
            Limit::Max(i64::MAX),
            Limit::Unlimited,
        ] {
            assert_eq!(Limit::from_tier_number(limit.tier_number()), Some(limit));
        }
        assert_eq!(Limit::Unlimited.tier_number(), -1);
        assert_eq!(Limit::from_tier_number(-2), None);
    }

    #[test]
    fn amounts_have_bounds() {
        for bad in [0, -1, Amount::MAX + 1, i64::MIN, i64::MAX] {
            let error = Amount::new(bad).unwrap_err();
            assert_eq!(
                (error.code().status(), &*error.fields()[0].location),
                (422, "amount")
            );
        }
        assert_eq!(Amount::new(1).unwrap().get(), 1);
        assert_eq!(Amount::new(1_000_000_000).unwrap().get(), Amount::MAX);
    }

    #[test]
    fn meters_have_plain_names() {
        for good in ["requests", "a", "tokens_in_2", &"m".repeat(32)] {
            assert_eq!(&**Meter::parse(good).unwrap().name(), good);
        }
        for bad in [
            "",
            "Requests",
            "1st",
            "_a",
            "a-b",
            "a b",
            "é",
            "a\0",
            &"m".repeat(33),
        ] {
            let error = Meter::parse(bad).unwrap_err();
            assert_eq!(
                (error.code().status(), &*error.fields()[0].location),
                (422, "meter"),
                "{bad:?}"
            );
        }
        assert_eq!(Meter::requests(), Meter::parse("requests").unwrap());
    }

    #[test]
    fn subjects_are_kept_as_sent() {
        for good in ["42", "user_abc", "josé", "a b", "usr|1/2"] {
            assert_eq!(Subject::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", " ", "a\n", "a\0b", &"x".repeat(256)] {
            assert_eq!(
                Subject::parse(bad).unwrap_err().code().status(),
                422,
                "{bad:?}"
            );
        }
        assert!(Subject::parse("user_x").unwrap().is_ours());
        assert!(!Subject::parse("User_x").unwrap().is_ours());
    }
}
