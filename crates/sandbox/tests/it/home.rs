//! The page at `/`.

use reqwest::Method;
use serde_json::json;

use crate::bench::{Bench, read};
use crate::receiver::Receiver;

#[tokio::test]
async fn the_page_shows_what_there_is_and_what_happened() {
    let bench = Bench::start();
    let empty = bench.get("/").await;
    assert_eq!(empty.status, 200);
    for text in [
        "Sandbox: no real money",
        "15 Jan 2026, 12:00:00 UTC",
        "None yet",
    ] {
        assert!(empty.text.contains(text), "{text} is not in {}", empty.text);
    }
    let receiver = Receiver::start(&[500]).await;
    let form = format!("url={}&enabled_events[]=customer.created", receiver.url);
    bench.make("/v1/webhook_endpoints", &form).await;
    bench.make("/v1/customers", "name=a").await;
    bench.get("/v1/customers/cus_<b>").await;
    receiver.wait_for(1).await;
    bench.settle().await;
    let page = bench.get("/").await.text;
    let account = bench.get("/v1/account").await.json["id"].take();
    for text in [
        account.as_str().unwrap(),
        "customer.created",
        "again 15 Jan 2026, 12:05:00 UTC",
        "/v1/webhook_endpoints",
        &receiver.url,
    ] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
    assert!(!page.contains("<b>"), "what was called is text");
}

#[tokio::test]
async fn a_switch_is_a_form() {
    let bench = Bench::start();
    let page = bench.get("/").await.text;
    for what in [
        "drop",
        "delay",
        "duplicate",
        "reorder",
        "answer_429",
        "answer_500",
        "time_out",
        "lose_answer",
    ] {
        assert!(
            page.contains(&format!("name=\"what\" value=\"{what}\"")),
            "{what}"
        );
    }
    let pressed = bench.post("/", "what=answer_429&count=2").await;
    assert_eq!((pressed.status, pressed.header("location")), (303, "/"));
    assert!(bench.get("/").await.text.contains("next 2"));
    assert_eq!(bench.get("/v1/customers").await.status, 429);
    bench.post("/", "what=time_out&count=&seconds=1").await;
    assert!(bench.get("/").await.text.contains("until taken back"));
    let ordered = bench.control(Method::GET, "misbehave", json!({})).await;
    assert_eq!(
        ordered["ordered"]["time_out"],
        json!({ "remaining": null, "seconds": 1 })
    );
    assert_eq!(bench.post("/", "action=behave").await.status, 303);
    assert_eq!(bench.get("/v1/customers").await.status, 200);
    assert_eq!(bench.post("/", "what=sing").await.status, 400);
    assert_eq!(bench.post("/", "what=drop&count=many").await.status, 400);
    let foreign = bench
        .form("/", "what=drop")
        .header("origin", "https://example.com");
    assert_eq!(read(foreign).await.status, 403);
}
