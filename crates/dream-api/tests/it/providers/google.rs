//! Google for every project of a server, and for developers themselves.

use serde_json::json;

use crate::browser::Browser;
use crate::project::Project;
use crate::providers::issuer::{CLIENT_ID, CLIENT_SECRET, Issuer};
use crate::providers::{ada, assert_arrives, come_back, leave};
use crate::server::Server;

async fn server(issuer: &Issuer) -> Server {
    Server::with(&[
        ("DREAM_GOOGLE_CLIENT_ID", CLIENT_ID),
        ("DREAM_GOOGLE_CLIENT_SECRET", CLIENT_SECRET),
        ("DREAM_GOOGLE_ISSUER", &issuer.base),
        ("DREAM_LIMITS_FAILED_AUTHENTICATION_PER_MINUTE", "0"),
    ])
    .await
}

#[tokio::test]
async fn every_project_offers_it_and_may_replace_it() {
    let issuer = Issuer::start().await;
    let server = server(&issuer).await;
    let project = Project::saas(&server.api(), 5).await;
    let browser = Browser::at(&project);
    let there = leave(&browser, "google").await;
    assert_arrives(&come_back(&browser, &issuer.consent(&there, ada())).await);
    let first = browser.user().await["id"].clone();
    let offered = async || {
        let path = format!("/projects/providers?publishableKey={}", project.pk);
        let call = project.api.get(&path).bearer(project.api.developer());
        let reply = call.send().await.is(200);
        reply.json["offered"].clone()
    };
    assert_eq!(offered().await, json!([{"id": "google", "name": "Google"}]));
    let own = json!({"publishableKey": project.pk, "id": "google", "clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET});
    project.develop("/projects/providers", own).await.is(200);
    assert_eq!(offered().await, json!([{"id": "google", "name": "Google"}]));
    // The issuer is the same, so the account is.
    let again = Browser::at(&project);
    let there = leave(&again, "google").await;
    assert_arrives(&come_back(&again, &issuer.consent(&there, ada())).await);
    assert_eq!(again.user().await["id"], first);
    let log = server.log();
    assert!(
        !log.contains(CLIENT_SECRET) && !log.contains("code-"),
        "{log}"
    );
}

#[tokio::test]
async fn developers_sign_in_with_it() {
    let issuer = Issuer::start().await;
    let server = server(&issuer).await;
    let api = server.api();
    let config = api.get("/api/config").send().await.is(200);

    let root = config.json["rootPublishableKey"].as_str().unwrap();
    let browser = Browser::of(&api, root);
    let there = browser
        .open("/auth/start/google?redirect=/dashboard/")
        .await
        .is(303);
    let back = issuer.consent(there.header("location"), ada());
    let reply = come_back(&browser, &back).await.is(303);
    assert_eq!(reply.header("location"), "/dashboard/");
    assert_eq!(browser.user().await["email"], "ada@example.com");
    // An address that Google has not verified makes nobody a developer.
    let other = Browser::of(&api, root);
    let there = other.open("/auth/start/google").await.is(303);
    let eve = json!({"sub": "eve", "email": "eve@example.com", "email_verified": false});
    let reply = come_back(&other, &issuer.consent(there.header("location"), eve))
        .await
        .is(303);
    let page = format!("{}/signin?error=email_not_verified", api.base);
    assert_eq!(reply.header("location"), page);
    assert!(other.user().await.is_null());
}
