//! Products: what shoppers see of them, and stock that no edit takes from a sale.

use serde_json::{Value, json};

use crate::api::Reply;
use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::server::shared;

async fn store(tiers: Value) -> Project {
    let body = json!({"projectName": "Shop", "projectType": "store", "tiers": tiers});
    Project::make(&shared().await, body).await
}

/// A store with one mug.
async fn mugs(left: Value) -> Project {
    store(json!([{"name": "mug", "displayName": "Mug", "price": 1800, "inventory": left}])).await
}

async fn products(project: &Project) -> Vec<Value> {
    let call = project.api.get("/api/products").key(&project.pk);
    let list = call.send().await.is(200);
    list.json["products"].as_array().unwrap().clone()
}

/// The tier as its developer sees it.
async fn own(project: &Project) -> Value {
    let call = project.secret(project.api.get("/tiers"));
    call.send().await.is(200).json["tiers"][0].clone()
}

async fn edit(project: &Project, updates: Value) -> Reply {
    project.edit("mug", updates).await
}

#[tokio::test]
async fn pictures_have_whole_addresses_and_several() {
    let project = mugs(json!(3)).await;
    let api = &project.api;
    let png = include_bytes!("logos/red.png");
    let data = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(png)
    };
    let call = project.secret(api.post("/api/assets"));
    let made = call.json(json!({"filename": "a.png", "data": data}));
    let path = made.send().await.is(200).text_at("/url");
    let foreign = "https://cdn.example.org/mug.jpg";
    let changed = edit(&project, json!({"imageUrls": [path, "", foreign]})).await;
    let tier = &changed.is(200).json["tier"];
    assert_eq!(tier["imageUrls"], json!([path, foreign]));
    let whole = format!("{}{path}", api.base);
    let mug = &products(&project).await[0];
    assert_eq!(mug["imageUrls"], json!([whole, foreign]));
    assert_eq!(mug["imageUrl"], whole.as_str());
    api.get(&path).send().await.is(200);
    // The one picture of older clients is the only one then; null takes all away.
    edit(&project, json!({"imageUrl": foreign})).await.is(200);
    assert_eq!(products(&project).await[0]["imageUrls"], json!([foreign]));
    let both = json!({"imageUrl": "https://x.example/1", "imageUrls": [foreign, path]});
    edit(&project, both).await.is(200);
    assert_eq!(products(&project).await[0]["imageUrl"], foreign);
    edit(&project, json!({"imageUrl": null})).await.is(200);
    let mug = &products(&project).await[0];
    assert_eq!(mug["imageUrls"], json!([]));
    assert!(mug.get("imageUrl").is_none());
    for wrong in [
        "javascript:alert(1)",
        "data:image/png;base64,xx",
        "/api/assets/../../demo.json",
        "/api/assets/",
        "/etc/passwd",
    ] {
        let reply = edit(&project, json!({"imageUrls": [wrong]})).await;
        reply.problem(422, "invalid_value");
    }
}

#[tokio::test]
async fn what_is_for_the_seller_is_not_shown_to_shoppers() {
    let project = mugs(json!(3)).await;
    let fields = json!({"maxPerOrder": 2, "lowStockAt": 5, "imageUrl": "https://x.example/1"});
    edit(&project, fields).await.is(200);
    let seen = own(&project).await;
    assert_eq!(
        (&seen["maxPerOrder"], &seen["lowStockAt"]),
        (&json!(2), &json!(5))
    );
    let mug = &products(&project).await[0];
    assert_eq!(mug["maxPerOrder"], 2);
    assert!(mug.get("lowStockAt").is_none());
    let call = project.api.get("/api/tiers").key(&project.pk);
    let tier = call.send().await.is(200).json["tiers"][0].clone();
    for absent in ["imageUrls", "maxPerOrder", "lowStockAt"] {
        assert!(tier.get(absent).is_none(), "{absent}");
    }
    // Hidden stock is hidden from shoppers, and never from the seller.
    project
        .settings(json!({"hideInventory": true}))
        .await
        .is(200);
    assert!(products(&project).await[0].get("inventory").is_none());
    assert_eq!(products(&project).await[0]["soldOut"], false);
    assert_eq!(own(&project).await["inventory"], 3);
    edit(&project, json!({"adjustInventory": -3})).await.is(200);
    assert_eq!(products(&project).await[0]["soldOut"], true);
    let clear = json!({"maxPerOrder": null, "lowStockAt": null});
    let tier = edit(&project, clear).await.is(200).json["tier"].clone();
    assert!(tier.get("maxPerOrder").is_none() && tier.get("lowStockAt").is_none());
    for wrong in [
        json!({"maxPerOrder": 0}),
        json!({"lowStockAt": -1}),
        json!({"lowStockAt": 1.5}),
    ] {
        edit(&project, wrong).await.problem(422, "invalid_value");
    }
}

#[tokio::test]
async fn products_stand_in_the_order_of_the_project() {
    let project = store(json!([
        {"name": "mug", "price": 1}, {"name": "cap", "price": 1}, {"name": "pen", "price": 1},
    ]))
    .await;
    let order = async || {
        let list = products(&project).await;
        let names: Vec<String> = list
            .iter()
            .map(|p| p["key"].as_str().unwrap().to_owned())
            .collect();
        names
    };
    assert_eq!(order().await, ["mug", "cap", "pen"]);
    edit(&project, json!({"position": 9})).await.is(200);
    assert_eq!(order().await, ["cap", "pen", "mug"]);
    project.edit("cap", json!({"active": false})).await.is(200);
    assert_eq!(order().await, ["pen", "mug"]);
}

#[tokio::test]
async fn stock_is_set_only_over_what_was_seen_409_says_what_it_is() {
    let project = mugs(json!(15)).await;
    edit(&project, json!({"adjustInventory": -3})).await.is(200);
    let reply = edit(
        &project,
        json!({"inventory": 20, "inventoryWas": 15, "price": 1}),
    )
    .await;
    let reply = reply.problem(409, "conflict");
    assert_eq!(reply.json["inventory"], 12);
    assert!(reply.text_at("/message").contains("12"), "{}", reply.text);
    let tier = own(&project).await;
    assert_eq!(
        (&tier["inventory"], &tier["price"]),
        (&json!(12), &json!(1800))
    );
    let set = json!({"inventory": 20, "inventoryWas": 12, "price": 1});
    let tier = edit(&project, set).await.is(200).json["tier"].clone();
    assert_eq!(
        (&tier["inventory"], &tier["price"]),
        (&json!(20), &json!(1))
    );
    // The same number is checked too: it says that nothing was sold.
    edit(&project, json!({"inventory": 20, "inventoryWas": 20}))
        .await
        .is(200);
    let reply = edit(&project, json!({"inventory": 20, "inventoryWas": 19})).await;
    reply.problem(409, "conflict");
    let reply = edit(&project, json!({"inventory": 1, "inventoryWas": null})).await;
    assert_eq!(reply.problem(409, "conflict").json["inventory"], 20);
    edit(&project, json!({"inventory": null, "inventoryWas": 20}))
        .await
        .is(200);
    let reply = edit(&project, json!({"inventory": 1, "inventoryWas": 20})).await;
    assert_eq!(
        reply.problem(409, "conflict").json["inventory"],
        Value::Null
    );
    edit(&project, json!({"inventory": 7})).await.is(200);
    let reply = edit(&project, json!({"adjustInventory": -8})).await;
    assert_eq!(reply.problem(409, "conflict").json["inventory"], 7);
    for wrong in [
        json!({"inventoryWas": 7}),
        json!({"adjustInventory": 1, "inventory": 8}),
        json!({"adjustInventory": 1, "inventoryWas": 7}),
        json!({"inventory": -1, "inventoryWas": 7}),
        json!({"inventory": 8, "inventoryWas": "7"}),
    ] {
        edit(&project, wrong).await.problem(422, "invalid_value");
    }
    assert_eq!(own(&project).await["inventory"], 7);
}

#[tokio::test]
async fn of_many_who_saw_the_same_stock_one_sets_it() {
    let project = mugs(json!(15)).await;
    let one = project.clone();
    let replies = send_all(16, 16, move |number| {
        let call = one.api.put("/tiers").bearer(&one.sk);
        let updates = json!({"inventory": 100 + number, "inventoryWas": 15});
        call.json(json!({"tierName": "mug", "updates": updates}))
    })
    .await;
    assert_eq!(with_status(&replies, 200), 1);
    assert_eq!(with_status(&replies, 409), 15);
}

#[tokio::test]
async fn edits_that_leave_the_stock_alone_never_meet_sales() {
    let project = mugs(json!(1000)).await;
    let one = project.clone();
    let replies = send_all(6, 48, move |number| {
        let call = one.api.put("/tiers").bearer(&one.sk);
        let updates = match number % 4 {
            0 => json!({"displayName": format!("Mug {number}")}),
            _ => json!({"adjustInventory": -1}),
        };
        call.json(json!({"tierName": "mug", "updates": updates}))
    })
    .await;
    assert_eq!(with_status(&replies, 200), 48, "{replies:?}");
    assert_eq!(own(&project).await["inventory"], 964);
}
