//! Developers sign in with the cookie of the root project (rules 3).

use serde_json::json;

use crate::api::{Api, Call};
use crate::browser::{Browser, PASSWORD};
use crate::project::Project;
use crate::server::shared;

/// A developer who has signed up, verified and is signed in.
pub(crate) async fn developer(api: &Api, name: &str) -> Browser {
    let root = api.get("/api/config").send().await.is(200);
    let browser = Browser::of(api, &root.text_at("/rootPublishableKey"));
    let email = format!("{name}@developers.example");
    let flow = browser.sign_up(&email).await.is(200).json["flow"].clone();
    let proof = json!({"flow": flow, "code": browser.mail(&email).await.code()});
    browser.send("/auth/verify", proof).await.is(200);
    browser
}

fn ours(browser: &Browser, call: Call) -> Call {
    browser
        .with_cookies(call)
        .header("origin", &browser.api.base)
}

#[tokio::test]
async fn the_cookie_opens_what_a_developer_may() {
    let api = shared().await;
    let ann = developer(&api, "cookie-opens").await;
    let body = json!({"projectName": "Mine", "tiers": [{"name": "free", "price": 0, "limit": 5}]});
    let made = ours(&ann, api.post("/create-products"))
        .json(body)
        .send()
        .await
        .is(200);
    let pk = made.text_at("/publishableKey");
    let list = ann.with_cookies(api.get("/projects")).send().await.is(200);
    assert_eq!(list.json["projects"][0]["publishableKey"], pk);
    let customers = ann.with_cookies(api.get("/api/customers")).key(&pk);
    customers.send().await.is(200);
    // Never what is for users: a session of a developer is no end user of his own project.
    let usage = ann.with_cookies(api.get("/api/usage")).key(&pk);
    usage.send().await.problem(401, "user_token_required");
    let other = Project::saas(&api, 5).await;
    let foreign = ann.with_cookies(api.get("/api/customers")).key(&other.pk);
    foreign.send().await.problem(401, "invalid_publishable_key");
}

#[tokio::test]
async fn the_cookie_counts_only_from_our_own_pages() {
    let api = shared().await;
    let ann = developer(&api, "cookie-counts").await;
    let body = json!({"projectName": "Mine", "tiers": [{"name": "free", "price": 0, "limit": 5}]});
    let create = || ann.with_cookies(api.post("/create-products"));
    create().json(&body).send().await.problem(403, "cross_site");
    for origin in ["http://evil.example", "null"] {
        let reply = create().header("origin", origin).json(&body).send().await;
        reply.problem(403, "cross_site");
        let reply = ann
            .with_cookies(api.get("/projects"))
            .header("origin", origin);
        reply.send().await.problem(403, "cross_site");
    }
    let form = create()
        .header("origin", &api.base)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.to_string());
    form.send().await.problem(403, "cross_site");
    let read = ann
        .with_cookies(api.get("/projects"))
        .header("sec-fetch-site", "cross-site");
    read.send().await.problem(403, "cross_site");
    let read = ann
        .with_cookies(api.get("/projects"))
        .header("sec-fetch-site", "same-origin");
    read.send().await.is(200);
}

#[tokio::test]
async fn signing_out_closes_the_cookie() {
    let api = shared().await;
    let ann = developer(&api, "signs-out").await;
    let before = ann.clone();
    let call = before.with_cookies(api.get("/projects"));
    call.send().await.is(200);
    let stolen = ann.with_cookies(api.get("/projects"));
    ann.send("/auth/sign-out", json!({})).await.is(200);
    stolen.send().await.problem(401, "developer_required");
}

#[tokio::test]
async fn the_session_of_an_apps_user_opens_nothing_of_a_developer() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let user = Browser::at(&project);
    let body = json!({"email": "ann@example.com", "password": PASSWORD});
    user.send("/auth/sign-up", body).await.is(200);
    let reply = user.with_cookies(api.get("/projects")).send().await;
    reply.problem(401, "developer_required");
}

#[tokio::test]
async fn a_kept_answer_of_a_developer_comes_again_only_to_the_same_developer() {
    let api = shared().await;
    let ann = developer(&api, "kept-answers").await;
    let body = json!({"projectName": "Mine", "tiers": [{"name": "free", "price": 0, "limit": 5}]});
    let create = || {
        ours(&ann, api.post("/create-products")).header("idempotency-key", "one-and-the-same-key")
    };
    let made = create().json(&body).send().await.is(200);
    let again = create().json(&body).send().await.is(200);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(made.json, again.json);
    let pk = made.text_at("/publishableKey");
    let customer = json!({"email": "kept@example.com"});
    let add = || {
        let call = api.post("/api/customers").key(&pk);
        call.header("idempotency-key", "another-key-of-some-length")
            .json(&customer)
    };
    ours(&ann, add()).send().await.is(201);
    let replayed = ours(&ann, add()).send().await.is(201);
    assert_eq!(replayed.header("idempotent-replayed"), "true");
    add().send().await.problem(403, "secret_key_required");
    let bob = developer(&api, "not-kept-for-him").await;
    ours(&bob, add())
        .send()
        .await
        .problem(404, "platform_not_found");
}
