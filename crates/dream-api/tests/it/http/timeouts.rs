//! Clients that are slow or silent lose their connection (DESIGN 8).

use std::time::Duration;

use crate::api::Api;
use crate::project::Project;
use crate::raw::Raw;
use crate::server::Server;

async fn impatient() -> Server {
    Server::with(&[
        ("DREAM_HTTP_HEADER_TIMEOUT_SECONDS", "2"),
        ("DREAM_HTTP_BODY_TIMEOUT_SECONDS", "2"),
        ("DREAM_HTTP_IDLE_TIMEOUT_SECONDS", "4"),
    ])
    .await
}

async fn still_serves(api: &Api) {
    api.get("/health").send().await.is(200);
}

#[tokio::test]
async fn slow_or_missing_headers_are_cut() {
    let server = impatient().await;
    let api = server.api();
    let mut silent = Raw::open(&api).await;
    let mut half = Raw::open(&api).await;
    half.send("GET /health HTTP/1.1\r\nhost: x\r\n").await;
    let mut drip = Raw::open(&api).await;
    let dripping = async {
        while drip.send("x").await {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let cut = tokio::time::timeout(crate::server::PATIENCE, dripping).await;
    assert!(cut.is_ok(), "one byte after the other is served for ever");
    assert!(half.is_closed().await);
    assert!(silent.is_closed().await);
    // So is the second request of a connection.
    let mut second = Raw::open(&api).await;
    second.send("GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(second.reply().await.unwrap().status, 200);
    second.send("GET /health HTTP/1.1\r\nho").await;
    assert!(second.is_closed().await);
    still_serves(&api).await;
}

#[tokio::test]
async fn a_slow_body_408() {
    let server = impatient().await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    let mut raw = Raw::open(&api).await;
    let head = format!(
        "POST /api/data HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nx-user-id: u1\r\ncontent-length: 20\r\n\r\n{{",
        project.sk
    );
    raw.send(head).await;
    let reply = raw.reply().await.unwrap();
    reply.problem(408, "request_timeout");
    assert_eq!(project.count("u1").await, 0);
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_busy_one_is_not() {
    let server = impatient().await;
    let api = server.api();
    let get = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    let (mut idle, mut busy) = (Raw::open(&api).await, Raw::open(&api).await);
    idle.send(get).await;
    assert_eq!(idle.reply().await.unwrap().status, 200);
    for _ in 0..10 {
        busy.send(get).await;
        assert_eq!(busy.reply().await.unwrap().status, 200);
        tokio::time::sleep(Duration::from_millis(600)).await;
    }
    assert!(idle.is_closed().await);
    still_serves(&api).await;
}
