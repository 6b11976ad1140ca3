//! What was called: the last calls of the API, kept with the state.

use rusqlite::Connection;
use serde_json::Value;

use crate::problem::Result;

/// Notes a call; the oldest beyond 1,000 fall out.
pub(crate) fn note(db: &Connection, call: &Value) -> rusqlite::Result<()> {
    db.prepare_cached("insert into calls (body) values (?1)")?
        .execute([call.to_string()])?;
    db.prepare_cached("delete from calls where seq <= (select max(seq) from calls) - ?1")?
        .execute([KEPT])?;
    Ok(())
}

/// The newest calls, so many at most, the oldest first.
pub(crate) fn last(db: &Connection, count: i64) -> Result<Vec<Value>> {
    let sql =
        "select body from (select seq, body from calls order by seq desc limit ?1) order by seq";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([count], |row| row.get::<_, String>(0))?;
    rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect()
}

/// Forgets all calls.
pub(crate) fn forget(db: &Connection) -> rusqlite::Result<()> {
    db.execute("delete from calls", [])?;
    Ok(())
}

/// How many calls are kept.
pub(crate) const KEPT: i64 = 1_000;
