//! The hosted pages as documents: what they know, what they refuse, and what protects them.

use serde_json::{Value, json};

use crate::api::Reply;
use crate::browser::Browser;
use crate::project::Project;
use crate::server::shared;

/// The facts that stand in a page.
fn facts(page: &Reply) -> Value {
    let begin = "<script type=\"application/json\" id=\"context\">";
    let (_, rest) = page.text.split_once(begin).expect("the page has facts");
    let (facts, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(facts).unwrap()
}

#[tokio::test]
async fn a_page_knows_its_project_and_where_to_return() {
    let project = Project::saas(&shared().await, 5).await;
    let browser = Browser::at(&project);
    let path = format!(
        "/signin?pk={}&redirect=http%3A%2F%2Flocalhost%3A3000%2Fx",
        project.pk
    );
    let page = browser.open(&path).await.is(200);
    let known = facts(&page);
    assert_eq!(known["project"]["name"], project.name);
    assert_eq!(known["redirect"]["url"], "http://localhost:3000/x");
    assert_eq!(known["redirect"]["origin"], "http://localhost:3000");
    assert_eq!(known["error"], Value::Null);
    assert_eq!(known["user"], Value::Null);
    browser.sign_up("ada@example.com").await.is(200);
    let known = facts(&browser.open(&path).await.is(200));
    assert_eq!(known["user"]["email"], "ada@example.com");
}

#[tokio::test]
async fn wrong_addresses_are_explained_and_lead_nowhere() {
    let project = Project::saas(&shared().await, 5).await;
    let browser = Browser::at(&project);
    let pk = &project.pk;
    for (path, status, code) in [
        (
            format!("/signin?pk={pk}&redirect=https%3A%2F%2Fevil.example%2F"),
            422,
            "redirect_not_allowed",
        ),
        (
            format!("/signup?pk={pk}&redirect=javascript%3Aalert(1)"),
            422,
            "redirect_not_allowed",
        ),
        (format!("/signin?pk={pk}"), 400, "redirect_not_configured"),
        (
            "/signin?pk=pk_test_unknown&redirect=http%3A%2F%2Flocalhost%2F".to_owned(),
            404,
            "not_found",
        ),
        (
            format!("/refresh?pk={pk}&redirect=%2F%2Fevil.example"),
            422,
            "redirect_not_allowed",
        ),
    ] {
        let page = browser.open(&path).await.is(status);
        let known = facts(&page);
        assert_eq!(known["error"]["code"], code, "{path}");
        assert_eq!(known["redirect"]["url"], Value::Null);
        assert!(!page.text.contains("evil.example"), "{path}");
        assert!(!page.has("location"));
    }
}

#[tokio::test]
async fn pages_are_protected() {
    let project = Project::saas(&shared().await, 5).await;
    let browser = Browser::at(&project);
    for path in [
        "/", "/signin", "/signup", "/account", "/reset", "/verify", "/refresh",
    ] {
        let page = browser.open(path).await;
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(!page.has("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn names_cannot_break_out_of_a_page() {
    let api = shared().await;
    let name = "</script><script>alert(1)</script>";
    let body = json!({"projectName": name, "tiers": [{"name": "free", "price": 0, "limit": 5}]});
    let project = Project::make(&api, body).await;
    let path = format!("/account?pk={}", project.pk);
    let page = Browser::at(&project).open(&path).await.is(200);
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    assert_eq!(facts(&page)["project"]["name"], name);
}

#[tokio::test]
async fn a_default_redirect_is_used_where_none_is_sent() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let body =
        json!({"publishableKey": project.pk, "defaultRedirect": "http://localhost:3000/home"});
    let call = api.post("/projects/settings").bearer(api.developer());
    call.json(body).send().await.is(200);
    let page = Browser::at(&project)
        .open(&format!("/signin?pk={}", project.pk))
        .await;
    assert_eq!(
        facts(&page.is(200))["redirect"]["url"],
        "http://localhost:3000/home"
    );
}

#[tokio::test]
async fn developers_are_sent_only_to_our_own_pages() {
    let api = shared().await;
    let root = api
        .get("/api/config")
        .send()
        .await
        .is(200)
        .text_at("/rootPublishableKey");
    let developer = Browser::of(&api, &root);
    for (redirect, status) in [
        ("%2F", 200),
        ("%2Fdocs%2F", 200),
        ("%2F%2Fevil.example", 422),
        ("http%3A%2F%2Flocalhost%3A3000", 422),
    ] {
        developer
            .open(&format!("/signin?redirect={redirect}"))
            .await
            .is(status);
    }
}
