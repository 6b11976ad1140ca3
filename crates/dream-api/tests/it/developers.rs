//! A developer's own account: platform, keys, registration, and the call that counts (rules 32).

use serde_json::{Value, json};

use crate::api::{Api, Call, Reply};
use crate::browser::{Browser, PASSWORD};
use crate::forge::other_developer;
use crate::identity::developers::developer;
use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::rate::{refilled, timed};
use crate::server::{Server, shared};

/// A call of somebody who is signed in at `/`, as our own pages make it.
fn posted(browser: &Browser, path: &str) -> Call {
    let call = browser.with_cookies(browser.api.post(path));
    call.header("origin", &browser.api.base).json(json!({}))
}

async fn read(browser: &Browser, path: &str) -> Reply {
    browser.with_cookies(browser.api.get(path)).send().await
}

async fn projects(browser: &Browser) -> Vec<Value> {
    let list = read(browser, "/projects").await.is(200);
    list.json["projects"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_platform_is_made_once_200() {
    let ann = developer(&shared().await, "platform-once").await;
    let none = read(&ann, "/get-platform-id").await;
    let none = none.problem(404, "platform_not_found");
    assert_eq!(none.json["error"], "Platform ID not generated yet");
    let none = read(&ann, "/get-credentials").await;
    let none = none.problem(404, "platform_not_found");
    let words = "Platform ID not found. Please log in first.";
    assert_eq!(none.json["error"], words);
    let calling = ann.clone();
    let replies = send_all(10, 20, move |_| posted(&calling, "/generate-platform-id")).await;
    assert_eq!(with_status(&replies, 200), 20);
    let id = replies[0].text_at("/platformId");
    assert!(id.starts_with("plt_"), "{id}");
    assert!(
        replies
            .iter()
            .all(|reply| reply.text_at("/platformId") == id)
    );
    let now = read(&ann, "/get-platform-id").await.is(200);
    assert_eq!(now.json, json!({"platformId": id}));
}

#[tokio::test]
async fn keys_before_any_project_404_and_say_what_to_do() {
    let ann = developer(&shared().await, "no-project").await;
    let made = posted(&ann, "/generate-platform-id").send().await.is(200);
    let none = read(&ann, "/get-credentials").await;
    let none = none.problem(404, "project_not_found");
    let words = "API keys not generated yet. Please configure tiers first.";
    assert_eq!(none.json["error"], words);
    assert!(none.text_at("/message").starts_with(words));
    assert_eq!(none.json["platformId"], made.json["platformId"]);
}

#[tokio::test]
async fn keys_at_once_make_one_project_and_show_its_secret_once() {
    let api = shared().await;
    let ann = developer(&api, "keys-at-once").await;
    let calling = ann.clone();
    let replies = send_all(8, 8, move |_| posted(&calling, "/generate-credentials")).await;
    assert_eq!(with_status(&replies, 200), 8);
    let keys: Vec<String> = replies
        .iter()
        .filter_map(|reply| reply.json["apiKey"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    let pk = replies[0].text_at("/publishableKey");
    for reply in &replies {
        assert_eq!(reply.json["publishableKey"], pk);
        assert_eq!(reply.json["platformId"], replies[0].json["platformId"]);
        assert_eq!(reply.json["usage"]["limit"], 5);
        assert_eq!(reply.json["usage"]["usageCount"], 0);
    }
    let list = projects(&ann).await;
    assert_eq!(list.len(), 1);
    for (member, value) in [("type", "saas"), ("mode", "test")] {
        assert_eq!(list[0][member], value);
    }
    // The key works, on a free tier of 5 calls a month.
    let track = || api.post("/api/data").bearer(&keys[0]).user("u1").send();
    for _ in 0..5 {
        track().await.is(200);
    }
    track().await.problem(403, "tier_limit_reached");
    let again = posted(&ann, "/generate-credentials").send().await.is(200);
    assert_eq!(again.json["apiKey"], Value::Null);
    assert_eq!(again.json["publishableKey"], pk);
    assert!(again.text_at("/message").contains("/projects/rotate-key"));
}

#[tokio::test]
async fn the_secret_comes_again_with_its_idempotency_key() {
    let api = shared().await;
    let token = other_developer(&api, "keyed@developers.example").await;
    let project = api.get("/projects").bearer(&token).send().await.is(200);
    let pk = project.text_at("/projects/0/publishableKey");
    let body = json!({"publishableKey": pk, "confirm": "Other"});
    let gone = api.post("/projects/delete").bearer(&token).json(body);
    gone.send().await.is(200);
    let call = || {
        let call = api.post("/generate-credentials").bearer(&token);
        call.header("idempotency-key", "first-keys").send()
    };
    let first = call().await.is(200);
    let second = call().await.is(200);
    assert!(first.json["apiKey"].is_string());
    assert_eq!(second.json, first.json);
}

#[tokio::test]
async fn credentials_are_masked_and_those_of_the_newest_project() {
    let api = shared().await;
    let token = other_developer(&api, "masked@developers.example").await;
    let make = async |mode: &str, name: &str| {
        let tiers = json!([{"name": name, "price": 0, "limit": 5}]);
        let body = json!({"projectName": name, "mode": mode, "tiers": tiers});
        Project::make_as(&api, &token, body).await
    };
    make("test", "older").await;
    let test = make("test", "newer").await;
    let call = || api.get("/get-credentials").bearer(&token).send();
    let before = call().await.is(200);
    assert_eq!(before.json["live"], Value::Null);
    assert_eq!(before.json["liveProducts"], json!([]));
    let live = make("live", "gold").await;
    let reply = call().await.is(200);
    let given = &reply.json;
    let masked = |sk: &str, mode: &str| format!("sk_{mode}_••••{}", &sk[sk.len() - 4..]);
    for (pointer, value) in [
        ("/platformId", &test.platform),
        ("/publishableKey", &test.pk),
        ("/secretKey", &masked(&test.sk, "test")),
        ("/testPublishableKey", &test.pk),
        ("/testSecretKey", &masked(&test.sk, "test")),
        ("/test/publishableKey", &test.pk),
        ("/test/secretKeyMasked", &masked(&test.sk, "test")),
        ("/livePublishableKey", &live.pk),
        ("/liveSecretKey", &masked(&live.sk, "live")),
        ("/live/publishableKey", &live.pk),
        ("/live/secretKeyMasked", &masked(&live.sk, "live")),
    ] {
        assert_eq!(reply.text_at(pointer), *value, "{pointer}");
    }
    assert_eq!(given["products"], given["testProducts"]);
    assert_eq!(given["test"]["products"], given["testProducts"]);
    assert_eq!(given["testProducts"][0]["tier"], "newer");
    assert_eq!(given["liveProducts"][0]["tier"], "gold");
    for id in ["priceId", "productId"] {
        assert!(given["products"][0][id].is_string(), "{id}");
    }
    for secret in [&test.sk, &live.sk] {
        assert!(!reply.text.contains(secret.as_str()));
    }
}

#[tokio::test]
async fn the_sixth_verified_call_of_a_month_403() {
    let api = shared().await;
    let token = other_developer(&api, "verified@developers.example").await;
    let call = || api.post("/verify-auth").bearer(&token).send();
    for count in 1..=5 {
        let reply = call().await.is(200);
        let given = &reply.json;
        assert_eq!(given["success"], true);
        assert_eq!(given["plan"], "free");
        assert_eq!(given["userId"], given["usage"]["userId"]);
        for (member, value) in [
            ("count", json!(count)),
            ("usageCount", json!(count)),
            ("limit", json!(5)),
            ("remaining", json!(5 - count)),
            ("plan", json!("free")),
        ] {
            assert_eq!(given["usage"][member], value, "{member}");
        }
        assert!(given["usage"]["periodStart"].is_string());
        assert!(reply.has("ratelimit"));
    }
    let reply = call().await.problem(403, "tier_limit_reached");
    assert_eq!(reply.json["error"], "Tier limit reached");
    for (member, value) in [
        ("count", json!(5)),
        ("limit", json!(5)),
        ("plan", json!("free")),
    ] {
        assert_eq!(reply.json[member], value, "{member}");
    }
    for member in ["periodStart", "periodEnd", "message", "userId"] {
        assert!(!reply.text_at(&format!("/{member}")).is_empty());
    }
}

#[tokio::test]
async fn verified_calls_at_once_never_pass_the_limit() {
    let api = shared().await;
    let token = other_developer(&api, "at-once@developers.example").await;
    let calling = api.clone();
    let replies = send_all(10, 40, move |_| calling.post("/verify-auth").bearer(&token)).await;
    assert_eq!(with_status(&replies, 200), 5);
    assert_eq!(with_status(&replies, 403), 35);
}

#[tokio::test]
async fn a_developer_has_100_verified_calls_a_minute_429() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let token = api.developer().to_owned();
    let calling = api.clone();
    let calls = send_all(8, 200, move |_| calling.post("/verify-auth").bearer(&token));
    let (replies, took) = timed(calls).await;
    // Those over the limit of the plan have passed here.
    let passed = 200 - with_status(&replies, 429);
    assert!(
        (100..=100 + refilled(100, took)).contains(&passed),
        "{passed} in {took:?}"
    );
    let reply = replies.into_iter().find(|reply| reply.status == 429);
    let reply = reply.unwrap().problem(429, "rate_limited");
    assert_eq!(reply.json["error"], "Rate limit exceeded");
}

#[tokio::test]
async fn others_than_developers_401_403() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let person = project.person("user@example.com").await;
    for (method, path) in [
        (reqwest::Method::POST, "/generate-platform-id"),
        (reqwest::Method::GET, "/get-platform-id"),
        (reqwest::Method::GET, "/get-credentials"),
        (reqwest::Method::POST, "/generate-credentials"),
        (reqwest::Method::POST, "/verify-auth"),
    ] {
        let call = || api.call(method.clone(), path);
        for refused in [call(), project.secret(call()), call().key(&project.pk)] {
            refused.send().await.problem(401, "developer_required");
        }
        let reply = call().bearer(&person.token).send().await;
        reply.problem(403, "token_wrong_project");
    }
}

async fn register(api: &Api, email: &str) -> Reply {
    let call = api.post("/api/developer/register");
    call.json(json!({"email": email})).send().await
}

/// A server that lets one address register as often as it likes.
async fn open_server() -> Server {
    let limit = ("DREAM_LIMITS_REGISTRATIONS_PER_NETWORK_PER_HOUR", "0");
    Server::with(&[limit]).await
}

#[tokio::test]
async fn whoever_registers_gets_a_link_that_makes_the_account() {
    let server = open_server().await;
    let api = server.api();
    let root = api.get("/api/config").send().await.is(200);
    let ann = Browser::of(&api, &root.text_at("/rootPublishableKey"));
    let new = register(&api, "ann@developers.example").await.is(200);
    assert_eq!(new.json["success"], true);
    let token = ann.mail("ann@developers.example").await.token();
    let proof = json!({"token": token, "password": PASSWORD});
    ann.send("/auth/reset", proof.clone()).await.is(200);
    assert_eq!(ann.user().await["email"], "ann@developers.example");
    posted(&ann, "/generate-platform-id").send().await.is(200);
    let used = ann.send("/auth/reset", proof).await;
    used.problem(401, "invalid_code");
    // Known by now, and told the same.
    let known = register(&api, "Ann@Developers.example").await.is(200);
    assert_eq!(known.json, new.json);
}

#[tokio::test]
async fn the_sixth_link_of_an_hour_is_not_sent_and_nobody_is_told() {
    let server = open_server().await;
    let api = server.api();
    let root = api.get("/api/config").send().await.is(200);
    let ann = Browser::of(&api, &root.text_at("/rootPublishableKey"));
    for _ in 0..8 {
        let reply = register(&api, "many@developers.example").await.is(200);
        assert_eq!(reply.json["success"], true);
    }
    assert_eq!(ann.mails("many@developers.example").await.len(), 5);
}

#[tokio::test]
async fn the_sixth_registration_from_one_address_429() {
    let server = Server::with(&[]).await;
    let api = server.api();
    for index in 0..5 {
        let email = format!("a{index}@developers.example");
        register(&api, &email).await.is(200);
    }
    let reply = register(&api, "a5@developers.example").await;
    let reply = reply.problem(429, "rate_limited");
    let seconds: i64 = reply.header("retry-after").parse().unwrap();
    assert!((600..=720).contains(&seconds), "{seconds}");
    // What cannot be read does not count.
    for email in ["", "nobody", "a@b\r\nbcc: c@d.example"] {
        register(&api, email).await.is(422);
    }
}
