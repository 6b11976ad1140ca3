//! What the platform does not sell, and to whom.

use reqwest::Method;
use serde_json::json;

use super::desk::{Desk, restarted};
use crate::forge::Signer;
use crate::identity::developers::developer;
use crate::project::Project;
use crate::server::{Server, cli, free_address, shared};

#[tokio::test]
async fn pages_of_others_and_plans_that_are_not_sold_are_refused() {
    let ann = Desk::of(&shared().await, "refused").await;
    let base = ann.api.base.clone();
    for url in [
        "https://evil.example/".to_owned(),
        "//evil.example/".to_owned(),
        "/\\evil.example/".to_owned(),
        "dashboard".to_owned(),
        "javascript:alert(1)".to_owned(),
        format!("{base}0/dashboard"),
        format!("{base}@evil.example/"),
        "/dashboard\r\nx: y".to_owned(),
    ] {
        for field in ["successUrl", "cancelUrl"] {
            let refused = ann
                .post("/create-checkout", json!({field: url}))
                .send()
                .await;
            refused.problem(422, "redirect_not_allowed");
        }
        let refused = ann
            .post("/billing-portal", json!({"returnUrl": url}))
            .send()
            .await;
        refused.problem(422, "redirect_not_allowed");
    }
    let gold = ann
        .post("/create-checkout", json!({"tier": "gold"}))
        .send()
        .await;
    gold.problem(400, "unknown_plan");
    let free = ann
        .post("/create-checkout", json!({"tier": "free"}))
        .send()
        .await;
    free.problem(422, "invalid_value");
}

#[tokio::test]
async fn only_the_developer_himself_401_403() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let person = project.person("user@example.com").await;
    for (method, path) in [
        (Method::POST, "/create-checkout"),
        (Method::POST, "/billing-portal"),
        (Method::GET, "/subscription"),
    ] {
        let call = || api.call(method.clone(), path);
        for refused in [call(), project.secret(call()), call().key(&project.pk)] {
            refused.send().await.problem(401, "developer_required");
        }
        let reply = call().bearer(&person.token).send().await;
        reply.problem(403, "token_wrong_project");
    }
}

#[tokio::test]
async fn what_one_developer_buys_is_nobody_elses() {
    let api = shared().await;
    let (ann, bob) = (
        Desk::of(&api, "buys").await,
        Desk::of(&api, "watches").await,
    );
    let session = ann.checkout().await;
    ann.pay(&session).await;
    // Who knows the session may open the page; the plan is the buyer's all the same.
    bob.come_back(&session).await.is(200);
    assert_eq!(ann.standing().await.0, "paid");
    assert_eq!(bob.standing().await, ("free".into(), "none".into()));
    let portal = bob.post("/billing-portal", json!({})).send().await;
    portal.problem(400, "no_subscription");
    assert_ne!(bob.checkout().await, session);
}

#[tokio::test]
async fn the_cookie_of_our_pages_buys_and_no_other_site_does() {
    let api = shared().await;
    let ann = developer(&api, "buys-by-cookie").await;
    let none = ann.with_cookies(api.get("/subscription")).send().await;
    let none = none.problem(404, "platform_not_found");
    assert_eq!(none.json["error"], "Platform not found");
    let call = |origin: &str| {
        let call = ann.with_cookies(api.post("/create-checkout"));
        call.header("origin", origin).json(json!({}))
    };
    call("http://evil.example")
        .send()
        .await
        .problem(403, "cross_site");
    let page = call(&api.base).send().await.is(200);
    assert!(page.text_at("/checkoutUrl").contains("/checkout/cs_"));
}

#[tokio::test]
async fn a_price_that_the_provider_does_not_know_422() {
    let server = Server::with(&[("STRIPE_PRICE_ID", "price_nowhere")]).await;
    let ann = Desk::of(&server.api(), "no-price").await;
    let refused = ann.post("/create-checkout", json!({})).send().await;
    refused.problem(422, "stripe_refused");
    // Nor can one be subscribed to that is paid once.
    let once = [
        ("currency", "usd"),
        ("unit_amount", "900"),
        ("product_data[name]", "Once"),
    ];
    let once = ann.provider(Method::POST, "/v1/prices", &once).await;
    let variables = [("STRIPE_PRICE_ID", once["id"].as_str().unwrap())];
    let server = restarted(server, &variables).await;
    let ann = Desk::of(&server.api(), "paid-once").await;
    let refused = ann.post("/create-checkout", json!({})).send().await;
    let refused = refused.problem(422, "stripe_refused");
    assert!(refused.text_at("/message").contains("no price of a plan"));
}

#[tokio::test]
async fn without_a_price_production_is_free_503() {
    let address = free_address();
    let server = Server::with(&[
        ("DREAM_ENV", "production"),
        ("DREAM_PUBLIC_URL", "https://api.example.com"),
        ("DREAM_LISTEN", &address),
    ])
    .await;
    let api = server.api();
    let arguments = [
        "project",
        "create",
        "--name",
        "P",
        "--kind",
        "saas",
        "--owner",
        "d@example.com",
    ];
    let user = cli(&api, &arguments)["owner"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let root = api.get("/api/config").send().await.is(200);
    let root = root.text_at("/rootPublishableKey");
    let plant = format!(
        "insert into sessions (publishable_key, session_id, user_id, created_at, expires_at, revoked_at)
         values ('{root}', 'sess_1', '{user}', 0, {}, null)",
        i64::MAX
    );
    api.database().plant(&plant).await;
    let claims = json!({
        "iss": "https://api.example.com", "aud": root, "sub": user, "sid": "sess_1", "publishableKey": root,
        "iat": 1_700_000_000, "nbf": 1_700_000_000, "exp": 4_000_000_000_i64, "jti": "tok_1", "ver": 1,
    });
    let ann = Desk::with(&api, Signer::of(&api).await.sign(&claims));
    let refused = ann.post("/create-checkout", json!({})).send().await;
    refused.problem(503, "stripe_not_configured");
    assert_eq!(ann.standing().await, ("free".into(), "none".into()));
}
