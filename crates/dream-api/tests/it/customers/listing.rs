//! Lists of customers: pages, search, filter (rules 9).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::project::Project;
use crate::server::shared;
use crate::spec::encode;

async fn emails(project: &Project, query: &str) -> Vec<String> {
    let call = project.api.get(&format!("/api/customers?{query}"));
    let list = project.secret(call).send().await.is(200);
    let list = list.json["customers"].as_array().unwrap().clone();
    let email = |one: &Value| one["email"].as_str().unwrap_or_default().to_owned();
    list.iter().map(email).collect()
}

#[tokio::test]
async fn pages_hold_every_customer_once_newest_first() {
    let project = Project::saas(&shared().await, 5).await;
    for index in 0..23 {
        project.customer(&format!("c{index}@example.com")).await;
    }
    let mut path = "/api/customers?limit=5".to_owned();
    let (mut seen, mut times, mut pages) = (BTreeSet::new(), Vec::new(), 0);
    loop {
        let page = project.secret(project.api.get(&path)).send().await.is(200);
        pages += 1;
        for one in page.json["customers"].as_array().unwrap() {
            assert!(seen.insert(one["id"].as_str().unwrap().to_owned()));
            times.push(one["createdAt"].as_i64().unwrap());
        }
        let more = page.json["hasMore"].as_bool().unwrap();
        assert_eq!(page.json["nextCursor"].is_null(), !more);
        if !more {
            break;
        }
        path = format!(
            "/api/customers?limit=5&cursor={}",
            page.text_at("/nextCursor")
        );
    }
    assert_eq!((seen.len(), pages), (23, 5));
    assert!(times.is_sorted_by(|a, b| a >= b));
    assert_eq!(emails(&project, "").await.len(), 23);
}

#[tokio::test]
async fn an_exact_last_page_has_no_more() {
    let project = Project::saas(&shared().await, 5).await;
    for index in 0..4 {
        project.customer(&format!("c{index}@example.com")).await;
    }
    let page = project.secret(project.api.get("/api/customers?limit=4"));
    let page = page.send().await.is(200);
    assert_eq!(page.json["hasMore"], false);
    assert_eq!(page.json["nextCursor"], Value::Null);
}

#[tokio::test]
async fn limits_out_of_range_422() {
    let project = Project::saas(&shared().await, 5).await;
    for limit in [
        "0",
        "101",
        "abc",
        "-1",
        "1.5",
        "1e2",
        "99999999999999999999",
        "",
    ] {
        let call = project.api.get(&format!("/api/customers?limit={limit}"));
        let reply = project.secret(call).send().await;
        reply.problem(422, "invalid_value");
    }
    emails(&project, "limit=1").await;
    emails(&project, "limit=100").await;
}

#[tokio::test]
async fn cursors_that_are_not_of_this_list_422() {
    let api = shared().await;
    let (a, b) = (Project::saas(&api, 5).await, Project::saas(&api, 5).await);
    let first = async |project: &Project| {
        for index in 0..2 {
            project.customer(&format!("c{index}@example.com")).await;
        }
        let call = project.secret(api.get("/api/customers?limit=1"));
        call.send().await.is(200).text_at("/nextCursor")
    };
    let (own, foreign) = (first(&a).await, first(&b).await);
    let tampered = |at: usize| {
        let mut text = own.clone().into_bytes();
        text[at] = if text[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(text).unwrap()
    };
    for cursor in [
        foreign,
        tampered(0),
        tampered(own.len() / 2),
        own[..own.len() - 2].to_owned(),
        format!("{own}AA"),
        "x".to_owned(),
        String::new(),
        encode("'; select 1; --"),
        "AAAAAAAAAAAAAAAA".to_owned(),
    ] {
        let path = format!("/api/customers?cursor={cursor}");
        let reply = a.secret(api.get(&path)).send().await;
        reply.problem(422, "invalid_cursor");
    }
    assert_eq!(emails(&a, &format!("cursor={own}")).await.len(), 1);
}

#[tokio::test]
async fn search_finds_parts_of_emails_names_and_ids() {
    let project = Project::saas(&shared().await, 5).await;
    let jane = json!({"email": "Jane@Example.com", "firstName": "Jane", "lastName": "Müller", "externalId": "ext-77"});
    let made = project.create(jane).await.is(201);
    let id = made.text_at("/customer/id");
    project
        .create(json!({"email": "percent%sign_x@example.com"}))
        .await
        .is(201);
    project
        .create(json!({"email": "bob@example.com", "firstName": "Bob"}))
        .await
        .is(201);
    let found = async |search: &str| emails(&project, &format!("search={}", encode(search))).await;
    for search in ["jane@", "JANE", "ane@exam", "EXT-77", "t-7", &id, "mül"] {
        assert_eq!(found(search).await, ["Jane@Example.com"], "{search}");
    }
    // What a pattern means elsewhere is only text here.
    assert_eq!(found("%sign_").await, ["percent%sign_x@example.com"]);
    for none in ["j_ne", "%%%", "\\", "'", "' or 1=1 --", &id[..20]] {
        assert!(found(none).await.is_empty(), "{none}");
    }
    assert_eq!(found("example.com").await.len(), 3);
    for bad in ["%00".to_owned(), "x".repeat(256)] {
        let path = format!("/api/customers?search={bad}");
        let reply = project.secret(project.api.get(&path)).send().await;
        reply.problem(422, "invalid_value");
    }
}

#[tokio::test]
async fn the_filter_by_plan_follows_plans() {
    let project = Project::saas(&shared().await, 5).await;
    let a = project.customer("a@example.com").await;
    project.customer("b@example.com").await;
    let of = async |plan: &str| emails(&project, &format!("plan={}", encode(plan))).await;
    assert_eq!(of("free").await.len(), 2);
    project.set_plan(&a, "pro").await.is(200);
    assert_eq!(of("pro").await, ["a@example.com"]);
    assert_eq!(of("Pro Plan").await, ["a@example.com"]);
    assert_eq!(of("free").await, ["b@example.com"]);
    assert!(of("max").await.is_empty());
    let reply = project.secret(project.api.get("/api/customers?plan=gold"));
    reply.send().await.problem(400, "unknown_plan");
    project.set_plan(&a, "free").await.is(200);
    assert_eq!(of("free").await.len(), 2);
}
