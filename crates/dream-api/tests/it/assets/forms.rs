//! Uploads as forms, as browsers and curl send them.

use super::*;
use crate::identity::developers::developer;

const BOUNDARY: &str = "----the boundary";

/// A form with a file under this name, and other fields before it.
pub(super) fn form(filename: &str, bytes: &[u8], fields: &[(&str, &str)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend_from_slice(head.as_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\ncontent-type: text/html\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    body
}

pub(super) fn kind() -> String {
    format!("multipart/form-data; boundary=\"{BOUNDARY}\"")
}

async fn send(project: &Project, body: Vec<u8>) -> Reply {
    let call = project.secret(project.api.post("/api/assets"));
    call.header("content-type", kind()).body(body).send().await
}

#[tokio::test]
async fn a_form_is_the_same_as_json_whatever_the_file_is_called() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let key = upload(&project, PNG).await.is(200).text_at("/key");
    for name in [
        "picture.png",
        "../../../../etc/cron.d/x",
        "..\\..\\boot.ini",
        "/etc/passwd",
        "CON",
        "a.svg",
        "a\u{202e}gnp.exe",
        &"n".repeat(4096),
        "%00.png",
        "",
    ] {
        let made = send(&project, form(name, PNG, &[])).await.is(200);
        assert_eq!(made.text_at("/key"), key, "{name}");
        let mut body = input(PNG);
        body["filename"] = name.into();
        let call = project.secret(api.post("/api/assets")).json(body);
        assert_eq!(call.send().await.is(200).text_at("/key"), key, "{name}");
    }
    assert_eq!(objects(&api, &project).len(), 1);
    // Not even what NUL stands for reaches anything.
    let body = br#"{"filename": "a\u0000.png", "data": ""}"#;
    let call = project.secret(api.post("/api/assets")).body(&body[..]);
    call.send().await.problem(422, "invalid_value");
}

#[tokio::test]
async fn a_developer_names_the_project_in_the_form() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let body = form("a.png", PNG, &[("publishableKey", &project.pk)]);
    let call = api.post("/upload-asset").bearer(api.developer());
    let made = call.header("content-type", kind()).body(body).send().await;
    let direct = upload(&project, PNG).await.is(200);
    assert_eq!(made.is(200).text_at("/key"), direct.text_at("/key"));
}

#[tokio::test]
async fn the_cookie_of_a_developer_uploads_from_our_own_pages_only() {
    let api = shared().await;
    let ann = developer(&api, "cookie-uploads").await;
    let body = json!({"projectName": "Mine", "tiers": [{"name": "free", "price": 0, "limit": 5}]});
    let made = ann.with_cookies(api.post("/create-products"));
    let made = made.header("origin", &api.base).json(body).send().await;
    let pk = made.is(200).text_at("/publishableKey");
    for path in ["/upload-asset", "/api/assets"] {
        for (origin, status) in [(api.base.as_str(), 200), ("http://evil.example", 403)] {
            let call = ann.with_cookies(api.post(path)).key(&pk);
            let call = call.header("origin", origin).header("content-type", kind());
            let reply = call.body(form("a.png", PNG, &[])).send().await;
            assert_eq!(reply.status, status, "{path} {origin}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn broken_forms_are_refused_and_say_why() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let whole = form("a.png", PNG, &[]);
    let cut = whole[..whole.len() - 10].to_vec();
    send(&project, cut).await.problem(422, "invalid_value");
    send(&project, b"no form".to_vec())
        .await
        .problem(422, "invalid_value");
    let none = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"other\"\r\n\r\nx\r\n--{BOUNDARY}--\r\n"
    );
    send(&project, none.into_bytes())
        .await
        .problem(400, "missing_field");
    let end = whole.len() - format!("--{BOUNDARY}--\r\n").len();
    let twice = [&whole[..end], &whole].concat();
    send(&project, twice).await.problem(422, "invalid_value");
    let empty = form("a.png", b"", &[]);
    send(&project, empty)
        .await
        .problem(415, "unsupported_media_type");
    assert_eq!(rows(&api, &project).await, 0);
}
