//! How keys are sent, and how they are not (KEY-07, KEY-08, KEY-12).

use serde_json::json;

use crate::api::Reply;
use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::rate::{refilled, timed};
use crate::raw::exchange;
use crate::server::{Server, eventually, shared};

#[tokio::test]
async fn the_scheme_is_read_in_any_case_200() {
    let api = shared().await;
    let project = Project::saas(&api, 50).await;
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let call = api.post("/api/data").user("u1");
        let value = format!("{scheme} {}", project.sk);
        call.header("authorization", value).send().await.is(200);
    }
    let spaced = format!("Bearer   {}", project.sk);
    let call = api.post("/api/data").user("u1");
    call.header("authorization", spaced).send().await.is(200);
}

#[tokio::test]
async fn other_schemes_and_forms_401() {
    let api = shared().await;
    let project = Project::saas(&api, 50).await;
    let sk = &project.sk;
    for value in [
        sk.clone(),
        format!("Basic {sk}"),
        format!("Token {sk}"),
        format!("Bearer{sk}"),
        format!("Bearer\t{sk}"),
        format!("Bearer {sk}, Bearer {sk}"),
        format!("Bearer {sk} {sk}"),
        format!("Bearer \"{sk}\""),
        format!("Bearer {sk};"),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer undefined".to_owned(),
        "Bearer null".to_owned(),
        format!("Bearer {}", &sk[..sk.len() - 1]),
        format!("Bearer {}", sk.replace("sk_test", "sk_live")),
    ] {
        let call = api.post("/api/data").user("u1");
        let reply = call.header("authorization", &value).send().await;
        assert_eq!(reply.status, 401, "{value:?}: {}", reply.text);
        reply.check_problem();
    }
    assert_eq!(project.count("u1").await, 0);
}

#[tokio::test]
async fn two_of_a_header_400() {
    let api = shared().await;
    let project = Project::saas(&api, 50).await;
    let person = project.person("a@example.com").await;
    let twice = |name: &str, value: &str| {
        let call = api.post("/api/data").header(name, value);
        call.header(name, value)
    };
    let bearer = format!("Bearer {}", project.sk);
    let calls = [
        twice("authorization", &bearer).user("u1"),
        twice("x-publishable-key", &project.pk)
            .bearer(&project.sk)
            .user("u1"),
        twice("x-user-id", "u1").bearer(&project.sk),
        twice("x-user-plan", "free").bearer(&project.sk).user("u1"),
        twice("x-clerk-token", &person.token).key(&project.pk),
    ];
    for call in calls {
        call.send().await.problem(400, "invalid_header");
    }
    assert_eq!(project.count("u1").await, 0);
}

#[tokio::test]
async fn a_key_in_query_or_cookie_401_and_is_in_no_log() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 50).await;
    let sk = &project.sk;
    for name in [
        "key",
        "api_key",
        "apiKey",
        "secretKey",
        "token",
        "authorization",
    ] {
        let path = format!("/api/data?{name}={sk}");
        let reply = api.post(&path).user("u1").send().await;
        reply.problem(401, "missing_authentication");
        let call = api.post("/api/data").user("u1");
        let reply = call.header("cookie", format!("{name}={sk}")).send().await;
        reply.problem(401, "missing_authentication");
    }
    let known = api.get(&format!("/api/tiers?publishableKey={}", project.pk));
    known.send().await.problem(401, "missing_authentication");
    let last = project.track("u1").send().await.is(200);
    let id = last.header("x-request-id").to_owned();
    eventually("the last request is logged", async || {
        server.log().contains(&id)
    })
    .await;
    let log = server.log();
    for secret in [sk, &project.pk, "u1\"", api.developer()] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}

#[tokio::test]
async fn a_publishable_key_in_authorization_401_and_says_why() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    for path in ["/api/tiers", "/api/usage", "/api/customers"] {
        let reply = api.get(path).bearer(&project.pk).send().await;
        if path == "/api/usage" {
            assert_eq!(reply.json["code"], "publishable_key_in_authorization");
        }
        let reply = reply.problem(401, "publishable_key_in_authorization");
        assert!(reply.text_at("/message").contains("X-Publishable-Key"));
    }
}

#[tokio::test]
async fn a_publishable_key_opens_no_backend_route_403() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let person = project.person("a@example.com").await;
    for call in [
        api.get("/api/customers"),
        api.get("/tiers"),
        api.get("/api/customers/x"),
    ] {
        let reply = project.as_user(call, &person.token).send().await;
        reply.problem(403, "secret_key_required");
    }
    let reply = api.get("/api/customers").key(&project.pk).send().await;
    let reply = reply.problem(403, "secret_key_required");
    assert_eq!(reply.json["error"], "Forbidden");
}

#[tokio::test]
async fn a_secret_key_beside_a_foreign_publishable_key_403() {
    let api = shared().await;
    let (a, b) = (Project::saas(&api, 5).await, Project::saas(&api, 5).await);
    for path in ["/api/customers", "/api/tiers", "/api/usage", "/tiers"] {
        let call = a.secret(api.get(path)).key(&b.pk).user("u1");
        call.send().await.problem(403, "key_mismatch");
        let call = a.secret(api.get(path)).key(&a.pk).user("u1");
        call.send().await.is(200);
    }
}

#[tokio::test]
async fn a_stale_token_on_a_call_that_needs_none_is_ignored_200() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    for path in ["/api/tiers", "/api/products"] {
        let call = api.get(path).key(&project.pk).token("a.b.c");
        call.send().await.is(200);
    }
    let call = project.secret(api.get("/api/customers"));
    call.token("stale").send().await.is(200);
}

const GUESS: &str = "sk_test_000000000000000000000000000000000";

#[tokio::test]
async fn guessing_keys_429_and_a_right_key_still_works_200() {
    let limit = ("DREAM_LIMITS_FAILED_AUTHENTICATION_PER_MINUTE", "20");
    let server = Server::with(&[limit]).await;
    let api = server.api();
    let project = Project::saas(&api, 500).await;
    let person = project.person("a@example.com").await;
    let calling = api.clone();
    let guesses = send_all(8, 60, move |_| calling.get("/api/customers").bearer(GUESS));
    let (replies, took) = timed(guesses).await;
    replies.iter().for_each(Reply::check_problem);
    let guessed = with_status(&replies, 401);
    assert!(
        (20..=20 + refilled(20, took)).contains(&guessed),
        "{guessed} in {took:?}"
    );
    assert_eq!(guessed + with_status(&replies, 429), 60);
    // By and by some are let through again.
    let reply = loop {
        let reply = api.get("/api/usage").bearer("a.b.c").send().await;
        if reply.status != 401 {
            break reply;
        }
    };
    let reply = reply.problem(429, "authentication_rate_limited");
    assert!(reply.number_at("/retryAfter") >= 1);
    // Only a 401 is replaced: right keys and tokens work, and so do other refusals.
    project.track("u1").send().await.is(200);
    let call = project.as_user(api.post("/api/data"), &person.token);
    call.send().await.is(200);
    api.get("/api/tiers").key(&project.pk).send().await.is(200);
    api.get("/api/customers")
        .key(&project.pk)
        .send()
        .await
        .is(403);
    let replies = send_all(8, 40, move |_| project.track("u2")).await;
    assert_eq!(with_status(&replies, 200), 40);
}

#[tokio::test]
async fn a_header_with_bytes_that_are_no_text_400() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    for name in [
        "x-user-id",
        "authorization",
        "x-publishable-key",
        "x-clerk-token",
    ] {
        let mut request = format!("POST /api/data HTTP/1.1\r\nhost: x\r\n{name}: ").into_bytes();
        request.extend(b"\xff\xfe");
        if name != "authorization" {
            request.extend(format!("\r\nauthorization: Bearer {}", project.sk).bytes());
        }
        request.extend(b"\r\n\r\n");
        let reply = exchange(&api, request).await.unwrap();
        reply.problem(400, "invalid_header");
    }
}

#[tokio::test]
async fn keys_have_their_form() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let live = Project::make(
        &api,
        json!({"projectName": "L", "mode": "live", "tiers": [{"name": "a", "price": 0}]}),
    );
    let live = live.await;
    for (key, prefix) in [
        (&project.pk, "pk_test_"),
        (&project.sk, "sk_test_"),
        (&live.pk, "pk_live_"),
        (&live.sk, "sk_live_"),
    ] {
        let rest = key.strip_prefix(prefix).unwrap();
        // 27 base62 characters hold 160 bits; 6 are a checksum.
        assert_eq!(rest.len(), 33, "{key}");
        assert!(rest.bytes().all(|b| b.is_ascii_alphanumeric()), "{key}");
    }
    assert!(project.platform.starts_with("plt_"));
}
