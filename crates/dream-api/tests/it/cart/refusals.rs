//! Carts that are refused: clearly, and without a trace.

use serde_json::{Value, json};

use super::market::{Bought, Market, SHOP, alone, product};
use crate::project::Project;
use crate::server::shared;

async fn market() -> Market {
    let euro = json!({"name": "euro", "displayName": "Euro", "price": 900, "currency": "eur"});
    let few = json!({"name": "few", "displayName": "Few", "price": 900, "inventory": 9, "maxPerOrder": 2});
    let products = json!([product("mug", 3), euro, few]);
    Market::open(&shared().await, products).await
}

#[tokio::test]
async fn a_wrong_cart_is_refused_and_says_why_4xx() {
    let market = market().await;
    let one = |item: Value| json!([item]);
    let many: Vec<Value> = (0..101).map(|_| json!({"tier": "mug"})).collect();
    for (items, status, code) in [
        (json!([]), 400, "empty_cart"),
        (json!("mug"), 422, "invalid_value"),
        (Value::Null, 422, "invalid_value"),
        (many.into(), 422, "invalid_value"),
        (json!(["mug"]), 422, "invalid_value"),
        (one(json!({})), 400, "missing_field"),
        (one(json!({"tier": "never"})), 400, "unknown_plan"),
        (one(json!({"priceId": "price_never"})), 400, "unknown_plan"),
        (one(json!({"productId": "' or 1 = 1"})), 400, "unknown_plan"),
        (
            json!([{"tier": "mug"}, {"tier": "euro"}]),
            422,
            "invalid_value",
        ),
        (
            json!([{"tier": "few", "quantity": 2}, {"tier": "few"}]),
            422,
            "invalid_value",
        ),
        (
            one(json!({"tier": "mug", "quantity": 4})),
            409,
            "out_of_stock",
        ),
    ] {
        let reply = market.send(&json!({"items": items})).await;
        reply.problem(status, code);
    }
    for quantity in [
        json!(0),
        json!(-1),
        json!(1.5),
        json!("2"),
        Value::Null,
        json!(9_007_199_254_740_993_i64),
    ] {
        let items = json!([{"tier": "mug", "quantity": quantity}]);
        let reply = market.send(&json!({"items": items})).await;
        reply.problem(422, "invalid_value");
    }
    let elsewhere = json!({"items": [{"tier": "mug"}], "successUrl": "https://evil.example.com/"});
    market
        .send(&elsewhere)
        .await
        .problem(422, "redirect_not_allowed");
    let email = json!({"items": [{"tier": "mug"}], "email": "a\r\nb@example.com"});
    assert_eq!(market.send(&email).await.status, 422);
    let none = market.get("/api/orders").await.is(200);
    assert_eq!(none.json["orders"], json!([]));
    assert_eq!(market.left("mug").await, 3);
}

#[tokio::test]
async fn a_price_of_another_project_is_like_one_that_never_was_400() {
    let market = market().await;
    let other = Market::open(&market.project.api, json!([product("mug", 1)])).await;
    let theirs = other.get("/api/products").await.is(200);
    for pointer in ["/products/0/priceId", "/products/0/productId"] {
        let id = theirs.text_at(pointer);
        let field = if pointer.ends_with("priceId") {
            "priceId"
        } else {
            "productId"
        };
        let reply = market.send(&json!({"items": [{field: id}]})).await;
        reply.problem(400, "unknown_plan");
    }
    assert_eq!(other.left("mug").await, 1);
}

#[tokio::test]
async fn a_cart_that_is_too_old_is_refused_409() {
    let market = market().await;
    market.checkout(&[("mug", 1)]).await;
    let products = market.get("/api/products").await.is(200);
    let price = products.text_at("/products/0/priceId");
    let cart = json!({"items": [{"priceId": price}]});
    let bought = Bought::of(&market.send(&cart).await.is(200));
    assert_eq!(market.order(&bought).await["amountTotal"], 1800);
    market
        .project
        .edit("mug", json!({"price": 2500}))
        .await
        .is(200);
    market.checkout(&[("mug", 1)]).await;
    market.send(&cart).await.problem(409, "cart_changed");
    let archive = market.project.secret(market.api().delete("/tiers"));
    archive
        .json(json!({"tierName": "mug"}))
        .send()
        .await
        .is(200);
    let named = market.send(&market.cart(&[("mug", 1)])).await;
    named.problem(409, "cart_changed");
}

#[tokio::test]
async fn an_unpaid_order_pays_the_price_it_was_made_at() {
    let market = market().await;
    let bought = market.checkout(&[("mug", 1)]).await;
    market
        .project
        .edit("mug", json!({"price": 2500}))
        .await
        .is(200);
    market.pay(&bought, "oldprice@example.com").await;
    market.becomes(&bought, "paid").await;
    assert_eq!(market.left("mug").await, 2);
    assert_eq!(market.order(&bought).await["amountTotal"], 1800);
}

#[tokio::test]
async fn a_plan_is_not_bought_in_a_cart_422() {
    let project = Project::saas(&shared().await, 5).await;
    let cart = json!({"items": [{"tier": "pro"}], "successUrl": SHOP, "cancelUrl": SHOP});
    let call = project.secret(project.api.post("/api/cart/checkout"));
    call.json(cart).send().await.problem(422, "invalid_value");
}

#[tokio::test]
async fn a_key_repeats_the_answer_and_holds_once_200() {
    let market = market().await;
    let cart = market.cart(&[("mug", 2)]);
    let send = async || {
        let call = market.api().post("/api/cart/checkout");
        let call = call.key(&market.project.pk).json(&cart);
        call.header("idempotency-key", "a key that is long enough")
            .send()
            .await
    };
    let first = Bought::of(&send().await.is(200));
    let again = send().await.is(200);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(Bought::of(&again).order, first.order);
    assert_eq!(market.left("mug").await, 1);
}

#[tokio::test]
async fn a_browser_holds_five_unpaid_orders_429() {
    let (_server, market) = alone(json!([product("mug", 100)])).await;
    let cart = market.cart(&[("mug", 1)]);
    for _ in 0..5 {
        market.send_public(&cart).await.is(200);
    }
    let sixth = market.send_public(&cart).await.problem(429, "rate_limited");
    let seconds: i64 = sixth.header("retry-after").parse().unwrap();
    assert!((1..=33 * 60).contains(&seconds), "{seconds}");
    market.send(&cart).await.is(200);
    let other = Market::open(market.api(), json!([product("mug", 5)])).await;
    other.send_public(&other.cart(&[("mug", 1)])).await.is(200);
    let list = market.get("/api/orders?limit=1").await.is(200);
    let newest = list.text_at("/orders/0/id");
    let release = format!("/api/orders/{newest}/release");
    market.post(&release, json!({})).await.is(200);
    market.send_public(&cart).await.problem(429, "rate_limited");
    market.wait(34 * 60).await;
    market.send_public(&cart).await.is(200);
}
