//! Amounts, meters and dry runs: what is refused changes nothing (USE-07, USE-08, USE-09).

use serde_json::{Value, json};

use crate::api::Api;
use crate::project::Project;
use crate::server::shared;

#[tokio::test]
async fn amounts_that_are_none_422_and_nothing_is_counted() {
    let project = Project::saas(&shared().await, 5).await;
    project.track("u1").send().await.is(200);
    for amount in [
        "0",
        "-1",
        "1.5",
        "1.0",
        "\"5\"",
        "null",
        "true",
        "[1]",
        "{}",
        "9007199254740993",
        "9223372036854775808",
        "18446744073709551616",
        "1e400",
        "-1e400",
        "1e3",
        "1000000001",
    ] {
        let body = format!("{{\"amount\": {amount}}}");
        let reply = project.track("u1").body(body).send().await;
        assert_eq!(reply.status, 422, "{amount}: {}", reply.text);
        reply.problem(422, "invalid_value");
    }
    assert_eq!(project.count("u1").await, 1);
}

#[tokio::test]
async fn the_largest_amount_is_counted_200() {
    let project = Project::saas(&shared().await, 3_000_000_000).await;
    let reply = project.take("u1", 1_000_000_000).await.is(200);
    assert_eq!(reply.number_at("/usage/count"), 1_000_000_000);
    assert_eq!(reply.number_at("/usage/remaining"), 2_000_000_000);
}

#[tokio::test]
async fn more_than_is_left_403_and_no_part_of_it_is_counted() {
    let project = Project::saas(&shared().await, 5).await;
    project.take("u1", 2).await.is(200);
    let reply = project.take("u1", 4).await;
    let reply = reply.problem(403, "tier_limit_reached");
    assert_eq!(reply.number_at("/count"), 2);
    assert_eq!(reply.number_at("/remaining"), 3);
    project.take("u1", 3).await.is(200);
    assert_eq!(project.count("u1").await, 5);
}

#[tokio::test]
async fn limit_zero_403_and_unlimited_200() {
    let project = Project::saas(&shared().await, 0).await;
    let reply = project.track("u1").send().await;
    let reply = reply.problem(403, "tier_limit_reached");
    assert_eq!(reply.number_at("/limit"), 0);
    let call = project.track("u1").header("x-user-plan", "max");
    let reply = call.send().await.is(200);
    assert_eq!(reply.json["usage"]["limit"], "unlimited");
}

#[tokio::test]
async fn the_largest_limit_never_wraps() {
    let api = shared().await;
    let limit = i64::MAX;
    let project = Project::saas(&api, 5).await;
    project.edit("free", json!({"limit": limit})).await.is(200);
    for (user, plan) in [("top", "free"), ("free", "max")] {
        near_the_top(&api, &project, user).await;
        for _ in 0..3 {
            let body = json!({"amount": 1_000_000_000});
            let call = project.track(user).header("x-user-plan", plan).json(body);
            let reply = call.send().await;
            assert!(matches!(reply.status, 200 | 403), "{}", reply.text);
        }
        let count = project.count(user).await;
        assert!(count >= limit - 10, "{count}");
    }
}

/// Plants a counter near the end of what a number holds.
async fn near_the_top(api: &Api, project: &Project, user: &str) {
    let usage = project.usage(user).await;
    let start = midnight(api, &usage.text_at("/periodStart")).await;
    let end = midnight(api, &usage.text_at("/resetsAt")[..10]).await;
    let (pk, used) = (&project.pk, i64::MAX - 10);
    // Under another id, so that the server has not looked for this one yet.
    let sql = format!(
        "delete from usage_counts where publishable_key = '{pk}' and user_id = '{user}';
         insert into usage_counts (publishable_key, user_id, meter, period_start, period_end, used, held, taken, folded, plan, updated_at)
         values ('{pk}', '{user}', 'requests', {start}, {end}, {used}, 0, 0, {used}, 'free', {start})"
    );
    api.database().plant(&sql).await;
}

/// The milliseconds at which a day begins, UTC.
async fn midnight(api: &Api, date: &str) -> i64 {
    let days = if api.database().url().is_some() {
        format!("select (date '{date}' - date '1970-01-01')::text")
    } else {
        format!("select cast(julianday('{date}') - julianday('1970-01-01') as integer)")
    };
    let rows = api.database().look(&days).await;
    rows[0][0].parse::<i64>().unwrap() * 86_400_000
}

#[tokio::test]
async fn a_dry_run_decides_and_counts_nothing() {
    let project = Project::saas(&shared().await, 5).await;
    let try_out = async |amount: i64| {
        let body = json!({"amount": amount, "dryRun": true});
        project.track("u1").json(body).send().await
    };
    assert_eq!(try_out(5).await.is(200).number_at("/usage/count"), 0);
    try_out(6).await.problem(403, "tier_limit_reached");
    project.take("u1", 3).await.is(200);
    try_out(3).await.problem(403, "tier_limit_reached");
    try_out(2).await.is(200);
    assert_eq!(project.count("u1").await, 3);
    let call = project.track("u1").json(json!({"dryRun": "yes"}));
    call.send().await.problem(422, "invalid_value");
}

#[tokio::test]
async fn meters_are_counted_apart_and_unknown_ones_422() {
    let api = shared().await;
    let meters = json!({"tokens": {"limit": 1000, "period": "day"}});
    let tiers = json!([
        {"name": "free", "price": 0, "limit": 5, "meters": meters},
        {"name": "pro", "price": 900, "limit": 50},
    ]);
    let project = Project::make(&api, json!({"projectName": "Meters", "tiers": tiers})).await;
    let take = async |plan: &str, body: Value| {
        let call = project.track("u1").header("x-user-plan", plan);
        call.json(body).send().await
    };
    let reply = take("free", json!({"meter": "tokens", "amount": 600})).await;
    let reply = reply.is(200);
    assert_eq!(reply.json["usage"]["meter"], "tokens");
    assert_eq!(reply.number_at("/usage/remaining"), 400);
    let refused = take("free", json!({"meter": "tokens", "amount": 600})).await;
    assert_eq!(
        refused.problem(403, "tier_limit_reached").json["meter"],
        "tokens"
    );
    take("free", json!({})).await.is(200);
    // A meter that this tier does not name has limit 0.
    let refused = take("pro", json!({"meter": "tokens"})).await;
    let refused = refused.problem(403, "tier_limit_reached");
    assert_eq!(refused.number_at("/limit"), 0);
    let unknown = take("free", json!({"meter": "images"})).await;
    let unknown = unknown.problem(422, "unknown_meter");
    assert!(unknown.text_at("/message").contains("tokens"));
    for bad in [
        json!("Tokens"),
        json!(""),
        json!("a b"),
        json!(7),
        json!(null),
    ] {
        take("free", json!({"meter": bad})).await.is(422);
    }
    let usage = project.usage("u1").await;
    assert_eq!(usage.number_at("/count"), 1);
    assert_eq!(usage.number_at("/meters/requests/count"), 1);
    assert_eq!(usage.number_at("/meters/tokens/count"), 600);
    assert_eq!(
        usage.json["meters"]["tokens"]["periodStart"],
        usage.json["meters"]["tokens"]["periodEnd"]
    );
}

#[tokio::test]
async fn bodies_that_are_no_object_400() {
    let project = Project::saas(&shared().await, 5).await;
    for body in [
        "[]",
        "1",
        "\"x\"",
        "null",
        "{",
        "{\"amount\":1,\"amount\":2}",
    ] {
        let reply = project.track("u1").body(body).send().await;
        reply.problem(400, "invalid_json");
    }
    assert_eq!(project.count("u1").await, 0);
}
