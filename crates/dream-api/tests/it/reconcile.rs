//! Without news: what is due is looked at, and a round makes both sides equal whatever was lost.

mod health;
mod stopped;

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::Api;
use crate::billing::shop::{DAY, Shop, alone};
use crate::dashboard::dashboard;
use crate::project::Person;
use crate::server::{Server, eventually};

/// A round of comparing everything.
async fn round(shop: &Shop) -> Value {
    let call = shop.api().post("/_dev/reconcile");
    call.send().await.is(200).json
}

/// A shop whose server has done the round that follows a start, and does none by itself for an hour.
async fn rested() -> (Server, Shop) {
    let (server, shop) = alone(2).await;
    round(&shop).await;
    (server, shop)
}

async fn subscriber(shop: &Shop, name: &str) -> Person {
    let person = shop.project.person(&format!("{name}@example.com")).await;
    let session = shop.buy(&person, "pro").await;
    shop.confirm(&person, &session).await.is(200);
    person
}

/// Waits until nothing that a server does by itself asks the provider any more, so that whatever is ordered of the next
/// call is met by the next call of the test.
pub(crate) async fn quiet(api: &Api) {
    has_left(api).await;
    api.post("/_dev/reconcile").send().await.is(200);
    let clock = api.post("/_dev/clock").json(json!({"advanceSeconds": 0}));
    clock.send().await.is(200);
}

/// Waits until nothing waits to leave, such as what a server makes at the provider for its own demo projects.
async fn has_left(api: &Api) {
    eventually("nothing waits to leave", async || {
        let waiting = "select count(*) from outbox where status = 'waiting' and kind <> 'mail'";
        api.database().look(waiting).await == [["0"]]
    })
    .await;
}

/// From now on nothing is told any more; what was told before is worked. What leaves later, at the same account, would
/// be missed like the rest.
async fn drop_everything(shop: &Shop) {
    has_left(shop.api()).await;
    shop.wait(1).await;
    shop.control("misbehave", json!({"what": "drop"})).await;
}

/// Ends a subscription at the provider at once.
async fn end(shop: &Shop, person: &Person) {
    let path = format!("/v1/subscriptions/{}", shop.subscription(person).await);
    shop.provider(Method::DELETE, &path, &[]).await;
}

#[tokio::test]
async fn lost_end_of_a_subscription_is_seen_after_its_period() {
    let (_server, shop) = alone(2).await;
    let person = subscriber(&shop, "ada").await;
    drop_everything(&shop).await;
    end(&shop, &person).await;
    assert_eq!(shop.state(&person).await, ("pro".into(), "active".into()));
    shop.wait(32 * DAY).await;
    assert_eq!(
        shop.state(&person).await,
        ("free".into(), "canceled".into())
    );
    let found = dashboard(&shop.project, "").await;
    assert_eq!(found.number_at("/metrics/mrr"), 0);
    assert_eq!(found.number_at("/metrics/activeSubs"), 0);
    assert_eq!(found.number_at("/metrics/churn"), 10_000);
}

#[tokio::test]
async fn checkout_that_nobody_paid_makes_room_for_another() {
    let (_server, shop) = alone(2).await;
    let person = shop.project.person("ada@example.com").await;
    let first = shop.checkout(&person, "pro").await.is(200);
    let first = first.text_at("/sessionId");
    drop_everything(&shop).await;
    shop.wait(2 * DAY).await;
    let known = shop.confirm(&person, &first).await.is(200);
    assert_eq!(known.text_at("/status"), "expired");
    let second = shop.checkout(&person, "pro").await.is(200);
    assert_ne!(second.text_at("/sessionId"), first);
}

#[tokio::test]
async fn checkout_that_was_paid_without_a_word_gives_its_plan() {
    let (_server, shop) = alone(2).await;
    let person = shop.project.person("ada@example.com").await;
    drop_everything(&shop).await;
    shop.buy(&person, "pro").await;
    assert_eq!(shop.state(&person).await.0, "free");
    let report = round(&shop).await;
    assert!(report["missedEvents"].as_i64().unwrap() > 0, "{report}");
    assert_eq!(shop.state(&person).await, ("pro".into(), "active".into()));
    assert_eq!(round(&shop).await["missedEvents"], 0);
}

/// Five of each: ended, ending, at another price, two instead of one.
async fn change(shop: &Shop, people: &[Person], max: &str) {
    for (index, person) in people.iter().enumerate() {
        match index % 4 {
            0 => end(shop, person).await,
            1 => {
                shop.change(person, &[("cancel_at_period_end", "true")])
                    .await;
            }
            kind => {
                let path = format!("/v1/subscriptions/{}", shop.subscription(person).await);
                let found = shop.provider(Method::GET, &path, &[]).await;
                let item = found["items"]["data"][0]["id"].as_str().unwrap();
                let what = match kind {
                    2 => ("items[0][price]", max),
                    _ => ("items[0][quantity]", "2"),
                };
                shop.change(person, &[("items[0][id]", item), what]).await;
            }
        }
    }
}

#[tokio::test]
async fn twenty_lost_changes_are_put_right_by_one_round_and_none_by_the_next() {
    let (_server, shop) = alone(2).await;
    let mut people = Vec::new();
    for index in 0..20 {
        people.push(subscriber(&shop, &format!("p{index}")).await);
    }
    let call = shop.api().get("/tiers").bearer(&shop.project.sk);
    let max = call.send().await.is(200).text_at("/tiers/2/priceId");
    let first = round(&shop).await;
    assert_eq!(
        (&first["read"], &first["repaired"]),
        (&json!(20), &json!(0))
    );
    drop_everything(&shop).await;
    change(&shop, &people, &max).await;
    shop.wait(3600).await;
    for person in &people {
        assert_eq!(shop.state(person).await, ("pro".into(), "active".into()));
    }
    let repaired = round(&shop).await;
    assert_eq!(
        (
            &repaired["read"],
            &repaired["repaired"],
            &repaired["failed"]
        ),
        (&json!(20), &json!(20), &json!(0)),
        "{repaired}"
    );
    assert_eq!(repaired["missedEvents"], 20, "{repaired}");
    let states = [
        ("free", "canceled"),
        ("pro", "canceling"),
        ("max", "active"),
        ("pro", "active"),
    ];
    for (index, person) in people.iter().enumerate() {
        let (plan, status) = states[index % 4];
        assert_eq!(shop.state(person).await, (plan.into(), status.into()));
    }
    let found = dashboard(&shop.project, "").await;
    assert_eq!(found.number_at("/metrics/mrr"), 5 * 9900 + 5 * 5800);
    assert_eq!(found.number_at("/health/repaired"), 20);
    assert!(found.text.contains("\"code\":\"repaired\""));
    let again = round(&shop).await;
    // What has ended is read no more.
    let expected = [15, 0, 0].map(|number| json!(number));
    let of = |name: &str| again[name].clone();
    let told = [of("read"), of("repaired"), of("missedEvents")];
    assert_eq!(told, expected, "{again}");
    let settled = dashboard(&shop.project, "").await;
    assert_eq!(settled.number_at("/health/repaired"), 0);
    assert_eq!(settled.json["metrics"], found.json["metrics"]);
}

#[tokio::test]
async fn round_goes_on_when_the_provider_fails_for_some() {
    let (_server, shop) = alone(2).await;
    let person = subscriber(&shop, "ada").await;
    drop_everything(&shop).await;
    end(&shop, &person).await;
    // The client tries three times.
    let fault = json!({"what": "answer_500", "count": 3});
    shop.control("misbehave", fault).await;
    let failed = round(&shop).await;
    assert!(failed["failed"].as_i64().unwrap() > 0, "{failed}");
    let fault = json!({"what": "answer_500", "count": 0});
    shop.control("misbehave", fault).await;
    let done = round(&shop).await;
    assert_eq!(done["failed"], 0, "{done}");
    assert_eq!(shop.state(&person).await.0, "free");
}

#[tokio::test]
async fn round_is_for_development_alone_404() {
    let (server, shop) = alone(2).await;
    let call = shop.api().post("/_dev/reconcile");
    let call = call.header("origin", "https://evil.example.com");
    call.send().await.problem(404, "not_found");
    drop(server);
}
