//! Events as they come: believed by their signature, worked once, and never taken at their word.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use reqwest::Method;
use serde_json::{Value, json};

use super::shop::{Shop, alone};
use crate::api::Reply;
use crate::server::{Server, eventually, shared};

#[tokio::test]
async fn what_is_not_signed_is_refused() {
    let api = shared().await;
    let event = json!({"id": "evt_1", "object": "event", "type": "checkout.session.completed", "created": 1, "livemode": false, "data": {"object": {}}});
    api.post("/webhook/stripe")
        .json(&event)
        .send()
        .await
        .problem(400, "missing_signature");
    for header in ["", "t=1", "v1=aa", "t=1,v1=zz", "t=99999999999,v1=00"] {
        let call = api
            .post("/webhook/stripe")
            .header("stripe-signature", header);
        call.json(&event)
            .send()
            .await
            .problem(400, "invalid_signature");
    }
}

#[tokio::test]
async fn an_upgrade_comes_by_its_event_alone() {
    let shop = Shop::open(&shared().await, 2).await;
    let person = shop.project.person("ada@example.com").await;
    shop.buy(&person, "pro").await;
    let completed = async || {
        let call = shop
            .api()
            .get("/api/events?type=checkout.session.completed&status=done");
        let events = shop.project.secret(call).send().await.is(200);
        events.json["events"][0].clone()
    };
    eventually("the event is worked", async || !completed().await.is_null()).await;
    assert_eq!(shop.state(&person).await, ("pro".into(), "active".into()));
    let event = completed().await;
    assert!(event["payload"]["data"]["object"]["id"].is_string());
    let path = format!("/api/events/{}/replay", event["id"].as_str().unwrap());
    let again = shop
        .project
        .secret(shop.api().post(&path))
        .send()
        .await
        .is(200);
    assert_eq!(again.json["event"]["status"], "done");
    assert_eq!(shop.state(&person).await, ("pro".into(), "active".into()));
}

#[tokio::test]
async fn events_are_found_by_customer_id_and_type() {
    let shop = Shop::open(&shared().await, 2).await;
    let (ada, bob) = (
        shop.project.person("ada@example.com").await,
        shop.project.person("bob@example.com").await,
    );
    for person in [&ada, &bob] {
        let session = shop.buy(person, "pro").await;
        shop.confirm(person, &session).await.is(200);
    }
    let list = async |query: String| {
        let call = shop.api().get(&format!("/api/events?limit=100&{query}"));
        let list = shop.project.secret(call).send().await.is(200);
        list.json["events"].as_array().unwrap().clone()
    };
    let completed = "type=checkout.session.completed&status=done";
    eventually("both are worked", async || {
        list(completed.to_owned()).await.len() == 2
    })
    .await;
    for person in [&ada, &bob] {
        let own = list(format!("customer={}&{completed}", person.id)).await;
        assert_eq!(own.len(), 1);
        let session = own[0]["objectId"].as_str().unwrap();
        let subscription = shop.subscription(person).await;
        let ids: Vec<Value> = list(format!("customer={}", person.id)).await;
        let objects: Vec<&str> = ids
            .iter()
            .map(|one| one["objectId"].as_str().unwrap())
            .collect();
        assert!(
            objects.contains(&session) && objects.contains(&&*subscription),
            "{objects:?}"
        );
        for id in ["id", "providerEventId", "objectId"] {
            let found = list(format!("search={}", own[0][id].as_str().unwrap())).await;
            assert!(found.iter().any(|one| one["id"] == own[0]["id"]), "{id}");
        }
        let none = list(format!("customer={}&search=invoice.x", person.id)).await;
        assert_eq!(none, Vec::<Value>::new());
    }
    let of_type = list("search=Checkout.Sess".to_owned()).await;
    assert!(of_type.len() >= 2);
    assert!(of_type.iter().all(|one| {
        one["type"]
            .as_str()
            .unwrap()
            .starts_with("checkout.session")
    }));
    for nothing in ["customer=nobody", "search=%25", "search=session.completed"] {
        assert_eq!(
            list(nothing.to_owned()).await,
            Vec::<Value>::new(),
            "{nothing}"
        );
    }
    for wrong in ["search=a%00b", "sort=type", "sort=-newest"] {
        let call = shop.api().get(&format!("/api/events?{wrong}"));
        let refused = shop.project.secret(call).send().await;
        refused.problem(422, "invalid_value");
    }
}

#[tokio::test]
async fn events_page_in_both_orders() {
    let shop = Shop::open(&shared().await, 2).await;
    for name in ["ada", "bob", "eve"] {
        let person = shop.project.person(&format!("{name}@example.com")).await;
        let session = shop.buy(&person, "pro").await;
        shop.confirm(&person, &session).await.is(200);
    }
    let page = async |query: &str| {
        let call = shop.api().get(&format!("/api/events?{query}"));
        shop.project.secret(call).send().await
    };
    let ids = |list: &Value| -> Vec<String> {
        let events = list["events"].as_array().unwrap().iter();
        let ids = events.map(|one| one["id"].as_str().unwrap().to_owned());
        ids.collect()
    };
    let completed = "type=checkout.session.completed&status=done";
    eventually("all three are worked", async || {
        ids(&page(completed).await.is(200).json).len() == 3
    })
    .await;
    let mut expected = ids(&page(completed).await.is(200).json);
    for (sort, other) in [("newest", "oldest"), ("oldest", "newest")] {
        for filter in [completed, "search=Checkout.Session.Comp"] {
            let (mut all, mut cursor) = (Vec::new(), String::new());
            loop {
                let query = format!("{filter}&limit=1&sort={sort}{cursor}");
                let found = page(&query).await.is(200);
                all.extend(ids(&found.json));
                let Some(next) = found.json["nextCursor"].as_str() else {
                    break;
                };
                let strange = page(&format!("{filter}&sort={other}&cursor={next}")).await;
                strange.problem(422, "invalid_cursor");
                cursor = format!("&cursor={next}");
            }
            assert_eq!(all, expected, "{filter} {sort}");
        }
        expected.reverse();
    }
}

#[tokio::test]
async fn an_event_of_another_account_changes_nothing_whatever_it_says() {
    let (server, shop) = alone(2).await;
    let person = shop.project.person("ada@example.com").await;
    let thief = shop
        .control(
            "connect",
            json!({"key": "sk_test_dreamsandboxplatform", "account": "acct_thief"}),
        )
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
    let session = thief
        .provider(Method::POST, "/v1/checkout/sessions", &session)
        .await;
    thief
        .pay(session["id"].as_str().unwrap(), "4242424242424242")
        .await;
    thief.control("settle", json!({})).await;
    let rows = server
        .api()
        .database()
        .look("select count(*) from inbox where account_id = 'acct_thief' and status = 'ignored'")
        .await;
    assert_ne!(rows, [["0"]], "the events came and told nothing of ours");
    assert_eq!(shop.state(&person).await, ("free".into(), "none".into()));
}

#[tokio::test]
async fn events_that_come_twice_late_and_in_disorder_lead_to_the_same() {
    let (_server, shop) = alone(2).await;
    let person = shop.project.person("ada@example.com").await;
    for what in ["duplicate", "reorder"] {
        shop.control("misbehave", json!({"what": what, "count": 8}))
            .await;
    }
    let session = shop.buy(&person, "pro").await;
    shop.confirm(&person, &session).await.is(200);
    shop.change(&person, &[("cancel_at_period_end", "true")])
        .await;
    shop.change(&person, &[("cancel_at_period_end", "false")])
        .await;
    let id = shop.subscription(&person).await;
    shop.provider(Method::DELETE, &format!("/v1/subscriptions/{id}"), &[])
        .await;
    shop.control("settle", json!({})).await;
    eventually("it is cancelled", async || {
        shop.state(&person).await == ("free".into(), "canceled".into())
    })
    .await;
    let changes = shop
        .api()
        .database()
        .look("select from_plan, to_plan from subscription_changes order by at, change_id")
        .await;
    assert_eq!(changes.first().unwrap(), &["free", "pro"]);
    assert_eq!(changes.last().unwrap()[1], "free");
}

const SECRET: &str = "whsec_that_tests_know";

/// A server that asks nobody, and believes what is signed with [`SECRET`].
async fn listening() -> Server {
    Server::with(&[
        ("STRIPE_SECRET_KEY_TEST", "sk_test_of_tests"),
        ("STRIPE_WEBHOOK_SECRET_TEST", SECRET),
        (
            "STRIPE_PLATFORM_WEBHOOK_SECRET_TEST",
            "whsec_of_the_platform",
        ),
        ("STRIPE_API_BASE", "http://127.0.0.1:9"),
        ("STRIPE_CONNECT_BASE", "http://127.0.0.1:9"),
    ])
    .await
}

/// A delivery that somebody signed so many seconds ago.
#[expect(
    clippy::disallowed_methods,
    reason = "a signature carries the time of the machine"
)]
async fn deliver(server: &Server, body: &[u8], secret: &str, age: u64) -> Reply {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let at = now.as_secs() - age;
    let mut text = format!("{at}.").into_bytes();
    text.extend_from_slice(body);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, &text);
    let hex = dream_domain::text::hex(tag.as_ref());
    let call = server.api().post("/webhook/stripe").body(body);
    call.header("stripe-signature", format!("t={at},v1={hex}"))
        .header("content-type", "application/json; charset=utf-8")
        .send()
        .await
}

fn event(id: &str, kind: &str, livemode: bool, pad: usize) -> Vec<u8> {
    let object = json!({"id": "sub_nobody", "object": "subscription", "pad": "x".repeat(pad)});
    let event = json!({"id": id, "object": "event", "type": kind, "created": 1_795_248_960, "livemode": livemode,
        "account": "acct_nobody", "data": {"object": object}});
    event.to_string().into_bytes()
}

#[tokio::test]
async fn what_is_signed_is_stored_once_and_what_is_foreign_is_ignored() {
    let server = listening().await;
    let body = event("evt_1", "customer.subscription.updated", false, 0);
    let first = deliver(&server, &body, SECRET, 0).await.is(200);
    assert_eq!(first.json, json!({"received": true}));
    let again = deliver(&server, &body, SECRET, 0).await.is(200);
    assert_eq!(again.json, json!({"received": true, "idempotent": true}));
    let unknown = event("evt_2", "some.thing.new", false, 0);
    deliver(&server, &unknown, SECRET, 0).await.is(200);
    let megabyte = event("evt_3", "customer.subscription.updated", false, 1 << 20);
    deliver(&server, &megabyte, SECRET, 0).await.is(200);
    eventually("all are ignored", async || {
        let sql = "select count(*) from inbox where status = 'ignored'";
        server.api().database().look(sql).await == [["3"]]
    })
    .await;
}

#[tokio::test]
async fn what_is_old_foreign_signed_of_the_other_side_or_unreadable_is_refused() {
    let server = listening().await;
    let body = event("evt_1", "customer.subscription.updated", false, 0);
    let refused = async |body: &[u8], secret: &str, age: u64, status: u16, code: &str| {
        deliver(&server, body, secret, age)
            .await
            .problem(status, code);
    };
    refused(&body, "whsec_of_nobody", 0, 400, "invalid_signature").await;
    refused(&body, SECRET, 301, 400, "invalid_signature").await;
    // The platform's own secret speaks for no connected account, and one of test mode for no real money.
    refused(&body, "whsec_of_the_platform", 0, 400, "invalid_signature").await;
    let live = event("evt_2", "customer.subscription.updated", true, 0);
    refused(&live, SECRET, 0, 400, "invalid_signature").await;
    for unreadable in ["", "{", "[]", "{\"id\": 1}", "null"] {
        refused(unreadable.as_bytes(), SECRET, 0, 400, "invalid_json").await;
    }
    let thin = json!({"id": "evt_3", "object": "v2.core.event", "type": "v2.core.account.updated"});
    let thin = deliver(&server, thin.to_string().as_bytes(), SECRET, 0).await;
    assert_eq!(thin.is(200).json["ignored"], true);
    let huge = event("evt_4", "customer.subscription.updated", false, 5 << 20);
    refused(&huge, SECRET, 0, 413, "payload_too_large").await;
    let rows = server
        .api()
        .database()
        .look("select count(*) from inbox")
        .await;
    assert_eq!(rows, [["0"]]);
}
