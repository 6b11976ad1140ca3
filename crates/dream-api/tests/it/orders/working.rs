//! What a seller sees of orders, and sends.

use serde_json::{Value, json};

use crate::cart::market::{Market, product};
use crate::server::{eventually, shared};

#[tokio::test]
async fn orders_are_listed_filtered_and_paged_200() {
    let market = Market::open(&shared().await, json!([product("mug", 50)])).await;
    let first = market.buy(&[("mug", 1)], "list.one@example.com").await;
    let second = market.buy(&[("mug", 2)], "list.two@example.com").await;
    let third = market.checkout(&[("mug", 3)]).await;
    let ids = async |query: &str| {
        let reply = market.get(&format!("/api/orders?{query}")).await.is(200);
        let orders = reply.json["orders"].as_array().unwrap().clone();
        let id = |order: &Value| order["id"].as_str().unwrap().to_owned();
        orders.iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!(
        ids("").await,
        [&*third.order, &*second.order, &*first.order]
    );
    assert_eq!(ids("state=pending").await, [&*third.order]);
    assert_eq!(ids("customer=LIST.one@example.com").await, [&*first.order]);
    for (search, found) in [
        ("LIST.ONE", vec![&*first.order]),
        ("@example.com", vec![&*second.order, &*first.order]),
        (&*third.order, vec![&*third.order]),
        ("list_one", vec![]),
        ("%25", vec![]),
    ] {
        assert_eq!(ids(&format!("search={search}")).await, found, "{search}");
    }
    let payment = market.order(&second).await["paymentId"].clone();
    let payment = payment.as_str().expect("it was paid");
    assert_eq!(ids(&format!("search={payment}")).await, [&*second.order]);
    let made = market.order(&second).await["createdAt"].as_i64().unwrap();
    let window = format!("from={made}&to={}", made + 1);
    assert_eq!(ids(&window).await, [&*second.order]);
    let page = market.get("/api/orders?limit=2").await.is(200);
    assert_eq!(page.json["hasMore"], true);
    assert_eq!(page.number_at("/orders/0/lines/0/quantity"), 3);
    let cursor = page.text_at("/nextCursor");
    assert_eq!(
        ids(&format!("limit=2&cursor={cursor}")).await,
        [&*first.order]
    );
    for (query, code) in [
        ("state=gone", "invalid_value"),
        ("limit=0", "invalid_value"),
        ("search=a%00b", "invalid_value"),
        ("from=yesterday", "invalid_value"),
        ("cursor=abc", "invalid_cursor"),
    ] {
        let reply = market.get(&format!("/api/orders?{query}")).await;
        reply.problem(422, code);
    }
}

#[tokio::test]
async fn an_order_of_another_project_is_not_found_404() {
    let market = Market::open(&shared().await, json!([product("mug", 5)])).await;
    let other = Market::open(&shared().await, json!([product("mug", 5)])).await;
    let theirs = other.checkout(&[("mug", 1)]).await;
    let one = format!("/api/orders/{}", theirs.order);
    market.get(&one).await.problem(404, "not_found");
    for what in ["fulfil", "refund", "release"] {
        let reply = market.about(&theirs, what).json(json!({})).send().await;
        reply.problem(404, "not_found");
    }
    let public = market.api().get(&one).key(&other.project.pk);
    public.send().await.problem(403, "secret_key_required");
    assert_eq!(other.state(&theirs).await, "pending");
}

#[tokio::test]
async fn a_sent_order_is_told_to_its_buyer_200() {
    let market = Market::open(&shared().await, json!([product("mug", 5)])).await;
    let unpaid = market.checkout(&[("mug", 1)]).await;
    let early = market.about(&unpaid, "fulfil").json(json!({})).send().await;
    early.problem(409, "conflict");
    let bought = market.buy(&[("mug", 1)], "sent@example.com").await;
    let bad = json!({"trackingUrl": "javascript:alert(1)"});
    let refused = market.about(&bought, "fulfil").json(bad).send().await;
    refused.problem(422, "invalid_value");
    let how = json!({"trackingUrl": "https://parcels.example.com/1", "note": "By bicycle"});
    let sent = market.about(&bought, "fulfil").json(how).send().await;
    let sent = sent.is(200);
    assert_eq!(sent.text_at("/order/status"), "fulfilled");
    assert_eq!(
        sent.text_at("/order/trackingUrl"),
        "https://parcels.example.com/1"
    );
    eventually("the buyer is told", async || {
        let mails = market.mails("sent@example.com", "is on its way").await;
        mails.len() == 1
    })
    .await;
}

#[tokio::test]
async fn a_developer_is_told_when_a_product_is_nearly_sold_out() {
    let market = Market::open(&shared().await, json!([product("teapot", 7)])).await;
    let developer = "demo@dream-api.test";
    market.buy(&[("teapot", 3)], "stock@example.com").await;
    let mails = async || market.mails(developer, "TEAPOT").await;
    eventually("few are left", async || mails().await.len() == 1).await;
    market.buy(&[("teapot", 4)], "stock@example.com").await;
    eventually("sold out", async || mails().await.len() == 2).await;
    let subject = mails().await[0]["subject"].clone();
    assert!(subject.as_str().unwrap().contains("sold out"), "{subject}");
}
