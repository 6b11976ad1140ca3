//! Headers of every answer: request ids, security, compression.

use std::collections::HashSet;

use reqwest::Method;

use crate::project::Project;
use crate::server::{eventually, shared};

#[tokio::test]
async fn every_answer_has_its_own_request_id_and_it_is_logged() {
    let api = shared().await;
    let project = Project::saas(&api, 1).await;
    let calls = [
        project.track("u1"),
        project.track("u1"),
        api.get("/nothing"),
        api.put("/api/data"),
        api.post("/api/data"),
        api.call(Method::OPTIONS, "/api/data"),
        api.call(Method::HEAD, "/health"),
        project.track("u1").body("{"),
        api.get("/docs/"),
        api.get("/"),
        api.get(&format!("/{}", "a".repeat(9000))),
    ];
    let mut ids = HashSet::new();
    for call in calls {
        let reply = call.header("x-request-id", "req_chosen").send().await;
        let id = reply.header("x-request-id").to_owned();
        assert!(id.starts_with("req_") && id.len() > 20, "{id}");
        assert!(ids.insert(id.clone()), "{id} was used before");
    }
    let log = || std::fs::read_to_string(api.folder.join("log")).unwrap();
    eventually("all requests are logged", async || {
        let log = log();
        ids.iter().all(|id| log.matches(id.as_str()).count() == 1)
    })
    .await;
}

#[tokio::test]
async fn security_headers_are_on_every_answer() {
    let api = shared().await;
    let project = Project::saas(&api, 1).await;
    for call in [
        project.track("u1"),
        project.track("u1"),
        api.get("/nothing"),
        api.get("/health"),
        api.get("/"),
        api.get("/docs/"),
        api.get("/docs/errors/not_found"),
        api.get("/docs/swagger-ui.css"),
        api.get("/openapi.json"),
        api.get("/metrics"),
        api.call(Method::OPTIONS, "/api/data"),
    ] {
        let reply = call.send().await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert!(!reply.header("referrer-policy").is_empty());
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("script-src 'unsafe-inline'"), "{policy}");
        // Plain http on this machine: a browser must not be told to forget it.
        assert!(!reply.has("strict-transport-security"));
        assert!(!reply.has("server") && !reply.has("x-powered-by"));
    }
}

#[tokio::test]
async fn answers_with_personal_data_are_not_stored() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    for call in [
        project.track("u1"),
        project.secret(api.get("/api/customers")),
    ] {
        let reply = call.send().await.is(200);
        assert_eq!(reply.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn large_answers_are_compressed_when_asked_for() {
    let api = shared().await;
    let plain = api.get("/openapi.json").send().await.is(200);
    assert!(!plain.has("content-encoding"));
    let call = api.get("/openapi.json").header("accept-encoding", "gzip");
    let packed = call.send().await.is(200);
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(
        packed
            .header("vary")
            .to_lowercase()
            .contains("accept-encoding")
    );
}
