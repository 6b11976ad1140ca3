//! Misbehaviour on request.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Bench, read};
use crate::receiver::Receiver;

async fn listening(bench: &Bench) -> Receiver {
    let receiver = Receiver::start(&[]).await;
    let form = format!("url={}&enabled_events[]=customer.created", receiver.url);
    bench.make("/v1/webhook_endpoints", &form).await;
    receiver
}

async fn names(receiver: &Receiver, count: usize) -> Vec<Value> {
    let came = receiver.wait_for(count).await;
    came.iter()
        .map(|came| came.event["data"]["object"]["name"].clone())
        .collect()
}

#[tokio::test]
async fn answers_are_refused_for_the_next_so_many() {
    let bench = Bench::start();
    bench.misbehave("answer_429", Some(1), None).await;
    assert_eq!(
        bench.post("/v1/customers", "name=a").await.refusal(),
        (429, "invalid_request_error", "rate_limit", "")
    );
    bench.misbehave("answer_500", None, None).await;
    assert_eq!(bench.get("/v1/customers").await.status, 500);
    assert_eq!(bench.get("/v1/customers").await.status, 500);
    bench.control(Method::DELETE, "misbehave", json!({})).await;
    assert_eq!(bench.get("/v1/customers").await.json["data"], json!([]));
}

#[tokio::test]
async fn a_lost_answer_did_its_work_and_a_time_out_did_not() {
    let bench = Bench::start();
    bench.misbehave("lose_answer", Some(1), None).await;
    let request = |name: &str| {
        bench
            .form("/v1/customers", &format!("name={name}"))
            .header("idempotency-key", name.to_owned())
    };
    assert!(request("lost").send().await.is_err());
    bench.misbehave("time_out", Some(1), Some(1)).await;
    assert!(request("never").send().await.is_err());
    let repeated = read(request("lost")).await;
    assert_eq!(repeated.header("idempotent-replayed"), "true");
    let listed = bench.get("/v1/customers").await.json;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert_eq!(listed["data"][0]["name"], "lost");
}

#[tokio::test]
async fn deliveries_are_dropped_delayed_and_doubled() {
    let bench = Bench::start();
    let receiver = listening(&bench).await;
    bench.misbehave("drop", Some(1), None).await;
    bench.make("/v1/customers", "name=dropped").await;
    bench.misbehave("delay", Some(1), Some(600)).await;
    bench.make("/v1/customers", "name=late").await;
    bench.misbehave("duplicate", Some(1), None).await;
    bench.make("/v1/customers", "name=twice").await;
    assert_eq!(names(&receiver, 2).await, ["twice", "twice"]);
    bench.pass_business_time(600);
    assert_eq!(names(&receiver, 3).await, ["twice", "twice", "late"]);
    let states: Vec<Value> = bench
        .deliveries()
        .await
        .iter()
        .map(|delivery| delivery["state"].clone())
        .collect();
    assert_eq!(states[0], "dropped");
}

#[tokio::test]
async fn deliveries_are_reordered() {
    let bench = Bench::start();
    let receiver = listening(&bench).await;
    bench.misbehave("reorder", Some(1), None).await;
    bench.make("/v1/customers", "name=first").await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(receiver.count(), 0);
    bench.make("/v1/customers", "name=second").await;
    assert_eq!(names(&receiver, 2).await, ["second", "first"]);
}

#[tokio::test]
async fn calls_are_listed() {
    let bench = Bench::start();
    bench.post("/v1/customers", "name=a").await;
    bench.get("/v1/customers/cus_none").await;
    let told = bench.control(Method::GET, "calls", json!({})).await;
    let calls = told["calls"].as_array().unwrap();
    assert_eq!(
        (&calls[0]["method"], &calls[0]["body"], &calls[0]["status"]),
        (&"POST".into(), &"name=a".into(), &200.into())
    );
    assert_eq!(
        (&calls[1]["path"], &calls[1]["status"]),
        (&"/v1/customers/cus_none".into(), &404.into())
    );
    let unknown = bench
        .client
        .post(format!("{}/_control/misbehave", bench.base))
        .body("{\"what\":\"sing\"}");
    assert_eq!(read(unknown).await.status, 400);
}

#[tokio::test]
async fn every_misbehaviour_lasts_until_it_is_taken_back() {
    let bench = Bench::start();
    let receiver = listening(&bench).await;
    bench.misbehave("drop", None, None).await;
    for _ in 0..3 {
        bench.make("/v1/customers", "name=dropped").await;
    }
    bench.control(Method::DELETE, "misbehave", json!({})).await;
    bench.misbehave("duplicate", None, None).await;
    bench.make("/v1/customers", "name=a").await;
    bench.make("/v1/customers", "name=b").await;
    assert_eq!(names(&receiver, 4).await, ["a", "a", "b", "b"]);
    bench.control(Method::DELETE, "misbehave", json!({})).await;
    bench.misbehave("reorder", None, None).await;
    bench.make("/v1/customers", "name=c").await;
    bench.make("/v1/customers", "name=d").await;
    assert_eq!(names(&receiver, 6).await[4..], ["d", "c"], "backwards");
    bench.make("/v1/customers", "name=e").await;
    bench.control(Method::DELETE, "misbehave", json!({})).await;
    assert_eq!(names(&receiver, 7).await[6], "e", "what was held is let go");
    bench.misbehave("lose_answer", None, None).await;
    for _ in 0..2 {
        let lost = bench.form("/v1/customers", "name=lost").send().await;
        assert!(lost.is_err());
    }
    bench.misbehave("time_out", None, Some(0)).await;
    bench.control(Method::DELETE, "misbehave", json!({})).await;
    bench.misbehave("time_out", None, Some(0)).await;
    for _ in 0..2 {
        let hung = bench.form("/v1/customers", "name=never").send().await;
        assert!(hung.is_err());
    }
    bench.control(Method::DELETE, "misbehave", json!({})).await;
    let made = bench.get("/v1/customers?limit=100").await.json;
    let made = made["data"].as_array().unwrap();
    assert_eq!(made.len(), 10, "what was lost was done, what hung was not");
    let called = bench.control(Method::GET, "calls", json!({})).await;
    let hung = called["calls"].as_array().unwrap().iter();
    assert_eq!(hung.filter(|call| call["status"] == 504).count(), 2);
}
