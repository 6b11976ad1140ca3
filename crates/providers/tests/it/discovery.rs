//! What an issuer says of itself, and what of that is believed.

use dream_providers::oidc::{Client, Reach};
use serde_json::{Value, json};

use crate::issuer::{Answer, Issuer};
use crate::stage::{assert_fails, client, later};

const PLACE: &str = "/.well-known/openid-configuration";

#[tokio::test]
async fn a_document_is_asked_for_every_five_minutes() {
    let (client, issuer) = (client(), Issuer::start().await);
    for (seconds, asked) in [(0, 1), (299, 1), (300, 2), (301, 2)] {
        client.discover(&issuer.base, later(seconds)).await.unwrap();
        assert_eq!(issuer.asked(PLACE), asked, "after {seconds} seconds");
    }
    client.inspect(&issuer.base, later(302)).await.unwrap();
    assert_eq!(issuer.asked(PLACE), 3);
}

#[tokio::test]
async fn many_at_once_ask_once() {
    let (client, issuer) = (std::sync::Arc::new(client()), Issuer::start().await);
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (client, base) = (client.clone(), issuer.base.clone());
        asking.spawn(async move { client.discover(&base, later(0)).await.is_ok() });
    }
    assert!(asking.join_all().await.into_iter().all(|done| done));
    assert_eq!(issuer.asked(PLACE), 1);
}

#[tokio::test]
async fn an_issuer_that_does_not_fit_is_refused() {
    let issuer = Issuer::start().await;
    let other = Issuer::start().await;
    for (members, kind, words) in [
        (json!({"issuer": other.base}), "invalid", "is of the issuer"),
        (
            json!({"issuer": format!("{}/", issuer.base)}),
            "invalid",
            "is of the issuer",
        ),
        (json!({"issuer": null}), "invalid", "cannot be read"),
        (json!({"jwks_uri": null}), "invalid", "cannot be read"),
        (
            json!({"token_endpoint": "http://id.example.com/token"}),
            "refused",
            "is not https",
        ),
        (
            json!({"token_endpoint": "https://10.0.0.1/token"}),
            "refused",
            "public",
        ),
        (
            json!({"jwks_uri": "https://169.254.169.254/latest"}),
            "refused",
            "public",
        ),
        (
            json!({"jwks_uri": "file:///etc/passwd"}),
            "refused",
            "has no host",
        ),
        (
            json!({"authorization_endpoint": "javascript:alert(1)"}),
            "refused",
            "has no host",
        ),
        (
            json!({"userinfo_endpoint": "http://192.168.0.1/"}),
            "refused",
            "is not https",
        ),
        (
            json!({"response_types_supported": ["id_token"]}),
            "invalid",
            "code",
        ),
        (
            json!({"code_challenge_methods_supported": ["plain"]}),
            "invalid",
            "S256",
        ),
        (
            json!({"id_token_signing_alg_values_supported": ["HS256", "none"]}),
            "invalid",
            "RS256",
        ),
        (
            json!({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}),
            "invalid",
            "client_secret_basic",
        ),
    ] {
        issuer.describe(&members);
        let outcome = client().discover(&issuer.base, later(0)).await;
        assert_fails(outcome, kind, words);
        issuer.describe(&restored(&issuer));
    }
    assert!(client().discover(&issuer.base, later(0)).await.is_ok());
}

fn restored(issuer: &Issuer) -> Value {
    let base = &issuer.base;
    json!({
        "issuer": base, "authorization_endpoint": format!("{base}/authorize"), "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/jwks"), "userinfo_endpoint": null, "response_types_supported": null,
        "code_challenge_methods_supported": null, "id_token_signing_alg_values_supported": null,
        "token_endpoint_auth_methods_supported": null,
    })
}

#[tokio::test]
async fn production_asks_nobody_on_this_machine_or_its_network() {
    let client = Client::new(Reach::Public).unwrap();
    let issuer = Issuer::start().await;
    for address in [
        issuer.base.clone(),
        issuer.base.replace("http", "https"),
        "https://localhost".to_owned(),
        "https://10.0.0.1".to_owned(),
        "https://[fd00:ec2::254]".to_owned(),
    ] {
        let outcome = client.discover(&address, later(0)).await;
        assert_eq!(outcome.unwrap_err().kind(), "refused", "{address}");
    }
    assert_eq!(issuer.asked(PLACE), 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (issuer, other) = (Issuer::start().await, Issuer::start().await);
    issuer.answer(PLACE, Answer::Redirect(format!("{}{PLACE}", other.base)));
    let outcome = client().discover(&issuer.base, later(0)).await;
    assert_fails(outcome, "refused", "302");
    assert_eq!(other.asked(PLACE), 0);
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let outcome = client().discover(&address, later(0)).await;
    assert_fails(outcome, "unreachable", "connection failed");
}
