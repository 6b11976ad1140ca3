//! Deliveries: signed, sent outside every lock, tried again on a schedule in business time.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use parking_lot::Mutex;
use rusqlite::Connection;
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
        let due = blocking(move || shared.transaction(|db| due(&shared, db)));
        for (endpoint, jobs) in due.await.unwrap_or_default() {
            if busy.lock().insert(endpoint.clone()) {
                tasks.spawn(send_all(
                    sandbox.clone(),
                    client.clone(),
                    busy.clone(),
                    endpoint,
                    jobs,
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

/// One delivery that is due.
struct Job {
    delivery: i64,
    url: String,
    secret: String,
    body: String,
    live: bool,
    attempts: usize,
}

/// What is due, by endpoint. Deliveries held back to be reordered follow the next one, or each other, backwards.
fn due(sandbox: &Sandbox, db: &Connection) -> Result<BTreeMap<String, Vec<Job>>> {
    let sql = "select d.seq, d.attempts, d.state, ev.body, ev.account, ev.live, e.body, e.id
        from deliveries d join objects ev on ev.id = d.event join objects e on e.id = d.endpoint
        where d.state in ('ready', 'held') and d.due_at <= ?1 and e.deleted = 0
        order by d.state = 'held', case when d.state = 'held' then -d.seq else d.seq end";
    let now = (sandbox.clock)();
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([now])?;
    let mut due: BTreeMap<String, (Vec<Job>, usize)> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let event: Value = serde_json::from_str(&row.get::<_, String>(3)?)?;
        let endpoint: Value = serde_json::from_str(&row.get::<_, String>(6)?)?;
        let scope = Scope {
            account: row.get(4)?,
            live: row.get(5)?,
        };
        let entry = due.entry(row.get(7)?).or_default();
        entry.1 += usize::from(row.get::<_, String>(2)? == "held");
        entry.0.push(Job {
            delivery: row.get(0)?,
            url: objects::text(&endpoint, "url").to_owned(),
            secret: objects::text(&endpoint, "_secret").to_owned(),
            body: payload(sandbox, db, event, &endpoint, &scope)?,
            live: scope.live,
            attempts: usize::try_from(row.get::<_, i64>(1)?).unwrap_or_default(),
        });
    }
    let alone = |(jobs, held): &(Vec<Job>, usize)| *held == 1 && jobs.len() == 1;
    due.retain(|_, entry| !alone(entry));
    Ok(due
        .into_iter()
        .map(|(endpoint, (jobs, _))| (endpoint, jobs))
        .collect())
}

fn payload(
    sandbox: &Sandbox,
    db: &Connection,
    event: Value,
    endpoint: &Value,
    scope: &Scope,
) -> Result<String> {
    let caller = Caller {
        scope: scope.clone(),
        platform: scope.account.clone(),
        request_id: None,
        idempotency_key: None,
    };
    let ctx = sandbox.context(db, caller);
    let event = events::with_pending(&ctx, event)?;
    Ok(events::payload(event, endpoint, &scope.account).to_string())
}

async fn send_all(
    sandbox: Arc<Sandbox>,
    client: reqwest::Client,
    busy: Busy,
    endpoint: String,
    jobs: Vec<Job>,
) {
    for job in jobs {
        let outcome = send(&sandbox, &client, &job).await;
        let shared = sandbox.clone();
        let recorded =
            blocking(move || shared.transaction(|db| record(&shared, db, &job, &outcome)));
        if recorded.await.is_err() {
            break;
        }
    }
    busy.lock().remove(&endpoint);
}

/// The status that the endpoint answered, or why there is none.
async fn send(
    sandbox: &Sandbox,
    client: &reqwest::Client,
    job: &Job,
) -> std::result::Result<u16, String> {
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

fn record(
    sandbox: &Sandbox,
    db: &Connection,
    job: &Job,
    outcome: &std::result::Result<u16, String>,
) -> Result<()> {
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
