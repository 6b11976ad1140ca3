//! Calls a minute: per user with a token, per key, per address (rules 31). The bucket refills while a test
//! runs, by one in 0.6 seconds at 100 a minute, so counts have as much room upwards as the calls took time.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::api::Reply;
use crate::load::{send_all, with_status};
use crate::project::{Person, Project};
use crate::server::{Server, shared};

async fn calls_of(project: &Project, person: &Person, calls: usize) -> Vec<Reply> {
    let (project, token) = (project.clone(), person.token.clone());
    send_all(16, calls, move |_| {
        project.as_user(project.api.get("/api/usage"), &token)
    })
    .await
}

/// Makes calls of which `limit` a minute pass; asserts how many did.
async fn passed(limit: usize, calls: impl Future<Output = Vec<Reply>>) -> Vec<Reply> {
    let (replies, took) = timed(calls).await;
    let passed = with_status(&replies, 200);
    assert!(
        (limit..=limit + refilled(limit, took)).contains(&passed),
        "{passed} of {limit} in {took:?}"
    );
    assert_eq!(passed + with_status(&replies, 429), replies.len());
    replies
}

/// How many come back into a bucket of `limit` a minute, at most.
pub(crate) fn refilled(limit: usize, took: Duration) -> usize {
    let seconds = usize::try_from(took.as_secs()).unwrap() + 1;
    limit * seconds / 60 + 1
}

#[expect(
    clippy::disallowed_methods,
    reason = "the machine's time is what refills buckets"
)]
pub(crate) async fn timed<T>(calls: impl Future<Output = T>) -> (T, Duration) {
    let start = Instant::now();
    (calls.await, start.elapsed())
}

#[tokio::test]
async fn a_user_with_a_token_has_100_a_minute_429() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 1_000_000).await;
    let person = project.person("a@example.com").await;
    let other = project.person("b@example.com").await;
    let replies = passed(100, calls_of(&project, &person, 200)).await;
    let refused = replies
        .into_iter()
        .find(|reply| reply.status == 429)
        .unwrap();
    let refused = refused.problem(429, "rate_limited");
    assert_eq!(refused.json["error"], "Rate limit exceeded");
    assert!(
        refused
            .text_at("/message")
            .contains("100 requests per minute")
    );
    let after = refused.header("retry-after").to_owned();
    assert_eq!(after, refused.number_at("/retryAfter").to_string());
    assert_eq!(refused.header("access-control-allow-origin"), "*");
    // Others are not held up, nor is the same user through the backend; and a count is never lost to it.
    let call = project.as_user(api.post("/api/data"), &other.token);
    call.send().await.is(200);
    project.track(&person.id).send().await.is(200);
    let call = project.as_user(api.post("/api/data"), &person.token);
    let status = call.send().await.status;
    let count = project.count(&person.id).await;
    assert_eq!(count, if status == 200 { 2 } else { 1 });
}

#[tokio::test]
async fn a_tier_and_a_project_have_limits_of_their_own() {
    let api = shared().await;
    let project = Project::saas(&api, 1_000_000).await;
    project
        .edit("pro", json!({"ratePerMinute": 20}))
        .await
        .is(200);
    project
        .edit("max", json!({"ratePerMinute": 0}))
        .await
        .is(200);
    project
        .settings(json!({"perUserPerMinute": 10}))
        .await
        .is(200);
    for (index, plan, limit) in [(0, "free", 10), (1, "pro", 20)] {
        let person = project.person(&format!("p{index}@example.com")).await;
        project.set_plan(&person.id, plan).await.is(200);
        passed(limit, calls_of(&project, &person, 50)).await;
    }
    let person = project.person("max@example.com").await;
    project.set_plan(&person.id, "max").await.is(200);
    let replies = calls_of(&project, &person, 200).await;
    assert_eq!(with_status(&replies, 200), 200);
    project
        .settings(json!({"perUserPerMinute": 0}))
        .await
        .is(200);
    let person = project.person("free@example.com").await;
    let replies = calls_of(&project, &person, 200).await;
    assert_eq!(with_status(&replies, 200), 200);
}

#[tokio::test]
async fn the_same_user_in_two_projects_has_two_limits() {
    let api = shared().await;
    let (a, b) = (
        Project::saas(&api, 500).await,
        Project::saas(&api, 500).await,
    );
    for project in [&a, &b] {
        project
            .settings(json!({"perUserPerMinute": 10}))
            .await
            .is(200);
        let person = project.person("same@example.com").await;
        passed(10, calls_of(project, &person, 30)).await;
    }
}

#[tokio::test]
async fn a_secret_key_has_no_limit_unless_one_is_set() {
    let project = Project::saas(&shared().await, 1_000_000).await;
    let counting = project.clone();
    let replies = send_all(16, 400, move |_| counting.track("u1")).await;
    assert_eq!(with_status(&replies, 200), 400);
    let limited = [("DREAM_LIMITS_PER_SECRET_KEY_PER_MINUTE", "50")];
    let server = Server::with(&limited).await;
    let api = server.api();
    let project = Project::saas(&api, 1_000_000).await;
    let other = Project::saas(&api, 1_000_000).await;
    let counting = project.clone();
    let calls = send_all(16, 120, move |index| counting.track(&format!("u{index}")));
    let replies = passed(50, calls).await;
    let refused = replies
        .into_iter()
        .find(|reply| reply.status == 429)
        .unwrap();
    refused.problem(429, "rate_limited");
    other.track("u1").send().await.is(200);
}

const GUESS: &str = "sk_test_000000000000000000000000000000000";

#[tokio::test]
async fn a_forwarded_address_is_believed_from_a_known_proxy_only() {
    let limit = ("DREAM_LIMITS_FAILED_AUTHENTICATION_PER_MINUTE", "10");
    let guesses = async |server: &Server| {
        let api = server.api();
        let replies = send_all(4, 40, move |index| {
            let call = api.get("/api/customers").bearer(GUESS);
            call.header("x-forwarded-for", format!("203.0.113.{index}"))
        });
        with_status(&replies.await, 401)
    };
    let direct = Server::with(&[limit]).await;
    let (passed, took) = timed(guesses(&direct)).await;
    assert!(
        (10..=10 + refilled(10, took)).contains(&passed),
        "{passed} in {took:?}"
    );
    let proxied = [limit, ("DREAM_HTTP_TRUSTED_PROXIES", "127.0.0.1")];
    let behind = Server::with(&proxied).await;
    assert_eq!(guesses(&behind).await, 40);
}

#[tokio::test]
async fn expired_tokens_and_missing_credentials_are_no_guesses_401() {
    let limit = ("DREAM_LIMITS_FAILED_AUTHENTICATION_PER_MINUTE", "5");
    let server = Server::with(&[limit]).await;
    let api = server.api();
    let project = Project::saas(&api, 50).await;
    let person = project.person("a@example.com").await;
    let path = format!("/api/customers/{}/tokens", person.id);
    project.secret(api.delete(&path)).send().await.is(200);
    for _ in 0..20 {
        let call = project.as_user(api.get("/api/usage"), &person.token);
        call.send().await.problem(401, "token_revoked");
        let reply = api.get("/api/usage").send().await;
        reply.problem(401, "missing_authentication");
    }
}
