//! What a comparison with the payment provider goes through.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::id::PlatformId;
use dream_domain::key::Mode;
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::sql::statements;

statements! {
    CONNECTED = "select platform_id, mode, account_id, connected_at from payment_accounts
        where disconnected_at is null order by mode, account_id, platform_id";
    /// What stands behind an event of its lane that is tried again later is not due before that.
    DUE_EVENTS = "select cast(count(*) as bigint) from inbox i where i.status = 'waiting' and i.due_at <= $1
        and not exists (select 1 from inbox o where o.lane = i.lane and o.status = 'waiting' and o.source = i.source
          and o.account_id = i.account_id and o.event_id < i.event_id and o.due_at > $1)";
}

/// An account that a developer has connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// Whose.
    pub platform: PlatformId,
    /// Test or live.
    pub mode: Mode,
    /// The provider's id of it.
    pub account_id: Arc<str>,
    /// When it was connected, the last time (business time).
    pub connected_at: Millis,
}

/// All accounts that are connected, those of one id together.
pub async fn connected(db: &Db) -> Result<Vec<Connected>> {
    let rows = db.rows(&CONNECTED, params![]).await?;
    let damaged = || Code::Internal.error("A stored payment account is damaged");
    rows.iter()
        .map(|row| {
            Ok(Connected {
                platform: PlatformId::parse(&row.text(0)?)?,
                mode: Mode::parse(&row.text(1)?).ok_or_else(damaged)?,
                account_id: row.text(2)?,
                connected_at: row.time(3)?,
            })
        })
        .collect()
}

/// How many events are due and not worked, those included that somebody works on (machine time).
pub async fn events_due(db: &Db, now: Millis) -> Result<i64> {
    let rows = db.near(&DUE_EVENTS, params![now]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}
