//! A developer's projects: made, listed, set up and deleted.

mod deletion;
mod reset;
mod settings;
mod works;

use serde_json::{Value, json};

use crate::api::Reply;
use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::server::shared;

fn tiers() -> Value {
    json!([{"name": "free", "price": 0, "limit": 5}])
}

async fn remove(project: &Project, body: Value) -> Reply {
    project.develop("/projects/delete", body).await
}

#[tokio::test]
async fn a_made_project_answers_what_the_first_clients_read_200() {
    let api = shared().await;
    let body =
        json!({"projectName": "Weather", "projectType": "saas", "mode": "test", "tiers": tiers()});
    let call = api
        .post("/create-products")
        .bearer(api.developer())
        .json(body);
    let made = call.send().await.is(200);
    assert_eq!(made.json["success"], true);
    assert_eq!(made.json["mode"], "test");
    assert_eq!(made.json["projectType"], "saas");
    assert_eq!(made.json["projectName"], "Weather");
    assert_eq!(made.json["platformId"], api.demo["platformId"]);
    let product = &made.json["products"][0];
    assert_eq!(product["tier"], "free");
    for id in ["priceId", "productId"] {
        assert!(!product[id].as_str().unwrap().is_empty(), "{id}");
    }
}

#[tokio::test]
async fn projects_are_listed_without_secrets_200() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let list = api
        .get("/projects")
        .bearer(api.developer())
        .send()
        .await
        .is(200);
    assert_eq!(list.json["platformId"], project.platform);
    let projects = list.json["projects"].as_array().unwrap();
    let mine = |entry: &&Value| entry["publishableKey"] == project.pk;
    let entry = projects.iter().find(mine).unwrap();
    for (field, value) in [
        ("name", "Saas"),
        ("type", "saas"),
        ("mode", "test"),
        ("status", "active"),
    ] {
        assert_eq!(entry[field], value, "{field}");
    }
    let masked = entry["secretKey"].as_str().unwrap();
    assert!(
        masked.ends_with(&project.sk[project.sk.len() - 4..]),
        "{masked}"
    );
    assert!(!list.text.contains(&project.sk));
}

#[tokio::test]
async fn a_developer_route_without_a_developer_401() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    for call in [
        api.get("/projects"),
        project.secret(api.get("/projects")),
        api.get("/projects").key(&project.pk),
        project
            .secret(api.post("/create-products"))
            .json(json!({"tiers": tiers()})),
    ] {
        call.send().await.problem(401, "developer_required");
    }
}

#[tokio::test]
async fn projects_that_cannot_be_made_4xx() {
    let api = shared().await;
    let tier = |tier: Value| json!({"tiers": [tier]});
    for (status, body) in [
        (400, json!({})),
        (400, json!({"projectName": "No tiers"})),
        (422, json!({"tiers": []})),
        (422, json!({"tiers": "free"})),
        (422, json!({"tiers": null})),
        (422, json!({"tiers": [1]})),
        (422, json!({"tiers": tiers(), "projectType": "SaaS"})),
        (422, json!({"tiers": tiers(), "mode": "prod"})),
        (422, json!({"tiers": tiers(), "projectName": ""})),
        (422, json!({"tiers": tiers(), "projectName": "a\nb"})),
        (
            422,
            json!({"tiers": tiers(), "projectName": "x".repeat(101)}),
        ),
        (422, json!({"tiers": tiers(), "projectName": null})),
        (403, json!({"tiers": tiers(), "userId": "user_somebody"})),
        (400, tier(json!({"price": 0}))),
        (400, tier(json!({"name": "a"}))),
        (422, tier(json!({"name": "a", "price": -1}))),
        (
            422,
            json!({"tiers": [{"name": "a", "price": 0}, {"name": "A", "price": 0}]}),
        ),
        (
            422,
            json!({"tiers": [{"name": "a", "price": 0, "isDefault": true}, {"name": "b", "price": 0, "isDefault": true}]}),
        ),
        (
            400,
            tier(json!({"name": "a", "price": 1, "billingMode": "one_off"})),
        ),
        (
            400,
            json!({"projectType": "store", "tiers": [{"name": "a", "price": 1, "billingMode": "subscription"}]}),
        ),
    ] {
        let call = api.post("/create-products").bearer(api.developer());
        let reply = call.json(&body).send().await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text);
        reply.check_problem();
    }
}

#[tokio::test]
async fn a_double_click_with_a_key_makes_one_project_200() {
    let api = shared().await;
    let (calling, body) = (
        api.clone(),
        json!({"projectName": "Double", "tiers": tiers()}),
    );
    let replies = send_all(5, 5, move |_| {
        let call = calling.post("/create-products").bearer(calling.developer());
        call.header("idempotency-key", "double-click").json(&body)
    });
    let replies = replies.await;
    let done: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 200).collect();
    assert_eq!(done.len() + with_status(&replies, 409), 5);
    assert!(!done.is_empty());
    assert!(done.iter().all(|reply| reply.json == done[0].json));
    let list = api.get("/projects").bearer(api.developer()).send().await;
    assert_eq!(list.text.matches("\"Double\"").count(), 1);
    // The answer is kept, and it holds a secret: not in clear.
    let rows = api
        .database()
        .look("select answer from idempotency_keys")
        .await;
    let secret = done[0].text_at("/secretKey");
    assert!(
        rows.iter()
            .flatten()
            .all(|answer| !answer.contains(&secret))
    );
}

#[tokio::test]
async fn deleting_without_the_typed_name_403() {
    let project = Project::saas(&shared().await, 5).await;
    for confirm in [
        json!({}),
        json!({"confirm": "saas"}),
        json!({"confirm": "Saas "}),
    ] {
        for name in [("publishableKey", &project.pk), ("projectId", &project.id)] {
            let mut body = confirm.clone();
            body[name.0] = json!(name.1);
            let reply = remove(&project, body).await;
            reply.problem(403, "confirmation_required");
        }
    }
    project.track("u1").send().await.is(200);
    let reply = remove(&project, json!({"confirm": "Saas"})).await;
    reply.problem(400, "missing_field");
    let body = json!({"projectId": "prj_nothing", "confirm": "Saas"});
    remove(&project, body)
        .await
        .problem(404, "project_not_found");
}

#[tokio::test]
async fn a_deleted_project_is_gone_with_keys_and_tokens_401() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let person = project.person("a@example.com").await;
    project.track(&person.id).send().await.is(200);
    let body = json!({"publishableKey": project.pk, "confirm": project.name});
    let gone = remove(&project, body.clone()).await.is(200);
    assert_eq!(gone.json["success"], true);
    assert_eq!(gone.number_at("/deletedCustomers"), 1);
    project
        .track("u1")
        .send()
        .await
        .problem(401, "invalid_api_key");
    let catalogue = api.get("/api/tiers").key(&project.pk).send().await;
    catalogue.problem(401, "invalid_publishable_key");
    let reply = project
        .as_user(api.get("/api/usage"), &person.token)
        .send()
        .await;
    assert_eq!(reply.status, 401, "{}", reply.text);
    remove(&project, body)
        .await
        .problem(404, "project_not_found");
    let list = api.get("/projects").bearer(api.developer()).send().await;
    assert!(!list.text.contains(&project.pk));
}

#[tokio::test]
async fn a_name_alone_is_enough_only_while_it_is_unique_409() {
    let api = shared().await;
    let make = async || {
        let body = json!({"projectName": "Twin", "tiers": tiers()});
        Project::make(&api, body).await
    };
    let (first, second) = (make().await, make().await);
    let by_name = json!({"projectName": "Twin", "confirm": "Twin"});
    let reply = remove(&first, by_name.clone()).await;
    reply.problem(409, "project_ambiguous");
    first.track("u1").send().await.is(200);
    let one = json!({"projectId": first.id, "confirm": "Twin"});
    remove(&first, one).await.is(200);
    remove(&second, json!({"projectName": "Twin"}))
        .await
        .is(200);
    second.track("u1").send().await.is(401);
    // The same name again is fine, and nothing of the old is in it.
    let third = make().await;
    assert_eq!(third.count("u1").await, 0);
}

#[tokio::test]
async fn deleting_under_load_gives_no_5xx() {
    let api = shared().await;
    let project = Project::saas(&api, 100_000).await;
    let calling = project.clone();
    let load = tokio::spawn(send_all(16, 500, move |index| match index % 4 {
        0 => calling.secret(calling.api.get("/api/customers")),
        1 => calling
            .secret(calling.api.post("/api/customers"))
            .json(json!({"email": format!("c{index}@example.com")})),
        _ => calling.track("u1"),
    }));
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    let body = json!({"publishableKey": project.pk, "confirm": project.name});
    remove(&project, body).await.is(200);
    for reply in load.await.unwrap() {
        let fine = matches!(reply.status, 200 | 201 | 401 | 404 | 409);
        assert!(fine, "{} {}", reply.status, reply.text);
    }
    let tables = [
        "tenants",
        "api_keys",
        "tiers",
        "end_users",
        "grants",
        "sessions",
        "usage_counts",
        "usage_days",
        "idempotency_keys",
    ];
    for table in tables {
        let sql = format!(
            "select 1 from {table} where publishable_key = '{}'",
            project.pk
        );
        assert!(api.database().look(&sql).await.is_empty(), "{table}");
    }
}
