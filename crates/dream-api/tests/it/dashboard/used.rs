//! Who uses how much: every number against what the test counted itself.

use serde_json::{Value, json};

use crate::api::Reply;
use crate::billing::shop::DAY;
use crate::dashboard::conditional;
use crate::project::Project;
use crate::server::{Server, shared};

async fn project(api: &crate::api::Api) -> Project {
    let tokens = |limit| json!({"tokens": {"limit": limit}});
    let tiers = json!([
        {"name": "free", "price": 0, "limit": 5, "meters": tokens(100)},
        {"name": "pro", "price": 2900, "limit": 50, "meters": tokens(1000)},
        {"name": "daily", "price": 3900, "limit": 10, "period": "day"},
        {"name": "max", "price": 9900, "limit": "unlimited"},
    ]);
    Project::make(api, json!({"projectName": "Used", "tiers": tiers})).await
}

async fn read(project: &Project, query: &str) -> Reply {
    let path = format!("/api/dashboard/usage{query}");
    project.secret(project.api.get(&path)).send().await
}

/// A customer on a plan who has used something.
async fn user(project: &Project, name: &str, plan: &str, amount: i64) -> String {
    let id = project.customer(&format!("{name}@example.com")).await;
    if plan != "free" {
        project.set_plan(&id, plan).await.is(200);
    }
    project.take(&id, amount).await.is(200);
    id
}

fn top(found: &Reply) -> Vec<(String, i64, i64, i64)> {
    let rows = found.json["top"].as_array().unwrap();
    let of = |row: &Value| {
        let number = |name: &str| row[name].as_i64().unwrap();
        let plan = row["plan"].as_str().unwrap().to_owned();
        (plan, number("used"), number("limit"), number("share"))
    };
    rows.iter().map(of).collect()
}

#[tokio::test]
async fn customers_are_counted_under_the_plan_they_are_on_200() {
    let project = project(&shared().await).await;
    user(&project, "close", "free", 4).await;
    user(&project, "reached", "free", 5).await;
    let max = user(&project, "max", "max", 100).await;
    // Both were at their limit when they were counted last, and are on another plan since.
    let raised = user(&project, "raised", "free", 5).await;
    project.set_plan(&raised, "pro").await.is(200);
    let daily = user(&project, "daily", "free", 5).await;
    project.set_plan(&daily, "daily").await.is(200);
    project.take(&daily, 2).await.is(200);
    // Nobody's customer, and one who has used nothing.
    let told = project.track("ext-1").header("x-user-plan", "pro");
    told.json(json!({"amount": 41})).send().await.is(200);
    project.customer("idle@example.com").await;
    let tokens = json!({"meter": "tokens", "amount": 99});
    project.track(&raised).json(tokens).send().await.is(200);
    let found = read(&project, "").await.is(200);
    assert_eq!(found.json["meter"], "requests");
    assert_eq!(found.json["meters"], json!(["requests", "tokens"]));
    let customers = json!({"counted": 6, "close": 2, "reached": 1});
    assert_eq!(found.json["customers"], customers);
    // 4 + 5 + 100 + 5 + (5 + 2) + 41, and of the periods that run 5 less.
    assert_eq!(found.number_at("/used"), 162);
    assert_eq!(found.number_at("/previous"), 0);
    let days = found.json["days"].as_array().unwrap();
    assert_eq!((days.len(), &days[29]["used"]), (30, &json!(162)));
    let sum: i64 = days.iter().map(|day| day["used"].as_i64().unwrap()).sum();
    assert_eq!(sum, 162);
    let mut rows = top(&found);
    rows[2..4].sort();
    let expected = [
        ("max", 100, -1, 6369),
        ("pro", 41, 50, 2611),
        ("free", 5, 5, 318),
        ("pro", 5, 50, 318),
        ("free", 4, 5, 254),
        ("daily", 2, 10, 127),
    ];
    let expected = expected.map(|(plan, used, most, share)| (plan.to_owned(), used, most, share));
    assert_eq!(rows, expected);
    let (first, second) = (&found.json["top"][0], &found.json["top"][1]);
    assert_eq!(first["userId"], max.as_str());
    assert_eq!(first["customerId"], max.as_str());
    assert_eq!(first["email"], "max@example.com");
    assert_eq!(second["userId"], "ext-1");
    assert!(second.get("customerId").is_none() && second.get("email").is_none());
    let tokens = read(&project, "?meter=tokens&days=365").await.is(200);
    assert_eq!(top(&tokens), [("pro".to_owned(), 99, 1000, 10_000)]);
    assert_eq!(tokens.json["days"].as_array().unwrap().len(), 365);
    assert_eq!(tokens.number_at("/used"), 99);
}

#[tokio::test]
async fn ten_who_use_most_are_shown_and_all_are_counted() {
    let project = project(&shared().await).await;
    for used in 1..=12 {
        let call = project.track(&format!("ext-{used}"));
        let call = call.header("x-user-plan", "max");
        call.json(json!({"amount": used})).send().await.is(200);
    }
    let found = read(&project, "").await.is(200);
    let used: Vec<i64> = top(&found).iter().map(|row| row.1).collect();
    assert_eq!(used, (3..=12).rev().collect::<Vec<_>>());
    let customers = json!({"counted": 12, "close": 0, "reached": 0});
    assert_eq!(found.json["customers"], customers);
}

#[tokio::test]
async fn days_and_months_follow_business_time_and_periods_end() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = project(&api).await;
    let ann = user(&project, "ann", "daily", 9).await;
    let advance = async |seconds: i64| {
        let body = json!({"advanceSeconds": seconds});
        api.post("/_dev/clock").json(body).send().await.is(200);
    };
    advance(DAY).await;
    let found = read(&project, "").await.is(200);
    assert_eq!(found.json["customers"]["counted"], 0);
    assert_eq!(found.json["top"], json!([]));
    project.take(&ann, 10).await.is(200);
    let found = read(&project, "").await.is(200);
    let days = found.json["days"].as_array().unwrap();
    assert_eq!(
        (&days[28]["used"], &days[29]["used"]),
        (&json!(9), &json!(10))
    );
    let customers = json!({"counted": 1, "close": 0, "reached": 1});
    assert_eq!(found.json["customers"], customers);
    // More than a month on, all of it is of another month; the last of its days are past the same day of it, or not.
    advance(62 * DAY).await;
    let found = read(&project, "?days=90").await.is(200);
    assert_eq!(found.number_at("/used"), 0);
    let days = found.json["days"].as_array().unwrap();
    let used: Vec<i64> = days.iter().filter_map(|day| day["used"].as_i64()).collect();
    assert_eq!((used.len(), used.iter().sum::<i64>()), (90, 19));
}

#[tokio::test]
async fn unchanged_usage_is_304_and_wrong_questions_are_refused_403_422() {
    let server = Server::with(&[]).await;
    let project = project(&server.api()).await;
    let path = "/api/dashboard/usage?days=90";
    let first = project.secret(project.api.get(path)).send().await.is(200);
    let tag = first.header("etag").to_owned();
    conditional(&project, path, &tag).await.is(304);
    project.take("ext-1", 1).await.is(200);
    conditional(&project, path, &tag).await.is(200);
    for (query, code) in [
        ("?days=31", "invalid_value"),
        ("?meter=Tokens", "invalid_value"),
        ("?meter=images", "unknown_meter"),
    ] {
        read(&project, query).await.problem(422, code);
    }
    let public = project.api.get(path).key(&project.pk).send().await;
    public.is(403);
}

#[tokio::test]
async fn membership_counts_without_limits() {
    let tiers = json!([{"name": "member", "price": 900, "limit": 1}]);
    let body = json!({"projectName": "Club", "projectType": "membership", "tiers": tiers});
    let project = Project::make(&shared().await, body).await;
    user(&project, "ann", "member", 7).await;
    let found = read(&project, "").await.is(200);
    assert_eq!(top(&found), [("member".to_owned(), 7, -1, 10_000)]);
    let customers = json!({"counted": 1, "close": 0, "reached": 0});
    assert_eq!(found.json["customers"], customers);
}

/// A page of those who use a meter: what they used, and where the next one begins.
async fn users(project: &Project, query: &str) -> (Vec<i64>, Value) {
    let path = format!("/api/dashboard/usage/customers{query}");
    let call = project.secret(project.api.get(&path));
    let found = call.send().await.is(200).json;
    let rows = found["customers"].as_array().unwrap().iter();
    let used = rows.map(|row| row["used"].as_i64().unwrap());
    (used.collect(), found["nextCursor"].clone())
}

#[tokio::test]
async fn everybody_who_uses_a_meter_is_listed_most_first_200() {
    let project = project(&shared().await).await;
    for (index, amount) in [1, 4, 5, 4, 2, 4, 5].into_iter().enumerate() {
        let call = project.track(&format!("ext-{index}"));
        call.json(json!({"amount": amount})).send().await.is(200);
    }
    user(&project, "close", "free", 4).await;
    let (mut all, mut query) = (Vec::new(), "?limit=3".to_owned());
    loop {
        let (rows, next) = users(&project, &query).await;
        all.extend(rows);
        let Some(next) = next.as_str() else { break };
        query = format!("?limit=3&cursor={next}");
    }
    assert_eq!(all, [5, 5, 4, 4, 4, 4, 2, 1]);
    assert_eq!(users(&project, "?usage=reached").await.0, [5, 5]);
    let (close, next) = users(&project, "?usage=close&limit=3").await;
    assert_eq!(close, [4, 4, 4]);
    let next = next.as_str().unwrap();
    let rest = format!("?usage=close&limit=3&cursor={next}");
    assert_eq!(users(&project, &rest).await, (vec![4], Value::Null));
    assert!(users(&project, "?meter=tokens").await.0.is_empty());
    // A cursor belongs to its list.
    for query in [
        format!("?usage=reached&cursor={next}"),
        format!("?usage=close&meter=tokens&cursor={next}"),
    ] {
        let path = format!("/api/dashboard/usage/customers{query}");
        let call = project.secret(project.api.get(&path));
        call.send().await.problem(422, "invalid_cursor");
    }
}

#[tokio::test]
async fn what_is_asked_of_users_is_checked_4xx() {
    let project = project(&shared().await).await;
    let path = "/api/dashboard/usage/customers";
    for (query, code) in [
        ("?usage=all", "invalid_value"),
        ("?limit=0", "invalid_value"),
        ("?cursor=x", "invalid_cursor"),
        ("?meter=images", "unknown_meter"),
    ] {
        let call = project.api.get(&format!("{path}{query}"));
        project.secret(call).send().await.problem(422, code);
    }
    let public = project.api.get(path).key(&project.pk).send().await;
    public.is(403);
}
