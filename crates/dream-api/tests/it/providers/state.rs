//! The state of a sign-in belongs to one browser, works once and leads nowhere else.

use serde_json::json;

use crate::browser::Browser;
use crate::project::Project;
use crate::providers::issuer::Issuer;
use crate::providers::{
    APP, Stage, ada, assert_arrives, assert_stops, come_back, leave, part, query, set_up,
};
use crate::server::Server;

/// Someone has signed in at the provider; where the browser is sent back to.
async fn on_the_way_back(stage: &Stage, browser: &Browser) -> String {
    stage.issuer.consent(&leave(browser, "acme").await, ada())
}

#[tokio::test]
async fn a_state_works_once() {
    let stage = Stage::new().await;
    let browser = Browser::at(&stage.project);
    let back = on_the_way_back(&stage, &browser).await;
    assert_arrives(&come_back(&browser, &back).await);
    let again = come_back(&browser, &back).await.is(303);
    let to = again.header("location");
    let page = format!(
        "{}/signin?pk={}&error=invalid_code",
        browser.api.base, browser.pk
    );
    assert_eq!(to, page);
    assert_eq!(stage.issuer.asked("/token"), 1);
}

#[tokio::test]
async fn of_ten_at_once_one_is_let_in() {
    let stage = Stage::new().await;
    let browser = Browser::at(&stage.project);
    let back = on_the_way_back(&stage, &browser).await;
    let mut coming = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (browser, back) = (browser.clone(), back.clone());
        coming.spawn(async move {
            let reply = come_back(&browser, &back).await.is(303);
            reply.header("location").starts_with(APP)
        });
    }
    let arrived = coming.join_all().await.into_iter().filter(|done| *done);
    assert_eq!(arrived.count(), 1);
    assert_eq!(stage.issuer.asked("/token"), 1);
}

#[tokio::test]
async fn another_browser_cannot_use_it_nor_use_it_up() {
    let stage = Stage::new().await;
    let victim = Browser::at(&stage.project);
    let back = on_the_way_back(&stage, &victim).await;
    let without = Browser::at(&stage.project);
    assert_stops(&without, &come_back(&without, &back).await, "invalid_code").await;
    let with_its_own = Browser::at(&stage.project);
    leave(&with_its_own, "acme").await;
    let reply = come_back(&with_its_own, &back).await;
    assert_stops(&with_its_own, &reply, "invalid_code").await;
    // Nothing that the address says is followed.
    assert!(!reply.header("location").contains("localhost"));
    assert_arrives(&come_back(&victim, &back).await);
}

#[tokio::test]
async fn two_tabs_do_not_end_each_other() {
    let stage = Stage::new().await;
    let browser = Browser::at(&stage.project);
    let first = on_the_way_back(&stage, &browser).await;
    let second = on_the_way_back(&stage, &browser).await;
    assert_arrives(&come_back(&browser, &first).await);
    assert_arrives(&come_back(&browser, &second).await);
}

#[tokio::test]
async fn the_answer_of_one_provider_is_none_of_another() {
    let stage = Stage::new().await;
    stage.set_up("other", &stage.issuer).await.is(200);
    let browser = Browser::at(&stage.project);
    let back = on_the_way_back(&stage, &browser).await;
    let elsewhere = back.replace("/callback/acme", "/callback/other");
    assert_stops(
        &browser,
        &come_back(&browser, &elsewhere).await,
        "invalid_code",
    )
    .await;
    let back = on_the_way_back(&stage, &browser).await;
    let foreign = format!("{back}&iss=https%3A%2F%2Fevil.example");
    assert_stops(
        &browser,
        &come_back(&browser, &foreign).await,
        "provider_failed",
    )
    .await;
    assert_eq!(stage.issuer.asked("/token"), 0);
}

#[tokio::test]
async fn an_issuer_that_names_itself_must_do_so() {
    let stage = Stage::new().await;
    stage
        .issuer
        .describe(&json!({"authorization_response_iss_parameter_supported": true}));
    stage.set_up("acme", &stage.issuer).await.is(200);
    let browser = Browser::at(&stage.project);
    let back = on_the_way_back(&stage, &browser).await;
    assert_stops(
        &browser,
        &come_back(&browser, &back).await,
        "provider_failed",
    )
    .await;
    let back = on_the_way_back(&stage, &browser).await;
    let named = format!("{back}&iss={}", stage.issuer.base);
    assert_arrives(&come_back(&browser, &named).await);
}

#[tokio::test]
async fn unknown_states_lead_to_a_page_of_ours() {
    let stage = Stage::new().await;
    let browser = Browser::at(&stage.project);
    leave(&browser, "acme").await;
    let base = &browser.api.base;
    let root = format!("{base}/signin?error=invalid_code");
    let random = "A".repeat(43);
    for (state, page) in [
        (String::new(), root.clone()),
        ("x".to_owned(), root.clone()),
        (format!("{random}.https://evil.example"), root.clone()),
        (format!("{random}.//evil.example"), root.clone()),
        (format!("{random}.pk_test_x"), root.clone()),
        (
            format!("{random}.{}", browser.pk),
            format!("{base}/signin?pk={}&error=invalid_code", browser.pk),
        ),
    ] {
        let path =
            format!("/auth/callback/acme?code=c&redirect=https://evil.example&state={state}");
        let reply = browser.open(&path).await.is(303);
        assert_eq!(reply.header("location"), page);
        assert!(!reply.has("set-cookie"));
    }
    browser.open("/auth/callback/acme").await.is(303);
    browser.open("/auth/callback/nobody").await.is(303);
}

#[tokio::test]
async fn nobody_leaves_who_could_not_come_back() {
    let stage = Stage::new().await;
    let browser = Browser::at(&stage.project);
    let pk = &stage.project.pk;
    for (query, code) in [
        (
            format!("pk={pk}&redirect=https://evil.example/"),
            "redirect_not_allowed",
        ),
        (
            format!("pk={pk}&redirect=javascript:alert(1)"),
            "redirect_not_allowed",
        ),
        (
            format!("pk={pk}&redirect=//evil.example"),
            "redirect_not_allowed",
        ),
        (format!("pk={pk}"), "redirect_not_configured"),
        (
            format!("pk={pk}&redirect={APP}&code_challenge=x"),
            "invalid_value",
        ),
        ("pk=pk_test_unknown".to_owned(), "invalid_publishable_key"),
        ("redirect=//evil.example".to_owned(), "redirect_not_allowed"),
    ] {
        let reply = browser
            .open(&format!("/auth/start/acme?{query}"))
            .await
            .is(303);
        let to = reply.header("location");
        assert!(
            to.starts_with(&format!("{}/signin?", browser.api.base)),
            "{to}"
        );
        assert!(to.ends_with(&format!("error={code}")), "{query}: {to}");
        assert!(!reply.has("set-cookie"), "{query}");
    }
    let path = format!("/auth/start/nobody?{}&intent=signup", query(&browser));
    let reply = browser.open(&path).await.is(303);
    let to = reply.header("location");
    assert!(
        to.starts_with(&format!("{}/signup?pk=", browser.api.base)),
        "{to}"
    );
    assert!(to.ends_with("error=provider_not_found"), "{to}");
    for (name, value) in [("redirect", APP), ("state", "app-state")] {
        assert_eq!(part(to, name).as_deref(), Some(value), "{to}");
    }
}

#[tokio::test]
async fn changing_ones_mind_is_no_error() {
    let stage = Stage::new().await;
    let browser = Browser::at(&stage.project);
    let there = leave(&browser, "acme").await;
    let state = part(&there, "state").unwrap();
    let path = format!("/auth/callback/acme?error=access_denied&state={state}");
    let reply = browser.open(&path).await.is(303);
    let to = reply.header("location");
    assert_eq!(part(to, "redirect").as_deref(), Some(APP));
    assert_eq!(
        (part(to, "error"), part(to, "state").as_deref()),
        (None, Some("app-state"))
    );
    assert!(browser.user().await.is_null());
}

#[tokio::test]
async fn what_the_provider_does_wrong_is_told_as_such() {
    let stage = Stage::new().await;
    let browser = Browser::at(&stage.project);
    let stops = async |back: &str| {
        assert_stops(
            &browser,
            &come_back(&browser, back).await,
            "provider_failed",
        )
        .await;
    };
    stage.issuer.claim(json!({"nonce": "another"}));
    stops(&on_the_way_back(&stage, &browser).await).await;
    stage.issuer.claim(json!({"aud": "another"}));
    stops(&on_the_way_back(&stage, &browser).await).await;
    stage.issuer.behave();
    let there = leave(&browser, "acme").await;
    let state = part(&there, "state").unwrap();
    stops(&format!(
        "{}/auth/callback/acme?state={state}",
        browser.api.base
    ))
    .await;
    let there = leave(&browser, "acme").await;
    let state = part(&there, "state").unwrap();
    let error = format!(
        "{}/auth/callback/acme?state={state}&error=server_error&error_description=%3Cscript%3E",
        browser.api.base
    );
    stops(&error).await;
    // Set up anew between leaving and coming back.
    let back = on_the_way_back(&stage, &browser).await;
    let other = Issuer::start().await;
    stage.set_up("acme", &other).await.is(200);
    stops(&back).await;
    assert_eq!(other.asked("/token"), 0);
}

#[tokio::test]
async fn a_state_of_one_project_opens_no_other() {
    let (one, two) = (Stage::new().await, Stage::new().await);
    let browser = Browser::at(&one.project);
    let back = on_the_way_back(&one, &browser).await;
    let swapped = back.replace(&one.project.pk, &two.project.pk);
    let reply = come_back(&browser, &swapped).await;
    assert_stops(&browser, &reply, "invalid_code").await;
    assert!(browser.on(&two.project.pk).user().await.is_null());
}

#[tokio::test]
async fn an_address_begins_only_so_many_sign_ins_a_minute() {
    let limit = ("DREAM_LIMITS_FAILED_AUTHENTICATION_PER_MINUTE", "3");
    let server = Server::with(&[limit]).await;
    let project = Project::saas(&server.api(), 5).await;
    let issuer = Issuer::start().await;
    set_up(&project, json!({"id": "acme", "issuer": issuer.base}))
        .await
        .is(200);
    let browser = Browser::at(&project);
    for _ in 0..3 {
        assert!(leave(&browser, "acme").await.starts_with(&issuer.base));
    }
    let to = leave(&browser, "acme").await;
    assert!(to.ends_with("error=authentication_rate_limited"), "{to}");
}
