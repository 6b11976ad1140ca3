//! From the cart to the receipt.

use serde_json::{Value, json};

use super::market::{Bought, Market, SHOP, alone, product};
use crate::server::{eventually, shared};

#[tokio::test]
async fn a_cart_is_held_paid_and_told_200() {
    let products = json!([
        product("mug", 5),
        product("cap", 2),
        product("file", Value::Null)
    ]);
    let market = Market::open(&shared().await, products).await;
    market
        .project
        .settings(json!({"shippingCountries": ["DE", "US"]}))
        .await
        .is(200);
    let mut cart = market.cart(&[("mug", 1), ("cap", 1), ("mug", 1), ("file", 3)]);
    cart["email"] = "ada.cart@example.com".into();
    let bought = Bought::of(&market.send_public(&cart).await.is(200));
    assert!(bought.url.contains(&bought.session), "{}", bought.url);
    assert_eq!((market.left("mug").await, market.left("cap").await), (3, 1));
    let order = market.order(&bought).await;
    let lines: Vec<_> = order["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            (
                line["tier"].as_str().unwrap(),
                line["quantity"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(lines, [("mug", 2), ("cap", 1), ("file", 3)]);
    assert_eq!(order["status"], "pending");
    assert_eq!(order["amountTotal"], 6 * 1800);
    let session = market.session(&bought).await;
    assert_eq!(session["metadata"]["orderId"], *bought.order);
    assert_eq!(session["amount_total"], 6 * 1800);
    assert_eq!(session["success_url"], format!("{SHOP}/thanks"));

    let address = json!({"line1": "Main Street 1", "city": "Berlin", "postal_code": "10115", "country": "DE"});
    let path = format!("checkout/{}/pay", bought.session);
    let payer = json!({"email": "ada.cart@example.com", "name": "Ada", "address": address});
    market.control(&path, payer).await;
    market.becomes(&bought, "paid").await;
    assert_eq!((market.left("mug").await, market.left("cap").await), (3, 1));
    let order = market.order(&bought).await;
    assert_eq!(order["shipping"]["address"]["postalCode"], "10115");
    assert!(order["paymentId"].as_str().unwrap().starts_with("pi_"));
    receipt_is_mailed(&market, &bought).await;
}

/// The buyer has one mail with a link, and whoever has the link sees the receipt without any key.
async fn receipt_is_mailed(market: &Market, bought: &Bought) {
    let mails = async || market.mails("ada.cart@example.com", "Your order").await;
    eventually("the receipt is mailed", async || !mails().await.is_empty()).await;
    assert_eq!(mails().await.len(), 1);
    let url = market.order(bought).await["receiptUrl"].clone();
    let url = url.as_str().unwrap();
    let mail = market.api().get(&format!(
        "/_dev/mail/{}",
        mails().await[0]["id"].as_str().unwrap()
    ));
    assert!(mail.send().await.is(200).text.contains(url), "{url}");
    let token = url.rsplit('/').next().unwrap();
    assert!(token.len() >= 22, "128 bits are 22 characters of base64");
    let receipt = market.api().get(&format!("/api/receipts/{token}"));
    let receipt = receipt.send().await.is(200);
    assert_eq!(receipt.text_at("/order/id"), bought.order);
    assert_eq!(receipt.text_at("/project/name"), "Market");
    assert_eq!(receipt.number_at("/order/lines/0/amount"), 3600);
    let what: Vec<_> = receipt.json["order"]["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["what"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(what, ["Ordered", "Paid $108.00"]);
}

#[tokio::test]
async fn all_of_twelve_lines_are_sold() {
    let names: Vec<String> = (0..12).map(|n| format!("thing{n}")).collect();
    let products: Vec<Value> = names.iter().map(|name| product(name, 9)).collect();
    let market = Market::open(&shared().await, products.into()).await;
    let wanted: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), 2)).collect();
    let bought = market.buy(&wanted, "twelve@example.com").await;
    for name in &names {
        assert_eq!(market.left(name).await, 7, "{name}");
    }
    let order = market.order(&bought).await;
    assert_eq!(order["amountTotal"], 24 * 1800);
    let paid = order["lines"].as_array().unwrap().iter();
    let sum: i64 = paid.map(|line| line["amount"].as_i64().unwrap()).sum();
    assert_eq!(sum, 24 * 1800);
}

#[tokio::test]
async fn a_landing_without_a_payment_makes_no_sale() {
    let market = Market::open(&shared().await, json!([product("mug", 3)])).await;
    let bought = market.checkout(&[("mug", 1)]).await;
    let landed = market.landing(&bought).await.is(200);
    assert_eq!(
        (landed.text_at("/status"), landed.text_at("/orderState")),
        ("open".to_owned(), "pending".to_owned())
    );
    assert_eq!(market.state(&bought).await, "pending");
}

#[tokio::test]
async fn webhooks_and_landings_at_once_sell_once() {
    let (_server, market) = alone(json!([product("mug", 5)])).await;
    let order = json!({"what": "duplicate", "count": 4});
    market.control("misbehave", order).await;
    let bought = market.checkout(&[("mug", 2)]).await;
    let landings = async {
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let (market, bought) = (market.clone(), bought.clone());
            running.spawn(async move { market.landing(&bought).await.is(200) });
        }
        running.join_all().await
    };
    tokio::join!(market.pay(&bought, "once@example.com"), landings);
    market.becomes(&bought, "paid").await;
    for _ in 0..4 {
        replay_everything(&market).await;
    }
    market.control("settle", json!({})).await;
    assert_eq!(market.left("mug").await, 3);
    let order = market.order(&bought).await;
    let timeline = order["timeline"].as_array().unwrap();
    let kinds: Vec<_> = timeline
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["created", "paid"]);
    assert_eq!(
        market.mails("once@example.com", "Your order").await.len(),
        1
    );
}

/// Works every event of the project again.
async fn replay_everything(market: &Market) {
    let events = market.get("/api/events").await.is(200);
    for event in events.json["events"].as_array().unwrap() {
        let id = event["id"].as_str().unwrap();
        market
            .post(&format!("/api/events/{id}/replay"), json!({}))
            .await;
    }
}

#[tokio::test]
async fn what_was_sold_at_the_provider_counts_when_it_differs_from_what_was_ordered() {
    let (server, market) = alone(json!([product("mug", 10), product("cap", 10)])).await;
    let bought = market.checkout(&[("mug", 3), ("cap", 3)]).await;
    // As if the buyer had been able to change quantities on the page: from 2 to 3 mugs, from 4 to 3 caps.
    let api = server.api();
    api.database()
        .plant(&format!(
            "update order_lines set quantity = case tier when 'mug' then 2 else 4 end where order_id = '{0}';
             update reservations set quantity = case tier when 'mug' then 2 else 4 end where order_id = '{0}';
             update tiers set inventory = case name when 'mug' then 8 else 6 end where name in ('mug', 'cap') and publishable_key = '{1}';
             update tenants set generation = generation + 1 where publishable_key = '{1}';",
            bought.order, market.project.pk
        ))
        .await;
    market.pay(&bought, "differs@example.com").await;
    market.becomes(&bought, "paid").await;
    let order = market.order(&bought).await;
    let quantities: Vec<_> = order["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["quantity"].as_i64().unwrap())
        .collect();
    assert_eq!(quantities, [3, 3]);
    assert_eq!((market.left("mug").await, market.left("cap").await), (7, 7));
}

/// Gives an order up behind the back of the provider, so that its page can still be paid.
async fn forget(market: &Market, bought: &Bought, left: i64) {
    let pk = &market.project.pk;
    let sql = format!(
        "update orders set closed_at = created_at, check_at = null, status = 'expired', version = version + 1 where order_id = '{0}';
         update reservations set status = 'released' where order_id = '{0}';
         update tiers set inventory = {left} where publishable_key = '{pk}';
         update tenants set generation = generation + 1 where publishable_key = '{pk}';",
        bought.order
    );
    market.api().database().plant(&sql).await;
}

#[tokio::test]
async fn a_payment_after_the_end_takes_stock_that_is_there() {
    let (_server, market) = alone(json!([product("mug", 2)])).await;
    let bought = market.checkout(&[("mug", 2)]).await;
    forget(&market, &bought, 2).await;
    market.pay(&bought, "late@example.com").await;
    market.becomes(&bought, "paid").await;
    assert_eq!(market.left("mug").await, 0);
    let what = market.order(&bought).await["timeline"].to_string();
    assert!(what.contains("after the time to pay was over"), "{what}");
}

#[tokio::test]
async fn a_payment_after_the_end_goes_back_where_nothing_is_left() {
    let (_server, market) = alone(json!([product("mug", 2)])).await;
    let bought = market.checkout(&[("mug", 2)]).await;
    forget(&market, &bought, 1).await;
    market.pay(&bought, "toolate@example.com").await;
    market.becomes(&bought, "refunded").await;
    assert_eq!(market.left("mug").await, 1, "one is not two");
    let order = market.order(&bought).await;
    assert_eq!(order["amountRefunded"], 3600);
    assert_eq!(order["refunds"][0]["origin"], "out_of_stock");
    let timeline = order["timeline"].to_string();
    assert!(timeline.contains("2 × MUG"), "{timeline}");
    eventually("the buyer is told", async || {
        let mails = market.mails("toolate@example.com", "back from Market");
        !mails.await.is_empty()
    })
    .await;
}

#[tokio::test]
async fn what_is_not_paid_in_time_is_available_again() {
    let (_server, market) = alone(json!([product("mug", 2)])).await;
    market
        .control("misbehave", json!({"what": "drop", "count": 50}))
        .await;
    let bought = market.checkout(&[("mug", 2)]).await;
    assert_eq!(market.left("mug").await, 0);
    market.wait(34 * 60).await;
    market.becomes(&bought, "expired").await;
    assert_eq!(market.left("mug").await, 2);
    assert_eq!(market.session(&bought).await["status"], "expired");
    let held = market.get("/api/reservations").await.is(200);
    assert_eq!(held.json["reservations"], json!([]));
}

#[tokio::test]
async fn what_was_paid_without_a_word_is_found_at_the_end() {
    let (_server, market) = alone(json!([product("mug", 2)])).await;
    market
        .control("misbehave", json!({"what": "drop", "count": 50}))
        .await;
    let bought = market.checkout(&[("mug", 2)]).await;
    market.pay(&bought, "silent@example.com").await;
    market.wait(34 * 60).await;
    market.becomes(&bought, "paid").await;
    assert_eq!(market.left("mug").await, 0);
}

#[tokio::test]
async fn a_page_that_cannot_be_opened_holds_nothing_503() {
    let (_server, market) = alone(json!([product("mug", 2)])).await;
    market.checkout(&[("mug", 1)]).await;
    market
        .control("misbehave", json!({"what": "answer_500", "count": 1000}))
        .await;
    let reply = market.send(&market.cart(&[("mug", 1)])).await;
    reply.problem(503, "stripe_unavailable");
    assert_eq!(market.left("mug").await, 1);
    let all = market.get("/api/orders?state=expired").await.is(200);
    assert_eq!(all.json["orders"].as_array().unwrap().len(), 1);
}
