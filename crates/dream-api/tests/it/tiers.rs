//! What a project sells: read by everyone, edited by its developer.

mod input;
mod previews;

use serde_json::{Value, json};

use crate::api::Reply;
use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::server::shared;

async fn add(project: &Project, tier: Value) -> Reply {
    let call = project.secret(project.api.post("/tiers/add"));
    call.json(tier).send().await
}

async fn archive(project: &Project, name: &str) -> Reply {
    let call = project.secret(project.api.delete("/tiers"));
    call.json(json!({"tierName": name})).send().await
}

async fn store() -> Project {
    let tiers = json!([
        {"name": "mug", "displayName": "Mug", "price": 1800, "inventory": 2, "features": ["blue", "big"]},
        {"name": "poster", "price": 1200},
        {"name": "gone", "price": 100, "inventory": 0},
    ]);
    let body = json!({"projectName": "Shop", "projectType": "store", "tiers": tiers});
    Project::make(&shared().await, body).await
}

#[tokio::test]
async fn tiers_have_what_pricing_pages_read_200() {
    let project = Project::saas(&shared().await, 5).await;
    let list = project.api.get("/api/tiers").key(&project.pk);
    let list = list.send().await.is(200);
    let tiers = list.json["tiers"].as_array().unwrap();
    let names: Vec<&Value> = tiers.iter().map(|tier| &tier["name"]).collect();
    assert_eq!(names, ["free", "pro", "max"]);
    let pro = &tiers[1];
    for (field, value) in [
        ("id", json!("pro")),
        ("displayName", json!("Pro Plan")),
        ("price", json!(2900)),
        ("currency", json!("usd")),
        ("interval", json!("month")),
        ("limit", json!(50)),
        ("period", json!("month")),
        ("features", json!([])),
        ("popular", json!(false)),
        ("soldOut", json!(false)),
        ("billingMode", json!("subscription")),
        ("meters", json!({})),
    ] {
        assert_eq!(pro[field], value, "{field}");
    }
    assert_eq!(tiers[2]["limit"], -1);
    for tier in tiers {
        let ids = ["priceId", "productId"].map(|id| tier[id].as_str().unwrap_or_default());
        assert!(ids.iter().all(|id| !id.is_empty()));
        for absent in ["imageUrl", "description", "inventory", "trialDays"] {
            assert!(tier.get(absent).is_none(), "{absent} is null");
        }
    }
    let secret = project.secret(project.api.get("/api/tiers")).send().await;
    assert_eq!(secret.is(200).json, list.json);
}

#[tokio::test]
async fn products_of_a_store_200() {
    let project = store().await;
    let list = project.api.get("/api/products").key(&project.pk);
    let products = list.send().await.is(200).json["products"].clone();
    let mug = &products[0];
    for (field, value) in [
        ("key", json!("mug")),
        ("name", json!("Mug")),
        ("price", json!(1800)),
        ("inventory", json!(2)),
        ("soldOut", json!(false)),
        ("features", json!(["blue", "big"])),
    ] {
        assert_eq!(mug[field], value, "{field}");
    }
    assert!(products[1].get("inventory").is_none());
    assert_eq!(products[2]["soldOut"], true);
    project
        .settings(json!({"hideInventory": true}))
        .await
        .is(200);
    let hidden = project.api.get("/api/products").key(&project.pk);
    let hidden = hidden.send().await.is(200);
    assert!(!hidden.text.contains("inventory"));
    assert_eq!(hidden.json["products"][2]["soldOut"], true);
}

#[tokio::test]
async fn added_edited_and_archived_tiers_show_at_once() {
    let project = Project::saas(&shared().await, 5).await;
    let made = add(
        &project,
        json!({"displayName": "Gold Plan", "price": 4900, "limit": 9, "features": "a, b,,c"}),
    );
    let made = made.await.is(200);
    assert_eq!(made.json["tierName"], "gold-plan");
    assert_eq!(made.json["tier"]["features"], json!(["a", "b", "c"]));
    let wrapped = add(&project, json!({"tier": {"name": "silver", "price": 1}})).await;
    assert_eq!(wrapped.is(200).json["tier"]["limit"], -1);
    let edited = project
        .edit("Gold Plan", json!({"limit": 10, "popular": true}))
        .await;
    assert_eq!(edited.is(200).json["tier"]["limit"], 10);
    let flat = project.secret(project.api.put("/tiers"));
    let flat = flat
        .json(json!({"name": "gold-plan", "price": 5000}))
        .send()
        .await;
    assert_eq!(flat.is(200).json["tier"]["price"], 5000);
    archive(&project, "gold-plan").await.is(200);
    let shown = project.secret(project.api.get("/tiers")).send().await;
    assert!(!shown.is(200).text.contains("gold-plan"));
    let all = project.secret(project.api.get("/tiers?archived=true"));
    assert!(all.send().await.is(200).text.contains("gold-plan"));
    let back = project.edit("gold-plan", json!({"active": true})).await;
    assert_eq!(back.is(200).json["tier"]["active"], true);
}

#[tokio::test]
async fn tiers_that_do_not_exist_404() {
    let project = Project::saas(&shared().await, 5).await;
    let reply = project.edit("gold", json!({"limit": 1})).await;
    reply.problem(404, "tier_not_found");
    archive(&project, "gold")
        .await
        .problem(404, "tier_not_found");
}

#[tokio::test]
async fn edits_that_say_nothing_400() {
    let project = Project::saas(&shared().await, 5).await;
    project
        .edit("free", json!({}))
        .await
        .problem(400, "missing_field");
    project
        .edit("free", json!({"limit": 5}))
        .await
        .problem(400, "missing_field");
    let call = project
        .secret(project.api.put("/tiers"))
        .json(json!({"updates": {"limit": 1}}));
    call.send().await.problem(400, "missing_field");
}

#[tokio::test]
async fn names_are_unique_409() {
    let project = Project::saas(&shared().await, 5).await;
    for name in ["free", "Free", "FREE"] {
        let reply = add(&project, json!({"name": name, "price": 0})).await;
        assert_eq!(reply.status, 409, "{name}: {}", reply.text);
        reply.check_problem();
    }
    archive(&project, "max").await.is(200);
    add(&project, json!({"name": "max", "price": 0}))
        .await
        .is(409);
}

#[tokio::test]
async fn there_is_always_one_default_tier() {
    let project = Project::saas(&shared().await, 5).await;
    project
        .edit("free", json!({"isDefault": true}))
        .await
        .is(200);
    project
        .edit("pro", json!({"isDefault": true}))
        .await
        .is(200);
    let list = project
        .secret(project.api.get("/tiers"))
        .send()
        .await
        .is(200);
    let tiers = list.json["tiers"].as_array().unwrap().clone();
    let default = |tier: &&Value| tier["isDefault"] == true;
    let flagged: Vec<&Value> = tiers
        .iter()
        .filter(default)
        .map(|tier| &tier["name"])
        .collect();
    assert_eq!(flagged, ["pro"]);
    assert_eq!(project.usage("u1").await.json["plan"], "pro");
    project
        .edit("pro", json!({"isDefault": false}))
        .await
        .problem(409, "conflict");
    project
        .edit("pro", json!({"active": false}))
        .await
        .problem(409, "conflict");
    archive(&project, "pro").await.problem(409, "conflict");
}

#[tokio::test]
async fn a_project_has_at_most_200_tiers_409() {
    let api = shared().await;
    let tiers: Vec<Value> = (0..50)
        .map(|i| json!({"name": format!("t{i}"), "price": 0}))
        .collect();
    let project = Project::make(&api, json!({"projectName": "Many", "tiers": tiers})).await;
    for index in 50..200 {
        add(&project, json!({"name": format!("t{index}"), "price": 1}))
            .await
            .is(200);
    }
    let reply = add(&project, json!({"name": "t200", "price": 1})).await;
    reply.problem(409, "conflict");
}

#[tokio::test]
async fn kinds_are_locked_400() {
    let saas = Project::saas(&shared().await, 5).await;
    let reply = add(
        &saas,
        json!({"name": "mug", "price": 1, "billingMode": "one_off"}),
    )
    .await;
    let reply = reply.problem(400, "kind_locked");
    assert!(reply.text_at("/message").contains("Project type is locked"));
    saas.edit("pro", json!({"billingMode": "one_off"}))
        .await
        .problem(400, "kind_locked");
    let reply = add(
        &store().await,
        json!({"name": "plan", "price": 1, "billingMode": "subscription"}),
    )
    .await;
    reply.problem(400, "kind_locked");
}

#[tokio::test]
async fn inventory_is_adjusted_and_never_negative_409() {
    let project = store().await;
    let adjust = async |by: i64| project.edit("mug", json!({"adjustInventory": by})).await;
    assert_eq!(adjust(3).await.is(200).json["tier"]["inventory"], 5);
    assert_eq!(adjust(-5).await.is(200).json["tier"]["soldOut"], true);
    adjust(-1).await.problem(409, "conflict");
    let reply = project.edit("poster", json!({"adjustInventory": 1})).await;
    reply.problem(422, "invalid_value");
}

#[tokio::test]
async fn edits_at_once_keep_every_adjustment() {
    let project = store().await;
    let editing = project.clone();
    let replies = send_all(8, 40, move |_| {
        let call = editing.secret(editing.api.put("/tiers"));
        call.json(json!({"tierName": "mug", "updates": {"adjustInventory": 1}}))
    });
    let replies = replies.await;
    let done = with_status(&replies, 200);
    assert_eq!(done + with_status(&replies, 409), 40);
    let list = project
        .api
        .get("/api/products")
        .key(&project.pk)
        .send()
        .await;
    let left = list.number_at("/products/0/inventory");
    assert_eq!(left, 2 + i64::try_from(done).unwrap());
}
