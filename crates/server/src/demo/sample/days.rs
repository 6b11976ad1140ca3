//! The days of the sample, and where business time is on each.

use dream_domain::time::Millis;

use crate::app::App;

/// The last day is today.
pub(super) const DAYS: i64 = 35;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// When a day begins for people, and how many hours later it may be.
const OPENS_AT: i64 = 8;
const OPEN_HOURS: i64 = 9;

/// Moves business time.
pub(super) struct Days<'a> {
    app: &'a App,
    /// The midnight that today began with, UTC.
    today: Millis,
}

impl<'a> Days<'a> {
    pub(super) fn until_today(app: &'a App) -> Self {
        Self {
            app,
            today: app.clock.machine().day_start(),
        }
    }

    /// Goes to a day: some hour between morning and evening, UTC; now on the last one.
    pub(super) fn go_to(&self, day: i64) {
        let clock = &self.app.clock;
        if day >= DAYS {
            clock.set_ahead_ms(0);
            return;
        }
        let hour = OPENS_AT + day * 5 % OPEN_HOURS;
        let at = self.today.plus((day - DAYS) * DAY_MS + hour * HOUR_MS);
        clock.set_ahead_ms(at.0 - clock.machine().0);
    }
}

/// The day of the week now, from 0 for Monday.
pub(super) fn weekday(now: Millis) -> usize {
    // The epoch was a Thursday.
    usize::try_from((now.0.div_euclid(DAY_MS) + 3).rem_euclid(7)).unwrap_or(0)
}
