//! Changing and deleting customers, and what a customer reads of itself.

use serde_json::{Value, json};

use crate::api::Reply;
use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::server::shared;

async fn patch(project: &Project, id: &str, body: Value) -> Reply {
    let call = project.api.patch(&format!("/api/customers/{id}"));
    project.secret(call).json(body).send().await
}

async fn get(project: &Project, id: &str) -> Reply {
    let call = project.api.get(&format!("/api/customers/{id}"));
    project.secret(call).send().await
}

async fn delete(project: &Project, id: &str) -> Reply {
    let call = project.api.delete(&format!("/api/customers/{id}"));
    project.secret(call).send().await
}

#[tokio::test]
async fn what_is_left_out_stays_and_null_clears_200() {
    let project = Project::saas(&shared().await, 5).await;
    let body = json!({"email": "a@example.com", "firstName": "A", "lastName": "B", "externalId": "x", "metadata": {"k": 1}});
    let id = project.create(body).await.is(201).text_at("/customer/id");
    let changed = patch(&project, &id, json!({"firstName": "C"}))
        .await
        .is(200);
    let customer = &changed.json["customer"];
    assert_eq!(customer["firstName"], "C");
    assert_eq!(customer["lastName"], "B");
    assert_eq!(customer["externalId"], "x");
    assert_eq!(customer["metadata"], json!({"k": 1}));
    let cleared = json!({"firstName": null, "lastName": null, "externalId": null, "metadata": {}});
    let cleared = patch(&project, &id, cleared).await.is(200);
    let customer = cleared.json["customer"].as_object().unwrap();
    for field in ["firstName", "lastName", "externalId"] {
        assert!(!customer.contains_key(field), "{field}");
    }
    assert_eq!(customer["metadata"], json!({}));
    assert_eq!(customer["email"], "a@example.com");
    get(&project, "x").await.problem(404, "customer_not_found");
}

#[tokio::test]
async fn a_change_of_email_frees_the_old_one_and_keeps_it_unique() {
    let project = Project::saas(&shared().await, 5).await;
    let id = project.customer("a@example.com").await;
    project.customer("b@example.com").await;
    let taken = patch(&project, &id, json!({"email": "B@example.com"})).await;
    taken.problem(409, "email_taken");
    patch(&project, &id, json!({"email": "C@Example.com"}))
        .await
        .is(200);
    project.customer("a@example.com").await;
    let again = project.create(json!({"email": "c@example.com"})).await;
    again.problem(409, "email_taken");
    for folded in ["josé@example.com", "jose\u{301}@example.com"] {
        patch(&project, &id, json!({"email": folded})).await.is(200);
        let taken = project.create(json!({"email": "JOSÉ@example.com"})).await;
        taken.problem(409, "email_taken");
    }
}

#[tokio::test]
async fn values_that_are_wrong_422_and_nothing_changes() {
    let project = Project::saas(&shared().await, 5).await;
    let id = project.customer("a@example.com").await;
    let before = get(&project, &id).await.json;
    for body in [
        json!({"email": null}),
        json!({"email": "x"}),
        json!({"plan": null}),
        json!({"metadata": null}),
        json!({"metadata": "x"}),
        json!({"firstName": "a\nb", "lastName": "fine"}),
        json!({"externalId": "user_1"}),
    ] {
        let reply = patch(&project, &id, body.clone()).await;
        assert_eq!(reply.status, 422, "{body}: {}", reply.text);
    }
    let reply = patch(&project, &id, json!({"plan": "gold"})).await;
    reply.problem(400, "unknown_plan");
    assert_eq!(get(&project, &id).await.json, before);
}

#[tokio::test]
async fn plans_are_named_by_their_display_name_too_200() {
    let project = Project::saas(&shared().await, 5).await;
    let id = project.customer("a@example.com").await;
    for (name, plan) in [
        ("Pro Plan", "pro"),
        ("free", "free"),
        ("PRO PLAN", "pro"),
        ("max", "max"),
        ("pro-plan", "pro"),
        ("Free", "free"),
    ] {
        let reply = project.set_plan(&id, name).await;
        if name == "pro-plan" {
            // No tier has this name; the display name would become it.
            assert!(matches!(reply.status, 200 | 400), "{}", reply.text);
            continue;
        }
        assert_eq!(reply.is(200).json["customer"]["plan"], plan, "{name}");
        assert_eq!(project.usage(&id).await.json["plan"], plan);
    }
}

#[tokio::test]
async fn a_change_of_plan_keeps_the_count_200() {
    let project = Project::saas(&shared().await, 5).await;
    let id = project.customer("a@example.com").await;
    project.take(&id, 4).await.is(200);
    for plan in ["pro", "max", "free", "pro"] {
        project.set_plan(&id, plan).await.is(200);
        assert_eq!(project.count(&id).await, 4);
    }
}

#[tokio::test]
async fn changes_at_once_lose_nothing() {
    let project = Project::saas(&shared().await, 5).await;
    let id = project.customer("a@example.com").await;
    let (changing, path) = (project.clone(), format!("/api/customers/{id}"));
    let replies = send_all(10, 40, move |index| {
        let field = ["firstName", "lastName"][index % 2];
        let call = changing.secret(changing.api.patch(&path));
        call.json(json!({field: format!("v{index}")}))
    });
    let replies = replies.await;
    let done = with_status(&replies, 200);
    assert_eq!(done + with_status(&replies, 409), 40);
    assert!(done >= 1);
    let customer = get(&project, &id).await.is(200).json["customer"].clone();
    let fields = [&customer["firstName"], &customer["lastName"]];
    assert!(fields.iter().any(|field| field.is_string()));
}

#[tokio::test]
async fn deleted_200_with_a_body_and_then_404() {
    let project = Project::saas(&shared().await, 5).await;
    let body = json!({"email": "a@example.com", "externalId": "ext"});
    let id = project
        .create(body.clone())
        .await
        .is(201)
        .text_at("/customer/id");
    let gone = delete(&project, &id).await.is(200);
    assert_eq!(gone.json["success"], true);
    assert_eq!(gone.json["message"], "Customer deleted successfully");
    assert_eq!(
        gone.json["deleted"],
        json!({"id": id, "email": "a@example.com"})
    );
    for name in [&id, "ext"] {
        get(&project, name).await.problem(404, "customer_not_found");
        patch(&project, name, json!({"firstName": "x"}))
            .await
            .is(404);
        delete(&project, name)
            .await
            .problem(404, "customer_not_found");
    }
    let again = project.create(body).await.is(201);
    assert_ne!(again.text_at("/customer/id"), id);
}

#[tokio::test]
async fn a_deleted_customer_leaves_no_row() {
    let api = shared().await;
    let project = Project::saas(&api, 50).await;
    let person = project.person("trace@example.com").await;
    project.set_plan(&person.id, "pro").await.is(200);
    project.take(&person.id, 3).await.is(200);
    delete(&project, &person.id).await.is(200);
    let pk = &project.pk;
    for (table, column) in [
        ("end_users", "user_id"),
        ("grants", "user_id"),
        ("sessions", "user_id"),
        ("usage_counts", "user_id"),
        ("usage_days", "user_id"),
        ("usage_snapshots", "user_id"),
    ] {
        let sql = format!(
            "select 1 from {table} where publishable_key = '{pk}' and {column} = '{}'",
            person.id
        );
        let rows = api.database().look(&sql).await;
        assert!(rows.is_empty(), "{table}");
    }
}

#[tokio::test]
async fn deleting_under_load_gives_no_5xx() {
    let project = Project::saas(&shared().await, 100_000).await;
    project.settings(json!({"perUserPerMinute": 0})).await;
    let person = project.person("a@example.com").await;
    let (calling, token, id) = (project.clone(), person.token.clone(), person.id.clone());
    let load = tokio::spawn(send_all(16, 500, move |index| match index % 3 {
        0 => calling.as_user(calling.api.post("/api/data"), &token),
        1 => calling.track(&id),
        _ => calling.secret(calling.api.get(&format!("/api/customers/{id}"))),
    }));
    tokio::time::sleep(std::time::Duration::from_millis(40)).await;
    delete(&project, &person.id).await.is(200);
    for reply in load.await.unwrap() {
        let fine = matches!(reply.status, 200 | 401 | 404);
        assert!(fine, "{} {}", reply.status, reply.text);
    }
}

#[tokio::test]
async fn me_is_the_user_of_the_token_200() {
    let project = Project::saas(&shared().await, 5).await;
    let person = project.person("a@example.com").await;
    project.set_plan(&person.id, "pro").await.is(200);
    let call = project.as_user(project.api.get("/api/me"), &person.token);
    let me = call.send().await.is(200);
    assert_eq!(me.json["customer"]["id"], person.id);
    assert_eq!(me.json["customer"]["plan"], "pro");
    let call = project.secret(project.api.get("/api/me")).user("nobody");
    let reply = call.send().await.problem(404, "customer_not_found");
    assert!(reply.text_at("/message").contains("POST /api/customers"));
}
