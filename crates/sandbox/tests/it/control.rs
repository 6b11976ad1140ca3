//! What a script does instead of a page.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Bench, Reply, read};
use crate::receiver::Receiver;

async fn refused(bench: &Bench, path: &str, body: Value) -> Reply {
    let url = format!("{}/_control/{path}", bench.base);
    read(bench.client.post(url).body(body.to_string())).await
}

async fn types(bench: &Bench) -> Vec<String> {
    let events = bench.get("/v1/events?limit=100").await.json;
    let types = events["data"].as_array().unwrap().iter().rev();
    types
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn an_account_is_connected_without_the_page() {
    let bench = Bench::start();
    let bare = bench.control(Method::POST, "connect", json!({})).await;
    let form = |code: &Value| {
        let code = code.as_str().unwrap();
        format!("grant_type=authorization_code&code={code}")
    };
    let tokens = bench.post("/oauth/token", &form(&bare["code"])).await;
    assert_eq!(
        (
            tokens.status,
            &tokens.json["stripe_user_id"],
            &tokens.json["scope"]
        ),
        (200, &bare["account"], &"read_write".into())
    );
    let asked = json!({
        "client_id": "ca_1", "redirect_uri": "http://127.0.0.1:9/back?a=b", "state": "s 1", "account": "acct_chosen",
    });
    let told = bench.control(Method::POST, "connect", asked).await;
    let code = told["code"].as_str().unwrap();
    assert_eq!(told["account"], "acct_chosen");
    let url = format!("http://127.0.0.1:9/back?a=b&scope=read_write&code={code}&state=s+1");
    assert_eq!(told["url"], url);
    let by_key = json!({ "key": "sk_test_one" });
    let told = bench.control(Method::POST, "connect", by_key).await;
    let path = format!("/v1/accounts/{}", told["account"].as_str().unwrap());
    let account = bench.get(&path).await.json;
    assert_eq!(
        (
            &account["charges_enabled"],
            &account["details_submitted"],
            &account["payouts_enabled"]
        ),
        (&true.into(), &true.into(), &true.into())
    );
    assert_eq!(account["default_currency"], "usd");
    assert_eq!(
        bench
            .post("/oauth/token", &form(&told["code"]))
            .await
            .status,
        200
    );
    for wrong in [
        json!({ "account": "chosen" }),
        json!({ "state": 1 }),
        json!({ "a": "b" }),
    ] {
        assert_eq!(refused(&bench, "connect", wrong).await.status, 400);
    }
}

#[tokio::test]
async fn an_account_changes_and_its_platform_is_told() {
    let bench = Bench::start();
    let receiver = Receiver::start(&[]).await;
    let form = format!(
        "url={}&connect=true&enabled_events[]=account.updated&enabled_events[]=account.application.deauthorized",
        receiver.url
    );
    bench.make("/v1/webhook_endpoints", &form).await;
    let told = bench
        .control(Method::POST, "connect", json!({ "key": "sk_test_one" }))
        .await;
    let id = told["account"].as_str().unwrap();
    let path = format!("accounts/{id}");
    let changes = json!({ "charges_enabled": false, "details_submitted": false, "country": "DE" });
    let changed = bench.control(Method::POST, &path, changes).await;
    assert_eq!(
        changed["requirements"]["disabled_reason"],
        "requirements.past_due"
    );
    let seen = bench.get(&format!("/v1/accounts/{id}")).await.json;
    assert_eq!(
        (&seen["charges_enabled"], &seen["country"]),
        (&false.into(), &"DE".into())
    );
    let came = receiver.wait_for(1).await.remove(0).event;
    assert_eq!(
        (&came["type"], &came["account"]),
        (&"account.updated".into(), &id.into())
    );
    assert_eq!(came["data"]["previous_attributes"]["charges_enabled"], true);
    assert_eq!(
        refused(&bench, "accounts/acct_none", json!({}))
            .await
            .status,
        404
    );
    assert_eq!(
        refused(&bench, &path, json!({ "charges_enabled": "yes" }))
            .await
            .status,
        400
    );
    let left = bench
        .control(Method::POST, &format!("{path}/deauthorize"), json!({}))
        .await;
    assert_eq!(left["platforms"].as_array().unwrap().len(), 1);
    let came = receiver.wait_for(2).await.remove(1).event;
    assert_eq!(
        (&came["type"], &came["account"]),
        (&"account.application.deauthorized".into(), &id.into())
    );
    assert_eq!(bench.get(&format!("/v1/accounts/{id}")).await.status, 403);
}

#[tokio::test]
async fn a_new_account_takes_payments_once_its_owner_was_asked() {
    let bench = Bench::start();
    let made = bench
        .post("/v1/accounts", "type=standard&country=DE")
        .await
        .json;
    assert_eq!(
        (&made["charges_enabled"], &made["details_submitted"]),
        (&false.into(), &false.into())
    );
    let id = made["id"].as_str().unwrap();
    let form = format!(
        "account={id}&type=account_onboarding&refresh_url=http://127.0.0.1:9/again&return_url=http://127.0.0.1:9/done"
    );
    let link = bench.post("/v1/account_links", &form).await.json;
    assert_eq!(
        (&link["object"], &link["id"]),
        (&"account_link".into(), &Value::Null)
    );
    let path = link["url"]
        .as_str()
        .unwrap()
        .strip_prefix(&bench.base)
        .unwrap();
    assert!(
        bench
            .get(path)
            .await
            .text
            .contains("Sandbox: no real money")
    );
    let done = bench.post(path, "").await;
    assert_eq!(
        (done.status, done.header("location")),
        (303, "http://127.0.0.1:9/done")
    );
    let account = bench.get(&format!("/v1/accounts/{id}")).await.json;
    assert_eq!(account["charges_enabled"], true);
    let again = bench.get(path).await;
    assert_eq!(
        again.header("location"),
        "http://127.0.0.1:9/again",
        "a link works once"
    );
    assert_eq!(
        bench
            .post(
                "/v1/account_links",
                "account=acct_none&type=account_onboarding"
            )
            .await
            .status,
        403
    );
    let own = bench.call(Method::GET, "/v1/events?type=account.updated");
    let own = read(own.header("stripe-account", id)).await.json;
    assert_eq!(own["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_payment_is_disputed_and_won_or_lost() {
    let bench = Bench::start();
    let form = "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa";
    let intent = bench.make("/v1/payment_intents", form).await;
    let opened = bench
        .control(
            Method::POST,
            "disputes",
            json!({ "payment_intent": intent }),
        )
        .await;
    assert_eq!(
        (
            &opened["status"],
            &opened["amount"],
            &opened["payment_intent"]
        ),
        (
            &"needs_response".into(),
            &1000.into(),
            &intent.as_str().into()
        )
    );
    let charge = opened["charge"].as_str().unwrap();
    assert_eq!(
        bench.get(&format!("/v1/charges/{charge}")).await.json["disputed"],
        true
    );
    let won = json!({ "charge": charge, "status": "won" });
    let won = bench.control(Method::POST, "disputes", won).await;
    let path = format!("/v1/disputes/{}", won["id"].as_str().unwrap());
    assert_eq!(bench.get(&path).await.json["status"], "won");
    assert_eq!(won["id"], opened["id"]);
    let told = types(&bench).await;
    let expected = [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ];
    assert_eq!(told[told.len() - 4..], expected);
    let other = bench.make("/v1/payment_intents", form).await;
    let lost = json!({ "payment_intent": other, "status": "lost" });
    assert_eq!(
        bench.control(Method::POST, "disputes", lost.clone()).await["status"],
        "lost"
    );
    assert_eq!(
        refused(&bench, "disputes", lost).await.status,
        400,
        "it is over"
    );
    let odd = json!({ "payment_intent": other, "status": "odd" });
    assert_eq!(refused(&bench, "disputes", odd).await.refusal().3, "status");
    let listed = bench
        .get(&format!("/v1/disputes?payment_intent={other}"))
        .await
        .json;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refund_tells_of_itself_and_may_fail_later() {
    let bench = Bench::start();
    let form = "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa";
    let intent = bench.make("/v1/payment_intents", form).await;
    let form = format!("payment_intent={intent}&amount=400");
    let refund = bench.make("/v1/refunds", &form).await;
    bench
        .post(&format!("/v1/refunds/{refund}"), "metadata[a]=1")
        .await;
    let told = types(&bench).await;
    assert_eq!(
        told[told.len() - 3..],
        ["charge.refunded", "refund.created", "refund.updated"]
    );
    let path = format!("refunds/{refund}");
    let failed = bench
        .control(Method::POST, &path, json!({ "status": "failed" }))
        .await;
    assert_eq!(failed["status"], "failed");
    let charge = format!("/v1/charges/{}", failed["charge"].as_str().unwrap());
    assert_eq!(bench.get(&charge).await.json["amount_refunded"], 0);
    let told = types(&bench).await;
    assert_eq!(
        told[told.len() - 3..],
        ["refund.updated", "refund.failed", "charge.refund.updated"]
    );
    let again = refused(&bench, &path, json!({ "status": "failed" })).await;
    assert_eq!(again.status, 400);
}

#[tokio::test]
async fn calls_outlive_a_restart_and_only_the_last_thousand_are_kept() {
    let mut bench = Bench::start();
    bench.post("/v1/customers", "name=first").await;
    bench.restart().await;
    let told = bench.control(Method::GET, "calls", json!({})).await;
    assert_eq!(told["calls"][0]["body"], "name=first");
    for _ in 0..1_000 {
        bench.get("/v1/customers/cus_none").await;
    }
    let told = bench.control(Method::GET, "calls", json!({})).await;
    let calls = told["calls"].as_array().unwrap();
    assert_eq!((calls.len(), &calls[0]["method"]), (1_000, &"GET".into()));
    bench.control(Method::DELETE, "calls", json!({})).await;
    let told = bench.control(Method::GET, "calls", json!({})).await;
    assert_eq!(told["calls"], json!([]));
}
