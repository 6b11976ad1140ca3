//! Answers in shapes that the sandbox does not send.

use dream_domain::subscription::{Facts, Status};
use dream_domain::time::Millis;
use dream_providers::stripe::Kind;
use dream_providers::stripe::events::Wanted;
use serde_json::{Value, json};

use crate::bench::client;
use crate::script::{Script, answer};

fn item(interval: &str, period: Option<(i64, i64)>) -> Value {
    json!({
        "id": "si_1",
        "price": { "id": "price_1", "product": { "id": "prod_1" }, "unit_amount": null, "currency": "eur",
            "recurring": { "interval": interval, "interval_count": 1 } },
        "current_period_start": period.map(|period| period.0),
        "current_period_end": period.map(|period| period.1),
    })
}

fn subscription(items: &[Value]) -> Value {
    json!({
        "id": "sub_1", "customer": { "id": "cus_1", "deleted": true }, "status": "active",
        "items": { "data": items }, "cancel_at": null, "canceled_at": 5, "start_date": 1,
        "cancellation_details": { "reason": "payment_failed" }, "metadata": null, "livemode": true,
        "latest_invoice": { "id": "in_1" }, "news": [1],
    })
}

async fn facts(body: Value) -> Facts {
    let script = Script::play(vec![answer(200, &body.to_string())]).await;
    let client = client(&script.base);
    let read = client.at("").subscription("sub_1").await.unwrap();
    assert_eq!(
        (read.latest_invoice.as_deref(), read.livemode),
        (Some("in_1"), true)
    );
    read.into()
}

#[tokio::test]
async fn the_period_is_the_items_or_the_subscriptions() {
    let new = facts(subscription(&[item("month", Some((1, 2)))])).await;
    assert_eq!(new.period(), (Millis(1_000), Millis(2_000)));
    let mut old = subscription(&[item("year", None)]);
    old["current_period_start"] = 3.into();
    old["current_period_end"] = 4.into();
    let old = facts(old).await;
    assert_eq!(old.period(), (Millis(3_000), Millis(4_000)));
    assert_eq!(
        (&*old.customer_id, &*old.items[0].product_id),
        ("cus_1", "prod_1")
    );
    assert_eq!((old.items[0].quantity, old.items[0].unit.minor), (1, 0));
    assert_eq!(old.cancel_reason.as_deref(), Some("payment_failed"));
    assert_eq!(old.canceled_at, Some(Millis(5_000)));
}

#[tokio::test]
async fn what_no_tier_is_sold_like_is_left_out() {
    let weekly = item("week", Some((1, 2)));
    let mut odd = subscription(&[weekly, item("month", Some((3, 4)))]);
    odd["status"] = "on_holiday".into();
    let odd = facts(odd).await;
    assert_eq!((odd.status, odd.items.len()), (Status::Unknown, 1));
    assert_eq!(odd.period().1, Millis(4_000));
}

#[tokio::test]
async fn an_old_invoice_names_its_subscription_at_the_top() {
    let body = json!({
        "id": "in_1", "customer": "cus_1", "subscription": "sub_1", "status": "open", "amount_due": 5,
        "amount_paid": 0, "amount_remaining": 5, "subtotal": 5, "total": 5, "currency": "jpy",
        "created": 1, "period_start": 1, "period_end": 2, "livemode": false,
    });
    let script = Script::play(vec![answer(200, &body.to_string())]).await;
    let client = client(&script.base);
    let invoice = client.at("").invoice("in_1").await.unwrap();
    assert_eq!(invoice.subscription_id.as_deref(), Some("sub_1"));
    assert_eq!(invoice.period_end, Some(Millis(2_000)));
}

#[tokio::test]
async fn goods_that_were_paid_have_an_address() {
    let body = json!({
        "id": "cs_test_1", "mode": "payment", "status": "complete", "payment_status": "no_payment_required",
        "customer_details": { "email": "a@example.com" }, "customer_email": "b@example.com",
        "created": 1, "expires_at": 2, "livemode": false, "metadata": {},
        "collected_information": { "shipping_details": { "name": "Ann", "address":
            { "line1": "1 Road", "line2": null, "city": "Bonn", "state": null, "postal_code": "53111", "country": "DE" } } },
        "total_details": { "amount_tax": 19 },
    });
    let script = Script::play(vec![answer(200, &body.to_string())]).await;
    let client = client(&script.base);
    let session = client.at("").checkout("cs_test_1").await.unwrap();
    assert!(session.is_paid());
    assert_eq!(
        (session.email.as_deref(), session.amount_tax),
        (Some("a@example.com"), 19)
    );
    let shipping = session.shipping.unwrap();
    let address = shipping.address.unwrap();
    assert_eq!(
        (shipping.name.as_deref(), address.city.as_deref()),
        (Some("Ann"), Some("Bonn"))
    );
}

#[tokio::test]
async fn a_missing_field_is_named_and_nothing_else_told() {
    let body = json!({ "id": "pi_1", "amount": 1, "amount_received": "secret", "status": "x", "currency": "usd" });
    let script = Script::play(vec![answer(200, &body.to_string()), answer(200, "{}")]).await;
    let client = client(&script.base);
    let read = client.at("").payment_intent("pi_1").await.unwrap_err();
    assert_eq!(
        (read.kind, &*read.message),
        (Kind::Damaged, "Stripe's answer cannot be read")
    );
    let read = client.at("").payment_intent("pi_1").await.unwrap_err();
    assert_eq!(read.message, "Stripe's answer has no id");
}

#[tokio::test]
async fn an_unreadable_event_hides_no_other() {
    let event = json!({
        "id": "evt_1", "object": "event", "type": "price.updated", "created": 1, "livemode": false,
        "data": { "object": { "id": "price_1" } },
    });
    let page = json!({ "data": [{ "object": "v2.core.event" }, event, 5], "has_more": true });
    let script = Script::play(vec![answer(200, &page.to_string())]).await;
    let client = client(&script.base);
    let read = client
        .at("acct_1")
        .events(&Wanted::default())
        .await
        .unwrap();
    let ids: Vec<_> = read.events.iter().map(|event| &*event.id).collect();
    assert_eq!((ids, read.has_more), (vec!["evt_1"], true));
    assert_eq!(read.events[0].account, "acct_1");
}
