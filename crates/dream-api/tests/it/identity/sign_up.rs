//! Signing up and in, in both kinds of verification.

use serde_json::json;

use crate::browser::{Browser, PASSWORD};
use crate::project::Project;
use crate::server::shared;

/// A project that asks for verification first.
pub(crate) async fn strict() -> Project {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let body = json!({"publishableKey": project.pk, "emailVerification": "required"});
    let call = api.post("/projects/settings").bearer(api.developer());
    call.json(body).send().await.is(200);
    project
}

#[tokio::test]
async fn in_test_mode_one_is_signed_in_at_once_and_verifies_later() {
    let project = Project::saas(&shared().await, 5).await;
    let ada = Browser::at(&project);
    let reply = ada.sign_up("ada@example.com").await.is(200);
    assert_eq!(reply.json, json!({"status": "complete"}));
    let user = ada.user().await;
    assert_eq!(
        (&user["email"], &user["emailVerified"], &user["plan"]),
        (&json!("ada@example.com"), &json!(false), &json!("free"))
    );
    let mail = ada.mail("ada@example.com").await;
    let link = json!({"token": mail.token()});
    let reply = ada.send("/auth/verify", link).await.is(200);
    assert_eq!(reply.json["status"], "complete");
    assert_eq!(ada.user().await["emailVerified"], true);
}

#[tokio::test]
async fn in_test_mode_a_taken_address_is_signed_in_only_with_its_password() {
    let project = Project::saas(&shared().await, 5).await;
    Browser::at(&project)
        .sign_up("ada@example.com")
        .await
        .is(200);
    let again = Browser::at(&project);
    let reply = again.sign_up("Ada@Example.com").await.is(200);
    assert_eq!(reply.json["status"], "complete");
    let other = Browser::at(&project);
    let body = json!({"email": "ada@example.com", "password": "some other words here"});
    let reply = other.send("/auth/sign-up", body).await.is(200);
    assert_eq!(reply.json["status"], "verify");
    assert!(other.user().await.is_null());
}

#[tokio::test]
async fn where_verification_comes_first_new_and_taken_addresses_look_the_same() {
    let project = strict().await;
    let ada = Browser::at(&project);
    let fresh = ada.sign_up("ada@example.com").await.is(200);
    assert!(ada.user().await.is_null());
    let mail = ada.mail("ada@example.com").await;
    let proof = json!({"flow": fresh.json["flow"], "code": mail.code()});
    let reply = ada.send("/auth/verify", proof).await.is(200);
    assert_eq!(reply.json["status"], "complete");
    assert_eq!(ada.user().await["emailVerified"], true);

    let eve = Browser::at(&project);
    let taken = eve.sign_up("ada@example.com").await.is(200);
    let names = |json: &serde_json::Value| {
        let members = json.as_object().unwrap();
        members.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(names(&taken.json), names(&fresh.json));
    assert_eq!(taken.json["status"], "verify");
    let note = eve.mail("ada@example.com").await;
    assert!(!note.text.contains("token="), "{}", note.text);
    for code in ["000000", "424242"] {
        let proof = json!({"flow": taken.json["flow"], "code": code});
        let reply = eve.send("/auth/verify", proof).await;
        reply.problem(401, "invalid_code");
    }
}

#[tokio::test]
async fn unknown_addresses_and_wrong_passwords_are_answered_the_same() {
    let project = strict().await;
    let ada = Browser::at(&project);
    ada.sign_up("ada@example.com").await.is(200);
    let proof = json!({"token": ada.mail("ada@example.com").await.token()});
    ada.send("/auth/verify", proof).await.is(200);
    let eve = Browser::at(&project);
    let mut told = Vec::new();
    for (email, password) in [
        ("ada@example.com", "not the right words"),
        ("nobody@example.com", PASSWORD),
    ] {
        let reply = eve.sign_in(email, password).await;
        let reply = reply.problem(401, "invalid_credentials");
        told.push(reply.json["message"].clone());
    }
    assert_eq!(told[0], told[1]);
    let reply = eve.sign_in("ADA@example.com", PASSWORD).await.is(200);
    assert_eq!(reply.json["status"], "complete");
}

#[tokio::test]
async fn only_the_exact_password_signs_in() {
    let project = Project::saas(&shared().await, 5).await;
    for (n, (right, wrong)) in [
        (
            format!("{}b", "a".repeat(72)),
            format!("{}c", "a".repeat(72)),
        ),
        ("Several Words".to_owned(), "several words".to_owned()),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("person{n}@example.com");
        let browser = Browser::at(&project);
        let body = json!({"email": email, "password": right});
        browser.send("/auth/sign-up", body).await.is(200);
        let reply = browser.sign_in(&email, &wrong).await;
        reply.problem(401, "invalid_credentials");
        browser.sign_in(&email, &right).await.is(200);
    }
}

#[tokio::test]
async fn a_password_with_a_nul_is_refused_instead_of_cut() {
    let project = Project::saas(&shared().await, 5).await;
    let body = json!({"email": "ada@example.com", "password": "left\u{0}right part"});
    let reply = Browser::at(&project).send("/auth/sign-up", body).await;
    reply.problem(422, "invalid_value");
}

#[tokio::test]
async fn one_address_in_two_projects_is_two_accounts() {
    let api = shared().await;
    let (one, two) = (Project::saas(&api, 5).await, Project::saas(&api, 5).await);
    let ada = Browser::at(&one);
    ada.sign_up("ada@example.com").await.is(200);
    let there = ada.on(&two.pk);
    assert!(there.user().await.is_null());
    let reply = there.sign_in("ada@example.com", PASSWORD).await;
    reply.problem(401, "invalid_credentials");
    let reply = there
        .send(
            "/auth/continue",
            json!({"redirect": "http://localhost:3000/"}),
        )
        .await;
    reply.problem(401, "signed_out");
    let body = json!({"email": "ada@example.com", "password": "other words together"});
    there.send("/auth/sign-up", body).await.is(200);
    let (here, there) = (ada.user().await, there.user().await);
    assert_ne!(here["id"], there["id"]);
}

#[tokio::test]
async fn a_customer_made_by_the_backend_signs_in_with_the_password_it_was_given() {
    let project = Project::saas(&shared().await, 5).await;
    let body = json!({"email": "ada@example.com", "password": PASSWORD, "plan": "pro"});
    let call = project.api.post("/api/customers").bearer(&project.sk);
    call.json(body).send().await.is(201);
    let ada = Browser::at(&project);
    ada.sign_in("ada@example.com", PASSWORD).await.is(200);
    assert_eq!(ada.user().await["plan"], "pro");
}

#[tokio::test]
async fn an_unverified_squatter_loses_everything_to_the_owner_of_the_address() {
    let project = Project::saas(&shared().await, 5).await;
    let squatter = Browser::at(&project);
    let body = json!({"email": "ada@example.com", "password": "words of the squatter"});
    squatter.send("/auth/sign-up", body).await.is(200);
    let body = json!({"publishableKey": project.pk, "emailVerification": "required"});
    let call = project
        .api
        .post("/projects/settings")
        .bearer(project.api.developer());
    call.json(body).send().await.is(200);
    let ada = Browser::at(&project);
    ada.sign_up("ada@example.com").await.is(200);
    let proof = json!({"token": ada.mail("ada@example.com").await.token()});
    ada.send("/auth/verify", proof).await.is(200);
    assert_eq!(ada.user().await["emailVerified"], true);
    assert!(squatter.user().await.is_null());
    let reply = squatter
        .sign_in("ada@example.com", "words of the squatter")
        .await;
    reply.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let project = Project::saas(&shared().await, 5).await;
    let browser = Browser::at(&project);
    for (body, field) in [
        (json!({"email": "ada", "password": PASSWORD}), "email"),
        (
            json!({"email": "ada@example.com", "password": "short"}),
            "password",
        ),
        (
            json!({"email": "ada@example.com", "password": "Password123"}),
            "password",
        ),
        (
            json!({"email": "ada@example.com", "password": "x".repeat(257)}),
            "password",
        ),
        (
            json!({"email": "ada@example.com", "password": PASSWORD, "firstName": "a\r\nb"}),
            "firstName",
        ),
        (
            json!({"email": "ada@example.com", "password": PASSWORD, "codeChallenge": "short"}),
            "codeChallenge",
        ),
        (json!({"email": null, "password": PASSWORD}), "email"),
    ] {
        let reply = browser.send("/auth/sign-up", body).await;
        let reply = reply.problem(422, "invalid_value");
        assert_eq!(reply.json["errors"][0]["location"], field);
    }
    let reply = browser
        .send("/auth/sign-up", json!({"email": "ada@example.com"}))
        .await;
    reply.problem(400, "missing_field");
}

#[tokio::test]
async fn calls_of_other_sites_are_refused() {
    let project = Project::saas(&shared().await, 5).await;
    let browser = Browser::at(&project);
    browser.sign_up("ada@example.com").await.is(200);
    let body = json!({"publishableKey": project.pk});
    let call = || browser.with_cookies(project.api.post("/auth/sign-out"));
    for origin in ["http://evil.example", "null", "http://127.0.0.1"] {
        let reply = call().header("origin", origin).json(&body).send().await;
        reply.problem(403, "cross_site");
    }
    call().json(&body).send().await.problem(403, "cross_site");
    let form = call()
        .header("origin", &project.api.base)
        .header("content-type", "text/plain")
        .body(body.to_string());
    form.send().await.problem(403, "cross_site");
    assert!(!browser.user().await.is_null());
}
