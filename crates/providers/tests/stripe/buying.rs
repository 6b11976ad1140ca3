//! Checkout in payment mode, charges and refunds against the sandbox.

use dream_domain::time::Millis;
use dream_providers::stripe::Kind;
use dream_providers::stripe::checkout::{
    NewSession, Payer, PaymentStatus, Sale, Sells, Session, Status,
};
use dream_providers::stripe::refunds::{NewRefund, Reason};
use serde_json::json;

use crate::bench::{Bench, NOW, notes};
use crate::catalog::price;
use crate::customers::customer;

const SUCCESS: &str = "https://a.example/done?session={CHECKOUT_SESSION_ID}";

pub(crate) fn session<'a>(lines: &'a [(&'a str, i64)], sale: Sale<'a>) -> NewSession<'a> {
    let (Sale::Payment { metadata } | Sale::Subscription { metadata, .. }) = sale;
    NewSession {
        sale,
        lines,
        payer: Payer::Anyone,
        client_reference_id: Some("chk_1"),
        metadata,
        success_url: SUCCESS,
        cancel_url: "https://a.example/back",
        expires_at: Some(Millis((NOW + 3_600) * 1_000)),
        automatic_tax: false,
        shipping_countries: &[],
        allow_promotion_codes: true,
    }
}

/// Sells three of one thing and has them paid for.
async fn bought(bench: &Bench) -> Session {
    let thing = price(bench.at(), 1_000, None, "thing").await;
    let metadata = notes(&[("order", "1")]);
    let lines = [(&*thing.id, 3)];
    let new = NewSession {
        payer: Payer::Email("b@example.com"),
        ..session(
            &lines,
            Sale::Payment {
                metadata: &metadata,
            },
        )
    };
    let made = bench.at().create_checkout(&new, "k1").await.unwrap();
    assert_eq!(
        (made.status, made.payment_status),
        (Status::Open, PaymentStatus::Unpaid)
    );
    assert!(!made.is_paid());
    bench.pay(&made.id).await;
    bench.at().checkout(&made.id).await.unwrap()
}

#[tokio::test]
async fn things_are_bought_and_refunded() {
    let bench = Bench::start();
    let (at, session) = (bench.at(), bought(&bench).await);
    assert!(session.is_paid());
    assert_eq!((session.mode, session.url.as_ref()), (Sells::Payment, None));
    assert_eq!(session.amount_total, Some(3_000));
    assert_eq!(session.client_reference_id.as_deref(), Some("chk_1"));
    assert_eq!(session.metadata, notes(&[("order", "1")]));
    assert_eq!(
        session.lines[0].price.as_ref().unwrap().unit_amount,
        Some(1_000)
    );
    let id = session.payment_intent.unwrap();
    let intent = at.payment_intent(&id).await.unwrap();
    assert_eq!(
        (&*intent.status, intent.amount_received),
        ("succeeded", 3_000)
    );
    assert_eq!(intent.metadata, notes(&[("order", "1")]));
    let charge = at.charge(&intent.latest_charge.unwrap()).await.unwrap();
    assert!(charge.paid && !charge.refunded && !charge.disputed);
    assert_eq!(at.charges_of(&id).await.unwrap(), [charge]);

    let metadata = notes(&[("refund", "1")]);
    let part = NewRefund {
        payment_intent: &id,
        amount: Some(1_000),
        reason: Some(Reason::RequestedByCustomer),
        metadata: &metadata,
    };
    let first = at.create_refund(&part, "r1").await.unwrap();
    assert_eq!(at.create_refund(&part, "r1").await.unwrap(), first);
    assert_eq!(
        (first.amount, first.status.as_deref()),
        (1_000, Some("succeeded"))
    );
    assert_eq!(first.reason.as_deref(), Some("requested_by_customer"));
    assert_eq!(at.refund(&first.id).await.unwrap(), first);
    let rest = NewRefund {
        amount: None,
        ..part
    };
    let second = at.create_refund(&rest, "r2").await.unwrap();
    assert_eq!(second.amount, 2_000);
    assert_eq!(at.refunds_of(&id).await.unwrap(), [second, first]);
    let none = at.create_refund(&rest, "r3").await.unwrap_err();
    assert_eq!(
        (none.kind, none.code.as_deref()),
        (Kind::Refused, Some("charge_already_refunded"))
    );
}

#[tokio::test]
async fn a_session_is_taken_off_sale_once() {
    let bench = Bench::start();
    let (at, thing) = (bench.at(), price(bench.at(), 500, None, "thing").await);
    let payer = customer(&bench, "a@example.com", "c1").await;
    let metadata = notes(&[]);
    let lines = [(&*thing.id, 1)];
    let new = NewSession {
        payer: Payer::Customer(&payer.id),
        ..session(
            &lines,
            Sale::Payment {
                metadata: &metadata,
            },
        )
    };
    let made = at.create_checkout(&new, "k1").await.unwrap();
    assert!(made.url.as_ref().unwrap().contains(&made.id));
    assert_eq!(made.expires_at, Millis((NOW + 3_600) * 1_000));
    let listed = at.checkouts_of(&payer.id).await.unwrap();
    assert_eq!((listed.len(), &listed[0].id), (1, &made.id));
    let over = at.expire_checkout(&made.id, "k2").await.unwrap();
    assert_eq!((over.status, over.url), (Status::Expired, None));
    let twice = at.expire_checkout(&made.id, "k3").await.unwrap_err();
    assert_eq!(twice.kind, Kind::Refused);
    let early = NewSession {
        expires_at: Some(Millis((NOW + 60) * 1_000)),
        ..new
    };
    let failure = at.create_checkout(&early, "k4").await.unwrap_err();
    assert_eq!(failure.param.as_deref(), Some("expires_at"));
}

#[tokio::test]
async fn all_lines_of_a_cart_are_read() {
    let bench = Bench::start();
    let (at, thing) = (bench.at(), price(bench.at(), 100, None, "thing").await);
    let metadata = notes(&[]);
    let lines: Vec<_> = (1..=23).map(|count| (&*thing.id, count)).collect();
    let new = session(
        &lines,
        Sale::Payment {
            metadata: &metadata,
        },
    );
    let made = at.create_checkout(&new, "k1").await.unwrap();
    let whole = at.checkout(&made.id).await.unwrap();
    let counts = whole.lines.iter().filter_map(|line| line.quantity);
    assert_eq!(counts.sum::<i64>(), 23 * 24 / 2);
    assert_eq!(at.checkout_lines(&made.id).await.unwrap(), whole.lines);
    assert_eq!(whole.amount_total, Some(27_600));
}

#[tokio::test]
async fn goods_are_sent_where_the_session_allows() {
    let bench = Bench::start();
    let (at, thing) = (bench.at(), price(bench.at(), 100, None, "thing").await);
    let metadata = notes(&[]);
    let lines = [(&*thing.id, 1)];
    let countries = ["US".to_owned(), "DE".to_owned()];
    let new = NewSession {
        shipping_countries: &countries,
        automatic_tax: true,
        ..session(
            &lines,
            Sale::Payment {
                metadata: &metadata,
            },
        )
    };
    let made = at.create_checkout(&new, "k1").await.unwrap();
    assert_eq!(made.shipping, None);
}

#[tokio::test]
async fn a_dispute_is_read() {
    let bench = Bench::start();
    let intent = bought(&bench).await.payment_intent.unwrap();
    let asked = json!({ "payment_intent": intent });
    let made = bench.control("disputes", asked).await;
    let dispute = bench
        .at()
        .dispute(made["id"].as_str().unwrap())
        .await
        .unwrap();
    assert_eq!(
        (dispute.amount, dispute.payment_intent),
        (3_000, Some(intent))
    );
    assert_eq!(dispute.status, "needs_response");
}
