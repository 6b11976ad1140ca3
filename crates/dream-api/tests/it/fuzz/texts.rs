//! Text with meaning elsewhere: SQL, control characters, paths (INP-04, INP-08, INP-09).

use serde_json::json;

use crate::fuzz::{admitted, existing};
use crate::project::Project;
use crate::server::shared;
use crate::spec::{encode, operations};

const SQL: [&str; 8] = [
    "' or '1'='1",
    "'; drop table end_users; --",
    "\" or \"\"=\"",
    "1) union select key_hash from api_keys --",
    "%' --",
    "$1",
    "\\'; select 1",
    "x' and randomblob(100000000) --",
];

#[tokio::test]
async fn sql_in_every_parameter_and_header_never_5xx() {
    let api = shared().await;
    let project = Project::saas(&api, 1_000_000).await;
    project.customer("first@example.com").await;
    for operation in operations(&api).await {
        for text in SQL {
            let value = |_: &str| Some(text.to_owned());
            let call = admitted(&project, &operation, operation.call(&api, value));
            let call = call.header("x-user-plan", text).header("cookie", text);
            let reply = call.header("idempotency-key", text).send().await;
            let what = format!(
                "{} {text}: {} {}",
                operation.name(),
                reply.status,
                reply.text
            );
            assert!(reply.status < 500, "{what}");
            let leaked = operation.path.contains("customers") && reply.text.contains("first@");
            assert!(!leaked, "{what}");
        }
    }
    let list = project.secret(api.get("/api/customers")).send().await;
    assert!(list.is(200).text.contains("first@example.com"));
}

#[tokio::test]
async fn sql_in_every_text_of_a_body_never_5xx() {
    let api = shared().await;
    for operation in operations(&api).await {
        let Some(members) = &operation.members else {
            continue;
        };
        let project = Project::saas(&api, 1_000_000).await;
        for name in members.keys() {
            for text in SQL {
                let fill = |member: &str| {
                    let here = member == name;
                    here.then(|| json!(text))
                        .or_else(|| existing(&project, member))
                };
                let body = operation.full_body(fill).unwrap();
                let call = operation.call(&api, |_| Some("x".to_owned()));
                let reply = admitted(&project, &operation, call)
                    .json(&body)
                    .send()
                    .await;
                assert!(
                    reply.status < 500,
                    "{} {body}: {}",
                    operation.name(),
                    reply.text
                );
            }
        }
    }
}

#[tokio::test]
async fn line_breaks_and_escapes_in_names_422() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    for text in [
        "a\r\nSet-Cookie: x=y",
        "a\nb",
        "\u{1b}[31mred",
        "a\u{7f}",
        "a\u{85}b",
        "a\u{2028}b",
    ] {
        let refused = [
            project
                .create(json!({"email": "a@example.com", "firstName": text}))
                .await,
            project
                .create(json!({"email": "a@example.com", "externalId": text}))
                .await,
            project
                .create(json!({"email": format!("{text}@example.com")}))
                .await,
            project.settings(json!({"projectName": text})).await,
            project
                .settings(json!({"upgradeUrl": format!("https://x/{text}")}))
                .await,
            project.edit("pro", json!({"displayName": text})).await,
            project.edit("pro", json!({"features": [text]})).await,
        ];
        for reply in refused {
            reply.problem(422, "invalid_value");
        }
    }
}

#[tokio::test]
async fn the_log_has_one_json_line_for_each_event() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    for text in ["a\nb", "{\"level\":\"ERROR\"}", "\u{1b}[2J"] {
        project.create(json!({"email": text})).await.is(422);
        let path = format!("/nothing/{}", encode(text));
        api.get(&path).send().await.problem(404, "not_found");
    }
    let log = std::fs::read_to_string(api.folder.join("log")).unwrap();
    let complete = log.rsplit_once('\n').map_or("", |(lines, _)| lines);
    assert!(!complete.is_empty());
    for line in complete.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect(line);
        assert!(event["level"].is_string(), "{line}");
    }
}

#[tokio::test]
async fn a_name_of_a_mebibyte_422() {
    let project = Project::saas(&shared().await, 5).await;
    let name = "x".repeat(1 << 20);
    let reply = project
        .create(json!({"email": "a@example.com", "firstName": name}))
        .await;
    reply.problem(422, "invalid_value");
    let reply = project.settings(json!({"projectName": name})).await;
    reply.problem(422, "invalid_value");
    let reply = project
        .track("u1")
        .json(json!({"meter": name}))
        .send()
        .await;
    assert!(reply.text.len() < 10_000);
    reply.problem(422, "invalid_value");
}
