//! The promise as a whole: the limit, the checkout, the first call after it, the end of what was paid.

use reqwest::Method;
use serde_json::{Value, json};

use super::shop::{DAY, Shop, alone};
use crate::load::send_all;
use crate::project::Person;
use crate::server::{eventually, shared};

/// From the limit of the free plan to the first call of the paid one.
async fn upgrade(shop: &Shop, person: &Person) {
    for _ in 0..2 {
        shop.track(person).await.is(200);
    }
    shop.track(person).await.problem(403, "tier_limit_reached");
    let session = shop.buy(person, "pro").await;
    let done = shop.confirm(person, &session).await.is(200);
    assert_eq!(
        done.json,
        json!({"status": "complete", "paid": true, "plan": "pro"})
    );
    let first = shop.track(person).await.is(200);
    assert_eq!(
        (
            first.number_at("/usage/limit"),
            first.number_at("/usage/count")
        ),
        (20, 3)
    );
    assert_eq!(shop.state(person).await, ("pro".into(), "active".into()));
}

#[tokio::test]
async fn the_first_call_after_the_checkout_has_the_new_limit() {
    let shop = Shop::open(&shared().await, 2).await;
    let person = shop.project.person("ada@example.com").await;
    upgrade(&shop, &person).await;
}

#[tokio::test]
async fn a_cancelled_plan_lasts_to_its_end_and_then_is_free_again() {
    let (_server, shop) = alone(2).await;
    let person = shop.project.person("ada@example.com").await;
    upgrade(&shop, &person).await;
    shop.change(&person, &[("cancel_at_period_end", "true")])
        .await;
    eventually("the event is worked", async || {
        shop.state(&person).await == ("pro".into(), "canceling".into())
    })
    .await;
    shop.wait(20 * DAY).await;
    assert_eq!(shop.state(&person).await.0, "pro");
    shop.wait(15 * DAY).await;
    assert_eq!(
        shop.state(&person).await,
        ("free".into(), "canceled".into())
    );
    assert_eq!(
        shop.track(&person).await.is(200).number_at("/usage/limit"),
        2
    );
}

#[tokio::test]
async fn a_plan_ends_though_every_event_is_lost() {
    let (_server, shop) = alone(2).await;
    let person = shop.project.person("ada@example.com").await;
    upgrade(&shop, &person).await;
    shop.control("misbehave", json!({"what": "drop"})).await;
    shop.change(&person, &[("cancel_at_period_end", "true")])
        .await;
    shop.wait(35 * DAY).await;
    assert_eq!(
        shop.state(&person).await,
        ("free".into(), "canceled".into())
    );
    assert_eq!(
        shop.track(&person).await.is(200).number_at("/usage/limit"),
        2
    );
}

#[tokio::test]
async fn a_renewal_goes_on_month_by_month_and_is_written_down() {
    let (_server, shop) = alone(2).await;
    let person = shop.project.person("ada@example.com").await;
    upgrade(&shop, &person).await;
    for _ in 0..3 {
        shop.wait(31 * DAY).await;
    }
    assert_eq!(shop.state(&person).await, ("pro".into(), "active".into()));
    let path = format!("/api/customers/{}/invoices", person.id);
    let list = shop
        .project
        .secret(shop.api().get(&path))
        .send()
        .await
        .is(200);
    let invoices = list.json["invoices"].as_array().unwrap();
    assert_eq!(invoices.len(), 4, "{}", list.text);
    assert!(
        invoices
            .iter()
            .all(|i| i["status"] == "paid" && i["amountPaid"] == 2900)
    );
}

#[tokio::test]
async fn a_card_that_fails_later_keeps_the_plan_for_the_grace_and_no_longer() {
    let (_server, shop) = alone(2).await;
    let person = shop.project.person("ada@example.com").await;
    let session = shop
        .checkout(&person, "pro")
        .await
        .is(200)
        .text_at("/sessionId");
    shop.pay(&session, "4000000000000341").await;
    shop.confirm(&person, &session).await.is(200);
    shop.wait(32 * DAY).await;
    assert_eq!(shop.state(&person).await, ("pro".into(), "past_due".into()));
    shop.wait(8 * DAY).await;
    assert_eq!(shop.state(&person).await.0, "free");
    shop.wait(60 * DAY).await;
    assert_eq!(
        shop.state(&person).await,
        ("free".into(), "canceled".into())
    );
}

#[tokio::test]
async fn whoever_pays_already_is_shown_the_portal() {
    let shop = Shop::open(&shared().await, 2).await;
    let person = shop.project.person("ada@example.com").await;
    let session = shop.buy(&person, "pro").await;
    shop.confirm(&person, &session).await.is(200);
    for tier in ["pro", "max"] {
        let page = shop.checkout(&person, tier).await.is(200);
        assert!(page.text_at("/url").contains("/portal/"), "{}", page.text);
        assert!(page.json.get("sessionId").is_none());
    }
    let call = shop.api().post("/api/customer-portal");
    let call = call.json(json!({"returnUrl": "http://localhost:3000/account"}));
    let page = shop
        .project
        .as_user(call, &person.token)
        .send()
        .await
        .is(200);
    assert!(page.text_at("/url").contains("/portal/bps_"));
    // The same page, for the developer to send.
    let portal = async |id: &str, body: Value| {
        let call = shop.api().post(&format!("/api/customers/{id}/portal"));
        shop.project.secret(call).json(body).send().await
    };
    for body in [
        json!({}),
        json!({"flow": "cancel", "returnUrl": "http://localhost:3000/"}),
    ] {
        let page = portal(&person.id, body).await.is(200);
        assert!(page.text_at("/url").contains("/portal/bps_"));
    }
    let body = json!({"returnUrl": "https://evil.example.com"});
    let away = portal(&person.id, body).await;
    away.problem(422, "redirect_not_allowed");
    let free = shop.project.customer("bob@example.com").await;
    portal(&free, json!({}))
        .await
        .problem(400, "no_subscription");
    portal("nobody", json!({}))
        .await
        .problem(404, "customer_not_found");
    assert_eq!(shop.subscriptions(&person).await.len(), 1);
}

#[tokio::test]
async fn one_checkout_is_open_however_often_it_is_asked_for() {
    let shop = Shop::open(&shared().await, 2).await;
    let person = shop.project.person("ada@example.com").await;
    let body = json!({"tier": "pro"});
    let (project, token) = (shop.project.clone(), person.token.clone());
    let ask = move |_| {
        let call = project.api.post("/api/create-checkout").json(&body);
        project.as_user(call, &token)
    };
    let mut sessions: Vec<String> = send_all(10, 10, ask)
        .await
        .into_iter()
        .map(|page| page.is(200).text_at("/sessionId"))
        .collect();
    sessions.dedup();
    assert_eq!(sessions.len(), 1, "{sessions:?}");
    let path = format!("/v1/customers?email={}", "ada%40example.com");
    let found = shop.provider(Method::GET, &path, &[]).await;
    let ours = |customer: &&serde_json::Value| customer["metadata"]["userId"] == *person.id;
    let customers = found["data"].as_array().unwrap().iter().filter(ours);
    assert_eq!(customers.count(), 1);
}

#[tokio::test]
async fn back_from_the_checkout_the_page_settles_it_and_gives_no_token_away() {
    let shop = Shop::open(&shared().await, 2).await;
    let person = shop.project.person("ada@example.com").await;
    let session = shop
        .checkout(&person, "pro")
        .await
        .is(200)
        .text_at("/sessionId");
    let path = format!("/v1/checkout/sessions/{session}");
    let at_provider = shop.provider(Method::GET, &path, &[]).await;
    let success = at_provider["success_url"].as_str().unwrap();
    assert!(
        success.ends_with("&session_id={CHECKOUT_SESSION_ID}") && success.contains("/refresh?pk="),
        "{success}"
    );
    shop.control("misbehave", json!({"what": "drop", "count": 5}))
        .await;
    shop.pay(&session, "4242424242424242").await;
    let back = success.replace("{CHECKOUT_SESSION_ID}", &session);
    let page = shop
        .api()
        .get(back.trim_start_matches(&shop.api().base))
        .send()
        .await;
    let page = page.is(200);
    assert!(page.text.contains("\"isBuyer\":false") && page.text.contains("\"isSettled\":true"));
    assert!(!page.text.contains("eyJ"), "a token is in the page");
    assert_eq!(
        shop.track(&person).await.is(200).number_at("/usage/limit"),
        20
    );
}
