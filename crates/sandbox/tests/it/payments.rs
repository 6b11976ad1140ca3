//! Cards, intents, refunds and checkout in mode `payment`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Bench, Reply, START, read};
use crate::receiver::Receiver;

const TWO_LINES: &str = "mode=payment&success_url=http://127.0.0.1:9/done?s={CHECKOUT_SESSION_ID}&cancel_url=http://127.0.0.1:9/back\
    &line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=500&line_items[0][price_data][product_data][name]=Tea\
    &line_items[0][quantity]=2&line_items[1][price_data][currency]=usd&line_items[1][price_data][unit_amount]=1&line_items[1][price_data][product_data][name]=Bag\
    &line_items[1][quantity]=1&payment_intent_data[metadata][order]=7&metadata[k]=v";

async fn pay(bench: &Bench, session: &str, body: Value) -> Reply {
    let url = format!("{}/_control/checkout/{session}/pay", bench.base);
    read(bench.client.post(url).body(body.to_string())).await
}

async fn types(bench: &Bench) -> Vec<String> {
    let events = bench.get("/v1/events?limit=100").await.json;
    let types = events["data"].as_array().unwrap().iter();
    types
        .rev()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_session_is_paid_and_told_in_order() {
    let bench = Bench::start();
    let session = bench.post("/v1/checkout/sessions", TWO_LINES).await.json;
    let id = session["id"].as_str().unwrap();
    assert_eq!(
        (&session["amount_total"], &session["payment_status"]),
        (&1001.into(), &"unpaid".into())
    );
    assert_eq!(session["url"], format!("{}/checkout/{id}", bench.base));
    assert_eq!(session["expires_at"], START + 86_400);
    assert!(session["line_items"].is_null());
    let expanded = bench
        .get(&format!("/v1/checkout/sessions/{id}?expand[]=line_items"))
        .await
        .json;
    assert_eq!(expanded["line_items"]["data"][0]["description"], "Tea");
    let lines = bench
        .get(&format!("/v1/checkout/sessions/{id}/line_items"))
        .await
        .json;
    assert_eq!(lines["data"], expanded["line_items"]["data"]);
    let paid = pay(&bench, id, json!({ "email": "a@example.com" }))
        .await
        .json;
    assert_eq!(
        (&paid["status"], &paid["payment_status"]),
        (&"complete".into(), &"paid".into())
    );
    assert_eq!(paid["customer_details"]["email"], "a@example.com");
    let path = format!(
        "/v1/payment_intents/{}?expand[]=latest_charge",
        paid["payment_intent"].as_str().unwrap()
    );
    let intent = bench.get(&path).await.json;
    assert_eq!(
        (&intent["status"], &intent["metadata"]["order"]),
        (&"succeeded".into(), &"7".into())
    );
    assert_eq!(
        intent["latest_charge"]["payment_method_details"]["card"]["last4"],
        "4242"
    );
    let told = types(&bench).await;
    let expected = [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ];
    assert_eq!(told[told.len() - 4..], expected);
    assert_eq!(
        pay(&bench, id, json!({})).await.status,
        400,
        "it is paid once"
    );
}

#[tokio::test]
async fn a_declined_card_stays_on_record_and_the_session_open() {
    let bench = Bench::start();
    let id = bench.make("/v1/checkout/sessions", TWO_LINES).await;
    let declined = pay(&bench, &id, json!({ "card": "4000 0000 0000 0002" })).await;
    assert_eq!(declined.refusal(), (402, "card_error", "card_declined", ""));
    assert_eq!(declined.json["error"]["decline_code"], "generic_decline");
    let session = bench
        .get(&format!(
            "/v1/checkout/sessions/{id}?expand[]=payment_intent"
        ))
        .await
        .json;
    assert_eq!(session["status"], "open");
    assert_eq!(
        session["payment_intent"]["last_payment_error"]["code"],
        "card_declined"
    );
    assert!(
        types(&bench)
            .await
            .contains(&"payment_intent.payment_failed".to_owned())
    );
    assert_eq!(
        pay(&bench, &id, json!({ "card": "1" })).await.refusal().2,
        "incorrect_number"
    );
    let paid = pay(&bench, &id, json!({})).await.json;
    assert_eq!(
        paid["payment_intent"], session["payment_intent"]["id"],
        "one intent for all attempts"
    );
}

#[tokio::test]
async fn the_page_pays_by_way_of_3d_secure() {
    let bench = Bench::start();
    let id = bench.make("/v1/checkout/sessions", TWO_LINES).await;
    let path = format!("/checkout/{id}");
    let page = bench.get(&path).await.text;
    assert!(
        page.contains("Sandbox: no real money") && page.contains("10.01 USD"),
        "{page}"
    );
    let declined = bench
        .post(&path, "card=4000000000000002&email=a@example.com")
        .await;
    assert!(
        declined.status == 402 && declined.text.contains("Your card was declined."),
        "{declined:?}"
    );
    let form = "card=4000002500003155&email=a@example.com";
    let asked = bench.post(&path, form).await;
    assert!(
        asked.status == 200 && asked.text.contains("3-D Secure"),
        "{asked:?}"
    );
    let paid = bench
        .post(&path, &format!("{form}&authenticated=yes"))
        .await;
    assert_eq!(
        (paid.status, paid.header("location")),
        (303, format!("http://127.0.0.1:9/done?s={id}").as_str())
    );
    assert!(bench.get(&path).await.text.contains("over"));
}

#[tokio::test]
async fn the_page_waits_for_the_webhook() {
    let bench = Bench::start();
    let receiver = Receiver::start(&[]).await;
    let form = format!(
        "url={}&enabled_events[]=checkout.session.completed",
        receiver.url
    );
    bench.make("/v1/webhook_endpoints", &form).await;
    let id = bench.make("/v1/checkout/sessions", TWO_LINES).await;
    let paid = bench
        .post(
            &format!("/checkout/{id}"),
            "card=4242424242424242&email=a@example.com",
        )
        .await;
    assert_eq!((paid.status, receiver.count()), (303, 1));
}

#[tokio::test]
async fn a_session_expires_by_itself_or_on_request() {
    let bench = Bench::start();
    let first = bench.make("/v1/checkout/sessions", TWO_LINES).await;
    let second = bench
        .make(
            "/v1/checkout/sessions",
            &format!("{TWO_LINES}&expires_at={}", START + 1_800),
        )
        .await;
    let path = format!("/v1/checkout/sessions/{first}");
    let expired = bench.post(&format!("{path}/expire"), "").await.json;
    assert_eq!(
        (&expired["status"], &expired["url"]),
        (&"expired".into(), &Value::Null)
    );
    assert_eq!(bench.post(&format!("{path}/expire"), "").await.status, 400);
    bench.pass_business_time(1_800);
    let path = format!("/v1/checkout/sessions/{second}");
    for _ in 0..2400 {
        if bench.get(&path).await.json["status"] == "expired" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(
        bench
            .get("/v1/events?type=checkout.session.expired")
            .await
            .json["data"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(pay(&bench, &second, json!({})).await.status, 400);
}

#[tokio::test]
async fn a_session_that_stripe_refuses_is_refused() {
    let bench = Bench::start();
    let monthly = bench
        .make(
            "/v1/prices",
            "currency=usd&unit_amount=5&product_data[name]=a&recurring[interval]=month",
        )
        .await;
    let once = bench
        .make(
            "/v1/prices",
            "currency=eur&unit_amount=5&product_data[name]=a",
        )
        .await;
    let start = "mode=payment&success_url=http://127.0.0.1:9/&line_items[0][quantity]=1";
    let cases = [
        (
            format!("{start}&line_items[0][price]={monthly}"),
            "line_items[0]",
        ),
        (
            format!("{start}&line_items[0][price]=price_none"),
            "line_items[0][price]",
        ),
        (start.to_owned(), "line_items[0]"),
        (
            format!("{TWO_LINES}&line_items[2][price]={once}&line_items[2][quantity]=1"),
            "line_items",
        ),
        (
            format!("{TWO_LINES}&expires_at={}", START + 600),
            "expires_at",
        ),
        (
            format!("{TWO_LINES}&expires_at={}", START + 90_000),
            "expires_at",
        ),
        (format!("{TWO_LINES}&customer=cus_none"), "customer"),
        (format!("{TWO_LINES}&ui_mode=hosted"), "ui_mode"),
        (
            format!("{TWO_LINES}&line_items[0][size]=1"),
            "line_items[0][size]",
        ),
    ];
    for (form, param) in cases {
        let refused = bench.post("/v1/checkout/sessions", &form).await;
        assert!(refused.status >= 400, "{form}");
        assert_eq!(refused.refusal().3, param, "{form}");
    }
}

#[tokio::test]
async fn money_goes_back_in_parts_and_never_twice() {
    let bench = Bench::start();
    let form = "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa";
    let intent = bench.make("/v1/payment_intents", form).await;
    let form = format!("payment_intent={intent}");
    let part = bench
        .post(
            "/v1/refunds",
            &format!("{form}&amount=400&reason=duplicate"),
        )
        .await
        .json;
    assert_eq!(
        (&part["amount"], &part["status"]),
        (&400.into(), &"succeeded".into())
    );
    assert_eq!(
        bench
            .post("/v1/refunds", &format!("{form}&amount=601"))
            .await
            .refusal()
            .3,
        "amount"
    );
    assert_eq!(bench.post("/v1/refunds", &form).await.json["amount"], 600);
    assert_eq!(
        bench.post("/v1/refunds", &form).await.refusal().2,
        "charge_already_refunded"
    );
    let charge = bench.get(&format!("/v1/charges?{form}")).await.json["data"][0].take();
    assert_eq!(
        (&charge["refunded"], &charge["amount_refunded"]),
        (&true.into(), &1000.into())
    );
    let listed = bench.get(&format!("/v1/refunds?{form}")).await.json;
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    let told = types(&bench).await;
    assert_eq!(
        told.iter()
            .filter(|told| *told == "charge.refunded")
            .count(),
        2
    );
}

#[tokio::test]
async fn an_intent_is_confirmed_declined_and_canceled() {
    let bench = Bench::start();
    let intent = bench
        .make("/v1/payment_intents", "amount=5&currency=jpy")
        .await;
    let path = format!("/v1/payment_intents/{intent}");
    let confirm = |method: &str| {
        let request = bench.form(
            &format!("{path}/confirm"),
            &format!("payment_method={method}"),
        );
        read(request.header("idempotency-key", method.to_owned()))
    };
    let declined = confirm("pm_card_chargeDeclinedInsufficientFunds").await;
    assert_eq!(declined.json["error"]["decline_code"], "insufficient_funds");
    let replayed = confirm("pm_card_chargeDeclinedInsufficientFunds").await;
    assert_eq!(
        (replayed.status, replayed.header("idempotent-replayed")),
        (402, "true")
    );
    let asked = confirm("pm_card_authenticationRequiredOnSetup").await.json;
    assert_eq!(asked["status"], "requires_action");
    assert_eq!(
        bench
            .post(&format!("{path}/cancel"), "cancellation_reason=abandoned")
            .await
            .json["status"],
        "canceled"
    );
    assert_eq!(
        confirm("pm_card_visa").await.refusal().2,
        "payment_intent_unexpected_state"
    );
    let charges = bench
        .get(&format!("/v1/charges?payment_intent={intent}"))
        .await
        .json;
    assert_eq!(
        charges["data"].as_array().unwrap().len(),
        1,
        "the repeated request charged nothing"
    );
    let calls = bench.control(Method::GET, "calls", json!({})).await;
    assert!(calls["calls"].as_array().unwrap().len() >= 6);
}

#[tokio::test]
async fn a_card_is_attached_listed_and_detached() {
    let bench = Bench::start();
    let customer = bench.make("/v1/customers", "email=a@example.com").await;
    let form = format!("customer={customer}");
    let path = "/v1/payment_methods/pm_card_visa/attach";
    let card = bench.make(path, &form).await;
    let list = format!("/v1/payment_methods?{form}&type=card");
    assert_eq!(bench.get(&list).await.json["data"][0]["id"], card.as_str());
    let detach = format!("/v1/payment_methods/{card}/detach");
    assert!(bench.post(&detach, "").await.json["customer"].is_null());
    assert_eq!(bench.get(&list).await.json["data"], json!([]));
    assert_eq!(bench.post(&detach, "").await.status, 400);
}
