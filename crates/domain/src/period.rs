//! Calendar windows in UTC that limits hold for.

use crate::time::Millis;

/// How often a count begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PeriodKind {
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday, as in ISO 8601.
    Week,
    /// A calendar month; what holds unless a tier says otherwise.
    Month,
    /// A calendar year.
    Year,
    /// One period that never ends.
    Lifetime,
}

impl PeriodKind {
    /// All kinds, the shortest first.
    pub const ALL: [Self; 5] = [
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Year,
        Self::Lifetime,
    ];

    /// `day`, `week`, `month`, `year` or `lifetime`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::Lifetime => "lifetime",
        }
    }

    /// Reads what [`Self::as_str`] writes, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The period that a moment falls into.
    pub fn containing(self, now: Millis) -> Period {
        let date = now.date();
        let (start, next) = match self {
            Self::Day => return days(now.day_start(), 1),
            Self::Week => return days(monday(now.day_start()), 7),
            Self::Month => (date.first_of_month(), date.last_of_month().tomorrow()),
            Self::Year => (date.first_of_year(), date.last_of_year().tomorrow()),
            Self::Lifetime => return LIFETIME,
        };
        // There is no day after 9999-12-31: the last month and year stay open.
        let end = next.map_or(Millis(i64::MAX), Millis::of_date);
        Period {
            start: Millis::of_date(start),
            end,
        }
    }
}

/// A window from `start` (included) to `end` (not included), UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// The first moment.
    pub start: Millis,
    /// The first moment after it.
    pub end: Millis,
}

impl Period {
    /// The first day, `YYYY-MM-DD`.
    pub fn start_date(self) -> String {
        self.start.date().to_string()
    }

    /// The last day, included, `YYYY-MM-DD`; `9999-12-31` if it never ends.
    pub fn end_date(self) -> String {
        self.end.plus(-1).date().to_string()
    }

    /// Whether a moment falls into it.
    pub fn contains(self, moment: Millis) -> bool {
        self.start <= moment && moment < self.end
    }

    /// Whether it has no end.
    pub fn is_endless(self) -> bool {
        self.end == LIFETIME.end
    }
}

const DAY_MS: i64 = 86_400_000;
const LIFETIME: Period = Period {
    start: Millis(0),
    end: Millis(i64::MAX),
};

fn days(start: Millis, count: i64) -> Period {
    Period {
        start,
        end: start.plus(count * DAY_MS),
    }
}

/// The Monday of a day's week. 1970-01-01 was a Thursday, three days after one.
fn monday(day_start: Millis) -> Millis {
    let day = day_start.0.div_euclid(DAY_MS);
    day_start.plus(-(day + 3).rem_euclid(7) * DAY_MS)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    /// Any moment of the years 1 to 9998, so that every period has neighbours on both sides.
    fn moments() -> impl Strategy<Value = Millis> {
        (-62_135_596_800_000_i64..253_370_764_800_000).prop_map(Millis)
    }

    fn kinds() -> impl Strategy<Value = PeriodKind> {
        prop::sample::select(PeriodKind::ALL[..4].to_vec())
    }

    proptest! {
        #[test]
        fn a_period_holds_its_moment_and_is_the_same_for_all_it_holds(now in moments(), kind in kinds(), any: u64) {
            let period = kind.containing(now);
            prop_assert!(period.contains(now) && !period.contains(period.end));
            let length = (period.end.0 - period.start.0).unsigned_abs();
            let inside = period.start.plus(i64::try_from(any % length).unwrap());
            for moment in [period.start, inside, period.end.plus(-1)] {
                prop_assert_eq!(kind.containing(moment), period);
            }
        }

        #[test]
        fn periods_touch_and_begin_at_midnight(now in moments(), kind in kinds()) {
            let period = kind.containing(now);
            prop_assert_eq!(kind.containing(period.end).start, period.end);
            prop_assert_eq!(kind.containing(period.start.plus(-1)).end, period.start);
            prop_assert_eq!(period.start, period.start.day_start());
            prop_assert_eq!(period.end, period.end.day_start());
        }

        #[test]
        fn longer_periods_hold_shorter_ones(now in moments()) {
            let [day, week, month, year, _] = PeriodKind::ALL.map(|kind| kind.containing(now));
            for (inner, outer) in [(day, week), (day, month), (month, year)] {
                prop_assert!(outer.start <= inner.start && inner.end <= outer.end);
            }
            prop_assert_eq!(week.end.0 - week.start.0, 7 * DAY_MS);
            prop_assert_eq!(week.start.date().weekday(), jiff::civil::Weekday::Monday);
        }

        #[test]
        fn no_number_panics(ms: i64) {
            for kind in PeriodKind::ALL {
                let period = kind.containing(Millis(ms));
                prop_assert!(period.start < period.end);
                prop_assert_eq!((period.start_date().len(), period.end_date().len()), (10, 10));
            }
        }
    }

    #[test]
    fn calendar_edges() {
        for (kind, (y, m, d), first, last) in [
            (PeriodKind::Day, (2024, 2, 29), "2024-02-29", "2024-02-29"),
            (PeriodKind::Month, (2024, 2, 10), "2024-02-01", "2024-02-29"),
            (PeriodKind::Month, (2023, 2, 28), "2023-02-01", "2023-02-28"),
            (PeriodKind::Month, (1900, 2, 1), "1900-02-01", "1900-02-28"),
            (PeriodKind::Month, (2000, 2, 1), "2000-02-01", "2000-02-29"),
            (
                PeriodKind::Month,
                (2025, 11, 30),
                "2025-11-01",
                "2025-11-30",
            ),
            (
                PeriodKind::Month,
                (2025, 12, 31),
                "2025-12-01",
                "2025-12-31",
            ),
            (PeriodKind::Year, (2024, 2, 29), "2024-01-01", "2024-12-31"),
            (PeriodKind::Year, (2026, 1, 1), "2026-01-01", "2026-12-31"),
            (PeriodKind::Week, (2026, 11, 22), "2026-11-16", "2026-11-22"),
            (PeriodKind::Week, (2026, 11, 23), "2026-11-23", "2026-11-29"),
            (PeriodKind::Week, (2027, 1, 1), "2026-12-28", "2027-01-03"),
            (PeriodKind::Week, (1969, 12, 31), "1969-12-29", "1970-01-04"),
            (
                PeriodKind::Month,
                (9999, 12, 31),
                "9999-12-01",
                "9999-12-31",
            ),
        ] {
            let midnight = Millis::of_date(date(y, m, d));
            for moment in [midnight, midnight.plus(DAY_MS - 1)] {
                let period = kind.containing(moment);
                assert_eq!(
                    (period.start_date(), period.end_date()),
                    (first.into(), last.into())
                );
            }
        }
    }

    #[test]
    fn a_lifetime_never_ends() {
        let period = PeriodKind::Lifetime.containing(Millis(1));
        assert_eq!((period.start, period.end), (Millis(0), Millis(i64::MAX)));
        assert_eq!(period.start_date(), "1970-01-01");
        assert_eq!(period.end_date(), "9999-12-31");
        assert!(period.is_endless() && !PeriodKind::Year.containing(Millis(0)).is_endless());
    }

    #[test]
    fn words_read_back() {
        for kind in PeriodKind::ALL {
            assert_eq!(PeriodKind::parse(kind.as_str()), Some(kind));
        }
        for bad in ["", "Month", "monthly", "months", " day", "hour"] {
            assert_eq!(PeriodKind::parse(bad), None);
        }
    }
}
