//! Customers near their limits: alert, list and usage page tell the same, with what was granted on top.

use serde_json::{Value, json};

use super::dashboard;
use crate::project::Project;
use crate::server::shared;

/// The links of what needs a look, by code.
async fn link(project: &Project, code: &str) -> Value {
    let found = dashboard(project, "?limit=1").await;
    let alerts = found.json["alerts"].as_array().unwrap();
    let found = alerts.iter().find(|alert| alert["code"] == code);
    found.map_or(Value::Null, |alert| alert["link"].clone())
}

/// Those of a page by what they used, and where the next one begins.
async fn listed(project: &Project, query: &str) -> (Vec<(i64, i64)>, Value) {
    let found = dashboard(project, query).await;
    let rows = found.json["customers"].as_array().unwrap().iter();
    let number = |row: &Value, name: &str| row[name].as_i64().unwrap();
    let rows = rows.map(|row| (number(row, "usage"), number(row, "limit")));
    (rows.collect(), found.json["nextCursor"].clone())
}

async fn told(project: &Project) -> Value {
    let call = project.secret(project.api.get("/api/dashboard/usage"));
    call.send().await.is(200).json["customers"].clone()
}

async fn used(project: &Project, name: &str, amount: i64) -> String {
    let id = project.customer(&format!("{name}@example.com")).await;
    project.take(&id, amount).await.is(200);
    id
}

async fn grant(project: &Project, id: &str, amount: i64) {
    let path = format!("/api/customers/{id}/usage/grant");
    let call = project.secret(project.api.post(&path));
    call.json(json!({"amount": amount})).send().await.is(200);
}

#[tokio::test]
async fn grants_move_customers_away_from_their_limit_everywhere() {
    let project = Project::saas(&shared().await, 10).await;
    assert_eq!(link(&project, "limit_close").await, Value::Null);
    for (name, amount) in [("a", 7), ("b", 8), ("c", 9)] {
        used(&project, name, amount).await;
    }
    let full = used(&project, "d", 10).await;
    assert_eq!(
        told(&project).await,
        json!({"counted": 4, "close": 2, "reached": 1})
    );
    let close = link(&project, "limit_close").await;
    assert_eq!(close, "usage/customers?usage=close");
    let reached = link(&project, "limit_reached").await;
    assert_eq!(reached, "usage/customers?usage=reached");
    let (rows, _) = listed(&project, "?usage=reached").await;
    assert_eq!(rows, [(10, 10)]);
    // 10 of 12 is more than 80 %, 10 of 13 is not.
    grant(&project, &full, 2).await;
    assert_eq!(link(&project, "limit_reached").await, Value::Null);
    let (rows, cursor) = listed(&project, "?usage=close&sort=oldest&limit=2").await;
    let (rest, end) = listed(
        &project,
        &format!(
            "?usage=close&sort=oldest&limit=2&cursor={}",
            cursor.as_str().unwrap()
        ),
    )
    .await;
    let mut all = [rows, rest].concat();
    all.sort_unstable();
    assert_eq!((all, end), (vec![(8, 10), (9, 10), (10, 12)], Value::Null));
    grant(&project, &full, 1).await;
    let (rows, _) = listed(&project, "?usage=close&search=d@example.com").await;
    assert_eq!(rows, []);
    project.take(&full, 3).await.is(200);
    let (rows, _) = listed(&project, "?usage=reached").await;
    assert_eq!(rows, [(13, 13)]);
    assert_eq!(
        told(&project).await,
        json!({"counted": 4, "close": 2, "reached": 1})
    );
}

#[tokio::test]
async fn another_plan_is_another_limit() {
    let project = Project::saas(&shared().await, 5).await;
    let id = used(&project, "a", 5).await;
    assert_eq!(listed(&project, "?usage=reached").await.0, [(5, 5)]);
    project.set_plan(&id, "max").await.is(200);
    assert_eq!(listed(&project, "?usage=reached").await.0, []);
    assert_eq!(link(&project, "limit_reached").await, Value::Null);
}
