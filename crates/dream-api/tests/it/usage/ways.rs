//! Who may be counted and how: every way of the seeds (rules 1, 2, 8).

use serde_json::json;

use crate::api::Call;
use crate::project::Project;
use crate::server::shared;

#[tokio::test]
async fn secret_key_and_user_id_is_counted_200() {
    let project = Project::saas(&shared().await, 5).await;
    let reply = project.track("u1").send().await.is(200);
    assert_eq!(reply.json["userId"], "u1");
    assert_eq!(reply.json["usage"]["plan"], "free");
    assert_eq!(reply.json["usage"]["count"], 1);
}

#[tokio::test]
async fn told_plan_counts_for_an_unknown_user_only_200() {
    let project = Project::saas(&shared().await, 5).await;
    let plan = async |user: &str, told: &str| {
        let reply = project.track(user).header("x-user-plan", told).send().await;
        reply.is(200).text_at("/usage/plan")
    };
    for told in ["pro", "PRO", "Pro Plan", "pro plan"] {
        assert_eq!(plan("u1", told).await, "pro");
    }
    assert_eq!(project.usage("u1").await.json["plan"], "free");
    let known = project.customer("known@example.com").await;
    assert_eq!(plan(&known, "max").await, "free");
}

#[tokio::test]
async fn told_plan_that_is_none_of_the_project_400() {
    let project = Project::saas(&shared().await, 5).await;
    let call = project.track("u1").header("x-user-plan", "platinum");
    let reply = call.send().await.problem(400, "unknown_plan");
    for tier in ["free", "pro", "max"] {
        assert!(reply.text_at("/message").contains(tier), "{}", reply.text);
    }
    assert_eq!(project.count("u1").await, 0);
}

#[tokio::test]
async fn secret_key_and_token_is_counted_200() {
    let project = Project::saas(&shared().await, 5).await;
    let person = project.person("a@example.com").await;
    for header in ["x-clerk-token", "x-user-token", "x-end-user-token"] {
        let call = project.api.post("/api/data").bearer(&project.sk);
        let reply = call.header(header, &person.token).send().await.is(200);
        assert_eq!(reply.json["userId"], person.id);
    }
    assert_eq!(project.count(&person.id).await, 3);
}

#[tokio::test]
async fn told_plan_is_ignored_beside_a_token_200() {
    let project = Project::saas(&shared().await, 5).await;
    let person = project.person("a@example.com").await;
    let ways: [&dyn Fn() -> Call; 2] = [
        &|| project.as_user(project.api.post("/api/data"), &person.token),
        &|| {
            project
                .secret(project.api.post("/api/data"))
                .token(&person.token)
        },
    ];
    for call in ways {
        for told in ["max", "no-such-plan"] {
            let call = call().header("x-user-plan", told);
            let reply = call.send().await.is(200);
            assert_eq!(reply.json["usage"]["plan"], "free");
        }
    }
}

#[tokio::test]
async fn token_wins_over_user_id_200() {
    let project = Project::saas(&shared().await, 5).await;
    let person = project.person("a@example.com").await;
    let reply = project.track("u1").token(&person.token).send().await;
    assert_eq!(reply.is(200).json["userId"], person.id);
    assert_eq!(project.count("u1").await, 0);
}

#[tokio::test]
async fn publishable_key_and_token_is_counted_200() {
    let project = Project::saas(&shared().await, 5).await;
    let person = project.person("a@example.com").await;
    let call = project.as_user(project.api.post("/api/data"), &person.token);
    assert_eq!(call.send().await.is(200).json["userId"], person.id);
}

#[tokio::test]
async fn token_alone_is_counted_200() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let person = project.person("a@example.com").await;
    api.post("/api/data")
        .bearer(&person.token)
        .send()
        .await
        .is(200);
    let reply = api.post("/api/data").token(&person.token).send().await;
    assert_eq!(reply.is(200).json["usage"]["count"], 2);
}

#[tokio::test]
async fn external_id_and_our_id_are_one_counter_200() {
    let project = Project::saas(&shared().await, 5).await;
    project.track("ext-1").send().await.is(200);
    let made = project.create(json!({"externalId": "ext-1"})).await.is(201);
    let id = made.text_at("/customer/id");
    assert_eq!(project.count(&id).await, 1);
    let reply = project.track("ext-1").send().await.is(200);
    assert_eq!(reply.json["userId"], id);
    assert_eq!(reply.json["usage"]["count"], 2);
}

#[tokio::test]
async fn secret_key_without_a_user_400() {
    let project = Project::saas(&shared().await, 5).await;
    for call in [
        project.api.post("/api/data"),
        project.api.get("/api/usage"),
        project.api.get("/api/me"),
    ] {
        let reply = project.secret(call).send().await;
        reply.problem(400, "user_required");
    }
}

#[tokio::test]
async fn publishable_key_without_a_token_401() {
    let project = Project::saas(&shared().await, 5).await;
    let call = project.api.post("/api/data").key(&project.pk);
    call.send().await.problem(401, "user_token_required");
    let call = project.api.post("/api/data").key(&project.pk).user("u1");
    call.send().await.problem(401, "user_token_required");
    assert_eq!(project.count("u1").await, 0);
}

#[tokio::test]
async fn nothing_at_all_401() {
    let api = shared().await;
    let reply = api.post("/api/data").send().await;
    reply.problem(401, "missing_authentication");
}

#[tokio::test]
async fn user_ids_are_visible_text_of_255_characters_422() {
    let project = Project::saas(&shared().await, 5).await;
    for good in ["1", "a b", "josé", &"x".repeat(255), "'; drop table x; --"] {
        project.track(good).send().await.is(200);
    }
    for bad in ["\u{200b}", "a\u{202e}b", &"x".repeat(256), "a\tb"] {
        let reply = project.track(bad).send().await;
        reply.problem(422, "invalid_value");
    }
}

#[tokio::test]
async fn an_empty_body_is_one_call_under_any_json_type_200() {
    let project = Project::saas(&shared().await, 9).await;
    project.track("u1").send().await.is(200);
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "application/x-www-form-urlencoded",
        "application/vnd.api+json",
    ] {
        let call = project.track("u1").header("content-type", kind);
        call.send().await.is(200);
    }
    for body in ["{}", " {} ", " \n "] {
        project.track("u1").body(body).send().await.is(200);
    }
    assert_eq!(project.count("u1").await, 8);
}

#[tokio::test]
async fn membership_projects_count_without_limit_200() {
    let api = shared().await;
    let tiers = json!([{"name": "member", "price": 0, "limit": 1}]);
    let body = json!({"projectName": "Club", "projectType": "membership", "tiers": tiers});
    let project = Project::make(&api, body).await;
    for _ in 0..3 {
        let reply = project.track("u1").send().await.is(200);
        assert_eq!(reply.json["usage"]["limit"], "unlimited");
        assert_eq!(reply.json["usage"]["remaining"], "unlimited");
    }
    assert_eq!(project.count("u1").await, 3);
}

#[tokio::test]
async fn no_default_tier_allows_nothing_and_says_so_403() {
    let api = shared().await;
    let tiers = json!([{"name": "pro", "price": 2900, "limit": 10}]);
    let project = Project::make(&api, json!({"projectName": "Paid", "tiers": tiers})).await;
    let reply = project.track("u1").send().await;
    let reply = reply.problem(403, "tier_limit_reached");
    assert!(reply.text_at("/message").contains("no default tier"));
    let call = project.track("u1").header("x-user-plan", "pro");
    call.send().await.is(200);
}
