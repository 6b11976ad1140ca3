//! Subscriptions over months of business time.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Bench, read};

pub(crate) const DAY: i64 = 86_400;

pub(crate) async fn price(bench: &Bench, amount: i64, interval: &str) -> String {
    let form = format!(
        "currency=usd&unit_amount={amount}&product_data[name]=a&recurring[interval]={interval}"
    );
    bench.make("/v1/prices", &form).await
}

/// A paid checkout of one price: its session.
pub(crate) async fn subscribe(bench: &Bench, price: &str, more: &str, card: &str) -> Value {
    let form = format!(
        "mode=subscription&success_url=http://127.0.0.1:9/&line_items[0][price]={price}&line_items[0][quantity]=1{more}"
    );
    let session = bench.make("/v1/checkout/sessions", &form).await;
    let path = format!("checkout/{session}/pay");
    bench
        .control(Method::POST, &path, json!({ "card": card }))
        .await
}

pub(crate) async fn subscription(bench: &Bench, session: &Value) -> Value {
    let id = session["subscription"].as_str().unwrap();
    bench.get(&format!("/v1/subscriptions/{id}")).await.json
}

/// Waits until a subscription's field has a value.
pub(crate) async fn wait(bench: &Bench, session: &Value, holds: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..4800 {
        let found = subscription(bench, session).await;
        if holds(&found) {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    subscription(bench, session).await
}

pub(crate) async fn invoices(bench: &Bench, session: &Value) -> Vec<Value> {
    let id = session["subscription"].as_str().unwrap();
    let list = bench
        .get(&format!("/v1/invoices?limit=100&subscription={id}"))
        .await
        .json;
    list["data"].as_array().unwrap().clone()
}

async fn types(bench: &Bench) -> Vec<String> {
    let events = bench.get("/v1/events?limit=100").await.json;
    let types = events["data"].as_array().unwrap().iter();
    types
        .rev()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

pub(crate) fn period(subscription: &Value) -> (i64, i64) {
    let item = &subscription["items"]["data"][0];
    (
        item["current_period_start"].as_i64().unwrap(),
        item["current_period_end"].as_i64().unwrap(),
    )
}

#[tokio::test]
async fn a_checkout_begins_a_subscription_and_tells_of_it_in_order() {
    let bench = Bench::start();
    let price = price(&bench, 900, "month").await;
    let session = subscribe(
        &bench,
        &price,
        "&subscription_data[metadata][user]=u1",
        "4242424242424242",
    )
    .await;
    assert_eq!(
        (&session["status"], &session["payment_status"]),
        (&"complete".into(), &"paid".into())
    );
    let subscription = subscription(&bench, &session).await;
    assert_eq!(
        (&subscription["status"], &subscription["metadata"]["user"]),
        (&"active".into(), &"u1".into())
    );
    assert!(
        subscription["current_period_end"].is_null(),
        "periods are on the items"
    );
    let invoice = invoices(&bench, &session).await.remove(0);
    assert_eq!(
        (&invoice["billing_reason"], &invoice["amount_paid"]),
        (&"subscription_create".into(), &900.into())
    );
    assert_eq!(
        invoice["parent"]["subscription_details"]["subscription"],
        subscription["id"]
    );
    let told = types(&bench).await;
    let wanted = [
        "customer.created",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
        "checkout.session.completed",
    ];
    assert_eq!(told[told.len() - wanted.len()..], wanted);
}

#[tokio::test]
async fn thirteen_months_make_thirteen_invoices() {
    let bench = Bench::start();
    let price = price(&bench, 900, "month").await;
    // From 15 January to 31 January, so that month ends are met.
    bench.pass_business_time(16 * DAY);
    let session = subscribe(&bench, &price, "", "4242424242424242").await;
    let (start, first_end) = period(&subscription(&bench, &session).await);
    assert_eq!(first_end - start, 28 * DAY, "31 January to 28 February");
    bench.pass_business_time(366 * DAY);
    wait(&bench, &session, |found| {
        period(found).0 > start + 360 * DAY
    })
    .await;
    let invoices = invoices(&bench, &session).await;
    assert_eq!(invoices.len(), 13);
    assert!(
        invoices
            .iter()
            .all(|invoice| invoice["status"] == "paid" && invoice["total"] == 900)
    );
    let created: Vec<i64> = invoices
        .iter()
        .rev()
        .map(|invoice| invoice["created"].as_i64().unwrap())
        .collect();
    let months: Vec<i64> = created
        .windows(2)
        .map(|pair| (pair[1] - pair[0]) / DAY)
        .collect();
    assert_eq!(months, [28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]);
    for (kind, count) in [
        ("invoice.created", 13),
        ("invoice.paid", 13),
        ("charge.succeeded", 13),
        ("invoice.upcoming", 12),
        // One when the first invoice is paid, one for each renewal.
        ("customer.subscription.updated", 13),
        ("customer.subscription.deleted", 0),
        ("invoice.payment_failed", 0),
    ] {
        let told = bench
            .get(&format!("/v1/events?limit=100&type={kind}"))
            .await;
        let told = told.json["data"].as_array().unwrap().len();
        assert_eq!(told, count, "{kind}");
    }
    let order = bench.get("/v1/events?limit=100").await.json;
    let order = order["data"].as_array().unwrap();
    assert!(
        order.is_sorted_by_key(|event| -event["created"].as_i64().unwrap()),
        "in the order of their moments"
    );
}

#[tokio::test]
async fn a_card_that_fails_at_renewal_ends_in_canceled_by_way_of_past_due() {
    let bench = Bench::start();
    let price = price(&bench, 900, "month").await;
    let session = subscribe(&bench, &price, "", "4000000000000341").await;
    bench.pass_business_time(31 * DAY);
    let late = wait(&bench, &session, |found| found["status"] == "past_due").await;
    assert_eq!(late["status"], "past_due");
    let open = invoices(&bench, &session).await.remove(0);
    assert_eq!(
        (&open["status"], &open["attempt_count"]),
        (&"open".into(), &1.into())
    );
    let attempted = open["created"].as_i64().unwrap();
    assert_eq!(open["next_payment_attempt"], attempted + 3 * DAY);
    bench.pass_business_time(15 * DAY);
    let over = wait(&bench, &session, |found| found["status"] == "canceled").await;
    assert_eq!(
        (&over["status"], &over["cancellation_details"]["reason"]),
        (&"canceled".into(), &"payment_failed".into())
    );
    assert_eq!(over["ended_at"], attempted + 15 * DAY);
    assert_eq!(invoices(&bench, &session).await[0]["attempt_count"], 4);
    let told = types(&bench).await;
    assert_eq!(
        told.iter()
            .filter(|told| *told == "invoice.payment_failed")
            .count(),
        4
    );
    assert_eq!(told.last().unwrap(), "customer.subscription.deleted");
}

#[tokio::test]
async fn a_new_card_mends_what_is_past_due() {
    let bench = Bench::start();
    let price = price(&bench, 900, "month").await;
    let session = subscribe(&bench, &price, "", "4000000000000341").await;
    bench.pass_business_time(31 * DAY);
    wait(&bench, &session, |found| found["status"] == "past_due").await;
    let path = format!(
        "/v1/subscriptions/{}",
        session["subscription"].as_str().unwrap()
    );
    bench
        .post(&path, "default_payment_method=pm_card_visa")
        .await;
    bench.pass_business_time(3 * DAY);
    let mended = wait(&bench, &session, |found| found["status"] == "active").await;
    assert_eq!(mended["status"], "active");
    assert!(
        invoices(&bench, &session)
            .await
            .iter()
            .all(|invoice| invoice["status"] == "paid")
    );
}

#[tokio::test]
async fn an_open_invoice_is_paid_on_request() {
    let bench = Bench::start();
    let price = price(&bench, 900, "month").await;
    let customer = bench.make("/v1/customers", "email=a@example.com").await;
    let form = format!("customer={customer}&items[0][price]={price}");
    let made = bench.post("/v1/subscriptions", &form).await.json;
    let path = format!(
        "/v1/invoices/{}/pay",
        made["latest_invoice"].as_str().unwrap()
    );
    assert_eq!(bench.post(&path, "").await.status, 402);
    let declined = bench
        .post(&path, "payment_method=pm_card_chargeDeclined")
        .await;
    assert_eq!(declined.refusal().2, "card_declined");
    let paid = bench.post(&path, "payment_method=pm_card_visa").await.json;
    assert_eq!(
        (&paid["status"], &paid["attempt_count"]),
        (&"paid".into(), &4.into())
    );
    assert_eq!(bench.post(&path, "").await.status, 400);
    let session = json!({ "subscription": made["id"] });
    assert_eq!(subscription(&bench, &session).await["status"], "active");
    bench.pass_business_time(31 * DAY);
    bench.settle().await;
    assert_eq!(
        subscription(&bench, &session).await["status"],
        "past_due",
        "there is no card for the renewal"
    );
}

#[tokio::test]
async fn a_trial_is_free_warns_and_is_then_paid() {
    let bench = Bench::start();
    let price = price(&bench, 900, "month").await;
    let session = subscribe(
        &bench,
        &price,
        "&subscription_data[trial_period_days]=14",
        "4242424242424242",
    )
    .await;
    let trialing = subscription(&bench, &session).await;
    assert_eq!(trialing["status"], "trialing");
    assert_eq!(period(&trialing).1, trialing["trial_end"].as_i64().unwrap());
    assert_eq!(invoices(&bench, &session).await[0]["total"], 0);
    bench.pass_business_time(14 * DAY);
    wait(&bench, &session, |found| found["status"] == "active").await;
    assert_eq!(invoices(&bench, &session).await[0]["amount_paid"], 900);
    let told = types(&bench).await;
    assert_eq!(
        told.iter()
            .filter(|told| *told == "customer.subscription.trial_will_end")
            .count(),
        1
    );
}

#[tokio::test]
async fn a_cancellation_at_period_end_can_be_taken_back() {
    let bench = Bench::start();
    let price = price(&bench, 900, "month").await;
    let session = subscribe(&bench, &price, "", "4242424242424242").await;
    let path = format!(
        "/v1/subscriptions/{}",
        session["subscription"].as_str().unwrap()
    );
    let canceling = bench.post(&path, "cancel_at_period_end=true").await.json;
    assert_eq!(canceling["cancel_at"], period(&canceling).1);
    let resumed = bench.post(&path, "cancel_at_period_end=false").await.json;
    assert!(resumed["cancel_at"].is_null() && resumed["canceled_at"].is_null());
    bench.post(&path, "cancel_at_period_end=true").await;
    bench.pass_business_time(31 * DAY);
    let over = wait(&bench, &session, |found| found["status"] == "canceled").await;
    assert_eq!(
        (&over["status"], &over["ended_at"]),
        (&"canceled".into(), &canceling["cancel_at"])
    );
    assert_eq!(invoices(&bench, &session).await.len(), 1);
    assert_eq!(
        bench.post(&path, "cancel_at_period_end=false").await.status,
        404
    );
    assert_eq!(bench.get("/v1/subscriptions").await.json["data"], json!([]));
    assert_eq!(
        bench.get("/v1/subscriptions?status=all").await.json["data"][0]["id"],
        over["id"]
    );
}

#[tokio::test]
async fn a_declined_card_begins_nothing_and_an_api_made_one_stays_incomplete() {
    let bench = Bench::start();
    let price = price(&bench, 900, "month").await;
    let form = format!(
        "mode=subscription&success_url=http://127.0.0.1:9/&line_items[0][price]={price}&line_items[0][quantity]=1"
    );
    let session = bench.make("/v1/checkout/sessions", &form).await;
    let url = format!("{}/_control/checkout/{session}/pay", bench.base);
    let declined = read(
        bench
            .client
            .post(url)
            .body(json!({ "card": "4000000000000002" }).to_string()),
    )
    .await;
    assert_eq!(declined.refusal().2, "card_declined");
    assert_eq!(
        bench.get("/v1/subscriptions?status=all").await.json["data"],
        json!([])
    );
    let customer = bench.make("/v1/customers", "email=a@example.com").await;
    let form = format!(
        "customer={customer}&items[0][price]={price}&default_payment_method=pm_card_chargeDeclined"
    );
    let made = bench.post("/v1/subscriptions", &form).await.json;
    assert_eq!(made["status"], "incomplete");
    let refused = bench
        .post(
            "/v1/subscriptions",
            &format!("{form}&payment_behavior=error_if_incomplete"),
        )
        .await;
    assert_eq!(refused.status, 402);
    bench.pass_business_time(DAY);
    let session = json!({ "subscription": made["id"] });
    let over = wait(&bench, &session, |found| {
        found["status"] == "incomplete_expired"
    })
    .await;
    assert_eq!(over["status"], "incomplete_expired");
    assert_eq!(
        bench.get("/v1/subscriptions?status=ended").await.json["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
