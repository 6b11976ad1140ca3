//! `/_dev/mail`: for this machine alone, for people and for tests (rules 12, 30).

use serde_json::json;

use super::{mail_that_is, mails, named, sign_up};
use crate::project::Project;
use crate::server::{Server, shared};

#[tokio::test]
async fn only_this_machine_and_no_page_of_another_404() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    sign_up(&project, "door@example.com").await;
    let mail = mail_that_is(&api, "door@example.com", "kept").await;
    let one = format!("/_dev/mail/{}", mail["id"].as_str().unwrap());
    for path in ["/_dev/mail", &*one] {
        api.get(path).send().await.is(200);
        for (header, value) in [
            ("host", "evil.example.com"),
            ("host", "localhost.evil.example.com:80"),
            ("x-forwarded-for", "127.0.0.1"),
            ("forwarded", "for=127.0.0.1"),
            ("origin", "https://evil.example.com"),
            ("origin", "null"),
        ] {
            let reply = api.get(path).header(header, value).send().await;
            assert_eq!(reply.status, 404, "{path} {header} {value}");
            reply.problem(404, "not_found");
        }
    }
    let missing = api.get("/_dev/mail/msg_none").send().await;
    missing.problem(404, "not_found");
}

#[tokio::test]
async fn mails_are_listed_newest_first_page_by_page_and_by_address() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let empty = api.get("/_dev/mail").send().await.is(200);
    assert_eq!(
        empty.json,
        json!({"messages": [], "nextCursor": null, "hasMore": false})
    );
    let project = Project::saas(&api, 5).await;
    for n in 0..5 {
        sign_up(&project, &format!("p{n}@example.com")).await;
    }
    let mut seen = Vec::new();
    let mut path = "/_dev/mail?limit=2".to_owned();
    loop {
        let reply = api.get(&path).send().await.is(200);
        let messages = reply.json["messages"].as_array().unwrap().clone();
        seen.extend(messages.iter().map(|mail| mail["to"].clone()));
        assert_eq!(reply.json["hasMore"], reply.json["nextCursor"].is_string());
        let Some(cursor) = reply.json["nextCursor"].as_str() else {
            break;
        };
        path = format!("/_dev/mail?limit=2&cursor={cursor}");
    }
    let wanted: Vec<_> = (0..5).rev().map(|n| format!("p{n}@example.com")).collect();
    assert_eq!(seen, wanted);
    assert_eq!(mails(&api, "P3@EXAMPLE.com").await.len(), 1);
    assert!(mails(&api, "p9@example.com").await.is_empty());
    let other = api.get("/_dev/mail?cursor=bm90IG91cnM").send().await;
    other.problem(422, "invalid_cursor");
    let much = api.get("/_dev/mail?limit=101").send().await;
    much.problem(422, "invalid_value");
}

#[tokio::test]
async fn a_mail_says_what_it_is_about() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    sign_up(&project, "facts@example.com").await;
    let mail = mail_that_is(&api, "facts@example.com", "kept").await;
    let members: Vec<_> = mail.as_object().unwrap().keys().collect();
    let wanted = [
        "createdAt",
        "from",
        "html",
        "id",
        "project",
        "publishableKey",
        "status",
        "subject",
        "text",
        "to",
    ];
    assert_eq!(members, wanted);
    assert_eq!(mail["from"], "Saas <no-reply@localhost>");
    assert_eq!(mail["publishableKey"], *project.pk);
    assert!(mail["createdAt"].as_i64().unwrap() > 1_700_000_000_000);
}

#[tokio::test]
async fn a_browser_gets_a_page_that_runs_nothing() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let browse = async |path: &str| {
        let call = api.get(path).header("accept", "text/html,*/*;q=0.8");
        call.send().await.is(200)
    };
    let empty = browse("/_dev/mail").await;
    assert!(empty.text.contains("No mail yet"), "{}", empty.text);
    let name = "<script>alert(1)</script>\"'&";
    let project = named(&api, name).await;
    sign_up(&project, "page@example.com").await;
    let mail = mail_that_is(&api, "page@example.com", "kept").await;
    let id = mail["id"].as_str().unwrap();
    for path in [
        "/_dev/mail".to_owned(),
        "/_dev/mail?to=page%40example.com".to_owned(),
        format!("/_dev/mail?id={id}"),
        format!("/_dev/mail?id={id}&view=text"),
        format!("/_dev/mail/{id}"),
    ] {
        let page = browse(&path).await;
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(!page.text.contains("<script"), "{path}: {}", page.text);
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!policy.contains("script-src"), "{policy}");
    }
    let shown = browse(&format!("/_dev/mail/{id}")).await;
    let policy = shown.header("content-security-policy");
    assert!(policy.contains("sandbox") && !policy.contains("allow-scripts"));
    assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
    let chosen = browse(&format!("/_dev/mail?id={id}")).await;
    let frame = format!("<iframe src=\"/_dev/mail/{id}\"");
    assert!(chosen.text.contains(&frame) && chosen.text.contains("sandbox="));
    let none = browse("/_dev/mail?to=%22%3E%3Cscript%3E").await;
    assert!(!none.text.contains("<script"), "{}", none.text);
    let missing = api
        .get("/_dev/mail?id=msg_none")
        .header("accept", "text/html");
    missing.send().await.problem(404, "not_found");
}
