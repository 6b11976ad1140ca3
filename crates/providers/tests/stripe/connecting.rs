//! OAuth and accounts against the sandbox.

use dream_providers::stripe::{Client, Kind, Settings};
use serde_json::json;

use crate::bench::{Bench, settings};

async fn code(bench: &Bench) -> String {
    let asked = json!({ "client_id": "ca_platform", "redirect_uri": "http://127.0.0.1:9/callback", "scope": "read_write" });
    let made = bench.control("connect", asked).await;
    made["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_account_is_connected_and_given_up() {
    let bench = Bench::start();
    let connected = bench.client.exchange(&code(&bench).await).await.unwrap();
    assert_eq!(
        (&*connected.scope, connected.livemode),
        ("read_write", false)
    );
    let token = connected.access_token.clone().unwrap();
    assert!(connected.refresh_token.is_some());
    assert!(!format!("{connected:?}").contains(&*token));
    let account = bench
        .client
        .at(&connected.account_id)
        .account()
        .await
        .unwrap();
    assert_eq!(account.id, connected.account_id);
    assert!(account.charges_enabled && account.payouts_enabled && account.details_submitted);
    assert_eq!(account.default_currency.as_deref(), Some("usd"));
    assert_eq!(account.display_name.as_deref(), Some("Sandbox business"));
    bench
        .client
        .deauthorize(&connected.account_id)
        .await
        .unwrap();
    let gone = bench.client.at(&connected.account_id).account().await;
    let gone = gone.unwrap_err();
    assert_eq!((gone.kind, gone.status), (Kind::Unauthorized, Some(403)));
    assert!(!gone.message.contains(&connected.account_id), "{gone}");
    let twice = bench.client.deauthorize(&connected.account_id).await;
    assert_eq!(twice.unwrap_err().kind, Kind::Unauthorized);
}

#[tokio::test]
async fn a_used_or_unknown_code_is_refused() {
    let bench = Bench::start();
    let code = code(&bench).await;
    bench.client.exchange(&code).await.unwrap();
    for code in [&*code, "ac_none"] {
        let failure = bench.client.exchange(code).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Refused);
        assert_eq!(failure.code.as_deref(), Some("invalid_grant"));
        assert!(!failure.message.contains("ac_"), "{failure}");
    }
}

#[tokio::test]
async fn the_platform_has_an_account_of_its_own() {
    let bench = Bench::start();
    let connected = bench.connect().await;
    let own = bench.at().account().await.unwrap();
    assert_ne!(own.id, connected);
}

#[test]
fn the_way_to_connect_names_the_platform() {
    let client = Client::new(settings("https://connect.stripe.com")).unwrap();
    let url = client
        .authorize_url("s&1", "https://a.example/callback")
        .unwrap();
    assert_eq!(
        url,
        "https://connect.stripe.com/oauth/authorize?response_type=code&client_id=ca_platform\
         &scope=read_write&state=s%261&redirect_uri=https%3A%2F%2Fa.example%2Fcallback"
    );
    let nameless = Settings {
        client_id: None,
        ..settings("https://connect.stripe.com")
    };
    let client = Client::new(nameless).unwrap();
    assert_eq!(client.authorize_url("s", "https://a.example/"), None);
}
