//! Developers connect their payment accounts (cases CON).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use crate::api::Reply;
use crate::browser::Browser;
use crate::catalog::provider::Provider;
use crate::identity::developers::developer;
use crate::load::send_all;
use crate::server::{Server, eventually, shared};

async fn account(ann: &Browser, mode: &str) -> Value {
    let path = format!("/payment-account?mode={mode}");
    ann.open(&path).await.is(200).json
}

/// Begins and presses a button of the provider's page; the way back.
async fn agree(ann: &Browser, query: &str, decision: &str) -> String {
    let begun = ann.open(&format!("/authorize?{query}")).await.is(303);
    let provider = Provider::nobody(&ann.api, "test");
    provider.decide(begun.header("location"), decision).await
}

async fn post(ann: &Browser, path: &str, body: Value) -> Reply {
    let call = ann.with_cookies(ann.api.post(path));
    call.header("origin", &ann.api.base).json(body).send().await
}

/// A page of the provider sends the browser back: the request comes from another site.
async fn land(ann: &Browser, back: &str) -> String {
    let call = ann.with_cookies(ann.api.get(back));
    let call = call.header("sec-fetch-site", "cross-site");
    call.send().await.is(303).header("location").to_owned()
}

#[tokio::test]
async fn an_account_is_connected_and_what_was_waiting_is_made() {
    let api = shared().await;
    let ann = developer(&api, "connect-first").await;
    let tiers = json!([{"name": "free", "price": 0, "limit": 5}, {"name": "pro", "price": 2900, "limit": 50}]);
    let made = post(&ann, "/create-products", json!({"tiers": tiers}))
        .await
        .is(200);
    assert!(made.text_at("/products/1/priceId").starts_with("tier_"));
    let before = account(&ann, "test").await;
    assert_eq!(
        (&before["connected"], &before["sandbox"]),
        (&json!(false), &json!(true))
    );
    let back = agree(&ann, "mode=test", "allow").await;
    assert_eq!(
        land(&ann, &back).await,
        "/dashboard?stripe=connected&mode=test"
    );
    let now = account(&ann, "test").await;
    for (member, value) in [
        ("connected", true),
        ("chargesEnabled", true),
        ("detailsSubmitted", true),
    ] {
        assert_eq!(now[member], value, "{now}");
    }
    assert!(now["accountId"].as_str().unwrap().starts_with("acct_"));
    assert_eq!(account(&ann, "live").await["connected"], false);
    let pk = made.text_at("/publishableKey");
    eventually("the price is made", async || {
        let call = ann.with_cookies(api.get("/tiers")).key(&pk);
        let own = call.send().await.is(200);
        own.text_at("/tiers/1/priceId").starts_with("price_")
    })
    .await;
}

#[tokio::test]
async fn ten_returns_at_once_connect_once() {
    let api = shared().await;
    let ann = developer(&api, "connect-ten").await;
    let back = agree(
        &ann,
        "mode=test&returnTo=/dashboard/settings?tab=money",
        "allow",
    )
    .await;
    let (browser, path) = (ann.clone(), back.clone());
    let replies = send_all(10, 10, move |_| {
        browser.with_cookies(browser.api.get(&path))
    })
    .await;
    let landed = |what: &str| {
        replies
            .iter()
            .filter(|reply| reply.header("location").contains(what))
            .count()
    };
    assert_eq!((landed("stripe=connected"), landed("stripe=error")), (1, 9));
    let own = "/dashboard/settings?tab=money&stripe=connected&mode=test";
    assert_eq!(landed(own), 1);
    // A second exchange of the code would have ended the connection.
    let now = account(&ann, "test").await;
    let mut provider = Provider::nobody(&api, "test");
    provider.account = now["accountId"].as_str().unwrap().to_owned();
    provider.get("/v1/products").await;
    assert!(land(&ann, &back).await.contains("code=unknown_state"));
    assert_eq!(account(&ann, "test").await, now);
}

#[tokio::test]
async fn whoever_changes_his_mind_comes_back_to_the_dashboard() {
    let api = shared().await;
    let ann = developer(&api, "connect-denied").await;
    let back = agree(&ann, "mode=live", "deny").await;
    assert_eq!(
        land(&ann, &back).await,
        "/dashboard?stripe=error&mode=live&code=access_denied"
    );
    assert_eq!(account(&ann, "live").await["connected"], false);
}

/// A state is worth nothing in another browser, for another developer, or without anyone signed in; and none of them
/// uses it up.
#[tokio::test]
async fn a_state_belongs_to_its_browser_and_developer() {
    let api = shared().await;
    let ann = developer(&api, "connect-ann").await;
    let bob = developer(&api, "connect-bob").await;
    let back = agree(&ann, "mode=test", "allow").await;
    assert!(land(&bob, &back).await.contains("code=unknown_state"));
    let begun = bob.open("/authorize?mode=test").await.is(303);
    assert!(begun.has("set-cookie"));
    assert!(land(&bob, &back).await.contains("code=unknown_state"));
    let nobody = Browser::of(&api, &ann.pk);
    assert!(land(&nobody, &back).await.contains("code=signed_out"));
    assert_eq!(account(&bob, "test").await["connected"], false);
    assert!(land(&ann, &back).await.contains("stripe=connected"));
}

#[tokio::test]
async fn nobody_connects_from_elsewhere_or_to_elsewhere() {
    let api = shared().await;
    let ann = developer(&api, "connect-elsewhere").await;
    let nobody = Browser::of(&api, &ann.pk);
    let out = nobody.open("/authorize?mode=test").await.is(303);
    assert_eq!(
        out.header("location"),
        "/dashboard?stripe=error&mode=test&code=signed_out"
    );
    let foreign = ann
        .with_cookies(api.get("/authorize"))
        .header("sec-fetch-site", "cross-site");
    foreign.send().await.problem(403, "cross_site");
    for page in [
        "//evil.example",
        "https://evil.example",
        "/signin",
        "/dashboard.evil.example",
        "/dashboard%5Cevil",
        "/dashboardx",
    ] {
        let reply = ann.open(&format!("/authorize?returnTo={page}")).await;
        let status = if page.contains('%') {
            422
        } else {
            reply.status
        };
        assert_eq!((reply.status, status), (422, 422), "{page}");
    }
    ann.open("/authorize?mode=prod")
        .await
        .problem(422, "invalid_value");
}

#[tokio::test]
async fn a_disconnected_account_sells_nothing_more() {
    let api = shared().await;
    let ann = developer(&api, "connect-leaves").await;
    let out = post(&ann, "/payment-account/disconnect", json!({"mode": "test"})).await;
    assert!(matches!(out.status, 404 | 409), "{}", out.text);
    let back = agree(&ann, "mode=test", "allow").await;
    land(&ann, &back).await;
    let known = account(&ann, "test").await;
    post(&ann, "/payment-account/disconnect", json!({}))
        .await
        .problem(400, "missing_field");
    let out = post(&ann, "/payment-account/disconnect", json!({"mode": "test"}))
        .await
        .is(200);
    assert_eq!(out.json["success"], true);
    let now = account(&ann, "test").await;
    assert_eq!(now["connected"], false);
    assert_eq!(now["accountId"], known["accountId"]);
    assert!(now["disconnectedAt"].is_i64());
    let again = post(&ann, "/payment-account/disconnect", json!({"mode": "test"})).await;
    again.problem(409, "stripe_not_connected");
    let back = agree(&ann, "mode=test", "allow").await;
    land(&ann, &back).await;
    let other = account(&ann, "test").await;
    assert_eq!(other["connected"], true);
    assert_ne!(other["accountId"], known["accountId"]);
}

/// Tokens are of use to whoever has them: the database holds none.
#[tokio::test]
async fn tokens_are_sealed() {
    let api = shared().await;
    let ann = developer(&api, "connect-sealed").await;
    let back = agree(&ann, "mode=test", "allow").await;
    land(&ann, &back).await;
    let account = account(&ann, "test").await["accountId"]
        .as_str()
        .unwrap()
        .to_owned();
    let sql = format!("select sealed_tokens from payment_accounts where account_id = '{account}'");
    let rows = api.database().look(&sql).await;
    assert!(rows[0][0].len() > 60, "{rows:?}");
    assert!(
        !rows[0][0].contains("sk_") && !rows[0][0].contains("rt_"),
        "{rows:?}"
    );
}

/// Stands where the provider exchanges codes and answers for live mode, whatever was asked for; how often it was asked.
async fn of_live_mode() -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let answer = move || async move {
        counted.fetch_add(1, Ordering::Relaxed);
        Json(
            json!({"stripe_user_id": "acct_other", "scope": "read_write", "livemode": true, "access_token": "sk_live_1",
            "refresh_token": "rt_1", "stripe_publishable_key": "pk_live_1"}),
        )
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (base, asked)
}

/// The provider answers for live mode although test mode was asked for: nothing is stored, and nothing more is called.
#[tokio::test]
async fn an_answer_of_the_other_mode_is_refused_409() {
    let (base, asked) = of_live_mode().await;
    let server = Server::with(&[
        ("STRIPE_SECRET_KEY_TEST", "sk_test_dreamsandboxplatform"),
        ("STRIPE_CLIENT_ID_TEST", "ca_dreamsandboxplatform"),
        ("STRIPE_API_BASE", &base),
        ("STRIPE_CONNECT_BASE", &base),
    ])
    .await;
    let ann = developer(&server.api(), "connect-mismatch").await;
    let begun = ann.open("/authorize?mode=test").await.is(303);
    let begun = Url::parse(begun.header("location")).unwrap();
    let state = begun
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1;
    let back = format!("/callback?code=ac_1&state={state}");
    ann.open(&back).await.problem(409, "conflict");
    assert_eq!(account(&ann, "test").await["connected"], false);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}
