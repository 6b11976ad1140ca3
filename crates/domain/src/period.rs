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
        Period { start: Millis::of_date(start), end }
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
const LIFETIME: Period = Period { start: Millis(0), end: Millis(i64::MAX) };

fn days(start: Millis, count: i64) -> Period {
    Period { start, end: start.plus(count * DAY_MS) }
}

/// The Monday of a day's week. 1970-01-01 was a Thursday, three days after one.
fn monday(day_start: Millis) -> Millis {
    let day = day_start.0.div_euclid(DAY_MS);
    day_start.plus(-(day + 3).rem_euclid(7) * DAY_MS)
}
