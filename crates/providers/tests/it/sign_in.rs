//! Signing in: what is believed, and everything that is not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dream_providers::oidc::Person;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::issuer::{CLIENT_ID, Issuer, Signer, now, sign, signers};
use crate::stage::{ada, assert_fails, client, sign_in};

#[tokio::test]
async fn a_person_signs_in() {
    let (client, issuer) = (client(), Issuer::start().await);
    let person = sign_in(&client, &issuer, ada()).await.unwrap();
    let expected = Person {
        subject: "ada-1".to_owned(),
        email: Some("ada@example.com".to_owned()),
        email_verified: true,
        given_name: Some("Ada".to_owned()),
        family_name: Some("Lovelace".to_owned()),
        name: Some("Ada Lovelace".to_owned()),
    };
    assert_eq!(person, expected);
    assert_eq!(issuer.asked("/userinfo"), 0);
}

#[tokio::test]
async fn the_secret_goes_into_the_form_where_the_issuer_wants_that() {
    let (client, issuer) = (client(), Issuer::start().await);
    issuer.describe(&json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]}));
    assert!(sign_in(&client, &issuer, ada()).await.is_ok());
}

#[tokio::test]
async fn an_address_that_the_token_keeps_silent_about_is_asked_for() {
    let (client, issuer) = (client(), Issuer::start().await);
    let told = json!({"sub": "ada-1", "userinfo": ada()});
    let person = sign_in(&client, &issuer, told).await.unwrap();
    assert_eq!(
        (person.email.as_deref(), person.email_verified),
        (Some("ada@example.com"), true)
    );
    let other = json!({"sub": "bob-1", "userinfo": ada()});
    let outcome = sign_in(&client, &issuer, other).await;
    assert_fails(outcome, "invalid", "another person");
}

#[tokio::test]
async fn only_a_plain_yes_verifies_an_address() {
    let (client, issuer) = (client(), Issuer::start().await);
    for (said, verified) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(false), false),
        (json!("false"), false),
        (json!("yes"), false),
        (Value::Null, false),
    ] {
        let mut person = ada();
        person["email_verified"] = said.clone();
        let found = sign_in(&client, &issuer, person).await.unwrap();
        assert_eq!(found.email_verified, verified, "{said}");
    }
    let nobody = json!({"sub": "x", "email": " ", "email_verified": true});
    let found = sign_in(&client, &issuer, nobody).await;
    // Without an address the userinfo endpoint is asked, which knows of nobody here.
    assert_fails(found, "refused", "401");
}

#[tokio::test]
async fn a_token_with_a_wrong_claim_is_refused() {
    let (client, issuer) = (client(), Issuer::start().await);
    for (claims, words) in [
        (json!({"nonce": "another"}), "another sign-in"),
        (json!({"nonce": null}), "another sign-in"),
        (
            json!({"iss": "https://accounts.google.com"}),
            "another issuer",
        ),
        (
            json!({"iss": format!("{}/", issuer.base)}),
            "another issuer",
        ),
        (json!({"aud": "another"}), "another client"),
        (json!({"aud": ["another", "third"]}), "another client"),
        (json!({"aud": []}), "another client"),
        (
            json!({"aud": [CLIENT_ID, "another"]}),
            "asked for by another",
        ),
        (
            json!({"aud": [CLIENT_ID, "another"], "azp": "another"}),
            "asked for by another",
        ),
        (json!({"azp": "another"}), "asked for by another"),
        (json!({"exp": now() - 61}), "expired"),
        (json!({"nbf": now() + 100}), "not valid yet"),
        (json!({"iat": now() + 100}), "future"),
        (json!({"iat": now() - 700}), "too long ago"),
        (json!({"exp": null}), "lacks claims"),
        (json!({"iat": null}), "lacks claims"),
        (json!({"aud": null}), "lacks claims"),
        (json!({"sub": null}), "lacks claims"),
        (json!({"sub": ""}), "names a person"),
        (json!({"sub": "a\nb"}), "names a person"),
        (json!({"sub": "x".repeat(256)}), "names a person"),
    ] {
        issuer.claim(claims.clone());
        let outcome = sign_in(&client, &issuer, ada()).await;
        let failure = outcome.expect_err(&claims.to_string());
        assert!(failure.to_string().contains(words), "{claims}: {failure}");
        assert_eq!(failure.kind(), "invalid");
    }
    issuer.claim(json!({"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}));
    assert!(sign_in(&client, &issuer, ada()).await.is_ok());
}

#[tokio::test]
async fn a_token_that_is_not_signed_by_the_issuer_is_refused() {
    let (client, issuer) = (client(), Issuer::start().await);
    let forgeries: Vec<fn(&Signer, Value) -> String> = vec![
        |_, claims| unsigned(&json!({"alg": "none", "typ": "JWT"}), &claims, ""),
        |_, claims| unsigned(&json!({"alg": "None", "kid": "first"}), &claims, "AAAA"),
        |signer, claims| with_the_public_key_as_secret(signer, &claims),
        |_, claims| sign(&signers()[1], &claims),
        // Another key under the right name.
        |_, claims| named("first", &signers()[1], &claims, Algorithm::RS256),
        // A right signature of an algorithm that the key is not for.
        |signer, claims| named("first", signer, &claims, Algorithm::RS512),
        |signer, claims| sign(signer, &claims).replace('.', ".a"),
        |signer, claims| {
            let token = sign(signer, &claims);
            token[..token.rfind('.').unwrap()].to_owned()
        },
        |signer, claims| {
            let mut parts: Vec<String> = sign(signer, &claims)
                .split('.')
                .map(str::to_owned)
                .collect();
            let mut claims = claims;
            claims["sub"] = "bob-1".into();
            parts[1] = URL_SAFE_NO_PAD.encode(claims.to_string());
            parts.join(".")
        },
        |signer, claims| {
            let mut header = Header::new(Algorithm::RS256);
            header.kid = Some(signer.kid.to_owned());
            header.crit = Some(vec!["exp".to_owned()]);
            jsonwebtoken::encode(&header, &claims, &signer.key).unwrap()
        },
        |_, _| String::new(),
        |_, _| "a.b.c".to_owned(),
        |_, _| "x".repeat(100_000),
    ];
    for (number, forgery) in forgeries.into_iter().enumerate() {
        issuer.forge(forgery);
        let outcome = sign_in(&client, &issuer, ada()).await;
        let failure = outcome.expect_err(&number.to_string());
        assert_eq!(failure.kind(), "invalid", "{number}: {failure}");
    }
    issuer.behave();
    assert!(sign_in(&client, &issuer, ada()).await.is_ok());
}

/// The public key, which everyone knows, as if it were a shared secret.
fn with_the_public_key_as_secret(signer: &Signer, claims: &Value) -> String {
    let modulus = URL_SAFE_NO_PAD
        .decode(signer.jwk["n"].as_str().unwrap())
        .unwrap();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(signer.kid.to_owned());
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(&modulus)).unwrap()
}

fn named(kid: &str, signer: &Signer, claims: &Value, algorithm: Algorithm) -> String {
    let mut header = Header::new(algorithm);
    header.kid = Some(kid.to_owned());
    jsonwebtoken::encode(&header, claims, &signer.key).unwrap()
}

fn unsigned(header: &Value, claims: &Value, signature: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", part(header), part(claims))
}

#[tokio::test]
async fn what_the_token_endpoint_refuses_is_a_refusal() {
    let (client, issuer) = (client(), Issuer::start().await);
    let refusal = json!({"error": "invalid_grant\u{7}<b>", "error_description": "secret things"});
    issuer.answer("/token", crate::issuer::Answer::Json(refusal));
    let outcome = sign_in(&client, &issuer, ada()).await;
    // Without an ID token a 200 is no answer either.
    assert_fails(outcome, "invalid", "cannot be read");
    issuer.answer("/token", crate::issuer::Answer::Status(400));
    assert_fails(sign_in(&client, &issuer, ada()).await, "refused", "400");
    issuer.answer("/token", crate::issuer::Answer::Status(503));
    assert_fails(sign_in(&client, &issuer, ada()).await, "unreachable", "503");
}
