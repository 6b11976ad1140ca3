//! Work on projects that outlives the request which asked for it: one process at a time does it, and another one goes
//! on where that one has fallen silent. Times are machine time.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::id::{PlatformId, WorkId};
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::Step;
use crate::value::Row;

/// At most so many are listed, and taken at a time.
const MAX: i64 = 100;

statements! {
    /// What has failed and waits gives way to something else.
    GIVE_WAY = "delete from works where project_id = $1 and kind <> $2 and finished_at is null and failures > 0 and held_until <= $3";
    START = "insert into works (work_id, platform_id, project_id, publishable_key, project_name, kind, detail, done, total, answer, failures, error_code, error, holder, held_until, due_at, created_at, finished_at)
        values ($1, $2, $3, $4, $5, $6, $7, 0, 0, null, 0, null, null, '', 0, $8, $8, null) on conflict do nothing";
    /// Who asks again says anew how it is to be done, unless it is being done.
    JOIN = "update works set due_at = $3, detail = case when failures > 0 and held_until <= $3 then $4 else detail end
        where project_id = $1 and kind = $2 and finished_at is null
        returning work_id, platform_id, project_id, publishable_key, project_name, kind, detail, done, total, answer, failures, error_code, error, created_at, finished_at";
    DUE = "select work_id from works where finished_at is null and due_at <= $1
        and (held_until <= $1 or (holder <> $2 and cast($3 as bigint) = 1)) order by work_id limit $4";
    CLAIM = "update works set holder = $2, held_until = $4, error_code = null, error = null
        where work_id = $1 and finished_at is null and due_at <= $3
          and (held_until <= $3 or (holder <> $2 and cast($5 as bigint) = 1))
        returning work_id, platform_id, project_id, publishable_key, project_name, kind, detail, done, total, answer, failures, error_code, error, created_at, finished_at";
    KEEP = "update works set held_until = $3, done = $4, total = $5 where work_id = $1 and holder = $2";
    END = "update works set finished_at = $3 where work_id = $1 and holder = $2 and finished_at is null";
    DONE = "update works set finished_at = coalesce(finished_at, $3), held_until = 0, done = $4, total = $5, answer = $6
        where work_id = $1 and holder = $2";
    FAILED = "update works set held_until = 0, done = $3, total = $4, failures = failures + 1, error_code = $5, error = $6, due_at = $7, finished_at = $8
        where work_id = $1 and holder = $2 and finished_at is null";
    RELEASE = "update works set held_until = 0 where holder = $1 and finished_at is null";
    FIND = "select work_id, platform_id, project_id, publishable_key, project_name, kind, detail, done, total, answer, failures, error_code, error, created_at, finished_at
        from works where work_id = $1";
    LIST = "select work_id, platform_id, project_id, publishable_key, project_name, kind, detail, done, total, answer, failures, error_code, error, created_at, finished_at
        from works where platform_id = $1 and (finished_at is null or finished_at >= $2) order by created_at desc, work_id desc limit $3";
    EXPIRE = "delete from works where finished_at < $1";
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A project goes, in all its modes.
    DeleteProject,
    /// People of test mode go, or the sample.
    Reset,
    /// Test mode of a project that has live mode goes.
    DeleteTest,
}

/// Work that is to be begun.
#[derive(Clone, Debug)]
pub struct NewWork<'a> {
    /// `work_…`.
    pub id: WorkId,
    /// What is done.
    pub kind: Kind,
    /// The mode it was asked for.
    pub scope: &'a Scope,
    /// What the project is called.
    pub project_name: &'a str,
    /// How it is to be done, as the server reads it.
    pub detail: &'a str,
    /// When it is asked for.
    pub now: Millis,
}

/// Work as it stands.
#[derive(Clone, Debug)]
pub struct Work {
    /// `work_…`.
    pub id: Arc<str>,
    /// Whose project it is.
    pub platform: Arc<str>,
    /// The project.
    pub project: Arc<str>,
    /// The mode it was asked for.
    pub tenant: Arc<str>,
    /// What the project was called.
    pub project_name: Arc<str>,
    /// What is done.
    pub kind: Kind,
    /// How it is to be done, as the server wrote it.
    pub detail: Arc<str>,
    /// Subscriptions that are canceled.
    pub done: i64,
    /// Subscriptions to cancel.
    pub total: i64,
    /// What went, as the server wrote it; none until all did.
    pub answer: Option<Arc<str>>,
    /// How often it failed.
    pub failures: i64,
    /// Code and words of the last failure, until it is tried again.
    pub error: Option<(Arc<str>, Arc<str>)>,
    /// When it was asked for.
    pub created_at: Millis,
    /// When it ended, by success or for good.
    pub finished_at: Option<Millis>,
}

/// A process that does work.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    /// Another one for each start.
    pub name: &'a str,
    /// There can be no other process: whoever else holds work is dead.
    pub is_alone: bool,
}

/// Work in the hands of one process.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// `work_…`.
    pub id: &'a str,
    /// The process.
    pub holder: &'a str,
    /// Subscriptions that are canceled.
    pub done: i64,
    /// Subscriptions to cancel.
    pub total: i64,
    /// Now.
    pub now: Millis,
}

/// Why work failed.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// A stable code.
    pub code: &'a str,
    /// For the developer to read.
    pub words: &'a str,
    /// When it is tried again; none: never.
    pub due_at: Option<Millis>,
}

/// Begins work on a project, or joins what is done there already; 409 `conflict` while something else is done to it.
pub async fn start(db: &Db, new: &NewWork<'_>) -> Result<Work> {
    let scope = new.scope;
    let (project, kind) = (scope.project().as_str(), new.kind.as_str());
    let row = params![
        new.id.as_str(),
        scope.platform().as_str(),
        project,
        scope.tenant(),
        new.project_name,
        kind,
        new.detail,
        new.now
    ];
    let steps = vec![
        Step::new(&GIVE_WAY, params![project, kind, new.now]),
        Step::new(&START, row),
        Step::new(&JOIN, params![project, kind, new.now, new.detail]),
    ];
    let rows = db.run(steps).await?;
    let found = rows.last().and_then(|rows| rows.first()).map(read);
    let busy = || {
        Code::Conflict.error(
            "Something else is being done to this project; GET /projects/works tells what. Ask again when it has ended",
        )
    };
    found.transpose()?.ok_or_else(busy)
}

/// Takes all work that is due and that nobody does, until `until`.
pub async fn claim(db: &Db, holder: Holder<'_>, now: Millis, until: Millis) -> Result<Vec<Work>> {
    let Holder { name, is_alone } = holder;
    let due = db.rows(&DUE, params![now, name, is_alone, MAX]).await?;
    let mut taken = Vec::new();
    for row in &due {
        let row = params![row.text(0)?, name, now, until, is_alone];
        let rows = db.run(vec![Step::new(&CLAIM, row)]).await?;
        if let Some(row) = rows.first().and_then(|rows| rows.first()) {
            taken.push(read(row)?);
        }
    }
    Ok(taken)
}

/// Says that work goes on and where it stands; false if somebody else does it by now: then stop.
pub async fn keep(db: &Db, held: Held<'_>, until: Millis) -> Result<bool> {
    let Held {
        id,
        holder,
        done,
        total,
        ..
    } = held;
    let row = params![id, holder, until, done, total];
    db.changed(vec![Step::new(&KEEP, row).must_change(1)]).await
}

/// The step that ends work in the transaction that does what it is about, and undoes that if somebody else does it.
pub(crate) fn end_step(held: Held<'_>) -> Step {
    Step::new(&END, params![held.id, held.holder, held.now]).must_change(1)
}

/// Notes that all is done, and what went.
pub async fn done(db: &Db, held: Held<'_>, answer: &str) -> Result<()> {
    let Held {
        id,
        holder,
        done,
        total,
        now,
    } = held;
    let row = params![id, holder, now, done, total, answer];
    db.run(vec![Step::new(&DONE, row)]).await?;
    Ok(())
}

/// Notes that it failed.
pub async fn failed(db: &Db, held: Held<'_>, failure: Failure<'_>) -> Result<()> {
    let ended = failure.due_at.is_none().then_some(held.now);
    let row = params![
        held.id,
        held.holder,
        held.done,
        held.total,
        failure.code,
        failure.words,
        failure.due_at.unwrap_or(held.now),
        ended
    ];
    db.run(vec![Step::new(&FAILED, row)]).await?;
    Ok(())
}

/// Gives back everything that a process does, for another one to take at once.
pub async fn release(db: &Db, holder: &str) -> Result<()> {
    db.run(vec![Step::new(&RELEASE, params![holder])]).await?;
    Ok(())
}

/// Finds work.
pub async fn find(db: &Db, id: &str) -> Result<Option<Work>> {
    let rows = db.near(&FIND, params![id]).await?;
    rows.first().map(read).transpose()
}

/// Work on the projects of a developer that goes on or has ended since, newest first.
pub async fn list(db: &Db, platform: &PlatformId, since: Millis) -> Result<Vec<Work>> {
    let row = params![platform.as_str(), since, MAX];
    db.rows(&LIST, row).await?.iter().map(read).collect()
}

/// Forgets what ended before.
pub async fn expire(db: &Db, before: Millis) -> Result<()> {
    db.run(vec![Step::new(&EXPIRE, params![before])]).await?;
    Ok(())
}

impl Kind {
    /// As it is stored and told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DeleteProject => "delete_project",
            Self::Reset => "reset",
            Self::DeleteTest => "delete_test",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        let all = [Self::DeleteProject, Self::Reset, Self::DeleteTest];
        let found = all.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| Code::Internal.error("The database holds work of an unknown kind"))
    }
}

fn read(row: &Row) -> Result<Work> {
    Ok(Work {
        id: row.text(0)?,
        platform: row.text(1)?,
        project: row.text(2)?,
        tenant: row.text(3)?,
        project_name: row.text(4)?,
        kind: Kind::parse(&row.text(5)?)?,
        detail: row.text(6)?,
        done: row.int(7)?,
        total: row.int(8)?,
        answer: row.opt_text(9)?,
        failures: row.int(10)?,
        error: row.opt_text(11)?.zip(row.opt_text(12)?),
        created_at: row.time(13)?,
        finished_at: row.opt_time(14)?,
    })
}
