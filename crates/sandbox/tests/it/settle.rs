//! `/_control/settle`: all that is due has happened when it answers.

use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::bench::{Bench, read};
use crate::receiver::Receiver;
use crate::subscriptions::{DAY, invoices, price, subscribe, subscription};

async fn endpoint(bench: &Bench, url: &str, kinds: &[&str]) {
    let kinds = kinds.join("&enabled_events[]=");
    let form = format!("url={url}&enabled_events[]={kinds}");
    bench.make("/v1/webhook_endpoints", &form).await;
}

#[tokio::test]
async fn what_became_due_has_happened_and_was_told() {
    let bench = Bench::start();
    let receiver = Receiver::start(&[]).await;
    let price = price(&bench, 900, "month").await;
    let session = subscribe(&bench, &price, "", "4242424242424242").await;
    endpoint(&bench, &receiver.url, &["invoice.paid"]).await;
    bench.pass_business_time(62 * DAY);
    let told = bench.control(Method::POST, "settle", json!({})).await;
    assert_eq!(
        (&told["settled"], &told["failed"]),
        (&true.into(), &0.into())
    );
    assert_eq!(receiver.count(), 2);
    assert_eq!(invoices(&bench, &session).await.len(), 3);
    let again = bench.control(Method::POST, "settle", json!({})).await;
    assert_eq!(
        again,
        json!({ "delivered": 0, "failed": 0, "settled": true })
    );
    let url = format!("{}/_control/settle", bench.base);
    assert_eq!(
        read(bench.client.post(url)).await.status,
        200,
        "without a body"
    );
}

#[tokio::test]
async fn a_delivery_that_fails_was_tried_and_waits_for_its_next_time() {
    let bench = Bench::start();
    let receiver = Receiver::start(&[500]).await;
    endpoint(&bench, &receiver.url, &["customer.created"]).await;
    bench.make("/v1/customers", "name=a").await;
    bench.control(Method::POST, "settle", json!({})).await;
    assert_eq!(receiver.count(), 1);
    bench.pass_business_time(5 * 60);
    let told = bench.control(Method::POST, "settle", json!({})).await;
    assert_eq!((&told["settled"], receiver.count()), (&true.into(), 2));
}

/// A receiver that changes the customer of every event that it gets, before it answers.
async fn calling_back(base: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (client, base) = (client.clone(), base.clone());
            tokio::spawn(async move {
                let mut read = Vec::new();
                let body = loop {
                    let mut piece = [0; 4096];
                    let count = stream.read(&mut piece).await.unwrap();
                    read.extend_from_slice(&piece[..count]);
                    let text = String::from_utf8_lossy(&read).into_owned();
                    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
                    match body.map(|body| serde_json::from_str::<serde_json::Value>(&body)) {
                        Some(Ok(event)) => break event,
                        _ if count == 0 => return,
                        _ => {}
                    }
                };
                let id = body["data"]["object"]["id"].as_str().unwrap();
                let call = client
                    .post(format!("{base}/v1/customers/{id}"))
                    .bearer_auth("sk_test_one")
                    .body("description=seen");
                assert_eq!(call.send().await.unwrap().status().as_u16(), 200);
                let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                stream.write_all(answer.as_bytes()).await.unwrap();
            });
        }
    });
    url
}

#[tokio::test]
async fn a_receiver_may_call_back() {
    let bench = Bench::start();
    let url = calling_back(bench.base.clone()).await;
    endpoint(&bench, &url, &["customer.created", "customer.updated"]).await;
    let customer = bench.make("/v1/customers", "name=a").await;
    let told = bench.control(Method::POST, "settle", json!({})).await;
    assert_eq!(told["settled"], true);
    let path = format!("/v1/customers/{customer}");
    assert_eq!(bench.get(&path).await.json["description"], "seen");
    let events = bench.get("/v1/events?delivery_success=false").await.json;
    assert_eq!(
        events["data"],
        json!([]),
        "the event of the call back was told too"
    );
}

#[tokio::test]
async fn month_ends_keep_to_the_day_that_a_subscription_began_on() {
    // From 15 January: 14, 15 and 16 days later are the last three of the month.
    for (days, expected) in [(14, 30), (15, 29), (16, 28)] {
        let bench = Bench::start();
        bench.pass_business_time(days * DAY);
        let price = price(&bench, 900, "month").await;
        let session = subscribe(&bench, &price, "", "4242424242424242").await;
        let anchor = subscription(&bench, &session).await["billing_cycle_anchor"].clone();
        bench.pass_business_time(148 * DAY);
        bench.settle().await;
        let invoices = invoices(&bench, &session).await;
        let created: Vec<i64> = invoices
            .iter()
            .rev()
            .map(|invoice| (invoice["created"].as_i64().unwrap() - anchor.as_i64().unwrap()) / DAY)
            .collect();
        // To 28 February, then the same day of March, the last or the same day of April, and so on.
        assert_eq!(created[1], expected);
        assert_eq!(created[2], 59, "March has the day of January");
        assert_eq!(created[4], 120, "May has it too");
        assert_eq!(created.len(), 5);
    }
}
