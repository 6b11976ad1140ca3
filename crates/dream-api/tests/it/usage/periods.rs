//! Periods roll by business time, with no job and no lost call at the boundary. Servers of their own, since
//! the clock is everybody's.

use serde_json::{Value, json};

use crate::api::Api;
use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::server::Server;

/// Seconds until a period ends, by the server's own word.
async fn seconds_left(project: &Project, user: &str) -> i64 {
    let usage = project.usage(user).await;
    let state = usage.header("ratelimit");
    let left = state.split("t=").nth(1).unwrap();
    let digits: String = left.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

async fn advance(api: &Api, seconds: i64) -> Value {
    let call = api.post("/_dev/clock");
    let moved = call.json(json!({"advanceSeconds": seconds})).send().await;
    moved.is(200).json
}

async fn with_period(api: &Api, period: &str, limit: i64) -> Project {
    let tiers = json!([{"name": "free", "price": 0, "limit": limit, "period": period}]);
    Project::make(api, json!({"projectName": period, "tiers": tiers})).await
}

#[tokio::test]
async fn every_period_rolls_at_its_end_and_history_stays() {
    let server = Server::with(&[]).await;
    let api = server.api();
    for period in ["day", "week", "month", "year"] {
        let project = with_period(&api, period, 2).await;
        project.take("u1", 2).await.is(200);
        project.take("u1", 1).await.is(403);
        let before = project.usage("u1").await;
        // Processes that share a database may be a minute apart, and wait that long before they close.
        advance(&api, seconds_left(&project, "u1").await + 61).await;
        let usage = project.usage("u1").await;
        assert_eq!(usage.number_at("/count"), 0, "{period}");
        assert_eq!(
            before.text_at("/resetsAt")[..10],
            usage.text_at("/periodStart")
        );
        project.take("u1", 2).await.is(200);
        project.take("u1", 1).await.is(403);
        let call = project.secret(api.get("/api/usage/history")).user("u1");
        let history = call.send().await.is(200);
        assert_eq!(history.number_at("/periods/0/count"), 2, "{period}");
        assert_eq!(
            history.json["periods"][0]["periodStart"],
            before.json["periodStart"]
        );
    }
}

#[tokio::test]
async fn a_lifetime_never_rolls() {
    let server = Server::with(&[]).await;
    let project = with_period(&server.api(), "lifetime", 2).await;
    project.take("u1", 2).await.is(200);
    advance(&server.api(), 40 * 366 * 86_400).await;
    let usage = project.usage("u1").await;
    assert_eq!(usage.number_at("/count"), 2);
    assert!(usage.json.get("resetsAt").is_none());
    let refused = project.take("u1", 1).await;
    refused.problem(403, "tier_limit_reached");
}

#[tokio::test]
async fn rollover_under_load_is_exact_in_every_period() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = with_period(&api, "day", 300).await;
    let counting = project.clone();
    let load = tokio::spawn(send_all(32, 3000, move |_| counting.track("u1")));
    for _ in 0..3 {
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        advance(&api, 86_400).await;
    }
    let replies = load.await.unwrap();
    let mut days = std::collections::BTreeMap::<String, Vec<i64>>::new();
    for reply in replies.iter().filter(|reply| reply.status == 200) {
        let day = days.entry(reply.text_at("/usage/periodStart")).or_default();
        day.push(reply.number_at("/usage/count"));
    }
    let taken = with_status(&replies, 200);
    assert_eq!(taken + with_status(&replies, 403), 3000);
    for (day, mut counts) in days {
        counts.sort_unstable();
        let every = (1..=i64::try_from(counts.len()).unwrap()).collect::<Vec<_>>();
        assert_eq!(counts, every, "{day}: one was lost or counted twice");
        assert!(counts.len() <= 300, "{day}: {}", counts.len());
    }
}
