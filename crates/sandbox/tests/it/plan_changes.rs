//! Changes of a subscription's price.

use crate::bench::Bench;
use crate::subscriptions::{DAY, invoices, period, price, subscribe, subscription, wait};

#[tokio::test]
async fn a_dearer_price_is_prorated() {
    let bench = Bench::start();
    let (small, large) = (
        price(&bench, 1000, "month").await,
        price(&bench, 3000, "month").await,
    );
    let session = subscribe(&bench, &small, "", "4242424242424242").await;
    let before = subscription(&bench, &session).await;
    let item = before["items"]["data"][0]["id"].as_str().unwrap();
    let path = format!("/v1/subscriptions/{}", before["id"].as_str().unwrap());
    let (start, end) = period(&before);
    bench.pass_business_time((end - start) / 2);
    let form =
        format!("items[0][id]={item}&items[0][price]={large}&proration_behavior=always_invoice");
    let after = bench.post(&path, &form).await.json;
    assert_eq!(after["items"]["data"][0]["price"]["id"], large.as_str());
    assert_eq!(period(&after), (start, end));
    let invoice = invoices(&bench, &session).await.remove(0);
    assert_eq!(
        (&invoice["billing_reason"], &invoice["total"]),
        (&"subscription_update".into(), &1000.into())
    );
    let back = format!("items[0][id]={item}&items[0][price]={small}");
    bench.post(&path, &back).await;
    bench.pass_business_time((end - start) / 2);
    wait(&bench, &session, |found| period(found).0 == end).await;
    let renewal = invoices(&bench, &session).await.remove(0);
    assert_eq!(
        (&renewal["billing_reason"], &renewal["total"]),
        (&"subscription_cycle".into(), &0.into())
    );
    assert_eq!(renewal["lines"]["data"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn another_interval_begins_a_new_period_at_once() {
    let bench = Bench::start();
    let (monthly, yearly) = (
        price(&bench, 1000, "month").await,
        price(&bench, 9000, "year").await,
    );
    let session = subscribe(&bench, &monthly, "", "4242424242424242").await;
    let before = subscription(&bench, &session).await;
    let item = before["items"]["data"][0]["id"].as_str().unwrap();
    let path = format!("/v1/subscriptions/{}", before["id"].as_str().unwrap());
    let after = bench
        .post(
            &path,
            &format!("items[0][id]={item}&items[0][price]={yearly}"),
        )
        .await
        .json;
    let (start, end) = period(&after);
    assert_eq!((end - start) / DAY, 365);
    assert_eq!(
        invoices(&bench, &session).await[0]["total"],
        8000,
        "nothing of the month was used"
    );
}
