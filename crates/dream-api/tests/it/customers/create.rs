//! Making customers: what is kept, what is refused, what is unique.

use serde_json::{Value, json};

use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::server::shared;

#[tokio::test]
async fn a_full_customer_comes_back_as_sent_201() {
    let project = Project::saas(&shared().await, 5).await;
    let sent = json!({
        "email": "Jane.Doe+tag@Example.com",
        "firstName": "Zoë 👩‍🚀",
        "lastName": "O'Neil \u{202e}x",
        "externalId": "auth0|5f7c",
        "metadata": {"a": [1, {"b": null}], "t": "e\u{301} \u{200b}"},
        "plan": "Pro Plan",
        "password": "correct horse",
    });
    let made = project.create(sent.clone()).await.is(201);
    let customer = &made.json["customer"];
    for field in ["email", "firstName", "lastName", "externalId", "metadata"] {
        assert_eq!(customer[field], sent[field], "{field}");
    }
    assert_eq!(made.json["success"], true);
    assert_eq!(customer["plan"], "pro");
    assert_eq!(customer["publishableKey"], project.pk);
    assert!(customer["id"].as_str().unwrap().starts_with("user_"));
    assert!(customer["createdAt"].as_i64().unwrap() > 1_700_000_000_000);
    assert!(!made.text.contains("correct horse"));
    let path = format!("/api/customers/{}", made.text_at("/customer/id"));
    let read = project.secret(project.api.get(&path)).send().await.is(200);
    assert_eq!(read.json["customer"], *customer);
}

#[tokio::test]
async fn what_was_not_given_is_absent_201() {
    let project = Project::saas(&shared().await, 5).await;
    let made = project
        .create(json!({"email": "a@example.com"}))
        .await
        .is(201);
    let customer = made.json["customer"].as_object().unwrap().clone();
    for field in ["firstName", "lastName", "externalId"] {
        assert!(!customer.contains_key(field), "{field}");
    }
    assert_eq!(customer["plan"], "free");
    assert_eq!(customer["metadata"], json!({}));
    assert_eq!(customer["emailVerified"], false);
}

#[tokio::test]
async fn neither_email_nor_external_id_400() {
    let project = Project::saas(&shared().await, 5).await;
    let reply = project.create(json!({"firstName": "A"})).await;
    let reply = reply.problem(400, "missing_field");
    assert_eq!(reply.json["error"], "Missing required field");
    assert_eq!(reply.json["message"], "email is required");
}

#[tokio::test]
async fn emails_are_unique_whatever_the_case_409() {
    let project = Project::saas(&shared().await, 5).await;
    let create = async |email: &str| project.create(json!({"email": email})).await;
    create("Victim@Example.com").await.is(201);
    for same in [
        "victim@example.com",
        "VICTIM@EXAMPLE.COM",
        "Victim@Example.com",
    ] {
        let reply = create(same).await.problem(409, "email_taken");
        assert_eq!(reply.json["error"], "Failed to create customer");
    }
    create("josé@example.com").await.is(201);
    create("jose\u{301}@example.com")
        .await
        .problem(409, "email_taken");
}

#[tokio::test]
async fn external_ids_are_unique_and_never_look_like_ours() {
    let project = Project::saas(&shared().await, 5).await;
    let create = async |id: Value| project.create(json!({"externalId": id})).await;
    create(json!("ext")).await.is(201);
    create(json!("ext")).await.problem(409, "external_id_taken");
    create(json!("EXT")).await.is(201);
    for bad in ["user_1", "", " a", "a\nb", "\u{200b}", &"x".repeat(256)] {
        create(json!(bad)).await.problem(422, "invalid_value");
    }
    for bad in [json!(1), json!(null), json!(["a"])] {
        create(bad).await.problem(422, "invalid_value");
    }
}

#[tokio::test]
async fn of_20_at_once_with_one_email_one_is_made() {
    let project = Project::saas(&shared().await, 5).await;
    let making = project.clone();
    let replies = send_all(20, 20, move |index| {
        let call = making.secret(making.api.post("/api/customers"));
        let email = if index % 2 == 0 {
            "One@x.com"
        } else {
            "one@x.com"
        };
        call.json(json!({"email": email}))
    });
    let replies = replies.await;
    assert_eq!(with_status(&replies, 201), 1);
    assert_eq!(with_status(&replies, 409), 19);
}

#[tokio::test]
async fn values_that_are_wrong_422() {
    let project = Project::saas(&shared().await, 5).await;
    for (field, value) in [
        ("email", json!("no-address")),
        ("email", json!("a@b")),
        ("email", json!("a@example.com\r\nbcc: x@example.com")),
        ("email", json!(format!("{}@example.com", "a".repeat(65)))),
        ("email", json!(null)),
        ("email", json!(7)),
        ("firstName", json!("a\r\nb")),
        ("firstName", json!("\u{1b}[31mred")),
        ("firstName", json!("x".repeat(101))),
        ("lastName", json!(null)),
        ("lastName", json!({"a": 1})),
        ("metadata", json!("text")),
        ("metadata", json!([1])),
        ("metadata", json!(null)),
        ("plan", json!(null)),
        ("plan", json!(1)),
        ("password", json!("short")),
    ] {
        let mut body = json!({"email": "a@example.com", "externalId": "x"});
        body[field] = value.clone();
        let reply = project.create(body).await;
        assert_eq!(reply.status, 422, "{field} {value}: {}", reply.text);
        let reply = reply.problem(422, "invalid_value");
        assert!(reply.text_at("/errors/0/location").starts_with(field));
    }
    let list = project.secret(project.api.get("/api/customers"));
    assert_eq!(list.send().await.json["customers"], json!([]));
}

#[tokio::test]
async fn metadata_up_to_16_kb_201_and_more_422() {
    let project = Project::saas(&shared().await, 5).await;
    let create = async |email: &str, size: usize| {
        let metadata = json!({"a": "x".repeat(size)});
        project
            .create(json!({"email": email, "metadata": metadata}))
            .await
    };
    let around = r#"{"a":""}"#.len();
    create("a@example.com", 16 * 1024 - around).await.is(201);
    let reply = create("b@example.com", 16 * 1024 - around + 1).await;
    reply.problem(422, "invalid_value");
}

#[tokio::test]
async fn an_unknown_plan_400_and_the_tiers_are_listed() {
    let project = Project::saas(&shared().await, 5).await;
    let reply = project.create(json!({"email": "a@example.com", "plan": "gold"}));
    let reply = reply.await.problem(400, "unknown_plan");
    for tier in ["gold", "free", "pro", "max"] {
        assert!(reply.text_at("/message").contains(tier), "{}", reply.text);
    }
}

#[tokio::test]
async fn an_idempotency_key_makes_one_customer_201() {
    let project = Project::saas(&shared().await, 5).await;
    let create = async |email: &str| {
        let call = project.secret(project.api.post("/api/customers"));
        let call = call.header("idempotency-key", "create-1");
        call.json(json!({"email": email})).send().await
    };
    let first = create("a@example.com").await.is(201);
    let again = create("a@example.com").await.is(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.json, first.json);
    create("b@example.com")
        .await
        .problem(422, "idempotency_mismatch");
    let list = project.secret(project.api.get("/api/customers"));
    let list = list.send().await.is(200);
    assert_eq!(list.json["customers"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_conflict_is_not_kept_under_its_key() {
    let project = Project::saas(&shared().await, 5).await;
    let id = project.customer("a@example.com").await;
    let create = async || {
        let call = project.secret(project.api.post("/api/customers"));
        let call = call.header("idempotency-key", "create-1");
        call.json(json!({"email": "a@example.com"})).send().await
    };
    create().await.problem(409, "email_taken");
    let path = format!("/api/customers/{id}");
    project
        .secret(project.api.delete(&path))
        .send()
        .await
        .is(200);
    create().await.is(201);
}
