//! What a round looks at besides subscriptions: bad things to write about, accounts, an emptied sandbox.

use serde_json::{Value, json};

use super::{drop_everything, rested, round};
use crate::billing::shop::{DAY, Shop, TEST_KEY, alone};

/// Whom the projects of the tests belong to.
const DEVELOPER: &str = "demo@dream-api.test";

/// The subjects of the mails to the developer that say that something is bad, and their texts.
async fn told(shop: &Shop) -> Vec<Value> {
    let call = shop.api().get(&format!("/_dev/mail?to={DEVELOPER}"));
    let found = call.send().await.is(200).json;
    let all = found["messages"].as_array().unwrap();
    let is_alert = |mail: &&Value| mail["subject"].as_str().unwrap().ends_with("needs you");
    all.iter().filter(is_alert).cloned().collect()
}

/// Gives one more event of the project up, past the server.
async fn give_up(shop: &Shop) {
    let pk = &shop.project.pk;
    let sql = format!(
        "update inbox set status = 'dead' where event_id = (select min(event_id) from inbox
            where publishable_key = '{pk}' and status = 'done')"
    );
    let database = shop.api().database.as_ref().unwrap();
    database.plant(&sql).await;
}

#[tokio::test]
async fn developer_is_written_once_a_day_about_events_that_were_given_up() {
    let (_server, shop) = alone(2).await;
    let person = shop.project.person("ada@example.com").await;
    let session = shop.buy(&person, "pro").await;
    shop.confirm(&person, &session).await.is(200);
    shop.wait(1).await;
    round(&shop).await;
    assert_eq!(told(&shop).await, [] as [Value; 0], "nothing is bad");
    give_up(&shop).await;
    round(&shop).await;
    let mails = told(&shop).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    let mail = mails[0].to_string();
    let link = format!("/dashboard/{}/events?status=dead", shop.project.pk);
    assert!(mail.contains("1 event could not be worked"), "{mail}");
    assert!(mail.contains(&link), "{mail}");
    give_up(&shop).await;
    round(&shop).await;
    assert_eq!(told(&shop).await.len(), 1, "one a day");
    shop.wait(DAY).await;
    round(&shop).await;
    let mails = told(&shop).await;
    assert_eq!(mails.len(), 2, "{mails:?}");
    assert!(mails[0].to_string().contains("2 events could not"));
    shop.wait(DAY).await;
    round(&shop).await;
    assert_eq!(told(&shop).await.len(), 2, "nothing new happened");
}

/// The connected account as the developer sees it.
async fn account(shop: &Shop) -> Value {
    let call = shop.api().get("/payment-account?mode=test");
    let call = call.bearer(shop.api().developer());
    call.send().await.is(200).json
}

#[tokio::test]
async fn health_of_an_account_is_asked_for_without_any_event() {
    let (_server, shop) = rested().await;
    let known = account(&shop).await["displayName"].clone();
    let database = shop.api().database.as_ref().unwrap();
    let planted = "update payment_accounts set display_name = 'An old name'";
    database.plant(planted).await;
    assert_eq!(account(&shop).await["displayName"], "An old name");
    round(&shop).await;
    assert_eq!(account(&shop).await["displayName"], known);
}

#[tokio::test]
async fn account_that_cannot_be_paid_is_told_again_when_that_comes_back() {
    let (_server, shop) = alone(2).await;
    drop_everything(&shop).await;
    let change = format!("accounts/{}", shop.account);
    for (enabled, mails) in [(false, 1), (false, 1), (true, 1), (false, 2)] {
        let changes = json!({"charges_enabled": enabled});
        shop.control(&change, changes).await;
        round(&shop).await;
        assert_eq!(account(&shop).await["chargesEnabled"], enabled);
        let told = told(&shop).await;
        let is_ours = |mail: &&Value| mail.to_string().contains(&shop.project.pk);
        assert_eq!(told.iter().filter(is_ours).count(), mails, "{told:?}");
        shop.wait(DAY).await;
    }
}

#[tokio::test]
async fn emptied_sandbox_has_our_endpoints_again_after_a_round() {
    let (_server, shop) = rested().await;
    let endpoints = async || {
        let call = shop
            .client
            .get(format!("{}/v1/webhook_endpoints", shop.sandbox));
        let found = call.bearer_auth(TEST_KEY).send().await.unwrap();
        let found: Value = serde_json::from_str(&found.text().await.unwrap()).unwrap();
        found["data"].as_array().unwrap().len()
    };
    assert_eq!(endpoints().await, 2);
    shop.control("reset", json!({})).await;
    assert_eq!(endpoints().await, 0);
    round(&shop).await;
    assert_eq!(endpoints().await, 2);
}
