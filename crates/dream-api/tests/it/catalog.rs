//! Tiers at the payment provider: a product and a price each, made once and kept as the tiers are.

pub(crate) mod crashes;
mod edits;
pub(crate) mod provider;

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::catalog::provider::{Provider, active};
use crate::load::send_all;
use crate::project::Project;
use crate::server::{Server, eventually, shared};

/// Free, by the month and by the year in two currencies.
fn tiers() -> Value {
    json!([
        {"name": "free", "price": 0, "limit": 5},
        {"name": "pro", "displayName": "Pro", "price": 2900, "limit": 500, "description": "For apps with customers"},
        {"name": "year", "price": 29_000, "currency": "eur", "interval": "year", "limit": "unlimited", "trialDays": 14,
         "imageUrl": "https://pictures.example/year.png"},
    ])
}

#[tokio::test]
async fn a_new_project_is_sold_at_the_provider_200() {
    let api = shared().await;
    let body = json!({"projectName": "Sold", "tiers": tiers(), "enableTax": true});
    let call = api
        .post("/create-products")
        .bearer(api.developer())
        .json(body);
    let made = call.send().await.is(200);
    let pk = made.text_at("/publishableKey");
    let provider = Provider::of(&api).await;
    let products = provider.products(&pk).await;
    let prices = provider.prices(&pk).await;
    assert_eq!((products.len(), prices.len()), (2, 2));
    for (index, name, amount, currency, interval) in [
        (1, "pro", 2900, "usd", "month"),
        (2, "year", 29_000, "eur", "year"),
    ] {
        let told = &made.json["products"][index];
        let price = prices.iter().find(|price| price["id"] == told["priceId"]);
        let price = price.unwrap_or_else(|| panic!("{name}: {told}"));
        assert_eq!(told["tier"], name);
        assert_eq!(price["product"], told["productId"]);
        assert_eq!(price["unit_amount"], amount);
        assert_eq!(price["currency"], currency);
        assert_eq!(price["recurring"]["interval"], interval);
        assert_eq!(price["metadata"]["tier"], name);
        assert_eq!(price["metadata"]["projectId"], made.json["projectId"]);
    }
    let free = &made.json["products"][0];
    assert!(free["priceId"].as_str().unwrap().starts_with("tier_"));
    let year = products
        .iter()
        .find(|product| product["name"] == "year")
        .unwrap();
    assert_eq!(year["images"], json!(["https://pictures.example/year.png"]));
    let sets = api.post("/projects/settings").bearer(api.developer());
    let sets = sets
        .json(json!({"publishableKey": pk}))
        .send()
        .await
        .is(200);
    assert_eq!(sets.json["settings"]["enableTax"], true);
    let own = api.get("/tiers").bearer(&made.text_at("/secretKey"));
    assert_eq!(own.send().await.is(200).json["tiers"][2]["trialDays"], 14);
}

#[tokio::test]
async fn members_and_shops_are_sold_by_their_kind() {
    let api = shared().await;
    let body = json!({"projectType": "membership", "tiers": [{"name": "member", "price": 900, "trialDays": 7}]});
    let club = Project::make(&api, body).await;
    let body =
        json!({"projectType": "store", "tiers": [{"name": "mug", "price": 1800, "inventory": 5}]});
    let shop = Project::make(&api, body).await;
    let provider = Provider::of(&api).await;
    let member = provider.prices(&club.pk).await;
    assert_eq!(member[0]["recurring"]["interval"], "month");
    let mug = provider.prices(&shop.pk).await;
    assert_eq!((mug.len(), &mug[0]["type"]), (1, &json!("one_time")));
}

#[tokio::test]
async fn the_same_key_gives_the_same_project_200() {
    let api = shared().await;
    let body = json!({"projectName": "Once", "tiers": tiers()});
    let (twice, developer) = (api.clone(), api.developer().to_owned());
    let replies = send_all(2, 2, move |_| {
        let call = twice.post("/create-products").bearer(&developer);
        call.header("idempotency-key", "one-project-of-two-clicks")
            .json(&body)
    })
    .await;
    let keys: HashSet<String> = replies
        .iter()
        .filter(|reply| reply.status == 200)
        .map(|reply| reply.text_at("/publishableKey") + &reply.text_at("/secretKey"))
        .collect();
    assert_eq!(keys.len(), 1, "{replies:?}");
    let list = api
        .get("/projects")
        .bearer(api.developer())
        .send()
        .await
        .is(200);
    let projects = list.json["projects"].as_array().unwrap();
    let once = projects.iter().filter(|project| project["name"] == "Once");
    assert_eq!(once.count(), 1);
}

#[tokio::test]
async fn a_provider_that_fails_is_made_good_by_the_outbox() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let provider = Provider::of(&api).await;
    provider.misbehave("answer_500", 1000).await;
    let project = Project::make(&api, json!({"tiers": tiers()})).await;
    let own = api.get("/tiers").bearer(&project.sk).send().await.is(200);
    assert!(
        own.text_at("/tiers/1/priceId").starts_with("tier_"),
        "{}",
        own.text
    );
    provider.behave().await;
    provider.misbehave("lose_answer", 2).await;
    eventually("the products are made", async || {
        let own = api.get("/tiers").bearer(&project.sk).send().await.is(200);
        let made = |index: usize| {
            own.text_at(&format!("/tiers/{index}/priceId"))
                .starts_with("price_")
        };
        made(1) && made(2)
    })
    .await;
    let prices = provider.prices(&project.pk).await;
    assert_eq!((active(&prices).len(), prices.len()), (2, 2));
    assert_eq!(provider.products(&project.pk).await.len(), 2);
}

#[tokio::test]
async fn free_projects_need_no_account() {
    let api = shared().await;
    let nobody = crate::identity::developers::developer(&api, "catalog-free").await;
    let body = json!({"tiers": [{"name": "free", "price": 0, "limit": 5}]});
    let call = nobody.with_cookies(api.post("/create-products"));
    let call = call.header("origin", &api.base).json(body);
    let made = call.send().await.is(200);
    assert!(made.text_at("/products/0/productId").starts_with("tier_"));
}
