//! More than the server takes: connections wait, requests are shed, and what is acknowledged is counted.

use std::time::Duration;

use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::raw::Raw;
use crate::server::{Server, eventually};

const GET: &str = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test]
async fn connections_over_the_limit_wait_for_a_place() {
    // Keys keep the sandbox away, whose webhooks would take a place.
    let server = Server::with(&[
        ("DREAM_LIMITS_CONNECTIONS", "3"),
        ("STRIPE_SECRET_KEY", "sk_live_someone"),
        ("STRIPE_SECRET_KEY_TEST", "sk_test_someone"),
    ])
    .await;
    let api = server.api();
    let mut open = Vec::new();
    eventually("three connections are served", async || {
        let mut raw = Raw::open(&api).await;
        raw.send(GET).await;
        if !raw.stays_silent(Duration::from_millis(500)).await {
            open.push(raw);
        }
        open.len() == 3
    })
    .await;
    let mut waiting = Raw::open(&api).await;
    waiting.send(GET).await;
    assert!(waiting.stays_silent(Duration::from_millis(500)).await);
    drop(open.pop());
    assert_eq!(waiting.reply().await.unwrap().status, 200);
}

#[tokio::test]
async fn requests_over_the_limit_503_with_retry_after() {
    // Keys keep the sandbox away, whose webhooks would take the place.
    let server = Server::with(&[
        ("DREAM_LIMITS_REQUESTS_IN_FLIGHT", "1"),
        ("STRIPE_SECRET_KEY", "sk_live_someone"),
        ("STRIPE_SECRET_KEY_TEST", "sk_test_someone"),
    ])
    .await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    let mut slow = Raw::open(&api).await;
    let head = format!(
        "POST /api/data HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nx-user-id: u1\r\ncontent-length: 2\r\n\r\n",
        project.sk
    );
    slow.send(&head).await;
    eventually("the slow request is inside", async || {
        if api.get("/health").send().await.status == 503 {
            return true;
        }
        // This very look may have come first and had the slow request shed: then once more.
        if !slow.stays_silent(Duration::from_millis(200)).await {
            slow = Raw::open(&api).await;
            slow.send(&head).await;
        }
        false
    })
    .await;
    let reply = api.post("/api/data").send().await;
    let reply = reply.problem(503, "overloaded");
    assert_eq!(reply.header("retry-after"), "1");
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    slow.send("{}").await;
    assert_eq!(slow.reply().await.unwrap().status, 200);
    assert_eq!(project.count("u1").await, 1);
}

#[tokio::test]
async fn a_full_queue_503_and_what_is_acknowledged_is_counted() {
    let server = Server::with(&[("DREAM_LIMITS_USAGE_QUEUE", "2")]).await;
    let project = Project::saas(&server.api(), 1_000_000).await;
    let counting = project.clone();
    let replies = send_all(64, 1500, move |_| counting.track("u1")).await;
    let taken = with_status(&replies, 200);
    let shed = replies.iter().filter(|reply| reply.status == 503);
    for reply in shed.clone() {
        reply.check_problem();
        assert_eq!(reply.json["code"], "overloaded");
    }
    assert_eq!(taken + shed.count(), 1500);
    assert!(taken > 0);
    assert_eq!(project.count("u1").await, i64::try_from(taken).unwrap());
}
