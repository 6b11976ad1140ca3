//! Refusals have Stripe's status, type, code and parameter.

use reqwest::Method;

use crate::bench::{Bench, read};

#[tokio::test]
async fn each_refusal_has_stripes_shape() {
    let bench = Bench::start();
    for &(path, form, status, code, param) in CASES {
        let reply = bench.post(path, form).await;
        assert_eq!(
            reply.refusal(),
            (status, "invalid_request_error", code, param),
            "{path} {form}"
        );
        assert!(reply.header("request-id").starts_with("req_"));
        assert!(reply.json["error"]["message"].is_string());
        assert_eq!(reply.json["error"]["doc_url"].is_string(), !code.is_empty());
    }
}

#[tokio::test]
async fn a_key_is_needed_and_may_be_a_user_name() {
    let bench = Bench::start();
    let url = format!("{}/v1/account", bench.base);
    let bare = read(bench.client.get(&url)).await;
    assert_eq!(bare.status, 401);
    for key in [
        "sk_nowhere_123",
        "nothing",
        "sk_test_",
        "sk_test_a-b",
        "pk_test_123",
    ] {
        assert_eq!(
            read(bench.client.get(&url).bearer_auth(key)).await.status,
            401,
            "{key}"
        );
    }
    let bearer = read(bench.client.get(&url).bearer_auth("sk_test_one")).await;
    let basic = read(bench.client.get(&url).basic_auth("sk_test_one", Some(""))).await;
    assert_eq!((bearer.status, &bearer.json), (200, &basic.json));
    let other = read(bench.client.get(&url).bearer_auth("rk_test_two")).await;
    assert_ne!(bearer.json["id"], other.json["id"]);
}

#[tokio::test]
async fn the_version_is_echoed_and_a_malformed_one_refused() {
    let bench = Bench::start();
    let reply = bench.get("/v1/account").await;
    assert_eq!(reply.header("stripe-version"), "2026-07-29.dahlia");
    let older = bench
        .call(Method::GET, "/v1/account")
        .header("stripe-version", "2020-08-27");
    assert_eq!(read(older).await.header("stripe-version"), "2020-08-27");
    let malformed = bench
        .call(Method::GET, "/v1/account")
        .header("stripe-version", "yesterday");
    assert_eq!(read(malformed).await.status, 400);
}

#[tokio::test]
async fn a_json_body_is_refused() {
    let bench = Bench::start();
    let json = bench
        .call(Method::POST, "/v1/customers")
        .header("content-type", "application/json")
        .body("{}");
    assert_eq!(read(json).await.status, 400);
}

#[tokio::test]
async fn only_direct_requests_of_this_machine_are_answered() {
    let bench = Bench::start();
    for (name, value) in [
        ("host", "sandbox.example"),
        ("x-forwarded-for", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
        ("origin", "https://example.com"),
    ] {
        let refused = bench.call(Method::GET, "/v1/account").header(name, value);
        assert_eq!(read(refused).await.status, 403, "{name}");
        let refused = bench
            .client
            .get(format!("{}/_control/calls", bench.base))
            .header(name, value);
        assert_eq!(read(refused).await.status, 403, "{name}");
    }
}

/// Path, form, status, code, parameter.
type Case = (&'static str, &'static str, u16, &'static str, &'static str);

const CASES: &[Case] = &[
    ("/v1/products", "", 400, "parameter_missing", "name"),
    (
        "/v1/products",
        "name=",
        400,
        "parameter_invalid_empty",
        "name",
    ),
    (
        "/v1/products",
        "name=a&colour=red",
        400,
        "parameter_unknown",
        "colour",
    ),
    (
        "/v1/products",
        "name=a&package_dimensions[height]=x",
        400,
        "parameter_invalid_integer",
        "package_dimensions[height]",
    ),
    (
        "/v1/prices",
        "currency=usd&unit_amount=1&product=prod_none",
        404,
        "resource_missing",
        "product",
    ),
    (
        "/v1/prices",
        "currency=dollars&unit_amount=1&product_data[name]=a",
        400,
        "",
        "currency",
    ),
    (
        "/v1/prices",
        "currency=usd&product_data[name]=a",
        400,
        "parameter_missing",
        "unit_amount",
    ),
    (
        "/v1/prices",
        "currency=usd&unit_amount=-1&product_data[name]=a",
        400,
        "parameter_invalid_integer",
        "unit_amount",
    ),
    (
        "/v1/customers",
        "email=nobody",
        400,
        "email_invalid",
        "email",
    ),
    (
        "/v1/customers/cus_none",
        "name=a",
        404,
        "resource_missing",
        "id",
    ),
    (
        "/v1/webhook_endpoints",
        "enabled_events[]=*&url=nowhere",
        400,
        "url_invalid",
        "url",
    ),
    ("/v1/nothing", "", 404, "", ""),
];
