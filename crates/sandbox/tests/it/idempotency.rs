//! Idempotency keys by Stripe's rules.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::bench::{Bench, Reply, read};

async fn keyed(bench: &Bench, key: &str, form: &str) -> Reply {
    read(
        bench
            .form("/v1/customers", form)
            .header("idempotency-key", key),
    )
    .await
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_does_nothing() {
    let mut bench = Bench::start();
    let first = keyed(&bench, "k1", "name=a").await;
    assert_eq!(first.header("idempotent-replayed"), "");
    bench.restart().await;
    let second = keyed(&bench, "k1", "name=a").await;
    assert_eq!((first.status, &first.text), (second.status, &second.text));
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(
        second.header("original-request"),
        first.header("request-id")
    );
    let listed = bench.get("/v1/customers").await;
    assert_eq!(listed.json["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_with_other_parameters_is_400() {
    let bench = Bench::start();
    keyed(&bench, "k1", "name=a").await;
    let other = keyed(&bench, "k1", "name=b").await;
    assert_eq!(
        (other.status, &other.json["error"]["type"]),
        (400, &"idempotency_error".into())
    );
    let elsewhere = read(
        bench
            .form("/v1/products", "name=a")
            .header("idempotency-key", "k1"),
    )
    .await;
    assert_eq!(elsewhere.status, 400);
    let too_long = keyed(&bench, &"k".repeat(256), "name=a").await;
    assert_eq!(too_long.status, 400);
}

#[tokio::test]
async fn a_key_is_free_again_after_a_day_of_machine_time() {
    let bench = Bench::start();
    let first = keyed(&bench, "k1", "name=a").await;
    bench.pass_business_time(400 * 86_400);
    assert_eq!(keyed(&bench, "k1", "name=a").await.text, first.text);
    bench.pass_machine_time(86_400);
    let later = keyed(&bench, "k1", "name=b").await;
    assert_eq!(later.status, 200);
    assert_ne!(later.json["id"], first.json["id"]);
}

#[tokio::test]
async fn an_unreadable_request_does_not_use_its_key_up() {
    let bench = Bench::start();
    assert_eq!(keyed(&bench, "k1", "colour=red").await.status, 400);
    assert_eq!(keyed(&bench, "k1", "name=a").await.status, 200);
}

#[tokio::test]
async fn a_second_request_while_the_first_runs_is_409() {
    let bench = Bench::start();
    bench.misbehave("time_out", Some(1), Some(4)).await;
    let first = bench
        .form("/v1/customers", "name=a")
        .header("idempotency-key", "k1");
    let first = tokio::spawn(first.send());
    // It runs when it has met what was ordered for it.
    while bench.control(Method::GET, "misbehave", json!({})).await["ordered"] != json!({}) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let second = keyed(&bench, "k1", "name=a").await;
    assert_eq!(
        second.refusal(),
        (409, "idempotency_error", "idempotency_key_in_use", "")
    );
    assert!(first.await.unwrap().is_err());
    assert_eq!(keyed(&bench, "k1", "name=a").await.status, 200);
}
