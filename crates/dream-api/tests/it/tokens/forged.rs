//! Tokens that are not ours, or not as we made them: one text for all of them (rules 5).

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::api::{Api, Reply};
use crate::forge::{Signer, claims, part};
use crate::project::{Person, Project};
use crate::server::shared;

const TEXT: &str = "The user token is not valid";

/// A project with a person, and the server's own key.
struct Scene {
    api: Api,
    project: Project,
    person: Person,
    signer: Signer,
}

impl Scene {
    async fn new() -> Self {
        let api = shared().await;
        let project = Project::saas(&api, 1000).await;
        project.settings(json!({"perUserPerMinute": 0})).await;
        Self {
            person: project.person("a@example.com").await,
            signer: Signer::of(&api).await,
            project,
            api,
        }
    }

    async fn ask(&self, token: &str) -> Reply {
        let call = self.project.as_user(self.api.get("/api/usage"), token);
        call.send().await
    }

    /// Asks with a claim so many seconds beside the moment of minting, until the answer comes within two seconds of it:
    /// what took longer says nothing.
    async fn asked_at_once(&self, claim: &str, offset: i64) -> Reply {
        loop {
            let mut changed = claims(&self.project.mint(&self.person.id).await);
            let minted = changed["iat"].as_i64().unwrap();
            changed[claim] = json!(minted + offset);
            let reply = self.ask(&self.signer.sign(&changed)).await;
            let health = self.project.api.get("/health").send().await;
            if health.number_at("/now") < (minted + 2) * 1000 {
                return reply;
            }
        }
    }

    #[track_caller]
    fn refused(reply: Reply, what: &str) {
        assert_eq!(reply.status, 401, "{what}: {}", reply.text);
        let reply = reply.problem(401, "invalid_token");
        assert_eq!(reply.json["message"], TEXT, "{what}");
        assert_eq!(reply.json["error"], "Invalid or missing end-user token");
    }

    /// The person's claims with changes; null removes one.
    fn changed(&self, changes: &[(&str, Value)]) -> Value {
        let mut claims = claims(&self.person.token);
        for (name, value) in changes {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(*name);
            } else {
                claims[*name] = value.clone();
            }
        }
        claims
    }
}

#[tokio::test]
async fn the_same_claims_signed_by_us_200() {
    let scene = Scene::new().await;
    let token = scene.signer.sign(&claims(&scene.person.token));
    scene.ask(&token).await.is(200);
}

#[tokio::test]
async fn other_algorithms_and_keys_401() {
    let scene = Scene::new().await;
    let real = claims(&scene.person.token);
    let none = |alg: &str| {
        format!(
            "{}.{}.",
            part(&json!({"alg": alg, "typ": "JWT"})),
            part(&real)
        )
    };
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        Scene::refused(scene.ask(&none(alg)).await, alg);
    }
    let jwks = scene.api.get("/.well-known/jwks.json").send().await.json;
    let modulus = jwks["keys"][0]["n"].as_str().unwrap();
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let mut header = Header::new(algorithm);
        header.kid = Some(scene.signer.kid.clone());
        for secret in [modulus.as_bytes(), b"", jwks.to_string().as_bytes()] {
            let key = EncodingKey::from_secret(secret);
            let token = jsonwebtoken::encode(&header, &real, &key).unwrap();
            Scene::refused(scene.ask(&token).await, "HMAC with the public key");
        }
    }
    for algorithm in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256] {
        let mut header = Header::new(algorithm);
        header.kid = Some(scene.signer.kid.clone());
        let token = scene.signer.sign_with(&header, &real);
        Scene::refused(scene.ask(&token).await, "another algorithm of our key");
    }
    let stranger = Signer::own(&scene.signer.kid);
    Scene::refused(
        scene.ask(&stranger.sign(&real)).await,
        "another key, our kid",
    );
    let stranger = Signer::own("rsa_stranger");
    Scene::refused(
        scene.ask(&stranger.sign(&real)).await,
        "another key and kid",
    );
}

#[tokio::test]
async fn odd_key_ids_401() {
    let scene = Scene::new().await;
    let real = claims(&scene.person.token);
    let long = "k".repeat(5000);
    for kid in [
        "",
        "../../etc/passwd",
        "'; drop table signing_keys; --",
        "a\0b",
        "rsa_",
        &long,
        &scene.signer.kid.to_uppercase(),
    ] {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(kid.to_owned());
        let token = scene.signer.sign_with(&header, &real);
        Scene::refused(scene.ask(&token).await, kid);
    }
    let token = scene
        .signer
        .sign_with(&Header::new(Algorithm::RS256), &real);
    Scene::refused(scene.ask(&token).await, "no kid");
}

#[tokio::test]
async fn wrong_or_missing_claims_401() {
    let scene = Scene::new().await;
    for changes in [
        &[("iss", json!("https://evil.example.com"))][..],
        &[("iss", json!(""))],
        &[("iss", json!(null))],
        &[("exp", json!(null))],
        &[("exp", json!("never"))],
        &[("exp", json!(1e300))],
        &[("sub", json!(null))],
        &[("sub", json!(7))],
        &[("sid", json!(null))],
        &[("publishableKey", json!(null))],
        &[("publishableKey", json!("pk_test_x"))],
        &[("iat", json!("now"))],
    ] {
        let token = scene.signer.sign(&scene.changed(changes));
        Scene::refused(scene.ask(&token).await, &format!("{changes:?}"));
    }
}

#[tokio::test]
async fn times_hold_within_five_seconds() {
    let scene = Scene::new().await;
    for (claim, offset, status) in [
        ("exp", -2, 200),
        ("exp", -8, 401),
        ("nbf", 3, 200),
        ("nbf", 15, 401),
        ("iat", 3, 200),
        ("iat", 15, 401),
        ("iat", -3600, 200),
    ] {
        let reply = scene.asked_at_once(claim, offset).await;
        assert_eq!(reply.status, status, "{claim} {offset}: {}", reply.text);
        if claim == "exp" && status == 401 {
            reply.problem(401, "token_expired");
        } else if status == 401 {
            Scene::refused(reply, claim);
        }
    }
}

#[tokio::test]
async fn tampered_tokens_401() {
    let scene = Scene::new().await;
    let token = &scene.person.token;
    let parts: Vec<&str> = token.split('.').collect();
    let [head, payload, signature] = parts[..] else {
        panic!("three parts")
    };
    let richer = part(&scene.changed(&[("sub", json!("user_other")), ("plan", json!("max"))]));
    let flip = |text: &str| {
        let last = if text.ends_with('A') { "B" } else { "A" };
        format!("{}{last}", &text[..text.len() - 1])
    };
    // The last character of 256 bytes carries two bits that must be zero.
    let odd_tail = |text: &str| {
        let last = text.chars().next_back().unwrap();
        let next = char::from(u8::try_from(u32::from(last)).unwrap() + 1);
        format!("{}{next}", &text[..text.len() - 1])
    };
    for forged in [
        format!("{head}.{richer}.{signature}"),
        format!(
            "{head}.{payload}.{}",
            flip(&signature[..signature.len() - 4])
        ),
        format!("{head}.{payload}.{}", odd_tail(signature)),
        format!("{head}.{payload}."),
        format!("{head}.{payload}.{signature}="),
        format!("{head}.{payload}.{signature}=="),
        format!("{head}.{payload}.{signature}AAAA"),
        format!("{head}.{payload} .{signature}"),
        format!("{}.{payload}.{signature}", flip(head)),
        format!(".{payload}.{signature}"),
        format!("{head}..{signature}"),
        "..".to_owned(),
        "a.b.c".to_owned(),
    ] {
        Scene::refused(scene.ask(&forged).await, &forged);
    }
    for other in [
        format!("{head}.{payload}"),
        format!("{token}.{signature}"),
        format!("{head}.{payload}.{signature}.{head}.{payload}"),
        "x".to_owned(),
    ] {
        Scene::refused(scene.ask(&other).await, &other);
    }
    scene.ask(token).await.is(200);
}

#[tokio::test]
async fn duplicate_claims_401() {
    let scene = Scene::new().await;
    let real = claims(&scene.person.token).to_string();
    let doubled = real.replacen('{', "{\"sub\":\"user_other\",", 1);
    let raw: Box<serde_json::value::RawValue> = serde_json::from_str(&doubled).unwrap();
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(scene.signer.kid.clone());
    let token = scene.signer.sign_with(&header, &raw);
    Scene::refused(scene.ask(&token).await, "sub twice");
}
