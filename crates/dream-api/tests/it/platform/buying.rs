//! From the free plan of the platform to the paid one and back.

use reqwest::Method;
use serde_json::json;

use super::desk::{DAY, Desk};
use crate::server::{Server, eventually, shared};

#[tokio::test]
async fn a_developer_at_the_limit_pays_and_has_500_calls_at_once() {
    let server = Server::with(&[]).await;
    let ann = Desk::of(&server.api(), "ann").await;
    let before = ann.plan().await;
    let free = json!({
        "status": "none", "plan": "free", "liveEndUserCount": 0, "includedUsers": 2000, "overageRate": 0.03,
        "estimatedOverage": 0.0, "enforced": false, "price": 1500, "currency": "usd", "interval": "month",
    });
    assert_eq!(before, free);
    for _ in 0..5 {
        ann.verify().await.is(200);
    }
    ann.verify().await.problem(403, "tier_limit_reached");
    let session = ann.checkout().await;
    assert_eq!(ann.checkout().await, session, "there is one open checkout");
    // No event tells: the page that he comes back to settles the checkout.
    ann.control("misbehave", json!({"what": "drop"})).await;
    ann.pay(&session).await;
    let page = ann.come_back(&session).await.is(200);
    assert!(!page.text.contains("eyJ"), "a token is in the page");
    let sixth = ann.verify().await.is(200);
    assert_eq!(sixth.number_at("/usage/limit"), 500);
    assert_eq!(sixth.number_at("/usage/count"), 6);
    let after = ann.plan().await;
    assert_eq!(
        (&after["plan"], &after["status"]),
        (&json!("paid"), &json!("active"))
    );
    let now = server.api().get("/health").send().await.number_at("/now");
    let end = after["currentPeriodEnd"].as_i64().unwrap();
    assert!((27..32).contains(&((end - now) / (DAY * 1000))), "{after}");
    assert!(after.get("cancelAt").is_none() && after.get("trialEndsAt").is_none());
}

#[tokio::test]
async fn the_event_alone_brings_the_plan() {
    let ann = Desk::of(&shared().await, "by-event").await;
    let session = ann.checkout().await;
    ann.pay(&session).await;
    eventually("the plan is there", async || {
        ann.standing().await == ("paid".into(), "active".into())
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_plan_runs_to_its_end_and_then_is_free() {
    let server = Server::with(&[]).await;
    let ann = Desk::of(&server.api(), "cancels").await;
    ann.buy().await;
    ann.cancel_at_period_end().await;
    eventually("the event is worked", async || {
        ann.plan().await.get("cancelAt").is_some()
    })
    .await;
    let plan = ann.plan().await;
    assert_eq!(
        (&plan["plan"], &plan["status"]),
        (&json!("paid"), &json!("active"))
    );
    assert_eq!(plan["cancelAt"], plan["currentPeriodEnd"]);
    assert_eq!(plan["accessUntil"], plan["cancelAt"]);
    ann.wait(35 * DAY).await;
    assert_eq!(ann.standing().await, ("free".into(), "canceled".into()));
    assert_eq!(ann.verify().await.is(200).number_at("/usage/limit"), 5);
    // He may buy again.
    ann.buy().await;
    assert_eq!(ann.standing().await, ("paid".into(), "active".into()));
}

#[tokio::test]
async fn whoever_pays_already_is_shown_the_portal() {
    let ann = Desk::of(&shared().await, "portal").await;
    let none = ann.post("/billing-portal", json!({})).send().await;
    let none = none.problem(400, "no_subscription");
    assert_eq!(none.json["error"], "No subscription found");
    let session = ann.checkout().await;
    let begun = ann.post("/billing-portal", json!({})).send().await;
    begun.problem(400, "no_subscription");
    ann.pay(&session).await;
    ann.come_back(&session).await.is(200);
    let body = json!({"returnUrl": "/dashboard/billing"});
    let portal = ann.post("/billing-portal", body).send().await.is(200);
    assert!(
        portal.text_at("/url").contains("/portal/bps_"),
        "{}",
        portal.text
    );
    let again = ann.post("/create-checkout", json!({"tier": "paid"}));
    let again = again.send().await.is(200);
    assert!(again.text_at("/checkoutUrl").contains("/portal/bps_"));
    assert!(again.json.get("sessionId").is_none());
}

#[tokio::test]
async fn the_way_back_is_a_page_of_ours_with_the_session() {
    let ann = Desk::of(&shared().await, "way-back").await;
    let base = &ann.api.base;
    for (given, success) in [
        (
            json!({}),
            "/dashboard?payment=success&session_id={CHECKOUT_SESSION_ID}",
        ),
        (
            json!({"successUrl": ""}),
            "/dashboard?payment=success&session_id={CHECKOUT_SESSION_ID}",
        ),
        (
            json!({"successUrl": "/dashboard/billing#plan"}),
            "/dashboard/billing?session_id={CHECKOUT_SESSION_ID}#plan",
        ),
        (
            json!({"successUrl": format!("{base}/pricing?a=b"), "cancelUrl": format!("{base}/pricing")}),
            "/pricing?a=b&session_id={CHECKOUT_SESSION_ID}",
        ),
    ] {
        let page = ann
            .post("/create-checkout", given.clone())
            .send()
            .await
            .is(200);
        let path = format!("/v1/checkout/sessions/{}", page.text_at("/sessionId"));
        let session = ann.provider(Method::GET, &path, &[]).await;
        assert_eq!(
            session["success_url"],
            format!("{base}{success}"),
            "{given}"
        );
        let cancel = session["cancel_url"].as_str().unwrap();
        let default = format!("{base}/dashboard?payment=cancelled");
        assert_eq!(cancel, given["cancelUrl"].as_str().unwrap_or(&default));
        assert_eq!(session["mode"], "subscription");
    }
}

#[tokio::test]
async fn users_of_live_projects_are_counted() {
    let api = shared().await;
    let ann = Desk::of(&api, "live-users").await;
    let tiers = json!([{"name": "free", "price": 0, "limit": 5}]);
    for (mode, users) in [("test", 3), ("live", 2)] {
        let body = json!({"projectName": mode, "mode": mode, "tiers": tiers});
        let project = crate::project::Project::make_as(&api, &ann.token, body).await;
        for user in 0..users {
            project.customer(&format!("{user}@example.com")).await;
        }
    }
    assert_eq!(ann.plan().await["liveEndUserCount"], 2);
}
