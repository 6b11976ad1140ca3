//! Misbehaviour on request, for the next so many times or until it is taken back.

use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};

/// One thing that the sandbox can do wrong.
pub(crate) struct Fault {
    /// Its name in `/_control/misbehave`.
    pub(crate) what: &'static str,
    /// What it does, for people.
    pub(crate) does: &'static str,
    /// How long it delays or hangs unless told otherwise; none if it takes no time.
    pub(crate) seconds: Option<i64>,
}

/// Everything that the sandbox can do wrong. The first four concern deliveries, the others answers.
pub(crate) const FAULTS: &[Fault] = &[
    Fault {
        what: "drop",
        does: "A webhook is never sent.",
        seconds: None,
    },
    Fault {
        what: "delay",
        does: "A webhook is sent late, in business time.",
        seconds: Some(3_600),
    },
    Fault {
        what: "duplicate",
        does: "A webhook is sent twice.",
        seconds: None,
    },
    Fault {
        what: "reorder",
        does: "A webhook is sent after the next one.",
        seconds: None,
    },
    Fault {
        what: "answer_429",
        does: "A call is refused as one too many.",
        seconds: None,
    },
    Fault {
        what: "answer_500",
        does: "A call fails without doing anything.",
        seconds: None,
    },
    Fault {
        what: "time_out",
        does: "A call does nothing, hangs and ends without an answer.",
        seconds: Some(120),
    },
    Fault {
        what: "lose_answer",
        does: "A call does its work, but its answer never arrives.",
        seconds: None,
    },
];

/// The misbehaviour of a name.
pub(crate) fn find(what: &str) -> Option<&'static Fault> {
    FAULTS.iter().find(|fault| fault.what == what)
}

/// Orders a misbehaviour: `count` times, or until reset; `seconds` long, or as long as it takes by itself.
pub(crate) fn order(
    db: &Connection,
    fault: &Fault,
    count: Option<i64>,
    seconds: Option<i64>,
) -> rusqlite::Result<()> {
    let seconds = seconds.or(fault.seconds).unwrap_or_default();
    let sql = "insert into faults (what, remaining, seconds) values (?1, ?2, ?3)
        on conflict (what) do update set remaining = excluded.remaining, seconds = excluded.seconds";
    db.execute(sql, (fault.what, count, seconds))?;
    Ok(())
}

/// Uses one up: its seconds, if that misbehaviour is ordered.
pub(crate) fn take(db: &Connection, what: &str) -> rusqlite::Result<Option<i64>> {
    let sql = "update faults set remaining = remaining - 1
        where what = ?1 and (remaining is null or remaining > 0) returning seconds";
    db.prepare_cached(sql)?
        .query_row([what], |row| row.get(0))
        .optional()
}

/// Takes all back and lets go what was held to be reordered.
pub(crate) fn reset(db: &Connection) -> rusqlite::Result<()> {
    db.execute("delete from faults", [])?;
    let sql = "update deliveries set state = 'ready' where state = 'held'";
    db.execute(sql, [])?;
    Ok(())
}

/// What is ordered and not used up: `{what: {remaining, seconds}}`.
pub(crate) fn ordered(db: &Connection) -> rusqlite::Result<Value> {
    let sql =
        "select what, remaining, seconds from faults where remaining is null or remaining > 0";
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut ordered = json!({});
    while let Some(row) = rows.next()? {
        let (what, remaining, seconds): (String, Option<i64>, i64) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        ordered[what] = json!({ "remaining": remaining, "seconds": seconds });
    }
    Ok(ordered)
}
