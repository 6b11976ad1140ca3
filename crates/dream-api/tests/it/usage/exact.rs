//! Never one over the limit and never one lost, whatever comes at once (USE-03, USE-13, USE-20).

use std::collections::HashSet;

use serde_json::json;

use crate::load::{is_long, send_all, with_status};
use crate::project::Project;
use crate::server::shared;

#[tokio::test]
async fn of_5000_calls_at_limit_1000_exactly_1000_pass() {
    let project = Project::saas(&shared().await, 1000).await;
    let counting = project.clone();
    let replies = send_all(64, 5000, move |_| counting.track("u1")).await;
    assert_eq!(with_status(&replies, 200), 1000);
    assert_eq!(with_status(&replies, 403), 4000);
    assert_eq!(project.count("u1").await, 1000);
    // Every count was told once: nobody saw a number that somebody else had.
    let told: HashSet<i64> = replies
        .iter()
        .filter(|reply| reply.status == 200)
        .map(|reply| reply.number_at("/usage/count"))
        .collect();
    assert_eq!(told, (1..=1000).collect());
    for reply in replies.iter().filter(|reply| reply.status == 403) {
        assert_eq!(reply.number_at("/count"), 1000);
        assert_eq!(reply.number_at("/remaining"), 0);
    }
}

#[tokio::test]
async fn of_1000_callers_at_limit_1_one_passes() {
    let project = Project::saas(&shared().await, 1).await;
    let counting = project.clone();
    let replies = send_all(250, 1000, move |_| counting.track("new")).await;
    assert_eq!(with_status(&replies, 200), 1);
    assert_eq!(with_status(&replies, 403), 999);
    assert_eq!(project.count("new").await, 1);
}

#[tokio::test]
async fn the_first_call_of_many_users_at_once_is_exact() {
    let project = Project::saas(&shared().await, 3).await;
    let counting = project.clone();
    let user = |index: usize| format!("user-{}", index % 40);
    let replies = send_all(64, 400, move |index| counting.track(&user(index))).await;
    assert_eq!(with_status(&replies, 200), 120);
    assert_eq!(with_status(&replies, 403), 280);
}

#[tokio::test]
async fn mixed_amounts_at_once_never_pass_the_limit() {
    let project = Project::saas(&shared().await, 1000).await;
    let counting = project.clone();
    let amounts = [7_i64, 1, 13, 2];
    let replies = send_all(64, 1200, move |index| {
        let amount = amounts[index % amounts.len()];
        counting.track("u1").json(json!({"amount": amount}))
    });
    let replies = replies.await;
    let most = replies
        .iter()
        .filter(|reply| reply.status == 200)
        .map(|reply| reply.number_at("/usage/count"))
        .max();
    // Ones were among them to the end, so the limit was reached to the last unit.
    assert_eq!(most, Some(1000));
    assert_eq!(project.count("u1").await, 1000);
    assert_eq!(
        with_status(&replies, 200) + with_status(&replies, 403),
        1200
    );
}

#[tokio::test]
async fn denied_calls_leave_the_count_at_the_limit() {
    let project = Project::saas(&shared().await, 10).await;
    project.take("u1", 10).await.is(200);
    let counting = project.clone();
    let calls = if is_long() { 10_000 } else { 2_000 };
    let replies = send_all(32, calls, move |_| counting.track("u1")).await;
    assert_eq!(with_status(&replies, 403), calls);
    assert_eq!(project.count("u1").await, 10);
}

#[tokio::test]
async fn one_call_of_each_of_many_users_is_counted() {
    let users = if is_long() { 100_000 } else { 5_000 };
    let project = Project::saas(&shared().await, 5).await;
    let counting = project.clone();
    let replies = send_all(64, users, move |index| {
        counting.track(&format!("user-{index}"))
    });
    assert_eq!(with_status(&replies.await, 200), users);
    for index in [0, 1, users / 2, users - 1] {
        assert_eq!(project.count(&format!("user-{index}")).await, 1);
    }
    assert_eq!(project.count(&format!("user-{users}")).await, 0);
}

#[tokio::test]
async fn a_plan_changed_under_load_loses_no_count() {
    let project = Project::saas(&shared().await, 50).await;
    let id = project.customer("a@example.com").await;
    let (counting, user) = (project.clone(), id.clone());
    let load = tokio::spawn(send_all(16, 600, move |_| counting.track(&user)));
    for plan in ["pro", "free", "max", "free", "pro"] {
        project.set_plan(&id, plan).await.is(200);
    }
    let replies = load.await.unwrap();
    let taken = with_status(&replies, 200);
    assert_eq!(taken + with_status(&replies, 403), 600);
    assert_eq!(project.count(&id).await, i64::try_from(taken).unwrap());
    assert!(taken <= 500, "{taken}");
}
