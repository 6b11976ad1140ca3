//! Deliveries: signed, sent outside every lock, tried again on a schedule in business time.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::context::Scope;
use crate::events;
use crate::hex;
use crate::objects;
use crate::problem::Result;
use crate::sandbox::{Caller, Sandbox, blocking};

/// Sends what is due until the task is dropped. Each endpoint gets one delivery at a time, in order.
pub(crate) async fn run(sandbox: Arc<Sandbox>, client: reqwest::Client) {
    let busy: Busy = Arc::default();
    let mut tasks = JoinSet::new();
    loop {
        let shared = sandbox.clone();
        let others = busy.clone();
        let due = blocking(move || shared.transaction(|db| due(&shared, db, &others)));
        for (endpoint, deliveries) in due.await.unwrap_or_default() {
            if busy.lock().insert(endpoint.clone()) {
                tasks.spawn(send_all(
                    sandbox.clone(),
                    client.clone(),
                    busy.clone(),
                    endpoint,
                    deliveries,
                ));
            }
        }
        while tasks.try_join_next().is_some() {}
        tokio::select! {
            () = sandbox.wake.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// `t=…,v1=…` of a body; the receiver compares the time with the machine's.
pub(crate) fn signature(secret: &str, body: &str, at: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    format!("t={at},v1={}", hex::encode(tag.as_ref()))
}

type Busy = Arc<Mutex<HashSet<String>>>;

const LOOK_EVERY: Duration = Duration::from_millis(100);
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// How long after each failure a delivery is tried again. Stripe says "three times over a few hours" and "up to
/// three days"; the single steps are not published.
const RETRIES_TEST: &[i64] = &[5 * MINUTE, HOUR, 3 * HOUR];
const RETRIES_LIVE: &[i64] = &[
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    12 * HOUR,
    12 * HOUR,
    12 * HOUR,
    12 * HOUR,
];

/// One delivery as it is sent.
struct Job {
    delivery: i64,
    url: String,
    secret: String,
    body: String,
    live: bool,
    attempts: usize,
}

/// Why an endpoint did not answer, or its status.
type Outcome = std::result::Result<u16, String>;

/// What is due for endpoints that are not busy. Deliveries held back to be reordered follow the next one, or each other,
/// backwards.
fn due(sandbox: &Sandbox, db: &Connection, busy: &Busy) -> Result<BTreeMap<String, Vec<i64>>> {
    let sql = "select seq, state, endpoint from deliveries where state in ('ready', 'held') and due_at <= ?1
        order by state = 'held', case when state = 'held' then -seq else seq end";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([(sandbox.clock)()])?;
    let busy = busy.lock().clone();
    let mut due: BTreeMap<String, (Vec<i64>, usize)> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let endpoint: String = row.get(2)?;
        if busy.contains(&endpoint) {
            continue;
        }
        let (waiting, held) = due.entry(endpoint).or_default();
        *held += usize::from(row.get::<_, String>(1)? == "held");
        waiting.push(row.get(0)?);
    }
    due.retain(|_, (waiting, held)| *held != 1 || waiting.len() != 1);
    Ok(due
        .into_iter()
        .map(|(endpoint, (waiting, _))| (endpoint, waiting))
        .collect())
}

/// What is sent for a delivery; none if its endpoint is gone, and then it is dropped.
fn job(sandbox: &Sandbox, db: &Connection, delivery: i64) -> Result<Option<Job>> {
    let sql = "select d.attempts, ev.body, ev.account, ev.live, e.body
        from deliveries d join objects ev on ev.id = d.event and ev.kind = 'event'
        join objects e on e.id = d.endpoint and e.kind = 'webhook_endpoint' and e.deleted = 0
        where d.seq = ?1";
    let read = |row: &rusqlite::Row| {
        let scope = Scope {
            account: row.get(2)?,
            live: row.get(3)?,
        };
        let texts: (String, String) = (row.get(1)?, row.get(4)?);
        Ok((row.get::<_, i64>(0)?, texts, scope))
    };
    let mut statement = db.prepare_cached(sql)?;
    let found = statement.query_row([delivery], read).optional()?;
    let Some((attempts, (event, endpoint), scope)) = found else {
        let sql = "update deliveries set state = 'dropped' where seq = ?1";
        db.execute(sql, [delivery])?;
        return Ok(None);
    };
    let endpoint: Value = serde_json::from_str(&endpoint)?;
    let ctx = sandbox.context(db, Caller::nobody(scope.clone()));
    let event = events::with_pending(&ctx, serde_json::from_str(&event)?)?;
    let body = events::payload(event, &endpoint, &scope.account).to_string();
    Ok(Some(Job {
        delivery,
        url: objects::text(&endpoint, "url").to_owned(),
        secret: objects::text(&endpoint, "_secret").to_owned(),
        body,
        live: scope.live,
        attempts: usize::try_from(attempts).unwrap_or_default(),
    }))
}

/// Sends deliveries one after the other. What became of one is kept with the look at the next, in one commit.
async fn send_all(
    sandbox: Arc<Sandbox>,
    client: reqwest::Client,
    busy: Busy,
    endpoint: String,
    deliveries: Vec<i64>,
) {
    let mut sent: Option<(Job, Outcome)> = None;
    for delivery in deliveries.into_iter().map(Some).chain([None]) {
        let shared = sandbox.clone();
        let next = blocking(move || {
            shared.transaction(|db| {
                if let Some((job, outcome)) = &sent {
                    record(&shared, db, job, outcome)?;
                }
                delivery.map_or(Ok(None), |delivery| job(&shared, db, delivery))
            })
        });
        let Ok(next) = next.await else { break };
        sent = match next {
            Some(job) => {
                let outcome = send(&sandbox, &client, &job).await;
                Some((job, outcome))
            }
            None => None,
        };
    }
    busy.lock().remove(&endpoint);
    sandbox.wake.notify_waiters();
}

/// The status that the endpoint answered, or why there is none.
async fn send(sandbox: &Sandbox, client: &reqwest::Client, job: &Job) -> Outcome {
    if !is_loopback(&job.url) {
        return Err("only addresses of this machine are called".to_owned());
    }
    let sent = client
        .post(&job.url)
        .header("content-type", "application/json; charset=utf-8")
        .header(
            "user-agent",
            "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        )
        .header(
            "stripe-signature",
            signature(&job.secret, &job.body, (sandbox.machine)()),
        )
        .body(job.body.clone())
        .send();
    match sent.await {
        Ok(answer) => Ok(answer.status().as_u16()),
        Err(error) if error.is_timeout() => Err("timed out".to_owned()),
        Err(_) => Err("no connection".to_owned()),
    }
}

fn record(sandbox: &Sandbox, db: &Connection, job: &Job, outcome: &Outcome) -> Result<()> {
    let now = (sandbox.clock)();
    let sql = "insert into attempts (delivery, at, status, error) values (?1, ?2, ?3, ?4)";
    db.execute(
        sql,
        (
            job.delivery,
            now,
            outcome.as_ref().ok(),
            outcome.as_ref().err(),
        ),
    )?;
    let retries = if job.live { RETRIES_LIVE } else { RETRIES_TEST };
    let is_done = outcome
        .as_ref()
        .is_ok_and(|status| (200..300).contains(status));
    let (state, due_at) = match retries.get(job.attempts) {
        _ if is_done => ("done", now),
        Some(wait) => ("ready", now + wait),
        None => ("failed", now),
    };
    let sql =
        "update deliveries set state = ?2, due_at = ?3, attempts = attempts + 1 where seq = ?1";
    db.execute(sql, (job.delivery, state, due_at))?;
    Ok(())
}

fn is_loopback(url: &str) -> bool {
    match url::Url::parse(url).ok().as_ref().and_then(url::Url::host) {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_of_the_published_rule() {
        // Made with `printf '1.{}' | openssl dgst -sha256 -hmac whsec_a`.
        let expected = "t=1,v1=7aaed73a0f45f657eacd5c9b580562745d6023b1e3e6d17dce076b81940aa046";
        assert_eq!(signature("whsec_a", "{}", 1), expected);
    }

    #[test]
    fn only_this_machine_is_called() {
        for url in [
            "http://127.0.0.1:1/a",
            "http://localhost/a",
            "https://[::1]:4/",
            "http://a.localhost/",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "http://example.com/",
            "http://10.0.0.1/",
            "http://localhost.example.com/",
            "no url",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
