//! Tiers as developers write them: what is refused changes nothing.

use serde_json::json;

use crate::project::Project;
use crate::server::shared;

/// Members of a tier with values, as JSON, that are none.
pub(super) const WRONG: [(&str, &str); 38] = [
    ("price", "-1"),
    ("price", "1.5"),
    ("price", "100000000"),
    ("price", "1e400"),
    ("price", "9223372036854775808"),
    ("price", "\"29\""),
    ("price", "null"),
    ("price", "NaN"),
    ("limit", "-2"),
    ("limit", "1.5"),
    ("limit", "1e400"),
    ("limit", "\"many\""),
    ("limit", "true"),
    ("period", "\"hour\""),
    ("interval", "\"week\""),
    ("currency", "\"xyz\""),
    ("currency", "null"),
    ("displayName", "\"\""),
    ("displayName", "\"a\\nb\""),
    ("displayName", "\"a\\u0000b\""),
    ("description", "\"a\\u0000b\""),
    ("features", "[1]"),
    ("features", "null"),
    ("features", "[\"a\\r\\nb\"]"),
    ("meters", "{\"tokens\": {\"limit\": -5}}"),
    ("meters", "{\"Tokens\": {\"limit\": 5}}"),
    ("meters", "{\"tokens\": 5}"),
    ("meters", "{\"requests\": {\"limit\": 5}}"),
    ("meters", "[]"),
    ("trialDays", "-1"),
    ("trialDays", "731"),
    ("ratePerMinute", "-1"),
    ("ratePerMinute", "1000001"),
    ("inventory", "-1"),
    ("position", "-1"),
    ("popular", "\"yes\""),
    ("imageUrl", "\"javascript:alert(1)\""),
    ("imageUrl", "\"https://x\\r\\ny\""),
];

#[tokio::test]
async fn values_that_are_wrong_422_and_nothing_changes() {
    let project = Project::saas(&shared().await, 5).await;
    let read = async || {
        let call = project.api.get("/tiers?archived=true");
        project.secret(call).send().await.is(200).json
    };
    let before = read().await;
    for (field, value) in WRONG {
        let edit = format!("{{\"tierName\":\"pro\",\"updates\":{{\"{field}\":{value}}}}}");
        let price = if field == "price" { "" } else { "\"price\":1," };
        let add = format!("{{\"name\":\"new\",{price}\"{field}\":{value}}}");
        for (method, path, body) in [("PUT", "/tiers", edit), ("POST", "/tiers/add", add)] {
            let call = project.api.call(method.parse().unwrap(), path);
            let reply = project.secret(call).body(body).send().await;
            // NaN is not even JSON.
            let expected = if value == "NaN" { 400 } else { 422 };
            let what = format!("{path} {field} {value}: {}", reply.text);
            assert_eq!(reply.status, expected, "{what}");
            reply.check_problem();
        }
    }
    assert_eq!(read().await, before);
}

#[tokio::test]
async fn texts_and_lists_that_are_too_long_422() {
    let project = Project::saas(&shared().await, 5).await;
    let meters: serde_json::Map<_, _> = (0..21)
        .map(|index| (format!("m{index}"), json!({"limit": 1})))
        .collect();
    for updates in [
        json!({"description": "x".repeat(2001)}),
        json!({"displayName": "x".repeat(101)}),
        json!({"features": vec!["f"; 51]}),
        json!({"features": ["f".repeat(201)]}),
        json!({"imageUrl": format!("https://x/{}", "y".repeat(2000))}),
        json!({"meters": meters}),
    ] {
        let reply = project.edit("pro", updates).await;
        reply.problem(422, "invalid_value");
    }
    let tiers: Vec<_> = (0..51)
        .map(|index| json!({"name": format!("t{index}"), "price": 0}))
        .collect();
    let body = json!({"tiers": tiers});
    let reply = project.develop("/create-products", body).await;
    reply.problem(422, "invalid_value");
}

#[tokio::test]
async fn a_wrong_tier_of_many_is_named_with_its_place_422() {
    let project = Project::saas(&shared().await, 5).await;
    let tiers = json!([{"name": "a", "price": 0}, {"name": "b", "price": -1}]);
    let reply = project.develop("/create-products", json!({"tiers": tiers}));
    let reply = reply.await.problem(422, "invalid_value");
    assert_eq!(reply.json["errors"][0]["location"], "tiers[1].price");
}

#[tokio::test]
async fn prices_are_minor_units_of_a_currency_200() {
    let project = Project::saas(&shared().await, 5).await;
    for (name, currency, price) in [("eur", "eur", 1), ("jpy", "jpy", 500), ("usd", "usd", 0)] {
        let call = project.secret(project.api.post("/tiers/add"));
        let body = json!({"name": name, "price": price, "currency": currency, "interval": "year"});
        let made = call.json(body).send().await.is(200);
        assert_eq!(made.json["tier"]["price"], price);
        assert_eq!(made.json["tier"]["currency"], currency);
        assert_eq!(made.json["tier"]["interval"], "year");
    }
}
