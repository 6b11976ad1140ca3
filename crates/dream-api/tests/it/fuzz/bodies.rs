//! Strange values in every member of every body (INP-03).

use serde_json::Value;

use crate::fuzz::{admitted, existing};
use crate::project::Project;
use crate::server::shared;
use crate::spec::{Operation, operations};

/// Values as they stand in JSON, and whether they must be refused wherever they stand.
const VALUES: [(&str, bool); 24] = [
    ("1e400", true),
    ("-1e400", true),
    ("\"a\\u0000b\"", true),
    ("\"\\ud800\"", true),
    ("\"\\udc00x\"", true),
    ("NaN", true),
    ("Infinity", true),
    ("01", true),
    ("'x'", true),
    ("undefined", true),
    ("[1,]", true),
    ("\"a\nb\"", true),
    ("9223372036854775808", false),
    ("-9223372036854775809", false),
    ("18446744073709551616", false),
    ("1.5", false),
    ("null", false),
    ("true", false),
    ("[]", false),
    ("{}", false),
    ("\"\"", false),
    ("\"\\u202e\\u200d\"", false),
    ("[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", false),
    ("{\"$ne\": null, \"__proto__\": {\"a\": 1}}", false),
];

#[tokio::test]
async fn strange_values_in_every_member_never_5xx() {
    let api = shared().await;
    let mut asked = 0;
    for operation in operations(&api).await {
        let Some(members) = &operation.members else {
            continue;
        };
        let project = Project::saas(&api, 1_000_000).await;
        for name in members.keys() {
            for (value, refused) in VALUES {
                let body = with_member(&project, &operation, name, value);
                send(&project, &operation, body.into_bytes(), refused).await;
                asked += 1;
            }
        }
    }
    assert!(asked > 500, "{asked}");
}

#[tokio::test]
async fn bodies_that_are_no_json_400_everywhere() {
    let api = shared().await;
    let deep = "[".repeat(100_000);
    let nested = format!("{}1{}", "{\"a\":".repeat(5000), "}".repeat(5000));
    for operation in operations(&api).await {
        // Of a webhook the signature is looked at before anything else.
        if operation.members.is_none() || operation.tag == "webhooks" {
            continue;
        }
        let project = Project::saas(&api, 1_000_000).await;
        for body in [
            &b"{"[..],
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\xff\xfe\"}",
            b"\xff\xfe{\0}\0",
            b"[]",
            b"null",
            b"1",
            b"{} {}",
            b"{\"a\":1,\"a\":2}",
            b"{\"plan\":\"pro\",\"plan\":\"max\"}",
            b"a=b&c=d",
            b"<?xml version=\"1.0\"?><a/>",
            deep.as_bytes(),
            nested.as_bytes(),
        ] {
            let call = operation.call(&api, |name| (name == "id").then(|| "x".to_owned()));
            let reply = admitted(&project, &operation, call).body(body).send().await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]);
            assert_eq!(
                reply.status,
                400,
                "{} {shown}: {}",
                operation.name(),
                reply.text
            );
            reply.problem(400, "invalid_json");
        }
    }
}

#[tokio::test]
async fn names_with_nul_are_refused_everywhere() {
    let api = shared().await;
    for operation in operations(&api).await {
        if operation.members.is_none() {
            continue;
        }
        let project = Project::saas(&api, 1_000_000).await;
        let body = br#"{"a\u0000b": 1, "metadata": {"x": {"y\u0000": 1}}}"#;
        send(&project, &operation, body.to_vec(), true).await;
    }
}

/// A full body in which one member has this text as its value.
fn with_member(project: &Project, operation: &Operation, name: &str, value: &str) -> String {
    const MARK: &str = "the value goes here";
    let full = operation.full_body(|member| {
        if member == name {
            return Some(Value::String(MARK.to_owned()));
        }
        existing(project, member)
    });
    let text = full.unwrap().to_string();
    text.replace(&format!("\"{MARK}\""), value)
}

async fn send(project: &Project, operation: &Operation, body: Vec<u8>, refused: bool) {
    let api = &project.api;
    let shown = String::from_utf8_lossy(&body).into_owned();
    let call = operation.call(api, |name| (name == "id").then(|| "x".to_owned()));
    let reply = admitted(project, operation, call).body(body).send().await;
    let what = format!(
        "{} {shown}: {} {}",
        operation.name(),
        reply.status,
        reply.text
    );
    // On the pages a wrong key, code or password in the body is what 401 says.
    let by_body = ["hosted pages", "identity"].contains(&&*operation.tag);
    assert!(
        reply.status < 500 && (by_body || reply.status != 401),
        "{what}"
    );
    assert!(!refused || reply.status >= 400, "{what}");
    if reply.status >= 400 {
        reply.check_problem();
    }
    assert!(reply.json.is_object(), "{what}");
}
