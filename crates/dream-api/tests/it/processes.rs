//! Two processes on one PostgreSQL database: what one changes counts in the other with the next call
//! (rules 22, DESIGN 9). SQLite has one process (rules 16).

use serde_json::json;

use crate::api::Api;
use crate::customers::usage::change;
use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::server::{Place, Server, Start, free_address};

/// Two servers that share a database, or none on an engine that has no such thing.
async fn two() -> Option<(Server, Server)> {
    let (first, second) = (free_address(), free_address());
    let url = format!("http://{first}");
    let start = async |address: &str, place: Option<Place>| {
        let variables = &[
            ("DREAM_LISTEN", address),
            ("DREAM_PUBLIC_URL", url.as_str()),
        ];
        Server::start(Start { variables, place }).await
    };
    let one = start(&first, None).await;
    if one.api().database().url().is_none() {
        println!("not on SQLite: one process owns the file");
        return None;
    }
    let place = Place::beside(&one);
    let other = start(&second, Some(place)).await;
    Some((one, other))
}

/// The same project, called through the other process.
fn through(project: &Project, api: &Api) -> Project {
    Project {
        api: api.clone(),
        ..project.clone()
    }
}

#[tokio::test]
async fn of_4000_calls_through_two_processes_exactly_1000_pass() {
    let Some((one, other)) = two().await else {
        return;
    };
    let here = Project::saas(&one.api(), 1000).await;
    let there = through(&here, &other.api());
    let (a, b) = (here.clone(), there.clone());
    let replies = send_all(32, 4000, move |index| [&a, &b][index % 2].track("u1")).await;
    assert_eq!(with_status(&replies, 200), 1000);
    assert_eq!(with_status(&replies, 403), 3000);
    assert_eq!(here.count("u1").await, 1000);
    assert_eq!(there.count("u1").await, 1000);
}

#[tokio::test]
async fn a_key_counts_once_through_two_processes() {
    let Some((one, other)) = two().await else {
        return;
    };
    let here = Project::saas(&one.api(), 1000).await;
    let there = through(&here, &other.api());
    let (a, b) = (here.clone(), there.clone());
    let replies = send_all(20, 20, move |index| {
        let call = [&a, &b][index % 2].track("u1");
        call.header("idempotency-key", "k1")
    });
    let replies = replies.await;
    let done = with_status(&replies, 200);
    assert_eq!(done + with_status(&replies, 409), 20);
    assert!(done >= 1);
    assert_eq!(there.count("u1").await, 1);
}

#[tokio::test]
async fn keys_limits_and_plans_change_in_both_at_once() {
    let Some((one, other)) = two().await else {
        return;
    };
    let here = Project::saas(&one.api(), 2).await;
    let there = through(&here, &other.api());
    let id = here.customer("a@example.com").await;
    for (limit, count) in [(2, 2), (3, 3), (5, 5)] {
        here.edit("free", json!({"limit": limit})).await;
        there
            .take(&id, count - there.count(&id).await)
            .await
            .is(200);
        there.take(&id, 1).await.problem(403, "tier_limit_reached");
    }
    here.set_plan(&id, "pro").await.is(200);
    there.take(&id, 1).await.is(200);
    there.set_plan(&id, "free").await.is(200);
    here.take(&id, 1).await.problem(403, "tier_limit_reached");
    there
        .secret(there.api.get("/api/customers"))
        .send()
        .await
        .is(200);
    let body = json!({"publishableKey": here.pk});
    here.develop("/projects/regenerate-secret", body)
        .await
        .is(200);
    for call in [
        there.track(&id),
        there.secret(there.api.get("/api/customers")),
        there.secret(there.api.get("/api/tiers")),
    ] {
        call.send().await.problem(401, "invalid_api_key");
    }
}

#[tokio::test]
async fn grants_and_resets_count_in_both_at_once() {
    let Some((one, other)) = two().await else {
        return;
    };
    let here = Project::saas(&one.api(), 10).await;
    let there = through(&here, &other.api());
    let id = here.customer("a@example.com").await;
    for project in [&here, &there] {
        project.take(&id, 5).await.is(200);
    }
    there.take(&id, 1).await.problem(403, "tier_limit_reached");
    for (project, amount) in [(&here, 3), (&there, 4)] {
        let body = json!({"amount": amount});
        change(project, &id, "grant", body).await.is(200);
    }
    let (a, b, user) = (here.clone(), there.clone(), id.clone());
    let replies = send_all(32, 100, move |index| [&a, &b][index % 2].track(&user)).await;
    assert_eq!(with_status(&replies, 200), 7);
    for (from, seen) in [(&here, &there), (&there, &here)] {
        change(from, &id, "reset", json!({})).await.is(200);
        assert_eq!(seen.count(&id).await, 0);
        seen.take(&id, 17).await.is(200);
        from.take(&id, 1).await.problem(403, "tier_limit_reached");
    }
}

#[tokio::test]
async fn sessions_and_users_end_in_both_at_once() {
    let Some((one, other)) = two().await else {
        return;
    };
    let here = Project::saas(&one.api(), 50).await;
    let there = through(&here, &other.api());
    let (first, second) = (
        here.person("a@example.com").await,
        here.person("b@example.com").await,
    );
    let calls = |token: &str| {
        [
            there.api.post("/api/data"),
            there.api.get("/api/usage"),
            there.api.get("/api/me"),
        ]
        .map(|call| there.as_user(call, token))
    };
    for person in [&first, &second] {
        for call in calls(&person.token) {
            call.send().await.is(200);
        }
    }
    let path = format!("/api/customers/{}/tokens", first.id);
    here.secret(here.api.delete(&path)).send().await.is(200);
    let path = format!("/api/customers/{}", second.id);
    here.secret(here.api.delete(&path)).send().await.is(200);
    for person in [&first, &second] {
        for call in calls(&person.token) {
            call.send().await.problem(401, "token_revoked");
        }
    }
}

#[tokio::test]
async fn a_deleted_project_is_gone_in_both_at_once() {
    let Some((one, other)) = two().await else {
        return;
    };
    let here = Project::saas(&one.api(), 50).await;
    let there = through(&here, &other.api());
    there.track("u1").send().await.is(200);
    there
        .api
        .get("/api/tiers")
        .key(&here.pk)
        .send()
        .await
        .is(200);
    let body = json!({"publishableKey": here.pk, "confirm": here.name});
    here.develop("/projects/delete", body).await.is(200);
    there
        .track("u1")
        .send()
        .await
        .problem(401, "invalid_api_key");
    let reply = there.api.get("/api/tiers").key(&here.pk).send().await;
    reply.problem(401, "invalid_publishable_key");
}
