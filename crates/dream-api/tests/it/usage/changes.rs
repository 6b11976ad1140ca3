//! Plans and limits that change while users count (USE-11, USE-12, USE-14, USE-18).

use serde_json::json;

use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::server::shared;

#[tokio::test]
async fn downgrade_below_the_count_403_and_remaining_is_zero() {
    let project = Project::saas(&shared().await, 2).await;
    let id = project.customer("a@example.com").await;
    project.set_plan(&id, "pro").await.is(200);
    project.take(&id, 15).await.is(200);
    project.set_plan(&id, "free").await.is(200);
    let reply = project.track(&id).send().await;
    let reply = reply.problem(403, "tier_limit_reached");
    assert_eq!(reply.number_at("/remaining"), 0);
    assert_eq!(reply.number_at("/count"), 15);
    let usage = project.usage(&id).await;
    assert_eq!(usage.number_at("/remaining"), 0);
    assert_eq!(usage.number_at("/limit"), 2);
    project.set_plan(&id, "pro").await.is(200);
    assert_eq!(
        project.take(&id, 5).await.is(200).number_at("/usage/count"),
        20
    );
}

#[tokio::test]
async fn a_new_limit_is_in_force_at_once_and_the_counter_is_kept() {
    let project = Project::saas(&shared().await, 5).await;
    project.take("u1", 5).await.is(200);
    for (limit, status) in [(6, 200), (6, 403), (3, 403), (7, 200), (0, 403)] {
        project.edit("free", json!({"limit": limit})).await;
        let reply = project.track("u1").send().await.is(status);
        assert!(reply.text.contains(&format!("\"limit\":{limit}")));
    }
    assert_eq!(project.count("u1").await, 7);
    project.edit("free", json!({"limit": "unlimited"})).await;
    let reply = project.track("u1").send().await.is(200);
    assert_eq!(reply.number_at("/usage/count"), 8);
}

#[tokio::test]
async fn a_limit_edited_under_load_is_never_passed() {
    let project = Project::saas(&shared().await, 400).await;
    let counting = project.clone();
    let load = tokio::spawn(send_all(16, 800, move |_| counting.track("u1")));
    let lowered = project.edit("free", json!({"limit": 100})).await.is(200);
    assert_eq!(lowered.number_at("/tier/limit"), 100);
    let at_once = project.count("u1").await;
    let replies = load.await.unwrap();
    let taken = with_status(&replies, 200);
    assert_eq!(taken + with_status(&replies, 403), 800);
    let count = project.count("u1").await;
    assert_eq!(i64::try_from(taken).unwrap(), count);
    assert_eq!(count, at_once.max(100));
}

#[tokio::test]
async fn reading_changes_nothing_and_sees_every_write() {
    let project = Project::saas(&shared().await, 1000).await;
    for expected in 1..=20 {
        let told = project.track("u1").send().await.is(200);
        assert_eq!(told.number_at("/usage/count"), expected);
        assert_eq!(project.count("u1").await, expected);
    }
    let first = project.usage("u1").await;
    for _ in 0..5 {
        let again = project.usage("u1").await;
        assert_eq!(again.json, first.json);
    }
    assert_eq!(project.count("never-seen").await, 0);
}

#[tokio::test]
async fn an_external_id_deleted_and_used_again_keeps_its_count() {
    let project = Project::saas(&shared().await, 5).await;
    let made = project.create(json!({"externalId": "ext-1"})).await.is(201);
    project.take("ext-1", 4).await.is(200);
    let id = made.text_at("/customer/id");
    let path = format!("/api/customers/{id}");
    let call = project.api.delete(&path);
    project.secret(call).send().await.is(200);
    assert_eq!(project.count("ext-1").await, 4);
    let reply = project.take("ext-1", 2).await;
    reply.problem(403, "tier_limit_reached");
    let again = project.create(json!({"externalId": "ext-1"})).await.is(201);
    let fresh = again.text_at("/customer/id");
    assert_ne!(fresh, id);
    assert_eq!(project.count(&fresh).await, 4);
    project.take(&fresh, 1).await.is(200);
    let reply = project.take("ext-1", 1).await;
    reply.problem(403, "tier_limit_reached");
}

#[tokio::test]
async fn an_archived_tier_keeps_those_who_are_on_it() {
    let project = Project::saas(&shared().await, 2).await;
    let id = project.customer("a@example.com").await;
    project.set_plan(&id, "pro").await.is(200);
    let call = project.secret(project.api.delete("/tiers"));
    let call = call.json(json!({"tierName": "pro"}));
    call.send().await.is(200);
    let usage = project.usage(&id).await;
    assert_eq!(usage.json["plan"], "pro");
    assert_eq!(usage.number_at("/limit"), 20);
}
