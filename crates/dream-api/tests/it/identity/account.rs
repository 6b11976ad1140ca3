//! What a person does with their own account.

use serde_json::json;

use crate::browser::{Browser, PASSWORD};
use crate::project::Project;
use crate::server::shared;

async fn ada() -> (Project, Browser) {
    let project = Project::saas(&shared().await, 5).await;
    let browser = Browser::at(&project);
    browser.sign_up("ada@example.com").await.is(200);
    (project, browser)
}

#[tokio::test]
async fn nothing_here_works_without_the_cookie_of_this_project() {
    let (project, ada) = ada().await;
    let other = Project::saas(&project.api, 5).await;
    let body = json!({"redirect": "http://localhost:1/"});
    let url = ada
        .send("/auth/continue", body)
        .await
        .is(200)
        .text_at("/url");
    let (_, token) = url.split_once("__clerk_jwt=").unwrap();
    for path in [
        "/auth/account",
        "/auth/account/profile",
        "/auth/account/sessions/end",
        "/auth/account/delete",
    ] {
        let elsewhere = ada.on(&other.pk);
        elsewhere
            .send(path, json!({}))
            .await
            .problem(401, "signed_out");
        let stranger = Browser::at(&project).call(path, json!({})).token(token);
        stranger.send().await.problem(401, "signed_out");
    }
}

#[tokio::test]
async fn names_change_and_clear() {
    let (_, ada) = ada().await;
    let body = json!({"firstName": " Ada ", "lastName": "Lovelace"});
    let reply = ada.send("/auth/account/profile", body).await.is(200);
    assert_eq!(reply.json["user"]["firstName"], "Ada");
    let body = json!({"firstName": null, "lastName": ""});
    let reply = ada.send("/auth/account/profile", body).await.is(200);
    assert!(reply.json["user"].get("lastName").is_none());
    let markup = json!({"firstName": "<b>Ada</b>", "lastName": "a\r\nb"});
    let reply = ada.send("/auth/account/profile", markup).await;
    reply.problem(422, "invalid_value");
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_other_sessions() {
    let (project, ada) = ada().await;
    let elsewhere = Browser::at(&project);
    elsewhere.sign_in("ada@example.com", PASSWORD).await.is(200);
    let path = "/auth/account/password";
    for wrong in [
        json!({"newPassword": "fresh words together"}),
        json!({"currentPassword": "not mine at all", "newPassword": "fresh words together"}),
    ] {
        let reply = ada.send(path, wrong).await;
        let reply = reply.problem(403, "reauthentication_required");
        assert_eq!(reply.json["errors"][0]["location"], "currentPassword");
    }
    let body = json!({"currentPassword": PASSWORD, "newPassword": "fresh words together"});
    ada.send(path, body).await.is(200);
    assert!(!ada.user().await.is_null());
    assert!(elsewhere.user().await.is_null());
    let told = ada.mail("ada@example.com").await;
    assert!(
        told.subject.to_lowercase().contains("password"),
        "{}",
        told.subject
    );
}

#[tokio::test]
async fn a_new_address_counts_once_it_is_proven_and_the_old_one_is_told() {
    let (project, ada) = ada().await;
    let new = "ada@new.example";
    let body = json!({"email": new, "password": PASSWORD});
    ada.send("/auth/account/email", json!({"email": new}))
        .await
        .problem(403, "reauthentication_required");
    let flow = ada.send("/auth/account/email", body).await.is(200).json["flow"].clone();
    assert_eq!(ada.user().await["email"], "ada@example.com");
    let proof = json!({"flow": flow, "code": ada.mail(new).await.code()});
    ada.send("/auth/verify", proof).await.is(200);
    let user = ada.user().await;
    assert_eq!(
        (&user["email"], &user["emailVerified"]),
        (&json!(new), &json!(true))
    );
    let told = ada.mail("ada@example.com").await;
    assert!(told.text.contains(new), "{}", told.text);
    let old = Browser::at(&project)
        .sign_in("ada@example.com", PASSWORD)
        .await;
    old.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn a_taken_address_is_not_told_of() {
    let (project, ada) = ada().await;
    Browser::at(&project)
        .sign_up("bob@example.com")
        .await
        .is(200);
    let body = json!({"email": "Bob@example.com", "password": PASSWORD});
    let reply = ada.send("/auth/account/email", body).await.is(200);
    assert_eq!(reply.json["status"], "verify");
    let proof = json!({"flow": reply.json["flow"], "code": "000000"});
    ada.send("/auth/verify", proof)
        .await
        .problem(401, "invalid_code");
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let (project, ada) = ada().await;
    let elsewhere = Browser::at(&project);
    elsewhere.sign_in("ada@example.com", PASSWORD).await.is(200);
    let reply = ada.send("/auth/account", json!({})).await.is(200);
    assert_eq!(reply.json["hasPassword"], true);
    let sessions = reply.json["sessions"].as_array().unwrap().clone();
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|s| s["current"] == false).unwrap();
    let body = json!({"id": other["id"]});
    ada.send("/auth/account/sessions/end", body).await.is(200);
    assert!(elsewhere.user().await.is_null());
    assert!(!ada.user().await.is_null());
    ada.send("/auth/account/sessions/end", json!({}))
        .await
        .is(200);
    assert!(ada.user().await.is_null());
}

#[tokio::test]
async fn nobody_ends_the_session_of_another_person() {
    let (project, ada) = ada().await;
    let bob = Browser::at(&project);
    bob.sign_up("bob@example.com").await.is(200);
    let account = bob.send("/auth/account", json!({})).await.is(200);
    let body = json!({"id": account.json["sessions"][0]["id"]});
    ada.send("/auth/account/sessions/end", body).await.is(200);
    assert!(!bob.user().await.is_null());
}

#[tokio::test]
async fn deletion_wants_the_address_typed_and_the_password() {
    let (project, ada) = ada().await;
    let path = "/auth/account/delete";
    let body = json!({"password": PASSWORD});
    ada.send(path, body)
        .await
        .problem(403, "confirmation_required");
    let body = json!({"confirm": "ada@example.com"});
    ada.send(path, body)
        .await
        .problem(403, "reauthentication_required");
    let body = json!({"confirm": "ada@example.com", "password": PASSWORD});
    ada.send(path, body).await.is(200);
    assert!(ada.user().await.is_null());
    let back = Browser::at(&project)
        .sign_in("ada@example.com", PASSWORD)
        .await;
    back.problem(401, "invalid_credentials");
    ada.sign_up("ada@example.com").await.is(200);
}

#[tokio::test]
async fn an_address_is_verified_from_the_account_too() {
    let (_, ada) = ada().await;
    let path = "/auth/account/verify";
    let flow = ada.send(path, json!({})).await.is(200).json["flow"].clone();
    let proof = json!({"flow": flow, "code": ada.mail("ada@example.com").await.code()});
    ada.send("/auth/verify", proof).await.is(200);
    assert_eq!(ada.user().await["emailVerified"], true);
    ada.send(path, json!({})).await.problem(409, "conflict");
}
