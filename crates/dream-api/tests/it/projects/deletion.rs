//! The end of a project at the payment provider: nobody pays for it afterwards.

use reqwest::Method;
use serde_json::{Value, json};

use super::works::has_ended;
use crate::api::Reply;
use crate::catalog::crashes::{ended, faulty, start};
use crate::catalog::provider::{Provider, active};
use crate::project::{Person, Project};
use crate::server::{Server, eventually};

async fn remove(project: &Project, mut body: Value) -> Reply {
    body["publishableKey"] = project.pk.clone().into();
    project.develop("/projects/delete", body).await
}

/// Somebody who has opened a checkout of the plan; the session.
pub(super) async fn checkout(project: &Project, person: &Person) -> String {
    let body = json!({"tier": "pro", "successUrl": "http://localhost:3000/", "cancelUrl": "http://localhost:3000/"});
    let call = project.as_user(project.api.post("/api/create-checkout"), &person.token);
    call.json(body).send().await.is(200).text_at("/sessionId")
}

/// Somebody who pays for the plan.
pub(super) async fn subscriber(project: &Project, provider: &Provider, email: &str) {
    let person = project.person(email).await;
    let session = checkout(project, &person).await;
    let card = json!({"card": "4242424242424242"});
    provider
        .control(&format!("checkout/{session}/pay"), card)
        .await;
    let call = project.api.get(&format!("/api/checkout/{session}"));
    let told = project.as_user(call, &person.token).send().await.is(200);
    assert_eq!(told.json["status"], "complete", "{}", told.text);
}

/// The subscriptions at the provider that have not ended.
pub(super) async fn running(provider: &Provider) -> usize {
    let list = provider.get("/v1/subscriptions?limit=100").await;
    list["data"].as_array().unwrap().len()
}

#[tokio::test]
async fn subscriptions_end_before_their_project_403_200() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    let provider = Provider::of(&api).await;
    subscriber(&project, &provider, "ann@example.com").await;
    subscriber(&project, &provider, "bob@example.com").await;
    let late = project.person("late@example.com").await;
    let open = checkout(&project, &late).await;
    let asked = remove(&project, json!({}))
        .await
        .problem(403, "confirmation_required");
    assert_eq!(
        (&asked.json["customers"], &asked.json["subscriptions"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(asked.json["orders"], 0);
    assert_eq!(running(&provider).await, 2);
    let done = remove(&project, json!({"confirm": "Saas"})).await.is(200);
    assert_eq!(
        (
            &done.json["deletedCustomers"],
            &done.json["deletedSubscriptions"]
        ),
        (&json!(3), &json!(2))
    );
    assert_eq!(running(&provider).await, 0);
    assert!(active(&provider.products(&project.pk).await).is_empty());
    assert!(active(&provider.prices(&project.pk).await).is_empty());
    let session = provider.get(&format!("/v1/checkout/sessions/{open}")).await;
    assert_eq!(session["status"], "expired");
    let audit = api.get("/audit-log").bearer(api.developer()).send().await;
    assert!(audit.status != 200 || audit.text.contains("project.delete"));
}

/// Subscriptions at an account that nobody here can reach any more: the developer is told, or leaves them.
#[tokio::test]
async fn what_cannot_be_canceled_is_not_forgotten_409() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    let provider = Provider::of(&api).await;
    subscriber(&project, &provider, "ann@example.com").await;
    let out = project
        .develop("/payment-account/disconnect", json!({"mode": "test"}))
        .await;
    out.is(200);
    let refused = remove(&project, json!({"confirm": "Saas"})).await;
    let refused = refused.problem(409, "stripe_not_connected");
    assert_eq!(refused.json["subscriptions"], 1);
    let body = json!({"confirm": "Saas", "leaveSubscriptions": true});
    remove(&project, body).await.is(200);
}

#[tokio::test]
async fn a_provider_that_fails_stops_a_deletion_which_is_finished_later_503_200() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    let provider = Provider::of(&api).await;
    subscriber(&project, &provider, "ann@example.com").await;
    provider.misbehave("answer_500", 1000).await;
    let body = json!({"confirm": "Saas"});
    remove(&project, body.clone())
        .await
        .problem(503, "stripe_unavailable");
    provider.behave().await;
    assert_eq!(running(&provider).await, 1);
    remove(&project, body).await.is(200);
    assert_eq!(running(&provider).await, 0);
}

#[tokio::test]
async fn a_deletion_that_was_cut_off_is_finished_by_the_next_process() {
    for point in ["delete.expired", "delete.canceled", "delete.archived"] {
        let server = faulty(point).await;
        let api = server.api();
        let project = Project::saas(&api, 5).await;
        let provider = Provider::of(&api).await;
        subscriber(&project, &provider, "ann@example.com").await;
        let late = project.person("late@example.com").await;
        checkout(&project, &late).await;
        let body = json!({"publishableKey": project.pk, "confirm": "Saas"});
        let call = api.post("/projects/delete").bearer(api.developer());
        assert!(call.json(&body).try_send().await.is_none(), "{point}");
        let server = start(ended(server).await, None).await;
        let api = server.api();
        eventually(point, async || has_ended(&api, &project.id).await).await;
        let provider = Provider::of(&api).await;
        assert_eq!(running(&provider).await, 0, "{point}");
        assert!(
            active(&provider.products(&project.pk).await).is_empty(),
            "{point}"
        );
        let open = provider
            .send(Method::GET, "/v1/checkout/sessions?status=open", &[])
            .await;
        assert_eq!(open["data"], json!([]), "{point}");
        let call = api.get("/api/customers").bearer(&project.sk);
        call.send().await.problem(401, "invalid_api_key");
    }
}
