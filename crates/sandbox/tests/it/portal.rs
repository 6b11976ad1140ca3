//! The portal: what its configuration allows, and what its buttons do.

use reqwest::Method;
use serde_json::json;

use crate::bench::Bench;

const FEATURES: &str =
    "features[subscription_cancel][enabled]=true&features[invoice_history][enabled]=true";

async fn price(bench: &Bench, name: &str, amount: i64) -> String {
    let form = format!(
        "currency=usd&unit_amount={amount}&product_data[name]={name}&recurring[interval]=month"
    );
    bench.make("/v1/prices", &form).await
}

/// A subscriber of a small plan, and a portal that offers him a large one.
struct Subscriber {
    path: String,
    subscription: String,
    small: String,
    large: String,
}

async fn subscriber(bench: &Bench) -> Subscriber {
    let small = price(bench, "Small", 1000).await;
    let large = price(bench, "Large", 3000).await;
    let product = bench.get(&format!("/v1/prices/{large}")).await.json["product"].take();
    let product = product.as_str().unwrap();
    let form = format!(
        "mode=subscription&success_url=http://127.0.0.1:9/&line_items[0][price]={small}&line_items[0][quantity]=1"
    );
    let session = bench.make("/v1/checkout/sessions", &form).await;
    let path = format!("checkout/{session}/pay");
    let paid = bench.control(Method::POST, &path, json!({})).await;
    let update = format!(
        "features[subscription_update][enabled]=true&features[subscription_update][products][0][product]={product}\
         &features[subscription_update][products][0][prices][0]={large}&features[payment_method_update][enabled]=true"
    );
    let form = format!("{FEATURES}&{update}");
    let configuration = bench.make("/v1/billing_portal/configurations", &form).await;
    let customer = paid["customer"].as_str().unwrap();
    let form = format!(
        "customer={customer}&configuration={configuration}&return_url=http://127.0.0.1:9/back"
    );
    let portal = bench.post("/v1/billing_portal/sessions", &form).await.json;
    let url = portal["url"].as_str().unwrap();
    Subscriber {
        path: url.strip_prefix(&bench.base).unwrap().to_owned(),
        subscription: paid["subscription"].as_str().unwrap().to_owned(),
        small,
        large,
    }
}

#[tokio::test]
async fn a_customer_changes_cancels_and_resumes_his_plan() {
    let bench = Bench::start();
    let Subscriber {
        path,
        subscription: id,
        small,
        large,
    } = subscriber(&bench).await;
    let page = bench.get(&path).await.text;
    for text in [
        "Sandbox: no real money",
        "Small, 10.00 USD a month",
        "Change to Large, 30.00 USD a month",
        "paid",
        "http://127.0.0.1:9/back",
    ] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
    let press = async |form: String| bench.post(&path, &form).await.status;
    let subscription = format!("/v1/subscriptions/{id}");
    assert_eq!(press(format!("action=cancel&subscription={id}")).await, 303);
    assert_eq!(
        bench.get(&subscription).await.json["cancel_at_period_end"],
        true
    );
    assert!(bench.get(&path).await.text.contains("Resume"));
    assert_eq!(press(format!("action=resume&subscription={id}")).await, 303);
    assert_eq!(
        bench.get(&subscription).await.json["cancel_at_period_end"],
        false
    );
    assert_eq!(
        press(format!("action=change&subscription={id}&price={large}")).await,
        303
    );
    let item = bench.get(&subscription).await.json["items"]["data"][0].take();
    assert_eq!(item["price"]["id"], large.as_str());
    assert_eq!(
        press(format!("action=change&subscription={id}&price={small}")).await,
        404
    );
    assert_eq!(
        press("action=card&card=4000000000000341".to_owned()).await,
        303
    );
    let path = format!("{subscription}?expand[]=default_payment_method");
    assert_eq!(
        bench.get(&path).await.json["default_payment_method"]["card"]["last4"],
        "0341"
    );
}

#[tokio::test]
async fn what_the_configuration_does_not_allow_is_refused() {
    let bench = Bench::start();
    let customer = bench.make("/v1/customers", "email=a@example.com").await;
    assert_eq!(
        bench
            .post(
                "/v1/billing_portal/sessions",
                &format!("customer={customer}")
            )
            .await
            .status,
        400
    );
    let configuration = bench
        .make("/v1/billing_portal/configurations", FEATURES)
        .await;
    let form = format!("customer={customer}&configuration={configuration}");
    let portal = bench.post("/v1/billing_portal/sessions", &form).await.json;
    let path = portal["url"]
        .as_str()
        .unwrap()
        .strip_prefix(&bench.base)
        .unwrap();
    assert_eq!(
        bench
            .post(path, "action=card&card=4242424242424242")
            .await
            .status,
        403
    );
    assert_eq!(bench.get("/portal/bps_none").await.status, 404);
    let cancel = format!(
        "{form}&flow_data[type]=subscription_cancel&flow_data[subscription_cancel][subscription]=sub_none"
    );
    assert_eq!(
        bench
            .post("/v1/billing_portal/sessions", &cancel)
            .await
            .status,
        404
    );
    let own = format!("/v1/billing_portal/configurations/{configuration}");
    let allow = "name=Ours&features[payment_method_update][enabled]=true";
    let named = bench.post(&own, allow).await.json;
    assert_eq!(
        (
            &named["name"],
            &named["features"]["subscription_cancel"]["enabled"]
        ),
        (&"Ours".into(), &true.into())
    );
    assert_eq!(
        bench
            .post(path, "action=card&card=4242424242424242")
            .await
            .status,
        303
    );
}

#[tokio::test]
async fn a_flow_is_for_one_thing_and_leads_back() {
    let bench = Bench::start();
    let subscriber = subscriber(&bench).await;
    let subscription = bench
        .get(&format!("/v1/subscriptions/{}", subscriber.subscription))
        .await
        .json;
    let configurations = bench.get("/v1/billing_portal/configurations").await.json;
    let configuration = configurations["data"][0]["id"].as_str().unwrap();
    let form = format!(
        "customer={}&configuration={configuration}&return_url=http://127.0.0.1:9/back",
        subscription["customer"].as_str().unwrap()
    );
    let flow = |kind: &str| {
        format!(
            "{form}&flow_data[type]={kind}&flow_data[after_completion][type]=redirect\
             &flow_data[after_completion][redirect][return_url]=http://127.0.0.1:9/done"
        )
    };
    let of = format!("[subscription]={}", subscriber.subscription);
    let cancel = format!(
        "{}&flow_data[subscription_cancel]{of}",
        flow("subscription_cancel")
    );
    for (form, action, shown, hidden) in [
        (
            flow("payment_method_update"),
            "action=card&card=4242424242424242".to_owned(),
            "Save card",
            "Cancel plan",
        ),
        (
            cancel,
            format!("action=cancel&subscription={}", subscriber.subscription),
            "Cancel plan",
            "Change to",
        ),
    ] {
        let portal = bench.post("/v1/billing_portal/sessions", &form).await.json;
        let url = portal["url"].as_str().unwrap();
        let path = url.strip_prefix(&bench.base).unwrap();
        let page = bench.get(path).await.text;
        assert!(page.contains(shown) && !page.contains(hidden), "{page}");
        let done = bench.post(path, &action).await;
        assert_eq!(
            (done.status, done.header("location")),
            (303, "http://127.0.0.1:9/done")
        );
    }
}

#[tokio::test]
async fn a_customer_changes_his_address() {
    let bench = Bench::start();
    let customer = bench.make("/v1/customers", "email=a@example.com").await;
    let features = "features[customer_update][enabled]=true&features[customer_update][allowed_updates][]=email";
    let configuration = bench
        .make("/v1/billing_portal/configurations", features)
        .await;
    let form = format!("customer={customer}&configuration={configuration}");
    let portal = bench.post("/v1/billing_portal/sessions", &form).await.json;
    let path = portal["url"]
        .as_str()
        .unwrap()
        .strip_prefix(&bench.base)
        .unwrap();
    assert!(
        bench
            .get(path)
            .await
            .text
            .contains("value=\"a@example.com\"")
    );
    assert_eq!(
        bench
            .post(path, "action=email&email=b@example.com")
            .await
            .status,
        303
    );
    let kept = bench.get(&format!("/v1/customers/{customer}")).await.json;
    assert_eq!(kept["email"], "b@example.com");
    assert_eq!(
        bench.post(path, "action=email&email=nothing").await.status,
        400
    );
}
