//! The life of a token: minted, expired, revoked, and outliving the key it was signed with.

use serde_json::json;

use crate::api::Api;
use crate::forge::{Signer, claims};
use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::server::{Server, cli, shared};

#[tokio::test]
async fn a_minted_token_says_who_and_until_when_200() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let id = project.customer("a@example.com").await;
    let call = api.post(&format!("/api/customers/{id}/tokens"));
    let call = project.secret(call).json(json!({"expiresIn": 600}));
    let minted = call.send().await.is(200);
    let claims = claims(&minted.text_at("/token"));
    assert_eq!(claims["sub"], id);
    assert_eq!(claims["iss"], api.base);
    assert_eq!(claims["email"], "a@example.com");
    assert_eq!(claims["plan"], "free");
    assert_eq!(claims["publishableKey"], project.pk);
    let nested = json!({"plan": "free", "publishableKey": project.pk});
    assert_eq!(claims["publicMetadata"], nested);
    assert_eq!(claims["sid"], minted.json["sessionId"]);
    let (issued, expires) = (claims["iat"].as_i64(), claims["exp"].as_i64());
    assert_eq!(expires.unwrap() - issued.unwrap(), 600);
    assert_eq!(minted.number_at("/expiresAt") / 1000, expires.unwrap());
}

#[tokio::test]
async fn lifetimes_out_of_range_422() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let id = project.customer("a@example.com").await;
    for seconds in [
        json!(0),
        json!(59),
        json!(31_622_401),
        json!("600"),
        json!(null),
    ] {
        let call = api.post(&format!("/api/customers/{id}/tokens"));
        let call = project.secret(call).json(json!({"expiresIn": seconds}));
        call.send().await.problem(422, "invalid_value");
    }
}

#[tokio::test]
async fn a_plan_in_a_token_is_not_believed() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let person = project.person("a@example.com").await;
    project.set_plan(&person.id, "pro").await.is(200);
    let call = project.as_user(api.get("/api/usage"), &person.token);
    assert_eq!(call.send().await.is(200).json["plan"], "pro");
    let mut richer = claims(&person.token);
    richer["plan"] = "max".into();
    richer["publicMetadata"]["plan"] = "max".into();
    let token = Signer::of(&api).await.sign(&richer);
    let call = project.as_user(api.get("/api/usage"), &token);
    assert_eq!(call.send().await.is(200).json["plan"], "pro");
}

#[tokio::test]
async fn a_revoked_session_dies_at_once_and_a_new_one_lives() {
    let api = shared().await;
    let project = Project::saas(&api, 50).await;
    let person = project.person("a@example.com").await;
    let other = project.person("b@example.com").await;
    let second = project.mint(&person.id).await;
    let track = |token: &str| project.as_user(api.post("/api/data"), token);
    track(&person.token).send().await.is(200);
    let path = format!("/api/customers/{}/tokens", person.id);
    project.secret(api.delete(&path)).send().await.is(200);
    for token in [&person.token, &second] {
        for call in [
            api.post("/api/data"),
            api.get("/api/usage"),
            api.get("/api/me"),
        ] {
            let reply = project.as_user(call, token).send().await;
            reply.problem(401, "token_revoked");
        }
    }
    let fresh = project.mint(&person.id).await;
    track(&fresh).send().await.is(200);
    track(&other.token).send().await.is(200);
    assert_eq!(project.count(&person.id).await, 2);
}

#[tokio::test]
async fn a_token_revoked_under_load_counts_nothing_more() {
    let api = shared().await;
    let project = Project::saas(&api, 100_000).await;
    project.settings(json!({"perUserPerMinute": 0})).await;
    let person = project.person("a@example.com").await;
    let (calling, token) = (project.clone(), person.token.clone());
    let load = tokio::spawn(send_all(16, 600, move |_| {
        calling.as_user(calling.api.post("/api/data"), &token)
    }));
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let path = format!("/api/customers/{}/tokens", person.id);
    project.secret(api.delete(&path)).send().await.is(200);
    let at_once = project.count(&person.id).await;
    let replies = load.await.unwrap();
    let taken = with_status(&replies, 200);
    assert_eq!(taken + with_status(&replies, 401), 600);
    assert_eq!(project.count(&person.id).await, at_once);
    assert_eq!(i64::try_from(taken).unwrap(), at_once);
}

#[tokio::test]
async fn a_deleted_users_token_dies_at_once_401() {
    let api = shared().await;
    let project = Project::saas(&api, 50).await;
    let person = project.person("a@example.com").await;
    project
        .as_user(api.post("/api/data"), &person.token)
        .send()
        .await
        .is(200);
    let path = format!("/api/customers/{}", person.id);
    project.secret(api.delete(&path)).send().await.is(200);
    for call in [
        api.post("/api/data"),
        api.get("/api/usage"),
        api.get("/api/me"),
    ] {
        let reply = project.as_user(call, &person.token).send().await;
        reply.problem(401, "token_revoked");
    }
    let call = project.secret(api.post("/api/data")).token(&person.token);
    call.send().await.problem(401, "token_revoked");
    let list = project.secret(api.get("/api/customers")).send().await;
    assert_eq!(list.json["customers"], json!([]));
}

#[tokio::test]
async fn tokens_of_a_deleted_project_401() {
    let api = shared().await;
    let project = Project::saas(&api, 50).await;
    let person = project.person("a@example.com").await;
    let body = json!({"publishableKey": project.pk, "confirm": project.name});
    project.develop("/projects/delete", body).await.is(200);
    let reply = api.get("/api/usage").token(&person.token).send().await;
    reply.problem(401, "token_revoked");
}

async fn kids(api: &Api) -> Vec<String> {
    let jwks = api.get("/.well-known/jwks.json").send().await.is(200);
    let keys = jwks.json["keys"].as_array().unwrap().clone();
    assert!(
        keys.iter()
            .all(|key| key["alg"] == "RS256" && key["d"].is_null())
    );
    let kid = |key: &serde_json::Value| key["kid"].as_str().unwrap().to_owned();
    keys.iter().map(kid).collect()
}

#[tokio::test]
async fn old_tokens_outlive_a_rotation_of_the_signing_key() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 50).await;
    let person = project.person("a@example.com").await;
    let before = kids(&api).await;
    assert_eq!(before.len(), 1);
    let rotated = cli(&api, &["keys", "rotate-signing"]);
    let after = kids(&api).await;
    assert_eq!(after.len(), 2);
    assert!(after.contains(&before[0]));
    assert!(after.iter().any(|kid| rotated["kid"] == **kid));
    let fresh = project.mint(&person.id).await;
    let kid = jsonwebtoken::decode_header(&fresh).unwrap().kid;
    assert_eq!(kid, rotated["kid"].as_str().map(str::to_owned));
    for token in [&person.token, &fresh] {
        let call = project.as_user(api.get("/api/usage"), token);
        call.send().await.is(200);
    }
    api.get("/projects")
        .bearer(api.developer())
        .send()
        .await
        .is(200);
}

#[tokio::test]
async fn the_root_project_mints_no_tokens() {
    let api = shared().await;
    let config = api.get("/api/config").send().await.is(200);
    let root = config.text_at("/rootPublishableKey");
    let id = claims(api.developer())["sub"].as_str().unwrap().to_owned();
    let call = api.post(&format!("/api/customers/{id}/tokens")).key(&root);
    let reply = call.bearer(api.developer()).send().await;
    assert!(matches!(reply.status, 401 | 403 | 404), "{}", reply.text);
    // Nobody reads the developers through the API either.
    for path in ["/api/customers", "/tiers"] {
        let call = api.get(path).key(&root).bearer(api.developer());
        let reply = call.send().await;
        assert!(matches!(reply.status, 401 | 403 | 404), "{}", reply.text);
    }
}
