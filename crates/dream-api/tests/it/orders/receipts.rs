//! Receipts: for whoever has the token, and nobody else.

use serde_json::json;

use crate::cart::market::{Market, product};
use crate::server::shared;

#[tokio::test]
async fn a_guessed_receipt_is_not_found_404() {
    let market = Market::open(&shared().await, json!([product("mug", 5)])).await;
    let bought = market.checkout(&[("mug", 1)]).await;
    let url = market.order(&bought).await["receiptUrl"].clone();
    let token = url.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let mut near = token.clone();
    let last = if near.ends_with('A') { 'Q' } else { 'A' };
    near.pop();
    near.push(last);
    for guess in [
        &*near,
        &token[..token.len() - 1],
        &bought.order,
        &bought.session,
        "%00",
        "'%20or%201%3D1",
        &"a".repeat(2000),
    ] {
        let reply = market.api().get(&format!("/api/receipts/{guess}"));
        reply.send().await.problem(404, "not_found");
    }
    let stored = market
        .api()
        .database()
        .look(&format!(
            "select receipt_hash, receipt_sealed from orders where order_id = '{}'",
            bought.order
        ))
        .await;
    for column in &stored[0] {
        assert!(!column.contains(&token), "the token is stored in clear");
    }
    let reply = market.api().get(&format!("/api/receipts/{token}"));
    let reply = reply.send().await.is(200);
    assert_eq!(reply.text_at("/order/status"), "pending");
    for secret in [&*market.project.pk, "note", "sealed", "pi_"] {
        assert!(!reply.text.contains(secret), "{secret}: {}", reply.text);
    }
}
