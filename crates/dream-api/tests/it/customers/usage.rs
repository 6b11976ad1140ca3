//! What a developer sees of a customer's use, what he grants on top of a plan, and counts that begin anew.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::api::{Api, Reply};
use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::server::{Server, shared};

/// `free` with 5 requests and 3 tokens a month.
async fn two_meters(api: &Api) -> Project {
    let tiers = json!([
        {"name": "free", "price": 0, "limit": 5, "meters": {"tokens": {"limit": 3}}},
        {"name": "pro", "price": 2900, "limit": 50, "meters": {"tokens": {"limit": 30}}},
        {"name": "daily", "price": 100, "limit": 5, "period": "day"},
        {"name": "max", "price": 9900, "limit": "unlimited"},
    ]);
    Project::make(api, json!({"projectName": "Meters", "tiers": tiers})).await
}

pub(crate) async fn change(project: &Project, id: &str, what: &str, body: Value) -> Reply {
    let call = project
        .api
        .post(&format!("/api/customers/{id}/usage/{what}"));
    project.secret(call).json(body).send().await
}

async fn look(project: &Project, id: &str, query: &str) -> Reply {
    let call = project
        .api
        .get(&format!("/api/customers/{id}/usage{query}"));
    project.secret(call).send().await
}

async fn tokens(project: &Project, id: &str) -> Reply {
    let call = project.track(id).json(json!({"meter": "tokens"}));
    call.send().await
}

#[tokio::test]
async fn a_grant_lets_exactly_so_many_more_through_at_once() {
    let project = Project::saas(&shared().await, 10).await;
    let id = project.customer("ada@example.com").await;
    project.take(&id, 10).await.is(200);
    project
        .take(&id, 1)
        .await
        .problem(403, "tier_limit_reached");
    for (amount, extra) in [(20, 20), (5, 25)] {
        let granted = change(
            &project,
            &id,
            "grant",
            json!({"amount": amount, "reason": "Sorry"}),
        );
        let granted = granted.await.is(200);
        assert_eq!(granted.json["success"], true);
        assert_eq!(granted.number_at("/usage/extra"), extra);
        assert_eq!(granted.number_at("/usage/limit"), 10 + extra);
        assert_eq!(granted.number_at("/usage/remaining"), extra);
    }
    let counting = (project.clone(), id.clone());
    let replies = send_all(50, 100, move |_| counting.0.track(&counting.1)).await;
    assert_eq!(with_status(&replies, 200), 25);
    assert_eq!(with_status(&replies, 403), 75);
    let told: HashSet<i64> = replies
        .iter()
        .filter(|reply| reply.status == 200)
        .map(|reply| reply.number_at("/usage/count"))
        .collect();
    assert_eq!(told, (11..=35).collect());
    let refused = replies.iter().find(|reply| reply.status == 403).unwrap();
    assert_eq!(refused.number_at("/limit"), 35);
    let usage = project.usage(&id).await;
    assert_eq!(usage.number_at("/count"), 35);
    assert!(usage.header("ratelimit-policy").contains("\"quota\";q=35"));
    // A customer's own id names the same counters.
    let other = project.customer("bob@example.com").await;
    assert!(project.usage(&other).await.json.get("extra").is_none());
    project
        .take(&other, 11)
        .await
        .problem(403, "tier_limit_reached");
}

#[tokio::test]
async fn a_grant_is_for_its_meter_alone_and_by_external_id_too() {
    let project = two_meters(&shared().await).await;
    let made = json!({"externalId": "u-7"});
    let id = project.create(made).await.is(201).text_at("/customer/id");
    // Cached under both names before.
    project.take("u-7", 1).await.is(200);
    let body = json!({"amount": 2, "meter": "tokens"});
    let granted = change(&project, "u-7", "grant", body).await.is(200);
    assert_eq!(granted.text_at("/usage/meter"), "tokens");
    for _ in 0..5 {
        tokens(&project, "u-7").await.is(200);
    }
    tokens(&project, &id)
        .await
        .problem(403, "tier_limit_reached");
    project.take(&id, 4).await.is(200);
    project
        .take("u-7", 1)
        .await
        .problem(403, "tier_limit_reached");
}

#[tokio::test]
async fn a_grant_ends_with_its_period_and_outlives_a_change_of_plan() {
    let server = Server::with(&[]).await;
    let project = two_meters(&server.api()).await;
    let id = project.customer("ada@example.com").await;
    change(&project, &id, "grant", json!({"amount": 4}))
        .await
        .is(200);
    project.set_plan(&id, "pro").await.is(200);
    assert_eq!(project.usage(&id).await.number_at("/limit"), 54);
    // Another window: this one was not meant.
    project.set_plan(&id, "daily").await.is(200);
    assert_eq!(project.usage(&id).await.number_at("/limit"), 5);
    project.set_plan(&id, "free").await.is(200);
    project.take(&id, 9).await.is(200);
    project
        .take(&id, 1)
        .await
        .problem(403, "tier_limit_reached");
    let call = server.api().post("/_dev/clock");
    let month = json!({"advanceSeconds": 32 * 86_400});
    call.json(month).send().await.is(200);
    let usage = project.usage(&id).await;
    assert_eq!(usage.number_at("/limit"), 5);
    assert!(usage.json.get("extra").is_none());
    let counting = (project.clone(), id.clone());
    let replies = send_all(20, 40, move |_| counting.0.track(&counting.1)).await;
    assert_eq!(with_status(&replies, 200), 5);
    let seen = look(&project, &id, "").await.is(200);
    assert_eq!(seen.number_at("/history/0/count"), 9);
    assert_eq!(seen.text_at("/history/0/meter"), "requests");
    let left = server
        .api()
        .database()
        .look("select 1 from usage_extras")
        .await;
    assert!(left.is_empty());
}

#[tokio::test]
async fn a_reset_begins_anew_exactly_and_days_stay() {
    let project = two_meters(&shared().await).await;
    let id = project.customer("ada@example.com").await;
    project.take(&id, 5).await.is(200);
    tokens(&project, &id).await.is(200);
    let key = |key: &str| project.track(&id).header("idempotency-key", key);
    key("early").send().await.problem(403, "tier_limit_reached");
    let body = json!({"meter": "requests"});
    let reset = change(&project, &id, "reset", body).await.is(200);
    assert_eq!(reset.number_at("/usage/count"), 0);
    assert_eq!(reset.number_at("/usage/remaining"), 5);
    // An answer that was given stays given.
    let again = key("early").send().await.problem(403, "tier_limit_reached");
    assert_eq!(again.header("idempotent-replayed"), "true");
    let counting = (project.clone(), id.clone());
    let replies = send_all(50, 100, move |_| counting.0.track(&counting.1)).await;
    assert_eq!(with_status(&replies, 200), 5);
    assert_eq!(with_status(&replies, 403), 95);
    assert_eq!(
        project.usage(&id).await.number_at("/meters/tokens/count"),
        1
    );
    let seen = look(&project, &id, "?days=30").await.is(200);
    let days = seen.json["days"].as_array().unwrap();
    assert_eq!(days.len(), 30);
    assert_eq!(days[29]["used"], json!({"requests": 10, "tokens": 1}));
    assert_eq!(days[28]["used"], json!({"requests": 0, "tokens": 0}));
    // Without a meter all of them; a grant stays.
    change(&project, &id, "grant", json!({"amount": 1}))
        .await
        .is(200);
    let reset = change(&project, &id, "reset", json!({})).await.is(200);
    assert_eq!(reset.number_at("/usage/limit"), 6);
    let usage = project.usage(&id).await;
    assert_eq!(usage.number_at("/count"), 0);
    assert_eq!(usage.number_at("/meters/tokens/count"), 0);
    project.take(&id, 6).await.is(200);
    project
        .take(&id, 1)
        .await
        .problem(403, "tier_limit_reached");
    let seen = look(&project, &id, "?days=90").await.is(200);
    assert_eq!(seen.json["days"].as_array().unwrap().len(), 90);
    assert_eq!(seen.number_at("/days/89/used/requests"), 16);
}

#[tokio::test]
async fn resets_under_load_lose_nothing_that_reports_tell() {
    let project = Project::saas(&shared().await, 40).await;
    project.settings(json!({"perUserPerMinute": 0})).await;
    let id = project.customer("ada@example.com").await;
    let counting = (project.clone(), id.clone());
    let load = tokio::spawn(send_all(16, 600, move |_| counting.0.track(&counting.1)));
    for _ in 0..5 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        change(&project, &id, "reset", json!({})).await.is(200);
    }
    let replies = load.await.unwrap();
    let taken = with_status(&replies, 200);
    assert_eq!(taken + with_status(&replies, 403), 600);
    assert!(taken <= 40 * 6, "{taken}");
    let seen = look(&project, &id, "").await.is(200);
    let told = seen.number_at("/days/29/used/requests");
    assert_eq!(usize::try_from(told).unwrap(), taken);
    assert!(project.count(&id).await <= 40);
}

#[tokio::test]
async fn what_is_seen_is_what_was_used_200() {
    let project = two_meters(&shared().await).await;
    let id = project.customer("ada@example.com").await;
    project.take(&id, 3).await.is(200);
    tokens(&project, &id).await.is(200);
    let seen = look(&project, &id, "").await.is(200);
    assert_eq!(seen.text_at("/customerId"), id);
    assert_eq!(seen.text_at("/plan"), "free");
    let of = |index: usize, what: &str| seen.json["meters"][index][what].clone();
    assert_eq!(
        (of(0, "meter"), of(0, "count"), of(0, "limit")),
        (json!("requests"), json!(3), json!(5))
    );
    assert_eq!(
        (of(1, "meter"), of(1, "count"), of(1, "limit")),
        (json!("tokens"), json!(1), json!(3))
    );
    assert_eq!(seen.json["history"], json!([]));
    let tag = seen.header("etag").to_owned();
    let path = format!("/api/customers/{id}/usage");
    let asked = project.secret(project.api.get(&path));
    asked.header("if-none-match", &tag).send().await.is(304);
    project.take(&id, 1).await.is(200);
    let asked = project.secret(project.api.get(&path));
    asked.header("if-none-match", &tag).send().await.is(200);
}

#[tokio::test]
async fn grants_are_in_the_tables_of_the_dashboard() {
    let project = Project::saas(&shared().await, 10).await;
    let id = project.customer("ada@example.com").await;
    project.take(&id, 9).await.is(200);
    let dashboard = async || {
        let call = project.secret(project.api.get("/api/dashboard"));
        call.send().await.is(200).json
    };
    let close = |seen: &Value| seen["alerts"].to_string().contains("limit_close");
    let before = dashboard().await;
    assert!(close(&before), "{before}");
    change(&project, &id, "grant", json!({"amount": 10}))
        .await
        .is(200);
    let after = dashboard().await;
    assert!(!close(&after), "{after}");
    assert_eq!(after["customers"][0]["limit"], 20);
    assert_eq!(after["customers"][0]["usage"], 9);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let project = two_meters(&shared().await).await;
    let id = project.customer("ada@example.com").await;
    for (body, code) in [
        (json!({"amount": 0}), "invalid_value"),
        (json!({"amount": -1}), "invalid_value"),
        (json!({"amount": 1_000_000_001}), "invalid_value"),
        (json!({"amount": null}), "invalid_value"),
        (json!({"amount": 1, "meter": "gold"}), "unknown_meter"),
        (json!({"amount": 1, "reason": "a\nb"}), "invalid_value"),
        (
            json!({"amount": 1, "reason": "x".repeat(201)}),
            "invalid_value",
        ),
    ] {
        let reply = change(&project, &id, "grant", body.clone()).await;
        assert_eq!(reply.status, 422, "{body} {}", reply.text);
        assert_eq!(reply.json["code"], code, "{body}");
    }
    let empty = change(&project, &id, "grant", json!({})).await;
    empty.problem(400, "missing_field");
    let unknown = change(&project, &id, "reset", json!({"meter": "gold"})).await;
    unknown.problem(422, "unknown_meter");
    look(&project, &id, "?days=31")
        .await
        .problem(422, "invalid_value");
    project.set_plan(&id, "max").await.is(200);
    let unlimited = change(&project, &id, "grant", json!({"amount": 1})).await;
    unlimited.problem(409, "conflict");
    // A user that only the developer knows has no row to grant anything to.
    project.take("external", 1).await.is(200);
    for nobody in ["external", "user_019a2b3c4d5e7f60a1b2c3d4e5f60718", "a%00b"] {
        let replies = [
            change(&project, nobody, "grant", json!({"amount": 1})).await,
            change(&project, nobody, "reset", json!({})).await,
            look(&project, nobody, "").await,
        ];
        for reply in replies {
            let reply = reply.problem(404, "customer_not_found");
            assert!(reply.text_at("/message").contains("POST /api/customers"));
        }
    }
    let members =
        json!({"projectName": "Club", "kind": "membership", "tiers": [{"name": "in", "price": 0}]});
    let club = Project::make(&shared().await, members).await;
    let id = club.customer("ada@example.com").await;
    let member = change(&club, &id, "grant", json!({"amount": 1})).await;
    member.problem(409, "conflict");
}

#[tokio::test]
async fn a_deleted_customer_takes_grants_along() {
    let project = Project::saas(&shared().await, 2).await;
    let body = json!({"email": "ada@example.com", "externalId": "u-1"});
    let id = project
        .create(body.clone())
        .await
        .is(201)
        .text_at("/customer/id");
    change(&project, &id, "grant", json!({"amount": 3}))
        .await
        .is(200);
    project.take("u-1", 5).await.is(200);
    let call = project.api.delete(&format!("/api/customers/{id}"));
    project.secret(call).send().await.is(200);
    let sql = format!(
        "select 1 from usage_extras where publishable_key = '{}'",
        project.pk
    );
    assert!(project.api.database().look(&sql).await.is_empty());
    project.create(body).await.is(201);
    let usage = project.usage("u-1").await;
    assert_eq!(
        (usage.number_at("/count"), usage.number_at("/limit")),
        (5, 2)
    );
    project
        .take("u-1", 1)
        .await
        .problem(403, "tier_limit_reached");
}

#[tokio::test]
async fn acts_are_in_the_audit_log_and_a_retry_grants_once() {
    let project = Project::saas(&shared().await, 5).await;
    let id = project.customer("ada@example.com").await;
    let path = format!("/api/customers/{id}/usage/grant");
    for replayed in [false, true] {
        let call = project
            .secret(project.api.post(&path))
            .header("idempotency-key", "once");
        let reply = call
            .json(json!({"amount": 7, "reason": "Sorry"}))
            .send()
            .await
            .is(200);
        assert_eq!(reply.has("idempotent-replayed"), replayed);
        assert_eq!(reply.number_at("/usage/limit"), 12);
    }
    assert_eq!(project.usage(&id).await.number_at("/limit"), 12);
    change(&project, &id, "reset", json!({})).await.is(200);
    let sql = format!(
        "select action, detail from audit_log where publishable_key = '{}' and subject = '{id}' and action like 'usage.%' order by audit_id",
        project.pk
    );
    let rows = project.api.database().look(&sql).await;
    let actions: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(actions, ["usage.grant", "usage.reset"]);
    assert!(rows[0][1].contains("Sorry"), "{rows:?}");
}
