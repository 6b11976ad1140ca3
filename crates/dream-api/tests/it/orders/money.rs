//! Money that goes back: once, never above what was paid, and with what the provider says of it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::cart::market::{Bought, Market, alone, product};
use crate::server::{eventually, shared};

async fn refund(market: &Market, bought: &Bought, body: Value) -> crate::api::Reply {
    market.about(bought, "refund").json(body).send().await
}

/// What the provider says went back.
async fn there(market: &Market, bought: &Bought) -> i64 {
    let payment = market.order(bought).await["paymentId"].clone();
    let path = format!(
        "/v1/refunds?limit=100&payment_intent={}",
        payment.as_str().unwrap()
    );
    let list = market.provider(Method::GET, &path, &[]).await;
    let refunds = list["data"].as_array().unwrap().iter();
    refunds
        .filter(|it| it["status"] != "failed")
        .map(|it| it["amount"].as_i64().unwrap())
        .sum()
}

#[tokio::test]
async fn a_line_goes_back_to_the_shelf_with_its_money_200() {
    let market = Market::open(
        &shared().await,
        json!([product("mug", 5), product("cap", 5)]),
    )
    .await;
    let bought = market
        .buy(&[("mug", 3), ("cap", 1)], "line@example.com")
        .await;
    let wish = json!({"lines": [{"line": 1, "quantity": 2}], "restock": true, "reason": "requested_by_customer"});
    let reply = refund(&market, &bought, wish).await.is(200);
    assert_eq!(reply.text_at("/order/status"), "partially_refunded");
    assert_eq!(reply.number_at("/order/amountRefunded"), 3600);
    assert_eq!(reply.number_at("/order/lines/0/refundedQuantity"), 2);
    assert_eq!(reply.number_at("/order/lines/0/restockedQuantity"), 2);
    assert_eq!(reply.text_at("/order/refunds/0/status"), "made");
    assert_eq!((market.left("mug").await, market.left("cap").await), (4, 4));
    assert_eq!(there(&market, &bought).await, 3600);
    let too_many = json!({"lines": [{"line": 1, "quantity": 2}]});
    refund(&market, &bought, too_many)
        .await
        .problem(422, "invalid_value");
    let rest = refund(&market, &bought, json!({})).await.is(200);
    assert_eq!(rest.text_at("/order/status"), "refunded");
    assert_eq!(
        (market.left("mug").await, market.left("cap").await),
        (4, 4),
        "nothing comes back that was not asked for"
    );
    assert_eq!(there(&market, &bought).await, 4 * 1800);
    refund(&market, &bought, json!({}))
        .await
        .problem(422, "invalid_value");
    eventually("the buyer is told of both", async || {
        let mails = market.mails("line@example.com", "back from Market");
        mails.await.len() == 2
    })
    .await;
}

#[tokio::test]
async fn a_wrong_refund_is_refused_4xx() {
    let market = Market::open(&shared().await, json!([product("mug", 5)])).await;
    let unpaid = market.checkout(&[("mug", 1)]).await;
    refund(&market, &unpaid, json!({}))
        .await
        .problem(409, "conflict");
    let bought = market.buy(&[("mug", 1)], "wrong@example.com").await;
    for body in [
        json!({"amount": 0}),
        json!({"amount": -1}),
        json!({"amount": 1801}),
        json!({"amount": 1.5}),
        json!({"amount": null}),
        json!({"amount": 100, "restock": true}),
        json!({"amount": 100, "lines": []}),
        json!({"lines": []}),
        json!({"lines": [{"line": 2, "quantity": 1}]}),
        json!({"lines": [{"line": 1}]}),
        json!({"lines": [{"line": 1, "quantity": 1}, {"line": 1, "quantity": 1}]}),
        json!({"reason": "because"}),
    ] {
        let reply = refund(&market, &bought, body).await;
        reply.problem(422, "invalid_value");
    }
    assert_eq!(there(&market, &bought).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_refunds_at_once_never_exceed_what_was_paid() {
    let market = Market::open(&shared().await, json!([product("mug", 5)])).await;
    let bought = market.buy(&[("mug", 1)], "twenty@example.com").await;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (market, bought) = (market.clone(), bought.clone());
        running.spawn(async move {
            refund(&market, &bought, json!({"amount": 500}))
                .await
                .status
        });
    }
    let mut statuses = running.join_all().await;
    statuses.sort_unstable();
    let made = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(made, 3, "{statuses:?}");
    assert_eq!(there(&market, &bought).await, 1500);
    let order = market.order(&bought).await;
    assert_eq!(order["amountRefunded"], 1500);
}

#[tokio::test]
async fn a_key_repeats_a_refund_and_pays_once_200() {
    let market = Market::open(&shared().await, json!([product("mug", 5)])).await;
    let bought = market.buy(&[("mug", 1)], "keyed@example.com").await;
    for _ in 0..2 {
        let call = market.about(&bought, "refund").json(json!({"amount": 700}));
        call.header("idempotency-key", "k1").send().await.is(200);
    }
    assert_eq!(there(&market, &bought).await, 700);
}

#[tokio::test]
async fn a_lost_answer_gives_money_back_once() {
    let (_server, market) = alone(json!([product("mug", 5)])).await;
    let bought = market.buy(&[("mug", 1)], "lost@example.com").await;
    market
        .control("misbehave", json!({"what": "lose_answer", "count": 3}))
        .await;
    refund(&market, &bought, json!({"amount": 900}))
        .await
        .is(200);
    market.wait(600).await;
    eventually("it is made", async || {
        let order = market.order(&bought).await;
        order["refunds"][0]["status"] == "made"
    })
    .await;
    assert_eq!(there(&market, &bought).await, 900);
    assert_eq!(market.order(&bought).await["amountRefunded"], 900);
}

#[tokio::test]
async fn a_refund_at_the_provider_is_seen_and_one_that_fails_is_taken_back() {
    let market = Market::open(&shared().await, json!([product("mug", 5)])).await;
    let bought = market.buy(&[("mug", 1)], "elsewhere@example.com").await;
    let payment = market.order(&bought).await["paymentId"].clone();
    let form = [
        ("payment_intent", payment.as_str().unwrap()),
        ("amount", "500"),
    ];
    let made = market.provider(Method::POST, "/v1/refunds", &form).await;
    market.becomes(&bought, "partially_refunded").await;
    let order = market.order(&bought).await;
    assert_eq!(order["amountRefunded"], 500);
    assert_eq!(order["refunds"][0]["origin"], "provider");
    let path = format!("refunds/{}", made["id"].as_str().unwrap());
    market.control(&path, json!({"status": "failed"})).await;
    market.becomes(&bought, "paid").await;
    assert_eq!(market.order(&bought).await["amountRefunded"], 0);
}

#[tokio::test]
async fn a_dispute_is_seen_and_its_end_too() {
    let market = Market::open(&shared().await, json!([product("mug", 5)])).await;
    let bought = market.buy(&[("mug", 1)], "dispute@example.com").await;
    let payment = market.order(&bought).await["paymentId"].clone();
    for (status, state, dispute) in [
        ("needs_response", "disputed", "open"),
        ("won", "paid", "won"),
    ] {
        let order = json!({"payment_intent": payment, "status": status});
        market.control("disputes", order).await;
        market.becomes(&bought, state).await;
        assert_eq!(market.order(&bought).await["dispute"], dispute);
    }
}
