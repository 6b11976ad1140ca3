//! What usage calls answer: the union of fields of all clients (wire.md 1), and the `RateLimit` fields.

use serde_json::json;

use crate::api::Reply;
use crate::project::Project;
use crate::server::shared;

const USAGE: [&str; 10] = [
    "userId",
    "plan",
    "meter",
    "count",
    "usageCount",
    "limit",
    "remaining",
    "periodStart",
    "periodEnd",
    "resetsAt",
];

#[tokio::test]
async fn a_counted_call_has_every_field_200() {
    let project = Project::saas(&shared().await, 5).await;
    let reply = project.take("u1", 2).await.is(200);
    assert_eq!(reply.json["success"], true);
    assert_eq!(reply.json["userId"], "u1");
    let said = reply.text_at("/data/message");
    assert_eq!(said, "Request processed successfully");
    let usage = &reply.json["usage"];
    for field in USAGE {
        assert!(!usage[field].is_null(), "no {field}: {usage}");
    }
    let numbers = ["count", "usageCount", "limit", "remaining"].map(|name| usage[name].as_i64());
    assert_eq!(numbers, [Some(2), Some(2), Some(5), Some(3)]);
}

#[tokio::test]
async fn a_refused_call_has_the_members_of_the_seeds_403() {
    let project = Project::saas(&shared().await, 1).await;
    project.track("u1").send().await.is(200);
    let reply = project.track("u1").send().await;
    let reply = reply.problem(403, "tier_limit_reached");
    assert_eq!(reply.json["error"], "Tier limit reached");
    assert!(reply.text_at("/message").contains("limit"));
    for (member, value) in [
        ("count", json!(1)),
        ("usageCount", json!(1)),
        ("limit", json!(1)),
        ("remaining", json!(0)),
        ("plan", json!("free")),
        ("userId", json!("u1")),
        ("meter", json!("requests")),
    ] {
        assert_eq!(reply.json[member], value, "{member}");
    }
    for member in ["periodStart", "periodEnd", "resetsAt"] {
        assert!(reply.json[member].is_string(), "{member}");
    }
    assert!(reply.json.get("upgradeUrl").is_none());
}

#[tokio::test]
async fn upgrade_url_of_the_project_is_told_403() {
    let project = Project::saas(&shared().await, 0).await;
    let url = "https://app.example.com/upgrade";
    project.settings(json!({"upgradeUrl": url})).await.is(200);
    let reply = project.track("u1").send().await;
    let reply = reply.problem(403, "tier_limit_reached");
    assert_eq!(reply.json["upgradeUrl"], url);
}

#[tokio::test]
async fn usage_is_flat_and_lists_meters_200() {
    let project = Project::saas(&shared().await, 5).await;
    project.take("u1", 2).await.is(200);
    let usage = project.usage("u1").await;
    for field in USAGE {
        assert!(!usage.json[field].is_null(), "no {field}: {}", usage.text);
    }
    assert_eq!(usage.number_at("/remaining"), 3);
    assert_eq!(usage.number_at("/meters/requests/usageCount"), 2);
}

#[tokio::test]
async fn unlimited_is_a_word_200() {
    let project = Project::saas(&shared().await, 5).await;
    let call = project.track("u1").header("x-user-plan", "max");
    let reply = call.send().await.is(200);
    assert_eq!(reply.json["usage"]["limit"], "unlimited");
    assert_eq!(reply.json["usage"]["remaining"], "unlimited");
    assert!(!reply.has("ratelimit"));
}

#[tokio::test]
async fn a_month_is_a_calendar_month_200() {
    let project = Project::saas(&shared().await, 5).await;
    let usage = project.usage("u1").await;
    let (start, end) = (usage.text_at("/periodStart"), usage.text_at("/periodEnd"));
    assert!(start.ends_with("-01"), "{start}");
    assert_eq!(start[..8], end[..8]);
    assert!(end[8..].parse::<u8>().unwrap() >= 28, "{end}");
    let resets = usage.text_at("/resetsAt");
    assert!(resets.ends_with("-01T00:00:00Z"), "{resets}");
}

/// A parameter of one policy of a `RateLimit` field.
fn parameter(reply: &Reply, header: &str, policy: &str, name: &str) -> i64 {
    let field = reply.header(header);
    let item = field
        .split(", ")
        .find(|item| item.starts_with(&format!("\"{policy}\"")))
        .unwrap_or_else(|| panic!("no {policy} in {header}: {field}"));
    let found = item
        .split(';')
        .find_map(|part| part.strip_prefix(&format!("{name}=")));
    found.unwrap().parse().unwrap()
}

#[tokio::test]
async fn rate_limit_fields_tell_the_quota() {
    let project = Project::saas(&shared().await, 2).await;
    for (status, left) in [(200, 1), (200, 0), (403, 0)] {
        let reply = project.track("u1").send().await.is(status);
        assert_eq!(parameter(&reply, "ratelimit-policy", "quota", "q"), 2);
        let window = parameter(&reply, "ratelimit-policy", "quota", "w");
        assert!((28 * 86_400..=31 * 86_400).contains(&window), "{window}");
        assert_eq!(parameter(&reply, "ratelimit", "quota", "r"), left);
        let until = parameter(&reply, "ratelimit", "quota", "t");
        assert!((0..=window).contains(&until), "{until}");
        assert!(!reply.header("ratelimit").contains("\"rate\""));
    }
    let usage = project.usage("u1").await;
    assert_eq!(parameter(&usage, "ratelimit", "quota", "r"), 0);
}

#[tokio::test]
async fn rate_limit_fields_tell_the_rate_of_a_token() {
    let project = Project::saas(&shared().await, 500).await;
    let person = project.person("a@example.com").await;
    let call = project.as_user(project.api.post("/api/data"), &person.token);
    let reply = call.send().await.is(200);
    assert_eq!(parameter(&reply, "ratelimit-policy", "rate", "q"), 100);
    assert_eq!(parameter(&reply, "ratelimit-policy", "rate", "w"), 60);
    assert_eq!(parameter(&reply, "ratelimit", "rate", "r"), 99);
    assert_eq!(parameter(&reply, "ratelimit", "quota", "r"), 499);
}
