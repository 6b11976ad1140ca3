//! Codes and links: once, not for long, and not by guessing.

use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD};
use crate::identity::sign_up::strict;
use crate::project::Project;
use crate::server::{Server, shared};

async fn begun(browser: &Browser, email: &str) -> (Value, String) {
    let flow = browser.sign_up(email).await.is(200).json["flow"].clone();
    (flow, browser.mail(email).await.code())
}

#[tokio::test]
async fn fifty_uses_of_one_code_at_once_are_one() {
    let project = strict().await;
    let browser = Browser::at(&project);
    let (flow, code) = begun(&browser, "ada@example.com").await;
    let tries: Vec<_> = (0..50)
        .map(|_| {
            let call = browser.call("/auth/verify", json!({"flow": flow, "code": code}));
            tokio::spawn(call.send())
        })
        .collect();
    let mut passed = 0;
    for one in tries {
        let reply = one.await.unwrap();
        passed += usize::from(reply.status == 200);
        assert!(matches!(reply.status, 200 | 401 | 429), "{}", reply.text);
    }
    assert_eq!(passed, 1);
}

#[tokio::test]
async fn fifty_uses_of_one_link_at_once_are_one() {
    let project = strict().await;
    let browser = Browser::at(&project);
    browser.sign_up("ada@example.com").await.is(200);
    let token = browser.mail("ada@example.com").await.token();
    let tries: Vec<_> = (0..50)
        .map(|_| tokio::spawn(browser.call("/auth/verify", json!({"token": token})).send()))
        .collect();
    let mut passed = 0;
    for one in tries {
        passed += usize::from(one.await.unwrap().status == 200);
    }
    assert_eq!(passed, 1);
}

#[tokio::test]
async fn guesses_end_after_five_also_a_hundred_at_once() {
    let unlimited = [
        ("DREAM_LIMITS_SIGN_IN_PER_ACCOUNT_PER_MINUTE", "0"),
        ("DREAM_LIMITS_FAILED_AUTHENTICATION_PER_MINUTE", "0"),
    ];
    let server = Server::with(&unlimited).await;
    let project = Project::saas(&server.api(), 5).await;
    let body = json!({"publishableKey": project.pk, "emailVerification": "required"});
    let call = project
        .api
        .post("/projects/settings")
        .bearer(project.api.developer());
    call.json(body).send().await.is(200);
    let browser = Browser::at(&project);
    let (flow, code) = begun(&browser, "ada@example.com").await;
    let wrong = if code == "111111" { "222222" } else { "111111" };
    let tries: Vec<_> = (0..100)
        .map(|_| {
            let call = browser.call("/auth/verify", json!({"flow": flow, "code": wrong}));
            tokio::spawn(call.send())
        })
        .collect();
    for one in tries {
        assert_eq!(one.await.unwrap().status, 401);
    }
    let reply = browser
        .send("/auth/verify", json!({"flow": flow, "code": code}))
        .await;
    reply.problem(401, "invalid_code");
}

#[tokio::test]
async fn a_code_works_only_in_the_flow_it_was_made_for() {
    let project = strict().await;
    let (one, two) = (Browser::at(&project), Browser::at(&project));
    let (first, code) = begun(&one, "ada@example.com").await;
    let (second, other) = begun(&two, "bob@example.com").await;
    if code != other {
        let reply = two
            .send("/auth/verify", json!({"flow": second, "code": code}))
            .await;
        reply.problem(401, "invalid_code");
    }
    let elsewhere = strict().await;
    let reply = one
        .on(&elsewhere.pk)
        .send("/auth/verify", json!({"flow": first, "code": code}))
        .await;
    reply.problem(401, "invalid_code");
    let token = one.mail("ada@example.com").await.token();
    let reply = one
        .on(&elsewhere.pk)
        .send("/auth/verify", json!({"token": token}))
        .await;
    reply.problem(401, "invalid_code");
    one.send("/auth/verify", json!({"flow": first, "code": code}))
        .await
        .is(200);
}

#[tokio::test]
async fn a_link_in_another_browser_asks_for_the_password() {
    let project = strict().await;
    let ada = Browser::at(&project);
    ada.sign_up("ada@example.com").await.is(200);
    let elsewhere = Browser::at(&project);
    let token = ada.mail("ada@example.com").await.token();
    for wrong in [
        json!({"token": token}),
        json!({"token": token, "password": "not the right words"}),
    ] {
        let reply = elsewhere.send("/auth/verify", wrong).await;
        let reply = reply.problem(403, "reauthentication_required");
        assert_eq!(reply.json["errors"][0]["location"], "password");
    }
    assert!(elsewhere.user().await.is_null());
    let right = json!({"token": token, "password": PASSWORD});
    let reply = elsewhere.send("/auth/verify", right).await.is(200);
    assert_eq!(reply.json["status"], "complete");
    assert_eq!(elsewhere.user().await["emailVerified"], true);
}

#[tokio::test]
async fn a_click_on_somebody_elses_link_gives_no_address_away() {
    let project = Project::saas(&shared().await, 5).await;
    let eve = Browser::at(&project);
    eve.sign_up("ada@example.com").await.is(200);
    let ada = Browser::at(&project);
    let link = json!({"token": ada.mail("ada@example.com").await.token()});
    let reply = ada.send("/auth/verify", link).await;
    reply.problem(403, "reauthentication_required");
    assert_eq!(eve.user().await["emailVerified"], false);

    let mallory = Browser::at(&project);
    mallory.sign_up("mallory@example.com").await.is(200);
    let change = json!({"email": "bob@example.com", "password": PASSWORD});
    mallory.send("/auth/account/email", change).await.is(200);
    let bob = Browser::at(&project);
    let link = json!({"token": bob.mail("bob@example.com").await.token()});
    let reply = bob.send("/auth/verify", link).await;
    reply.problem(403, "reauthentication_required");
    assert_eq!(mallory.user().await["email"], "mallory@example.com");
}

#[tokio::test]
async fn test_addresses_need_no_mail_in_test_mode() {
    let project = strict().await;
    let browser = Browser::at(&project);
    let email = "jane+clerk_test@example.com";
    let flow = browser.sign_up(email).await.is(200).json["flow"].clone();
    assert!(browser.mails(email).await.is_empty());
    let reply = browser
        .send("/auth/verify", json!({"flow": flow, "code": "424242"}))
        .await;
    assert_eq!(reply.is(200).json["status"], "complete");

    // Never for developers.
    let api = shared().await;
    let root = api.get("/api/config").send().await.is(200);
    let developer = Browser::of(&api, &root.text_at("/rootPublishableKey"));
    let email = format!("{}+clerk_test@example.com", project.id);
    let flow = developer.sign_up(&email).await.is(200).json["flow"].clone();
    let code = developer.mail(&email).await.code();
    if code != "424242" {
        let reply = developer
            .send("/auth/verify", json!({"flow": flow, "code": "424242"}))
            .await;
        reply.problem(401, "invalid_code");
    }
}

#[tokio::test]
async fn a_reset_ends_old_sessions_and_the_old_password() {
    let project = Project::saas(&shared().await, 5).await;
    let ada = Browser::at(&project);
    ada.sign_up("ada@example.com").await.is(200);
    let elsewhere = Browser::at(&project);
    let body = json!({"email": "ADA@example.com"});
    let flow = elsewhere.send("/auth/forgot", body).await.is(200).json["flow"].clone();
    let code = elsewhere.mail("ada@example.com").await.code();
    let weak = json!({"flow": flow, "code": code, "password": "password1"});
    elsewhere
        .send("/auth/reset", weak)
        .await
        .problem(422, "invalid_value");
    let body = json!({"flow": flow, "code": code, "password": "fresh words together"});
    let reply = elsewhere.send("/auth/reset", body).await.is(200);
    assert_eq!(reply.json["status"], "complete");
    assert_eq!(elsewhere.user().await["emailVerified"], true);
    assert!(ada.user().await.is_null());
    ada.sign_in("ada@example.com", PASSWORD)
        .await
        .problem(401, "invalid_credentials");
    ada.sign_in("ada@example.com", "fresh words together")
        .await
        .is(200);
}

#[tokio::test]
async fn asking_for_a_reset_tells_nothing() {
    let project = Project::saas(&shared().await, 5).await;
    let ada = Browser::at(&project);
    ada.sign_up("ada@example.com").await.is(200);
    let (known, unknown) = ("ada@example.com", "nobody@example.com");
    let mut shapes = Vec::new();
    for email in [known, unknown] {
        let reply = Browser::at(&project)
            .send("/auth/forgot", json!({"email": email}))
            .await;
        let json = reply.is(200).json;
        assert_eq!(json["status"], "verify");
        shapes.push(
            json.as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(shapes[0], shapes[1]);
    assert!(ada.mails(unknown).await.is_empty());
}

#[tokio::test]
async fn a_mail_is_not_sent_again_at_once() {
    let project = strict().await;
    let browser = Browser::at(&project);
    let (flow, _) = begun(&browser, "ada@example.com").await;
    let reply = browser.send("/auth/resend", json!({"flow": flow})).await;
    let reply = reply.problem(429, "rate_limited");
    assert!(reply.json["retryAfter"].as_i64().unwrap() <= 60);
}

#[tokio::test]
async fn an_address_gets_only_so_many_mails_and_the_last_code_still_works() {
    let project = Project::saas(&shared().await, 5).await;
    let ada = Browser::at(&project);
    ada.sign_up("ada@example.com").await.is(200);
    for _ in 0..8 {
        let reply = ada
            .send("/auth/forgot", json!({"email": "ada@example.com"}))
            .await;
        reply.is(200);
    }
    let mails = ada.mails("ada@example.com").await;
    assert_eq!(mails.len(), 5);
    let body = json!({"token": mails[0].token(), "password": "fresh words together"});
    ada.send("/auth/reset", body).await.is(200);
}

#[tokio::test]
async fn a_reset_code_verifies_no_sign_up() {
    let project = strict().await;
    let browser = Browser::at(&project);
    browser.sign_up("ada@example.com").await.is(200);
    let token = browser.mail("ada@example.com").await.token();
    let body = json!({"token": token, "password": "fresh words together"});
    browser
        .send("/auth/reset", body)
        .await
        .problem(401, "invalid_code");
    browser
        .send("/auth/verify", json!({"token": token}))
        .await
        .is(200);
}
