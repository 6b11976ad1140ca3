//! What leaves: headers, paths, and nothing secret in what is shown.

use std::time::Duration;

use dream_providers::stripe::checkout::{NewSession, Payer, Sale};
use dream_providers::stripe::customers::NewCustomer;
use dream_providers::stripe::{Client, Kind, Settings};
use url::form_urlencoded;

use crate::bench::{client, notes, settings};
use crate::buying::session;
use crate::script::{Script, answer};

#[tokio::test]
async fn a_call_names_version_account_and_key() {
    let script = Script::play(vec![answer(200, r#"{"id":"cus_1"}"#)]).await;
    let client = client(&script.base);
    let at = client.at("acct_1");
    let new = NewCustomer {
        email: Some("a+b@example.com"),
        name: None,
        metadata: &notes(&[("user_id", "user_1")]),
    };
    at.create_customer(&new, "key-1").await.unwrap();
    at.customer("cus_1").await.unwrap();
    client
        .at("")
        .customers_by_email("a+b@example.com")
        .await
        .unwrap_err();
    let came = script.requests();
    let [made, read, listed] = &came[..] else {
        panic!("{came:?}");
    };
    assert_eq!(made.line(), "POST /v1/customers");
    assert_eq!(
        made.body,
        "email=a%2Bb%40example.com&metadata%5Buser_id%5D=user_1"
    );
    assert_eq!(made.header("idempotency-key"), "key-1");
    assert_eq!(
        made.header("content-type"),
        "application/x-www-form-urlencoded"
    );
    for request in [made, read] {
        assert_eq!(request.header("stripe-account"), "acct_1");
        assert_eq!(request.header("stripe-version"), "2026-07-29.dahlia");
        assert_eq!(request.header("authorization"), "Bearer sk_test_platform");
    }
    assert_eq!(read.line(), "GET /v1/customers/cus_1");
    assert_eq!((read.header("idempotency-key"), &*read.body), ("", ""));
    assert_eq!(
        listed.line(),
        "GET /v1/customers?email=a%2Bb%40example.com&limit=100"
    );
    assert_eq!(listed.header("stripe-account"), "");
}

#[tokio::test]
async fn ids_that_are_none_are_not_sent() {
    let script = Script::play(vec![answer(200, "{}")]).await;
    let client = client(&script.base);
    for id in [
        "",
        "..",
        "cus_1/../x",
        "cus_1?expand[]=a",
        "cus_1%2F",
        "a\r\nb",
    ] {
        let failure = client.at("").customer(id).await.unwrap_err();
        assert_eq!(failure.kind, Kind::NotFound, "{id}");
        if !id.is_empty() {
            let failure = client.at(id).customer("cus_1").await.unwrap_err();
            assert_eq!(failure.kind, Kind::NotFound, "{id}");
        }
    }
    let new = NewCustomer {
        email: None,
        name: None,
        metadata: &notes(&[]),
    };
    for key in ["", "a\r\nb", "a b"] {
        let failure = client.at("").create_customer(&new, key).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Refused, "{key}");
    }
    assert!(script.requests().is_empty());
}

#[tokio::test]
async fn a_code_is_exchanged_with_the_secret_of_the_platform() {
    let script = Script::play(vec![answer(400, r#"{"error":"invalid_grant"}"#)]).await;
    let settings = Settings {
        client_secret: Some("sk_test_connect".to_owned().into()),
        ..settings(&script.base)
    };
    let client = Client::new(settings).unwrap();
    client.exchange("ac_1").await.unwrap_err();
    client.deauthorize("acct_1").await.unwrap_err();
    let came = script.requests();
    let [code, end] = &came[..] else {
        panic!("{came:?}");
    };
    for request in [code, end] {
        assert_eq!(request.header("authorization"), "Bearer sk_test_connect");
        assert_eq!(request.header("stripe-account"), "");
    }
    assert_eq!(code.body, "grant_type=authorization_code&code=ac_1");
    assert_eq!(end.body, "client_id=ca_platform&stripe_user_id=acct_1");
}

#[tokio::test]
async fn taxes_of_a_known_customer_need_an_address_that_is_kept() {
    let script = Script::play(vec![answer(400, "")]).await;
    let client = client(&script.base);
    let (metadata, countries) = (notes(&[]), ["DE".to_owned()]);
    let lines = [("price_1", 2)];
    let new = NewSession {
        payer: Payer::Customer("cus_1"),
        expires_at: None,
        client_reference_id: None,
        allow_promotion_codes: false,
        automatic_tax: true,
        shipping_countries: &countries,
        ..session(
            &lines,
            Sale::Payment {
                metadata: &metadata,
            },
        )
    };
    let at = client.at("");
    at.create_checkout(&new, "k1").await.unwrap_err();
    let body = script.requests()[0].body.clone();
    let fields: Vec<_> = form_urlencoded::parse(body.as_bytes()).collect();
    let expected = [
        (
            "success_url",
            "https://a.example/done?session={CHECKOUT_SESSION_ID}",
        ),
        ("cancel_url", "https://a.example/back"),
        ("automatic_tax[enabled]", "true"),
        ("shipping_address_collection[allowed_countries][0]", "DE"),
        ("line_items[0][price]", "price_1"),
        ("line_items[0][quantity]", "2"),
        ("mode", "payment"),
        ("customer", "cus_1"),
        ("customer_update[address]", "auto"),
        ("customer_update[shipping]", "auto"),
    ];
    let expected = expected.map(|(name, value)| (name.into(), value.into()));
    assert_eq!(fields, expected);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Script::play(vec![answer(200, r#"{"id":"cus_1"}"#)]).await;
    let head = format!("location: {}/v1/customers/cus_1\r\n", elsewhere.base);
    let turn = crate::script::Turn::Answer(302, Box::leak(head.into_boxed_str()), String::new());
    let script = Script::play(vec![turn]).await;
    let failure = client(&script.base).at("").customer("cus_1").await;
    assert_eq!(failure.unwrap_err().kind, Kind::Damaged);
    assert_eq!(script.requests().len(), 1);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn nothing_shown_holds_a_secret() {
    let body = r#"{"error":{"message":"Invalid API Key provided: sk_test_platform","code":"x"}}"#;
    let script = Script::play(vec![answer(401, body)]).await;
    let client = client(&script.base);
    let failure = client.at("").customer("cus_1").await.unwrap_err();
    assert_eq!(failure.kind, Kind::Unauthorized);
    let of_settings = format!("{:?}", settings(&script.base));
    let of_client = format!("{client:?} {:?}", client.at("acct_1"));
    for text in [format!("{failure:?} {failure}"), of_settings, of_client] {
        assert!(!text.contains("sk_test"), "{text}");
    }
}

#[test]
fn a_client_without_tls_or_key_is_not_made() {
    for base in ["http://api.stripe.com", "http://10.0.0.1:80", "nonsense"] {
        let refused = Client::new(settings(base)).unwrap_err();
        assert_eq!(refused.kind, Kind::Refused, "{base}");
    }
    let keyless = Settings {
        secret_key: String::new().into(),
        ..settings("https://api.stripe.com")
    };
    assert_eq!(Client::new(keyless).unwrap_err().kind, Kind::Refused);
}
