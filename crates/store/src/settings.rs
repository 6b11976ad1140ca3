//! Facts about this database as a whole: the development mark, the clock offset, the root project.

use std::sync::Arc;

use dream_domain::error::Result;

use crate::Db;
use crate::params;
use crate::sql::statements;
use crate::step::{Refusal, Step};

/// Set on a database that was made in development; such a one never starts in production (rules 30).
pub const DEVELOPMENT: &str = "development";
/// How far business time is ahead of the machine, in milliseconds.
pub const CLOCK_OFFSET: &str = "clock_offset_ms";
/// Demo data was made, and by which process first.
pub const DEMO: &str = "demo";

statements! {
    FIND = "select value from settings where name = $1";
    PUT = "insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value";
    PUT_OVER = "insert into settings (name, value) values ($1, $2) on conflict (name) do update
        set value = excluded.value where settings.value = cast($3 as text)";
    PUT_NEW = "insert into settings (name, value) values ($1, $2) on conflict (name) do nothing";
    REMOVE = "delete from settings where name = $1";
    PROBE = "insert into settings (name, value) values ('ready', $1) on conflict (name) do update set value = excluded.value";
}

/// The value of a setting.
pub async fn find(db: &Db, name: &str) -> Result<Option<Arc<str>>> {
    db.near(&FIND, params![name])
        .await?
        .first()
        .map(|row| row.text(0))
        .transpose()
}

/// Sets a setting.
pub async fn put(db: &Db, name: &str, value: &str) -> Result<()> {
    db.run(vec![Step::new(&PUT, params![name, value])]).await?;
    Ok(())
}

/// Sets a setting that nobody has set; false if somebody has.
pub async fn put_new(db: &Db, name: &str, value: &str) -> Result<bool> {
    match db
        .run(vec![
            Step::new(&PUT_NEW, params![name, value]).must_change(1),
        ])
        .await
    {
        Ok(_) => Ok(true),
        Err(Refusal::Guard(_)) => Ok(false),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The step that sets a setting if it still is what it was before; none for one that nobody had set.
pub(crate) fn put_over_step(name: &str, before: Option<&str>, value: &str) -> Step {
    Step::new(&PUT_OVER, params![name, value, before]).must_change(1)
}

/// Removes a setting.
pub async fn remove(db: &Db, name: &str) -> Result<()> {
    db.run(vec![Step::new(&REMOVE, params![name])]).await?;
    Ok(())
}

/// Writes to the database, so that "ready" means that calls can be counted.
pub async fn probe(db: &Db, at: dream_domain::time::Millis) -> Result<()> {
    db.run(vec![Step::new(&PROBE, params![at.0.to_string()])])
        .await?;
    Ok(())
}
