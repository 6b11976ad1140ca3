//! Many at once: the last one is sold once, and never both sold and given back.

use std::time::Duration;

use serde_json::json;

use super::market::{Bought, Market, alone, product};
use crate::load::is_long;

/// Rounds of a race, and the most time they take.
fn rounds() -> (u64, Duration) {
    if is_long() {
        (5000, Duration::from_mins(20))
    } else {
        (500, Duration::from_secs(20))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_unit_goes_to_one_of_a_hundred_carts() {
    let (_server, market) = alone(json!([product("mug", 1), product("cap", 500)])).await;
    market.checkout(&[("cap", 1)]).await;
    let mut running = tokio::task::JoinSet::new();
    for n in 0..100 {
        let market = market.clone();
        let wanted = if n % 2 == 0 {
            [("mug", 1), ("cap", 1)]
        } else {
            [("cap", 1), ("mug", 1)]
        };
        running.spawn(async move { market.send(&market.cart(&wanted)).await });
    }
    let replies = running.join_all().await;
    let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 99));
    for reply in lost {
        let reply = reply.problem(409, "out_of_stock");
        assert_eq!(
            reply.json["lines"],
            json!([{"tier": "mug", "name": "MUG", "requested": 1, "available": 0}])
        );
    }
    assert_eq!(
        (market.left("mug").await, market.left("cap").await),
        (0, 498)
    );
    let bought = Bought::of(&won[0]);
    market.pay(&bought, "winner@example.com").await;
    market.becomes(&bought, "paid").await;
    assert_eq!(market.left("mug").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_payment_and_an_end_at_the_same_moment_one_happens() {
    let (_server, market) = alone(json!([product("mug", 10_000)])).await;
    let (rounds, time) = rounds();
    let race = async {
        let mut paid = 0;
        for round in 0..rounds {
            let start = Duration::from_millis(round % 16);
            paid += i64::from(is_paid_in_a_race(&market, start).await);
            assert_eq!(market.left("mug").await, 10_000 - paid);
        }
        println!("{paid} of {rounds} were paid");
    };
    if tokio::time::timeout(time, race).await.is_err() {
        println!("the time is up before {rounds} rounds");
    }
}

/// Pays an order, a little after its seller began to take it back; whether it is paid.
async fn is_paid_in_a_race(market: &Market, start: Duration) -> bool {
    let bought = market.checkout(&[("mug", 1)]).await;
    let pay = async {
        tokio::time::sleep(start).await;
        let path = format!("checkout/{}/pay", bought.session);
        market.try_control(&path, json!({})).await.0 == 200
    };
    let release = market.about(&bought, "release").json(json!({})).send();
    let (was_paid, released) = tokio::join!(pay, release);
    if was_paid {
        assert_eq!(released.status, 409, "{}", released.text);
        market.becomes(&bought, "paid").await;
    } else {
        assert_eq!(released.status, 200, "{}", released.text);
        assert_eq!(market.state(&bought).await, "expired");
    }
    was_paid
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_payment_and_the_end_of_time_one_happens() {
    let (_server, market) = alone(json!([product("mug", 100)])).await;
    let mut sold = 0;
    for _ in 0..4 {
        let orders = [
            market.checkout(&[("mug", 1)]).await,
            market.checkout(&[("mug", 2)]).await,
        ];
        let pay = async |bought: &Bought| {
            let path = format!("checkout/{}/pay", bought.session);
            market.try_control(&path, json!({})).await.0 == 200
        };
        let ((), one, two) = tokio::join!(market.wait(34 * 60), pay(&orders[0]), pay(&orders[1]));
        for (bought, (was_paid, quantity)) in orders.iter().zip([(one, 1), (two, 2)]) {
            market
                .becomes(bought, if was_paid { "paid" } else { "expired" })
                .await;
            sold += if was_paid { quantity } else { 0 };
        }
        assert_eq!(market.left("mug").await, 100 - sold);
    }
}

#[tokio::test]
async fn a_seller_sees_and_takes_back_what_is_held() {
    let market = Market::open(&crate::server::shared().await, json!([product("mug", 3)])).await;
    let bought = market.checkout(&[("mug", 2)]).await;
    let held = market.get("/api/reservations").await.is(200);
    assert_eq!(held.number_at("/reservations/0/quantity"), 2);
    assert_eq!(held.text_at("/reservations/0/orderId"), bought.order);
    let released = market
        .about(&bought, "release")
        .json(json!({}))
        .send()
        .await;
    assert_eq!(released.is(200).text_at("/order/status"), "expired");
    assert_eq!(market.left("mug").await, 3);
    assert_eq!(market.session(&bought).await["status"], "expired");
    let again = market
        .about(&bought, "release")
        .json(json!({}))
        .send()
        .await;
    again.is(200);
    let paid = market.buy(&[("mug", 1)], "kept@example.com").await;
    let late = market.about(&paid, "release").json(json!({})).send().await;
    late.problem(409, "conflict");
    assert_eq!(market.left("mug").await, 2);
}
