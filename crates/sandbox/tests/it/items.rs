//! Items of a subscription, previews, and invoices that nobody pays.

use serde_json::{Value, json};

use crate::bench::Bench;
use crate::subscriptions::{DAY, invoices, period, price, subscribe, subscription, wait};

const GOOD: &str = "4242424242424242";

/// A running subscription halfway through its period: its session, path and item.
async fn halfway(bench: &Bench, price: &str) -> (Value, String, String) {
    let session = subscribe(bench, price, "", GOOD).await;
    let running = subscription(bench, &session).await;
    let (start, end) = period(&running);
    bench.pass_business_time((end - start) / 2);
    let path = format!("/v1/subscriptions/{}", running["id"].as_str().unwrap());
    let item = running["items"]["data"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    (session, path, item)
}

#[tokio::test]
async fn items_are_added_counted_and_removed() {
    let bench = Bench::start();
    let base = price(&bench, 1000, "month").await;
    let extra = price(&bench, 400, "month").await;
    let (session, path, item) = halfway(&bench, &base).await;
    let form =
        format!("items[0][price]={extra}&items[0][quantity]=3&proration_behavior=always_invoice");
    let added = bench.post(&path, &form).await.json;
    assert_eq!(added["items"]["data"].as_array().unwrap().len(), 2);
    assert_eq!(
        invoices(&bench, &session).await[0]["total"],
        600,
        "half of three times 400"
    );
    let second = added["items"]["data"][1]["id"].as_str().unwrap();
    let form = format!("items[0][id]={second}&items[0][quantity]=1&proration_behavior=none");
    let counted = bench.post(&path, &form).await.json;
    assert_eq!(counted["items"]["data"][1]["quantity"], 1);
    let form = format!("items[0][id]={second}&items[0][deleted]=true");
    let removed = bench.post(&path, &form).await.json;
    assert_eq!(removed["items"]["data"].as_array().unwrap().len(), 1);
    let last = format!("items[0][id]={item}&items[0][deleted]=true");
    assert_eq!(bench.post(&path, &last).await.refusal().3, "items");
    let twice = format!("items[0][price]={base}");
    assert_eq!(bench.post(&path, &twice).await.refusal().3, "items");
    let (_, end) = period(&removed);
    bench.pass_business_time(16 * DAY);
    wait(&bench, &session, |found| period(found).0 == end).await;
    assert_eq!(
        invoices(&bench, &session).await[0]["total"],
        800,
        "1000 less half of 400"
    );
}

#[tokio::test]
async fn single_items_have_calls_of_their_own() {
    let bench = Bench::start();
    let base = price(&bench, 1000, "month").await;
    let extra = price(&bench, 400, "month").await;
    let (_, path, item) = halfway(&bench, &base).await;
    let id = path.rsplit('/').next().unwrap();
    let form = format!("subscription={id}&price={extra}&quantity=2&metadata[a]=1");
    let added = bench.post("/v1/subscription_items", &form).await.json;
    assert_eq!(
        (&added["quantity"], &added["metadata"]["a"]),
        (&2.into(), &"1".into())
    );
    let own = format!("/v1/subscription_items/{}", added["id"].as_str().unwrap());
    assert_eq!(bench.post(&own, "quantity=5").await.json["quantity"], 5);
    assert_eq!(bench.get(&own).await.json["quantity"], 5);
    let list = format!("/v1/subscription_items?subscription={id}");
    assert_eq!(
        bench.get(&list).await.json["data"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(bench.delete(&own).await.json["deleted"], true);
    assert_eq!(bench.get(&own).await.status, 404);
    assert_eq!(
        bench
            .delete(&format!("/v1/subscription_items/{item}"))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn a_preview_tells_what_a_change_will_cost_and_changes_nothing() {
    let bench = Bench::start();
    let small = price(&bench, 1000, "month").await;
    let large = price(&bench, 3000, "month").await;
    let (session, path, item) = halfway(&bench, &small).await;
    let id = path.rsplit('/').next().unwrap();
    let before = subscription(&bench, &session).await;
    let next = bench
        .post("/v1/invoices/create_preview", &format!("subscription={id}"))
        .await
        .json;
    assert_eq!(
        (&next["total"], &next["status"]),
        (&1000.into(), &"draft".into())
    );
    assert_eq!(next["created"], period(&before).1);
    let details = "subscription_details";
    let form = format!(
        "subscription={id}&{details}[items][0][id]={item}&{details}[items][0][price]={large}"
    );
    let later = bench.post("/v1/invoices/create_preview", &form).await.json;
    assert_eq!(
        later["total"], 4000,
        "the next month and half of the difference"
    );
    assert!(later["id"].as_str().unwrap().starts_with("upcoming_in_"));
    let now = format!("{form}&{details}[proration_behavior]=always_invoice");
    let now = bench.post("/v1/invoices/create_preview", &now).await.json;
    assert_eq!(
        (
            &now["total"],
            now["lines"]["data"].as_array().unwrap().len()
        ),
        (&1000.into(), 2)
    );
    assert_eq!(subscription(&bench, &session).await, before);
    assert_eq!(invoices(&bench, &session).await.len(), 1);
    let change =
        format!("items[0][id]={item}&items[0][price]={large}&proration_behavior=always_invoice");
    bench.post(&path, &change).await;
    assert_eq!(
        invoices(&bench, &session).await[0]["total"],
        1000,
        "as it was previewed"
    );
    let customer = before["customer"].as_str().unwrap();
    let new = format!(
        "customer={customer}&{details}[items][0][price]={large}&{details}[items][0][quantity]=2"
    );
    let new = bench.post("/v1/invoices/create_preview", &new).await.json;
    assert_eq!(new["amount_due"], 6000);
    bench.delete(&path).await;
    let over = bench
        .post("/v1/invoices/create_preview", &format!("subscription={id}"))
        .await;
    assert_eq!(over.refusal().2, "invoice_upcoming_none");
}

#[tokio::test]
async fn a_change_that_is_not_paid_is_undone_if_asked_for() {
    let bench = Bench::start();
    let small = price(&bench, 1000, "month").await;
    let large = price(&bench, 3000, "month").await;
    let (session, path, item) = halfway(&bench, &small).await;
    bench
        .post(&path, "default_payment_method=pm_card_chargeDeclined")
        .await;
    let form = format!(
        "items[0][id]={item}&items[0][price]={large}&proration_behavior=always_invoice&payment_behavior=error_if_incomplete"
    );
    assert_eq!(bench.post(&path, &form).await.status, 402);
    let after = subscription(&bench, &session).await;
    assert_eq!(after["items"]["data"][0]["price"]["id"], small.as_str());
    assert_eq!(after["status"], "active");
    assert_eq!(invoices(&bench, &session).await.len(), 1);
}

#[tokio::test]
async fn an_open_invoice_is_voided_or_given_up() {
    let bench = Bench::start();
    let price = price(&bench, 900, "month").await;
    let session = subscribe(&bench, &price, "", "4000000000000341").await;
    bench.pass_business_time(31 * DAY);
    bench.settle().await;
    let open = invoices(&bench, &session).await.remove(0);
    let path = format!("/v1/invoices/{}/void", open["id"].as_str().unwrap());
    let void = bench.post(&path, "").await.json;
    assert_eq!(void["status"], "void");
    assert!(void["status_transitions"]["voided_at"].is_i64());
    assert_eq!(subscription(&bench, &session).await["status"], "active");
    assert_eq!(bench.post(&path, "").await.status, 400);
    bench.pass_business_time(31 * DAY);
    bench.settle().await;
    let open = invoices(&bench, &session).await.remove(0);
    let path = format!(
        "/v1/invoices/{}/mark_uncollectible",
        open["id"].as_str().unwrap()
    );
    assert_eq!(bench.post(&path, "").await.json["status"], "uncollectible");
    let events = bench
        .get("/v1/events?types[]=invoice.voided&types[]=invoice.marked_uncollectible")
        .await;
    assert_eq!(events.json["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_trial_without_a_card_is_paused_and_resumed() {
    let bench = Bench::start();
    let price = price(&bench, 900, "month").await;
    let customer = bench.make("/v1/customers", "email=a@example.com").await;
    let form = format!(
        "customer={customer}&items[0][price]={price}&trial_period_days=7\
         &trial_settings[end_behavior][missing_payment_method]=pause"
    );
    let made = bench.post("/v1/subscriptions", &form).await.json;
    let session = json!({ "subscription": made["id"] });
    let path = format!("/v1/subscriptions/{}", made["id"].as_str().unwrap());
    let early = bench.post(&format!("{path}/resume"), "").await;
    assert_eq!(early.status, 400, "it is not paused");
    bench.pass_business_time(40 * DAY);
    bench.settle().await;
    assert_eq!(subscription(&bench, &session).await["status"], "paused");
    assert_eq!(
        bench.get("/v1/subscriptions?status=paused").await.json["data"][0]["id"],
        made["id"]
    );
    bench
        .post(&path, "default_payment_method=pm_card_visa")
        .await;
    let resumed = bench.post(&format!("{path}/resume"), "").await.json;
    assert_eq!(resumed["status"], "active");
    assert_eq!(invoices(&bench, &session).await[0]["amount_paid"], 900);
    let told = bench
        .get(
            "/v1/events?types[]=customer.subscription.paused&types[]=customer.subscription.resumed",
        )
        .await;
    assert_eq!(told.json["data"].as_array().unwrap().len(), 2);
    let canceled = bench.call(
        reqwest::Method::DELETE,
        &format!("{path}?cancellation_details[feedback]=unused"),
    );
    let canceled = crate::bench::read(canceled).await.json;
    assert_eq!(canceled["cancellation_details"]["feedback"], "unused");
}

#[tokio::test]
async fn a_deleted_customer_has_no_running_subscription() {
    let bench = Bench::start();
    let price = price(&bench, 900, "month").await;
    let session = subscribe(&bench, &price, "", GOOD).await;
    let customer = session["customer"].as_str().unwrap();
    bench.delete(&format!("/v1/customers/{customer}")).await;
    assert_eq!(subscription(&bench, &session).await["status"], "canceled");
    bench.pass_business_time(60 * DAY);
    bench.settle().await;
    assert_eq!(invoices(&bench, &session).await.len(), 1);
}

#[tokio::test]
async fn an_open_invoice_is_paid_on_its_page() {
    let bench = Bench::start();
    let price = price(&bench, 900, "month").await;
    let session = subscribe(&bench, &price, "", "4000000000000341").await;
    bench.pass_business_time(31 * DAY);
    bench.settle().await;
    let open = invoices(&bench, &session).await.remove(0);
    let url = open["hosted_invoice_url"].as_str().unwrap();
    let path = url.strip_prefix(&bench.base).unwrap();
    let page = bench.get(path).await.text;
    for text in ["Sandbox: no real money", "9.00 USD", "open", "test_card"] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
    let declined = bench.post(path, "card=4000000000000002").await;
    assert_eq!(declined.status, 402);
    assert!(declined.text.contains("Your card was declined."));
    assert_eq!(
        bench
            .post(path, "test_card=4242+4242+4242+4242")
            .await
            .status,
        303
    );
    let page = bench.get(path).await.text;
    assert!(
        page.contains("paid") && !page.contains("test_card"),
        "{page}"
    );
    assert_eq!(subscription(&bench, &session).await["status"], "active");
    assert_eq!(bench.get("/invoice/in_none").await.status, 404);
}
