//! Events that arrived from the payment provider: stored before anything is done, each once, worked in
//! their order.
//!
//! Events of one lane (all that tell of one object) are worked one at a time, in the order in which they
//! came. `created_at` is the provider's time, which is business time; all other times are machine time.

pub(crate) mod log;

pub use log::{Depth, Entry, Filter, Sort, depth, expire, find, last_received, list, replay};

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::id::{EventId, PlatformId};
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::scope::hold;
use crate::sql::statements;
use crate::step::Step;
use crate::value::Row;

/// The longest reason that is kept of a failure, in characters.
const ERROR_MAX_CHARS: usize = 300;

statements! {
    RECEIVE = "insert into inbox (event_id, source, account_id, livemode, provider_event_id, type, object_id, lane, publishable_key, platform_id,
        status, attempts, due_at, claimed_until, last_error, payload, created_at, received_at, done_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, '', '', 'waiting', 0, $9, 0, null, $10, $11, $9, null)
        on conflict (source, account_id, provider_event_id) do nothing";
    SEEN = "select status from inbox where source = $1 and account_id = $2 and provider_event_id = $3";
    /// Only the first of a lane, and only while nobody works on another of it.
    DUE = "select i.event_id, i.lane from inbox i where i.status = 'waiting' and i.due_at <= $1 and i.claimed_until <= $1
        and not exists (select 1 from inbox o where o.lane = i.lane and o.status = 'waiting' and o.source = i.source
          and o.account_id = i.account_id and (o.event_id < i.event_id or o.claimed_until > $1))
        order by i.due_at, i.event_id limit $2";
    WAITS = "select event_id from inbox where event_id = $1 and status = 'waiting'";
    LANE_OF = "select event_id, lane from inbox where event_id = $1 and status = 'waiting'";
    /// Whoever claims in the same lane waits here, so that the next statement sees what the other did.
    HOLD_LANE = "update inbox set claimed_until = claimed_until where lane = $1 and status = 'waiting'";
    CLAIM = "update inbox set claimed_until = $3, attempts = attempts + 1
        where event_id = $1 and status = 'waiting' and due_at <= $2 and claimed_until <= $2
        and not exists (select 1 from inbox o where o.lane = inbox.lane and o.status = 'waiting' and o.source = inbox.source
          and o.account_id = inbox.account_id and (o.event_id < inbox.event_id or o.claimed_until > $2))
        returning event_id, source, account_id, livemode, provider_event_id, type, object_id, publishable_key, platform_id, attempts, payload, created_at, received_at";
    SETTLE = "update inbox set status = $3, last_error = $4, done_at = $5, claimed_until = 0
        where event_id = $1 and claimed_until = $2 and status = 'waiting'";
    FAILED = "update inbox set due_at = $3, claimed_until = 0, last_error = $4
        where event_id = $1 and claimed_until = $2 and status = 'waiting'";
    ASSIGN = "update inbox set publishable_key = $2, platform_id = $3 where event_id = $1";
    FREE = "update inbox set claimed_until = 0 where status = 'waiting' and claimed_until > 0";
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is worked on, or will be.
    Waiting,
    /// What it told is in our tables.
    Done,
    /// It told nothing of ours.
    Ignored,
    /// It was tried until it made no sense any more; it can be replayed.
    Dead,
}

impl Status {
    /// `waiting`, `done`, `ignored` or `dead`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Ignored => "ignored",
            Self::Dead => "dead",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Waiting, Self::Done, Self::Ignored, Self::Dead];
        all.into_iter().find(|status| status.as_str() == text)
    }
}

/// An event as it arrived.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// `evt_…` of ours.
    pub id: EventId,
    /// The outside service that tells it, such as `payments`; with account and the provider's id it is what
    /// makes an event the same.
    pub source: &'static str,
    /// The account it is of; `''` for the platform's own.
    pub account_id: String,
    /// It is of live mode.
    pub livemode: bool,
    /// The provider's id of it.
    pub provider_event_id: String,
    /// What happened, in the provider's word.
    pub kind: String,
    /// The provider's id of what it happened to.
    pub object_id: String,
    /// Events of one lane are worked in order: the id of the subscription, or of the object.
    pub lane: String,
    /// The body, as it was signed.
    pub payload: String,
    /// When it happened (business time).
    pub created_at: Millis,
    /// When it arrived (machine time); it is due at once.
    pub received_at: Millis,
}

/// Whether an event is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is stored now.
    New,
    /// It came before, and this is what became of it.
    Seen(Status),
}

/// An event that this process alone may work on, until its claim ends.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// `evt_…` of ours.
    pub id: Arc<str>,
    /// The outside service that tells it.
    pub source: Arc<str>,
    /// The account it is of; `''` for the platform's own.
    pub account_id: Arc<str>,
    /// It is of live mode.
    pub livemode: bool,
    /// The provider's id of it.
    pub provider_event_id: Arc<str>,
    /// What happened, in the provider's word.
    pub kind: Arc<str>,
    /// The provider's id of what it happened to.
    pub object_id: Arc<str>,
    /// The publishable key it concerns; empty while that is not known.
    pub tenant: Arc<str>,
    /// The platform it concerns; empty while that is not known.
    pub platform: Arc<str>,
    /// How often it was tried, this time included.
    pub attempts: i64,
    /// The body.
    pub payload: Arc<str>,
    /// When it happened (business time).
    pub created_at: Millis,
    /// When it arrived (machine time).
    pub received_at: Millis,
    until: Millis,
}

/// Stores an event. Of the same event many times at once one is new.
pub async fn receive(db: &Db, event: &NewEvent) -> Result<Received> {
    let row = params![
        event.id.as_str(),
        event.source,
        &event.account_id,
        event.livemode,
        &event.provider_event_id,
        &event.kind,
        &event.object_id,
        &event.lane,
        event.received_at,
        &event.payload,
        event.created_at
    ];
    if db
        .changed(vec![Step::new(&RECEIVE, row).must_change(1)])
        .await?
    {
        return Ok(Received::New);
    }
    let row = params![event.source, &event.account_id, &event.provider_event_id];
    let rows = db.near(&SEEN, row).await?;
    let status = rows.first().map(|row| row.text(0)).transpose()?;
    // It is gone again only if its project was deleted in between.
    let status = status.map_or(Ok(Status::Ignored), |word| parse(&word))?;
    Ok(Received::Seen(status))
}

/// Claims up to `limit` events that are due, until `until`, at most one of each lane. Each goes to one
/// claimer only; if it says nothing more of it, the event is due again when the claim ends.
pub async fn claim(db: &Db, now: Millis, until: Millis, limit: i64) -> Result<Vec<Claimed>> {
    let due = db.rows(&DUE, params![now, limit]).await?;
    claim_rows(db, &due, now, until).await
}

/// Claims one event, to work on it at once; none if it is not waiting or its lane is busy.
pub async fn claim_one(
    db: &Db,
    event_id: &str,
    now: Millis,
    until: Millis,
) -> Result<Option<Claimed>> {
    let waiting = db.near(&LANE_OF, params![event_id]).await?;
    Ok(claim_rows(db, &waiting, now, until).await?.pop())
}

/// Whether an event is still to be worked.
pub async fn waits(db: &Db, event_id: &str) -> Result<bool> {
    let rows = db.near(&WAITS, params![event_id]).await?;
    Ok(!rows.is_empty())
}

/// Ends every claim: for the only process on a database, before it claims anything.
pub async fn free(db: &Db) -> Result<()> {
    db.run(vec![Step::new(&FREE, params![])]).await?;
    Ok(())
}

/// Notes that an event is worked; false if the claim had ended before.
pub async fn done(db: &Db, event: &Claimed, now: Millis) -> Result<bool> {
    db.changed(vec![done_step(event, now)]).await
}

/// Notes that an event told nothing of ours, and why.
pub async fn ignored(db: &Db, event: &Claimed, now: Millis, why: &str) -> Result<bool> {
    let step = settle_step(event, Status::Ignored, Some(why), now);
    db.changed(vec![step]).await
}

/// Gives an event up; it stays to be seen and replayed.
pub async fn dead(db: &Db, event: &Claimed, now: Millis, error: &str) -> Result<bool> {
    let step = settle_step(event, Status::Dead, Some(error), now);
    db.changed(vec![step]).await
}

/// Notes why an event could not be worked; it is due again at `due_at`, and its lane waits for it.
pub async fn failed(db: &Db, event: &Claimed, due_at: Millis, error: &str) -> Result<bool> {
    let row = params![&event.id, event.until, due_at, shortened(error)];
    db.changed(vec![Step::new(&FAILED, row).must_change(1)])
        .await
}

/// Notes whom an event concerns; false if it is gone. Nothing is noted of a tenant that is deleted.
pub async fn assign(
    db: &Db,
    event_id: &str,
    tenant: Option<&str>,
    platform: &PlatformId,
) -> Result<bool> {
    let row = params![event_id, tenant.unwrap_or_default(), platform.as_str()];
    let mut steps: Vec<Step> = tenant.map(hold).into_iter().collect();
    steps.push(Step::new(&ASSIGN, row).must_change(1));
    db.changed(steps).await
}

/// The step that notes that an event is worked; its transaction does nothing if the claim has ended.
pub(crate) fn done_step(event: &Claimed, now: Millis) -> Step {
    settle_step(event, Status::Done, None, now)
}

fn settle_step(event: &Claimed, status: Status, why: Option<&str>, now: Millis) -> Step {
    let row = params![
        &event.id,
        event.until,
        status.as_str(),
        why.map(shortened),
        now
    ];
    Step::new(&SETTLE, row).must_change(1)
}

async fn claim_rows(db: &Db, due: &[Row], now: Millis, until: Millis) -> Result<Vec<Claimed>> {
    let mut heads: Vec<(Arc<str>, Arc<str>)> = due
        .iter()
        .map(|row| Ok((row.text(1)?, row.text(0)?)))
        .collect::<Result<_>>()?;
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    // Everyone locks in the same order.
    heads.sort_unstable();
    let steps = heads.iter().flat_map(|(lane, id)| {
        [
            Step::new(&HOLD_LANE, params![lane]),
            Step::new(&CLAIM, params![id, now, until]),
        ]
    });
    let rows = db.run(steps.collect()).await?;
    rows.iter()
        .flatten()
        .map(|row| claimed(row, until))
        .collect()
}

fn shortened(error: &str) -> String {
    error.chars().take(ERROR_MAX_CHARS).collect()
}

fn parse(word: &str) -> Result<Status> {
    Status::parse(word).ok_or_else(|| Code::Internal.error("A stored event is damaged"))
}

fn claimed(row: &Row, until: Millis) -> Result<Claimed> {
    Ok(Claimed {
        id: row.text(0)?,
        source: row.text(1)?,
        account_id: row.text(2)?,
        livemode: row.flag(3)?,
        provider_event_id: row.text(4)?,
        kind: row.text(5)?,
        object_id: row.text(6)?,
        tenant: row.text(7)?,
        platform: row.text(8)?,
        attempts: row.int(9)?,
        payload: row.text(10)?,
        created_at: row.time(11)?,
        received_at: row.time(12)?,
        until,
    })
}
