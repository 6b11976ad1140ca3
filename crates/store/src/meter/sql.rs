//! The statements of the meter on SQLite.

use std::sync::Arc;

use dream_domain::text::hex;
use dream_domain::time::Millis;
use dream_domain::usage::Count;
use sha2::{Digest as _, Sha256};

use crate::params;
use crate::sql::statements;
use crate::value::{Row, Value};

statements! {
    /// A counter; what it held if its period was closed already (the machine's clock went back); and what a
    /// deleted customer of the same external id had used.
    FIND_COUNT = "select used, held from usage_counts
        where publishable_key = $1 and user_id = $2 and meter = $3 and period_start = $4
        union all
        select used, cast(0 as bigint) from usage_snapshots
        where publishable_key = $1 and user_id = $2 and meter = $3 and period_start = $4
        union all
        select used, cast(0 as bigint) from usage_tombstones
        where publishable_key = $1 and subject_hash = $5 and meter = $3 and period_start = $4";
    /// The fold's absolute write.
    KEEP_COUNT = "insert into usage_counts
        (publishable_key, user_id, meter, period_start, period_end, used, held, taken, folded, plan, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, 0, $6, $8, $9)
        on conflict (publishable_key, user_id, meter, period_start) do update set
        used = excluded.used, held = excluded.held, folded = excluded.folded, plan = excluded.plan,
        updated_at = excluded.updated_at";
    ADD_DAY = "insert into usage_days (publishable_key, day, user_id, meter, used) values ($1, $2, $3, $4, $5)
        on conflict (publishable_key, day, user_id, meter) do update set used = usage_days.used + excluded.used";
    ADD_JOURNAL = "insert into journal (seq, entries) values ($1, $2)";
    READ_JOURNAL = "select seq, entries from journal order by seq";
    DELETE_JOURNAL = "delete from journal where seq <= $1";
    COUNTERS_OF_SUBJECT = "select meter, period_start from usage_counts where publishable_key = $1 and user_id = $2";
    /// What is kept for an idempotency key.
    FIND_KEY = "select body_hash, status, answer, created_at from idempotency_keys
        where publishable_key = $1 and key_hash = $2";
    KEEP_KEY = "insert into idempotency_keys (publishable_key, key_hash, body_hash, status, answer, created_at)
        values ($1, $2, $3, $4, $5, $6) on conflict (publishable_key, key_hash) do nothing";
}

/// The parameters of [`FIND_COUNT`].
pub(crate) fn count_params(
    tenant: &Arc<str>,
    subject: &Arc<str>,
    meter: &Arc<str>,
    start: Millis,
) -> Vec<Value> {
    params![tenant, subject, meter, start, subject_hash(subject)]
}

/// The count among the rows of [`FIND_COUNT`]: a counter has counted on from its tombstone.
pub(crate) fn latest(rows: &[Row]) -> Count {
    let counts = rows.iter().filter_map(|row| {
        Some(Count {
            used: row.int(0).ok()?,
            held: row.int(1).ok()?,
        })
    });
    counts.max_by_key(|count| count.used).unwrap_or_default()
}

/// How a deleted customer's external id is remembered until its periods end.
pub(crate) fn subject_hash(subject: &str) -> String {
    hex(&Sha256::digest(subject.as_bytes())[..16])
}
