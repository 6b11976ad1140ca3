//! Events as they come: believed by their signature, worked once, and never taken at their word.

use reqwest::Method;
use serde_json::json;

use super::shop::{Shop, alone};
use crate::server::{eventually, shared};

#[tokio::test]
async fn what_is_not_signed_is_refused() {
    let api = shared().await;
    let event = json!({"id": "evt_1", "object": "event", "type": "checkout.session.completed", "created": 1, "livemode": false, "data": {"object": {}}});
    api.post("/webhook/stripe").json(&event).send().await.problem(400, "missing_signature");
    for header in ["", "t=1", "v1=aa", "t=1,v1=zz", "t=99999999999,v1=00"] {
        let call = api.post("/webhook/stripe").header("stripe-signature", header);
        call.json(&event).send().await.problem(400, "invalid_signature");
    }
}

#[tokio::test]
async fn an_upgrade_comes_by_its_event_alone() {
    let shop = Shop::open(&shared().await, 2).await;
    let person = shop.project.person("ada@example.com").await;
    shop.buy(&person, "pro").await;
    let completed = async || {
        let call = shop.api().get("/api/events?type=checkout.session.completed&status=done");
        let events = shop.project.secret(call).send().await.is(200);
        events.json["events"][0].clone()
    };
    eventually("the event is worked", async || !completed().await.is_null()).await;
    assert_eq!(shop.state(&person).await, ("pro".into(), "active".into()));
    let event = completed().await;
    assert!(event["payload"]["data"]["object"]["id"].is_string());
    let path = format!("/api/events/{}/replay", event["id"].as_str().unwrap());
    let again = shop.project.secret(shop.api().post(&path)).send().await.is(200);
    assert_eq!(again.json["event"]["status"], "done");
    assert_eq!(shop.state(&person).await, ("pro".into(), "active".into()));
}

#[tokio::test]
async fn an_event_of_another_account_changes_nothing_whatever_it_says() {
    let (server, shop) = alone(2).await;
    let person = shop.project.person("ada@example.com").await;
    let thief = shop
        .control("connect", json!({"key": "sk_test_dreamsandboxplatform", "account": "acct_thief"}))
        .await;
    let thief = Shop {
        account: thief["account"].as_str().unwrap().to_owned(),
        ..Shop::of(&server.api(), shop.project.clone()).await
    };
    let price = [
        ("currency", "usd"),
        ("unit_amount", "100"),
        ("product_data[name]", "Cheap"),
        ("recurring[interval]", "month"),
    ];
    let price = thief.provider(Method::POST, "/v1/prices", &price).await;
    let (pk, user) = (&shop.project.pk, &person.id);
    let session = [
        ("mode", "subscription"),
        ("success_url", "http://127.0.0.1:9/"),
        ("line_items[0][price]", price["id"].as_str().unwrap()),
        ("line_items[0][quantity]", "1"),
        ("client_reference_id", user),
        ("metadata[userId]", user),
        ("metadata[publishableKey]", pk),
        ("metadata[tier]", "pro"),
        ("subscription_data[metadata][userId]", user),
        ("subscription_data[metadata][publishableKey]", pk),
        ("subscription_data[metadata][tier]", "pro"),
    ];
    let session = thief.provider(Method::POST, "/v1/checkout/sessions", &session).await;
    thief.pay(session["id"].as_str().unwrap(), "4242424242424242").await;
    thief.control("settle", json!({})).await;
    let rows = server.api().database().look("select count(*) from inbox where account_id = 'acct_thief' and status = 'ignored'").await;
    assert_ne!(rows, [["0"]], "the events came and told nothing of ours");
    assert_eq!(shop.state(&person).await, ("free".into(), "none".into()));
}

#[tokio::test]
async fn events_that_come_twice_late_and_in_disorder_lead_to_the_same() {
    let (_server, shop) = alone(2).await;
    let person = shop.project.person("ada@example.com").await;
    for what in ["duplicate", "reorder"] {
        shop.control("misbehave", json!({"what": what, "count": 8})).await;
    }
    let session = shop.buy(&person, "pro").await;
    shop.confirm(&person, &session).await.is(200);
    shop.change(&person, &[("cancel_at_period_end", "true")]).await;
    shop.change(&person, &[("cancel_at_period_end", "false")]).await;
    let id = shop.subscription(&person).await;
    shop.provider(Method::DELETE, &format!("/v1/subscriptions/{id}"), &[]).await;
    shop.control("settle", json!({})).await;
    eventually("it is cancelled", async || {
        shop.state(&person).await == ("free".into(), "canceled".into())
    })
    .await;
    let changes = shop.api().database().look("select from_plan, to_plan from subscription_changes order by at, change_id").await;
    assert_eq!(changes.first().unwrap(), &["free", "pro"]);
    assert_eq!(changes.last().unwrap()[1], "free");
}
