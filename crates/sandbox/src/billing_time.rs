//! When subscriptions renew and what a part of a period costs. Pure: no clock, no state. Times are seconds since 1970, UTC.

use jiff::{Span, Timestamp, tz::TimeZone};

/// How long one period is: so many of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cycle {
    pub(crate) unit: Unit,
    pub(crate) count: i64,
}

/// What a period is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Day,
    Week,
    Month,
    Year,
}

impl Cycle {
    /// Of `recurring.interval` and `recurring.interval_count`.
    pub(crate) fn new(interval: &str, count: i64) -> Self {
        let unit = match interval {
            "day" => Unit::Day,
            "week" => Unit::Week,
            "year" => Unit::Year,
            _ => Unit::Month,
        };
        Self {
            unit,
            count: count.max(1),
        }
    }

    /// The first renewal after a moment. Every renewal is counted from the anchor: one on the 31st renews on the last
    /// day of shorter months and on the 31st again after them.
    pub(crate) fn next(self, anchor: i64, after: i64) -> i64 {
        let mut number = self.passed(anchor, after);
        loop {
            let moment = self.renewal(anchor, number);
            if moment > after {
                return moment;
            }
            number += 1;
        }
    }

    /// The renewal of a number; number 0 is the anchor.
    fn renewal(self, anchor: i64, number: i64) -> i64 {
        let many = number.saturating_mul(self.count);
        let span = match self.unit {
            Unit::Day => Span::new().try_days(many),
            Unit::Week => Span::new().try_weeks(many),
            Unit::Month => Span::new().try_months(many),
            Unit::Year => Span::new().try_years(many),
        };
        let start = Timestamp::from_second(anchor).map(|start| start.to_zoned(TimeZone::UTC));
        let end = start.and_then(|start| start.checked_add(span?));
        // Past the end of the calendar there is no renewal.
        end.map_or(i64::MAX, |end| end.timestamp().as_second())
    }

    /// A number of a renewal that is not after a moment.
    fn passed(self, anchor: i64, after: i64) -> i64 {
        const DAY: i64 = 86_400;
        let longest = match self.unit {
            Unit::Day => DAY,
            Unit::Week => 7 * DAY,
            Unit::Month => 31 * DAY,
            Unit::Year => 366 * DAY,
        };
        (after - anchor).max(0) / (longest * self.count)
    }
}

/// What is left of an amount of a period from a moment on, in minor units, rounded half up.
pub(crate) fn unused(amount: i64, start: i64, end: i64, at: i64) -> i64 {
    let whole = i128::from((end - start).max(1));
    let left = i128::from((end - at).clamp(0, end - start));
    let part = (2 * i128::from(amount) * left + whole) / (2 * whole);
    i64::try_from(part).unwrap_or(amount)
}

/// When a payment is tried again after so many failures; none when it is given up.
pub(crate) fn next_attempt(failures: i64, at: i64) -> Option<i64> {
    const DAY: i64 = 86_400;
    let days = match failures {
        1 => 3,
        2 => 5,
        3 => 7,
        _ => return None,
    };
    Some(at + days * DAY)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn noon(year: i16, month: i8, day: i8) -> i64 {
        let moment = date(year, month, day)
            .at(12, 0, 0, 0)
            .to_zoned(TimeZone::UTC);
        moment.unwrap().timestamp().as_second()
    }

    #[test]
    fn month_ends_follow_the_anchor() {
        let monthly = Cycle::new("month", 1);
        for day in 29..=31 {
            let anchor = noon(2026, 1, day);
            let mut at = anchor;
            let expected = [
                (2, 28),
                (3, day),
                (4, day.min(30)),
                (5, day),
                (6, day.min(30)),
            ];
            for (month, day) in expected {
                at = monthly.next(anchor, at);
                assert_eq!(at, noon(2026, month, day));
            }
        }
        assert_eq!(
            monthly.next(noon(2024, 1, 31), noon(2024, 1, 31)),
            noon(2024, 2, 29)
        );
        let yearly = Cycle::new("year", 1);
        assert_eq!(
            yearly.next(noon(2024, 2, 29), noon(2024, 2, 29)),
            noon(2025, 2, 28)
        );
        assert_eq!(
            yearly.next(noon(2024, 2, 29), noon(2027, 3, 1)),
            noon(2028, 2, 29)
        );
    }

    #[test]
    fn payments_are_tried_four_times() {
        let waits: Vec<Option<i64>> = (1..=4).map(|failures| next_attempt(failures, 0)).collect();
        assert_eq!(
            waits,
            [Some(3 * 86_400), Some(5 * 86_400), Some(7 * 86_400), None]
        );
    }

    fn cycles() -> impl Strategy<Value = Cycle> {
        let interval = prop_oneof![Just("day"), Just("week"), Just("month"), Just("year")];
        (interval, 1..4_i64).prop_map(|(interval, count)| Cycle::new(interval, count))
    }

    proptest! {
        #[test]
        fn the_next_renewal_is_the_first_one_after(cycle in cycles(), anchor in 0..2_000_000_000_i64, on in 0..200_000_000_i64) {
            let next = cycle.next(anchor, anchor + on);
            prop_assert!(next > anchor + on);
            let before = (0..100_000).map(|number| cycle.renewal(anchor, number)).take_while(|at| *at < next).last();
            prop_assert!(before.is_none_or(|before| before <= anchor + on));
        }

        #[test]
        fn both_parts_of_a_period_make_the_whole(amount in 0..100_000_000_i64, length in 1..40_000_000_i64, on in 0.0..1.0_f64) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any moment will do")]
            let at = (length as f64 * on) as i64;
            let left = unused(amount, 0, length, at);
            prop_assert!((0..=amount).contains(&left));
            prop_assert!((left + unused(amount, 0, length, length - at) - amount).abs() <= 1);
            prop_assert_eq!(unused(amount, 0, length, 0), amount);
            prop_assert_eq!(unused(amount, 0, length, length), 0);
        }
    }
}
