//! Which calls are tried again, how often, and with which key.

use std::time::{Duration, Instant};

use dream_providers::stripe::customers::{Customer, NewCustomer};
use dream_providers::stripe::{Failure, Kind};
use serde_json::json;

use crate::bench::{Bench, client, notes};
use crate::customers::customer;
use crate::script::{Script, Turn, answer};

const MADE: &str = r#"{"id":"cus_1"}"#;

async fn create(script: &Script) -> Result<Customer, Failure> {
    let metadata = notes(&[("user_id", "user_1")]);
    let new = NewCustomer {
        email: Some("a@example.com"),
        name: None,
        metadata: &metadata,
    };
    let client = client(&script.base);
    client.at("").create_customer(&new, "key-1").await
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test measures how long a call takes"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_with_the_same_key() {
    let script = Script::play(vec![Turn::Cut, answer(500, ""), answer(200, MADE)]).await;
    assert_eq!(create(&script).await.unwrap().id, "cus_1");
    let came = script.requests();
    assert_eq!(came.len(), 3);
    for request in &came {
        assert_eq!(request.header("idempotency-key"), "key-1");
        assert_eq!(
            (request.line(), &request.body),
            (came[0].line(), &came[0].body)
        );
    }
}

#[tokio::test]
async fn three_tries_are_enough() {
    for (turn, kind) in [
        (answer(503, "<html>"), Kind::Unavailable),
        (answer(429, ""), Kind::RateLimited),
        (
            answer(409, r#"{"error":{"code":"lock_timeout"}}"#),
            Kind::Conflict,
        ),
        (Turn::Cut, Kind::Unreachable),
    ] {
        let script = Script::play(vec![turn]).await;
        let failure = create(&script).await.unwrap_err();
        assert_eq!((failure.kind, script.requests().len()), (kind, 3));
        assert!(failure.is_transient());
    }
}

#[tokio::test]
async fn what_stays_wrong_is_asked_once() {
    for (status, body, kind) in [
        (
            400,
            r#"{"error":{"code":"parameter_missing"}}"#,
            Kind::Refused,
        ),
        (401, "", Kind::Unauthorized),
        (402, r#"{"error":{"code":"card_declined"}}"#, Kind::Refused),
        (404, "", Kind::NotFound),
        (200, "<html>", Kind::Damaged),
        (200, "[]", Kind::Damaged),
    ] {
        let script = Script::play(vec![answer(status, body)]).await;
        let failure = create(&script).await.unwrap_err();
        assert_eq!(
            (failure.kind, script.requests().len()),
            (kind, 1),
            "{status}"
        );
        assert!(!failure.is_transient());
    }
}

#[tokio::test]
async fn stripe_says_whether_to_retry() {
    let told = |status, head| Turn::Answer(status, head, String::new());
    let script = Script::play(vec![
        told(400, "stripe-should-retry: true\r\n"),
        answer(200, MADE),
    ])
    .await;
    create(&script).await.unwrap();
    assert_eq!(script.requests().len(), 2);
    let script = Script::play(vec![told(500, "stripe-should-retry: false\r\n")]).await;
    create(&script).await.unwrap_err();
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test]
async fn a_short_wait_is_kept_and_a_long_one_is_handed_on() {
    let later = |head| Turn::Answer(429, head, String::new());
    let script = Script::play(vec![later("retry-after: 1\r\n"), answer(200, MADE)]).await;
    let start = now();
    create(&script).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    let script = Script::play(vec![later("retry-after: 60\r\n")]).await;
    let failure = create(&script).await.unwrap_err();
    assert_eq!(failure.retry_after_seconds, Some(60));
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test]
async fn ten_seconds_are_enough() {
    let script = Script::play(vec![Turn::Hang]).await;
    let start = now();
    let failure = create(&script).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Unreachable);
    let took = start.elapsed();
    assert!(
        took > Duration::from_secs(9) && took < Duration::from_secs(45),
        "{took:?}"
    );
    assert_eq!(script.requests().len(), 2);
}

#[tokio::test]
async fn what_was_deleted_by_a_lost_answer_is_deleted() {
    let gone = r#"{"error":{"code":"resource_missing"}}"#;
    let script = Script::play(vec![Turn::Cut, answer(404, gone)]).await;
    let client = client(&script.base);
    client.at("").delete_customer("cus_1").await.unwrap();
    client.at("").delete_endpoint("we_1").await.unwrap();
}

#[tokio::test]
async fn a_code_is_exchanged_once() {
    let script = Script::play(vec![Turn::Cut, answer(200, "{}")]).await;
    let failure = client(&script.base).exchange("ac_1").await.unwrap_err();
    assert_eq!(failure.kind, Kind::Unreachable);
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test]
async fn the_sandbox_did_the_work_once() {
    let bench = Bench::start();
    for (place, what) in ["lose_answer", "answer_500", "answer_429"]
        .iter()
        .enumerate()
    {
        let order = json!({ "what": what, "count": 2 });
        bench.control("misbehave", order).await;
        let email = format!("{place}@example.com");
        let made = customer(&bench, &email, what).await;
        let found = bench.at().customers_by_email(&email).await.unwrap();
        assert_eq!(found, [made], "{what}");
    }
}
