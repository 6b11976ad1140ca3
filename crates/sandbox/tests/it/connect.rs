//! Connect: the page, the codes, the tokens, and walls between accounts.

use reqwest::Method;
use serde_json::json;

use crate::bench::{Bench, Reply, read};

const ASK: &str = "client_id=ca_1&response_type=code&scope=read_write&redirect_uri=http://127.0.0.1:9/back?a=b&state=s%201";

async fn account(bench: &Bench, key: &str) -> String {
    let made = bench
        .control(Method::POST, "connect", json!({ "key": key }))
        .await;
    made["account"].as_str().unwrap().to_owned()
}

async fn code(bench: &Bench) -> String {
    let asked = json!({ "client_id": "ca_1", "redirect_uri": "http://127.0.0.1:9/back", "scope": "read_write" });
    let made = bench.control(Method::POST, "connect", asked).await;
    made["code"].as_str().unwrap().to_owned()
}

async fn exchange(bench: &Bench, form: &str) -> Reply {
    read(bench.form("/oauth/token", form)).await
}

#[tokio::test]
async fn the_page_hands_code_and_state_back() {
    let bench = Bench::start();
    let page = bench.get(&format!("/oauth/authorize?{ASK}")).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("Sandbox: no real money"),
        "{}",
        page.text
    );
    assert!(page.text.contains("value=\"s 1\""), "{}", page.text);
    stands_in_no_frame(&page);
    let allowed = read(bench.form("/oauth/authorize", &format!("{ASK}&decision=allow"))).await;
    assert_eq!(allowed.status, 303);
    let location = allowed.header("location").to_owned();
    assert!(
        location.starts_with("http://127.0.0.1:9/back?a=b&scope=read_write&code=ac_"),
        "{location}"
    );
    assert!(location.ends_with("&state=s+1"), "{location}");
    let denied = read(bench.form("/oauth/authorize", &format!("{ASK}&decision=deny"))).await;
    assert!(denied.header("location").contains("error=access_denied"));
    assert_eq!(
        bench.get("/oauth/authorize?client_id=ca_1").await.status,
        400
    );
}

/// Another page could put its own words above the buttons.
fn stands_in_no_frame(page: &Reply) {
    assert_eq!(page.header("x-frame-options"), "DENY");
    let policy = page.header("content-security-policy");
    assert_eq!(policy, "frame-ancestors 'none'");
}

#[tokio::test]
async fn no_page_stands_in_a_frame() {
    let bench = Bench::start();
    for path in [
        "/",
        "/oauth/authorize?client_id=ca_1",
        "/checkout/cs_none",
        "/portal/bps_none",
    ] {
        let page = bench.get(path).await;
        let kind = page.header("content-type").to_owned();
        assert!(kind.starts_with("text/html"), "{path}: {kind}");
        stands_in_no_frame(&page);
    }
}

#[tokio::test]
async fn a_code_becomes_tokens_once() {
    let bench = Bench::start();
    let code = code(&bench).await;
    let form = format!("grant_type=authorization_code&code={code}");
    let tokens = exchange(&bench, &form).await.json;
    let account = tokens["stripe_user_id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&tokens["livemode"], &tokens["token_type"], &tokens["scope"]),
        (&false.into(), &"bearer".into(), &"read_write".into())
    );
    let token = tokens["access_token"].as_str().unwrap();
    let own = bench
        .client
        .get(format!("{}/v1/account", bench.base))
        .bearer_auth(token);
    assert_eq!(read(own).await.json["id"], account.as_str());
    assert_eq!(
        bench.get(&format!("/v1/accounts/{account}")).await.status,
        200
    );
    let refreshed = exchange(
        &bench,
        &format!(
            "grant_type=refresh_token&refresh_token={}",
            tokens["refresh_token"].as_str().unwrap()
        ),
    )
    .await;
    assert_eq!(refreshed.json["stripe_user_id"], account.as_str());
    let again = exchange(&bench, &form).await;
    assert_eq!(
        (again.status, &again.json["error"]),
        (400, &"invalid_grant".into())
    );
    let revoked = bench
        .client
        .get(format!("{}/v1/account", bench.base))
        .bearer_auth(token);
    assert_eq!(
        read(revoked).await.status,
        401,
        "a code used twice takes its tokens back"
    );
}

#[tokio::test]
async fn codes_age_by_machine_time_and_unknown_ones_are_refused() {
    let bench = Bench::start();
    let code = code(&bench).await;
    bench.pass_machine_time(301);
    let late = exchange(
        &bench,
        &format!("grant_type=authorization_code&code={code}"),
    )
    .await;
    assert_eq!(
        (late.status, &late.json["error"]),
        (400, &"invalid_grant".into())
    );
    let unknown = exchange(&bench, "grant_type=authorization_code&code=ac_none").await;
    assert_eq!(unknown.json["error"], "invalid_grant");
    let odd = exchange(&bench, "grant_type=password").await;
    assert_eq!(odd.json["error"], "unsupported_grant_type");
}

#[tokio::test]
async fn deauthorizing_ends_access() {
    let bench = Bench::start();
    let account = account(&bench, "sk_test_one").await;
    let path = format!("/v1/accounts/{account}");
    assert_eq!(bench.get(&path).await.status, 200);
    let form = format!("client_id=ca_1&stripe_user_id={account}");
    let ended = read(bench.form("/oauth/deauthorize", &form)).await;
    assert_eq!(ended.json, json!({ "stripe_user_id": account }));
    assert_eq!(bench.get(&path).await.refusal().2, "account_invalid");
    assert_eq!(
        read(bench.form("/oauth/deauthorize", &form)).await.status,
        401
    );
}

#[tokio::test]
async fn accounts_never_see_each_others_objects() {
    let bench = Bench::start();
    let (one, two) = (
        account(&bench, "sk_test_one").await,
        account(&bench, "sk_test_one").await,
    );
    let foreign = account(&bench, "sk_test_two").await;
    let on = |method: Method, path: &str, account: &str| {
        bench
            .call(method, path)
            .header("stripe-account", account.to_owned())
    };
    let made = read(on(Method::POST, "/v1/customers", &one).body("name=a"))
        .await
        .json;
    let path = format!("/v1/customers/{}", made["id"].as_str().unwrap());
    assert_eq!(read(on(Method::GET, &path, &one)).await.status, 200);
    for account in [
        &two,
        &bench.get("/v1/account").await.json["id"]
            .as_str()
            .unwrap()
            .to_owned(),
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            assert_eq!(read(on(method, &path, account)).await.status, 404);
        }
        for list in ["/v1/customers", "/v1/events?type=customer.created"] {
            assert_eq!(
                read(on(Method::GET, list, account)).await.json["data"],
                json!([])
            );
        }
    }
    assert_eq!(
        read(on(Method::GET, &path, &foreign)).await.refusal(),
        (403, "invalid_request_error", "account_invalid", "")
    );
    assert_eq!(read(on(Method::GET, &path, "acct_none")).await.status, 403);
}

#[tokio::test]
async fn test_and_live_sides_are_apart() {
    let bench = Bench::start();
    let both = json!({ "key": "sk_live_one", "account": "acct_both" });
    bench.control(Method::POST, "connect", both).await;
    bench
        .control(
            Method::POST,
            "connect",
            json!({ "key": "sk_test_one", "account": "acct_both" }),
        )
        .await;
    let made = read(
        bench
            .form("/v1/customers", "name=a")
            .header("stripe-account", "acct_both"),
    )
    .await
    .json;
    assert_eq!(made["livemode"], false);
    let url = format!(
        "{}/v1/customers/{}",
        bench.base,
        made["id"].as_str().unwrap()
    );
    let live = bench
        .client
        .get(url)
        .bearer_auth("sk_live_one")
        .header("stripe-account", "acct_both");
    let live = read(live).await;
    assert_eq!(live.status, 404);
    let message = live.json["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("a similar object exists in test mode"),
        "{message}"
    );
}

#[tokio::test]
async fn two_accounts_may_choose_the_same_id_for_a_product() {
    let bench = Bench::start();
    let (one, two) = (
        account(&bench, "sk_test_one").await,
        account(&bench, "sk_test_one").await,
    );
    let make = |account: &str| {
        read(
            bench
                .form("/v1/products", "id=pro&name=Pro")
                .header("stripe-account", account.to_owned()),
        )
    };
    assert_eq!(make(&one).await.status, 200);
    assert_eq!(make(&two).await.status, 200);
    assert_eq!(
        make(&two).await.refusal(),
        (
            400,
            "invalid_request_error",
            "resource_already_exists",
            "id"
        )
    );
    let delete = bench
        .call(Method::DELETE, "/v1/products/pro")
        .header("stripe-account", two);
    assert_eq!(read(delete).await.json["deleted"], true);
    let left = bench
        .call(Method::GET, "/v1/products")
        .header("stripe-account", one);
    assert_eq!(read(left).await.json["data"][0]["id"], "pro");
}
