//! Webhooks: signed, to the right endpoints, tried again.

use aws_lc_rs::hmac;
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Bench, START, read};
use crate::receiver::Receiver;

async fn endpoint(bench: &Bench, form: &str) -> Value {
    let made = bench.post("/v1/webhook_endpoints", form).await;
    assert_eq!(made.status, 200, "{made:?}");
    made.json
}

#[tokio::test]
async fn an_event_is_signed_and_the_secret_told_once() {
    let bench = Bench::start();
    let receiver = Receiver::start(&[]).await;
    let made = endpoint(
        &bench,
        &format!("url={}&enabled_events[]=customer.created", receiver.url),
    )
    .await;
    let secret = made["secret"].as_str().unwrap();
    let again = bench
        .get(&format!(
            "/v1/webhook_endpoints/{}",
            made["id"].as_str().unwrap()
        ))
        .await
        .json;
    assert!(again["secret"].is_null());
    bench.make("/v1/products", "name=unasked").await;
    let customer = bench.make("/v1/customers", "name=a").await;
    let came = receiver.wait_for(1).await.remove(0);
    assert_eq!(came.event["type"], "customer.created");
    assert_eq!(came.event["data"]["object"]["id"], customer.as_str());
    assert_eq!(came.event["pending_webhooks"], 1);
    assert!(
        came.event["request"]["id"]
            .as_str()
            .unwrap()
            .starts_with("req_")
    );
    assert!(came.event["account"].is_null());
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{START}.{}", came.body).as_bytes());
    let (time, hex) = came.signature.split_once(",v1=").unwrap();
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    let sent: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
    assert_eq!(
        (time, &sent[..]),
        (format!("t={START}").as_str(), tag.as_ref())
    );
    let listed = bench
        .get("/v1/events?types[]=customer.created&types[]=customer.deleted")
        .await
        .json;
    assert_eq!(listed["data"][0]["id"], came.event["id"]);
}

#[tokio::test]
async fn a_connect_endpoint_hears_of_connected_accounts_only() {
    let bench = Bench::start();
    let (connected, own) = (Receiver::start(&[]).await, Receiver::start(&[]).await);
    let form =
        |url: &str| format!("url={url}&enabled_events[]=customer.created&api_version=2024-06-20");
    endpoint(&bench, &format!("{}&connect=true", form(&connected.url))).await;
    endpoint(&bench, &form(&own.url)).await;
    let made = bench
        .control(Method::POST, "connect", json!({ "key": "sk_test_one" }))
        .await;
    let account = made["account"].as_str().unwrap();
    read(
        bench
            .form("/v1/customers", "name=a")
            .header("stripe-account", account),
    )
    .await;
    bench.make("/v1/customers", "name=b").await;
    let heard = connected.wait_for(1).await;
    assert_eq!(
        (&heard[0].event["account"], &heard[0].event["api_version"]),
        (&account.into(), &"2024-06-20".into())
    );
    assert_eq!(heard[0].event["data"]["object"]["name"], "a");
    assert_eq!(
        own.wait_for(1).await[0].event["data"]["object"]["name"],
        "b"
    );
    assert_eq!((connected.count(), own.count()), (1, 1));
}

#[tokio::test]
async fn a_failed_delivery_is_tried_again_in_business_time() {
    let mut bench = Bench::start();
    let receiver = Receiver::start(&[500, 302]).await;
    endpoint(&bench, &format!("url={}&enabled_events[]=*", receiver.url)).await;
    bench.make("/v1/customers", "name=a").await;
    receiver.wait_for(1).await;
    let failed = bench.get("/v1/events?delivery_success=false").await.json;
    assert_eq!(failed["data"][0]["pending_webhooks"], 1);
    bench.pass_business_time(5 * 60);
    receiver.wait_for(2).await;
    bench.restart().await;
    bench.pass_business_time(3_600);
    let came = receiver.wait_for(3).await;
    assert_eq!(came[0].event["id"], came[2].event["id"]);
    let delivery = settled(&bench, "done").await;
    let statuses: Vec<&Value> = delivery["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| &attempt["status"])
        .collect();
    assert_eq!(statuses, [500, 302, 200]);
    assert_eq!(
        bench.get("/v1/events?delivery_success=false").await.json["data"],
        json!([])
    );
}

#[tokio::test]
async fn a_test_delivery_is_given_up_after_three_retries_and_never_leaves_the_machine() {
    let bench = Bench::start();
    endpoint(&bench, "url=http://hooks.example/a&enabled_events[]=*").await;
    bench.make("/v1/customers", "name=a").await;
    for attempts in 1..=4 {
        loop {
            let delivery = bench.deliveries().await.remove(0);
            if delivery["attempts"].as_array().unwrap().len() == attempts {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        bench.pass_business_time(4 * 3_600);
    }
    let delivery = settled(&bench, "failed").await;
    assert_eq!(
        delivery["attempts"][0]["error"],
        "only addresses of this machine are called"
    );
}

#[tokio::test]
async fn an_update_tells_what_was_there_before() {
    let bench = Bench::start();
    let customer = bench.make("/v1/customers", "name=a&metadata[k]=1").await;
    let path = format!("/v1/customers/{customer}");
    bench.post(&path, "name=a").await;
    bench.post(&path, "name=b&metadata[k]=2").await;
    let events = bench.get("/v1/events?type=customer.updated").await.json;
    assert_eq!(
        events["data"].as_array().unwrap().len(),
        1,
        "nothing changed the first time"
    );
    let data = &events["data"][0]["data"];
    assert_eq!(
        data["previous_attributes"],
        json!({ "name": "a", "metadata": { "k": "1" } })
    );
    let id = events["data"][0]["id"].as_str().unwrap();
    assert_eq!(
        bench.get(&format!("/v1/events/{id}")).await.json,
        events["data"][0]
    );
}

async fn settled(bench: &Bench, state: &str) -> Value {
    for _ in 0..2400 {
        let delivery = bench.deliveries().await.remove(0);
        if delivery["state"] == state {
            return delivery;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    bench.deliveries().await.remove(0)
}
