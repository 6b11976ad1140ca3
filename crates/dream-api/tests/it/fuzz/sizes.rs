//! Bodies that are too large, or not as long as they say (INP-04, UPL-03).

use crate::fuzz::admitted;
use crate::project::Project;
use crate::raw::{Raw, exchange};
use crate::server::shared;
use crate::spec::operations;

/// 1 MiB of content and 64 KiB for what surrounds it (rules 8).
const LIMIT: usize = (1 << 20) + (64 << 10);

/// 10 MiB in base64, and the same for what surrounds it.
const UPLOAD_LIMIT: usize = (10_usize << 20).div_ceil(3) * 4 + (64 << 10);

/// A JSON body of exactly this size.
fn body(size: usize) -> String {
    let around = r#"{"metadata":{"a":""}}"#.len();
    format!(r#"{{"metadata":{{"a":"{}"}}}}"#, "x".repeat(size - around))
}

#[tokio::test]
async fn one_byte_over_the_limit_413_everywhere() {
    let api = shared().await;
    for operation in operations(&api).await {
        if operation.members.is_none() {
            continue;
        }
        let limit = match operation.tag.as_str() {
            "assets" => UPLOAD_LIMIT,
            _ => LIMIT,
        };
        let project = Project::saas(&api, 1_000_000).await;
        let send = async |size: usize| {
            let call = operation.call(&api, |_| Some("x".to_owned()));
            let call = admitted(&project, &operation, call);
            call.body(body(size)).send().await
        };
        let reply = send(limit + 1).await;
        assert_eq!(reply.status, 413, "{}: {}", operation.name(), reply.text);
        reply.problem(413, "payload_too_large");
        let reply = send(limit).await;
        assert!(
            reply.status != 413 && reply.status < 500,
            "{}",
            operation.name()
        );
    }
}

#[tokio::test]
async fn chunks_without_a_length_over_the_limit_413() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let head = format!(
        "POST /api/data HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nx-user-id: u1\r\ntransfer-encoding: chunked\r\n\r\n",
        project.sk
    );
    let mut raw = Raw::open(&api).await;
    raw.send(head).await;
    let chunk = format!("{:x}\r\n{}\r\n", 64 << 10, "x".repeat(64 << 10));
    for _ in 0..20 {
        raw.send(&chunk).await;
    }
    raw.send("0\r\n\r\n").await;
    let reply = raw.reply().await.unwrap();
    reply.problem(413, "payload_too_large");
    // The connection is still in step.
    raw.send("GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await;
    if let Some(reply) = raw.reply().await {
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    assert_eq!(project.count("u1").await, 0);
}

#[tokio::test]
async fn endless_chunks_are_cut() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let head = format!(
        "POST /api/data HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nx-user-id: u1\r\ntransfer-encoding: chunked\r\n\r\n",
        project.sk
    );
    let mut raw = Raw::open(&api).await;
    raw.send(head).await;
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 20, "x".repeat(1 << 20));
    let mut sent = 0;
    while sent < 200 && raw.send(&chunk).await {
        sent += 1;
    }
    assert!(sent < 200, "200 MiB were taken");
    api.get("/health").send().await.is(200);
}

#[tokio::test]
async fn a_length_that_is_too_short_never_becomes_a_second_call() {
    let api = shared().await;
    let project = Project::saas(&api, 50).await;
    let sk = &project.sk;
    let request = format!(
        "POST /api/data HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {sk}\r\nx-user-id: u1\r\ncontent-length: 2\r\n\r\n{{}}garbage\r\n\r\n"
    );
    let mut raw = Raw::open(&api).await;
    raw.send(request).await;
    raw.finish().await;
    assert_eq!(raw.reply().await.unwrap().status, 200);
    if let Some(reply) = raw.reply().await {
        assert_eq!(reply.status, 400, "{reply:?}");
    }
    assert_eq!(project.count("u1").await, 1);
}

#[tokio::test]
async fn a_body_that_breaks_off_counts_nothing() {
    let api = shared().await;
    let project = Project::saas(&api, 50).await;
    let sk = &project.sk;
    let mut raw = Raw::open(&api).await;
    let head = format!(
        "POST /api/data HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {sk}\r\nx-user-id: u1\r\ncontent-length: 100\r\n\r\n{{\"amount\": 1}}"
    );
    raw.send(head).await;
    raw.finish().await;
    if let Some(reply) = raw.reply().await {
        assert!((400..500).contains(&reply.status), "{reply:?}");
    }
    assert_eq!(project.count("u1").await, 0);
}

#[tokio::test]
async fn an_announced_length_that_is_huge_is_refused_before_it_is_sent() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let sk = &project.sk;
    let head = |more: &str| {
        format!(
            "POST /api/data HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {sk}\r\nx-user-id: u1\r\n{more}\r\n\r\n"
        )
    };
    let reply = exchange(&api, head("content-length: 99999999999")).await;
    reply.unwrap().problem(413, "payload_too_large");
    let reply = exchange(
        &api,
        head("content-length: 2000000\r\nexpect: 100-continue"),
    )
    .await;
    reply.unwrap().problem(413, "payload_too_large");
    // No number of bytes at all.
    let reply = exchange(&api, head("content-length: 18446744073709551615")).await;
    assert!(reply.is_none_or(|reply| (400..500).contains(&reply.status)));
    assert_eq!(project.count("u1").await, 0);
}
