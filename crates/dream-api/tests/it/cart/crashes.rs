//! The process ends in the middle of a checkout or a refund: nothing is held for good, sold twice or paid back twice.

use reqwest::Method;
use serde_json::{Value, json};

use super::market::{Bought, Market, product};
use crate::server::{Server, Start, eventually, free_address};

/// A market whose server is about to end itself at this point.
async fn doomed(fault: &str) -> (Server, Market) {
    // Processes on one database are reached at one address.
    let address = free_address();
    let variables = [("DREAM_FAULT", fault), ("DREAM_LISTEN", &*address)];
    let server = Server::with(&variables).await;
    let market = Market::open(&server.api(), json!([product("mug", 5)])).await;
    (server, market)
}

/// The same market after a new start.
async fn reborn(server: Server, market: Market) -> (Server, Market) {
    let address = market.api().address().to_owned();
    let (_, place) = server.ended().await;
    let start = Start {
        variables: &[("DREAM_LISTEN", &address)],
        place: Some(place),
    };
    let server = Server::start(start).await;
    let market = market.moved_to(&server.api());
    (server, market)
}

/// Waits until every event is worked: one that is under way when the process ends is worked again only when its claim
/// is over, two minutes later.
async fn quiet(market: &Market) {
    market.control("settle", json!({})).await;
    let waiting = "select event_id from inbox where status = 'waiting'";
    eventually("all events are worked", async || {
        market.api().database().look(waiting).await.is_empty()
    })
    .await;
}

async fn only_order(market: &Market) -> Value {
    let all = market.get("/api/orders").await.is(200);
    assert_eq!(all.json["orders"].as_array().unwrap().len(), 1);
    all.json["orders"][0].clone()
}

#[tokio::test]
async fn stock_of_a_checkout_that_broke_off_comes_back() {
    let (server, market) = doomed("cart.held").await;
    let cart = market.cart(&[("mug", 2)]);
    quiet(&market).await;
    let call = market
        .api()
        .post("/api/cart/checkout")
        .bearer(&market.project.sk);
    assert!(call.json(cart).try_send().await.is_none());
    let (_server, market) = reborn(server, market).await;
    assert_eq!(market.left("mug").await, 3);
    market.wait(34 * 60).await;
    eventually("it comes back", async || market.left("mug").await == 5).await;
    assert_eq!(only_order(&market).await["status"], "expired");
}

#[tokio::test]
async fn a_session_that_nobody_wrote_down_is_known_by_its_order() {
    let (server, market) = doomed("cart.session").await;
    let cart = market.cart(&[("mug", 2)]);
    quiet(&market).await;
    let call = market
        .api()
        .post("/api/cart/checkout")
        .bearer(&market.project.sk);
    assert!(call.json(cart).try_send().await.is_none());
    let (_server, market) = reborn(server, market).await;
    let order = only_order(&market).await;
    let sessions = market
        .provider(Method::GET, "/v1/checkout/sessions?limit=100", &[])
        .await;
    let sessions = sessions["data"].as_array().unwrap();
    let ours = |it: &&Value| it["metadata"]["orderId"] == order["id"];
    let session = sessions.iter().find(ours).unwrap();
    let bought = Bought {
        order: order["id"].as_str().unwrap().to_owned(),
        session: session["id"].as_str().unwrap().to_owned(),
        url: String::new(),
    };
    market.pay(&bought, "unwritten@example.com").await;
    market.becomes(&bought, "paid").await;
    assert_eq!(market.left("mug").await, 3);
}

#[tokio::test]
async fn a_refund_that_broke_off_is_made_once() {
    let (server, market) = doomed("refund.stored").await;
    let bought = market.buy(&[("mug", 1)], "broke@example.com").await;
    quiet(&market).await;
    let call = market
        .about(&bought, "refund")
        .json(json!({"restock": true}));
    assert!(call.try_send().await.is_none());
    let (_server, market) = reborn(server, market).await;
    let order = market.order(&bought).await;
    assert_eq!(order["refunds"][0]["status"], "asked");
    market.wait(120).await;
    market.becomes(&bought, "refunded").await;
    assert_eq!(market.left("mug").await, 5);
    let payment = order["paymentId"].as_str().unwrap();
    let path = format!("/v1/refunds?payment_intent={payment}");
    let there = market.provider(Method::GET, &path, &[]).await;
    assert_eq!(there["data"].as_array().unwrap().len(), 1);
}
