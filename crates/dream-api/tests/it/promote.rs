//! Projects go live: once, with keys of their own, and without touching test mode unless asked.

use serde_json::{Value, json};

use crate::api::{Api, Reply};
use crate::catalog::crashes::{ended, faulty, start};
use crate::catalog::provider::{Provider, active};
use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::server::{Server, eventually};

async fn promote(project: &Project, mut body: Value) -> Reply {
    body["publishableKey"] = project.pk.clone().into();
    project.develop("/promote-to-live", body).await
}

/// A server whose demo developer has connected an account in live mode too.
async fn live() -> (Server, Provider) {
    let server = Server::with(&[]).await;
    let provider = Provider::connect(&server.api(), "live").await;
    (server, provider)
}

fn tiers() -> Value {
    json!([
        {"name": "free", "price": 0, "limit": 5},
        {"name": "pro", "price": 2900, "limit": 50, "trialDays": 14, "features": ["Support"]},
        {"name": "old", "price": 100, "limit": 50},
    ])
}

#[tokio::test]
async fn a_project_goes_live_once_200_409() {
    let (server, provider) = live().await;
    let api = server.api();
    let project = Project::make(&api, json!({"projectName": "Weather", "tiers": tiers()})).await;
    let settings = json!({"redirectOrigins": ["http://localhost:3000", "https://app.example.com"], "enableTax": true});
    project.settings(settings).await.is(200);
    let archive = api.delete("/tiers").bearer(&project.sk);
    archive
        .json(json!({"tierName": "old"}))
        .send()
        .await
        .is(200);
    project.customer("ann@example.com").await;
    let edits = json!({"tiers": [{"name": "pro", "price": 3900}]});
    let made = promote(&project, edits).await.is(200);
    for (member, value) in [
        ("success", json!(true)),
        ("mode", json!("live")),
        ("projectType", json!("saas")),
        ("projectName", json!("Weather")),
        ("testDataDeleted", json!(false)),
    ] {
        assert_eq!(made.json[member], value, "{member}");
    }
    assert!(made.json.get("warning").is_none(), "{}", made.text);
    let (pk, sk) = (made.text_at("/publishableKey"), made.text_at("/secretKey"));
    assert!(pk.starts_with("pk_live_") && sk.starts_with("sk_live_"));
    let own = api.get("/tiers").bearer(&sk).send().await.is(200);
    let tiers = own.json["tiers"].as_array().unwrap();
    assert_eq!(tiers.len(), 2);
    assert_eq!(
        (&tiers[1]["price"], &tiers[1]["trialDays"]),
        (&json!(3900), &json!(14))
    );
    let prices = provider.prices(&pk).await;
    assert_eq!(prices.len(), 1);
    assert_eq!(prices[0]["id"], made.json["products"][1]["priceId"]);
    assert_eq!(
        (&prices[0]["unit_amount"], &prices[0]["livemode"]),
        (&json!(3900), &json!(true))
    );
    let kept = project
        .develop("/projects/settings", json!({"publishableKey": pk}))
        .await
        .is(200);
    assert_eq!(
        kept.json["settings"]["redirectOrigins"],
        json!(["https://app.example.com"])
    );
    assert_eq!(kept.json["settings"]["enableTax"], true);
    assert_eq!(kept.json["settings"]["emailVerification"], "required");
    let customers = api
        .get("/api/customers")
        .bearer(&project.sk)
        .send()
        .await
        .is(200);
    assert_eq!(customers.json["customers"].as_array().unwrap().len(), 1);
    let again = promote(&project, json!({}))
        .await
        .problem(409, "live_version_exists");
    assert_eq!(again.json["existingLiveKey"], pk);
}

#[tokio::test]
async fn what_cannot_go_live_4xx() {
    let (server, _) = live().await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    let send = async |body: Value| project.develop("/promote-to-live", body).await;
    send(json!({})).await.problem(400, "missing_field");
    send(json!({"publishableKey": "pk_live_something"}))
        .await
        .problem(400, "missing_field");
    send(json!({"publishableKey": "pk_test_something"}))
        .await
        .problem(404, "project_not_found");
    for tiers in [
        json!("pro"),
        json!([1]),
        json!([{"name": "pro", "price": -1}]),
    ] {
        promote(&project, json!({"tiers": tiers}))
            .await
            .problem(422, "invalid_value");
    }
    let unknown = json!({"tiers": [{"name": "gold", "price": 1}]});
    promote(&project, unknown)
        .await
        .problem(400, "unknown_plan");
    let list = api
        .get("/projects")
        .bearer(api.developer())
        .send()
        .await
        .is(200);
    assert!(!list.text.contains("pk_live_"));
}

#[tokio::test]
async fn without_a_live_account_only_what_is_free_goes_live_428_200() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    let reply = promote(&project, json!({}))
        .await
        .problem(428, "live_connection_required");
    assert_eq!(reply.json["needsLiveOAuth"], true);
    let free = Project::make(
        &api,
        json!({"tiers": [{"name": "free", "price": 0, "limit": 5}]}),
    )
    .await;
    let made = promote(&free, json!({})).await.is(200);
    assert!(made.text_at("/warning").contains("redirectOrigins"));
}

#[tokio::test]
async fn two_clicks_make_one_live_mode() {
    let (server, provider) = live().await;
    let project = Project::saas(&server.api(), 5).await;
    let one = project.clone();
    let replies = send_all(2, 2, move |_| {
        let call = one.api.post("/promote-to-live").bearer(one.api.developer());
        call.json(json!({"publishableKey": one.pk}))
    })
    .await;
    let counts = (with_status(&replies, 200), with_status(&replies, 409));
    assert_eq!(counts, (1, 1), "{replies:?}");
    let made = replies.iter().find(|reply| reply.status == 200).unwrap();
    let refused = replies.iter().find(|reply| reply.status == 409).unwrap();
    let pk = made.text_at("/publishableKey");
    assert_eq!(refused.text_at("/existingLiveKey"), pk);
    assert_eq!(provider.prices(&pk).await.len(), 2);
}

#[tokio::test]
async fn test_data_is_deleted_when_it_is_asked_for() {
    let (server, _) = live().await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    let test = Provider::of(&api).await;
    project.customer("ann@example.com").await;
    let made = promote(&project, json!({"deleteTestData": true}))
        .await
        .is(200);
    assert_eq!(made.json["testDataDeleted"], true);
    let gone = api.get("/api/customers").bearer(&project.sk).send().await;
    gone.problem(401, "invalid_api_key");
    assert!(active(&test.products(&project.pk).await).is_empty());
    let own = api
        .get("/tiers")
        .bearer(&made.text_at("/secretKey"))
        .send()
        .await
        .is(200);
    assert!(own.text_at("/tiers/1/priceId").starts_with("price_"));
}

async fn live_keys(api: &Api) -> Vec<String> {
    let list = api
        .get("/projects")
        .bearer(api.developer())
        .send()
        .await
        .is(200);
    let projects = list.json["projects"].as_array().unwrap().iter();
    let live = projects.filter(|project| project["mode"] == "live");
    live.map(|project| project["publishableKey"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_crash_on_the_way_leaves_one_live_mode_with_one_of_everything() {
    for point in ["promote.stored", "promote.made"] {
        let server = faulty(point).await;
        let api = server.api();
        Provider::connect(&api, "live").await;
        let project = Project::saas(&api, 5).await;
        let call = api.post("/promote-to-live").bearer(api.developer());
        let call = call.json(json!({"publishableKey": project.pk}));
        assert!(call.try_send().await.is_none(), "{point}");
        let server = start(ended(server).await, None).await;
        let api = server.api();
        let keys = live_keys(&api).await;
        assert_eq!(keys.len(), 1, "{point}");
        let provider = Provider::of_mode(&api, "live").await;
        eventually(point, async || provider.prices(&keys[0]).await.len() == 2).await;
        let products = provider.products(&keys[0]).await;
        assert_eq!((products.len(), active(&products).len()), (2, 2), "{point}");
        let body = json!({"publishableKey": project.pk});
        let again = api
            .post("/promote-to-live")
            .bearer(api.developer())
            .json(body);
        let again = again.send().await.problem(409, "live_version_exists");
        assert_eq!(again.text_at("/existingLiveKey"), keys[0]);
    }
}
