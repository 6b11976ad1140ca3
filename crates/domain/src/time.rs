//! Moments in time.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::error::{Result, invalid};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

const DAY_MS: i64 = 86_400_000;
/// The years 0 and 9999: outside of them dates are clamped.
const FIRST: i64 = -62_167_219_200_000;
const LAST: i64 = 253_402_207_200_000 - DAY_MS;

impl Millis {
    /// This moment and `ms` more (or less, if negative); stops at the ends.
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The day it falls on, UTC.
    pub fn date(self) -> Date {
        self.zoned().date()
    }

    /// Midnight before it, UTC.
    #[must_use]
    pub fn day_start(self) -> Self {
        Self(self.0.saturating_sub(self.0.rem_euclid(DAY_MS)))
    }

    /// `2026-11-21T08:16:00Z`.
    pub fn to_rfc3339(self) -> String {
        self.timestamp().to_string()
    }

    /// Reads `2026-11-21T08:16:00Z`, any offset.
    pub fn from_rfc3339(field: &str, text: &str) -> Result<Self> {
        let wrong = || invalid(field, "is not a time", "Write it like 2026-11-21T08:16:00Z");
        let parsed: Timestamp = text.parse().map_err(|_| wrong())?;
        Ok(Self(parsed.as_millisecond()))
    }

    /// Midnight at the beginning of a day, UTC.
    pub fn of_date(date: Date) -> Self {
        date.to_zoned(TimeZone::UTC).map_or(Self(LAST), |zoned| Self(zoned.timestamp().as_millisecond()))
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0.clamp(FIRST, LAST)).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn zoned(self) -> Zoned {
        self.timestamp().to_zoned(TimeZone::UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_is_some_date() {
        for ms in [i64::MIN, -1, 0, 1, i64::MAX] {
            let _ = (Millis(ms).to_rfc3339(), Millis(ms).date(), Millis(ms).day_start());
        }
        assert_eq!(Millis(0).to_rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(Millis(-1).date().to_string(), "1969-12-31");
        assert_eq!(Millis(DAY_MS + 5).day_start(), Millis(DAY_MS));
        assert_eq!(Millis::from_rfc3339("at", "1970-01-01T01:00:00+01:00").unwrap(), Millis(0));
    }
}
