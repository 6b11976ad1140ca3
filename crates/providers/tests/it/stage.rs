//! One sign-in from end to end.

use dream_domain::time::Millis;
use dream_providers::oidc::{
    Begin, Client, Failure, Person, Reach, Registration, Return, authorization_url,
};
use serde_json::{Value, json};
use url::Url;

use crate::issuer::{self, CLIENT_ID, CLIENT_SECRET, Issuer};

const STATE: &str = "c3RhdGUtc3RhdGUtc3RhdGUtc3RhdGUtc3RhdGUtc3Q";
const NONCE: &str = "bm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm8";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// What people are like who have verified their address.
pub(crate) fn ada() -> Value {
    json!({"sub": "ada-1", "email": "ada@example.com", "email_verified": true,
        "given_name": "Ada", "family_name": "Lovelace", "name": "Ada Lovelace"})
}

pub(crate) fn client() -> Client {
    Client::new(Reach::PublicAndLoopback).unwrap()
}

/// Machine time, and so many seconds more.
pub(crate) fn later(seconds: i64) -> Millis {
    Millis((issuer::now() + seconds) * 1000)
}

/// Someone signs in now.
pub(crate) async fn sign_in(
    client: &Client,
    issuer: &Issuer,
    person: Value,
) -> Result<Person, Failure> {
    sign_in_at(client, issuer, person, later(0)).await
}

/// Someone signs in at a time.
pub(crate) async fn sign_in_at(
    client: &Client,
    issuer: &Issuer,
    person: Value,
    now: Millis,
) -> Result<Person, Failure> {
    let registration = Registration {
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        redirect_uri: "http://127.0.0.1:8787/auth/callback/acme",
    };
    let begin = Begin {
        state: STATE,
        nonce: NONCE,
        verifier: VERIFIER,
    };
    let metadata = client.discover(&issuer.base, now).await?;
    let back = issuer.consent(&authorization_url(&metadata, &registration, &begin), person);
    let back = Url::parse(&back).unwrap();
    let part = |name: &str| {
        let mut pairs = back.query_pairs();
        pairs.find(|(key, _)| key == name).unwrap().1.into_owned()
    };
    assert_eq!(part("state"), STATE);
    let back = Return {
        code: &part("code"),
        nonce: NONCE,
        verifier: VERIFIER,
    };
    client.finish(&metadata, &registration, &back, now).await
}

/// Fails unless the outcome is a failure of this kind whose text holds `words`.
#[track_caller]
pub(crate) fn assert_fails<T: std::fmt::Debug>(
    outcome: Result<T, Failure>,
    kind: &str,
    words: &str,
) {
    let failure = outcome.unwrap_err();
    assert_eq!(failure.kind(), kind, "{failure}");
    assert!(failure.to_string().contains(words), "{failure}");
}
