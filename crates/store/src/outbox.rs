//! What leaves the process is here first (DESIGN 3.5): it is written with the effect that causes it, and
//! a sender hands it out afterwards. Times are machine time.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::id::MessageId;
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::pattern::AFTER_IDS;
use crate::scope::hold;
use crate::settings;
use crate::sql::statements;
use crate::step::{Refusal, Step};
use crate::value::Row;

/// The longest reason that is kept of a failure, in characters.
const ERROR_MAX_CHARS: usize = 300;

statements! {
    ADD = "insert into outbox (message_id, publishable_key, kind, payload, status, attempts, due_at, claimed_until, created_at, sent_at, last_error)
        values ($1, $2, $3, $4, 'waiting', 0, $5, 0, $6, null, null)";
    DUE = "select message_id from outbox where status = 'waiting' and due_at <= $1 and claimed_until <= $1
        and cast(case when kind = 'mail' then 1 else 0 end as bigint) = $2 order by due_at, message_id limit $3";
    /// Of many that try at once, one changes the row; the others find it claimed.
    CLAIM = "update outbox set claimed_until = $3, attempts = attempts + 1
        where message_id = $1 and status = 'waiting' and due_at <= $2 and claimed_until <= $2
        returning message_id, publishable_key, kind, payload, attempts, created_at";
    SENT = "update outbox set status = 'sent', sent_at = $3, last_error = null, payload = case when cast($4 as bigint) = 1 then '' else payload end
        where message_id = $1 and claimed_until = $2 and status = 'waiting'";
    FAILED = "update outbox set due_at = $3, claimed_until = 0, last_error = $4
        where message_id = $1 and claimed_until = $2 and status = 'waiting'";
    DEAD = "update outbox set status = 'dead', last_error = $3, payload = case when cast($4 as bigint) = 1 then '' else payload end
        where message_id = $1 and claimed_until = $2 and status = 'waiting'";
    KEEP = "update outbox set status = 'kept' where message_id = $1 and claimed_until = $2 and status = 'waiting'";
    COUNT_WAITING = "select cast(count(*) as bigint) from outbox where status = 'waiting'";
    LIST = "select message_id, publishable_key, kind, payload, status, attempts, created_at, last_error
        from outbox where message_id < $1 order by message_id desc limit $2";
    FIND = "select message_id, publishable_key, kind, payload, status, attempts, created_at, last_error
        from outbox where message_id = $1";
    DELETE_SENT = "delete from outbox where status = 'sent' and sent_at < $1";
    DELETE_OTHERS = "delete from outbox where status in ('kept', 'dead') and created_at < $1";
}

/// Something about to leave.
#[derive(Clone, Debug)]
pub struct Message {
    /// `msg_…`.
    pub id: MessageId,
    /// The publishable key on whose behalf it leaves.
    pub tenant: Arc<str>,
    /// What it is, such as `mail`.
    pub kind: &'static str,
    /// What it says; secrets in it are sealed with the master key.
    pub payload: String,
    /// When it may leave.
    pub due_at: Millis,
    /// When it was written.
    pub created_at: Millis,
}

/// A message that this process alone may send, until its claim ends.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// `msg_…`.
    pub id: Arc<str>,
    /// The publishable key on whose behalf it leaves.
    pub tenant: Arc<str>,
    /// What it is.
    pub kind: Arc<str>,
    /// What it says; secrets in it are sealed with the master key.
    pub payload: Arc<str>,
    /// How often it was tried, this time included.
    pub attempts: i64,
    /// When it was written.
    pub created_at: Millis,
    until: Millis,
}

/// A message as it is listed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `msg_…`; newer ones are greater.
    pub id: Arc<str>,
    /// The publishable key on whose behalf it leaves.
    pub tenant: Arc<str>,
    /// What it is.
    pub kind: Arc<str>,
    /// Sealed with the master key; empty once it was sent and forgotten.
    pub payload: Arc<str>,
    /// `waiting`, `sent`, `dead` or `kept`.
    pub status: Arc<str>,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was written.
    pub created_at: Millis,
    /// Why it was not sent the last time.
    pub last_error: Option<Arc<str>>,
}

/// Puts a message into the outbox by itself. What has an effect too goes with it in one transaction.
pub async fn add(db: &Db, message: &Message) -> Result<()> {
    db.run(vec![hold(&message.tenant), add_step(message)])
        .await?;
    Ok(())
}

/// What is noted with a message: a setting of the database.
#[derive(Clone, Copy, Debug)]
pub struct Note<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it was when somebody looked.
    pub before: Option<&'a str>,
    /// From now on.
    pub value: &'a str,
}

/// Puts a message into the outbox and notes that it was written, both or neither; false, and neither, if the note is
/// not what it was before.
pub async fn add_noted(db: &Db, message: &Message, note: &Note<'_>) -> Result<bool> {
    let noted = settings::put_over_step(note.name, note.before, note.value);
    let steps = vec![noted, hold(&message.tenant), add_step(message)];
    match db.run(steps).await {
        Ok(_) => Ok(true),
        Err(Refusal::Guard(0)) => Ok(false),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The step that puts a message into the outbox; its transaction must hold the tenant.
pub(crate) fn add_step(message: &Message) -> Step {
    let row = params![
        message.id.as_str(),
        &message.tenant,
        message.kind,
        &message.payload,
        message.due_at,
        message.created_at
    ];
    Step::new(&ADD, row).must_change(1)
}

/// Claims up to `limit` messages that are due, until `until`: mails, which people wait for, or all others. Each
/// goes to one claimer only; if it says nothing more of it, the message is due again when the claim ends.
pub async fn claim(
    db: &Db,
    mails: bool,
    now: Millis,
    until: Millis,
    limit: i64,
) -> Result<Vec<Claimed>> {
    let due = db.rows(&DUE, params![now, mails, limit]).await?;
    let mut ids: Vec<Arc<str>> = due.iter().map(|row| row.text(0)).collect::<Result<_>>()?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // Everyone locks in the same order.
    ids.sort_unstable();
    let step = |id: &Arc<str>| Step::new(&CLAIM, params![id, now, until]);
    let rows = db.run(ids.iter().map(step).collect()).await?;
    rows.iter()
        .flatten()
        .map(|row| claimed(row, until))
        .collect()
}

/// Notes that a claimed message has left; `forget` empties it. False if the claim had ended before.
pub async fn sent(db: &Db, message: &Claimed, now: Millis, forget: bool) -> Result<bool> {
    let row = params![&message.id, message.until, now, forget];
    settle(db, Step::new(&SENT, row)).await
}

/// Notes why a claimed message could not leave; it is due again at `due_at`.
pub async fn failed(db: &Db, message: &Claimed, due_at: Millis, error: &str) -> Result<bool> {
    let row = params![&message.id, message.until, due_at, shortened(error)];
    settle(db, Step::new(&FAILED, row)).await
}

/// Gives a claimed message up; `forget` empties it.
pub async fn dead(db: &Db, message: &Claimed, error: &str, forget: bool) -> Result<bool> {
    let row = params![&message.id, message.until, shortened(error), forget];
    settle(db, Step::new(&DEAD, row)).await
}

/// Keeps a claimed message for the eyes of a developer: it never leaves.
pub async fn keep(db: &Db, message: &Claimed) -> Result<bool> {
    let row = params![&message.id, message.until];
    settle(db, Step::new(&KEEP, row)).await
}

/// How many messages wait.
pub async fn waiting(db: &Db) -> Result<i64> {
    let rows = db.rows(&COUNT_WAITING, params![]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// Messages of all tenants before `before` (exclusive), newest first.
pub async fn list(db: &Db, before: Option<&str>, limit: i64) -> Result<Vec<Entry>> {
    let row = params![before.unwrap_or(AFTER_IDS), limit];
    db.rows(&LIST, row).await?.iter().map(entry).collect()
}

/// Finds a message.
pub async fn find(db: &Db, id: &str) -> Result<Option<Entry>> {
    let rows = db.near(&FIND, params![id]).await?;
    rows.first().map(entry).transpose()
}

/// Forgets what was sent before `sent_before`, and what was kept or given up and is from before
/// `others_before`.
pub async fn expire(db: &Db, sent_before: Millis, others_before: Millis) -> Result<()> {
    db.run(vec![
        Step::new(&DELETE_SENT, params![sent_before]),
        Step::new(&DELETE_OTHERS, params![others_before]),
    ])
    .await?;
    Ok(())
}

async fn settle(db: &Db, step: Step) -> Result<bool> {
    match db.run(vec![step.must_change(1)]).await {
        Ok(_) => Ok(true),
        Err(Refusal::Guard(_)) => Ok(false),
        Err(refusal) => Err(refusal.into()),
    }
}

fn shortened(error: &str) -> String {
    error.chars().take(ERROR_MAX_CHARS).collect()
}

fn claimed(row: &Row, until: Millis) -> Result<Claimed> {
    Ok(Claimed {
        id: row.text(0)?,
        tenant: row.text(1)?,
        kind: row.text(2)?,
        payload: row.text(3)?,
        attempts: row.int(4)?,
        created_at: row.time(5)?,
        until,
    })
}

fn entry(row: &Row) -> Result<Entry> {
    Ok(Entry {
        id: row.text(0)?,
        tenant: row.text(1)?,
        kind: row.text(2)?,
        payload: row.text(3)?,
        status: row.text(4)?,
        attempts: row.int(5)?,
        created_at: row.time(6)?,
        last_error: row.opt_text(7)?,
    })
}
