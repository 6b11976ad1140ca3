//! What a developer sets for a project in one mode.

use serde_json::{Value, json};

use crate::project::Project;
use crate::projects::tiers;
use crate::server::shared;

#[tokio::test]
async fn settings_are_changed_one_by_one_200() {
    let project = Project::saas(&shared().await, 5).await;
    let now = project.settings(json!({})).await.is(200).json["settings"].clone();
    assert_eq!(now["redirectOrigins"], json!([]));
    assert_eq!(now["upgradeUrl"], Value::Null);
    assert_eq!(now["perUserPerMinute"], Value::Null);
    for (member, value) in [
        ("emailVerification", json!("later")),
        ("legacyToken", json!(true)),
        ("defaultRedirect", Value::Null),
        ("accentColor", Value::Null),
        ("hideBranding", json!(false)),
        ("logoUrl", Value::Null),
    ] {
        assert_eq!(now[member], value, "{member}");
    }
    let origins = json!(["https://App.Example.com:443", "http://localhost:3000"]);
    let changed = project.settings(json!({"redirectOrigins": origins, "perUserPerMinute": 7}));
    let changed = changed.await.is(200).json["settings"].clone();
    let written = json!(["https://app.example.com", "http://localhost:3000"]);
    assert_eq!(changed["redirectOrigins"], written);
    let renamed = project.settings(json!({"projectName": "New name", "perUserPerMinute": null}));
    let renamed = renamed.await.is(200).json["settings"].clone();
    assert_eq!(renamed["projectName"], "New name");
    assert_eq!(renamed["redirectOrigins"], written);
    assert_eq!(renamed["perUserPerMinute"], Value::Null);
}

#[tokio::test]
async fn settings_of_hosted_pages_are_changed_and_listed_200() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let given = json!({
        "redirectOrigins": ["https://app.example.com"], "defaultRedirect": "https://app.example.com/in?a=b",
        "emailVerification": "required", "legacyToken": false, "accentColor": "#5B5BD6", "hideBranding": true,
    });
    project.settings(given.clone()).await.is(200);
    let list = api.get("/projects").bearer(api.developer()).send().await;
    let projects = list.is(200).json["projects"].as_array().unwrap().clone();
    let mine = projects.iter().find(|p| p["publishableKey"] == project.pk);
    let listed = mine.unwrap()["settings"].clone();
    for (member, value) in given.as_object().unwrap() {
        let value = if member == "accentColor" {
            &json!("#5b5bd6")
        } else {
            value
        };
        assert_eq!(listed[member], *value, "{member}");
    }
    let cleared = json!({"defaultRedirect": null, "emailVerification": null, "accentColor": null});
    let now = project.settings(cleared).await.is(200).json["settings"].clone();
    assert_eq!(now["defaultRedirect"], Value::Null);
    assert_eq!(now["emailVerification"], "later");
    assert_eq!(now["accentColor"], Value::Null);
    assert_eq!(now["legacyToken"], false);
}

#[tokio::test]
async fn live_mode_asks_for_verification_unless_told_otherwise() {
    let api = shared().await;
    let body = json!({"projectName": "Live", "mode": "live", "tiers": tiers()});
    let project = Project::make(&api, body).await;
    let now = project.settings(json!({})).await.is(200);
    assert_eq!(now.json["settings"]["emailVerification"], "required");
    let local = json!({"defaultRedirect": "http://localhost:3000/"});
    let reply = project.settings(local).await;
    reply.problem(422, "redirect_not_allowed");
}

#[tokio::test]
async fn a_default_redirect_is_of_an_allowed_origin_422() {
    let project = Project::saas(&shared().await, 5).await;
    let set = async |url: &str| project.settings(json!({"defaultRedirect": url})).await;
    for url in [
        "https://app.example.com/",
        "javascript:alert(1)",
        "//app.example.com",
        "/in",
        "",
        "http://localhost@evil.example/",
    ] {
        let reply = set(url).await.problem(422, "redirect_not_allowed");
        assert_eq!(reply.json["errors"][0]["location"], "defaultRedirect");
    }
    // Test mode allows this machine, and an origin may come with the address that needs it.
    set("http://localhost:3000/in").await.is(200);
    let origins = json!(["https://app.example.com"]);
    let both = json!({"redirectOrigins": origins, "defaultRedirect": "https://app.example.com/"});
    project.settings(both).await.is(200);
    // It cannot be left behind.
    let without = project.settings(json!({"redirectOrigins": []})).await;
    without.problem(422, "redirect_not_allowed");
    let both = json!({"redirectOrigins": [], "defaultRedirect": null});
    project.settings(both).await.is(200);
}

#[tokio::test]
async fn settings_that_are_wrong_422_and_nothing_changes() {
    let project = Project::saas(&shared().await, 5).await;
    let before = project.settings(json!({})).await.json;
    for origin in [
        "app.example.com",
        "http://app.example.com",
        "https://*.example.com",
        "https://app.example.com/path",
        "https://app.example.com?x",
        "https://user@app.example.com",
        "https://app.example.com\\evil.com",
        "javascript:alert(1)",
        "https://",
        "null",
        "*",
        "",
        "https://127.1",
        "https://a b.com",
    ] {
        let reply = project.settings(json!({"redirectOrigins": [origin]})).await;
        assert_eq!(reply.status, 422, "{origin}: {}", reply.text);
    }
    let many: Vec<String> = (0..51)
        .map(|i| format!("https://a{i}.example.com"))
        .collect();
    for wrong in [
        json!({"redirectOrigins": many}),
        json!({"redirectOrigins": "https://a.example.com"}),
        json!({"redirectOrigins": null}),
        json!({"redirectOrigins": [1]}),
        json!({"upgradeUrl": "javascript:alert(1)"}),
        json!({"upgradeUrl": "https://x\r\nset-cookie: a=b"}),
        json!({"perUserPerMinute": -1}),
        json!({"perUserPerMinute": 1_000_001}),
        json!({"perUserPerMinute": "5"}),
        json!({"hideInventory": "yes"}),
        json!({"projectName": " "}),
        json!({"emailVerification": "Later"}),
        json!({"emailVerification": true}),
        json!({"legacyToken": null}),
        json!({"legacyToken": "no"}),
        json!({"defaultRedirect": 1}),
        json!({"accentColor": "red"}),
        json!({"accentColor": "#fff"}),
        json!({"accentColor": "#12345g"}),
        json!({"accentColor": "#5b5bd6;}"}),
        json!({"accentColor": "5b5bd6"}),
        json!({"hideBranding": 1}),
    ] {
        let reply = project.settings(wrong.clone()).await;
        assert_eq!(reply.status, 422, "{wrong}: {}", reply.text);
        reply.check_problem();
    }
    assert_eq!(project.settings(json!({})).await.json, before);
}
