//! Misbehaviour on request, for the next so many times or until it is taken back.

use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};

/// What the sandbox can do wrong. The first four concern deliveries, the others answers.
pub(crate) const KINDS: &[&str] = &[
    "drop",
    "delay",
    "duplicate",
    "reorder",
    "answer_429",
    "answer_500",
    "time_out",
    "lose_answer",
];

/// Orders a misbehaviour: `count` times, or until reset. `seconds` is how long it delays or hangs.
pub(crate) fn order(
    db: &Connection,
    what: &str,
    count: Option<i64>,
    seconds: i64,
) -> rusqlite::Result<()> {
    let sql = "insert into faults (what, remaining, seconds) values (?1, ?2, ?3)
        on conflict (what) do update set remaining = excluded.remaining, seconds = excluded.seconds";
    db.execute(sql, (what, count, seconds))?;
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

/// Takes all back.
pub(crate) fn reset(db: &Connection) -> rusqlite::Result<()> {
    db.execute("delete from faults", [])?;
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
