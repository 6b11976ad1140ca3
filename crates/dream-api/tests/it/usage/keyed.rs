//! `Idempotency-Key` on `POST /api/data`: a retry answers the same and counts once (rules 10).

use serde_json::json;

use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::server::shared;

#[tokio::test]
async fn a_retry_answers_the_same_and_counts_once_200() {
    let project = Project::saas(&shared().await, 5).await;
    let send = async || {
        let call = project.track("u1").header("idempotency-key", "k1");
        call.json(json!({"amount": 2})).send().await.is(200)
    };
    let first = send().await;
    assert!(!first.has("idempotent-replayed"));
    project.track("u1").send().await.is(200);
    let again = send().await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.json, first.json);
    assert_eq!(project.count("u1").await, 3);
}

#[tokio::test]
async fn another_body_or_user_under_the_same_key_422() {
    let project = Project::saas(&shared().await, 5).await;
    let send = async |user: &str, amount: i64| {
        let call = project.track(user).header("idempotency-key", "k1");
        call.json(json!({"amount": amount})).send().await
    };
    send("u1", 1).await.is(200);
    send("u1", 2).await.problem(422, "idempotency_mismatch");
    send("u2", 1).await.problem(422, "idempotency_mismatch");
    send("u1", 1).await.is(200);
    assert_eq!(project.count("u1").await, 1);
    assert_eq!(project.count("u2").await, 0);
}

#[tokio::test]
async fn fifty_at_once_with_one_key_count_once_200() {
    let project = Project::saas(&shared().await, 5).await;
    let counting = project.clone();
    let replies = send_all(50, 50, move |_| {
        counting.track("u1").header("idempotency-key", "k1")
    });
    let replies = replies.await;
    assert_eq!(with_status(&replies, 200), 50);
    let replayed = |reply: &&crate::api::Reply| reply.has("idempotent-replayed");
    assert_eq!(replies.iter().filter(replayed).count(), 49);
    assert!(replies.iter().all(|reply| reply.json == replies[0].json));
    assert_eq!(project.count("u1").await, 1);
}

#[tokio::test]
async fn a_refusal_is_kept_too_403() {
    let project = Project::saas(&shared().await, 1).await;
    project.track("u1").send().await.is(200);
    let keyed = || project.track("u1").header("idempotency-key", "k1");
    keyed().send().await.problem(403, "tier_limit_reached");
    project.edit("free", json!({"limit": 9})).await.is(200);
    let again = keyed().send().await;
    let again = again.problem(403, "tier_limit_reached");
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.number_at("/limit"), 1);
    project.track("u1").send().await.is(200);
}

#[tokio::test]
async fn keys_of_different_callers_are_different_200() {
    let api = shared().await;
    let (a, b) = (Project::saas(&api, 5).await, Project::saas(&api, 5).await);
    let person = a.person("a@example.com").await;
    for call in [
        a.track("u1"),
        b.track("u1"),
        a.as_user(api.post("/api/data"), &person.token),
    ] {
        let reply = call.header("idempotency-key", "same").send().await;
        assert!(!reply.is(200).has("idempotent-replayed"));
    }
    assert_eq!(a.count("u1").await, 1);
    assert_eq!(b.count("u1").await, 1);
    assert_eq!(a.count(&person.id).await, 1);
}

#[tokio::test]
async fn keys_that_are_none_422() {
    let project = Project::saas(&shared().await, 5).await;
    for bad in ["", &"k".repeat(256), "schlüssel", "a\tb"] {
        let call = project.track("u1").header("idempotency-key", bad);
        call.send().await.problem(422, "invalid_idempotency_key");
    }
    let twice = project
        .track("u1")
        .header("idempotency-key", "a")
        .header("idempotency-key", "b");
    twice.send().await.problem(422, "invalid_idempotency_key");
    let longest = project
        .track("u1")
        .header("idempotency-key", "k".repeat(255));
    longest.send().await.is(200);
    assert_eq!(project.count("u1").await, 1);
}

#[tokio::test]
async fn a_dry_run_with_a_key_does_not_use_the_key_up() {
    let project = Project::saas(&shared().await, 5).await;
    let keyed = || project.track("u1").header("idempotency-key", "k1");
    let dry = keyed().json(json!({"dryRun": true})).send().await;
    dry.is(200);
    assert_eq!(project.count("u1").await, 0);
}
