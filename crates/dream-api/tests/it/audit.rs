//! `GET /audit-log`: every administrative act, told to the developer whose platform it is.

use serde_json::{Value, json};

use crate::api::Api;
use crate::forge::other_project;
use crate::project::Project;
use crate::server::{cli, shared};

/// The acts on one project mode, oldest first.
async fn acts(api: &Api, developer: &str, pk: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut path = "/audit-log?limit=100".to_owned();
    loop {
        let page = api.get(&path).bearer(developer).send().await.is(200);
        let of_project = |act: &&Value| act["publishableKey"] == *pk;
        found.extend(
            page.json["acts"]
                .as_array()
                .unwrap()
                .iter()
                .filter(of_project)
                .cloned(),
        );
        let Some(next) = page.json["nextCursor"].as_str() else {
            break;
        };
        path = format!("/audit-log?limit=100&cursor={next}");
    }
    found.reverse();
    found
}

#[tokio::test]
async fn every_act_is_told_with_who_did_it_and_no_secret() {
    let api = shared().await;
    let tiers = json!([{"name": "free", "price": 0, "limit": 5}]);
    let body = json!({"projectName": "Audited", "tiers": tiers});
    let (project, developer) = other_project(&api, "audited@example.com", body).await;
    let id = project.customer("a@example.com").await;
    project.edit("free", json!({"limit": 6})).await.is(200);
    let token = project.mint(&id).await;
    let path = format!("/api/customers/{id}");
    project
        .secret(api.patch(&path))
        .json(json!({"firstName": "A"}))
        .send()
        .await
        .is(200);
    project.secret(api.delete(&path)).send().await.is(200);
    cli(&api, &["keys", "create", &project.pk, "--label", "cli"]);
    let rotate = api.post("/projects/rotate-key").bearer(&developer);
    let rotate = rotate
        .json(json!({"publishableKey": project.pk}))
        .send()
        .await
        .is(200);
    let acts = acts(&api, &developer, &project.pk).await;
    let text = Value::from(acts.clone()).to_string();
    for action in [
        "customer.create",
        "customer.update",
        "customer.delete",
        "tier.update",
        "key.create",
        "key.rotate",
    ] {
        let act = acts.iter().find(|act| act["action"] == action);
        let act = act.unwrap_or_else(|| panic!("no {action}: {text}"));
        for field in ["id", "actor", "subject"] {
            assert!(!act[field].as_str().unwrap().is_empty(), "{action} {field}");
        }
    }
    let secrets = [&project.sk, &token, &rotate.text_at("/secretKey")];
    assert!(secrets.iter().all(|secret| !text.contains(secret.as_str())));
    assert!(!text.contains("a@example.com"), "{text}");
}

#[tokio::test]
async fn another_developer_reads_nothing_of_it() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    project.customer("a@example.com").await;
    let body = json!({"projectName": "Mine", "tiers": [{"name": "a", "price": 0}]});
    let (_, stranger) = other_project(&api, "audit-stranger@example.com", body).await;
    assert!(acts(&api, &stranger, &project.pk).await.is_empty());
    let page = api.get("/audit-log?limit=1").bearer(api.developer());
    let cursor = page.send().await.is(200).text_at("/nextCursor");
    let path = format!("/audit-log?cursor={cursor}");
    let reply = api.get(&path).bearer(&stranger).send().await;
    reply.problem(422, "invalid_cursor");
    for limit in ["0", "101", "x"] {
        let path = format!("/audit-log?limit={limit}");
        let reply = api.get(&path).bearer(&stranger).send().await;
        reply.problem(422, "invalid_value");
    }
}
