//! Moments in time.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, date};
use jiff::fmt::temporal::DateTimeParser;

use crate::error::{Result, invalid};

/// Milliseconds since 1970-01-01T00:00:00Z.
///
/// Any number is a moment. Where one must be written as a date, moments outside of the years 0 to 9999
/// count as the nearest one inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

const DAY_MS: i64 = 86_400_000;
const EPOCH: Date = date(1970, 1, 1);
/// 0000-01-01T00:00:00Z.
const FIRST: Millis = Millis(-62_167_219_200_000);
/// 9999-12-31T23:59:59.999Z.
const LAST: Millis = Millis(253_402_300_799_999);

impl Millis {
    /// This moment and `ms` milliseconds more (fewer, if negative); stops at the ends.
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The day it falls on, UTC.
    pub fn date(self) -> Date {
        let days = self.clamp(FIRST, LAST).0.div_euclid(DAY_MS);
        EPOCH.saturating_add(SignedDuration::from_hours(days * 24))
    }

    /// The midnight it follows, UTC.
    #[must_use]
    pub fn day_start(self) -> Self {
        Self(self.0.saturating_sub(self.0.rem_euclid(DAY_MS)))
    }

    /// `2026-11-21T08:16:00Z`, with a fraction only if there is one.
    pub fn to_rfc3339(self) -> String {
        let moment = self.clamp(FIRST, LAST);
        let since = SignedDuration::from_millis(moment.0.rem_euclid(DAY_MS));
        let midnight = DateTime::from_parts(moment.date(), jiff::civil::Time::midnight());
        format!("{}Z", midnight.saturating_add(since))
    }

    /// Reads a time as RFC 3339 writes it, with any offset; fractions below a millisecond are dropped.
    /// 422 for anything else, naming `field`.
    pub fn from_rfc3339(field: &str, text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| {
            invalid(
                field,
                "is not a date and time with an offset",
                "Write it like 2026-11-21T08:16:00Z",
            )
        })
    }

    /// Midnight at the beginning of a day, UTC.
    pub fn of_date(date: Date) -> Self {
        Self(date.duration_since(EPOCH).as_secs().saturating_mul(1000))
    }
}

fn parse(text: &str) -> Option<Millis> {
    let separated = matches!(text.as_bytes().get(10), Some(b'T' | b't' | b' '));
    let pieces = DateTimeParser::new().parse_pieces(text).ok()?;
    let offset = pieces.to_numeric_offset()?;
    let plain = separated && pieces.time_zone_annotation().is_none();
    let since = pieces.time()?.duration_since(jiff::civil::Time::midnight());
    let in_day = i64::try_from(since.as_millis()).ok()?;
    let moment = Millis::of_date(pieces.date()).plus(in_day - i64::from(offset.seconds()) * 1000);
    (plain && (FIRST..=LAST).contains(&moment)).then_some(moment)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(ms in FIRST.0..=LAST.0) {
            let moment = Millis(ms);
            prop_assert_eq!(Millis::from_rfc3339("until", &moment.to_rfc3339()).unwrap(), moment);
            prop_assert_eq!(Millis::of_date(moment.date()), moment.day_start());
        }

        #[test]
        fn any_number_is_some_date(ms: i64, more: i64) {
            let moment = Millis(ms).plus(more);
            prop_assert!(moment.to_rfc3339().starts_with(&moment.date().to_string()));
            prop_assert!(moment.day_start() <= moment);
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = Millis::from_rfc3339("until", &text);
        }
    }

    #[test]
    fn the_ends_of_the_range_hold() {
        assert_eq!(Millis(i64::MAX).to_rfc3339(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Millis(i64::MIN).to_rfc3339(), "0000-01-01T00:00:00Z");
        assert_eq!(Millis(i64::MAX).date().to_string(), "9999-12-31");
        assert_eq!(Millis(i64::MIN).day_start(), Millis(i64::MIN));
        assert_eq!(Millis(i64::MAX).plus(1), Millis(i64::MAX));
        assert_eq!(Millis(i64::MIN).plus(-1), Millis(i64::MIN));
    }

    #[test]
    fn moments_have_their_usual_names() {
        assert_eq!(Millis(0).to_rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(
            Millis(1_795_248_960_500).to_rfc3339(),
            "2026-11-21T08:16:00.5Z"
        );
        assert_eq!(Millis(-1).date().to_string(), "1969-12-31");
        assert_eq!(Millis(DAY_MS + 5).day_start(), Millis(DAY_MS));
        assert_eq!(Millis(-1).day_start(), Millis(-DAY_MS));
    }

    #[test]
    fn times_are_read_with_any_offset() {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01t00:00:00z", 0),
            ("1970-01-01T01:00:00+01:00", 0),
            ("1969-12-31T18:30:00-05:30", 0),
            ("1970-01-01T00:00:00.0019Z", 1),
            ("9999-12-31T23:59:59Z", LAST.0 - 999),
        ] {
            assert_eq!(
                Millis::from_rfc3339("until", text).unwrap(),
                Millis(ms),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "now",
            "0",
            "1970-01-01",
            "1970-01-01T00:00:00",
            "1970-02-30T00:00:00Z",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:00:00+01:00[Europe/Paris]",
            "19700101T000000Z",
            "-000001-01-01T00:00:00Z",
            "+010000-01-01T00:00:00Z",
            "9999-12-31T23:59:59-01:00",
        ] {
            let error = Millis::from_rfc3339("until", text).unwrap_err();
            assert_eq!(
                (error.code().status(), error.fields()[0].location.as_str()),
                (422, "until"),
                "{text}"
            );
        }
    }
}
