//! What happens to the journal when a process starts: every row is read back and folded at once.

use dream_domain::error::{Error, Result};
use dream_domain::time::Millis;
use rusqlite::Connection;

use crate::meter::entry::Entry;
use crate::meter::journal::Journal;
use crate::meter::sql::{FIND_COUNT, READ_JOURNAL, count_params, latest};
use crate::sqlite;

/// Reads the journal into the meter's memory. The highest row's number is the next one's base.
pub(crate) fn replay(connection: &Connection, journal: &mut Journal) -> Result<usize> {
    let rows = sqlite::rows(connection, &READ_JOURNAL, &[]).map_err(Error::from)?;
    for row in &rows {
        journal.resume(row.int(0)?);
        let entry = Entry::from_text(&row.text(1)?)?;
        for (named, count) in entry.counters() {
            let id = journal.counters.id(
                &named.tenant,
                &named.subject,
                &named.meter,
                named.period.start,
            );
            let before = if let Some(count) = journal.counters.get(id) {
                count
            } else {
                let key = count_params(
                    &named.tenant,
                    &named.subject,
                    &named.meter,
                    named.period.start,
                );
                latest(&sqlite::rows(connection, &FIND_COUNT, &key).map_err(Error::from)?)
            };
            // A fold that was cut off has written this already, and perhaps what came after it.
            if count.used <= before.used {
                journal.counters.put(id, before);
                continue;
            }
            journal.counters.put(id, count);
            journal
                .fold
                .touch(id, named, Millis(entry.day), before.used, count);
        }
        entry.keys().for_each(|keyed| journal.remember(keyed));
    }
    Ok(rows.len())
}
