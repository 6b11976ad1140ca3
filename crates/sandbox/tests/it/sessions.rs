//! What a checkout session takes, and what comes out of it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Bench, START};
use crate::subscriptions::{DAY, invoices, price, subscribe, subscription};

const ONE_LINE: &str = "mode=payment&success_url=http://127.0.0.1:9/done&line_items[0][quantity]=1\
    &line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=500\
    &line_items[0][price_data][product_data][name]=Tea";

async fn pay(bench: &Bench, session: &Value, body: Value) -> Value {
    let path = format!("checkout/{}/pay", session["id"].as_str().unwrap());
    bench.control(Method::POST, &path, body).await
}

#[tokio::test]
async fn everything_that_is_given_comes_back() {
    let bench = Bench::start();
    let customer = bench.make("/v1/customers", "email=a@example.com").await;
    let form = format!(
        "{ONE_LINE}&customer={customer}&client_reference_id=user_1&metadata[a]=1&payment_intent_data[metadata][b]=2\
         &automatic_tax[enabled]=true&customer_update[address]=auto&expires_at={}&expand[]=line_items",
        START + 3_600
    );
    let session = bench.post("/v1/checkout/sessions", &form).await.json;
    for (name, expected) in [
        ("customer", json!(customer)),
        ("client_reference_id", json!("user_1")),
        ("metadata", json!({ "a": "1" })),
        ("expires_at", json!(START + 3_600)),
        ("shipping_address_collection", Value::Null),
    ] {
        assert_eq!(session[name], expected, "{name}");
    }
    assert_eq!(session["automatic_tax"]["enabled"], true);
    assert_eq!(session["line_items"]["data"][0]["description"], "Tea");
    let paid = pay(&bench, &session, json!({})).await;
    let path = format!(
        "/v1/payment_intents/{}",
        paid["payment_intent"].as_str().unwrap()
    );
    assert_eq!(bench.get(&path).await.json["metadata"], json!({ "b": "2" }));
    let other = bench
        .post(
            "/v1/checkout/sessions",
            &format!("{ONE_LINE}&customer_email=b@example.com"),
        )
        .await
        .json;
    assert_eq!(other["customer_email"], "b@example.com");
    let list = bench
        .get(&format!("/v1/checkout/sessions?customer={customer}"))
        .await
        .json;
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(list["data"][0]["id"], session["id"]);
}

#[tokio::test]
async fn a_session_is_found_by_its_subscription() {
    let bench = Bench::start();
    let price = price(&bench, 900, "month").await;
    let more = "&subscription_data[metadata][user]=u1&subscription_data[trial_period_days]=7";
    let session = subscribe(&bench, &price, more, "4242424242424242").await;
    assert_eq!(
        (&session["amount_total"], &session["payment_status"]),
        (&0.into(), &"no_payment_required".into())
    );
    let subscription = subscription(&bench, &session).await;
    assert_eq!(
        (&subscription["status"], &subscription["metadata"]["user"]),
        (&"trialing".into(), &"u1".into())
    );
    subscribe(&bench, &price, "", "4242424242424242").await;
    let id = subscription["id"].as_str().unwrap();
    let found = bench
        .get(&format!("/v1/checkout/sessions?subscription={id}"))
        .await
        .json;
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    assert_eq!(found["data"][0]["id"], session["id"]);
    let customer = subscription["customer"].as_str().unwrap();
    bench.delete(&format!("/v1/subscriptions/{id}")).await;
    let all = format!("/v1/subscriptions?customer={customer}&status=all");
    assert_eq!(bench.get(&all).await.json["data"][0]["id"], id);
    let living = format!("/v1/subscriptions?customer={customer}");
    assert_eq!(bench.get(&living).await.json["data"], json!([]));
}

#[tokio::test]
async fn an_address_is_asked_for_and_told() {
    let bench = Bench::start();
    let countries = "shipping_address_collection[allowed_countries][]";
    let form = format!("{ONE_LINE}&{countries}=DE&{countries}=FR");
    let session = bench.post("/v1/checkout/sessions", &form).await.json;
    let expected = json!({ "allowed_countries": ["DE", "FR"] });
    assert_eq!(session["shipping_address_collection"], expected);
    let path = format!("/checkout/{}", session["id"].as_str().unwrap());
    let page = bench.get(&path).await.text;
    assert!(
        page.contains("name=\"line1\"") && page.contains("<option>FR"),
        "{page}"
    );
    let form = "card=4000002500003155&email=a@example.com&name=Ann&line1=1+Way&city=Bonn&postal_code=53111&country=FR";
    let secure = bench.post(&path, form).await.text;
    for kept in [
        "value=\"1 Way\"",
        "value=\"Ann\"",
        "value=\"4000002500003155\"",
    ] {
        assert!(secure.contains(kept), "{kept} is not in {secure}");
    }
    assert_eq!(
        bench
            .post(&path, &format!("{form}&authenticated=yes"))
            .await
            .status,
        303
    );
    let path = format!(
        "/v1/checkout/sessions/{}?expand[]=payment_intent",
        session["id"].as_str().unwrap()
    );
    let paid = bench.get(&path).await.json;
    let shipping = &paid["collected_information"]["shipping_details"];
    assert_eq!(
        (
            &shipping["name"],
            &shipping["address"]["line1"],
            &shipping["address"]["country"]
        ),
        (&"Ann".into(), &"1 Way".into(), &"FR".into())
    );
    assert_eq!(paid["payment_intent"]["shipping"], *shipping);
    assert_eq!(paid["customer_details"]["name"], "Ann");
    let form = format!("{ONE_LINE}&{countries}=DE");
    let session = bench.post("/v1/checkout/sessions", &form).await.json;
    let paid = pay(&bench, &session, json!({})).await;
    let shipping = &paid["collected_information"]["shipping_details"];
    assert_eq!(
        shipping["address"]["country"], "DE",
        "a script need not name one"
    );
    let wrong = bench
        .post(
            "/v1/checkout/sessions",
            &format!("{ONE_LINE}&{countries}=Germany"),
        )
        .await;
    assert_eq!(
        wrong.refusal().3,
        "shipping_address_collection[allowed_countries]"
    );
}

#[tokio::test]
async fn what_the_payer_gave_is_kept_with_the_customer_if_it_may_be() {
    let bench = Bench::start();
    let customer = bench.make("/v1/customers", "email=a@example.com").await;
    let form = format!(
        "{ONE_LINE}&customer={customer}&automatic_tax[enabled]=true\
         &shipping_address_collection[allowed_countries][]=DE"
    );
    let refused = bench.post("/v1/checkout/sessions", &form).await;
    assert_eq!(refused.refusal().2, "customer_tax_location_invalid");
    let form = format!("{form}&customer_update[shipping]=auto&customer_update[name]=auto");
    let session = bench.post("/v1/checkout/sessions", &form).await.json;
    pay(
        &bench,
        &session,
        json!({ "name": "Ann", "address": { "city": "Bonn" } }),
    )
    .await;
    let kept = bench.get(&format!("/v1/customers/{customer}")).await.json;
    assert_eq!(
        (&kept["shipping"]["address"]["city"], &kept["name"]),
        (&"Bonn".into(), &"Ann".into())
    );
    assert!(kept["address"].is_null());
    let alone = format!("{ONE_LINE}&customer_update[name]=auto");
    let refused = bench.post("/v1/checkout/sessions", &alone).await;
    assert_eq!(refused.refusal().3, "customer_update");
}

#[tokio::test]
async fn a_test_card_is_one_click_away() {
    let bench = Bench::start();
    let session = bench.make("/v1/checkout/sessions", ONE_LINE).await;
    let path = format!("/checkout/{session}");
    let page = bench.get(&path).await.text;
    assert!(
        page.contains("name=\"test_card\" value=\"4000 0000 0000 0341\""),
        "{page}"
    );
    let form = "card=4242424242424242&email=a@example.com&test_card=4000+0000+0000+0002";
    let declined = bench.post(&path, form).await;
    assert_eq!(declined.status, 402);
    assert!(
        declined.text.contains("value=\"a@example.com\""),
        "what was typed is kept"
    );
    let form = "card=&email=a@example.com&test_card=4242+4242+4242+4242";
    assert_eq!(bench.post(&path, form).await.status, 303);
}

#[tokio::test]
async fn a_card_is_saved_in_setup_mode() {
    let bench = Bench::start();
    let customer = bench.make("/v1/customers", "email=a@example.com").await;
    let form = format!(
        "mode=setup&currency=usd&success_url=http://127.0.0.1:9/&customer={customer}&setup_intent_data[metadata][a]=1"
    );
    let session = bench.post("/v1/checkout/sessions", &form).await.json;
    assert_eq!(
        (&session["amount_total"], &session["currency"]),
        (&Value::Null, &"usd".into())
    );
    let page = bench
        .get(&format!("/checkout/{}", session["id"].as_str().unwrap()))
        .await
        .text;
    assert!(page.contains("Save card"), "{page}");
    let done = pay(&bench, &session, json!({})).await;
    assert_eq!(
        (&done["status"], &done["payment_status"]),
        (&"complete".into(), &"no_payment_required".into())
    );
    let path = format!(
        "/v1/setup_intents/{}?expand[]=payment_method",
        done["setup_intent"].as_str().unwrap()
    );
    let intent = bench.get(&path).await.json;
    assert_eq!(
        (&intent["status"], &intent["metadata"]["a"]),
        (&"succeeded".into(), &"1".into())
    );
    assert_eq!(intent["payment_method"]["customer"], customer.as_str());
    let events = bench
        .get("/v1/events?type=setup_intent.succeeded")
        .await
        .json;
    assert_eq!(events["data"].as_array().unwrap().len(), 1);
    let sells = bench
        .post(
            "/v1/checkout/sessions",
            &format!("{form}&line_items[0][quantity]=1"),
        )
        .await;
    assert_eq!(sells.refusal().3, "line_items");
}

#[tokio::test]
async fn something_bought_once_is_on_the_first_invoice_only() {
    let bench = Bench::start();
    let monthly = price(&bench, 900, "month").await;
    let once = bench
        .make(
            "/v1/prices",
            "currency=usd&unit_amount=2500&product_data[name]=Setup",
        )
        .await;
    let more = format!("&line_items[1][price]={once}&line_items[1][quantity]=1");
    let session = subscribe(&bench, &monthly, &more, "4242424242424242").await;
    assert_eq!(session["amount_total"], 3400);
    assert_eq!(
        subscription(&bench, &session).await["items"]["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    bench.pass_business_time(31 * DAY);
    bench.settle().await;
    let invoices = invoices(&bench, &session).await;
    let totals: Vec<&Value> = invoices.iter().map(|invoice| &invoice["total"]).collect();
    assert_eq!(totals, [900, 3400]);
    let line = &invoices[1]["lines"]["data"][1];
    assert_eq!(line["parent"]["type"], "invoice_item_details");
    let alone = format!(
        "mode=subscription&success_url=http://127.0.0.1:9/&line_items[0][price]={once}&line_items[0][quantity]=1"
    );
    let refused = bench.post("/v1/checkout/sessions", &alone).await;
    assert_eq!(
        refused.refusal().3,
        "line_items",
        "a subscription needs a recurring price"
    );
}
