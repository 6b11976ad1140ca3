//! Developers set providers up.

use serde_json::{Value, json};

use crate::api::{Api, Reply};
use crate::browser::Browser;
use crate::project::Project;
use crate::providers::issuer::{Answer, CLIENT_ID, CLIENT_SECRET, Issuer};
use crate::providers::{Stage, set_up};
use crate::server::shared;

async fn list(api: &Api, developer: &str, pk: &str) -> Reply {
    let call = api.get(&format!("/projects/providers?publishableKey={pk}"));
    call.bearer(developer).send().await
}

async fn delete(project: &Project, id: &str) -> Reply {
    let call = project.api.delete("/projects/providers");
    let body = json!({"publishableKey": project.pk, "id": id});
    call.bearer(project.api.developer()).json(body).send().await
}

#[tokio::test]
async fn a_provider_is_set_up_listed_replaced_and_taken_away() {
    let Stage { project, issuer } = Stage::new().await;
    let api = &project.api;
    let read = async || list(api, api.developer(), &project.pk).await.is(200);
    let listed = read().await;
    let one = &listed.json["providers"][0];
    let redirect = format!("{}/auth/callback/acme", api.base);
    for (member, value) in [
        ("id", "acme"),
        ("name", "Acme"),
        ("issuer", &issuer.base),
        ("clientId", CLIENT_ID),
        ("redirectUri", &redirect),
    ] {
        assert_eq!(one[member], value, "{}", listed.text);
    }
    assert_eq!(
        listed.json["offered"],
        json!([{"id": "acme", "name": "Acme"}])
    );
    let body = json!({"id": "acme", "name": "Acme & Söhne", "issuer": issuer.base});
    let replaced = set_up(&project, body).await.is(200);
    let listed = read().await;
    assert_eq!(listed.json["providers"].as_array().unwrap().len(), 1);
    assert_eq!(listed.json["providers"][0]["name"], "Acme & Söhne");
    for reply in [&replaced, &listed] {
        assert!(!reply.text.contains("ecret"), "{}", reply.text);
        assert!(!reply.text.contains(CLIENT_SECRET), "{}", reply.text);
    }
    delete(&project, "acme").await.is(200);
    delete(&project, "acme")
        .await
        .problem(404, "provider_not_found");
    assert_eq!(read().await.json["providers"], json!([]));
    let start = format!(
        "/auth/start/acme?pk={}&redirect=http://localhost:1/",
        project.pk
    );
    let gone = Browser::at(&project).open(&start).await.is(303);
    assert!(
        gone.header("location")
            .ends_with("error=provider_not_found")
    );
}

#[tokio::test]
async fn the_issuer_is_asked_before_anything_is_stored() {
    let project = Project::saas(&shared().await, 5).await;
    let issuer = Issuer::start().await;
    let try_with =
        async |issuer: &str| set_up(&project, json!({"id": "acme", "issuer": issuer})).await;
    for (issuer, words) in [
        ("http://id.example.com", "is not https"),
        ("https://10.0.0.1", "not a public address"),
        ("https://169.254.169.254", "not a public address"),
        ("not an address", "is not an address"),
        (&format!("{}/", issuer.base), "is of the issuer"),
    ] {
        let reply = try_with(issuer).await.problem(422, "invalid_value");
        assert_eq!(reply.json["errors"][0]["location"], "issuer");
        assert!(reply.text_at("/message").contains(words), "{}", reply.text);
    }
    issuer.answer(
        "/jwks",
        Answer::Json(json!({"keys": [{"kty": "oct", "k": "AA"}]})),
    );
    let reply = try_with(&issuer.base).await.problem(422, "invalid_value");
    assert!(reply.text.contains("symmetric"), "{}", reply.text);
    issuer.answer("/jwks", Answer::Status(503));
    try_with(&issuer.base).await.problem(502, "provider_failed");
    let listed = list(&project.api, project.api.developer(), &project.pk).await;
    assert_eq!(listed.is(200).json["providers"], json!([]));
    issuer.behave();
    try_with(&issuer.base).await.is(200);
}

#[tokio::test]
async fn what_is_sent_is_checked() {
    let project = Project::saas(&shared().await, 5).await;
    let issuer = Issuer::start().await;
    let good = json!({"publishableKey": project.pk, "id": "acme", "issuer": issuer.base, "clientId": "a", "clientSecret": "b"});
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    for id in ["", "Acme", "1acme", "a/b", "a b", "..", &"a".repeat(33)] {
        let reply = project
            .develop("/projects/providers", with("id", json!(id)))
            .await;
        assert_eq!(
            reply.problem(422, "invalid_value").json["errors"][0]["location"],
            "id"
        );
    }
    for (name, value) in [
        ("name", json!("")),
        ("name", json!("a\nb")),
        ("clientId", json!("")),
        ("clientSecret", json!("")),
        ("clientSecret", json!(5)),
        ("issuer", json!(null)),
    ] {
        let reply = project
            .develop("/projects/providers", with(name, value))
            .await;
        assert_eq!(
            reply.problem(422, "invalid_value").json["errors"][0]["location"],
            name
        );
    }
    for name in ["publishableKey", "id", "issuer", "clientId", "clientSecret"] {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(name);
        let reply = project.develop("/projects/providers", body).await;
        reply.problem(400, "missing_field");
    }
    // Under Google's name nobody else says who people are.
    let reply = project
        .develop("/projects/providers", with("id", json!("google")))
        .await;
    assert_eq!(
        reply.problem(422, "invalid_value").json["errors"][0]["location"],
        "issuer"
    );
}

#[tokio::test]
async fn only_the_owner_touches_providers() {
    let Stage { project, issuer } = Stage::new().await;
    let api = &project.api;
    let body = json!({"publishableKey": project.pk, "id": "acme", "issuer": issuer.base, "clientId": "a", "clientSecret": "b"});
    let person = project.person("someone@example.com").await;
    for (bearer, status) in [(project.sk.as_str(), 401), (person.token.as_str(), 403)] {
        let set = api.post("/projects/providers").bearer(bearer).json(&body);
        set.send().await.is(status);
        list(api, bearer, &project.pk).await.is(status);
    }
    let last = if project.pk.ends_with('x') { "y" } else { "x" };
    let unknown = format!("{}{last}", &project.pk[..project.pk.len() - 1]);
    list(api, api.developer(), &unknown)
        .await
        .problem(404, "project_not_found");
    let config = api.get("/api/config").send().await.is(200);

    let root = config.json["rootPublishableKey"].as_str().unwrap();
    list(api, api.developer(), root)
        .await
        .problem(404, "project_not_found");
}
