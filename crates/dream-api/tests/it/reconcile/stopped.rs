//! A server that is stopped in the middle of a round: the next one need not wait for it.

use serde_json::{Value, json};

use super::quiet;
use crate::billing::shop::Shop;
use crate::server::{Place, Server, Start, eventually};

/// Jobs that somebody is at, or was at when it ended.
const HELD: &str = "select job from job_leases where held_until > 0 and job = 'reconcile'";

#[tokio::test]
async fn round_that_was_stopped_is_begun_anew_by_the_next_process() {
    let place = stopped_in_a_round("TERM").await;
    let none: Vec<Vec<String>> = Vec::new();
    assert_eq!(place.database.look(HELD).await, none);
    rounds_at_once(place).await;
}

#[tokio::test]
async fn round_that_was_killed_is_begun_anew_where_nobody_else_can_be_at_it() {
    let place = stopped_in_a_round("KILL").await;
    if place.database.url().is_some() {
        println!("not on PostgreSQL: another process may be at it");
        return;
    }
    assert_eq!(place.database.look(HELD).await, [["reconcile"]]);
    rounds_at_once(place).await;
}

/// A server that ended while a round of it waited for the payment provider.
async fn stopped_in_a_round(signal: &str) -> Place {
    let soon = ("DREAM_HTTP_SHUTDOWN_TIMEOUT_SECONDS", "1");
    let server = Server::with(&[soon]).await;
    let shop = Shop::open(&server.api(), 2).await;
    quiet(&server.api()).await;
    hang(&shop).await;
    let asked = shop.api().post("/_dev/reconcile");
    let asking = tokio::spawn(asked.try_send());
    let api = server.api();
    let database = api.database();
    eventually("the round has begun", async || {
        !database.look(HELD).await.is_empty()
    })
    .await;
    server.signal(signal);
    let (_, place) = server.ended().await;
    asking.abort();
    place
}

/// Lets the next call of the sandbox hang.
async fn hang(shop: &Shop) {
    let fault = json!({"what": "time_out", "count": 1, "seconds": 300});
    shop.control("misbehave", fault).await;
}

async fn rounds_at_once(place: Place) {
    let start = Start {
        place: Some(place),
        ..Default::default()
    };
    let server = Server::start(start).await;
    let report: Value = server
        .api()
        .post("/_dev/reconcile")
        .send()
        .await
        .is(200)
        .json;
    assert_eq!(report["failed"], 0, "{report}");
}
