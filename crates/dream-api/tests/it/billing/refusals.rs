//! What no checkout begins with.

use serde_json::json;

use super::shop::Shop;
use crate::project::Project;
use crate::server::shared;

#[tokio::test]
async fn a_checkout_names_a_tier_that_costs_something_at_its_price() {
    let shop = Shop::open(&shared().await, 2).await;
    let person = shop.project.person("ada@example.com").await;
    let refused = async |body: serde_json::Value, status: u16, code: &str| {
        let call = shop.api().post("/api/create-checkout").json(body);
        let reply = shop.project.as_user(call, &person.token).send().await;
        reply.problem(status, code);
    };
    refused(json!({"tier": "gold"}), 400, "unknown_plan").await;
    refused(json!({"tier": "free"}), 422, "invalid_value").await;
    refused(json!({"priceId": "price_of_nobody"}), 400, "price_mismatch").await;
    let tiers = shop
        .api()
        .get("/api/tiers")
        .key(&shop.project.pk)
        .send()
        .await;
    let price = |name: &str| {
        let list = tiers.json["tiers"].as_array().unwrap().iter();
        let mut named = list.filter(|tier| tier["name"] == name);
        named.next().unwrap()["priceId"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    refused(
        json!({"tier": "max", "priceId": price("pro")}),
        400,
        "price_mismatch",
    )
    .await;
    refused(
        json!({"tier": "pro", "successUrl": "https://evil.example"}),
        422,
        "redirect_not_allowed",
    )
    .await;
    refused(
        json!({"tier": "pro", "cancelUrl": "javascript:alert(1)"}),
        422,
        "redirect_not_allowed",
    )
    .await;
    let other = Shop::open(shop.api(), 2).await;
    let foreign = other
        .api()
        .get("/api/tiers")
        .key(&other.project.pk)
        .send()
        .await;
    let foreign = foreign.json["tiers"][1]["priceId"]
        .as_str()
        .unwrap()
        .to_owned();
    refused(json!({"priceId": foreign}), 400, "price_mismatch").await;
}

#[tokio::test]
async fn only_known_users_buy_and_only_who_bought_manages() {
    let shop = Shop::open(&shared().await, 2).await;
    let call = shop
        .api()
        .post("/api/create-checkout")
        .json(json!({"tier": "pro"}));
    let unknown = shop.project.secret(call).user("somebody").send().await;
    unknown.problem(404, "customer_not_found");
    let person = shop.project.person("ada@example.com").await;
    let call = shop.api().post("/api/customer-portal");
    let early = shop.project.as_user(call, &person.token).send().await;
    early.problem(400, "no_subscription");
}

#[tokio::test]
async fn a_checkout_is_told_to_its_buyer_alone() {
    let shop = Shop::open(&shared().await, 2).await;
    let person = shop.project.person("ada@example.com").await;
    let session = shop
        .checkout(&person, "pro")
        .await
        .is(200)
        .text_at("/sessionId");
    let other = shop.project.person("bob@example.com").await;
    shop.confirm(&other, &session)
        .await
        .problem(404, "not_found");
    let path = format!("/api/checkout/{session}");
    let anyone = shop.api().get(&path).key(&shop.project.pk).send().await;
    anyone.problem(404, "not_found");
    let elsewhere = Project::saas(shop.api(), 2).await;
    let stranger = elsewhere.person("ada@example.com").await;
    let call = elsewhere.as_user(shop.api().get(&path), &stranger.token);
    call.send().await.problem(404, "not_found");
    let open = shop.confirm(&person, &session).await.is(200);
    assert_eq!(open.json["status"], "open");
}
