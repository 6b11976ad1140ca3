//! Work that one process does at a time. Times are machine time.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::sql::statements;
use crate::step::Step;

statements! {
    TAKE = "insert into job_leases (job, holder, held_until, ran_at, note) values ($1, $2, $4, 0, '')
        on conflict (job) do update set holder = excluded.holder, held_until = excluded.held_until
        where job_leases.held_until <= $3 or job_leases.holder = excluded.holder
        returning note";
    KEEP = "update job_leases set held_until = $4, note = $5 where job = $1 and holder = $2 and held_until > $3";
    RELEASE = "update job_leases set held_until = 0, ran_at = $3, note = $4 where job = $1 and holder = $2 and held_until > $3";
    FREE = "update job_leases set held_until = 0
        where held_until > 0 and substr(holder, 1, length(cast($1 as text))) = cast($1 as text)";
    RAN_AT = "select ran_at from job_leases where job = $1";
}

/// Takes a job until `until` and answers its note, empty at first; none while another process has it.
/// Whoever has it may take it again.
pub async fn take(
    db: &Db,
    job: &str,
    holder: &str,
    now: Millis,
    until: Millis,
) -> Result<Option<Arc<str>>> {
    let row = params![job, holder, now, until];
    let rows = db.run(vec![Step::new(&TAKE, row)]).await?;
    let row = rows.first().and_then(|rows| rows.first());
    row.map(|row| row.text(0)).transpose()
}

/// Keeps a job until `until` and notes where it stands; false if it was lost: then stop at once.
pub async fn keep(
    db: &Db,
    job: &str,
    holder: &str,
    now: Millis,
    until: Millis,
    note: &str,
) -> Result<bool> {
    let row = params![job, holder, now, until, note];
    db.changed(vec![Step::new(&KEEP, row).must_change(1)]).await
}

/// Gives a job back, done, with a note for whoever takes it next; false if it was lost before.
pub async fn release(db: &Db, job: &str, holder: &str, now: Millis, note: &str) -> Result<bool> {
    let row = params![job, holder, now, note];
    db.changed(vec![Step::new(&RELEASE, row).must_change(1)])
        .await
}

/// Gives back, not done, every job whose holder has a name that begins so; with an empty name all of them. For holders
/// that are at nothing any more.
pub async fn free(db: &Db, holders: &str) -> Result<()> {
    db.run(vec![Step::new(&FREE, params![holders])]).await?;
    Ok(())
}

/// When a job was last done; none if it never was.
pub async fn ran_at(db: &Db, job: &str) -> Result<Option<Millis>> {
    let rows = db.near(&RAN_AT, params![job]).await?;
    let at = rows.first().map(|row| row.time(0)).transpose()?;
    Ok(at.filter(|at| *at > Millis(0)))
}
