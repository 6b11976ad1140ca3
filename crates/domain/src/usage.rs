//! Counts and limits: how much may be used, by whom, and the one place that decides.

use std::fmt;
use std::sync::Arc;

use crate::error::{Result, invalid};
use crate::id::UserId;
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

    /// Reads what [`Self::tier_number`] writes; none for numbers below -1.
    pub fn from_tier_number(number: i64) -> Option<Self> {
        match number {
            -1 => Some(Self::Unlimited),
            0.. => Some(Self::Max(number)),
            _ => None,
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
        if bytes.len() <= 32 && bytes.first().is_some_and(letter) && bytes.iter().copied().all(plain) {
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
