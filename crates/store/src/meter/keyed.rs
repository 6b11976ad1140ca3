//! Keyed calls on PostgreSQL: key, count and answer are one transaction.

use std::collections::HashSet;
use std::sync::Arc;

use deadpool_postgres::{GenericClient, Transaction};
use dream_domain::error::Result;
use dream_domain::period::Period;
use dream_domain::time::Millis;

use crate::meter::batch::{Lane, again, groups_of, rounds, verdict};
use crate::meter::entry::{verdict_from_text, verdict_text};
use crate::meter::{Key, Reply, Take, Verdict, Waiting};
use crate::postgres::{began_with_a_lost_race, client, unavailable};

/// How often a transaction that lost against another one, such as a deletion, is tried again.
const RETRIES: usize = 5;

/// Claims keys; one that another process is just using is waited for.
const CLAIM: &str = "insert into idempotency_keys (publishable_key, key_hash, body_hash, status, answer, created_at)
    select w.pk, w.key, w.body, 0, '', $4 from unnest($1::text[], $2::text[], $3::text[]) as w(pk, key, body)
    order by w.pk, w.key
    on conflict (publishable_key, key_hash) do nothing
    returning publishable_key, key_hash";

const READ: &str = "select k.publishable_key, k.key_hash, k.body_hash, k.answer from idempotency_keys k
    join unnest($1::text[], $2::text[]) as w(pk, key) on k.publishable_key = w.pk and k.key_hash = w.key";

const KEEP: &str = "update idempotency_keys k set answer = w.answer
    from unnest($1::text[], $2::text[], $3::text[]) as w(pk, key, answer)
    where k.publishable_key = w.pk and k.key_hash = w.key";

const DROP: &str =
    "delete from idempotency_keys where answer = '' and (publishable_key, key_hash) in
    (select * from unnest($1::text[], $2::text[]))";

/// Decides keyed calls. A key that comes twice in one batch is answered from the first one's answer.
pub(crate) async fn batch(lane: &Lane, calls: Vec<Waiting>, now: Millis) {
    let mut waiting = calls;
    while !waiting.is_empty() {
        let mut seen = HashSet::new();
        let (first, again): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .partition(|call| seen.insert(name(&call.take)));
        round(lane, first, now).await;
        waiting = again;
    }
}

async fn round(lane: &Lane, calls: Vec<Waiting>, now: Millis) {
    let takes: Vec<&Take> = calls.iter().map(|c| &c.take).collect();
    let mut tries = 0;
    let decided = loop {
        match decide(lane, &takes, now).await {
            Err(error) if tries < RETRIES && began_with_a_lost_race(&error) => tries += 1,
            other => break other,
        }
    };
    match decided {
        Ok((verdicts, counted)) => {
            for (take, period) in counted {
                lane.note(take, period);
            }
            for (call, verdict) in calls.into_iter().zip(verdicts) {
                let _ = call.reply.send(verdict);
            }
        }
        Err(error) => {
            tracing::error!(cause = ?error, "a batch of keyed calls failed");
            for call in calls {
                send_error(call.reply, &error);
            }
        }
    }
}

fn send_error(reply: Reply, error: &dream_domain::error::Error) {
    let _ = reply.send(Err(again(error)));
}

type Decided<'a> = (Vec<Result<Verdict>>, Vec<(&'a Take, Period)>);

async fn decide<'a>(lane: &Lane, takes: &[&'a Take], now: Millis) -> Result<Decided<'a>> {
    let mut client = client(&lane.pool).await?;
    let transaction = client.transaction().await.map_err(unavailable)?;
    let ours = claim(&transaction, takes, now).await?;
    let mut verdicts: Vec<Option<Result<Verdict>>> = takes.iter().map(|_| None).collect();
    replay(&transaction, takes, &ours, &mut verdicts).await?;
    let mut counted = Vec::new();
    let fresh = (0..takes.len())
        .filter(|i| verdicts[*i].is_none())
        .map(|i| (takes[i].clone(), i))
        .collect();
    let mut rounds = rounds(fresh, now);
    while let Some(groups) = rounds.pop() {
        let decided = lane.decide(&transaction, &groups_of(&groups), now).await?;
        for (group, taken) in groups.iter().zip(decided) {
            for (index, member) in (0_i64..).zip(&group.members) {
                let made = taken.map_or(Verdict::Stale, |taken| {
                    verdict(&group.take, group.period, taken, index)
                });
                if matches!(made, Verdict::Taken(_)) {
                    counted.push((takes[*member], group.period));
                }
                verdicts[*member] = Some(Ok(made));
            }
        }
    }
    let verdicts: Vec<Result<Verdict>> = verdicts
        .into_iter()
        .map(|v| v.unwrap_or(Ok(Verdict::Stale)))
        .collect();
    keep(&transaction, takes, &ours, &verdicts).await?;
    transaction.commit().await.map_err(unavailable)?;
    Ok((verdicts, counted))
}

/// The keys that are ours to answer.
async fn claim(
    transaction: &Transaction<'_>,
    takes: &[&Take],
    now: Millis,
) -> Result<HashSet<(Arc<str>, Arc<str>)>> {
    let (tenants, keys, bodies) = columns(takes);
    let statement = transaction
        .prepare_cached(CLAIM)
        .await
        .map_err(unavailable)?;
    let rows = transaction
        .query(&statement, &[&tenants, &keys, &bodies, &now.0])
        .await
        .map_err(unavailable)?;
    Ok(rows
        .iter()
        .map(|row| (row.get::<_, &str>(0).into(), row.get::<_, &str>(1).into()))
        .collect())
}

async fn replay(
    transaction: &Transaction<'_>,
    takes: &[&Take],
    ours: &HashSet<(Arc<str>, Arc<str>)>,
    verdicts: &mut [Option<Result<Verdict>>],
) -> Result<()> {
    let known: Vec<usize> = (0..takes.len())
        .filter(|i| !ours.contains(&name(takes[*i])))
        .collect();
    if known.is_empty() {
        return Ok(());
    }
    let earlier: Vec<&Take> = known.iter().map(|i| takes[*i]).collect();
    let (tenants, keys, _) = columns(&earlier);
    let statement = transaction
        .prepare_cached(READ)
        .await
        .map_err(unavailable)?;
    let rows = transaction
        .query(&statement, &[&tenants, &keys])
        .await
        .map_err(unavailable)?;
    for index in known {
        let take = takes[index];
        let Some(key) = &take.key else { continue };
        let same = |row: &&tokio_postgres::Row| {
            *row.get::<_, &str>(0) == *take.tenant && *row.get::<_, &str>(1) == *key.hash
        };
        let Some(row) = rows.iter().find(same) else {
            continue;
        };
        verdicts[index] = Some(if row.get::<_, &str>(2) == &*key.body {
            verdict_from_text(row.get(3))
        } else {
            Ok(Verdict::KeyReused)
        });
    }
    Ok(())
}

/// Stores the answers; a claim without one is given back.
async fn keep(
    transaction: &Transaction<'_>,
    takes: &[&Take],
    ours: &HashSet<(Arc<str>, Arc<str>)>,
    verdicts: &[Result<Verdict>],
) -> Result<()> {
    let mine = || {
        takes
            .iter()
            .zip(verdicts)
            .filter(|(take, _)| ours.contains(&name(take)))
    };
    let answer = |verdict: &Result<Verdict>| verdict.as_ref().ok().and_then(verdict_text);
    let kept: Vec<(&Take, Arc<str>)> = mine()
        .filter_map(|(take, v)| Some((*take, answer(v)?)))
        .collect();
    let dropped: Vec<&Take> = mine()
        .filter(|(_, v)| answer(v).is_none())
        .map(|(take, _)| *take)
        .collect();
    let takes: Vec<&Take> = kept.iter().map(|(take, _)| *take).collect();
    let answers: Vec<&str> = kept.iter().map(|(_, answer)| &**answer).collect();
    let (tenants, keys, _) = columns(&takes);
    let statement = transaction
        .prepare_cached(KEEP)
        .await
        .map_err(unavailable)?;
    transaction
        .execute(&statement, &[&tenants, &keys, &answers])
        .await
        .map_err(unavailable)?;
    if !dropped.is_empty() {
        let (tenants, keys, _) = columns(&dropped);
        let statement = transaction
            .prepare_cached(DROP)
            .await
            .map_err(unavailable)?;
        transaction
            .execute(&statement, &[&tenants, &keys])
            .await
            .map_err(unavailable)?;
    }
    Ok(())
}

fn columns<'a>(takes: &[&'a Take]) -> (Vec<&'a str>, Vec<&'a str>, Vec<&'a str>) {
    let key = |take: &&'a Take| take.key.as_ref();
    let tenants = takes.iter().map(|t| &*t.tenant).collect();
    let keys = takes
        .iter()
        .map(|t| key(t).map_or("", |k: &Key| &*k.hash))
        .collect();
    let bodies = takes
        .iter()
        .map(|t| key(t).map_or("", |k: &Key| &*k.body))
        .collect();
    (tenants, keys, bodies)
}

fn name(take: &Take) -> (Arc<str>, Arc<str>) {
    (
        take.tenant.clone(),
        take.key
            .as_ref()
            .map_or_else(|| "".into(), |key| key.hash.clone()),
    )
}
