//! Edits of tiers as the provider sees them.

use serde_json::{Value, json};

use crate::api::Api;
use crate::catalog::provider::{Provider, active};
use crate::project::Project;
use crate::server::{eventually, shared};

async fn sold(api: &Api) -> (Project, Provider) {
    (Project::saas(api, 5).await, Provider::of(api).await)
}

/// The prices of one tier, the ones that are sold first.
async fn prices_of(provider: &Provider, project: &Project, tier: &str) -> Vec<Value> {
    let mut prices = provider.prices(&project.pk).await;
    prices.retain(|price| price["metadata"]["tier"] == tier);
    prices.sort_by_key(|price| price["active"] != true);
    prices
}

#[tokio::test]
async fn a_new_price_takes_the_place_of_the_old_one_200() {
    let api = shared().await;
    let (project, provider) = sold(&api).await;
    let before = prices_of(&provider, &project, "pro").await[0]["id"].clone();
    let edited = project.edit("pro", json!({"price": 3900})).await.is(200);
    let new = edited.text_at("/newPriceId");
    assert_eq!(edited.text_at("/tier/priceId"), new);
    let prices = prices_of(&provider, &project, "pro").await;
    assert_eq!(prices.len(), 2);
    assert_eq!(
        (&prices[0]["id"], &prices[0]["unit_amount"]),
        (&json!(new), &json!(3900))
    );
    assert_eq!(
        (&prices[1]["id"], &prices[1]["active"]),
        (&before, &json!(false))
    );
    // Back again: the old price is taken out of the archive.
    let back = project.edit("pro", json!({"price": 2900})).await.is(200);
    assert_eq!(back.json["newPriceId"], before);
    let prices = prices_of(&provider, &project, "pro").await;
    assert_eq!((active(&prices).len(), prices.len()), (1, 2));
    assert_eq!(prices[0]["id"], before);
    let limit = project.edit("pro", json!({"limit": 7})).await.is(200);
    assert!(limit.json.get("newPriceId").is_none());
    assert_eq!(provider.products(&project.pk).await.len(), 2);
}

#[tokio::test]
async fn names_descriptions_and_pictures_follow_200() {
    let api = shared().await;
    let (project, provider) = sold(&api).await;
    let updates = json!({"displayName": "Professional", "description": "Much more", "imageUrl": "https://pictures.example/p.png"});
    project.edit("pro", updates).await.is(200);
    let products = provider.products(&project.pk).await;
    let pro = products
        .iter()
        .find(|product| product["metadata"]["tier"] == "pro")
        .unwrap();
    assert_eq!(pro["name"], "Professional");
    assert_eq!(pro["description"], "Much more");
    assert_eq!(pro["images"], json!(["https://pictures.example/p.png"]));
    // What only this server reaches is not shown there.
    let updates = json!({"description": null, "imageUrl": "/api/assets/somewhere.png"});
    project.edit("pro", updates).await.is(200);
    let products = provider.products(&project.pk).await;
    let pro = products
        .iter()
        .find(|product| product["metadata"]["tier"] == "pro")
        .unwrap();
    assert_eq!(
        (&pro["description"], &pro["images"]),
        (&Value::Null, &json!([]))
    );
}

#[tokio::test]
async fn an_archived_tier_is_taken_off_sale_and_back_200() {
    let api = shared().await;
    let (project, provider) = sold(&api).await;
    let call = api.delete("/tiers").bearer(&project.sk);
    call.json(json!({"tierName": "pro"})).send().await.is(200);
    let products = provider.products(&project.pk).await;
    assert_eq!(active(&products).len(), 1, "{products:?}");
    assert!(active(&prices_of(&provider, &project, "pro").await).is_empty());
    project.edit("pro", json!({"active": true})).await.is(200);
    assert_eq!(active(&provider.products(&project.pk).await).len(), 2);
    let prices = prices_of(&provider, &project, "pro").await;
    assert_eq!((active(&prices).len(), prices.len()), (1, 1));
}

#[tokio::test]
async fn an_added_tier_is_sold_and_a_freed_one_is_not_200() {
    let api = shared().await;
    let (project, provider) = sold(&api).await;
    let call = api.post("/tiers/add").bearer(&project.sk);
    let tier = json!({"name": "team", "price": 19_900, "limit": 5000, "description": "For many"});
    let added = call.json(json!({"tier": tier})).send().await.is(200);
    assert!(added.text_at("/tier/priceId").starts_with("price_"));
    let freed = project.edit("team", json!({"price": 0})).await.is(200);
    assert!(freed.text_at("/tier/priceId").starts_with("tier_"));
    assert!(active(&prices_of(&provider, &project, "team").await).is_empty());
}

/// Of many edits at once the last one that was stored is what is sold.
#[tokio::test]
async fn edits_at_once_end_in_one_price() {
    let api = shared().await;
    let (project, provider) = sold(&api).await;
    let edits = (1..=5).map(|n| {
        let project = project.clone();
        tokio::spawn(async move { project.edit("pro", json!({"price": 1000 * n})).await })
    });
    for edit in edits.collect::<Vec<_>>() {
        edit.await.unwrap();
    }
    eventually("one price is left", async || {
        let own = api.get("/tiers").bearer(&project.sk).send().await.is(200);
        let prices = prices_of(&provider, &project, "pro").await;
        let sold = active(&prices);
        sold.len() == 1
            && sold[0]["id"] == own.json["tiers"][1]["priceId"]
            && sold[0]["unit_amount"] == own.json["tiers"][1]["price"]
    })
    .await;
}

/// Somebody who pays for the plan; the subscription.
async fn subscriber(project: &Project, provider: &Provider, email: &str) -> String {
    let person = project.person(email).await;
    let body = json!({"tier": "pro", "successUrl": "http://localhost:3000/", "cancelUrl": "http://localhost:3000/"});
    let call = project.as_user(project.api.post("/api/create-checkout"), &person.token);
    let session = call.json(body).send().await.is(200).text_at("/sessionId");
    let card = json!({"card": "4242424242424242"});
    let pay = format!("checkout/{session}/pay");
    provider.control(&pay, card).await;
    let call = project.api.get(&format!("/api/checkout/{session}"));
    project.as_user(call, &person.token).send().await.is(200);
    let path = format!("/v1/checkout/sessions/{session}");
    provider.get(&path).await["subscription"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Those who subscribe keep their price until they are moved, and pay nothing when they are.
#[tokio::test]
async fn subscribers_move_to_the_new_price_when_asked() {
    let api = shared().await;
    let (project, provider) = sold(&api).await;
    let subscription = subscriber(&project, &provider, "ann@example.com").await;
    let path = format!("/v1/subscriptions/{subscription}");
    let price = async || {
        let found = provider.get(&path).await;
        found["items"]["data"][0]["price"]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let before = price().await;
    project.edit("pro", json!({"price": 3900})).await.is(200);
    assert_eq!(price().await, before);
    let call = api.put("/tiers").bearer(&project.sk);
    let body = json!({"tierName": "pro", "updates": {"price": 4900}, "migrateSubscribers": true});
    let new = call.json(body).send().await.is(200).text_at("/newPriceId");
    eventually("the subscription moves", async || price().await == new).await;
    let invoices = format!("/v1/invoices?limit=100&subscription={subscription}");
    assert_eq!(
        provider.get(&invoices).await["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // Moved already: asking again changes nothing.
    let call = api.put("/tiers").bearer(&project.sk);
    let again = json!({"tierName": "pro", "migrateSubscribers": true});
    call.json(again).send().await.is(200);
    assert_eq!(price().await, new);
}
