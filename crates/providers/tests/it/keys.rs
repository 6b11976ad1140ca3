//! Key sets: cached per issuer, asked for again, and never replaced by poison (cases JWT-15).

use serde_json::{Value, json};

use crate::issuer::{Answer, Issuer, signers};
use crate::stage::{ada, assert_fails, client, later, sign_in, sign_in_at};

const PLACE: &str = "/jwks";

#[tokio::test]
async fn keys_are_asked_for_every_five_minutes() {
    let (client, issuer) = (client(), Issuer::start().await);
    sign_in(&client, &issuer, ada()).await.unwrap();
    sign_in(&client, &issuer, ada()).await.unwrap();
    assert_eq!(issuer.asked(PLACE), 1);
    sign_in_at(&client, &issuer, ada(), later(299))
        .await
        .unwrap();
    assert_eq!(issuer.asked(PLACE), 1);
    issuer.claim(json!({"exp": later(900).0 / 1000, "iat": later(301).0 / 1000}));
    sign_in_at(&client, &issuer, ada(), later(301))
        .await
        .unwrap();
    assert_eq!(issuer.asked(PLACE), 2);
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_but_not_all_the_time() {
    let (client, issuer) = (client(), Issuer::start().await);
    sign_in(&client, &issuer, ada()).await.unwrap();
    issuer.rotate();
    for _ in 0..3 {
        let outcome = sign_in_at(&client, &issuer, ada(), later(5)).await;
        assert_fails(outcome, "invalid", "no key");
    }
    assert_eq!(issuer.asked(PLACE), 1);
    sign_in_at(&client, &issuer, ada(), later(11))
        .await
        .unwrap();
    sign_in_at(&client, &issuer, ada(), later(12))
        .await
        .unwrap();
    assert_eq!(issuer.asked(PLACE), 2);
}

#[tokio::test]
async fn keys_of_one_issuer_are_nothing_at_another() {
    let (client, first, second) = (client(), Issuer::start().await, Issuer::start().await);
    sign_in(&client, &first, ada()).await.unwrap();
    second.rotate();
    sign_in(&client, &second, ada()).await.unwrap();
    // The second issuer's tokens now come with the name of the first one's key, which it does not have.
    second.forge(|_, claims| crate::issuer::sign(&signers()[0], &claims));
    let outcome = sign_in(&client, &second, ada()).await;
    assert_fails(outcome, "invalid", "no key");
}

/// Sets that must not be used, by what is wrong with them.
fn poison() -> Vec<(&'static str, Answer)> {
    let good = &signers()[0].jwk;
    let with = |members: Value| {
        let mut key = good.clone();
        for (name, value) in members.as_object().unwrap() {
            key[name] = value.clone();
        }
        key
    };
    let set = |keys: Value| Answer::Json(json!({"keys": keys}));
    let short = "A".repeat(85) + "Q";
    vec![
        (
            "symmetric",
            set(json!([good, {"kty": "oct", "kid": "x", "k": "AAAA"}])),
        ),
        (
            "RSA 512",
            set(json!([good, with(json!({"kid": "x", "n": short}))])),
        ),
        ("e = 1", set(json!([with(json!({"e": "AQ"}))]))),
        ("e even", set(json!([with(json!({"e": "AQAA"}))]))),
        ("no e", set(json!([with(json!({"e": null}))]))),
        ("n is no base64", set(json!([with(json!({"n": "!"}))]))),
        (
            "two of a name",
            set(json!([good, with(json!({"n": signers()[1].jwk["n"]}))])),
        ),
        ("private", set(json!([with(json!({"d": "AQAB"}))]))),
        ("for encryption", set(json!([with(json!({"use": "enc"}))]))),
        (
            "a curve without a point",
            set(json!([good, {"kty": "EC", "crv": "P-256", "kid": "x", "x": "AA", "y": "AA"}])),
        ),
        ("empty", set(json!([]))),
        ("101 keys", set(Value::from(vec![good.clone(); 101]))),
        ("no JSON", Answer::Bytes(b"<html>".to_vec())),
        ("10 MB", Answer::Bytes(vec![b' '; 10_000_000])),
        ("an error", Answer::Status(500)),
        ("a redirect", Answer::Redirect("/elsewhere".to_owned())),
    ]
}

#[tokio::test]
async fn a_poisoned_set_is_not_taken() {
    let issuer = Issuer::start().await;
    for (what, answer) in poison() {
        issuer.answer(PLACE, answer);
        let outcome = sign_in(&client(), &issuer, ada()).await;
        assert!(outcome.is_err(), "{what}");
        let outcome = client().inspect(&issuer.base, later(0)).await;
        assert!(outcome.is_err(), "{what}");
    }
}

#[tokio::test]
async fn the_old_set_is_kept_when_the_new_one_is_poison() {
    let (client, issuer) = (client(), Issuer::start().await);
    sign_in(&client, &issuer, ada()).await.unwrap();
    let mut seconds = 0;
    for (what, answer) in poison() {
        seconds += 301;
        issuer.answer(PLACE, answer);
        issuer.claim(json!({"exp": later(seconds + 300).0 / 1000, "iat": later(seconds).0 / 1000}));
        let before = issuer.asked(PLACE);
        let outcome = sign_in_at(&client, &issuer, ada(), later(seconds)).await;
        assert!(outcome.is_ok(), "{what}: {outcome:?}");
        assert_eq!(issuer.asked(PLACE), before + 1, "{what}");
    }
    // But not for ever.
    let day = 86_400 + seconds;
    issuer.claim(json!({"exp": later(day + 300).0 / 1000, "iat": later(day).0 / 1000}));
    let outcome = sign_in_at(&client, &issuer, ada(), later(day)).await;
    assert!(outcome.is_err());
}
