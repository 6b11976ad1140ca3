//! Sizes, lengths of lists, and the pace.

use std::time::Duration;

use dream_providers::stripe::{Client, Kind};

use crate::bench::{client, settings};
use crate::retries::now;
use crate::script::{Script, answer};

fn page(ids: &[&str], has_more: bool) -> String {
    let data: Vec<_> = ids
        .iter()
        .map(|id| serde_json::json!({ "id": id }))
        .collect();
    serde_json::json!({ "data": data, "has_more": has_more }).to_string()
}

#[tokio::test]
async fn lists_are_read_to_their_end() {
    let turns = [
        page(&["cus_1", "cus_2"], true),
        page(&["cus_3"], false),
        page(&[], true),
    ];
    let script = Script::play(turns.iter().map(|body| answer(200, body)).collect()).await;
    let client = client(&script.base);
    let found = client.at("").customers_by_email("a").await.unwrap();
    let ids: Vec<&str> = found.iter().map(|customer| &*customer.id).collect();
    assert_eq!(ids, ["cus_1", "cus_2", "cus_3"]);
    let came = script.requests();
    assert_eq!(
        came[1].line(),
        "GET /v1/customers?email=a&limit=100&starting_after=cus_2"
    );
    assert_eq!(client.at("").customers_by_email("a").await.unwrap(), []);
}

#[tokio::test]
async fn a_list_without_an_end_is_given_up() {
    let script = Script::play(vec![answer(200, &page(&["cus_1"], true))]).await;
    let failure = client(&script.base).at("").customers_by_email("a").await;
    assert_eq!(failure.unwrap_err().kind, Kind::Damaged);
    assert_eq!(script.requests().len(), 50);
}

#[tokio::test]
async fn a_huge_answer_is_not_read() {
    let body = format!(r#"{{"id":"cus_1","name":"{}"}}"#, "a".repeat(9 << 20));
    let script = Script::play(vec![answer(200, &body)]).await;
    let failure = client(&script.base).at("").customer("cus_1").await;
    assert_eq!(failure.unwrap_err().kind, Kind::Damaged);
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test]
async fn calls_of_a_second_are_counted() {
    let script = Script::play(vec![answer(200, r#"{"id":"cus_1"}"#)]).await;
    // A machine that stands still for a moment says nothing of the four.
    for _ in 0..10 {
        let client = Client::new(settings(&script.base)).unwrap().with_rate(4);
        let at = client.at("");
        let start = now();
        for _ in 0..4 {
            at.customer("cus_1").await.unwrap();
        }
        let four = start.elapsed();
        at.customer("cus_1").await.unwrap();
        let five = start.elapsed();
        assert!(
            five >= Duration::from_secs(1),
            "the fifth call of a second waits: {five:?}"
        );
        if four < Duration::from_millis(900) {
            return;
        }
    }
    panic!("the first four calls of a second wait");
}

#[tokio::test]
async fn background_work_leaves_half_to_people() {
    let script = Script::play(vec![answer(200, r#"{"id":"cus_1"}"#)]).await;
    let client = Client::new(settings(&script.base)).unwrap().with_rate(4);
    let (people, background) = (client.at(""), client.at("").in_background());
    let start = now();
    let (background, people) = tokio::join!(
        async {
            for _ in 0..5 {
                background.customer("cus_1").await.unwrap();
            }
            start.elapsed()
        },
        async {
            for _ in 0..2 {
                people.customer("cus_1").await.unwrap();
            }
            start.elapsed()
        },
    );
    assert!(
        background >= Duration::from_secs(2),
        "the third and the fifth one wait a second each: {background:?}"
    );
    assert!(people < background, "{people:?} {background:?}");
}
