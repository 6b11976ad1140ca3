//! Events whose caller goes away while they are worked: they are worked to their end, and nothing waits behind them.

use serde_json::{Value, json};

use super::shop::Shop;
use crate::api::Call;
use crate::reconcile::quiet;
use crate::server::{Server, eventually};

/// Events that somebody is at, or was at when it ended.
const CLAIMED: &str = "select event_id from inbox where status = 'waiting' and claimed_until > 0";

/// A shop that has sold a plan, and the event that told of it.
async fn sold() -> (Server, Shop, String) {
    let soon = ("DREAM_HTTP_SHUTDOWN_TIMEOUT_SECONDS", "1");
    let server = Server::with(&[soon]).await;
    let shop = Shop::open(&server.api(), 2).await;
    let person = shop.project.person("ada@example.com").await;
    shop.buy(&person, "pro").await;
    let mut id = String::new();
    eventually("the event is worked", async || {
        let done = "/api/events?type=checkout.session.completed&status=done";
        let call = shop.project.secret(shop.api().get(done));
        let list = call.send().await.is(200);
        let found = list.json["events"][0]["id"].as_str();
        found.unwrap_or_default().clone_into(&mut id);
        found.is_some()
    })
    .await;
    quiet(shop.api()).await;
    (server, shop, id)
}

/// Works the event anew while the provider hangs, and goes away when somebody is at it.
async fn leave(shop: &Shop, id: &str) {
    let fault = json!({"what": "time_out", "count": 1, "seconds": 300});
    shop.control("misbehave", fault).await;
    let path = format!("/api/events/{id}/replay");
    let replay: Call = shop.project.secret(shop.api().post(&path));
    tokio::select! {
        answer = replay.try_send() => panic!("the caller was still there: {answer:?}"),
        () = eventually("it is claimed", async || {
            shop.api().database().look(CLAIMED).await == [[id]]
        }) => {}
    }
}

#[tokio::test]
async fn an_event_is_worked_to_its_end_whoever_waits_for_it() {
    let (_server, shop, id) = sold().await;
    leave(&shop, &id).await;
    let event = async || -> Value {
        let call = shop.api().get(&format!("/api/events/{id}"));
        let found = shop.project.secret(call).send().await.is(200);
        found.json["event"].clone()
    };
    eventually("it is done", async || event().await["status"] == "done").await;
    assert_eq!(event().await["attempts"], 1, "it was claimed once");
}

#[tokio::test]
async fn a_server_that_stops_leaves_no_event_that_somebody_is_at() {
    let (server, shop, id) = sold().await;
    leave(&shop, &id).await;
    server.signal("TERM");
    let (code, place) = server.ended().await;
    let none: Vec<Vec<String>> = Vec::new();
    assert_eq!((code, place.database.look(CLAIMED).await), (0, none));
}
