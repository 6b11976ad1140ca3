//! Where tokens are sent, and to which project.

use crate::project::Project;
use crate::server::shared;
use serde_json::json;

#[tokio::test]
async fn a_token_beside_a_disagreeing_key_403() {
    let api = shared().await;
    let (a, b) = (Project::saas(&api, 5).await, Project::saas(&api, 5).await);
    let person = a.person("a@example.com").await;
    for call in [
        api.get("/api/usage").key(&b.pk).token(&person.token),
        api.get("/api/usage").key(&b.pk).bearer(&person.token),
        b.secret(api.get("/api/usage")).token(&person.token),
    ] {
        let reply = call.send().await.problem(403, "token_wrong_project");
        assert_eq!(reply.json["error"], "Publishable key mismatch");
    }
}

#[tokio::test]
async fn a_test_token_at_a_live_project_403() {
    let api = shared().await;
    let body = |mode: &str| {
        let tiers = json!([{"name": "free", "price": 0, "limit": 5}]);
        json!({"projectName": "Both", "mode": mode, "tiers": tiers})
    };
    let test = Project::make(&api, body("test")).await;
    let live = Project::make(&api, body("live")).await;
    let person = test.person("a@example.com").await;
    let reply = live
        .as_user(api.get("/api/usage"), &person.token)
        .send()
        .await;
    reply.problem(403, "token_wrong_project");
}

#[tokio::test]
async fn a_user_token_opens_no_backend_or_developer_route() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let person = project.person("a@example.com").await;
    for path in ["/projects", "/api/customers", "/tiers"] {
        let reply = api.get(path).bearer(&person.token).send().await;
        assert!(matches!(reply.status, 401 | 403), "{}", reply.text);
        let reply = project.as_user(api.get(path), &person.token).send().await;
        assert!(matches!(reply.status, 401 | 403), "{}", reply.text);
    }
}

#[tokio::test]
async fn a_developer_token_opens_no_user_route_of_an_app() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let call = api
        .post("/api/data")
        .key(&project.pk)
        .token(api.developer());
    call.send().await.problem(403, "token_wrong_project");
    let call = api
        .post("/api/data")
        .key(&project.pk)
        .bearer(api.developer());
    call.send().await.problem(403, "token_wrong_project");
}

#[tokio::test]
async fn two_token_headers_400() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let person = project.person("a@example.com").await;
    let other = project.person("b@example.com").await;
    let call = api.get("/api/usage").key(&project.pk);
    let call = call.token(&person.token).token(&other.token);
    call.send().await.problem(400, "invalid_header");
}

#[tokio::test]
async fn a_token_of_a_mebibyte_is_refused_401_or_431() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    for size in [9_000, 20_000, 1 << 20] {
        let token = format!("{}.{}.{}", "a".repeat(size), "b", "c");
        let call = api.get("/api/usage").key(&project.pk).token(&token);
        // Of the largest the connection may be cut before it is read to its end.
        if let Some(reply) = call.try_send().await {
            assert!(
                matches!(reply.status, 401 | 431),
                "{size}: {}",
                reply.status
            );
        }
    }
    project.track("u1").send().await.is(200);
}
