//! The way back to an app: codes, refresh tokens, and the old way.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::api::Reply;
use crate::browser::Browser;
use crate::project::Project;
use crate::server::shared;

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const APP: &str = "http://localhost:3000";

/// Someone who is signed in, on the way to an app.
struct Journey {
    project: Project,
    browser: Browser,
}

impl Journey {
    async fn begin() -> Self {
        let project = Project::saas(&shared().await, 5).await;
        let browser = Browser::at(&project);
        browser.sign_up("ada@example.com").await.is(200);
        Self { project, browser }
    }

    /// The code of a fresh way back.
    async fn code(&self) -> String {
        let body = json!({"redirect": format!("{APP}/in?a=1#top"), "codeChallenge": CHALLENGE, "state": "s t"});
        let url = self
            .browser
            .send("/auth/continue", body)
            .await
            .is(200)
            .text_at("/url");
        let rest = url
            .strip_prefix("http://localhost:3000/in?a=1&code=")
            .unwrap();
        let (code, rest) = rest.split_once('&').unwrap();
        assert_eq!(rest, "state=s%20t#top");
        code.to_owned()
    }

    async fn exchange(&self, code: &str) -> Reply {
        let body = json!({"code": code, "codeVerifier": VERIFIER});
        let call = self.project.api.post("/auth/token").key(&self.project.pk);
        call.header("origin", APP).json(body).send().await
    }

    async fn refresh(&self, token: &str) -> Reply {
        let body = json!({"refreshToken": token});
        let call = self.project.api.post("/auth/refresh").key(&self.project.pk);
        call.json(body).send().await
    }

    async fn usage(&self, token: &str) -> Reply {
        let call = self.project.api.get("/api/usage").key(&self.project.pk);
        call.token(token).send().await
    }
}

fn claims(token: &str) -> Value {
    let body = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

#[tokio::test]
async fn a_code_becomes_tokens_that_work() {
    let journey = Journey::begin().await;
    let reply = journey.exchange(&journey.code().await).await.is(200);
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert_eq!(reply.json["user"]["email"], "ada@example.com");
    let token = reply.text_at("/token");
    journey.usage(&token).await.is(200);
    let claims = claims(&token);
    assert_eq!(claims["azp"], APP);
    assert_eq!(
        claims["publicMetadata"]["publishableKey"],
        journey.project.pk
    );
    let lives = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lives, 300);
}

#[tokio::test]
async fn fifty_exchanges_of_one_code_at_once_are_one() {
    let journey = Journey::begin().await;
    let code = journey.code().await;
    let body = json!({"code": code, "codeVerifier": VERIFIER});
    let tries: Vec<_> = (0..50)
        .map(|_| {
            let call = journey
                .project
                .api
                .post("/auth/token")
                .key(&journey.project.pk);
            tokio::spawn(call.json(&body).send())
        })
        .collect();
    let mut passed = Vec::new();
    for one in tries {
        let reply = one.await.unwrap();
        match reply.status {
            200 => passed.push(reply),
            _ => drop(reply.problem(401, "invalid_code")),
        }
    }
    assert_eq!(passed.len(), 1);
    journey.usage(&passed[0].text_at("/token")).await.is(200);
}

#[tokio::test]
async fn a_code_needs_its_verifier_its_project_and_its_origin() {
    let journey = Journey::begin().await;
    let other = Project::saas(&journey.project.api, 5).await;
    let api = &journey.project.api;
    let right = json!({"code": journey.code().await, "codeVerifier": VERIFIER});
    let call = api.post("/auth/token").key(&other.pk).json(&right);
    call.send().await.problem(401, "invalid_code");
    // A code in another project's hands is still good in its own.
    let call = api
        .post("/auth/token")
        .key(&journey.project.pk)
        .json(&right);
    call.send().await.is(200);

    let code = journey.code().await;
    let wrong = json!({"code": code, "codeVerifier": "x".repeat(43)});
    let call = api.post("/auth/token").key(&journey.project.pk).json(wrong);
    call.send().await.problem(401, "invalid_code");
    // A code that somebody else tried is used up.
    journey.exchange(&code).await.problem(401, "invalid_code");

    let body = json!({"code": journey.code().await, "codeVerifier": VERIFIER});
    let call = api.post("/auth/token").key(&journey.project.pk).json(body);
    let reply = call.header("origin", "http://evil.example").send().await;
    reply.problem(401, "invalid_code");
}

#[tokio::test]
async fn a_refresh_token_works_once_and_its_reuse_ends_the_session() {
    let journey = Journey::begin().await;
    let first = journey.exchange(&journey.code().await).await.is(200);
    let second = journey
        .refresh(&first.text_at("/refreshToken"))
        .await
        .is(200);
    assert_ne!(first.json["refreshToken"], second.json["refreshToken"]);
    journey.usage(&second.text_at("/token")).await.is(200);
    let reused = journey.refresh(&first.text_at("/refreshToken")).await;
    reused.problem(401, "invalid_refresh_token");
    let heir = journey.refresh(&second.text_at("/refreshToken")).await;
    heir.problem(401, "invalid_refresh_token");
    let reply = journey.usage(&second.text_at("/token")).await;
    reply.problem(401, "token_revoked");
    assert!(journey.browser.user().await.is_null());
}

#[tokio::test]
async fn a_lost_answer_comes_again_under_its_idempotency_key() {
    let journey = Journey::begin().await;
    let first = journey.exchange(&journey.code().await).await.is(200);
    let body = json!({"refreshToken": first.json["refreshToken"]});
    let call = || {
        let call = journey
            .project
            .api
            .post("/auth/refresh")
            .key(&journey.project.pk);
        call.header("idempotency-key", "0123456789abcdef")
            .json(&body)
    };
    let one = call().send().await.is(200);
    let again = call().send().await.is(200);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(one.json, again.json);
    journey.refresh(&one.text_at("/refreshToken")).await.is(200);
}

#[tokio::test]
async fn signing_out_ends_everything_of_the_session() {
    let journey = Journey::begin().await;
    let tokens = journey.exchange(&journey.code().await).await.is(200);
    let body = json!({"refreshToken": tokens.json["refreshToken"]});
    let api = &journey.project.api;
    for _ in 0..2 {
        let call = api
            .post("/auth/revoke")
            .key(&journey.project.pk)
            .json(&body);
        assert_eq!(call.send().await.is(200).json, json!({"success": true}));
    }
    let reply = journey.usage(&tokens.text_at("/token")).await;
    reply.problem(401, "token_revoked");
    let reply = journey.refresh(&tokens.text_at("/refreshToken")).await;
    reply.problem(401, "invalid_refresh_token");
    assert!(journey.browser.user().await.is_null());
}

#[tokio::test]
async fn the_old_way_is_a_token_in_the_address_bound_to_its_origin() {
    let journey = Journey::begin().await;
    let (api, pk) = (&journey.project.api, &journey.project.pk);
    let body = json!({"redirect": format!("{APP}?success=true")});
    let reply = journey.browser.send("/auth/continue", body).await.is(200);
    assert_eq!(reply.header("referrer-policy"), "no-referrer");
    let url = reply.text_at("/url");
    let token = url
        .strip_prefix("http://localhost:3000?success=true&__clerk_jwt=")
        .unwrap();
    let claims = claims(token);
    assert_eq!(claims["azp"], APP);
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        86_400
    );
    journey.usage(token).await.is(200);
    let from = |origin: &str| {
        api.get("/api/usage")
            .key(pk)
            .token(token)
            .header("origin", origin)
    };
    from(APP).send().await.is(200);
    from("http://localhost:3001")
        .send()
        .await
        .problem(401, "invalid_token");

    let body = json!({"publishableKey": pk, "legacyToken": false});
    let call = api.post("/projects/settings").bearer(api.developer());
    call.json(body).send().await.is(200);
    let body = json!({"redirect": APP});
    let reply = journey.browser.send("/auth/continue", body).await;
    reply.problem(422, "code_challenge_required");
}

#[tokio::test]
async fn people_are_sent_only_to_allowed_origins() {
    let journey = Journey::begin().await;
    for bad in [
        "https://evil.example/",
        "http://localhost.evil.example/",
        "http://localhost@evil.example/",
        "javascript:alert(1)",
        "//evil.example",
        "/relative",
        "http:\\\\evil.example",
        "https://evil.example#http://localhost/",
        "ftp://localhost/",
    ] {
        let reply = journey
            .browser
            .send("/auth/continue", json!({"redirect": bad}))
            .await;
        reply.problem(422, "redirect_not_allowed");
    }
    for good in [
        "http://localhost:3000/x",
        "http://127.0.0.1:9/",
        "http://[::1]:1234",
    ] {
        let reply = journey
            .browser
            .send("/auth/continue", json!({"redirect": good}))
            .await;
        reply.is(200);
    }
    let reply = journey.browser.send("/auth/continue", json!({})).await;
    reply.problem(422, "redirect_not_configured");
}
