//! Documentation that the server brings along: the reference, the page of each error, openapi.json.

use dream_domain::error::Code;
use serde_json::Value;

use crate::server::shared;

/// Whether a text names an address that is not this server's.
fn third_party(text: &str) -> Option<&str> {
    text.split(['"', '\'', '(', ' ', '\n'])
        .find(|word| word.starts_with("http://") || word.starts_with("https://"))
}

#[tokio::test]
async fn the_reference_loads_offline_200() {
    let api = shared().await;
    let moved = api.get("/docs").send().await;
    assert!(matches!(moved.status, 301 | 308), "{}", moved.status);
    assert_eq!(moved.header("location"), "/docs/");
    let page = api.get("/docs/").send().await.is(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert_eq!(third_party(&page.text), None);
    let mut files = 0;
    let words = page.text.split('"').filter(|word| {
        [".js", ".css", ".png"]
            .iter()
            .any(|kind| word.ends_with(kind))
    });
    for name in words {
        let name = name.trim_start_matches("./");
        assert!(!name.contains('/'), "{name}");
        let file = api.get(&format!("/docs/{name}")).send().await.is(200);
        let kind = file.header("content-type");
        let fits = kind.contains("javascript") || kind.contains("css") || kind.contains("png");
        assert!(fits, "{name}: {kind}");
        files += 1;
    }
    assert!(files >= 4, "{files}");
    let start = api.get("/docs/swagger-initializer.js").send().await.is(200);
    assert!(start.text.contains("/openapi.json"), "{}", start.text);
    assert_eq!(third_party(&start.text), None);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self'"), "{policy}");
}

#[tokio::test]
async fn every_error_has_its_page_200() {
    let api = shared().await;
    for code in Code::ALL {
        let path = format!("/docs/errors/{}", code.as_str());
        let page = api.get(&path).send().await.is(200);
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(page.text.contains(code.as_str()) && page.text.contains(code.title()));
    }
    let reply = api.get("/docs/errors/%3Cscript%3E").send().await;
    reply.problem(404, "not_found");
}

#[tokio::test]
async fn the_type_of_a_problem_is_its_page() {
    let api = shared().await;
    let problem = api.get("/nothing").send().await.problem(404, "not_found");
    let page = problem.text_at("/type");
    let path = page.strip_prefix(&api.base).unwrap();
    api.get(path).send().await.is(200);
}

#[tokio::test]
async fn the_start_page_says_what_this_is_200() {
    let api = shared().await;
    let page = api.get("/").send().await.is(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text.contains("dream-api") && page.text.contains(&api.base));
}

/// Every operation of the document.
fn all(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let mut found = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            found.push((format!("{method} {path}"), operation));
        }
    }
    found
}

#[tokio::test]
async fn openapi_is_3_1_and_documents_every_operation() {
    let api = shared().await;
    let reply = api.get("/openapi.json").send().await.is(200);
    assert!(reply.header("content-type").starts_with("application/json"));
    assert!(reply.json["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut ids = std::collections::HashSet::new();
    for (name, operation) in all(&reply.json) {
        let responses = operation["responses"].as_object().unwrap();
        for status in ["400", "429", "500", "503"] {
            let described = responses[status]["description"]
                .as_str()
                .unwrap_or_default();
            assert!(!described.is_empty(), "{name} lacks {status}");
        }
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{name}"
        );
        assert!(operation["summary"].is_string(), "{name}");
        let id = operation["operationId"].as_str().unwrap().to_owned();
        assert!(ids.insert(id.clone()), "{id} is used twice");
        let secured = operation["security"]
            .as_array()
            .is_some_and(|list| !list.is_empty());
        assert_eq!(responses.contains_key("401"), secured, "{name}");
    }
}

#[tokio::test]
async fn every_body_of_openapi_has_an_example() {
    let document = shared().await.get("/openapi.json").send().await.json;
    let mut lacking = Vec::new();
    for (name, operation) in all(&document) {
        let body = operation.pointer("/requestBody/content/application~1json/schema");
        let answer = operation.pointer("/responses/200/content/application~1json/schema");
        let created = operation.pointer("/responses/201/content/application~1json/schema");
        for schema in [body, answer, created].into_iter().flatten() {
            if schema["$ref"].is_string() && !has_example(&document, schema, 0) {
                lacking.push(format!("{name} {}", schema["$ref"]));
            }
        }
    }
    assert!(lacking.is_empty(), "{lacking:#?}");
}

/// Whether a schema has an example, itself or in a part.
fn has_example(document: &Value, schema: &Value, depth: usize) -> bool {
    if depth > 6 {
        return false;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        return has_example(document, target, depth + 1);
    }
    let itself = schema.get("example").is_some() || schema.get("examples").is_some();
    let within = |part: &Value| has_example(document, part, depth + 1);
    itself
        || schema["properties"]
            .as_object()
            .is_some_and(|all| all.values().any(within))
        || schema["allOf"]
            .as_array()
            .is_some_and(|all| all.iter().any(within))
        || schema.get("items").is_some_and(within)
}

#[tokio::test]
async fn openapi_shows_bodies_as_the_server_reads_them() {
    let document = shared().await.get("/openapi.json").send().await.json;
    for schema in ["TierInput", "TierUpdates"] {
        let properties = &document["components"]["schemas"][schema]["properties"];
        assert!(properties["rest"].is_null(), "{schema} has a member rest");
    }
    for (name, operation) in all(&document) {
        let required = operation.pointer("/requestBody/required");
        if name == "post /api/data" || name.ends_with("/tokens") {
            assert_ne!(
                required,
                Some(&Value::Bool(true)),
                "{name} takes an empty body"
            );
        }
    }
    let amount = &document["components"]["schemas"]["Track"]["properties"]["amount"];
    assert_eq!(amount["type"], "integer", "null is refused (rules 7)");
}
