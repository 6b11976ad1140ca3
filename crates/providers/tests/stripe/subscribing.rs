//! Subscriptions, invoices and portals against the sandbox.

use dream_domain::money::{Currency, Money};
use dream_domain::subscription::{Facts, Status};
use dream_domain::tier::Interval;
use dream_domain::time::Millis;
use dream_providers::stripe::Kind;
use dream_providers::stripe::checkout::{NewSession, Payer, Sale, Sells};
use dream_providers::stripe::portal::{Flow, NewPortal, Offer};
use dream_providers::stripe::subscriptions::Proration;

use crate::bench::{Bench, NOW, notes};
use crate::buying::session;
use crate::catalog::price;
use crate::customers::customer;

const DAY_MS: i64 = 86_400_000;

/// A customer with a subscription; the ids of both.
async fn subscribed(bench: &Bench, trial_days: Option<u32>) -> (String, String) {
    let plan = price(bench.at(), 2_900, Some(Interval::Month), "plan").await;
    let payer = customer(bench, "a@example.com", "c1").await;
    let metadata = notes(&[("user_id", "user_1")]);
    let lines = [(&*plan.id, 1)];
    let sale = Sale::Subscription {
        metadata: &metadata,
        trial_days,
    };
    let new = NewSession {
        payer: Payer::Customer(&payer.id),
        ..session(&lines, sale)
    };
    let made = bench.at().create_checkout(&new, "s1").await.unwrap();
    bench.pay(&made.id).await;
    let paid = bench.at().checkout(&made.id).await.unwrap();
    assert!(paid.is_paid(), "{paid:?}");
    assert_eq!(paid.mode, Sells::Subscription);
    assert_eq!(paid.customer.as_deref(), Some(&*payer.id));
    (payer.id, paid.subscription.unwrap())
}

async fn facts(bench: &Bench, id: &str) -> Facts {
    bench.at().subscription(id).await.unwrap().into()
}

#[tokio::test]
async fn the_facts_of_a_subscription_are_told() {
    let bench = Bench::start();
    let (payer, id) = subscribed(&bench, None).await;
    let told = facts(&bench, &id).await;
    assert_eq!((&told.id, &told.customer_id), (&id, &payer));
    assert_eq!(
        (told.status, told.started_at),
        (Status::Active, Millis(NOW * 1_000))
    );
    assert_eq!(told.metadata, notes(&[("user_id", "user_1")]));
    let [item] = &told.items[..] else {
        panic!("{told:?}");
    };
    let unit = Money {
        minor: 2_900,
        currency: Currency::USD,
    };
    assert_eq!((item.unit, item.quantity), (unit, 1));
    assert_eq!((item.interval, item.interval_count), (Interval::Month, 1));
    assert_eq!(item.product_id, "dream_pro");
    let month = Millis(NOW * 1_000 + 31 * DAY_MS);
    assert_eq!(
        (item.period_start, item.period_end),
        (Millis(NOW * 1_000), month)
    );
    assert_eq!(told.cancel_at.or(told.ended_at).or(told.trial_end), None);
    let listed = bench.at().subscriptions_of(&payer).await.unwrap();
    assert_eq!(
        listed.into_iter().map(Facts::from).collect::<Vec<_>>(),
        [told]
    );
}

#[tokio::test]
async fn a_trial_is_told() {
    let bench = Bench::start();
    let (_, id) = subscribed(&bench, Some(7)).await;
    let told = facts(&bench, &id).await;
    assert_eq!(told.status, Status::Trialing);
    assert_eq!(told.trial_end, Some(Millis(NOW * 1_000 + 7 * DAY_MS)));
}

#[tokio::test]
async fn a_subscription_moves_ends_and_stays_ended() {
    let bench = Bench::start();
    let at = bench.at();
    let (payer, id) = subscribed(&bench, None).await;
    let other = price(at, 9_900, Some(Interval::Month), "other").await;
    let item = facts(&bench, &id).await.items[0].id.clone();
    for (proration, key) in [
        (Proration::NextInvoice, "m1"),
        (Proration::Now, "m2"),
        (Proration::None, "m3"),
    ] {
        let moved = at.change_price(&id, &item, &other.id, proration, key).await;
        assert_eq!(moved.unwrap().facts.items[0].price_id, other.id);
    }
    let ending = at.set_cancel_at_period_end(&id, true, "c2").await.unwrap();
    assert!(ending.facts.cancel_at_period_end);
    assert_eq!(
        ending.facts.cancel_reason.as_deref(),
        Some("cancellation_requested")
    );
    let back = at.set_cancel_at_period_end(&id, false, "c3").await.unwrap();
    assert!(!back.facts.cancel_at_period_end);
    for _ in 0..2 {
        let ended = at.cancel_now(&id).await.unwrap();
        assert_eq!(ended.facts.status, Status::Canceled);
        assert_eq!(ended.facts.ended_at, Some(Millis(NOW * 1_000)));
    }
    assert_eq!(at.subscriptions_of(&payer).await.unwrap().len(), 1);
    let none = at.cancel_now("sub_none").await.unwrap_err();
    assert_eq!(none.kind, Kind::NotFound);
}

#[tokio::test]
async fn invoices_are_listed() {
    let bench = Bench::start();
    let at = bench.at();
    let (payer, id) = subscribed(&bench, None).await;
    let listed = at.invoices_of_customer(&payer).await.unwrap();
    let [invoice] = &listed[..] else {
        panic!("{listed:?}");
    };
    assert_eq!((invoice.total, invoice.amount_paid), (2_900, 2_900));
    assert_eq!(invoice.status.as_deref(), Some("paid"));
    assert_eq!(invoice.subscription_id.as_deref(), Some(&*id));
    assert_eq!(
        invoice.billing_reason.as_deref(),
        Some("subscription_create")
    );
    assert_eq!(invoice.paid_at, Some(Millis(NOW * 1_000)));
    assert_eq!(invoice.period_end, Some(Millis(NOW * 1_000 + 31 * DAY_MS)));
    assert_eq!(at.invoices_of_subscription(&id).await.unwrap(), listed);
    assert_eq!(&at.invoice(&invoice.id).await.unwrap(), invoice);
}

#[tokio::test]
async fn a_portal_leads_to_one_thing() {
    let bench = Bench::start();
    let at = bench.at();
    let (payer, id) = subscribed(&bench, None).await;
    let other = price(at, 9_900, Some(Interval::Month), "other").await;
    let none = Offer {
        plans: &[],
        headline: Some("Ann's shop"),
        return_url: None,
    };
    let made = at.create_portal_configuration(&none, "p1").await.unwrap();
    assert!(made.active);
    let plans = [("dream_pro", vec![&*other.id])];
    let offer = Offer {
        plans: &plans,
        return_url: Some("https://a.example/"),
        ..none
    };
    let changed = at.update_portal_configuration(&made.id, &offer, "p2").await;
    assert_eq!(changed.unwrap(), made);
    let flows = [
        None,
        Some(Flow::Cancel(&id)),
        Some(Flow::Update(&id)),
        Some(Flow::PaymentMethod),
    ];
    for (place, flow) in flows.into_iter().enumerate() {
        let new = NewPortal {
            customer: &payer,
            configuration: &made.id,
            return_url: "https://a.example/back",
            flow,
        };
        let portal = at.create_portal(&new, &format!("o{place}")).await.unwrap();
        assert!(portal.url.contains(&portal.id));
    }
}
