//! What production shows of itself.

use serde_json::Value;

use crate::api::Api;
use crate::server::{Server, cli, free_address};

async fn production(more: &[(&str, &str)]) -> Server {
    let address = free_address();
    let mut variables = vec![
        ("DREAM_ENV", "production"),
        ("DREAM_PUBLIC_URL", "https://api.example.com"),
        ("DREAM_LISTEN", &address),
    ];
    variables.extend(more);
    Server::with(&variables).await
}

fn project(api: &Api) -> Value {
    let arguments = [
        "project",
        "create",
        "--name",
        "P",
        "--kind",
        "saas",
        "--owner",
        "d@example.com",
    ];
    cli(api, &arguments)
}

#[tokio::test]
async fn doors_of_development_and_probes_404() {
    let server = production(&[]).await;
    let api = server.api();
    for path in [
        "/metrics",
        "/debug",
        "/debug/pprof",
        "/admin",
        "/.env",
        "/.git/config",
        "/_dev/clock",
        "/_dev/mail",
        "/_control",
        "/demo.json",
        "/index.js.map",
    ] {
        api.get(path).send().await.problem(404, "not_found");
    }
    let call = api.post("/_dev/clock");
    let reply = call.body(r#"{"advanceSeconds": 60}"#).send().await;
    reply.problem(404, "not_found");
    assert!(!api.folder.join("data/demo.json").exists());
    let config = api.get("/api/config").send().await.is(200);
    assert_eq!(config.json["environment"], "production");
    assert_eq!(config.json["baseUrl"], "https://api.example.com");
}

#[tokio::test]
async fn https_is_told_to_browsers_for_good() {
    let server = production(&[]).await;
    let api = server.api();
    for path in ["/health", "/nothing", "/docs/"] {
        let reply = api.get(path).send().await;
        let told = reply.header("strict-transport-security");
        assert!(told.starts_with("max-age="), "{path}: {told:?}");
    }
    let problem = api.get("/nothing").send().await;
    let page = problem.text_at("/type");
    assert_eq!(page, "https://api.example.com/docs/errors/not_found");
}

#[tokio::test]
async fn metrics_open_with_their_token_only() {
    let server =
        production(&[("DREAM_METRICS_TOKEN", "a-long-token-for-metrics-0123456789")]).await;
    let api = server.api();
    api.get("/metrics").send().await.problem(404, "not_found");
    api.get("/metrics")
        .bearer("wrong")
        .send()
        .await
        .problem(404, "not_found");
    let call = api
        .get("/metrics")
        .bearer("a-long-token-for-metrics-0123456789");
    let text = call.send().await.is(200).text;
    assert!(text.contains("# TYPE"), "{text}");
}

#[tokio::test]
async fn calls_work_and_metrics_name_nobody() {
    let server =
        production(&[("DREAM_METRICS_TOKEN", "a-long-token-for-metrics-0123456789")]).await;
    let api = server.api();
    let project = project(&api);
    let (pk, sk) = (
        project["publishableKey"].as_str().unwrap(),
        project["secretKey"].as_str().unwrap(),
    );
    let call = api.post("/api/data").bearer(sk).user("person@example.com");
    call.send().await.is(200);
    let call = api
        .get("/metrics")
        .bearer("a-long-token-for-metrics-0123456789");
    let text = call.send().await.is(200).text;
    for secret in [
        pk,
        sk,
        "person@example.com",
        project["projectId"].as_str().unwrap(),
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
}
